"""An answer over an input, and where it is what was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from capexrisk.report.content.solved import answer_words, value_of
from capexrisk.report.plots.canvas import BLUE, INK, QUIET, RED, drawing, stamp_of
from capexrisk.report.plots.heads import head
from capexrisk.report.plots.labels import number_axis
from capexrisk.report.plots.registry import plot_of
from capexrisk.report.writing.numbers import scale_of, sign_of

if TYPE_CHECKING:
    from capexrisk.study.solve import Solution

BAND = 0.25


@plot_of("capexrisk.study.solve.Solution")
def curve(solution: Solution, ax: Axes | None = None) -> Axes:
    """The answers at the values tried, with their 95 % intervals; the target and its crossings.

    Parameters
    ----------
    solution : Solution
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    tried, scale = solution.tried, scale_of(solution.unit)
    stamp = stamp_of(solution.scenario, solution.paths, solution.seed)
    with drawing(stamp, ax) as ax:
        low, high = (scale * tried[end].to_numpy(dtype=float) for end in ("ci_low", "ci_high"))
        ax.fill_between(tried["value"], low, high, color=BLUE, alpha=BAND, lw=0)
        ax.plot(tried["value"], scale * tried["answer"], color=BLUE, marker="o", ms=2.5, lw=1.0)
        ax.axhline(scale * solution.equals, color=QUIET, lw=0.8, ls="--")
        for crossing in solution.crossings:
            ax.axvspan(crossing.ci_low, crossing.ci_high, color=RED, alpha=BAND, lw=0)
            ax.plot(crossing.value, scale * solution.equals, color=RED, marker="D", ms=5)
        ax.axvline(float(solution.by.value), color=INK, lw=0.8, ls=":")  # type: ignore[arg-type]
        number_axis(ax.xaxis)
        number_axis(ax.yaxis)
        ax.set_xlabel(solution.by.path, parse_math=False)
        ax.set_ylabel(sign_of(solution.unit), parse_math=False)
        found = " and ".join(map(value_of, solution.crossings))
        below = f"As asked for at {found}; dotted: {solution.by.value:g}, as in the scenario"
        head(ax, answer_words(solution), below)
    return ax
