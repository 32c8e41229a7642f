"""Where an answer crosses a target as one number moves, all answers on the same random points.

On fixed points an answer is a function like any other, so a root finder that keeps a bracket ends.
The error of a crossing comes from the answers: it holds every number at which the answer's interval
holds the target (the test inverted, as E. C. Fieller did for ratios, 1954). No slope is needed for
it, and where the answer hardly moves it is as wide as it should be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import nan
from typing import NamedTuple

import numpy as np
import scipy  # whose parts load where they are used

from capexrisk.estimate.by_replicate import ByReplicate
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.intervals import CONFIDENCE, student_half_width
from capexrisk.estimate.paired import Differences, paired

NEAR = 0.05  # of its standard error: a difference from the target that nobody could tell
FINEST = 1e-9  # of the number: the least step of a search, where an answer jumps
SURE = 1.0 - 1e-4  # confidence at which an answer is said to rise or to fall


class Crossing(NamedTuple):
    """A number at which an answer crosses its target.

    Attributes
    ----------
    value : float
    standard_error, ci_low, ci_high : float
        The interval holds each number at which the target is within the answer's 95 % interval, up
        to the ends of the range; the error is the half of it over Student's width.
    is_cut : bool
        Whether an end of the range is an end of the interval.
    answer : Estimate
        At the value.
    slope : Estimate
        Change of the answer a unit of the number, across the interval, with its paired error.
    """

    value: float
    standard_error: float
    ci_low: float
    ci_high: float
    is_cut: bool
    answer: Estimate
    slope: Estimate


@dataclass
class Curve:
    """Answers as one number moves, each computed once.

    Parameters
    ----------
    compute : callable
        From a number to the answer, on the same points every time.
    target : float
    whole : bool
        Whether the number is a whole one.
    """

    compute: Callable[[float], ByReplicate]
    target: float
    whole: bool = False
    answers: dict[float, ByReplicate] = field(default_factory=dict)

    def at(self, value: float) -> ByReplicate:
        """The answer at a number."""
        if value not in self.answers:
            self.answers[value] = self.compute(value)
        return self.answers[value]

    def above(self, value: float) -> float:
        """How far the answer is above the target; 0 where the difference is `NEAR` to none."""
        estimate = self.at(value).estimate
        return _told(estimate.observed - self.target, estimate)

    def difference(self, first: float, second: float, confidence: float) -> Differences:
        """The answer at the second number minus that at the first, net by net."""
        one, other = self.at(first), self.at(second)
        unseen = 0.0
        if one.estimate.is_probability:
            unseen = one.values.size / max(one.estimate.n, 1)
        return paired(one.values[None], other.values[None], np.array([unseen]), confidence)

    def turns(self, values: Sequence[float]) -> bool:
        """Whether the answer surely rises somewhere and falls elsewhere, over sorted numbers."""
        steps = [self.difference(*pair, SURE) for pair in pairwise(values)]
        return any(step.ci_low[0] > 0.0 for step in steps) and any(
            step.ci_high[0] < 0.0 for step in steps
        )

    def is_flat(self, values: Sequence[float]) -> bool:
        """Whether the answer is the same at all of these numbers, on every net."""
        first = self.at(values[0]).values
        return all(np.array_equal(first, self.at(value).values) for value in values[1:])

    def can_tell(self, value: float) -> bool:
        """Whether the answer at a number is surely not the target."""
        estimate = self.at(value).estimate
        return not estimate.ci_low <= self.target <= estimate.ci_high

    def crossings(self, values: Sequence[float]) -> list[Crossing]:
        """Every crossing that is seen between sorted numbers; those too near to tell are one."""
        found: list[Crossing] = []
        for low, high in pairwise(values):
            at_low, at_high = self.above(low), self.above(high)
            if at_low * at_high < 0.0:
                pair = self._bracket(self.above, low, high)
            elif at_low == 0.0 or (at_high == 0.0 and high == values[-1]):
                pair = (low, low) if at_low == 0.0 else (high, high)
            else:
                continue
            if not found or min(pair) > found[-1].ci_high:
                found.append(self._crossing(pair, values[0], values[-1]))
        return found

    def _crossing(self, pair: tuple[float, float], least: float, most: float) -> Crossing:
        """The crossing at a number, or between two whole ones."""
        low, cut_below = self._end(min(pair), least)
        high, cut_above = self._end(max(pair), most)
        value = min(pair, key=lambda number: abs(self.above(number)))
        answer = self.at(value).estimate
        half = student_half_width(self.at(value).values.size)
        slope = Estimate("slope", nan, nan, nan, nan, answer.n)
        if high > low:
            moved, wide = self.difference(low, high, CONFIDENCE), high - low
            change, error, least_change, most_change = (float(x[0]) / wide for x in moved[:4])
            slope = Estimate("slope", change, error, least_change, most_change, answer.n)
        cut = cut_below or cut_above
        return Crossing(value, (high - low) / (2.0 * half), low, high, cut, answer, slope)

    def _end(self, start: float, limit: float) -> tuple[float, bool]:
        """The end of a crossing's interval on the side of a limit, and whether it is the limit."""
        if self.can_tell(start):
            return start, False
        side = -1.0 if limit < start else 1.0
        tried = [x for x in self.answers if 0.0 < side * (x - start) <= side * (limit - start)]
        inside = start
        for outside in sorted(tried, key=lambda x: side * x):
            if self.can_tell(outside):
                return self._bracket(self._beyond, inside, outside)[0], False
            inside = outside
        return limit, True

    def _beyond(self, value: float) -> float:
        """Above 0 where the answer is surely not the target, below where it may be."""
        estimate = self.at(value).estimate
        beyond = max(estimate.ci_low - self.target, self.target - estimate.ci_high)
        return _told(beyond, estimate)

    def _bracket(
        self, function: Callable[[float], float], first: float, second: float
    ) -> tuple[float, float]:
        """A root between two numbers, twice; of whole numbers two neighbours with it between."""
        if self.whole:
            while abs(second - first) > 1.0:
                middle = float(int((first + second) / 2.0))
                before = function(first) * function(middle) <= 0.0
                first, second = (first, middle) if before else (middle, second)
            return first, second
        for end in (first, second):
            if function(end) == 0.0:
                return end, end
        step = FINEST * max(abs(first), abs(second))
        root = float(scipy.optimize.brentq(function, first, second, xtol=step))
        return root, root


def _told(difference: float, estimate: Estimate) -> float:
    """A difference, or 0 where it is too small beside the estimate's error for anybody to tell."""
    error = estimate.standard_error
    return 0.0 if abs(difference) <= NEAR * error else difference
