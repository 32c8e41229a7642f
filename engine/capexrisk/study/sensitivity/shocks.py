"""Which draws of a path decide whether a failure happens, with the inputs as they stand."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from capexrisk.errors import EventError
from capexrisk.estimate.independent import probability
from capexrisk.estimate.intervals import FEW
from capexrisk.estimate.nested_effects import NestedEffects, nested_design, nested_effects
from capexrisk.kernel.simulate_distance import measure_distances
from capexrisk.lowering import LoweredScenario
from capexrisk.points.draws import SuppliedDraws
from capexrisk.points.layout import DrawOf, supplied_order
from capexrisk.run.execute import refuse_broken
from capexrisk.run.plan import REPLICATES, RunPlan
from capexrisk.run.workers.backends import run_in_order
from capexrisk.study.rare.failure import Event

Floats = NDArray[np.float64]

ROUNDS: Final = 8
TASK_PATHS: Final = 4096  # to keep their draws small
SMALLEST, LARGEST = 2.0**-1000, 1.0 - 2.0**-53  # as for rare events
OTHERS: Final = "draws of other issuers"
OWN: Final = "an issuer's "  # as the words of a draw begin
STREAM: Final = 2  # of the seed; the inputs have 1


def shock_effects(
    lowered: LoweredScenario, event: Event, plan: RunPlan
) -> tuple[list[str], NestedEffects]:
    """Effects of the named draws on whether the event happens on a path.

    Draws of one name, of all quarters until the event, are a group; issuers' own draws are those of
    the issuers it is about, and all of the others are one group.

    Returns
    -------
    names : list of str
        Of the groups.
    NestedEffects
        Shares of p (1 - p), the variance of one path's outcome.

    Raises
    ------
    KernelFault
        If more than one path in 10,000 is not finite.
    EventError
        If too few paths reach the event to tell.
    """
    groups: dict[str, list[int]] = {}
    places = supplied_order(len(lowered.issuers), event.quarters).places
    for row, place in enumerate(places):
        groups.setdefault(_group(place, event, lowered.issuers), []).append(row)
    rng = np.random.default_rng([plan.seed, STREAM])
    orders: list[NDArray[np.int64]] = []
    outcomes: list[Floats] = []
    broken = paths = 0
    for _ in range(ROUNDS):
        nested = nested_design(
            list(groups.values()), np.eye(len(places)), rounds=1, replicates=REPLICATES, rng=rng
        )
        flat = nested.points.reshape(-1, len(places))
        tasks = (
            (lowered, event, flat[k : k + TASK_PATHS]) for k in range(0, len(flat), TASK_PATHS)
        )
        parts = list(run_in_order(plan, _outcomes, tasks))
        broken += sum(int(bad.sum()) for _, bad in parts)
        paths += len(flat)
        orders.append(nested.orders)
        outcomes.append(np.concatenate([failed for failed, _ in parts]).reshape(REPLICATES, -1))
    refuse_broken(broken, paths)
    failed = np.concatenate(outcomes, 1)
    _refuse_too_few(event, failed.reshape(-1, 2 * len(groups)))
    return list(groups), nested_effects(np.concatenate(orders, 1), failed)


def _refuse_too_few(event: Event, failed: Floats) -> None:
    """Refuse an event that few paths reach; a row for each order, whose first two are independent.

    Raises
    ------
    EventError
    """
    hits, paths = int(failed[:, :2].sum()), failed[:, :2].size
    if hits >= FEW:
        return
    found = probability(hits, paths)
    chance = f"below {100.0 * found.ci_high:.2g} %"
    if hits:
        chance = f"{100.0 * found.ci_low:.2g} to {100.0 * found.ci_high:.2g} %"
    raise EventError(
        f"{event.name}: {hits or 'none'} of {paths:,} independent paths reached it, too few to "
        f"tell which draws decide ({failed.size:,} were drawn in all); its chance is {chance}; "
        "give a later period, or a likelier failure"
    )


def _outcomes(
    lowered: LoweredScenario, event: Event, normals: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    """Whether each path fails, 0 or 1, and whether it is broken; a broken one does not fail."""
    uniforms = np.clip(ndtr(normals.T), SMALLEST, LARGEST)
    by_issuer, broken = measure_distances(
        lowered.market,
        lowered.schedule,
        source=SuppliedDraws(uniforms, len(lowered.issuers), event.quarters).source(0),
        quarters=event.quarters,
        paths=len(normals),
    )
    return ((event.distance(by_issuer) < 0.0) & ~broken).astype(float), broken


def _group(place: DrawOf, event: Event, issuers: tuple[str, ...]) -> str:
    draw = place.draw
    if place.issuer is None:
        return draw.words
    if place.issuer not in event.members:
        return OTHERS
    whose = issuers[place.issuer] if len(event.members) == 1 else "its issuers"
    return f"{whose}: {draw.words.removeprefix(OWN)}"
