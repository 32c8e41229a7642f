"""Rare-failure probabilities by the method that suits, with warnings about its weaknesses."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, inf, nan

import numpy as np
from scipy.special import pdtrc

from capexrisk.estimate.independent import Estimate, probability
from capexrisk.estimate.intervals import standard_error
from capexrisk.estimate.weighted import repeated
from capexrisk.study.rare import Method
from capexrisk.study.rare.importance import FEW_HITS, Adaptation, FreshPaths, adapt, sample
from capexrisk.study.rare.limit_state import LimitState
from capexrisk.study.rare.splitting import POPULATION, level_bias, subset_probability
from capexrisk.study.rare.streams import SPLITTING, stream

ADAPTATION_LIMIT = 0.5  # of the paths
DOUBTFUL, TWO_SIDED = 0.03, 0.2  # shares of the pilot's nearest paths; see `_missing`
FAR_BEHIND = -1.0  # from the model's centre, against the shift; noise alone reaches less far
HEAVY = 0.15  # share of one weight
SURPRISE = 1e-3  # chance below which the model's own part has too many hits
LEAST_REPETITIONS = 16
FEWEST_REPETITIONS = 4  # if no more paths are allowed
SEEN_BEHIND = 0.2  # of what the nearest paths suggest
DOMINATES = 0.5  # share of one repetition
LEAST_FRESH = 1024


@dataclass(frozen=True, kw_only=True)
class RareEstimate:
    """Estimate of a rare failure's probability, and how it was found.

    Attributes
    ----------
    estimate : Estimate
        An upper bound where no failure was reached.
    method : {"importance", "splitting"}
    paths : int
        Total number, with pilot and stages.
    effective_hits, largest_share : float
        Of the weighted hits; NaN for splitting, whose hits have no weights.
    warnings : tuple of str
    """

    estimate: Estimate
    method: str
    paths: int
    effective_hits: float
    largest_share: float
    warnings: tuple[str, ...]


def estimate_rare(
    problem: LimitState, *, method: Method, relative_error: float, max_paths: int, seed: int
) -> RareEstimate:
    """Estimate the probability that a distance is negative.

    Parameters
    ----------
    problem : LimitState
    method : {"auto", "importance", "splitting"}
        "auto": importance sampling, unless the pilot finds near paths opposite to where that would
        sample, or its stages reach no failure; then splitting, with the paths that are left.
    relative_error : float
        Standard error over probability at which to stop.
    max_paths : int
        Paths after which to stop.
    seed : int
    """
    if method == "splitting":
        return _split(problem, relative_error, max_paths, seed)
    found = adapt(
        problem, relative_error=relative_error, most=int(ADAPTATION_LIMIT * max_paths), seed=seed
    )
    left = max_paths - found.paths
    stuck = _behind(found, 0.0) > TWO_SIDED and found.paths_needed(relative_error) > left
    if method == "auto" and (stuck or _missing(found, TWO_SIDED) or not found.failures):
        other = _split(problem, relative_error, left, seed, found.paths, found.model_paths)
        if other.estimate.statistic == "probability":
            return other
        left = max(max_paths - other.paths, LEAST_FRESH)
        found.paths, found.model_paths = other.paths, other.estimate.n  # none of these failed
    fresh = sample(problem, found.proposal, relative_error=relative_error, most=left, seed=seed)
    return _weighted(found, fresh, relative_error)


def _missing(found: Adaptation, share: float) -> bool:
    """Whether the pilot came near to failing where the proposal does not sample.

    If failures lie on one side, the model's nearest paths lie on that side. A second region draws
    some of them to the other, which does no harm if the stages have found failures there. A region
    to which fewer than a few percent of the nearest paths point is missed.
    """
    behind = _behind(found, FAR_BEHIND)
    return behind > share and found.failing_behind() < SEEN_BEHIND * behind


def _behind(found: Adaptation, beyond: float) -> float:
    """Share of the pilot's nearest paths that lie below `beyond` along the shift."""
    return float((found.pilot_near @ found.proposal.direction < beyond).mean())


