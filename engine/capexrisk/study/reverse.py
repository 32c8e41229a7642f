"""What would have to happen: the likeliest path to a failure, and how failing paths differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from capexrisk.errors import (
    ArgumentError,
    EventError,
    refuse_type,
    whole_number,
    whole_number_in_range,
)
from capexrisk.estimate.independent import Estimate, probability
from capexrisk.estimate.metrics import SYSTEM
from capexrisk.estimate.weighted import weighted_mean, weighted_quantile, weighted_share
from capexrisk.lowering import LoweredScenario, lower
from capexrisk.model.vocabulary import CAUSES
from capexrisk.points.layout import DrawOf, supplied_order
from capexrisk.run.plan import RunPlan
from capexrisk.scenario import Scenario
from capexrisk.scenario.schema import FROM_A_FILE
from capexrisk.study.plotted import Plotted
from capexrisk.study.rare.design_point import OTHER_WAY, DesignPoint, find_design_point
from capexrisk.study.rare.failing import FailingPaths, sample_failing
from capexrisk.study.rare.failure import Event, find_event
from capexrisk.study.rare.importance import Adaptation, adapt
from capexrisk.study.rare.limit_state import Floats
from capexrisk.study.rare.on_model import ModelPaths, limit_state, uniforms_of
from capexrisk.study.rare.states import States, trace_states, whole_draws
from capexrisk.study.rare.stories import Stories, agreement, tell_stories
from capexrisk.study.rare.streams import CHOSEN, NEIGHBOURS, TYPICAL, stream
from capexrisk.study.replay import replay_draws

EFFECTIVE: Final = 2_000.0  # effective hits that are wanted
ADAPTATION_ERROR: Final = 0.02  # relative error that the proposal is adapted for
TYPICAL_PATHS: Final = 4_096  # of the model, for comparison
LEAST_HITS: Final = 100.0  # effective hits below which nothing is told of failing paths
STARTS: Final = 4  # quarters in whose failures the search of the design point begins
SURE: Final = 2.0  # errors from 0 beyond which a mean shock counts
LEVELS: Final = (0.05, 0.5, 0.95)
KEYS: Final = ("quarter", "issuer", "whose", "statistic")
FIGURES: Final = ("value", "standard_error", "ci_low", "ci_high", "n")


class Story(NamedTuple):
    """A typical course of failing paths.

    Attributes
    ----------
    share : Estimate
        Of the failing paths, by their weights; its error leaves out that of the stories' borders.
    path : DataFrame
        Its medoid, replayed: a path that was drawn, the nearest to all others of the story.
    fails : dict of str to str
        Quarter in which each issuer of the event fails on it, "" where it does not.
    causes : dict of str to str
        The commonest binding cause of each issuer's failure among the story's paths.
    """

    share: Estimate
    path: pd.DataFrame
    fails: dict[str, str]
    causes: dict[str, str]


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Reverse(Plotted):
    """What would have to happen for a failure.

    Attributes
    ----------
    scenario : Scenario
    event : Event
    probability : Estimate
        Of the event, from the same weighted paths.
    design : DesignPoint
        The likeliest draws that fail.
    path : DataFrame
        These draws replayed until the event's quarter, in the columns of `replay`.
    shocks : DataFrame
        Mean, P5, P50 and P95 of every draw on failing paths, in standard deviations, by quarter
        ("" for draws once a path), beside the design point and, if one was found, the nearest other
        way to fail. On all paths each is standard normal;
        a draw that is uniform in the model stands as the normal number of the same rank.
    states : DataFrame
        The same of market and issuers of the event, of failing paths and of all paths.
    stories : tuple of Story
        Two to five, the commonest first.
    silhouette : float
        How distinct they are, -1 to 1; below about 0.25 they shade into each other.
    paths, seed : int
    """

    scenario: Scenario
    event: Event
    probability: Estimate
    design: DesignPoint
    path: pd.DataFrame
    shocks: pd.DataFrame
    states: pd.DataFrame
    stories: tuple[Story, ...]
    silhouette: float
    paths: int
    seed: int
    _mean_shock: Floats | None = None  # these two compare seeds, and are not left with a run
    _told: Stories | None = None

    @property
    def as_one_shock(self) -> float:
        """Chance of all paths beyond the plane that touches the limit at the design point, Φ(-β).

        It is the event's chance where the limit is a plane, not in general.
        """
        return float(ndtr(-self.design.norm))

    @property
    def equivalent_distance(self) -> float:
        """Distance of the plane that has the event's chance behind it, -Φ⁻¹(p)."""
        return float(-ndtri(self.probability.value))

    def likeness(self, other: Reverse) -> dict[str, float]:
        """How alike the answers of two seeds are, each 1 if they are the same.

        design_point and mean_shock are cosines between the two design points, and between the two
        vectors of mean shocks; stories is the adjusted Rand index of who is told together.

        Raises
        ------
        ArgumentError
            If one of them was read from a run, which keeps no paths to compare.
        """
        first, second = ((one._mean_shock, one._told) for one in (self, other))
        if first[0] is None or first[1] is None or second[0] is None or second[1] is None:
            raise ArgumentError("other", "was read from a run, which keeps no paths; ask again")
        return {
            "design_point": _cosine(self.design.draws, other.design.draws),
            "mean_shock": _cosine(first[0], second[0]),
            "stories": agreement(first[1], second[1]),
        }

    def to_frame(self) -> pd.DataFrame:
        """Shocks and states in one tidy table."""
        parts = {"shock": self.shocks, "state": self.states}
        return pd.concat(
            [table.assign(kind=kind) for kind, table in parts.items()], ignore_index=True
        )[["kind", "name", *KEYS, *FIGURES]]

    def __repr__(self) -> str:
        return (
            f"Reverse({self.event.name}: design point at {self.design.norm:.3g}, "
            f"{len(self.stories)} stories, {self.paths:,} paths)"
        )


