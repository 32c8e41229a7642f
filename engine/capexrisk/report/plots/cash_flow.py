"""Free cash flow of an issuer: fans over time, and the distribution over a year."""

from __future__ import annotations

from functools import partial
from math import floor, log10

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.transforms import Affine2D

from capexrisk.archive.results import Results
from capexrisk.estimate.density import Density, Floats
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.metric import AT_RISK
from capexrisk.report.plots.bands import draw_bands, draw_boxes, outer_band, statistics_of
from capexrisk.report.plots.canvas import INK, RED, Margins, drawing, panels, stamp, styled
from capexrisk.report.plots.choices import one_of, refuse_means
from capexrisk.report.plots.heads import head
from capexrisk.report.plots.labels import label_quarters, label_years, number_axis, shifted
from capexrisk.report.plots.registry import figure, plot
from capexrisk.report.writing.estimates import FREE_CASH_FLOW, NEGATIVE, Estimates
from capexrisk.report.writing.numbers import money_alone, percentage
from capexrisk.report.writing.words import a_year, shortened

HEADROOM = 1.4  # room above the histogram for the arrow of the cash flow at risk
STEPS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)  # of a scale of four
ARROW = 0.82  # its height in the axes
ROOM = 0.2  # of the width of the axes
GAP, DIGITS = 3.5, 2.5  # beside the axes: points, and room for three digits in their size
MARKED = ("p5", "mean", AT_RISK)
BELOW, ABOVE = "#e8a37c", "#a9cbe0"
MOST_PANELS = 4  # years below each other
PANEL = 2.1  # height of a year, inches


@plot(
    "fan",
    section="issuer",
    of="issuer",
    says="Fan chart: free cash flow of {issuer} by quarter, from P5 to P95",
    order=1,
    inputs=True,
)
def fan(results: Results, issuer: str, ax: Axes | None = None, *, by: str = "quarter") -> Axes:
    """Fan chart of an issuer's free cash flow by quarter or by calendar year, $bn.

    P5 to P95, P25 to P75, median, mean, of the paths on which the issuer has not failed before.

    Parameters
    ----------
    results : Results
    issuer : str
    ax : Axes, optional
    by : {"quarter", "year"}

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        For another issuer, any other `by`, or a run without distributions.
    """
    one_of(issuer, results.issuers, "issuer")
    if by not in ("quarter", "year"):
        raise ValueError(f"by: {by!r} is no period; give 'quarter' or 'year'")
    periods = results.quarters if by == "quarter" else results.years
    line = statistics_of(results, FREE_CASH_FLOW, issuer, periods)
    with drawing(results, ax) as ax:
        ax.axhline(0.0, color=INK, linewidth=0.8)
        if by == "quarter":
            draw_bands(ax, line, outer_band(results, FREE_CASH_FLOW, issuer, periods))
            label_quarters(ax, periods)
        else:
            draw_boxes(ax, line)
            label_years(ax, periods)
        ax.set_ylabel(f"Free cash flow, $bn {'a quarter' if by == 'quarter' else a_year(periods)}")
        number_axis(ax.yaxis)
        title = f"{shortened(issuer)}: free cash flow by {by}"
        columns = 4 if results.inputs is None else 3
        head(ax, title, _left_out(results, issuer, periods[-1]), columns=columns)
    return ax


@plot()
def distribution(results: Results, issuer: str, year: str | int, ax: Axes | None = None) -> Axes:
    """Histogram of an issuer's free cash flow over a year, $bn, with its distribution function.

    Marked are P5, the mean and the cash flow at risk between them. Paths on which the issuer failed
    before the year are left out.

    Parameters
    ----------
    results : Results
    issuer : str
    year : str or int
    ax : Axes, optional

    Returns
    -------
    Axes
        Of the histogram; the distribution function is its last line, from 0 to 100.

    Raises
    ------
    ValueError
        For an issuer or a year that the run does not have, or a run that collected means only.
    """
    one_of(issuer, results.issuers, "issuer")
    year = one_of(year, results.years, "year")
    refuse_means(results, "distribution")
    density = _densities(results, issuer, [year]).get(year)
    if density is None:
        return _nobody_alive(results, issuer, year, ax)
    return _distribution(results, issuer, year, density, density.bin_width(), ax)


