"""Convergence of an estimate with the number of nets."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from capexrisk.archive.results import Results
from capexrisk.estimate.independent import OBSERVED
from capexrisk.estimate.intervals import standard_error, student_half_width
from capexrisk.estimate.metrics import SYSTEM, metric_of, of_whom
from capexrisk.estimate.names import Name
from capexrisk.report.plots.bands import DASHED
from capexrisk.report.plots.canvas import BLUE, GREEN, RED, SKY, drawing
from capexrisk.report.plots.choices import one_of, rows_of
from capexrisk.report.plots.heads import head
from capexrisk.report.plots.labels import number_axis
from capexrisk.report.plots.registry import plot
from capexrisk.report.writing.numbers import scale_of
from capexrisk.report.writing.words import axis_words, shortened, words_of

Floats = NDArray[np.float64]
FEWEST = 4  # nets whose spread is informative


@plot()
def convergence(
    results: Results,
    metric: str,
    issuer: str = SYSTEM,
    period: str | int | None = None,
    statistic: str | None = None,
    *,
    target: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """An estimate and its 95 % band over the number of paths, as nets are added one by one.

    The mean of the first k nets, from the fourth on, with Student's interval; a line marks the
    run's final estimate.

    Parameters
    ----------
    results : Results
        Of the sampler "sobol".
    metric, issuer : str
        Of the tidy table.
    period : str or int, optional
        A quarter, a year or "horizon", as there. Default: the horizon, or the last quarter, which
        is the same for the chance that something has happened by then.
    statistic : str, optional
        As there; "probability" stands for its bounds too. Default: a probability, or the mean.
    target : float, optional
        A target standard error: the band of one standard error around the value is drawn.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the table has no such row, or the run no nets.
    """
    name = _name(results, metric, issuer, period, statistic)
    by_net = results.replicates[results.lookup.row(name)]
    if results.manifest.run.sampler != "sobol":
        raise ValueError("convergence: the paths of this run are independent; it has no nets")
    of = metric_of(metric, of_whom(issuer))
    scale = scale_of(of.unit)
    nets, mean, half = _running(scale * by_net)
    paths = nets * results.paths / by_net.size
    value = scale * float(by_net.mean())
    with drawing(results, ax) as ax:
        if target is not None:
            _draw_target(ax, value, scale * target)
        ax.fill_between(paths, mean - half, mean + half, color=SKY, alpha=0.35, lw=0, label="95 %")
        ax.plot(paths, mean, color=BLUE, lw=1.5, label="Estimate")
        ax.axhline(value, color=RED, lw=1.0, ls=DASHED, label="All paths")
        ax.set_xlim(0.0, 1.02 * paths[-1])
        ax.xaxis.set_major_locator(MaxNLocator(5))
        for axis in (ax.xaxis, ax.yaxis):
            number_axis(axis)
        ax.set_xlabel("Paths")
        ax.set_ylabel(
            "Probability, %" if of.unit == "probability" else axis_words(of, results.words)
        )
        who = "" if issuer == "system" else f"{shortened(issuer)}, "
        head(
            ax,
            words_of(metric, issuer, results.words),
            f"{who}{name.period}, {name.statistic}",
            columns=4,
        )
    return ax


def _draw_target(ax: Axes, value: float, target: float) -> None:
    """Draw the band of the target standard error around a value."""
    dots = (0, (1, 1))
    ax.axhspan(value - target, value + target, color="#d9efe6", lw=0)
    for side in (-target, target):
        ax.axhline(value + side, color=GREEN, lw=0.9, ls=dots)
    ax.plot([], [], color=GREEN, lw=0.9, ls=dots, label=f"Target: ± {target:.2g}")


def _running(by_net: Floats) -> tuple[Floats, Floats, Floats]:
    """Numbers of nets; mean of that many nets, and half its interval."""
    nets = np.arange(FEWEST, by_net.size + 1)
    mean = np.array([by_net[:k].mean() for k in nets])
    half = [student_half_width(int(k)) * standard_error(by_net[:k]) for k in nets]
    return nets.astype(float), mean, np.array(half)


def _name(
    results: Results, metric: str, issuer: str, period: str | int | None, statistic: str | None
) -> Name:
    """The name of a row of the tidy table; "probability" is the name of a bound as well."""
    rows = rows_of(results.summary, metric, issuer, period)
    if statistic is None:
        statistic = "mean" if "mean" in set(rows["statistic"]) else "probability"
    known = "probability" if statistic in OBSERVED else statistic
    name = Name(issuer, str(rows["period"].iloc[0]), metric, known)
    if name not in results.lookup:
        one_of(statistic, rows["statistic"], f"statistic of {metric}")
    return name
