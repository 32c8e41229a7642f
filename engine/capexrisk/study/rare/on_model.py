"""Rare events of a scenario: `rare_event`, and the limit state that a search works on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from capexrisk.errors import ArgumentError, real_number, whole_number, whole_number_in_range
from capexrisk.estimate.independent import Estimate, probability
from capexrisk.estimate.table import COLUMNS
from capexrisk.kernel.simulate_distance import measure_distances
from capexrisk.lowering import LoweredScenario, lower
from capexrisk.points.draws import Draws, IndependentDraws, SuppliedDraws
from capexrisk.points.layout import supplied_order
from capexrisk.run.execute import refuse_broken
from capexrisk.run.plan import CHUNK_PATHS, RunPlan
from capexrisk.run.workers.backends import run_in_order
from capexrisk.scenario import Scenario
from capexrisk.study.rare import Method
from capexrisk.study.rare.failure import Event, find_event
from capexrisk.study.rare.limit_state import LimitState
from capexrisk.study.rare.search import RareEstimate, estimate_rare

Floats = NDArray[np.float64]

TASK_PATHS = 4096  # per task, to keep their draws small
SMALLEST, LARGEST = 2.0**-1000, 1.0 - 2.0**-53  # uniform numbers whose quantile is finite
COUNTING = "plain"
SWITCHES = ("jump", "regime", "shock", "anchor")  # draws that something happens, or not


@dataclass(frozen=True, repr=False)
class RareEvent:
    """Estimates of a rare event's probability.

    Attributes
    ----------
    event : Event
    found : RareEstimate
        By importance sampling or splitting.
    counted : Estimate
        By counting as many plain paths, for comparison.
    """

    event: Event
    found: RareEstimate
    counted: Estimate

    @property
    def paths_to_count(self) -> float:
        """Number of plain paths that counting needs for the same relative error; NaN of a bound."""
        estimate = self.found.estimate
        p, error = estimate.value, estimate.standard_error
        told = estimate.statistic == "probability" and error > 0.0
        return p * (1.0 - p) / error**2 if told else nan

    def to_frame(self) -> pd.DataFrame:
        """Both estimates as rows of the tidy table."""
        event = self.event
        key = (event.issuer, event.period, event.metric)
        rows = [
            (*key, *self.found.estimate[:-1], self.found.paths, self.found.method),
            (*key, *self.counted, COUNTING),
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def __repr__(self) -> str:
        estimate = self.found.estimate
        return (
            f"RareEvent({self.event.name}: {estimate.value:.3g} "
            f"({estimate.ci_low:.3g} to {estimate.ci_high:.3g}) by {self.found.method}, "
            f"{self.found.paths:,} paths, {len(self.found.warnings)} warnings)"
        )


def rare_event(
    scenario: Scenario,
    event: str,
    *,
    method: Method = "auto",
    relative_error: float = 0.1,
    max_paths: int = 2_000_000,
    seed: int = 0,
    n_jobs: int | None = -1,
) -> RareEvent:
    """Estimate the probability of a rare failure on the whole model.

    Parameters
    ----------
    scenario : Scenario
    event : str
        By the tidy table's names, "metric/issuer" or "metric/issuer/period":
        "funding_failure/Microsoft/2026", "failure_with:Meta/Microsoft", "any_failure/system",
        "failures_at_least_3/system".
    method : {"auto", "importance", "splitting"}
        "auto" chooses after a pilot.
    relative_error : float
        Standard error over probability at which to stop, in (0, 1).
    max_paths : int
        Paths of the search, its pilot included, at most; 4,096 to 10**9. The plain count beside it
        takes as many again.
    seed : int
        0 to 2**64 - 1. The same seed gives the same numbers for any number of workers.
    n_jobs : int
        Workers, as for `simulate`.

    Returns
    -------
    RareEvent

    Raises
    ------
    UnknownName, EventError
        If the scenario has no such rare event.
    ValueError
        If an argument is out of range.
    KernelFault
        If more than one path in 10,000 is not finite.

    Examples
    --------
    >>> import capexrisk as cr
    >>> scenario = cr.load_scenario("configs/hyperscalers-2026.toml")
    >>> rare = cr.rare_event(scenario, "funding_failure/Microsoft", relative_error=0.5, seed=1)
    >>> 4e-4 < rare.found.estimate.value < 4e-3
    True
    """
    if method not in get_args(Method):
        raise ArgumentError(
            "method", f"{method!r} is unknown; give one of {', '.join(get_args(Method))}"
        )
    relative_error = real_number("relative_error", relative_error)
    if not 0.0 < relative_error < 1.0:
        raise ArgumentError("relative_error", f"{relative_error} is out of range; give 0.1, say")
    max_paths = whole_number_in_range("max_paths", max_paths, 4096, 10**9)
    seed = whole_number("seed", seed)
    plan = RunPlan(paths=max_paths, seed=seed, jobs=n_jobs)
    lowered = lower(scenario, "means")
    wanted = find_event(event, lowered)
    model = ModelPaths(lowered, wanted, plan)
    found = estimate_rare(
        limit_state(lowered, wanted, model.evaluate),
        method=method,
        relative_error=relative_error,
        max_paths=max_paths,
        seed=seed,
    )
    counted = model.count(found.paths)
    model.check()
    return RareEvent(wanted, found, counted)


def limit_state(
    lowered: LoweredScenario, event: Event, evaluate: Callable[[Floats], Floats]
) -> LimitState:
    """Limit state of a rare event over the draws until its quarter, ordered as in `SuppliedDraws`.

    Draws of one name and issuer are of one kind in all quarters. The market's normals of a quarter
    form a burst: a large mixing factor makes all of them large.
    """
    places = supplied_order(len(lowered.issuers), event.quarters).places
    kinds: dict[tuple[str, int | None], int] = {}
    for place in places:
        kinds.setdefault((place.draw.name, place.issuer), len(kinds))
    bursts: list[list[int]] = [[] for _ in range(event.quarters)]
    for number, (draw, _, quarter) in enumerate(places):
        if draw.of == "market" and draw.law == "normal" and quarter is not None:
            bursts[quarter].append(number)
    switches = [number for number, place in enumerate(places) if place.draw.name in SWITCHES]
    return LimitState(
        evaluate,
        len(places),
        np.array([kinds[place.draw.name, place.issuer] for place in places]),
        tuple(np.array(burst) for burst in bursts),
        np.array(switches),
    )


def uniforms_of(draws: Floats) -> Floats:
    """Numbers between 0 and 1 (dimensions, paths) of standard normal draws (paths, dimensions)."""
    uniforms: Floats = np.clip(ndtr(draws.T), SMALLEST, LARGEST)
    return uniforms


class ModelPaths:
    """The model's paths, from supplied draws or counted; broken ones never fail."""

    def __init__(self, lowered: LoweredScenario, event: Event, plan: RunPlan) -> None:
        self._lowered, self._event, self._plan = lowered, event, plan
        self._paths = self._broken = 0

    def evaluate(self, draws: Floats) -> Floats:
        """Distances (paths,) of standard normal draws (paths, dimensions)."""
        if len(draws) <= TASK_PATHS:  # a search asks thousands of times: workers cost more
            return self._judged(*self._of_draws(draws))
        tasks = ((draws[k : k + TASK_PATHS],) for k in range(0, len(draws), TASK_PATHS))
        parts = list(run_in_order(self._plan, self._of_draws, tasks))
        return np.concatenate([self._judged(*part) for part in parts])

    def count(self, paths: int) -> Estimate:
        """Estimate the event's probability from the seed's plain paths 0, 1, ..."""
        tasks = ((k, min(CHUNK_PATHS, paths - k)) for k in range(0, paths, CHUNK_PATHS))
        hits = 0
        for part in run_in_order(self._plan, self._of_seed, tasks):
            hits += int((self._judged(*part) < 0.0).sum())
        return probability(hits, paths)

    def check(self) -> None:
        """Refuse a scenario with too many broken paths."""
        refuse_broken(self._broken, self._paths)

    def _judged(self, distances: Floats, broken: NDArray[np.bool_]) -> Floats:
        self._paths += broken.size
        self._broken += int(broken.sum())
        judged: Floats = np.where(broken, np.inf, distances)
        return judged

    def _of_draws(self, draws: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        uniforms = uniforms_of(draws)
        supplied = SuppliedDraws(uniforms, len(self._lowered.issuers), self._event.quarters)
        return self._measured(supplied, 0, len(draws))

    def _of_seed(self, first_path: int, paths: int) -> tuple[Floats, NDArray[np.bool_]]:
        return self._measured(IndependentDraws(self._plan.seed), first_path, paths)

    def _measured(
        self, draws: Draws, first_path: int, paths: int
    ) -> tuple[Floats, NDArray[np.bool_]]:
        by_issuer, broken = measure_distances(
            self._lowered.market,
            self._lowered.schedule,
            source=draws.source(first_path),
            quarters=self._event.quarters,
            paths=paths,
        )
        return self._event.distance(by_issuer), broken
