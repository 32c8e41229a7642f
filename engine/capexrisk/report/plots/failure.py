"""Funding failure: its probability over time, and the constraints that bound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.typing import LineStyleType
from numpy.typing import NDArray

from capexrisk.archive.results import Results
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.names import Name
from capexrisk.model.vocabulary import CAUSES
from capexrisk.report.plots.canvas import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PINK,
    QUIET,
    RED,
    SKY,
    Margins,
    drawing,
    one_panel,
)
from capexrisk.report.plots.heads import head
from capexrisk.report.plots.labels import label_ends, label_quarters, number_axis, of_log_scale
from capexrisk.report.plots.registry import figure, plot
from capexrisk.report.plots.rows import name_rows, row_letters
from capexrisk.report.writing.estimates import Estimates, likeliest_to_fail
from capexrisk.report.writing.numbers import percentage
from capexrisk.report.writing.words import counted, listed, told_apart
from capexrisk.scenario.words import capitalised

Floats = NDArray[np.float64]
MOST_CURVES = 8
CURVE_COLOURS = (BLUE, RED, GREEN, PINK, ORANGE, SKY, INK, QUIET)
MOST_BARS = 12
CAUSE_COLOURS = dict(zip(CAUSES, (INK, BLUE, SKY, GREEN, PINK, ORANGE, RED), strict=True))
WRITTEN = 8.0  # per cent of a bar that has room for its number
FEW_FAILURES = 100  # paths; so many tell a share to 10 points, with 95 % confidence
PALE = 0.4
LINEAR_ABOVE = 5.0  # per cent: lowest end of curves that a linear axis tells apart
BAR = 0.21  # of height for an issuer, inches
LETTER = 4.9  # width of a letter of a name beside its curve, points
ROOM_FOR_CHANCES = 78.0  # points: "99.993–99.999 %" beside the bars of causes


@plot()
def survival(results: Results, ax: Axes | None = None) -> Axes:
    """Chance of funding failure by the end of each quarter, by issuer, with 95 % bands of sampling.

    One minus the survival curve, on a logarithmic axis: most issuers survive on nearly every path,
    and near 100 % their curves would look the same. Where all curves end above 5 % the axis is
    linear. An issuer without a failure has no curve.

    Parameters
    ----------
    results : Results
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    curves = {
        issuer: failures_by_quarter(results, issuer, results.quarters) for issuer in results.issuers
    }
    failing = {who for who, curve in curves.items() if any(e and e.hits for e in curve)}
    shown = [name for name in likeliest_to_fail(results, MOST_CURVES) if name in failing]
    floor = min(1.0, 50.0 / results.paths)  # per cent: half of what a single path shows
    with drawing(results, ax) as ax:
        draw_chance_axis(ax, [curves[name] for name in shown], floor)
        ends = []
        for issuer, colour in zip(shown, CURVE_COLOURS, strict=False):
            end = draw_steps(ax, curves[issuer], floor, colour)
            if end is not None:
                ends.append((len(results.quarters) - 0.5, end))
        ax.set_xlim(-0.5, len(results.quarters) - 0.5)
        label_ends(ax, shown, ends, CURVE_COLOURS)
        label_quarters(ax, results.quarters)
        ax.minorticks_off()
        text = _who_is_missing(results, shown, failing)
        head(ax, "Funding failure by the end of each quarter", text)
    return ax


@figure(
    "survival",
    section="by-year",
    says="Curves: chance of funding failure by the end of each quarter, for each issuer",
)
def survival_with_names(results: Results) -> Figure:
    """The page's figure of `survival`: with a right margin for the longest name."""
    longest = max(map(len, told_apart(results.issuers)))
    return one_panel(results, survival, Margins(right=10.0 + LETTER * longest))


def failures_by_quarter(
    results: Results, issuer: str, quarters: Sequence[str]
) -> list[Estimate | None]:
    """Chance of an issuer's failure by the end of each quarter; None where the run has none."""
    names = (Name(issuer, quarter, "funding_failure", "probability") for quarter in quarters)
    return [results.lookup.get(name) for name in names]


def draw_chance_axis(ax: Axes, curves: Iterable[Sequence[Estimate | None]], floor: float) -> None:
    """The y axis of cumulative chances: logarithmic, unless every curve ends high.

    Parameters
    ----------
    ax : Axes
    curves : iterable of sequences of Estimate or None
    floor : float
        Lowest height that a logarithmic axis shows, per cent.
    """
    seen = [[estimate.observed for estimate in curve if estimate] for curve in curves]
    ends = [100.0 * chances[-1] for chances in seen if any(chances)]
    linear = bool(ends) and min(ends) > LINEAR_ABOVE
    ax.set_yscale("linear" if linear else "log")
    ax.set_ylim(0.0 if linear else floor, min(100.0, 1.15 * max(ends)) if linear else 130.0)
    number_axis(ax.yaxis)
    ax.set_ylabel("% of paths" if linear else of_log_scale(ax, "% of paths"))