def _weighted(found: Adaptation, fresh: FreshPaths, relative_error: float) -> RareEstimate:
    hits = fresh.hits
    paths = found.paths + hits.n
    if hits.hits == 0:
        return _nothing("importance", paths, found.model_paths + fresh.model_paths)
    warnings = []
    if _missing(found, DOUBTFUL):
        warnings.append(
            "the pilot came near failing on the other side of where paths were drawn; a region of "
            'failures may have been missed, take method "splitting"'
        )
    expected = fresh.model_paths * hits.total / hits.n
    if pdtrc(fresh.from_model - 1, expected) < SURPRISE:
        warnings.append(
            f"{fresh.from_model} plain paths failed where {expected:.2g} were expected; a region "
            "of failures is drawn too rarely, give more paths"
        )
    if hits.effective_hits < FEW_HITS:
        warnings.append(
            f"only {hits.effective_hits:.1f} effective hits; the interval cannot be trusted, give "
            "more paths"
        )
    if hits.largest_share > HEAVY:
        warnings.append(
            f"one path has {hits.largest_share:.0%} of the weight; the error may be larger than "
            "it seems, give more paths"
        )
    value, error = hits.probability()[1:3]
    if error > 0.0 and value * (1.0 - value) / error**2 < paths:
        warnings.append("not rare: as many plain paths are surer, take a run")
    if hits.relative_error > relative_error:
        warnings.append(_short(hits.relative_error, relative_error))
    return RareEstimate(
        estimate=hits.probability(),
        method="importance",
        paths=paths,
        effective_hits=hits.effective_hits,
        largest_share=hits.largest_share,
        warnings=tuple(warnings),
    )


def _split(
    problem: LimitState,
    relative_error: float,
    most: int,
    seed: int,
    paths: int = 0,
    model_paths: int = 0,
) -> RareEstimate:
    """Repeat subset simulation until the spread of the repetitions is small enough.

    Even with few paths allowed there are at least `FEWEST_REPETITIONS`. Their number is doubled
    rather than raised one by one: a spread that is checked often will be too small once by chance.
    """
    values: list[float] = []
    spent, wanted, error = 0, LEAST_REPETITIONS, inf
    bias = 0.0
    while error > relative_error and (not values or 2 * spent <= most):
        for repetition in range(len(values), wanted):
            if spent >= most and repetition >= FEWEST_REPETITIONS:
                break
            value, cost = subset_probability(problem, stream(seed, SPLITTING, repetition))
            values.append(value)
            spent += cost
        if not any(values):
            break
        value = float(np.mean(values))
        bias = level_bias(value)
        error = hypot(float(standard_error(np.array(values))) / value, bias)
        wanted *= 2
    paths += spent
    if not any(values):
        return _nothing("splitting", paths, model_paths + len(values) * POPULATION)
    warnings = []
    if 0.0 in values:
        warnings.append(
            f"{values.count(0.0)} of {len(values)} repetitions reached no failure; a region of "
            "failures is hard to reach and may have been missed"
        )
    if max(values) > DOMINATES * sum(values):
        warnings.append(
            "one repetition has more than half of the probability; a region of failures is hard "
            "to reach, and the error may be larger than it seems"
        )
    if len(values) < LEAST_REPETITIONS:
        warnings.append(
            f"the paths allowed were enough for {len(values)} repetitions, whose spread hardly "
            "tells the error; give more paths"
        )
    elif error > relative_error:
        warnings.append(_short(error, relative_error))
    return RareEstimate(
        estimate=repeated(np.array(values), paths, bias),
        method="splitting",
        paths=paths,
        effective_hits=nan,
        largest_share=nan,
        warnings=tuple(warnings),
    )


def _nothing(method: str, paths: int, model_paths: int) -> RareEstimate:
    """Result without any failure: the bound that the plain paths among all of them give."""
    warning = (
        f"no failure was reached by {method}; the bound is that of the {model_paths:,} plain "
        "paths among those drawn"
    )
    return RareEstimate(
        estimate=probability(0, model_paths),
        method=method,
        paths=paths,
        effective_hits=0.0,
        largest_share=nan,
        warnings=(warning,),
    )


def _short(reached: float, wanted: float) -> str:
    return (
        f"the paths allowed were spent at a relative error of {reached:.1%}, not {wanted:.1%}; "
        "give more paths"
    )
