"""One group of inputs at a time: at either end of its range, all others at their medians."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capexrisk.errors import ScenarioError
from capexrisk.estimate.by_replicate import ByReplicate
from capexrisk.estimate.independent import OBSERVED, Estimate
from capexrisk.estimate.paired import paired
from capexrisk.run.plan import REPLICATES
from capexrisk.run.session import Session
from capexrisk.scenario import Scenario
from capexrisk.scenario.files.paths import write_path
from capexrisk.uncertainty import InputDesign
from capexrisk.uncertainty.given import groups_of
from capexrisk.uncertainty.ranges import EITHER_WAY, HIGH, LOW
from capexrisk.uncertainty.targets import ANY, Target, catalogue_of, changes, moved_by

Changes = Mapping[str, object]

UNKNOWN: Final = Estimate("mean", nan, nan, nan, nan, 0)
CHANCES: Final = ("probability", *OBSERVED)
OF_RANGES: Final = ("at_median", "at_p5", "at_p95")  # what the three cases of a group are called
OF_DEFAULTS: Final = ("as_given", "at_lower", "at_upper")  # a tenth down and up are no quantiles


@dataclass(frozen=True)
class Ends:
    """What is changed for one group, at either end of its range."""

    group: str
    low: Changes
    high: Changes


def ends_of_groups(scenario: Scenario, design: InputDesign) -> tuple[Changes, list[Ends]]:
    """What is changed for all medians, and for each group at its ends.

    All draws of a group go to the same end together; draws correlated with them stay where they
    are.
    """
    catalogue = catalogue_of(scenario)
    middle = np.full((design.dimensions, 1), 0.5)

    def at(draws: Sequence[int], level: float) -> Changes:
        shares = middle.copy()
        shares[list(draws)] = level
        return changes(catalogue, design.entries, design.values_at(shares)[0].tolist())

    groups = groups_of(design).items()
    return at([], 0.5), [Ends(name, at(draws, LOW), at(draws, HIGH)) for name, draws in groups]


def ends_by_default(scenario: Scenario) -> tuple[Changes, list[Ends]]:
    """Every number of the market and of issuers a tenth down and up, cut to its bounds.

    An input is a group of its own, with all its entries, and with those of all issuers.
    """
    catalogue = catalogue_of(scenario)
    found = []
    for pattern in dict.fromkeys(_pattern(path) for path in catalogue):
        try:
            moved = moved_by(pattern, catalogue, "")
        except ScenarioError:  # a word, a count, or what must not move
            continue
        targets = [target for one in moved for target in one.targets]
        base, (least, most) = _columns(targets)
        low, high = (
            np.clip(base * factor, least, most) for factor in (1.0 - EITHER_WAY, 1.0 + EITHER_WAY)
        )
        if (low != high).any():
            found.append(
                Ends(
                    pattern,
                    changes(catalogue, targets, low.tolist()),
                    changes(catalogue, targets, high.tolist()),
                )
            )
    return {}, found


def one_at_a_time(
    scenario: Scenario,
    names: Sequence[str],
    cases: tuple[Changes, list[Ends]],
    measures: tuple[str, str, str],
    *,
    points: int,
    seed: int,
    n_jobs: int | None,
) -> Iterator[tuple[str, str, str, Estimate]]:
    """Estimates with one group at an end of its range: name, group, measure, estimate.

    Measures: the first of those given, of no group; the others, of either end; and ``swing``, the
    upper end less the lower with its paired error. NaN where the scenario is refused at an end.

    Raises
    ------
    KernelFault
        If more than one path in 10,000 is not finite at an end.
    """
    middle, ends = cases
    in_the_middle, at_low, at_high = measures
    with Session(scenario, names, points=points, seed=seed, n_jobs=n_jobs) as session:
        for name, found in session.estimate(middle).items():
            yield name, "", in_the_middle, found.estimate
        for end in ends:
            low, high = _tried(session, end.low), _tried(session, end.high)
            for name in names:
                yield name, end.group, at_low, low[name].estimate if low else UNKNOWN
                yield name, end.group, at_high, high[name].estimate if high else UNKNOWN
                swing = _swing(low[name], high[name]) if low and high else UNKNOWN
                yield name, end.group, "swing", swing


def _tried(session: Session, changed: Changes) -> dict[str, ByReplicate] | None:
    """Estimates with these changes; None where the scenario is then refused."""
    try:
        return session.estimate(changed)
    except ScenarioError:
        return None


def _swing(low: ByReplicate, high: ByReplicate) -> Estimate:
    chance = low.estimate.statistic in CHANCES and low.estimate.n > 0
    unseen = REPLICATES / low.estimate.n if chance else 0.0
    found = paired(low.values[None], high.values[None], np.array([unseen]))
    value, error, ci_low, ci_high = (float(part[0]) for part in found[:4])
    return Estimate("difference", value, error, ci_low, ci_high, low.estimate.n)


def _pattern(path: tuple[str, ...]) -> str:
    """An input of all issuers as one."""
    if path[0] == "issuers":
        return f"issuers.{ANY}.{write_path(path[2:])}"
    return write_path(path)


def _columns(
    targets: Sequence[Target],
) -> tuple[NDArray[np.float64], tuple[NDArray[np.float64], NDArray[np.float64]]]:
    bounds = np.array([target.bounds for target in targets], dtype=float)
    return np.array([target.base for target in targets]), (bounds[:, 0], bounds[:, 1])
