"""How far the chances of all issuers move with what is not known of the inputs."""

from __future__ import annotations

from math import ceil, log10, nan
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from capexrisk.archive.results import Results
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.metrics import SYSTEM, failures_metric
from capexrisk.estimate.names import Name
from capexrisk.report.content.answer import answer
from capexrisk.report.plots.bands import MIDDLE, PALE
from capexrisk.report.plots.canvas import BLUE, INK, RED, Margins, drawing, one_panel
from capexrisk.report.plots.choices import one_of
from capexrisk.report.plots.heads import head
from capexrisk.report.plots.labels import of_log_scale
from capexrisk.report.plots.registry import figure, plot
from capexrisk.report.plots.rows import height_of, name_rows, row_letters
from capexrisk.report.writing.estimates import NEGATIVE, Estimates, likeliest_to_fail
from capexrisk.report.writing.spread import consistent, spread_in_per_cent
from capexrisk.report.writing.words import counted, told_apart

LEVELS = ("p5", "p25", "p50", "p75", "p95")
EVENTS = ("failure", "negative")
MOST_ROWS = 12
ROOM_FOR_RANGES = 90.0  # points: "99.950 to 99.9974 %" beside the rows
LARGEST = 10.0  # per cent, of the edge of a logarithmic axis
BOUND = 5.0  # size of the arrow at a bound, points


@plot()
def over_inputs(results: Results, ax: Axes | None = None, *, event: str = "failure") -> Axes:
    """Chances of all issuers, and how far they move as the inputs move over their ranges.

    Of each issuer P5 to P95 and P25 to P75 over the inputs and the median; the chance with the
    inputs as they stand; and the predictive chance, over inputs and paths together. Where paths or
    points are too few to tell an end, its bar ends in an arrow at the bound, and goes on from there
    nobody knows how far. What cannot be told at all is not drawn.

    Parameters
    ----------
    results : Results
        Of a run over the inputs.
    ax : Axes, optional
    event : {"failure", "negative"}
        Funding failure within the horizon, on a logarithmic axis, or negative free cash flow in the
        likeliest year.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        For another event, or a run that is not over the inputs.
    """
    one_of(event, EVENTS, "event")
    if results.inputs is None:
        raise ValueError("the run is not over the inputs; simulate(scenario, outer=1024) is")
    rows = _rows(results, event)
    base, predictive = _chances(results, rows)
    levels = _levels(results, rows)
    # What bounds a level bounds those beyond it too: P5 lies below whatever P25 lies below.
    for level, inner in (("p25", "p50"), ("p5", "p25")):
        end = levels[level]
        nearer = np.where(end.below, np.fmin(end.at, levels[inner].at), end.at)
        levels[level] = end._replace(at=nearer)
    for level, inner in (("p75", "p50"), ("p95", "p75")):
        end = levels[level]
        farther = np.where(end.above, np.fmax(end.at, levels[inner].at), end.at)
        levels[level] = end._replace(at=farther)
    first, last = levels["p5"], levels["p95"]
    with drawing(results, ax, height=height_of(len(rows))) as ax:
        place = np.arange(len(rows), dtype=float)
        least = 0.0
        if event == "failure":
            ax.set_xscale("log")
            drawn = np.array([base, predictive, *(ends.at for ends in levels.values())])
            seen = drawn[drawn > 0.0]
            least = min(10.0 ** (ceil(log10(min(seen, default=1.0))) - 1), LARGEST)
        ax.set_xlim(least, 100.0)
        for one, other, colour, label in (
            ("p5", "p95", PALE, "P5–P95 over inputs"),
            ("p25", "p75", MIDDLE, "P25–P75"),
        ):
            low, high = levels[one].at, levels[other].at
            sided = levels[one].above | levels[other].below
            width = np.where((high > low) & ~sided, high - low, nan)
            ax.barh(place, width, 0.5, low, color=colour, lw=0, label=label)
        middle = levels["p50"]
        median = np.where(middle.below | middle.above, nan, middle.at)
        ax.vlines(median, place - 0.25, place + 0.25, color=BLUE, lw=1.8, label="Median")
        marks: dict[str, Any] = {"ls": "none", "clip_on": False, "zorder": 3}
        # Both ends below a bound, or above it: one arrow.
        down = np.where(last.below, last.at, np.where(first.below, first.at, nan))
        up = np.where(first.above, first.at, np.where(last.above, last.at, nan))
        for bound, marker in ((down, "<"), (up, ">")):
            ax.plot(bound, place, marker=marker, ms=BOUND, color=BLUE, mfc="white", **marks)
        ax.plot(predictive, place, marker="D", ms=4, color=RED, label="Predictive", **marks)
        ax.plot(base, place, marker="o", ms=4.5, color=INK, label="Inputs as they stand", **marks)
        name_rows(ax, told_apart([label for label, _ in rows]))
        for row, (_, name) in zip(place, rows, strict=True):
            spread = Estimates(results).spread(name.metric, name.issuer, name.period)
            ax.text(
                1.04,
                row,
                spread_in_per_cent(spread),
                va="center",
                fontsize=row_letters(ax, len(rows), 7.5),
                transform=ax.get_yaxis_transform(),
            )
        ax.set_xlabel(of_log_scale(ax, "% of paths") if event == "failure" else "% of paths")
        record = results.inputs.record
        below = (
            f"{counted(record.outer, 'point')} of the inputs; at the end P5 to P95; arrow: a bound"
        )
        titles = {
            "failure": "Funding failure within the horizon",
            "negative": "Negative free cash flow if it survives, likeliest year",
        }
        head(ax, titles[event], below, columns=3, from_figure=True)
    return ax


