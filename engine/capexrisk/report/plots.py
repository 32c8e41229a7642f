"""Plots: functions of results and, if wanted, of axes that are already there; they return the axes.

Without `ax` a plot makes its own figure, in the project's style, with pyplot, so that a notebook
shows it. With `ax` it draws there, in whatever style that figure has. No global setting is touched.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from capexrisk.estimate.measures import Estimate
from capexrisk.kernel.outcomes import CHANNELS
from capexrisk.report.canvas import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PINK,
    PLAIN,
    QUIET,
    RED,
    SKY,
    drawing,
    label_ends,
    label_quarters,
    label_years,
    legend_above,
    title,
)
from capexrisk.report.density import Density, Floats
from capexrisk.report.estimates import likeliest_to_fail
from capexrisk.report.numbers import percentage, signed
from capexrisk.report.words import CHANNELS as CHANNEL_WORDS
from capexrisk.report.words import counted, listed
from capexrisk.run.results import Results
from capexrisk.run.summary import SYSTEM, flow_metric

MOST_CURVES = 8
HEADROOM = 1.4  # room above the histogram for the arrow of the cash flow at risk
ARROW = 0.82  # its height in the axes
ROOM = 0.2  # of the width of the axes
VISIBLE = 0.0005  # a share below it would be written 0.0 %
MOST_TOTALS = 7
CURVE_COLOURS = (BLUE, RED, GREEN, PINK, ORANGE, SKY, INK, QUIET)
PALE, MIDDLE = "#c5dcea", "#7fb2d3"  # bands of the fan
BELOW, ABOVE = "#e8a37c", "#a9cbe0"
CHANNEL_COLOURS = (BLUE, SKY, GREEN, PINK, ORANGE, RED)


def fan(results: Results, issuer: str, ax: Axes | None = None) -> Axes:
    """Fan chart of an issuer's free cash flow by quarter, $bn.

    Bands from P5 to P95 and from P25 to P75, median, mean. A failed issuer counts with zero.

    Parameters
    ----------
    results : Results
    issuer : str
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    rows = results.estimates("free_cash_flow", issuer=issuer)
    rows = rows[rows["period"].isin(results.quarters)]
    line = {str(name): group["value"] for name, group in rows.groupby("statistic")}
    place = np.arange(len(results.quarters), dtype=float)
    if place.size == 1:  # a point has no band: it is drawn over its quarter
        place = np.array([-0.5, 0.5])
        line = {name: pd.concat([values, values]) for name, values in line.items()}
    with drawing(results, ax) as ax:
        ax.axhline(0.0, color=INK, linewidth=0.8)
        ax.fill_between(place, line["p5"], line["p95"], color=PALE, lw=0, label="P5–P95")
        ax.fill_between(place, line["p25"], line["p75"], color=MIDDLE, lw=0, label="P25–P75")
        ax.plot(place, line["p50"], color=BLUE, lw=1.6, label="Median")
        ax.plot(place, line["mean"], color=RED, lw=1.2, ls=(0, (3, 1.5)), label="Mean")
        ax.margins(x=0.01)
        ax.set_ylabel("Free cash flow, $bn a quarter")
        ax.yaxis.set_major_formatter(PLAIN)
        label_quarters(ax, results.quarters)
        title(ax, f"{issuer}: free cash flow by quarter")
        legend_above(ax, 4)
    return ax


