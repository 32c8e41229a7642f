"""Events by the names of the tidy table: "metric/issuer" or "metric/issuer/period".

``funding_failure/Microsoft``, ``funding_failure/Microsoft/2026``, ``failure_with:Meta/Microsoft``,
``any_failure/system``, ``failures_at_least_3/system/2027Q4``. A period is a quarter, or a year for
its last; none is the end of the horizon.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from capexrisk.errors import CapexriskError
from capexrisk.lowering import LoweredScenario
from capexrisk.run.summary import HORIZON, SYSTEM

Floats = NDArray[np.float64]
Owners = dict[str, tuple[tuple[int, ...], int]]  # the issuers of an event, how many must fail


class EventError(CapexriskError):
    """An event that the scenario does not know."""


@dataclass(frozen=True)
class Event:
    """Issuers that have failed by the end of a quarter.

    Attributes
    ----------
    issuer, period, metric : str
        As in the tidy table.
    members : tuple of int
        The issuers it is about.
    failures : int
        How many of them must have failed.
    quarters : int
        Until the end of this many.
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
        """The event's distance (paths,) from those of all issuers (issuers, paths)."""
        of_members = by_issuer[list(self.members)]
        distance: Floats = np.partition(of_members, self.failures - 1, axis=0)[self.failures - 1]
        return distance


def find_event(text: str, lowered: LoweredScenario) -> Event:
    """The event of a name.

    Raises
    ------
    EventError
        If there is no such metric, issuer or period; with the nearest that there is.
    """
    metric, _, rest = text.partition("/")
    issuer, _, period = rest.partition("/")
    metrics = _metrics(lowered)
    if metric not in metrics:
        raise _unknown(text, "metric", metric, metrics)
    owners = metrics[metric]
    if issuer not in owners:
        raise _unknown(text, "issuer", issuer, owners)
    members, failures = owners[issuer]
    joint = metric.startswith("failure_with:")
    periods = {HORIZON: len(lowered.quarters)} if joint else _periods(lowered)
    if period and period not in periods:
        raise _unknown(text, "period", period, periods)
    label = period or (HORIZON if joint else lowered.quarters[-1])
    quarters = periods[label]
    if not joint:
        label = lowered.quarters[quarters - 1]
    return Event(issuer, label, metric, members, failures, quarters)


def _metrics(lowered: LoweredScenario) -> dict[str, Owners]:
    """What an event is about, by its metric and issuer."""
    issuers = lowered.issuers
    every = tuple(range(len(issuers)))
    found: dict[str, Owners] = {
        "funding_failure": {name: ((i,), 1) for i, name in enumerate(issuers)}
    }
    for j, other in enumerate(issuers):
        found[f"failure_with:{other}"] = {
            name: ((i, j), 2) for i, name in enumerate(issuers) if i != j
        }
    smallest = lowered.schedule.smallest
    large = tuple(i for i in every if i != smallest)
    for members, suffix in ((every, ""), (large, f"_without:{issuers[smallest]}")):
        for k in range(1, len(members) + 1):
            metric = "any_failure" if k == 1 else f"failures_at_least_{k}"
            found[metric + suffix] = {SYSTEM: (members, k)}
    return found


def _periods(lowered: LoweredScenario) -> dict[str, int]:
    """Quarters simulated for each label: a quarter's own, a year's and the horizon's last."""
    found = {label: k + 1 for k, label in enumerate(lowered.quarters)}
    for k, year in enumerate(lowered.schedule.year):
        found[lowered.years[year]] = k + 1
    return {**found, HORIZON: len(lowered.quarters)}


def _unknown(text: str, what: str, given: str, known: Iterable[str]) -> EventError:
    names = list(known)
    near = difflib.get_close_matches(given, names, 1)
    hint = f"did you mean {near[0]}?" if near else f"give one of {', '.join(names[:8])}"
    return EventError(f"event {text!r}: {given!r} is no {what} of it; {hint}")
