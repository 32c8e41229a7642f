"""Failures whose probability is wanted, named as in the tidy table.

``funding_failure/Microsoft``, ``funding_failure/Microsoft/2026``, ``failure_with:Meta/Microsoft``,
``any_failure/system``, ``failures_at_least_3/system/2027Q4``: see `names`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capexrisk.errors import EventError
from capexrisk.estimate.metrics import HORIZON
from capexrisk.estimate.names import resolve
from capexrisk.lowering import LoweredScenario

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Event:
    """Failure of some of these issuers by the end of a quarter.

    Attributes
    ----------
    issuer, period, metric : str
        As in the tidy table.
    members : tuple of int
        The issuers it is about.
    failures : int
        How many of them must have failed.
    quarters : int
        Number of quarters until then.
    """

    issuer: str
    period: str
    metric: str
    members: tuple[int, ...]
    failures: int
    quarters: int

    @property
    def name(self) -> str:
        """``metric/issuer/period``."""
        return f"{self.metric}/{self.issuer}/{self.period}"

    def distance(self, by_issuer: Floats) -> Floats:
        """Distance to the event (paths,), from those of all issuers (issuers, paths)."""
        of_members = by_issuer[list(self.members)]
        distance: Floats = np.partition(of_members, self.failures - 1, axis=0)[self.failures - 1]
        return distance


def find_event(text: str, lowered: LoweredScenario) -> Event:
    """Find the rare event with this name; see `names.resolve`.

    Raises
    ------
    UnknownName
        If the tidy table has no such row.
    EventError
        If it has such a row, but that is not about failures.
    """
    name = resolve(text, lowered)
    about = _about(name.metric, name.issuer, lowered)
    if about is None:
        raise EventError(
            f"event {text!r}: {name.metric} is no failure of issuers; give funding_failure, "
            "failure_with:NAME, any_failure or failures_at_least_K"
        )
    members, failures = about
    quarters = lowered.quarters
    until = len(quarters) if name.period == HORIZON else quarters.index(name.period) + 1
    return Event(name.issuer, name.period, name.metric, members, failures, until)


def _about(
    metric: str, issuer: str, lowered: LoweredScenario
) -> tuple[tuple[int, ...], int] | None:
    """Issuers in a metric and how many of them must fail; None if it is not about failures."""
    issuers = lowered.issuers
    what, _, other = metric.partition(":")
    if metric == "funding_failure":
        return (issuers.index(issuer),), 1
    if what == "failure_with":
        return (issuers.index(issuer), issuers.index(other)), 2
    members = tuple(i for i, name in enumerate(issuers) if name != other)
    what = what.removesuffix("_without")
    if what == "any_failure":
        return members, 1
    if what.startswith("failures_at_least_"):
        return members, int(what.removeprefix("failures_at_least_"))
    return None
