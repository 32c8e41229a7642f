"""Plots of several runs laid over each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.typing import LineStyleType

from capexrisk.archive.results import Results
from capexrisk.estimate.metrics import SYSTEM
from capexrisk.report.plots.bands import statistics_of
from capexrisk.report.plots.canvas import BLUE, GREEN, INK, PINK, RED, drawing, words_for
from capexrisk.report.plots.choices import one_of
from capexrisk.report.plots.failure import draw_chance_axis, draw_steps, failures_by_quarter
from capexrisk.report.plots.heads import head
from capexrisk.report.plots.labels import label_quarters, label_years, number_axis
from capexrisk.report.plots.registry import overlay
from capexrisk.report.plots.system import quantity_of
from capexrisk.report.writing.estimates import FREE_CASH_FLOW
from capexrisk.report.writing.numbers import scale_of
from capexrisk.report.writing.words import a_year, axis_words, listed, shortened

NamedRuns = Mapping[str, Results]
MOST_RUNS = 5
# Colour, line and mark: runs can be told apart without colour.
COLOURS = (INK, RED, BLUE, GREEN, PINK)
LINES: tuple[LineStyleType, ...] = (
    "-",
    (0, (4, 1.5)),
    (0, (1, 1)),
    (0, (5, 1.5, 1, 1.5)),
    (0, (8, 2)),
)
MARKS = ("o", "s", "^", "D", "v")
SPREAD = 0.6  # of the room of a year that its runs share


@overlay(
    "failure",
    section="issuer",
    of="issuer",
    says="Curves: chance of funding failure of {issuer} by quarter, for each run",
    order=2,
)
def failure(runs: NamedRuns, issuer: str, ax: Axes | None = None) -> Axes:
    """Chance of an issuer's funding failure by the end of each quarter, one curve for each run.

    On an axis as of `survival`, with 95 % bands. A run in which it never fails has no curve.

    Parameters
    ----------
    runs : mapping of str to Results
        Two to five, by the name to show. Those without the issuer are left out, and named.
    issuer : str
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there are more than five runs, or none of them has the issuer.
    """
    shown = _with_issuer(runs, issuer)
    quarters = _union(runs, lambda results: results.quarters, shown)
    floor = min(1.0, 50.0 / max(results.paths for results in shown.values()))
    never = []
    with drawing(runs, ax) as ax:
        curves = {who: failures_by_quarter(run, issuer, quarters) for who, run in shown.items()}
        draw_chance_axis(ax, curves.values(), floor)
        for name, _, colour, line, _ in _styled(runs, shown):
            if draw_steps(ax, curves[name], floor, colour, line, shortened(name)) is None:
                never.append(name)
                ax.plot([], [], color=colour, ls=line, label=shortened(name))
        ax.minorticks_off()
        ax.set_xlim(-0.5, len(quarters) - 0.5)
        label_quarters(ax, quarters)
        notes = [f"no failure in {listed(never)}"] if never else []
        below = "; ".join([*notes, *_missing(runs, shown, issuer)])
        head(ax, f"{shortened(issuer)}: failure by quarter", below, columns=2)
    return ax


@overlay(
    "free-cash-flow",
    section="issuer",
    of="issuer",
    says="Ranges: free cash flow of {issuer} by year, for each run",
    order=1,
)
def free_cash_flow(runs: NamedRuns, issuer: str, ax: Axes | None = None) -> Axes:
    """An issuer's free cash flow by year in each run, $bn: median and ranges.

    P25 to P75 is a thick line, P5 to P95 a thin one, of the paths on which the issuer has not
    failed before the year. Parameters and returns as for `failure`.
    """
    shown = _with_issuer(runs, issuer)
    years = _union(runs, lambda results: results.years, shown)
    with drawing(runs, ax) as ax:
        ax.axhline(0.0, color=INK, linewidth=0.8)
        for name, results, colour, _, mark in _styled(runs, shown):
            line = statistics_of(results, FREE_CASH_FLOW, issuer, results.years)
            shift = SPREAD * ((list(shown).index(name) + 0.5) / len(shown) - 0.5)
            place = np.array([years.index(year) for year in results.years]) + shift
            ax.vlines(place, line["p5"], line["p95"], color=colour, lw=0.9)
            ax.vlines(place, line["p25"], line["p75"], color=colour, lw=2.6)
            label = shortened(name)
            ax.plot(place, line["p50"], mark, color=colour, ms=4.5, mec="white", label=label)
        ax.set_xlim(-0.5, len(years) - 0.5)
        ax.set_ylabel(f"Free cash flow, $bn {a_year(years)}")
        number_axis(ax.yaxis)
        label_years(ax, years)
        notes = [
            "median, P25–P75 (thick), P5–P95 (thin), unless failed before",
            *_missing(runs, shown, issuer),
        ]
        head(ax, f"{shortened(issuer)}: free cash flow", "; ".join(notes), columns=2)
    return ax


@overlay(
    "spread",
    section="market",
    says="Curves: spread of the {bond_market} by quarter, for each run",
    order=1,
)
@overlay(
    "utilisation",
    section="market",
    says="Curves: utilisation of {capacity} by quarter, for each run",
    order=2,
    metric="utilisation",
)
@overlay(
    "demand",
    section="market",
    says="Curves: demand for {capacity} by quarter, for each run",
    order=3,
    metric="demand",
)
@overlay(
    "bond-share",
    section="market",
    says="Curves: share of {boom} in the {bond_market} by quarter, for each run",
    order=4,
    metric="boom_share_of_bond_market",
)
def market(runs: NamedRuns, metric: str = "market_spread_bp", ax: Axes | None = None) -> Axes:
    """A quantity of the market by quarter in each run: median, and P5 and P95 as thin lines.

    Parameters
    ----------
    runs : mapping of str to Results
        Up to five, by the name to show.
    metric : {"market_spread_bp", "utilisation", "demand", "boom_share_of_bond_market"}
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there are more than five runs, or for any other metric.
    """
    quantity = quantity_of(metric)
    quarters = _union(runs, lambda results: results.quarters, runs)
    words = words_for(runs)
    with drawing(runs, ax) as ax:
        for name, results, colour, line, _ in _styled(runs, runs):
            scale = scale_of(quantity.unit)
            found = statistics_of(results, metric, SYSTEM, results.quarters, scale)
            place = [quarters.index(quarter) for quarter in results.quarters]
            mark = "." if len(place) == 1 else None
            for edge in ("p5", "p95"):
                ax.plot(place, found[edge], color=colour, ls=line, lw=0.6, marker=mark)
            ax.plot(
                place, found["p50"], color=colour, ls=line, lw=1.8, marker=mark,
                label=shortened(name),
            )  # fmt: skip
        ax.margins(x=0.01)
        ax.set_ylabel(axis_words(quantity, words))
        number_axis(ax.yaxis)
        label_quarters(ax, quarters)
        head(ax, words.fill(quantity.words), "median (thick), P5 and P95 (thin)", columns=2)
    return ax


def _with_issuer(runs: NamedRuns, issuer: str) -> dict[str, Results]:
    issuers = dict.fromkeys(name for results in runs.values() for name in results.issuers)
    one_of(issuer, issuers, "issuer")
    return {name: results for name, results in runs.items() if issuer in results.issuers}


def _missing(runs: NamedRuns, shown: NamedRuns, issuer: str) -> list[str]:
    without = [name for name in runs if name not in shown]
    return [f"no {shortened(issuer)} in {listed(without)}"] if without else []


def _union(runs: NamedRuns, periods: Callable[[Results], list[str]], shown: NamedRuns) -> list[str]:
    """The periods of all runs that are shown, in their order."""
    if not 1 <= len(runs) <= MOST_RUNS:
        raise ValueError(f"runs: {len(runs)} cannot be told apart; give 1 to {MOST_RUNS}")
    return sorted({period for results in shown.values() for period in periods(results)})


def _styled(
    runs: NamedRuns, shown: NamedRuns
) -> Iterator[tuple[str, Results, str, LineStyleType, str]]:
    """Name, run, colour, line and mark; a run keeps its own if others are left out."""
    for name, colour, line, mark in zip(runs, COLOURS, LINES, MARKS, strict=False):
        if name in shown:
            yield name, shown[name], colour, line, mark
