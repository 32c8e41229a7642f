"""What moves an answer: a tornado of single groups, and bars of their shares of its variance."""

from __future__ import annotations

from textwrap import fill, shorten
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from capexrisk.report.content.sensitivity import (
    HEADINGS,
    answer_words,
    by_swing,
    in_order,
    numbers,
    unit_of,
)
from capexrisk.report.plots.canvas import BLUE, INK, RED, SKY, drawing
from capexrisk.report.plots.heads import head
from capexrisk.report.plots.registry import plot_of
from capexrisk.report.plots.rows import BAR, WHISKERS, half_widths, height_of, name_rows
from capexrisk.report.writing.numbers import scale_of, sign_of
from capexrisk.report.writing.words import counted
from capexrisk.scenario import overrides_of

if TYPE_CHECKING:
    from capexrisk.study.sensitivity.analysis import Sensitivity

MOST_ROWS = 12
LINE = 26  # letters of a group's name in a line, which has two
LONGEST = 48


@plot_of("capexrisk.study.sensitivity.analysis.Sensitivity")
def tornado(found: Sensitivity, name: str | None = None, ax: Axes | None = None) -> Axes:
    """The answer with each group at its P5 and at its P95, all others at their medians.

    Without ranges: each input a tenth down and up, all others as they stand. Those with the largest
    swings; whiskers are 95 % intervals of the answer at either end.

    Parameters
    ----------
    found : Sensitivity
    name : str, optional
        One of its answers. Default: the first.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    UnknownName
        If the answer was not asked for.
    """
    order = by_swing(found, name)[:MOST_ROWS]
    unit = unit_of(name or found.names[0])
    scale = scale_of(unit)
    (middle,) = numbers(found, found.cases[0], name).values()
    place = np.arange(len(order), dtype=float)
    with drawing(stamp_of_inputs(found), ax, height=height_of(len(order))) as ax:
        for measure, colour in zip(found.cases[1:], (BLUE, RED), strict=True):
            known = numbers(found, measure, name)
            ends = [known[group] for group in order]
            value = scale * np.array([one.value for one in ends])
            start = scale * middle.value
            ax.barh(place, value - start, BAR, start, color=colour, lw=0, label=HEADINGS[measure])
            ax.errorbar(value, place, xerr=half_widths(ends, scale), **WHISKERS)
        ax.axvline(scale * middle.value, color=INK, lw=0.8)
        name_rows(ax, [fill(shorten(group, LONGEST, placeholder="…"), LINE) for group in order])
        ax.set_xlabel("% of paths" if unit == "probability" else sign_of(unit))
        others = "as they stand" if found.default_ranges else "at their medians"
        what = "each input 10 % down and up" if found.default_ranges else "one group at a time"
        head(
            ax,
            answer_words(found, name),
            f"{what}, all others {others}",
            columns=2,
            from_figure=True,
        )
    return ax


@plot_of("capexrisk.study.sensitivity.analysis.Sensitivity")
def shares(found: Sensitivity, name: str | None = None, ax: Axes | None = None) -> Axes:
    """Shares of the groups in the variance of the answer over the inputs, per cent.

    Shapley effects as bars, which sum to 100 % with all other groups, and first-order effects as
    dots; the latter alone where no others were asked for. Whiskers are 95 % intervals.

    Parameters
    ----------
    found : Sensitivity
    name : str, optional
        One of its answers. Default: the first.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    UnknownName
        If the answer was not asked for.
    ValueError
        If the scenario has no ranges of its inputs.
    """
    if found.default_ranges:
        raise ValueError("the scenario has no ranges of its inputs, so there are no shares")
    single, shapley = (numbers(found, measure, name) for measure in ("first_order", "shapley"))
    order = in_order(found, name, MOST_ROWS)
    with drawing(stamp_of_inputs(found), ax, height=height_of(len(order))) as ax:
        if shapley:
            told = [group for group in order if group in shapley]
            value = 100.0 * np.array([shapley[group].value for group in told])
            where = np.array([order.index(group) for group in told], dtype=float)
            ax.barh(where, value, BAR, color=SKY, lw=0, label="Shapley")
            half = half_widths([shapley[group] for group in told], 100.0)
            ax.errorbar(value, where, xerr=half, **WHISKERS)
        known = [group for group in order if group in single]
        value = 100.0 * np.array([single[group].value for group in known])
        where = np.array([order.index(group) for group in known], dtype=float)
        where += BAR / 2.0 if shapley else 0.0
        half = half_widths([single[group] for group in known], 100.0)
        ax.errorbar(
            value, where, xerr=half, fmt="o", color=INK, ms=3.5, elinewidth=0.6, label="Known alone"
        )
        ax.axvline(0.0, color=INK, lw=0.8)
        name_rows(ax, [fill(shorten(group, LONGEST, placeholder="…"), LINE) for group in order])
        ax.set_xlabel("% of the variance over the inputs")
        head(ax, answer_words(found, name), "which inputs decide", columns=2, from_figure=True)
    return ax


def stamp_of_inputs(found: Sensitivity) -> str:
    """The line that names a figure: scenario, points behind the figure, seed."""
    changed = ", changed" if overrides_of(found.scenario) else ""
    single = numbers(found, "first_order")
    points = next(iter(single.values())).n if single else 0
    of = [f"{counted(points, 'point')} of the inputs"] if points else []
    return " · ".join([f"{found.scenario.name}{changed}", *of, f"seed {found.seed}"])
