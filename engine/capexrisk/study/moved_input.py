"""The input that a question moves, and the values of it that are tried first.

Light: a command refuses a wrong input before the compiler is loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Final

from capexrisk.errors import ArgumentError, ScenarioError, suggest
from capexrisk.scenario import Input, Scenario, inputs
from capexrisk.scenario.files.paths import read_path, write_path

FACTOR: Final = 4.0  # the range that is searched reaches from the value over this to it times this
TRIED: Final = 9  # values over the range


def moved_input(scenario: Scenario, by: object) -> Input:
    """The input with a path.

    Raises
    ------
    ArgumentError
        If there is none, or it is not a single number.
    """
    known = {one.path: one for one in inputs(scenario)}
    try:
        path = write_path(read_path(by, scenario.name))
    except ScenarioError as error:
        raise ArgumentError("by", f"{error.value}; {error.hint}") from None
    if path not in known:
        hint = suggest(path, known, "give one that `capexrisk sources` lists")
        raise ArgumentError("by", f"the scenario gives no input {path}; {hint}")
    found = known[path]
    if found.bounds is None or type(found.value) not in (float, int):
        problem = f"{path} is {_kind(found.value)}; give an input that is one number"
        raise ArgumentError("by", problem)
    return found


def _kind(value: object) -> str:
    return "a list of numbers" if isinstance(value, tuple) else f"no number but {value!r}"


def first_values(given: Input, between: tuple[float, float] | None) -> list[float]:
    """The values that are tried first, sorted.

    Raises
    ------
    ArgumentError
    """
    assert given.bounds is not None
    least, most = given.bounds
    value = given.value
    assert isinstance(value, float | int)
    if between is None:
        if value == 0.0:
            problem = f"{given.path} is 0, from which no range follows; give one, {least:g} to "
            raise ArgumentError("between", f"{problem}{most:g} at most")
        spread = [value * FACTOR ** (2.0 * k / (TRIED - 1) - 1.0) for k in range(TRIED)]
        values = [min(max(x, least), most) for x in spread]
    else:
        low, high = _ends(between)
        if not (least <= low and high <= most):
            problem = f"{low:g} to {high:g} leaves the input's bounds; stay within {least:g} to "
            raise ArgumentError("between", f"{problem}{most:g}")
        if not low < high:
            raise ArgumentError("between", f"{low:g} to {high:g}: give the lower end first")
        values = [low + (high - low) * k / (TRIED - 1) for k in range(TRIED)]
    if isinstance(value, int):
        values = [float(round(x)) for x in values]
    found = sorted(set(values))
    if len(found) < 2:
        raise ArgumentError("between", f"{found[0]:g} is a single value; give a wider range")
    return found


def _ends(between: Sequence[float]) -> tuple[float, float]:
    try:
        low, high = (float(end) for end in between)
    except (TypeError, ValueError):
        raise ArgumentError("between", f"{between!r} are not two numbers; give two") from None
    if isnan(low) or isnan(high):
        raise ArgumentError("between", f"{low:g} to {high:g} is no range; give two numbers")
    return low, high