def _densities(results: Results, issuer: str, years: list[str]) -> dict[str, Density]:
    """Distributions of an issuer's free cash flow in the years in which it is alive on a path.

    Of all issuers' they are searched for at once: a third of a million rows.
    """
    cells = results.distributions
    cells = cells[(cells["issuer"] == issuer) & (cells["metric"] == FREE_CASH_FLOW)]
    by_year = ((year, cells[cells["period"] == year]) for year in years)
    return {year: Density.of(found) for year, found in by_year if len(found)}


def _distribution(
    results: Results, issuer: str, year: str, density: Density, width: float, ax: Axes | None
) -> Axes:
    edges = density.bins(width)
    heights = 100.0 * width * density.heights(edges)
    step = _quarter_of(float(heights.max()) or 1.0)
    with drawing(results, ax) as ax:
        _draw_histogram(ax, edges, heights)
        ax.axvline(0.0, ymax=1.0 / HEADROOM, color=INK, linewidth=0.8)
        ax.set_xlim(with_room(results, issuer, [year], (edges[0], edges[-1])))
        ax.set_ylim(0.0, HEADROOM * 4.0 * step)
        ax.set_ylabel(f"% of paths per {_of_bars(width)}")
        ax.set_xlabel("Free cash flow, $bn")
        number_axis(ax.xaxis)
        number_axis(ax.yaxis)
        ax.set_yticks(step * np.arange(5))  # at the quarters of the right scale: one grid for both
        known = Estimates(results)
        marked = (known.amount(FREE_CASH_FLOW, issuer, year, each) for each in MARKED)
        _mark_at_risk(ax, *marked)
        _draw_cumulative(ax, density, edges)
        head(ax, f"{shortened(issuer)}, {year}", _shares(results, issuer, year))
    return ax


@figure(
    "distribution",
    section="issuer-tall",
    of="issuer",
    says="Histograms: free cash flow of {issuer} in each year, with P5 and mean",
)
def distributions(results: Results, issuer: str) -> Figure:
    """The first years under each other, on the same scale from left to right, in equal bins."""
    years = results.years[:MOST_PANELS]
    refuse_means(results, "distribution")
    densities = _densities(results, issuer, years)
    width = max((density.bin_width() for density in densities.values()), default=1.0)
    with styled():
        drawn, axes = panels(len(years), 0.3 + PANEL * len(years))
        for ax, year in zip(axes, years, strict=True):
            if year in densities:
                _distribution(results, issuer, year, densities[year], width, ax)
            else:
                _nobody_alive(results, issuer, year, ax)
        lows, highs = zip(*(ax.get_xlim() for ax in axes), strict=True)
        limits = with_room(results, issuer, years, (min(lows), max(highs)))
        for ax in axes:
            ax.set_xlim(limits)
        for ax in axes[:-1]:
            ax.set_xlabel("")
        Margins(right=33.0).apply(drawn, rows=len(years), between=57.0)
        stamp(drawn, results)
    return drawn


def with_room(
    results: Results, issuer: str, years: list[str], limits: tuple[float, float]
) -> tuple[float, float]:
    """Limits of the x axis with room for the labels beside P5 and the mean."""
    low, high = limits
    room = ROOM * (high - low)
    beside = _p5_and_mean(results, issuer, years) + room * np.array([-1.0, 1.0])
    return float(np.nanmin([low, *beside[:, 0]])), float(np.nanmax([high, *beside[:, 1]]))


def _p5_and_mean(results: Results, issuer: str, years: list[str]) -> Floats:
    """P5 and mean of each year's free cash flow, (years, 2); NaN where nobody is alive."""
    known = Estimates(results)
    statistics = ("p5", "mean")
    return np.array(
        [
            [known.amount(FREE_CASH_FLOW, issuer, year, each).value for each in statistics]
            for year in years
        ]
    )


def _quarter_of(tallest: float) -> float:
    """A quarter of the scale of bars: four such steps hold the tallest.

    >>> _quarter_of(7.4), _quarter_of(4.4)
    (2.0, 1.5)
    """
    power = 10.0 ** floor(log10(tallest / 4.0))
    return next(step * power for step in STEPS if 4.0 * step * power >= tallest * (1.0 - 1e-9))