def distribution(results: Results, issuer: str, year: str, ax: Axes | None = None) -> Axes:
    """Histogram of an issuer's free cash flow over a year, $bn, with its distribution function.

    Marked are P5, the mean and the cash flow at risk between them. Years without any flow, because
    the issuer failed before, stand as a line at zero.

    Parameters
    ----------
    results : Results
    issuer : str
    year : str
    ax : Axes, optional

    Returns
    -------
    Axes
        Of the histogram; the distribution function has its own on the right.
    """
    cells = results.distributions
    chosen = (cells["metric"] == "free_cash_flow") & (cells["period"] == year)
    density = Density.of(cells[chosen & (cells["issuer"] == issuer)])
    values = results.estimates("free_cash_flow", issuer=issuer, period=year)
    value = dict(zip(values["statistic"], values["value"], strict=True))
    edges = density.bins()
    heights = 100.0 * density.heights(edges)
    tallest = float(heights.max()) or 1.0
    with drawing(results, ax) as ax:
        _draw_histogram(ax, edges, heights)
        ax.axvline(0.0, ymax=1.0 / HEADROOM, color=INK, linewidth=0.8)
        # As tall as if it filled a bin, so that few failures do not look like many.
        zero = min(100.0 * density.at_zero / (edges[1] - edges[0]), tallest)
        ax.vlines(0.0, 0.0, zero, color=PINK, lw=3)
        ax.set_xlim(with_room(results, issuer, [year], (edges[0], edges[-1])))
        ax.set_ylim(0.0, HEADROOM * tallest)
        ax.set_ylabel("% of paths per $bn")
        ax.set_xlabel("Free cash flow, $bn")
        ax.xaxis.set_major_formatter(PLAIN)
        ax.yaxis.set_major_formatter(PLAIN)
        ticks = MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(0.0, tallest)
        ax.set_yticks([tick for tick in ticks if tick <= tallest])
        if density.at_zero < 1.0:
            _mark_at_risk(ax, value["p5"], value["mean"])
        _draw_cumulative(ax, density, edges)
        title(ax, f"{issuer}, {year}", _shares(results, issuer, year, density))
    return ax


def with_room(
    results: Results, issuer: str, years: list[str], limits: tuple[float, float]
) -> tuple[float, float]:
    """Limits of the x axis of distributions, with room for the labels beside P5 and the mean."""
    rows = results.estimates("free_cash_flow", issuer=issuer)
    value = rows[rows["period"].isin(years)].groupby("statistic")["value"]
    low, high = limits
    room = ROOM * (high - low)
    return min(low, value.min()["p5"] - room), max(high, value.max()["mean"] + room)


def _draw_histogram(ax: Axes, edges: Floats, heights: Floats) -> None:
    """Bars, those below zero in another colour."""
    zero = int(np.searchsorted(edges, 0.0))
    for part, colour in ((slice(0, zero), BELOW), (slice(zero, None), ABOVE)):
        stop = None if part.stop is None else part.stop + 1
        if heights[part].size:
            ax.stairs(heights[part], edges[part.start : stop], fill=True, color=colour)


