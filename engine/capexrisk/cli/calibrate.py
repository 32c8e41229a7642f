"""``capexrisk calibrate``: inputs and their ranges from histories."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from capexrisk.cli.options import new_file
from capexrisk.cli.verb import Verb
from capexrisk.scenario import Scenario, load_scenario

if TYPE_CHECKING:
    from capexrisk.calibration.firms import FlowEstimates
    from capexrisk.calibration.spreads import SpreadCalibration

csv_argument = click.argument("history", type=click.Path(path_type=Path))
toml_file = click.option(
    "--out",
    type=click.Path(path_type=Path),
    callback=new_file,
    help="Write the TOML to this file instead of the terminal.",
)
base_file = click.option(
    "--extends",
    "base",
    type=click.Path(path_type=Path),
    help="Scenario that the TOML is laid on: it is then a whole file that extends this one, "
    "in which no input has its doubt twice.",
)


def _refuse_nan(ctx: click.Context, option: click.Parameter, number: float | None) -> float | None:
    """Refuse what no bound does: NaN is neither below nor above one."""
    if number is not None and isnan(number):
        raise click.BadParameter("nan is no number; give one such as 92")
    return number


@click.group
def calibrate() -> None:
    """Estimate inputs and their ranges from histories.

    Prints what was found, its errors, and what the history cannot tell; then TOML to paste into a
    scenario: inputs with their evidence, and groups of [uncertainty] with their covariance.
    """


@calibrate.command(cls=Verb)
@csv_argument
@click.option("--column", help="Column of the spread. Default: the second.")
@click.option(
    "--since", type=click.IntRange(0), default=0, help="First year to read. Default: all."
)
@click.option(
    "--open-bp",
    type=click.FloatRange(1.0, 10_000.0),
    callback=_refuse_nan,
    help="Mean spread of your index in an open market: means are written for it.",
)
@base_file
@toml_file
def spreads(
    history: Path,
    column: str | None,
    since: int,
    open_bp: float | None,
    base: Path | None,
    out: Path | None,
) -> None:
    """Fit the market's spread process to a credit spread's history.

    HISTORY is a table, CSV or .xlsx, with dates (2026-03-31, 2026-03, 2026Q1) in its first column,
    daily, monthly or quarterly. Spreads are in percent if their median is below 25, in basis points
    otherwise. Takes a minute.
    """
    from capexrisk.calibration.series import read_spreads

    below = _below(base, out)
    series = read_spreads(history, column, since)

    from capexrisk.calibration.spread_text import scenario_part, what_is_not_told
    from capexrisk.calibration.spreads import calibrate_spreads

    found = calibrate_spreads(series)
    _show_fit(found)
    print()
    _show_moments(found)
    print()
    for sentence in what_is_not_told(found):
        print(sentence)
    _write(scenario_part(found, open_bp), below, out)


@calibrate.command(cls=Verb)
@csv_argument
@base_file
@toml_file
def firms(history: Path, base: Path | None, out: Path | None) -> None:
    """Estimate how firms' cash flow and capex grow and move.

    HISTORY is a table, CSV or .xlsx, with the columns issuer, quarter (2026Q1),
    operating_cash_flow_usd_bn and capex_usd_bn, such as `capexrisk draft` writes beside a scenario;
    eight quarters or more a firm, three firms or more. Each firm is pulled towards all as far as
    its own quarters tell little.
    """
    from capexrisk.calibration.panel import read_panel

    below = _below(base, out)
    panel = read_panel(history)
    if below is not None:
        from capexrisk.calibration.over_base import refuse_unknown_firms

        named = (firm for flows in panel.flows.values() for firm in flows)
        refuse_unknown_firms(named, below.scenario, str(base))

    from capexrisk.calibration.firm_text import firm_sentences, scenario_part
    from capexrisk.calibration.firms import calibrate_firms

    found = calibrate_firms(panel)
    _show_flow("operating cash flow", found.cash_flow, "noise a quarter")
    _show_flow("capex", found.capex, "fading, a year")
    for sentence in firm_sentences(found):
        print(sentence)
    _write(scenario_part(found), below, out)


def _show_flow(title: str, flow: FlowEstimates, second: str) -> None:
    """Print a flow's firms, each figure with its error."""
    import numpy as np

    from capexrisk.cli.terminal import show
    from capexrisk.report.writing.plain_table import plain_table

    table = plain_table()
    growth, volatility = "growth, log points a year", "volatility a year"
    for heading in (title, "quarters", growth, volatility, second, "Q1", "Q2", "Q3", "Q4"):
        table.add_column(heading)
    for k, firm in enumerate(flow.firms):
        logs, errors = flow.movement.firms[k], flow.movement.errors[k]
        ranges = (
            f"{np.exp(log):.3f} ({np.exp(log - 1.645 * sd):.3f} to {np.exp(log + 1.645 * sd):.3f})"
            for log, sd in zip(logs, errors, strict=True)
        )
        seasons = (
            f"{one:.2f} ± {error:.2f}"
            for one, error in zip(flow.seasons[k], flow.season_errors[k], strict=True)
        )
        slope = f"{flow.growth.firms[k, 0]:.3f} ± {flow.growth.errors[k, 0]:.3f}"
        table.add_row(firm, str(flow.quarters[k]), slope, *ranges, *seasons)
    show(table)
    print("± is a standard error, ranges are P5 to P95\n")