def _draw_histogram(ax: Axes, edges: Floats, heights: Floats) -> None:
    """Bars, those below zero in another colour."""
    zero = int(np.searchsorted(edges, 0.0))
    for part, colour in ((slice(0, zero), BELOW), (slice(zero, None), ABOVE)):
        stop = None if part.stop is None else part.stop + 1
        if heights[part].size:
            ax.stairs(heights[part], edges[part.start : stop], fill=True, color=colour)


def _of_bars(width: float) -> str:
    """The width of a bar, in words: heights of bars are only compared with it.

    >>> _of_bars(2.0), _of_bars(0.025)
    ('$2bn', '$25m')
    """
    return f"${width:.3g}bn" if width >= 1.0 else f"${1_000.0 * width:.3g}m"


def _mark_at_risk(ax: Axes, p5: Estimate, mean: Estimate, at_risk: Estimate) -> None:
    """P5 and mean as lines, the cash flow at risk as the arrow between them; digits of the table.

    Each number is rounded by its own error, as beside the figure.
    """
    low, high = p5.value, mean.value
    across = ax.get_xaxis_transform()
    ax.vlines([low, high], 0.0, ARROW + 0.05, transform=across, color=RED, lw=1.0)
    write = partial(
        ax.annotate, xycoords=across, textcoords="offset points", color=RED, fontsize=7, va="center"
    )
    write(f"P5 {money_alone(p5)}", (low, ARROW), (-3.0, 0.0), ha="right")
    write(f"mean {money_alone(mean)}", (high, ARROW), (3.0, 0.0), ha="left")
    write(f"CFaR {money_alone(at_risk)}", (0.5 * (low + high), ARROW), (0.0, 10.0), ha="center")
    arrow = {"arrowstyle": "<->", "color": RED, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", (high, ARROW), (low, ARROW), xycoords=across, arrowprops=arrow)


def _draw_cumulative(ax: Axes, density: Density, edges: Floats) -> None:
    """The distribution function, with its own scale on the right.

    On the histogram's axes: a second pair of them would take a fifth of all drawing of a report.
    """
    scale = Affine2D().scale(1.0, 0.01 / HEADROOM)
    shares = 100.0 * density.cumulative(edges)
    ax.plot(edges, shares, color=INK, lw=1.2, transform=scale + ax.get_xaxis_transform())
    size = FontProperties(size=rcParams["ytick.labelsize"]).get_size_in_points()
    beside = scale + ax.transAxes
    numbers, name = (beside + shifted(ax, right) for right in (GAP, GAP + DIGITS * size))
    write = partial(ax.text, fontsize=size, color=rcParams["ytick.color"], va="center_baseline")
    for share in (0, 25, 50, 75, 100):
        write(1.0, share, f"{share}", transform=numbers)
    write = partial(ax.text, fontsize=rcParams["axes.labelsize"], va="center", rotation=90)
    middle, colour = 50.0 * HEADROOM, rcParams["axes.labelcolor"]
    write(1.0, middle, "% of paths below", color=colour, transform=name)


def _nobody_alive(results: Results, issuer: str, year: str, ax: Axes | None) -> Axes:
    """An empty histogram: the issuer has failed before on every path."""
    with drawing(results, ax) as ax:
        ax.set_xlabel("Free cash flow, $bn")
        ax.set_yticks([])
        head(ax, f"{shortened(issuer)}, {year}", "failed before on every path")
    return ax


def _shares(results: Results, issuer: str, year: str) -> str:
    negative = Estimates(results).probability(NEGATIVE, issuer, year)
    below = f"below zero, if it survives the year: {percentage(negative)}"
    return "; ".join(filter(None, [below, _left_out(results, issuer, year)]))


def _left_out(results: Results, issuer: str, period: str) -> str:
    """How many paths a plot leaves out in a period; nothing where the issuer has never failed."""
    failed = Estimates(results).failed_before(issuer, period)
    if failed is None or failed.hits == 0.0:
        return ""
    return f"failed before {period} and left out: {percentage(failed)}"
