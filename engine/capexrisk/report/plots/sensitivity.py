"""What moves an answer: a tornado of single groups, and bars of their shares of its variance."""

from __future__ import annotations

from textwrap import shorten
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from capexrisk.estimate.independent import Estimate
from capexrisk.report.content.sensitivity import (
    HEADINGS,
    answer_words,
    in_order,
    numbers,
    unit_of,
)
from capexrisk.report.plots.canvas import BLUE, INK, RED, SKY, drawing
from capexrisk.report.plots.labels import head, number_axis
from capexrisk.report.writing.numbers import scale_of, sign_of
from capexrisk.report.writing.words import counted
from capexrisk.scenario import overrides_of
from capexrisk.study.sensitivity.analysis import Sensitivity

MOST_ROWS = 12
ROW = 0.27  # height of a group, inches
BAR = 0.55
LABEL = 46  # letters of a group's name


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
    swing = numbers(found, "swing", name)
    size = {group: np.nan_to_num(abs(one.value), nan=-1.0) for group, one in swing.items()}
    order = sorted(size, key=lambda group: -size[group])[:MOST_ROWS]
    unit = unit_of(name or found.names[0])
    scale = scale_of(unit)
    (middle,) = numbers(found, found.cases[0], name).values()
    place = np.arange(len(order), dtype=float)
    with drawing(_stamp(found), ax, height=1.5 + ROW * len(order)) as ax:
        for measure, colour in zip(found.cases[1:], (BLUE, RED), strict=True):
            known = numbers(found, measure, name)
            ends = [known[group] for group in order]
            value = scale * np.array([one.value for one in ends])
            start = scale * middle.value
            ax.barh(place, value - start, BAR, start, color=colour, lw=0, label=HEADINGS[measure])
            ax.errorbar(value, place, xerr=_half(ends, value, scale), **WHISKERS)
        ax.axvline(scale * middle.value, color=INK, lw=0.8)
        _rows(ax, order)
        number_axis(ax.xaxis)
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
    with drawing(_stamp(found), ax, height=1.5 + ROW * len(order)) as ax:
        if shapley:
            told = [group for group in order if group in shapley]
            value = 100.0 * np.array([shapley[group].value for group in told])
            where = np.array([order.index(group) for group in told], dtype=float)
            ax.barh(where, value, BAR, color=SKY, lw=0, label="Shapley")
            half = _half([shapley[group] for group in told], value, 100.0)
            ax.errorbar(value, where, xerr=half, **WHISKERS)
        known = [group for group in order if group in single]
        value = 100.0 * np.array([single[group].value for group in known])
        where = np.array([order.index(group) for group in known], dtype=float)
        where += BAR / 2.0 if shapley else 0.0
        half = _half([single[group] for group in known], value, 100.0)
        dots: dict[str, Any] = {"color": INK, "ms": 3.5, "elinewidth": 0.6}
        ax.errorbar(value, where, xerr=half, fmt="o", label="Known alone", **dots)
        ax.axvline(0.0, color=INK, lw=0.8)
        _rows(ax, order)
        number_axis(ax.xaxis)
        ax.set_xlabel("% of the variance over the inputs")
        head(ax, answer_words(found, name), "which inputs decide", columns=2, from_figure=True)
    return ax


WHISKERS: dict[str, Any] = {"fmt": "none", "ecolor": INK, "elinewidth": 0.8}


def _half(ends: list[Estimate], value: np.ndarray, scale: float) -> np.ndarray:
    """How far each interval reaches below and above the value drawn, (2, rows)."""
    low, high = (scale * np.array([getattr(e, end) for e in ends]) for end in ("ci_low", "ci_high"))
    return np.nan_to_num(np.maximum([value - low, high - value], 0.0))


def _rows(ax: Axes, order: list[str]) -> None:
    ax.set_yticks(
        np.arange(len(order)), [shorten(group, LABEL, placeholder="…") for group in order]
    )
    for text in ax.get_yticklabels():
        text.set_parse_math(False)
    ax.set_ylim(len(order) - 0.5, -0.5)
    ax.grid(visible=False, axis="y")


def _stamp(found: Sensitivity) -> str:
    """Scenario, points behind the figure, seed."""
    changed = ", changed" if overrides_of(found.scenario) else ""
    single = numbers(found, "first_order")
    points = next(iter(single.values())).n if single else 0
    of = [f"{counted(points, 'point')} of the inputs"] if points else []
    return " · ".join([f"{found.scenario.name}{changed}", *of, f"seed {found.seed}"])