class _Below(NamedTuple):
    """The scenario that estimates are laid on, as the new file names it, and the new one's name."""

    scenario: Scenario
    extends: str
    name: str


def _below(base: Path | None, out: Path | None) -> _Below | None:
    if base is None:
        return None
    from capexrisk.authoring.written import as_extended

    new = out or base.with_name("calibrated.toml")
    return _Below(load_scenario(base), as_extended(base, new), new.stem)


def _write(part: str, below: _Below | None, out: Path | None) -> None:
    """Write TOML to a file, whole or not at all, or print it."""
    text = part
    if below is not None:
        from capexrisk.calibration.over_base import extending

        text = extending(part, *below)
    if out is None:
        print(f"\n{text}", end="")
        return
    if below is None:
        from capexrisk.archive.atomic import write_atomically

        write_atomically(out, text.encode())
    else:
        from capexrisk.authoring.written import write_scenario

        write_scenario(out, text)
    print(f"\nWritten to {out}.")


def _show_fit(found: SpreadCalibration) -> None:
    """Print what was read, how well the fit agrees, and the estimates with their errors."""
    import numpy as np

    from capexrisk.calibration.coordinates import COORDINATES, OPEN_MEAN, SHUT, STRESSED
    from capexrisk.cli.terminal import show, signed_digits
    from capexrisk.report.writing.plain_table import plain_table

    series, optimum = found.series, found.optimum
    print(
        f"{series.name}: {series.log_bp.size} quarter ends, {series.first} to {series.last}, "
        f"read as {series.unit}"
    )
    refused = f", {optimum.refused} degenerate ones refused" if optimum.refused else ""
    print(
        f"{optimum.agreeing} of {optimum.starts} starts reach the best optimum{refused}; "
        f"{found.effective:.0f} effective draws of the posterior"
    )
    print(
        f"small-sample bias of the log speed: {found.bias:.2f} (error {found.bias_error:.2f}), "
        "taken off\n"
    )
    table = plain_table()
    for heading in (
        "parameter",
        "estimate",
        "P5 to P95",
        "error of the log",
        "told by the history",
    ):
        table.add_column(heading)
    words = [one.words for one in COORDINATES]
    words[STRESSED], words[SHUT] = "stressed over open mean", "shut over open mean"
    for k, (mean, sd) in enumerate(zip(found.log_mean, found.log_sd, strict=True)):
        low, middle, high = np.exp(mean + sd * np.array([-1.645, 0.0, 1.645]))
        unit = f" {COORDINATES[k].unit}" if COORDINATES[k].unit else ""
        told = f"{100.0 * found.told[k]:.0f} %"
        if k == OPEN_MEAN:
            told += ", of this series alone"
        ends = f"{signed_digits(low)} to {signed_digits(high)}"
        table.add_row(words[k], f"{signed_digits(middle)}{unit}", ends, f"{sd:.2f}", told)
    show(table)


def _show_moments(found: SpreadCalibration) -> None:
    """Print the moments of the history, and of the process that was fitted."""
    from capexrisk.calibration.moments import MOMENTS
    from capexrisk.cli.terminal import show, signed_digits
    from capexrisk.report.writing.plain_table import plain_table

    table = plain_table()
    for heading in ("moment", "history", "process", "error", "P5 to P95 of single histories"):
        table.add_column(heading)
    rows = zip(
        MOMENTS,
        found.history,
        found.process,
        found.process_error,
        found.single_low,
        found.single_high,
        strict=True,
    )
    for name, *numbers in rows:
        per_cent = name.startswith("chance")
        scaled = (100.0 * one if per_cent else one for one in numbers)
        of_history, of_process, error, low, high = map(signed_digits, scaled)
        shown = f"{name}, %" if per_cent else name
        table.add_row(shown, of_history, of_process, error, f"{low} to {high}")
    share, error = found.stress
    shown = signed_digits(float(found.regimes[1:].sum()))
    table.add_row(
        "share of quarters in stress", shown, signed_digits(share), signed_digits(error), ""
    )
    show(table)