@figure(
    "over-inputs-failure",
    section="over-inputs",
    of="inputs",
    says="Dots and ranges: chance of funding failure of each issuer, and how far it moves with "
    "what is not known of the inputs",
)
def failure_over_inputs(results: Results) -> Figure:
    """The page's figure of `over_inputs` for failures: with a right margin for the ranges."""
    return _with_ranges(results, "failure")


@figure(
    "over-inputs-negative",
    section="over-inputs",
    of="inputs",
    says="Dots and ranges: chance of negative free cash flow of each issuer in its likeliest year, "
    "and how far it moves with what is not known of the inputs",
    order=1,
)
def negative_over_inputs(results: Results) -> Figure:
    """The page's figure of `over_inputs` for negative years."""
    return _with_ranges(results, "negative")


def _with_ranges(results: Results, event: str) -> Figure:
    def draw(runs: Results, ax: Axes) -> Axes:
        return over_inputs(runs, ax, event=event)

    rows = len(_rows(results, event))
    return one_panel(results, draw, Margins(right=ROOM_FOR_RANGES), height_of(rows))


def _rows(results: Results, event: str) -> list[tuple[str, Name]]:
    """Label and name of each row: the issuers likeliest to fail, and of failures any issuer."""
    found = answer(results, Estimates(results))
    shown = likeliest_to_fail(results, MOST_ROWS)
    last = results.quarters[-1]
    if event == "negative":
        years = {issuer.name: issuer.burning[0] for issuer in found.issuers}
        return [
            (f"{name}, {years[name]}", Name(name, years[name], NEGATIVE, "probability"))
            for name in shown
        ]
    rows = [(name, Name(name, last, "funding_failure", "probability")) for name in shown]
    if len(results.issuers) > 1:
        any_of_them = Name(SYSTEM, last, failures_metric(1), "probability")
        rows.append((found.together[0].label, any_of_them))
    return rows


class _Ends(NamedTuple):
    """A quantile of each row: where it is drawn, per cent, and whether that bounds it."""

    at: NDArray[np.float64]
    below: NDArray[np.bool_]
    above: NDArray[np.bool_]


def _chances(
    results: Results, rows: list[tuple[str, Name]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Per cent: with the inputs as they stand, and predictive; NaN where no path hit."""
    inputs = results.inputs
    assert inputs is not None
    both = (results.lookup, inputs.predictive)
    base, predictive = (np.array([_seen(of[name]) for _, name in rows]) for of in both)
    return base, predictive


def _seen(chance: Estimate) -> float:
    return 100.0 * chance.observed if chance.n and chance.observed else nan


def _levels(results: Results, rows: list[tuple[str, Name]]) -> dict[str, _Ends]:
    """Quantiles over the inputs of each row, as they are written; quartiles beside the median."""
    inputs = results.inputs
    assert inputs is not None
    found: dict[str, list[Estimate]] = {level: [] for level in LEVELS}
    for _, name in rows:
        first, lower, median, upper, last = (inputs.over(name, level) for level in LEVELS)
        first, median, last = consistent([first, median, last])
        lower, upper = consistent([lower, median])[0], consistent([median, upper])[1]
        for level, one in zip(LEVELS, (first, lower, median, upper, last), strict=True):
            found[level].append(one)
    return {level: _ends(several) for level, several in found.items()}


def _ends(found: list[Estimate]) -> _Ends:
    """A quantile of each row; its bound where it cannot be told from 0 or 1."""
    value, low, high = (
        np.array([getattr(end, part) for end in found]) for part in ("value", "ci_low", "ci_high")
    )
    below = (low <= 0.0) | (np.isnan(low) & (high < 0.5))
    above = ((high >= 1.0) | (np.isnan(high) & (low > 0.5))) & ~below
    told = np.isfinite(low) & np.isfinite(high)
    at = np.where(below, high, np.where(above, low, np.where(told, value, nan)))
    return _Ends(100.0 * at, below, above)
