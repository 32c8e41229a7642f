"""Effects of groups of uncertain inputs on estimates of a scenario."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import nan
from typing import Final

import numpy as np

from capexrisk.errors import ArgumentError
from capexrisk.estimate.conditional import Halves
from capexrisk.estimate.figures import Figures
from capexrisk.estimate.given_data import first_order
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.names import Name
from capexrisk.estimate.nested_effects import nested_design, nested_effects
from capexrisk.estimate.over_inputs import over_inputs
from capexrisk.lowering import LoweredScenario
from capexrisk.run.plan import REPLICATES, RunPlan
from capexrisk.scenario.plan import INNER
from capexrisk.study.sensitivity.sample import FOR_QUANTILES, Sample, at_points
from capexrisk.uncertainty import InputDesign
from capexrisk.uncertainty.given import correlation_of, groups_of

Row = tuple[Name, str, str, Estimate]

STREAM: Final = 1  # of the seed


def effects(
    lowered: LoweredScenario,
    plan: RunPlan,
    design: InputDesign,
    sampled: Sample,
    *,
    most: int,
    rounds: int,
) -> Iterator[Row]:
    """Effects of groups on each sampled estimate: name, group, measure, estimate.

    First-order effects of all groups come from the sample. The `most` groups with the largest ones,
    on any of the estimates, are then players of a nested design, and all others together one more.

    Parameters
    ----------
    lowered : LoweredScenario
    plan : RunPlan
        Seed and workers.
    design : InputDesign
    sampled : Sample
    most : int
    rounds : int
        Of the nested design; 0 leaves it out.

    Raises
    ------
    ArgumentError
        If no group moves an estimate, or not more than the paths do.
    """
    correlation, groups = correlation_of(design), groups_of(design)
    names = list(sampled.halves)
    # All are refused before any is analysed further.
    spread = [row for name in names for row in _spread(name, sampled.halves[name])]
    single: dict[Name, Figures] = {
        name: first_order(sampled.normals, *halves, list(groups.values()), correlation)
        for name, halves in sampled.halves.items()
    }
    yield from spread
    points = sampled.normals.shape[0] * sampled.normals.shape[1]
    for name, found in single.items():
        for measure, figures in (("first_order", found), ("narrowing", _narrowing(found))):
            for group, one in zip(groups, _each(figures, measure, points), strict=True):
                yield name, group, measure, one
    if not rounds or len(groups) < 2:
        return
    players = _players(groups, single, most)
    nested = nested_design(
        list(players.values()),
        correlation,
        rounds=rounds,
        replicates=REPLICATES,
        rng=np.random.default_rng([plan.seed, STREAM]),
    )
    quantiles = any(name.statistic not in ("probability", "mean") for name in names)
    inner = FOR_QUANTILES if quantiles else INNER[0]
    values = at_points(lowered, replace(plan, inner=inner), design, nested, names)
    for name, halves in values.items():
        effect = nested_effects(nested.orders, *halves)
        for measure in ("shapley", "total"):
            figures = getattr(effect, measure)
            for player, one in zip(players, _each(figures, measure, effect.points), strict=True):
                yield name, player, measure, one


def _spread(name: Name, halves: Halves) -> Iterator[Row]:
    """Standard deviation of an estimate over the inputs; refused where it cannot be told from 0."""
    chance = name.statistic == "probability"
    found = over_inputs(*halves, probability=chance)
    sd = found.estimate("sd")
    y = 0.5 * (halves.first + halves.second)
    if np.ptp(y) <= 1e-12 * np.abs(y).max():
        raise ArgumentError(
            "metrics", f"{name}: no group moves it; it is {y.flat[0]:g} at each point of the inputs"
        )
    if not sd.ci_low > 0.0:
        raise ArgumentError(
            "metrics",
            f"{name}: with {y.size:,} points of the inputs what groups move, if anything, cannot "
            f"be told from the noise of the paths (standard deviation {sd.value:.2g}, at most "
            f"{sd.ci_high:.2g}); give more --outer or --inner",
        )
    yield name, "", "sd", sd
    if chance:
        yield name, "", "inputs_share", found.estimate("share")


def _players(
    groups: dict[str, list[int]], single: dict[Name, Figures], most: int
) -> dict[str, list[int]]:
    """The groups with the largest first-order effects in their order, and the rest as one."""
    largest = np.max([figures.value for figures in single.values()], axis=0)
    names = list(groups)
    if len(names) <= most + 1:
        return groups
    kept = [names[place] for place in np.argsort(-largest, kind="stable")[:most]]
    rest = [name for name in names if name not in kept]
    return {
        **{name: groups[name] for name in kept},
        rest_of(len(rest)): [draw for name in rest for draw in groups[name]],
    }


def rest_of(groups: int) -> str:
    """What the groups together are called that are not analysed singly."""
    return f"all other {groups} groups"


def _narrowing(single: Figures) -> Figures:
    """By which share the standard deviation shrinks, as root of the mean variance that is left."""
    value, low, high = (
        1.0 - np.sqrt(1.0 - np.clip(part, 0.0, 1.0))
        for part in (single.value, single.ci_low, single.ci_high)
    )
    with np.errstate(divide="ignore"):
        error = np.where(value < 1.0, single.standard_error / (2.0 * (1.0 - value)), nan)
    return Figures(value, error, low, high)


def _each(figures: Figures, statistic: str, points: int) -> Iterator[Estimate]:
    for value, error, low, high in zip(*(part.tolist() for part in figures), strict=True):
        yield Estimate(statistic, value, error, low, high, points)


def names_of_quantiles(names: Sequence[Name]) -> list[Name]:
    """Those that are neither means nor probabilities."""
    return [name for name in names if name.statistic not in ("probability", "mean")]