def _mark_at_risk(ax: Axes, p5: float, mean: float) -> None:
    """P5 and mean as lines, the cash flow at risk as the arrow between them."""
    across = ax.get_xaxis_transform()
    ax.vlines([p5, mean], 0.0, ARROW + 0.05, transform=across, color=RED, lw=1.0)
    write = partial(
        ax.annotate, xycoords=across, textcoords="offset points", color=RED, fontsize=7, va="center"
    )
    write(f"P5 {signed(p5, 1)}", (p5, ARROW), (-3.0, 0.0), ha="right")
    write(f"mean {signed(mean, 1)}", (mean, ARROW), (3.0, 0.0), ha="left")
    write(f"CFaR {signed(mean - p5, 1)}", (0.5 * (p5 + mean), ARROW), (0.0, 10.0), ha="center")
    arrow = {"arrowstyle": "<->", "color": RED, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", (mean, ARROW), (p5, ARROW), xycoords=across, arrowprops=arrow)


def _draw_cumulative(ax: Axes, density: Density, edges: Floats) -> None:
    right = ax.twinx()
    points = np.sort(np.append(edges, [0.0, -1e-9]))  # a step at zero, where paths stand there
    right.plot(points, 100.0 * density.cumulative(points), color=INK, linewidth=1.2)
    right.set_ylim(0.0, 100.0 * HEADROOM)
    right.set_yticks([0, 25, 50, 75, 100])
    right.set_ylabel("% of paths below")
    right.grid(visible=False)


def _shares(results: Results, issuer: str, year: str, density: Density) -> str:
    row = results.estimates("negative_fcf", issuer=issuer, period=year)
    text = f"{percentage(Estimate(*row.iloc[0, 3:9]))} below zero"
    if density.at_zero >= VISIBLE:
        text += f", {100.0 * density.at_zero:.1f} % at zero: failed before"
    return text


def survival(results: Results, ax: Axes | None = None) -> Axes:
    """Chance of funding failure by the end of each quarter, by issuer, with 95 % bands.

    One minus the survival curve, on a logarithmic axis: most issuers survive on nearly every path,
    and their curves could not be told apart beside 100 %. An issuer without a failure has no curve.

    Parameters
    ----------
    results : Results
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    rows = results.estimates("funding_failure")
    failing = set(rows.loc[rows["statistic"] != "upper_bound", "issuer"])
    shown = [name for name in likeliest_to_fail(results, MOST_CURVES) if name in failing]
    floor = min(1.0, 50.0 / results.paths)  # per cent: half of what a single path shows
    with drawing(results, ax) as ax:
        ax.set_yscale("log")
        ax.set_ylim(floor, 130.0)
        ends = []
        for issuer, colour in zip(shown, CURVE_COLOURS, strict=False):
            curve = rows[rows["issuer"] == issuer].set_index("period").loc[results.quarters]
            ends.append(_draw_steps(ax, curve, floor, colour))
        label_ends(ax, shown, ends, CURVE_COLOURS)
        ax.yaxis.set_major_formatter(PLAIN)
        ax.set_ylabel("% of paths, log scale")
        ax.set_xlim(-0.5, len(results.quarters) - 0.5)
        label_quarters(ax, results.quarters)
        ax.minorticks_off()
        text = _who_is_missing(results, shown, failing)
        title(ax, "Funding failure by the end of each quarter", text)
    return ax


def _draw_steps(ax: Axes, curve: pd.DataFrame, floor: float, colour: str) -> float:
    """A curve that is level over each quarter, with its band; returns its last height."""
    place = np.flatnonzero(curve["statistic"] != "upper_bound")
    seen = curve.iloc[place]
    value = seen["value"].where(seen["statistic"] != "lower_bound", 1.0)
    x = np.column_stack([place - 0.5, place + 0.5]).ravel()
    low, middle, high = (
        100.0 * np.repeat(y.to_numpy(), 2) for y in (seen["ci_low"], value, seen["ci_high"])
    )
    ax.fill_between(x, np.maximum(low, floor), high, color=colour, alpha=0.18, lw=0)
    ax.plot(x, middle, color=colour, linewidth=1.5)
    return float(middle[-1])


def _who_is_missing(results: Results, shown: list[str], failing: set[str]) -> str:
    never = [issuer for issuer in results.issuers if issuer not in failing]
    if shown and len(shown) < len(failing):
        return f"the {len(shown)} likeliest of {len(failing)} issuers that fail on some path"
    if not never:
        return "with 95 % bands; a curve starts at the first failure on any path"
    names = listed(never, 4) if shown else "any issuer"
    return f"no failure of {names} in {counted(results.paths, 'path')}"


def funding_mix(results: Results, issuer: str = SYSTEM, ax: Axes | None = None) -> Axes:
    """Mean outside funding by year, stacked by channel, $bn.

    Parameters
    ----------
    results : Results
    issuer : str
        A name, or "system" for all issuers together.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    place = np.arange(len(results.years))
    base = np.zeros(place.size)
    with drawing(results, ax) as ax:
        for channel, colour in zip(CHANNELS, CHANNEL_COLOURS, strict=True):
            rows = results.estimates(flow_metric(channel), statistic="mean")
            rows = rows[rows["period"].isin(results.years)]
            if issuer != SYSTEM:
                rows = rows[rows["issuer"] == issuer]
            raised = rows.groupby("period")["value"].sum()[results.years].to_numpy()
            label = CHANNEL_WORDS[channel]
            ax.bar(place, raised, 0.62, base, color=colour, label=label, edgecolor="white", lw=0.4)
            base = base + raised
        highest = float(base.max()) or 1.0
        if place.size <= MOST_TOTALS:
            for x, total in enumerate(base):
                label = signed(total, 1 if highest < 100.0 else 0)
                ax.text(x, total + 0.015 * highest, label, ha="center", fontweight="bold")
        ax.set_xlim(-0.6, place.size - 0.4)
        ax.set_ylim(0.0, 1.12 * highest)
        ax.set_ylabel("Mean of all paths, $bn a year")
        ax.yaxis.set_major_formatter(PLAIN)
        label_years(ax, results.years)
        title(ax, f"{'All issuers' if issuer == SYSTEM else issuer}: outside funding")
        legend_above(ax, 3)
    return ax
