"""``capexrisk quarters``: distributions of each quarter, and where a reported figure lies."""

from __future__ import annotations

from pathlib import Path

import click

from capexrisk.archive.results import load_results
from capexrisk.cli.options import csv_file, run_directory
from capexrisk.errors import ArgumentError
from capexrisk.report.writing.numbers import percentage, signed
from capexrisk.study import quarters as study

SHOWN = ("operating_cash_flow", "capex", "free_cash_flow", "cash")


@click.command
@run_directory
@click.option("--issuer", "issuers", multiple=True, help="Show this one only. May be repeated.")
@click.option(
    "--place",
    "reported",
    multiple=True,
    metavar="METRIC/ISSUER/PERIOD=VALUE",
    help="Say what share of the paths lies at or below a figure, $bn. May be repeated.",
)
@click.option("--paths", type=int, default=study.PATHS, show_default=True, help="Paths to trace.")
@csv_file
def quarters(
    directory: Path,
    issuers: tuple[str, ...],
    reported: tuple[str, ...],
    paths: int,
    out: Path | None,
) -> None:
    """Place reported quarters in the distributions of a finished run.

    Shows P5, P50 and P95 of operating cash flow, capex, free cash flow and cash by quarter, of the
    paths on which the issuer has not failed before. The CSV file has money raised by channel, years
    to date, all quantiles and their errors as well.

    A figure is given as operating_cash_flow/Oracle/2026Q2=14.6, of a year to date with the period
    2026Q1-Q2.
    """
    figures = [_figure(text) for text in reported]
    found = study.quarters(load_results(directory), paths=paths)
    for metric, issuer, period, value in figures:
        share = found.place(issuer, period, metric, value)
        words = metric.replace("_", " ")
        print(f"{issuer}, {period}: {words} of {signed(value, 2)} or less on {percentage(share)}")
    if not figures:
        for issuer in issuers or found.issuers:
            _show(found, issuer)
    if out is not None:
        found.table.to_csv(out, index=False, lineterminator="\n")


def _figure(text: str) -> tuple[str, str, str, float]:
    """Metric, issuer, period and value of a reported figure."""
    name, sign, number = text.rpartition("=")
    parts = name.split("/")
    try:
        value = float(number)
    except ValueError:
        sign = ""
    if not sign or len(parts) != 3:
        raise ArgumentError(
            "reported", f"{text!r} is no figure; give METRIC/ISSUER/PERIOD=VALUE, a number of $bn"
        )
    metric, issuer, period = parts
    return metric, issuer, period, value


def _show(found: study.Quarters, issuer: str) -> None:
    """Print the quantiles of an issuer's quarters, a line each."""
    print(f"{issuer}, $bn: P5, P50, P95")
    print(f"{'':10}" + "".join(f"{metric.replace('_', ' '):>28}" for metric in SHOWN))
    table = found.table.query("issuer == @issuer").set_index(["period", "metric", "statistic"])
    for span in found.spans:
        if len(span.quarters) == 1:
            cells = (
                "  ".join(
                    f"{signed(table['value'][span.label, metric, level], 1):>6}"
                    for level in ("p5", "p50", "p95")
                )
                for metric in SHOWN
            )
            print(f"{span.label:10}" + "".join(f"{cell:>28}" for cell in cells))