def draw_steps(
    ax: Axes,
    curve: Sequence[Estimate | None],
    floor: float,
    colour: str,
    line: LineStyleType = "-",
    label: str | None = None,
) -> float | None:
    """Draw a curve that is level over each quarter, with its band.

    Parameters
    ----------
    ax : Axes
    curve : sequence of Estimate or None
        One a quarter.
    floor : float
        Lowest height that is drawn, per cent.
    colour : str
    line : str or tuple
        A line style.
    label : str, optional

    Returns
    -------
    float or None
        Its last height; None where nothing was seen to happen, and nothing is drawn.
    """
    seen = {k: e for k, e in enumerate(curve) if e and e.hits}
    if not seen:
        return None
    place = np.array(list(seen))
    x = np.column_stack([place - 0.5, place + 0.5]).ravel()
    heights = [(e.ci_low, e.observed, e.ci_high) for e in seen.values()]
    low, middle, high = 100.0 * np.repeat(np.array(heights).T, 2, axis=1)
    ax.fill_between(x, np.maximum(low, floor), high, color=colour, alpha=0.18, lw=0)
    ax.plot(x, middle, color=colour, linestyle=line, linewidth=1.5, label=label)
    return float(middle[-1])


def _who_is_missing(results: Results, shown: list[str], failing: set[str]) -> str:
    never = [issuer for issuer in results.issuers if issuer not in failing]
    if shown and len(shown) < len(failing):
        return f"the {len(shown)} likeliest of {len(failing)} issuers that fail on some path"
    if not never:
        return "95 % bands, of sampling alone; curves start at a first failure"
    names = listed(never, 4) if shown else "any issuer"
    return f"no failure of {names} in {counted(results.paths, 'path')}"


@plot()
def causes(results: Results, ax: Axes | None = None) -> Axes:
    """What bound in the failing quarter: one bar for each issuer, divided by constraint.

    Shares of an issuer's failures, with the probability of its failure over the horizon beside
    them. A bar is pale, and says how many, where fewer than 100 paths fail. Of many issuers the
    twelve likeliest to fail.

    Parameters
    ----------
    results : Results
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    estimates = Estimates(results)
    shown = likeliest_to_fail(results, MOST_BARS)
    chances = [
        estimates.probability("funding_failure", issuer, results.quarters[-1]) for issuer in shown
    ]
    few = np.array([chance.hits < FEW_FAILURES for chance in chances])
    with drawing(results, ax, height=height_of_rows(len(shown))) as ax:
        base = np.zeros(len(shown))
        for cause in CAUSES:
            metric = f"funding_failure_by_{cause}_given_funding_failure"
            found = [estimates.probability(metric, issuer).observed for issuer in shown]
            share = 100.0 * np.nan_to_num(np.array(found))  # of no failures no share
            words = capitalised(results.words.fill(CAUSES[cause]))
            _draw_cause(ax, cause, base, share, few, words)
            base += share
        ax.set_xlim(0.0, 100.0)
        name_rows(ax, told_apart(shown))
        ax.grid(visible=False)
        for row, chance in enumerate(chances):
            ax.text(
                102.0,
                row,
                percentage(chance),
                va="center",
                fontsize=row_letters(ax, len(shown), 7.5),
            )
            if few[row]:
                words, colour = "no failure", QUIET
                if chance.hits:
                    words, colour = f"of {counted(round(chance.hits), 'path')} alone", INK
                ax.text(
                    1.0,
                    row,
                    words,
                    va="center",
                    fontsize=row_letters(ax, len(shown), 7.0),
                    color=colour,
                )
        ax.set_xlabel("% of its failures")
        text = "the figure at the end: probability of failure within the horizon"
        if len(shown) < len(results.issuers):
            text += f"; the {len(shown)} likeliest of {len(results.issuers)} issuers"
        head(ax, "Bound in the failing quarter", text, columns=3, from_figure=True)
        legend = ax.get_legend()
        for key in [] if legend is None else legend.legend_handles:
            if key is not None:
                key.set_alpha(1.0)  # as the bars of many failures, whatever the first bar is
    return ax


@figure(
    "causes",
    section="together",
    says="Bars: which constraint bound when each issuer failed, and how likely it fails",
)
def causes_with_chances(results: Results) -> Figure:
    """The page's figure of `causes`: with a right margin for the chances."""
    rows = len(likeliest_to_fail(results, MOST_BARS))
    return one_panel(results, causes, Margins(right=ROOM_FOR_CHANCES), height_of_rows(rows))


def height_of_rows(rows: int) -> float:
    """Height of a figure of the causes, by its number of issuers, inches."""
    return 1.55 + BAR * rows


def _draw_cause(
    ax: Axes, cause: str, base: Floats, share: Floats, few: NDArray[np.bool_], words: str
) -> None:
    """Draw one cause's part of every bar, with its number where there is room and enough paths."""
    place = np.arange(share.size)
    bars = ax.barh(
        place,
        share,
        0.74,
        base,
        color=CAUSE_COLOURS[cause],
        label=words,
        edgecolor="white",
        linewidth=0.6,
    )
    for bar, pale in zip(bars, few, strict=True):
        bar.set_alpha(PALE if pale else 1.0)
    written = (share >= WRITTEN) & ~few
    labels = [f"{number:.0f}" if told else "" for number, told in zip(share, written, strict=True)]
    colour = "white" if CAUSE_COLOURS[cause] in (INK, BLUE) else INK  # for contrast
    ax.bar_label(
        bars, labels, label_type="center", color=colour, fontsize=row_letters(ax, share.size, 7.0)
    )
