"""What moves an answer, in words and in a table for a terminal."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Final

import numpy as np
from rich.table import Table

from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.lookup import estimates_of
from capexrisk.estimate.metric import Unit
from capexrisk.estimate.metrics import metric_of, of_whom
from capexrisk.report.writing.numbers import (
    PER_CENT,
    UNKNOWN,
    one_digit,
    percentage,
    rounded_up,
    scale_of,
    sign_of,
    signed,
)
from capexrisk.report.writing.plain_table import plain_table
from capexrisk.report.writing.words import figure_words
from capexrisk.uncertainty.ranges import EITHER_WAY

if TYPE_CHECKING:
    from capexrisk.study.sensitivity.analysis import Sensitivity

MOST_ROWS: Final = 16
MOST_DECIMALS: Final = 3
HEADINGS: Final = {
    "at_p5": "At its P5",
    "at_p95": "At its P95",
    "at_lower": f"{100 * EITHER_WAY:g} % down",
    "at_upper": f"{100 * EITHER_WAY:g} % up",
    "swing": "Swing",
    "shapley": "Shapley, %",
    "first_order": "Known alone, %",
    "total": "Left if alone unknown, %",
    "narrowing": "Narrows by, %",
}
BY: Final = ("shapley", "first_order", "swing")  # what decides the order, the first there is


def numbers(found: Sensitivity, measure: str, name: str | None = None) -> dict[str, Estimate]:
    """Estimates of one measure by group; none where it is not known."""
    if measure not in set(found.table["measure"]):
        return {}
    rows = found.of(measure, name)
    return dict(zip(rows.index, estimates_of(rows, measure), strict=True))


def in_order(found: Sensitivity, name: str | None = None, most: int = MOST_ROWS) -> list[str]:
    """The groups that matter most, the first of them first; all that is left last."""
    by = next(known for measure in BY if (known := numbers(found, measure, name)))
    size = {group: np.nan_to_num(abs(one.value), nan=-1.0) for group, one in by.items()}
    every = set(numbers(found, "swing", name))
    kept = sorted(size, key=lambda group: -size[group])
    return [
        *[group for group in kept if group in every][:most],
        *[group for group in kept if group not in every],
    ]


def listed_groups(found: Sensitivity, name: str | None = None) -> list[str]:
    """The groups of a table: of the largest swings and of the largest shares, by swing; the rest.

    A group may swing the answer far and have a small share, since others seldom leave it to that;
    and shares are known of some groups only.
    """
    swings = by_swing(found, name)
    if not any(numbers(found, measure, name) for measure in BY if measure != "swing"):
        return swings[:MOST_ROWS]
    shares = in_order(found, name, MOST_ROWS // 2)
    chosen = {*shares, *swings[: MOST_ROWS // 2]}
    return [
        *(group for group in swings if group in chosen),
        *(group for group in shares if group not in swings),
    ]


def by_swing(found: Sensitivity, name: str | None = None) -> list[str]:
    """All groups, the one with the largest swing first."""
    swing = numbers(found, "swing", name)
    size = {group: np.nan_to_num(abs(one.value), nan=-1.0) for group, one in swing.items()}
    return sorted(size, key=lambda group: -size[group])


def shock_order(found: Sensitivity, name: str | None = None) -> list[str]:
    """The draws of a path that decide most, the first of them first."""
    shapley = numbers(found, "shock_shapley", name)
    return sorted(shapley, key=lambda group: -shapley[group].value)[:MOST_ROWS]


def unit_of(name: str) -> Unit:
    """Unit of an answer."""
    metric, issuer = name.split("/")[:2]
    return metric_of(metric, of_whom(issuer)).unit


def answer_words(found: Sensitivity, name: str | None = None) -> str:
    """An answer in words: "Oracle: funding failure by 2028Q4"."""
    metric, issuer, period, *statistic = (name or found.names[0]).split("/")
    return figure_words(metric, issuer, period, found.scenario.words, *statistic)


def with_error(one: Estimate, scale: float = 1.0) -> str:
    """A number and half of its 95 % interval, which is rounded up."""
    if isnan(one.value):
        return UNKNOWN
    half = 0.5 * scale * (one.ci_high - one.ci_low)
    if not half > 0.0:
        return signed(scale * one.value, MOST_DECIMALS)
    decimals = max(0, min(one_digit(half), MOST_DECIMALS))
    return f"{signed(scale * one.value, decimals)} ± {rounded_up(half, decimals):.{decimals}f}"


def headline(found: Sensitivity, name: str) -> str:
    """The answer at the medians, and how it spreads over the inputs."""
    unit = unit_of(name)
    scale, sign = scale_of(unit), sign_of(unit)
    (middle,) = numbers(found, found.cases[0], name).values()
    written = percentage(middle) if unit == "probability" else f"{with_error(middle, scale)} {sign}"
    where = "inputs as they stand" if found.default_ranges else "all inputs at their medians"
    text = f"{answer_words(found, name)}: {written} with {where}"
    for sd in numbers(found, "sd", name).values():
        points = "points" if unit in PER_CENT else sign
        text += f"; standard deviation over the inputs {with_error(sd, scale)} {points}"
    for share in numbers(found, "inputs_share", name).values():
        text += (
            f"; inputs decide {with_error(share, 100.0)} % of whether it happens, the path the rest"
        )
    return text


def groups_table(found: Sensitivity, name: str) -> Table:
    """The groups that matter most."""
    scale = scale_of(unit_of(name))
    columns = {measure: numbers(found, measure, name) for measure in HEADINGS}
    columns = {measure: known for measure, known in columns.items() if known}
    table = plain_table()
    table.add_column("Input" if found.default_ranges else "Group of inputs", overflow="fold")
    for measure in columns:
        table.add_column(HEADINGS[measure], justify="right", overflow="fold")
    for group in listed_groups(found, name):
        cells = []
        for measure, known in columns.items():
            of_answer = measure in (*found.cases, "swing")
            one = known.get(group)
            cells.append("" if one is None else with_error(one, scale if of_answer else 100.0))
        table.add_row(group, *cells)
    return table


def shocks_table(found: Sensitivity, name: str) -> Table:
    """The draws of a path that decide."""
    table = plain_table()
    table.add_column("Draw of a path", overflow="fold")
    measures = ("shapley", "first_order", "total")
    for measure in measures:
        table.add_column(HEADINGS[measure], justify="right", overflow="fold")
    columns = [numbers(found, f"shock_{measure}", name) for measure in measures]
    for group in shock_order(found, name):
        table.add_row(group, *(with_error(known[group], 100.0) for known in columns))
    return table


def key(found: Sensitivity) -> str:
    """What the columns mean."""
    if found.default_ranges:
        return (
            f"This scenario gives no ranges of its inputs: every input was moved alone, by "
            f"{100 * EITHER_WAY:g} % down and up within its bounds, of all issuers together, "
            "whatever is known of it: these ends are no quantiles. Nothing is said of how likely "
            "that is, and nothing of inputs together."
        )
    text = (
        "At its P5, at its P95: the answer with this group there and all others at their medians; "
        "swing: the second less the first, on the same draws. "
        "Of the variance over the inputs: known alone, what goes away on average once the group is "
        "known (first-order effect); narrows by, what that takes off the standard deviation"
    )
    if numbers(found, "shapley"):
        text += (
            "; left if alone unknown, what remains once all others are known (total effect); "
            "Shapley, its share if what groups do together is split evenly: these sum to 100 %, "
            "with the groups that are not listed. Listed are those with the largest swings and "
            "those with the largest shares; empty where a group was not asked for singly"
        )
    return f"{text}. ± is half of a 95 % interval."
