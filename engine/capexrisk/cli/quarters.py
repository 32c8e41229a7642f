"""``capexrisk quarters``: distributions of each quarter, and where a reported figure lies."""

from __future__ import annotations

from math import nan
from pathlib import Path
from typing import TYPE_CHECKING

import click

from capexrisk.archive.atomic import write_csv
from capexrisk.cli.options import csv_file, finished_run
from capexrisk.cli.traced import number_to_trace, traced_paths
from capexrisk.cli.verb import Verb
from capexrisk.errors import ArgumentError, suggest
from capexrisk.tables.actuals import LARGEST

if TYPE_CHECKING:
    from capexrisk.archive.results import Results
    from capexrisk.study.quarters import Quarters

SHOWN = ("operating_cash_flow", "capex", "free_cash_flow", "cash")


@click.command(cls=Verb)
@finished_run
@click.option("--issuer", "issuers", multiple=True, help="Show this one only. May be repeated.")
@click.option(
    "--place",
    "reported",
    multiple=True,
    metavar="METRIC/ISSUER/PERIOD=VALUE",
    help="Say what share of the paths lies at or below a figure, $bn. May be repeated.",
)
@traced_paths
@csv_file
def quarters(
    directory: Path,
    issuers: tuple[str, ...],
    reported: tuple[str, ...],
    paths: int | None,
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

    from capexrisk.archive.results import load_results
    from capexrisk.cli.progress import waiting
    from capexrisk.report.writing.numbers import percentage, signed
    from capexrisk.study import quarters as study

    results = load_results(directory)
    for issuer in issuers:
        if issuer not in results.issuers:
            hint = suggest(issuer, results.issuers)
            raise ArgumentError("issuers", f"there is no {issuer!r}; {hint}")
    for metric, issuer, period, _ in figures:
        _refuse_unknown(results, metric, issuer, period)
    traced = number_to_trace(paths, results)
    with_inputs = None
    with waiting("Tracing paths"):
        found = study.quarters(results, paths=traced)
        if figures and results.inputs is not None:
            with_inputs = study.quarters(results, paths=traced, over_inputs=True)
    for metric, issuer, period, value in figures:
        share = found.place(issuer, period, metric, value)
        words = metric.replace("_", " ")
        line = f"{issuer}, {period}: {words} of {signed(value, 2)} or less on {percentage(share)}"
        if with_inputs is not None:
            share = with_inputs.place(issuer, period, metric, value)
            line += f"; with the inputs drawn as well on {percentage(share)}"
        print(line)
    if not figures:
        for issuer in issuers or found.issuers:
            _show(found, issuer)
    if out is not None:
        write_csv(out, found.table)


def _figure(text: str) -> tuple[str, str, str, float]:
    """Metric, issuer, period and value of a reported figure."""
    name, _, number = text.rpartition("=")
    parts = name.split("/")
    try:
        value = float(number)
    except ValueError:
        value = nan
    if not abs(value) <= LARGEST or len(parts) != 3:
        raise ArgumentError(
            "reported", f"{text!r} is no figure; give METRIC/ISSUER/PERIOD=VALUE, a number of $bn"
        )
    metric, issuer, period = parts
    return metric, issuer, period, value


def _refuse_unknown(results: Results, metric: str, issuer: str, period: str) -> None:
    """Refuse a figure of what is not there, before paths are traced."""
    from capexrisk.study.quarters import refuse_unknown

    try:
        refuse_unknown(results, issuer, period, metric)
    except ArgumentError as wrong:
        raise ArgumentError("reported", f"{wrong.argument}: {wrong.problem}") from None


def _show(found: Quarters, issuer: str) -> None:
    """Print the quantiles of an issuer's quarters, a line each."""
    from capexrisk.report.writing.numbers import decimals_for, signed

    print(f"{issuer}, $bn: P5, P50, P95")
    print(f"{'':10}" + "".join(f"{metric.replace('_', ' '):>28}" for metric in SHOWN))
    table = found.table.query("issuer == @issuer").set_index(["period", "metric", "statistic"])
    shown = table.query("metric in @SHOWN and statistic in ('p5', 'p50', 'p95')")["value"]
    decimals = max(1, decimals_for(float(shown.abs().max())))
    for span in found.spans:
        if len(span.quarters) == 1:
            cells = (
                "  ".join(
                    f"{signed(table['value'][span.label, metric, level], decimals):>6}"
                    for level in ("p5", "p50", "p95")
                )
                for metric in SHOWN
            )
            print(f"{span.label:10}" + "".join(f"{cell:>28}" for cell in cells))
