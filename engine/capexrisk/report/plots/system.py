"""The market and the group: fan charts, regimes, profit against its threshold."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from capexrisk.archive.results import Results
from capexrisk.estimate.metric import Metric
from capexrisk.estimate.metrics import SYSTEM, amounts_of
from capexrisk.model.vocabulary import REGIMES
from capexrisk.report.plots.bands import PALE, draw_bands, draw_boxes, statistics_of
from capexrisk.report.plots.canvas import INK, ORANGE, RED, drawing
from capexrisk.report.plots.choices import one_of
from capexrisk.report.plots.heads import head
from capexrisk.report.plots.labels import (
    MOST_QUARTER_LABELS,
    label_quarters,
    label_years,
    letters,
    number_axis,
)
from capexrisk.report.plots.registry import plot
from capexrisk.report.writing.estimates import Estimates, threshold_of
from capexrisk.report.writing.numbers import percentage, scale_of
from capexrisk.report.writing.words import a_year, axis_words, is_whole

LIMIT = (0, (4, 2))
REGIME_COLOURS = dict(zip(REGIMES, (PALE, ORANGE, RED), strict=True))
HEADROOM = 1.16  # above the boxes, for the probabilities
MOST_PROBABILITIES = 4  # side by side, or three of more years
FAR = 4.0  # times the highest box: a threshold beyond it would leave no room for the boxes


QUANTITIES = {metric.name: metric for metric in amounts_of("system", "quarter")}


def quantity_of(metric: str) -> Metric:
    """A quantity of the market by its metric.

    Raises
    ------
    ValueError
        For any other metric.
    """
    return QUANTITIES[one_of(metric, QUANTITIES, "metric of the market")]


@plot(
    "spread",
    section="market",
    says="Fan chart: spread of the {bond_market} by quarter, from P5 to P95",
    order=1,
)
@plot(
    "utilisation",
    section="market",
    says="Fan chart: utilisation of {capacity} by quarter, from P5 to P95",
    order=2,
    metric="utilisation",
)
@plot(
    "bond-share",
    section="market",
    says="Fan chart: share of {boom} in the {bond_market} by quarter, from P5 to P95",
    order=3,
    metric="boom_share_of_bond_market",
)
def market(results: Results, metric: str = "market_spread_bp", ax: Axes | None = None) -> Axes:
    """Fan chart of a quantity of the market by quarter.

    P5 to P95, P25 to P75, median and mean. A dashed line marks the scenario's level beyond which
    the market is likelier to shut, if there is one.

    Parameters
    ----------
    results : Results
    metric : {"market_spread_bp", "utilisation", "demand", "boom_share_of_bond_market"}
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        For any other metric, or a run without distributions.
    """
    quantity = quantity_of(metric)
    scale = scale_of(quantity.unit)
    line = statistics_of(results, metric, SYSTEM, results.quarters, scale)
    parameter, named = quantity.level or ("", "")
    level = getattr(results.manifest.scenario.market, parameter, None)
    with drawing(results, ax) as ax:
        draw_bands(ax, line)
        lowest, highest = ax.get_ylim()
        if level is not None and lowest < scale * level < highest:
            ax.axhline(scale * level, color=INK, lw=0.9, ls=LIMIT, label=named)
        ax.set_ylim(lowest, highest)
        ax.set_ylabel(axis_words(quantity, results.words))
        number_axis(ax.yaxis)
        label_quarters(ax, results.quarters)
        head(ax, results.words.fill(quantity.words), columns=4 if level is None else 3)
    return ax


@plot()
def regimes(results: Results, ax: Axes | None = None) -> Axes:
    """Probability of each regime of the bond market by quarter, stacked, %.

    Parameters
    ----------
    results : Results
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    estimates = Estimates(results)
    place = np.arange(len(results.quarters))
    base = np.zeros(place.size)
    width = 0.94 if place.size <= MOST_QUARTER_LABELS else 1.0  # thinner gaps would shimmer
    with drawing(results, ax) as ax:
        for regime, colour in REGIME_COLOURS.items():
            found = (estimates.probability(f"regime_{regime}", SYSTEM, q) for q in results.quarters)
            height = 100.0 * np.array([estimate.observed for estimate in found])
            ax.bar(place, height, width, base, color=colour, label=regime.capitalize(), lw=0)
            base = base + height
        ax.set_ylim(0.0, 100.0)
        ax.set_xlim(-0.5, place.size - 0.5)
        ax.set_ylabel("Probability, %")
        number_axis(ax.yaxis)
        label_quarters(ax, results.quarters)
        head(ax, "State of the bond market", columns=3)
    return ax


@plot(
    "group-profit",
    section="profit",
    says="Boxes: profit of all issuers by year, from P5 to P95, and the threshold",
)
def group_profit(results: Results, ax: Axes | None = None) -> Axes:
    """Profit of all issuers by calendar year against the threshold of the scenario, $bn.

    One box for each year, P5 to P95 and P25 to P75, with median and mean; above it the probability
    that the profit exceeds the threshold, of whole years only.

    Parameters
    ----------
    results : Results
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    line = statistics_of(results, "group_profit", SYSTEM, results.years)
    threshold = threshold_of(results, "group_profit")
    estimates = Estimates(results)
    written = f"${threshold:,.10g}bn"
    low = min(0.0, float(line["p5"].min()))
    high = float(line["p95"].max())
    with drawing(results, ax) as ax:
        draw_boxes(ax, line)
        ax.axhline(0.0, color=INK, linewidth=0.8)
        if threshold <= FAR * high:
            ax.axhline(threshold, color=INK, lw=0.9, ls=LIMIT, label=written)
            high = max(high, threshold)
        height = (high - low) or 1.0
        ax.set_ylim(low - (0.04 * height if low else 0.0), low + HEADROOM * height)
        for place in _some(len(results.years)):
            year = results.years[place]
            if not is_whole(year):  # less of a year is no match for a year's threshold
                continue
            chance = estimates.probability("group_profit_above_threshold", SYSTEM, year)
            _write_above(ax, place, percentage(chance))
        ax.set_ylabel(f"Group profit, $bn {a_year(results.years)}")
        number_axis(ax.yaxis)
        label_years(ax, results.years)
        below = f"figures: chance of exceeding {written}; the failed add nothing"
        head(ax, "Profit of all issuers", below, columns=3)
    return ax


def _some(number: int) -> range:
    """Years, by place, at which there is room for a number."""
    if number <= MOST_PROBABILITIES:
        return range(number)
    step = -(-number // (MOST_PROBABILITIES - 1))
    return range((number - 1) % step // 2, number, step)


def _write_above(ax: Axes, place: float, text: str) -> None:
    ax.text(
        place,
        0.985,
        text,
        transform=ax.get_xaxis_transform(),
        ha="center",
        va="top",
        fontsize=letters(ax, 7.0),
    )
