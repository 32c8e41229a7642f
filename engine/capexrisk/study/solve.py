"""The value of an input at which an answer is reached.

All answers come from one warm session, on the same points: what is left is a root of a function of
one number (`crossings`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite, nan
from typing import Final

import numpy as np
import pandas as pd

from capexrisk.errors import ArgumentError, ScenarioError, UnknownName, refuse_type, whole_number
from capexrisk.estimate.by_replicate import ByReplicate
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.intervals import FEW
from capexrisk.estimate.metric import Unit
from capexrisk.estimate.metrics import metric_of, of_whom
from capexrisk.estimate.names import Name, resolve
from capexrisk.lowering import lower
from capexrisk.run.plan import REPLICATES
from capexrisk.run.session import Session
from capexrisk.scenario import Input, Scenario
from capexrisk.scenario.schema import FROM_A_FILE
from capexrisk.study.crossings import Crossing, Curve
from capexrisk.study.moved_input import first_values, moved_input
from capexrisk.study.plotted import Plotted

PER_CENT: Final = ("fraction", "probability")
COLUMNS: Final = (
    *("of", "by", "equals", "value", "standard_error", "ci_low", "ci_high"),
    *("answer", "answer_standard_error", "slope", "slope_standard_error", "n"),
)


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Solution(Plotted):
    """Values of an input at which an answer is reached.

    Attributes
    ----------
    scenario : Scenario
    of : Name
        The answer.
    unit : str
        Of the answer; probabilities and fractions are fractions.
    by : Input
        The input as the scenario has it.
    equals : float
        The target.
    crossings : tuple of Crossing
        One, or more where the answer crosses the target more than once in the range.
    turns : bool
        Whether the answer surely rises in one part of the range and falls in another.
    tried : DataFrame
        Each value tried, sorted, with its answer: value, answer, standard_error, ci_low, ci_high.
    refused : tuple of float
        Values of the range that the scenario does not accept.
    paths, seed : int
    """

    scenario: Scenario
    of: Name
    unit: Unit
    by: Input
    equals: float
    crossings: tuple[Crossing, ...]
    turns: bool
    tried: pd.DataFrame
    refused: tuple[float, ...]
    paths: int
    seed: int

    def to_frame(self) -> pd.DataFrame:
        """A row for each value at which the answer is reached."""
        rows = [
            (
                *(str(self.of), self.by.path, self.equals, *crossing[:4]),
                *(crossing.answer.observed, crossing.answer.standard_error),
                *(*crossing.slope[1:3], crossing.answer.n),
            )
            for crossing in self.crossings
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def __repr__(self) -> str:
        found = ", ".join(f"{one.value:.6g} ± {one.standard_error:.2g}" for one in self.crossings)
        return f"Solution({self.of} = {self.equals:g} at {self.by.path} = {found})"


def solve(
    scenario: Scenario,
    of: str,
    *,
    equals: float | str,
    by: str,
    between: tuple[float, float] | None = None,
    points: int = 1024,
    seed: int = 0,
    n_jobs: int | None = -1,
) -> Solution:
    """Find the value of an input at which an answer is reached.

    The answer is computed at nine values over a range, on common random numbers, and each crossing
    of the target that they show is closed in on. A crossing between two neighbouring values that
    comes back before the second is not seen.

    Parameters
    ----------
    scenario : Scenario
    of : str
        An estimate by the names of the tidy table: ``"funding_failure/Oracle"``,
        ``"free_cash_flow/Meta/2027"``, ``"lowest_cash/Oracle/horizon/p5"``.
    equals : float or str
        Its value: a fraction, ``"10%"``, or an amount in the estimate's unit.
    by : str
        The input by its path, such as ``"issuers.Oracle.capex_2026_usd_bn"``: a single number.
    between : (float, float), optional
        The range that is searched, within the input's bounds. Default: a quarter of the scenario's
        value to four times it, as far as the bounds allow.
    points : int
        Points of each of the 32 nets, rounded up to a power of two.
    seed : int
        0 to 2**64 - 1.
    n_jobs : int
        Threads; -1 for one per core.

    Returns
    -------
    Solution

    Raises
    ------
    UnknownName
        If the scenario has no such estimate or input.
    ArgumentError
        If the input is no number, has no effect on the answer, does not bring it to the target in
        the range (the message says which answers it brings), or too few points tell whether it
        does; or if a number is out of range.
    ScenarioError
        If no value of the range is accepted.

    Examples
    --------
    >>> import capexrisk as cr
    >>> scenario = cr.load_scenario("configs/hyperscalers-2026.toml")
    >>> capex = "issuers.Oracle.capex_2026_usd_bn"
    >>> found = cr.solve(scenario, "funding_failure/Oracle", equals="10%", by=capex, points=256)
    >>> (one,) = found.crossings
    >>> one.ci_low < one.value < one.ci_high
    True
    """
    refuse_type("scenario", scenario, Scenario, FROM_A_FILE)
    seed = whole_number("seed", seed)
    name = resolve(of, lower(scenario))
    unit = metric_of(name.metric, of_whom(name.issuer)).unit
    target = _target(equals, unit)
    given = moved_input(scenario, by)
    values = first_values(given, between)
    with Session(scenario, [of], points=points, seed=seed, n_jobs=n_jobs) as session:

        def answer(value: float) -> ByReplicate:
            return session.estimate({given.path: _as_given(given, value)})[of]

        curve = Curve(answer, target, whole=type(given.value) is int)
        accepted, refused = _accepted(curve, values)
        _refuse_too_rare(curve, accepted, unit, target)
        _refuse_unmoved(curve, accepted, of, given, unit)
        crossings = curve.crossings(accepted)
        if not crossings:
            raise ArgumentError("equals", _out_of_reach(curve, accepted, of, given, unit))
        if crossings[0].ci_low == accepted[0] and crossings[0].ci_high == accepted[-1]:
            raise ArgumentError("equals", _everywhere(accepted, of, given, unit, target))
        return Solution(
            scenario=scenario,
            of=name,
            unit=unit,
            by=given,
            equals=target,
            crossings=tuple(crossings),
            turns=curve.turns(accepted),
            tried=_table(curve),
            refused=tuple(refused),
            paths=curve.at(accepted[0]).estimate.n,
            seed=seed,
        )


def _target(equals: object, unit: Unit) -> float:
    """The target as a number in the estimate's unit.

    Raises
    ------
    ArgumentError
    """
    text = str(equals).strip()
    percent = text.endswith("%")
    try:
        number = float(text.removesuffix("%")) / (100.0 if percent else 1.0)
    except ValueError:
        number = nan
    if not isfinite(number):
        raise ArgumentError("equals", f"{text!r} is no number; give one such as 10%")
    if percent and unit not in PER_CENT:
        raise ArgumentError("equals", f"{text!r}: the answer is in {unit}; give a number of it")
    if unit == "probability" and not 0.0 < number < 1.0:
        problem = "is no chance that an input can bring about; "
        meant = not percent and 1.0 <= number < 100.0
        mend = f"did you mean {text}%?" if meant else "give more than 0% and less than 100%"
        raise ArgumentError("equals", f"{text} {problem}{mend}")
    return number


def _as_given(given: Input, value: float) -> float | int:
    return int(value) if isinstance(given.value, int) else value


def _accepted(curve: Curve, values: list[float]) -> tuple[list[float], list[float]]:
    """The values that the scenario accepts, and those it refuses.

    Raises
    ------
    ScenarioError, UnknownName
        If it accepts fewer than two: what is wrong with the last.
    """
    accepted, refused = [], []
    reason: Exception | None = None
    for value in values:
        try:
            curve.at(value)
            accepted.append(value)
        except (ScenarioError, UnknownName) as error:
            refused.append(value)
            reason = error
    if len(accepted) < 2:
        assert reason is not None
        raise reason
    return accepted, refused


def _refuse_too_rare(curve: Curve, values: list[float], unit: Unit, target: float) -> None:
    paths = curve.at(values[0]).estimate.n
    rarest = min(target, 1.0 - target)
    if unit == "probability" and rarest * paths < FEW:
        enough = int(np.ceil(FEW / rarest / REPLICATES))
        problem = f"{_written(target, unit)} of {paths:,} paths are too few to tell"
        raise ArgumentError("equals", f"{problem}; take {enough:,} points or more")


def _refuse_unmoved(curve: Curve, values: list[float], of: str, given: Input, unit: Unit) -> None:
    if curve.is_flat(values):
        answer = _written(curve.at(values[0]).estimate.observed, unit)
        problem = f"{given.path} has no effect on {of}: it is {answer} at all values from "
        raise ArgumentError("by", f"{problem}{values[0]:g} to {values[-1]:g}; give another input")


def _out_of_reach(curve: Curve, values: list[float], of: str, given: Input, unit: Unit) -> str:
    """What is wrong where no value tried brings the target."""
    answers = {value: curve.at(value).estimate for value in values}
    near = [value for value in values if not curve.can_tell(value)]
    if near:
        return (
            f"whether {_written(curve.target, unit)} is reached cannot be told: {of} is within its "
            f"error of it with {given.path} at {' and '.join(f'{value:g}' for value in near)}, "
            f"{_with_error(answers[near[0]], unit)}, on the same side at all values from "
            f"{values[0]:g} to {values[-1]:g}; give more points, or a wider range (between)"
        )
    lowest = min(answers, key=lambda value: answers[value].observed)
    highest = max(answers, key=lambda value: answers[value].observed)
    ends = " to ".join(
        f"{_with_error(answers[value], unit)} (at {value:g})" for value in (lowest, highest)
    )
    assert given.bounds is not None
    bounds = f"{given.bounds.least:g} to {given.bounds.most:g}"
    mend = f"give another target, or a range (between) within {bounds}"
    return (
        f"{_written(curve.target, unit)} is not reached: {given.path} from {values[0]:g} to "
        f"{values[-1]:g} brings {of} to {ends}; {mend}"
    )


def _everywhere(values: list[float], of: str, given: Input, unit: Unit, target: float) -> str:
    return (
        f"{of} is {_written(target, unit)} within its error at all values of {given.path} from "
        f"{values[0]:g} to {values[-1]:g}; give more points, or a wider range (between)"
    )


def _written(number: float, unit: Unit) -> str:
    return f"{100.0 * number:.4g} %" if unit in PER_CENT else f"{number:.6g} {unit}"


def _with_error(estimate: Estimate, unit: Unit) -> str:
    scale, sign = (100.0, " %") if unit in PER_CENT else (1.0, f" {unit}")
    low, high = scale * estimate.ci_low, scale * estimate.ci_high
    return f"{scale * estimate.observed:.3g}{sign} [{low:.3g}, {high:.3g}]"


def _table(curve: Curve) -> pd.DataFrame:
    def rows() -> Iterator[tuple[float, ...]]:
        for value in sorted(curve.answers):
            estimate = curve.answers[value].estimate
            yield (value, estimate.observed, *estimate[2:5])

    columns = ["value", "answer", "standard_error", "ci_low", "ci_high"]
    return pd.DataFrame(list(rows()), columns=columns)
