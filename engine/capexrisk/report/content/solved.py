"""The value of an input at which an answer is reached, in words and in a table for a terminal."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.metric import Unit
from capexrisk.report.writing.cells import written
from capexrisk.report.writing.numbers import (
    MINUS,
    PER_CENT,
    one_digit,
    rounded_up,
    sign_of,
    signed,
)
from capexrisk.report.writing.plain_table import plain_table
from capexrisk.report.writing.words import counted, figure_words, in_a_sentence, listed
from capexrisk.scenario import Scenario

if TYPE_CHECKING:
    from capexrisk.study.crossings import Crossing
    from capexrisk.study.solve import Solution

MOST_DECIMALS = 9
PLAIN_DIGITS = 6


def sentences(solution: Solution) -> Iterator[str]:
    """What was found, and what speaks against relying on it."""
    input_words = in_a_sentence(solution.by.text.rstrip("."))
    target = _number(solution.equals, solution.unit)
    values = listed([value_of(one) for one in solution.crossings])
    yield (
        f"{answer_words(solution)} is {target} with {solution.by.path} = {values} "
        f"({input_words}; {solution.by.value:g} in the scenario), all other inputs as they stand."
    )
    for one in solution.crossings:
        yield from _of_crossing(one, solution)
    if len(solution.crossings) > 1:
        yield "The answer crosses the target more than once in the range."
    elif solution.turns:
        yield (
            "The answer rises in one part of the range and falls in another; what lies between "
            "two values tried may hold further solutions."
        )
    if solution.refused:
        refused = listed([f"{value:.6g}" for value in solution.refused])
        yield f"The scenario does not accept the {_plural(solution.refused)} {refused}."


def _of_crossing(one: Crossing, solution: Solution) -> Iterator[str]:
    ends = f"{one.ci_low:.6g} to {one.ci_high:.6g}"
    if isinstance(solution.by.value, int):
        answer = _with_sign(one.answer, solution.unit)
        yield f"At {one.value:g} it is {answer}; whole numbers in doubt: {ends}."
    if one.is_cut:
        yield (
            f"The interval, {ends}, ends with the range that was searched; search a wider one or "
            "take more points."
        )
    slope = one.slope
    if isfinite(slope.value):
        scale, unit = (
            (100.0, " percentage points")
            if solution.unit in PER_CENT
            else (1.0, f" {solution.unit}")
        )
        half = 0.5 * scale * (slope.ci_high - slope.ci_low)
        yield (
            f"Around {one.value:.6g} one more of it moves the answer by "
            f"{_rounded(scale * slope.value, half)}{unit}."
        )


def answer_words(solution: Solution) -> str:
    """The answer in words: "Oracle: funding failure by 2028Q4"."""
    of, words = solution.of, solution.scenario.words
    return figure_words(of.metric, of.issuer, of.period, words, of.statistic)


def value_of(one: Crossing) -> str:
    """The value at which the answer is reached, with half of its 95 % interval."""
    return _rounded(one.value, 0.5 * (one.ci_high - one.ci_low))


def tried_table(solution: Solution) -> Table:
    """Each value tried and the answer there."""
    table = plain_table()
    table.add_column(solution.by.path, justify="right")
    table.add_column(f"{solution.of}, {sign_of(solution.unit)}", justify="right")
    statistic = "probability" if solution.unit == "probability" else solution.of.statistic
    for value, answer, error, low, high in solution.tried.to_numpy(dtype=float).tolist():
        estimate = Estimate(statistic, answer, error, low, high, solution.paths)
        table.add_row(_plain(value), written(estimate, solution.unit).text)
    return table


def confirmations(solution: Solution, source: Path, overrides: tuple[str, ...]) -> Iterator[str]:
    """Commands that count at the value found, of the first crossing, and what each counts."""
    value = solution.crossings[0].value
    number = f"{value:.0f}" if isinstance(solution.by.value, int) else f"{value:.9g}"
    settings = [*overrides, f"{solution.by.path}={number}"]
    words = ["capexrisk", "run", str(source)]
    words += [part for each in settings for part in ("--set", each)]
    out = f"runs/{solution.scenario.name}-solved"
    other = ["--paths", "1000000", "--seed", str(solution.seed + 1), "--outer", "0", "--out", out]
    yield f"To count a million other paths there:\n{shlex.join([*words, *other])}"
    groups = solution.scenario.uncertainty.groups.values()
    if groups and not any(group.how == "set" for group in groups):  # which would replace the value
        drawn = "With the uncertain inputs drawn as well, which is what to reckon with:"
        yield f"{drawn}\n{shlex.join([*words, '--out', f'{out}-drawn'])}"


def run_words(scenario: Scenario, paths: int, seed: int) -> str:
    """Whose answers these are."""
    return f"{scenario.name}, {counted(paths, 'path')} a value, seed {seed}"


def _rounded(value: float, half: float) -> str:
    """A number and half of its interval, rounded up to one digit."""
    if not half > 0.0:
        return _plain(value)
    decimals = max(0, min(one_digit(half), MOST_DECIMALS))
    return f"{signed(value, decimals)} ± {rounded_up(half, decimals):,.{decimals}f}"


def _number(value: float, unit: Unit) -> str:
    return f"{100.0 * value:.4g} %" if unit in PER_CENT else f"{_plain(value)} {unit}"


def _plain(value: float) -> str:
    return f"{value:.{PLAIN_DIGITS}g}".replace("-", MINUS)


def _with_sign(estimate: Estimate, unit: Unit) -> str:
    text = written(estimate, unit).text
    return f"{text} %" if unit == "probability" else text


def _plural(values: tuple[float, ...]) -> str:
    return "value" if len(values) == 1 else "values"
