"""Exceedance: the probability that an amount is worse than x, for all x."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from capexrisk.archive.results import Results
from capexrisk.estimate.intervals import binomial_interval
from capexrisk.estimate.metric import Metric
from capexrisk.estimate.metrics import HORIZON, SYSTEM, metric_of, of_whom
from capexrisk.report.plots.canvas import BLUE, INK, SKY, drawing
from capexrisk.report.plots.choices import refuse_means, rows_of
from capexrisk.report.plots.heads import head
from capexrisk.report.plots.labels import number_axis, of_log_scale
from capexrisk.report.plots.registry import plot
from capexrisk.report.writing.estimates import Estimates, threshold_of
from capexrisk.report.writing.numbers import percentage, scale_of, sign_of, signed
from capexrisk.report.writing.words import in_a_sentence, shortened

Floats = NDArray[np.float64]
MOST_POINTS = 300


@plot(
    "outside-funding",
    section="funding",
    says="Curve: chance that all issuers raise more than an amount",
    order=2,
)
def exceedance(
    results: Results,
    metric: str = "outside_funding",
    issuer: str = SYSTEM,
    period: str | int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Probability that an amount is worse than x, over x, on a logarithmic axis.

    Worse is more of what must be raised, spent or paid, and less of cash flow, profit, cash, demand
    and utilisation; of group profit it is more, which must exceed a threshold. The band is the 95 %
    interval at each x for as many independent paths; Sobol nets are usually more precise. A dashed
    line is a threshold of the scenario.

    Parameters
    ----------
    results : Results
    metric : str
        Any with quantiles in the tidy table.
    issuer : str
        A name, or "system".
    period : str or int, optional
        A quarter, a year or "horizon", as in the tidy table. Default: the horizon, or the last
        quarter of what has none.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the run has no distribution of it.
    """
    refuse_means(results, "exceedance")
    cells = rows_of(results.distributions, metric, issuer, period, "metric with a distribution")
    period = str(cells["period"].iloc[0])
    cells = cells.sort_values("lower", kind="stable")
    quantity = metric_of(metric, of_whom(issuer))
    named = results.words.fill(quantity.words)
    with drawing(results, ax) as ax:
        _draw_curve(ax, cells, quantity)
        ax.margins(x=0.02)
        ax.set_xlabel(f"x: {in_a_sentence(named)}, {sign_of(quantity.unit)}")
        side = "below" if quantity.worse == "low" else "above"
        ax.set_ylabel(of_log_scale(ax, f"% of paths {side} x"))
        number_axis(ax.xaxis)
        number_axis(ax.yaxis)
        ax.minorticks_off()
        threshold = _mark_threshold(results, metric, issuer, period, ax)
        head(
            ax,
            *_heading(
                named, issuer, period, threshold, _left_out(results, quantity, issuer, period)
            ),
        )
    return ax


def _draw_curve(ax: Axes, cells: pd.DataFrame, quantity: Metric) -> None:
    """The share of paths on the worse side of each x, with its band."""
    x, hits = _thinned(*_curve(cells, low=quantity.worse == "low"))
    x = scale_of(quantity.unit) * x
    n = float(cells["count"].sum())
    low, high = 100.0 * np.array([binomial_interval(h, n) for h in hits]).T
    floor = min(1.0, 50.0 / n)  # per cent: half of what a single path shows
    ax.set_yscale("log")
    ax.set_ylim(floor, 130.0)
    ax.fill_between(x, np.maximum(low, floor), high, color=SKY, alpha=0.35, lw=0)
    seen = hits > 0.0
    ax.plot(x[seen], 100.0 * hits[seen] / n, color=BLUE, lw=1.5)


def _curve(cells: pd.DataFrame, *, low: bool) -> tuple[Floats, Floats]:
    """Edges of the cells, and the number of paths below or above each edge."""
    lower, upper, count = (cells[name].to_numpy(float) for name in ("lower", "upper", "count"))
    below = np.cumsum(count)
    if low:
        return np.append(lower, upper[-1]), np.append(below - count, below[-1])
    return np.append(lower[0], upper), np.append(below[-1], below[-1] - below)


def _thinned(x: Floats, hits: Floats) -> tuple[Floats, Floats]:
    """Drop points that are too near to the one before to be seen."""
    step = (x[-1] - x[0]) / MOST_POINTS
    place = np.floor((x - x[0]) / step) if step > 0.0 else np.zeros_like(x)
    kept = np.append(True, np.diff(place) > 0.0)
    kept[-1] = True
    return x[kept], hits[kept]


def _mark_threshold(results: Results, metric: str, issuer: str, period: str, ax: Axes) -> str:
    """Draw the scenario's threshold; return the chance of exceeding it in words, or nothing."""
    estimates = Estimates(results)
    if issuer != SYSTEM or not estimates.has(f"{metric}_above_threshold", issuer, period):
        return ""
    threshold = threshold_of(results, metric)
    chance = estimates.probability(f"{metric}_above_threshold", issuer, period)
    low, high = ax.get_xlim()
    near = abs(threshold - 0.5 * (low + high)) < high - low  # or the curve would be squeezed
    if near:
        ax.axvline(threshold, color=INK, linewidth=0.9, linestyle=(0, (4, 2)))
    line = " (dashed)" if near else ""
    return f"above ${signed(threshold, 0)}bn{line}: {percentage(chance)}"


def _left_out(results: Results, quantity: Metric, issuer: str, period: str) -> str:
    """How many paths are left out because the issuer failed before; nothing where all count."""
    failed = Estimates(results).failed_before(issuer, period) if quantity.survivors else None
    return "" if failed is None else f"; failed before and left out: {percentage(failed)}"


def _heading(
    named: str, issuer: str, period: str, threshold: str, left_out: str
) -> tuple[str, str]:
    """Title and the line below it, where the period goes if a name takes the title's room."""
    when = "over the horizon" if period == HORIZON else f"in {period}"
    if issuer != SYSTEM:
        title = f"{shortened(issuer)}: {in_a_sentence(named)}"
        return title, f"{when}, with its 95 % band{left_out}"
    title = f"{named} {when}"
    return title, f"{threshold}; band: 95 %" if threshold else "with its 95 % band"
