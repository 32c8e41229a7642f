"""Waterfall of causes: from the chance with no mechanism acting to that with all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from capexrisk.report.content.causes import (
    estimates,
    event_words,
    in_order,
    in_points,
    in_words,
    orders_of,
)
from capexrisk.report.plots.canvas import BLUE, INK, QUIET, RED, drawing, stamp_of
from capexrisk.report.plots.heads import head
from capexrisk.report.plots.registry import plot_of
from capexrisk.report.plots.rows import BAR, WHISKERS, height_of, name_rows, row_letters
from capexrisk.report.writing.numbers import percentage
from capexrisk.study.mechanisms import ALL, NONE

if TYPE_CHECKING:
    from capexrisk.study.causes import Causes

BEYOND = 1.35  # of the longest bar, for the figures behind it


@plot_of("capexrisk.study.causes.Causes")
def waterfall(causes: Causes, event: str | None = None, ax: Axes | None = None) -> Axes:
    """Shapley values of an event's causes, each beginning where the one above ends.

    Red raises the chance, blue lowers it; whiskers are 95 % intervals.

    Parameters
    ----------
    causes : Causes
    event : str, optional
        One of its events. Default: the one asked for.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    UnknownName
        If the causes of the event were not asked for.
    """
    chance, shapley = (estimates(causes, measure, event) for measure in ("chance", "shapley"))
    order, words = in_order(causes, event), in_words(causes)
    none, everything = (100.0 * chance[name].value for name in (NONE, ALL))
    gains = np.array([100.0 * shapley[name].value for name in order])
    half = np.array([50.0 * (shapley[name].ci_high - shapley[name].ci_low) for name in order])
    ends = none + np.concatenate([[0.0], np.cumsum(gains)])
    left = np.concatenate([[0.0], ends[:-1], [0.0]])
    width = np.concatenate([[none], gains, [everything]])
    edges = np.maximum(left, left + width) + np.concatenate([[0.0], half, [0.0]])
    place = np.arange(width.size, dtype=float)
    stamp = stamp_of(causes.scenario, causes.paths, causes.seed)
    with drawing(stamp, ax, height=height_of(width.size)) as ax:
        colours = [QUIET, *(RED if gain > 0.0 else BLUE for gain in gains), INK]
        ax.barh(place, width, BAR, left, color=colours, lw=0)
        ax.errorbar(ends[1:], place[1:-1], xerr=half, **WHISKERS)
        ax.vlines(ends, place[:-1] + BAR / 2, place[1:] - BAR / 2, color=QUIET, lw=0.6)
        first, last = (percentage(chance[name], "") for name in (NONE, ALL))
        gained = (in_points(shapley[name]) for name in order)
        for row, text in enumerate([first, *gained, last]):
            ax.annotate(
                text,
                (edges[row], row),
                (4, 0),
                textcoords="offset points",
                va="center",
                fontsize=row_letters(ax, width.size, 7.0),
            )
        names = (words[name] for name in order)
        name_rows(ax, ["None of these acts", *names, "All act"])
        ax.set_xlim(min(0.0, float(ends.min())), BEYOND * max(float(edges.max()), 1e-9))
        ax.set_xlabel("% of paths")
        below = (
            f"Shapley values, percentage points: mean gain over {orders_of(causes)} of switching on"
        )
        head(ax, event_words(causes, event), below, from_figure=True)
    return ax