def reverse(
    scenario: Scenario,
    event: str,
    *,
    max_paths: int = 1_000_000,
    seed: int = 0,
    n_jobs: int | None = -1,
) -> Reverse:
    """Say what would have to happen for a failure.

    A search for rare events finds where failures lie; fresh paths from there, with their weights,
    stand for all failing paths. The likeliest of them all is searched from several starts.

    Parameters
    ----------
    scenario : Scenario
    event : str
        As for `rare_event`: ``"failure_with:Amazon/Oracle"``, ``"funding_failure/Amazon/2027"``.
    max_paths : int
        Paths after which to stop, 65,536 to 10**9; about 2,000 effective failures suffice.
    seed : int
        0 to 2**64 - 1.
    n_jobs : int
        Workers, as for `simulate`.

    Returns
    -------
    Reverse

    Raises
    ------
    UnknownName, EventError
        If the scenario has no such event, or too few paths reach it; the message gives a bound.
    ArgumentError
        If a number is out of range.
    KernelFault
        If more than one path in 10,000 is not finite.

    Examples
    --------
    >>> import capexrisk as cr
    >>> scenario = cr.load_scenario("configs/hyperscalers-2026.toml", ["quarters=4"])
    >>> found = cr.reverse(scenario, "funding_failure/CoreWeave", max_paths=65_536, seed=1)
    >>> bool(found.path.query("issuer == 'CoreWeave'")["failed"].iloc[-1])
    True
    """
    refuse_type("scenario", scenario, Scenario, FROM_A_FILE)
    max_paths = whole_number_in_range("max_paths", max_paths, 65_536, 10**9)
    seed = whole_number("seed", seed)
    plan = RunPlan(paths=max_paths, seed=seed, jobs=n_jobs)
    lowered = lower(scenario)
    wanted = find_event(event, lowered)
    model = ModelPaths(lowered, wanted, plan)
    problem_of = limit_state(lowered, wanted, model.evaluate)
    adapted = adapt(problem_of, relative_error=ADAPTATION_ERROR, most=max_paths // 2, seed=seed)
    failing = sample_failing(
        problem_of,
        adapted.proposal,
        effective=EFFECTIVE,
        most=max_paths - adapted.paths,
        seed=seed,
    )
    model.check()
    paths = adapted.paths + failing.hits.n
    if failing.hits.effective_hits < LEAST_HITS:
        raise EventError(_too_few(wanted, failing, adapted, paths))
    mean_shock = failing.weights @ failing.draws / failing.weights.sum()
    states = trace_states(lowered, wanted, failing.draws)
    design = find_design_point(
        problem_of, _starts(wanted, failing, states), stream(seed, NEIGHBOURS)
    )
    assert design is not None  # a failing path is among the starts
    told = tell_stories(states, failing.weights, stream(seed, CHOSEN))
    return Reverse(
        scenario=scenario,
        event=wanted,
        probability=failing.hits.probability(),
        design=design,
        path=_replayed(lowered, wanted, design.draws),
        shocks=_shocks(lowered, wanted, failing, design),
        states=_states(lowered, wanted, states, failing.weights, seed),
        stories=tuple(_stories(lowered, wanted, failing, states, told)),
        silhouette=told.silhouette,
        paths=paths,
        seed=seed,
        _mean_shock=mean_shock,
        _told=told,
    )


def _too_few(event: Event, failing: FailingPaths, adapted: Adaptation, paths: int) -> str:
    hits = failing.hits
    tried = f"of {paths:,} paths drawn towards it"
    mend = "give more paths (max_paths), or a later period"
    if hits.hits == 0:
        bound = probability(0, adapted.model_paths).ci_high
        return (
            f"{event.name}: none {tried} reached it; its chance is below {100.0 * bound:.2g} % by "
            f"the {adapted.model_paths:,} of them that are the model's own; {mend}"
        )
    found = hits.probability()
    return (
        f"{event.name}: {hits.hits:,} {tried} reached it, which count as "
        f"{hits.effective_hits:.1f}, too few to tell of; its chance is {100.0 * found.ci_low:.2g} "
        f"to {100.0 * found.ci_high:.2g} %; {mend}"
    )


def _starts(event: Event, failing: FailingPaths, states: States) -> Iterator[Floats]:
    """Mean shocks of the paths that fail in a quarter, of the quarters in which most do.

    Where a mean is within its error of 0, it is put there. Last comes a failing path, so that there
    is a start in any case.
    """
    dates = np.sort([states.failed[i] for i in event.members], axis=0)
    last = dates[event.failures - 1]
    by_quarter = np.bincount(last, failing.weights, minlength=event.quarters)
    for quarter in np.argsort(-by_quarter, kind="stable")[:STARTS]:
        weights = failing.weights * (last == quarter)
        if weights.any():
            mean = weights @ failing.draws / weights.sum()
            error = np.linalg.norm(weights) / weights.sum()
            yield np.where(np.abs(mean) > SURE * error, mean, 0.0)
    yield failing.draws[int(np.argmin(np.linalg.norm(failing.draws, axis=1)))]


def _replayed(lowered: LoweredScenario, event: Event, draws: Floats) -> pd.DataFrame:
    whole = whole_draws(lowered, draws[None], event.quarters)
    table = replay_draws(lowered, uniforms_of(whole)[:, 0])
    return table.iloc[: event.quarters * len(lowered.issuers)]


def _shocks(
    lowered: LoweredScenario, event: Event, failing: FailingPaths, design: DesignPoint
) -> pd.DataFrame:
    points = {"design point": design.draws}
    if design.other is not None:
        points[OTHER_WAY] = design.other

    def rows() -> Iterator[tuple[object, ...]]:
        places = supplied_order(len(lowered.issuers), event.quarters).places
        for number, place in enumerate(places):
            if place.draw.name == "spare":
                continue
            key = _key(place, lowered)
            values = failing.draws[:, number]
            for estimate in _estimates(values, failing.weights):
                yield (*key, "failing", estimate.statistic, *estimate[1:])
            for whose, draws in points.items():
                yield (*key, whose, "value", float(draws[number]), nan, nan, nan, 1)

    return pd.DataFrame(list(rows()), columns=["name", *KEYS, *FIGURES])


def _key(place: DrawOf, lowered: LoweredScenario) -> tuple[str, str, str]:
    quarter = "" if place.quarter is None else lowered.quarters[place.quarter]
    return (
        place.draw.name,
        quarter,
        SYSTEM if place.issuer is None else lowered.issuers[place.issuer],
    )


def _states(
    lowered: LoweredScenario, event: Event, failing: States, weights: Floats, seed: int
) -> pd.DataFrame:
    dimensions = len(supplied_order(len(lowered.issuers), event.quarters).places)
    drawn = stream(seed, TYPICAL).standard_normal((TYPICAL_PATHS, dimensions))
    typical = trace_states(lowered, event, drawn)

    def rows() -> Iterator[tuple[object, ...]]:
        for whose, states, of_paths in (
            ("failing", failing, weights),
            ("all", typical, np.ones(TYPICAL_PATHS)),
        ):
            named = {(name, SYSTEM): values for name, values in states.market.items()}
            named |= {
                (name, lowered.issuers[i]): values for (name, i), values in states.issuer.items()
            }
            for (name, issuer), values in named.items():
                for k in range(event.quarters):
                    known = np.isfinite(values[:, k])
                    for one in _estimates(values[known, k], of_paths[known]):
                        key = (name, lowered.quarters[k], issuer, whose)
                        yield (*key, one.statistic, *one[1:])

    return pd.DataFrame(list(rows()), columns=["name", *KEYS, *FIGURES])


def _estimates(values: Floats, weights: Floats) -> Iterator[Estimate]:
    yield weighted_mean(values, weights)
    for level in LEVELS:
        yield weighted_quantile(values, weights, level)


def _stories(
    lowered: LoweredScenario,
    event: Event,
    failing: FailingPaths,
    states: States,
    told: Stories,
) -> Iterator[Story]:
    for number, medoid in enumerate(told.medoids):
        members = told.story == number
        fails, causes = {}, {}
        for i in event.members:
            name = lowered.issuers[i]
            date = int(states.failed[i][medoid])
            fails[name] = lowered.quarters[date] if date < event.quarters else ""
            seen = members & (states.failed[i] < event.quarters)
            weights = np.bincount(states.cause[i][seen], failing.weights[seen], minlength=2)
            causes[name] = list(CAUSES)[int(weights.argmax()) - 1] if weights[1:].any() else ""
        yield Story(
            weighted_share(members, failing.weights),
            _replayed(lowered, event, failing.draws[medoid]),
            fails,
            causes,
        )


def _cosine(first: Floats, second: Floats) -> float:
    return float(first @ second / (np.linalg.norm(first) * np.linalg.norm(second)))
