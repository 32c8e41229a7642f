"""Rare-failure probabilities by the method that suits, with warnings about its weaknesses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from math import hypot, inf, nan

import numpy as np
from scipy.special import pdtrc

from capexrisk.errors import ArgumentError
from capexrisk.estimate.independent import Estimate, probability
from capexrisk.estimate.intervals import standard_error
from capexrisk.estimate.weighted import repeated
from capexrisk.study.rare import Method
from capexrisk.study.rare.importance import FEW_HITS, Adaptation, FreshPaths, adapt, sample
from capexrisk.study.rare.limit_state import LimitState
from capexrisk.study.rare.splitting import LONGEST, POPULATION, level_bias, subset_probability
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
        sample, or its stages reach no failure; then splitting, if enough paths are left.
    relative_error : float
        Standard error over probability at which to stop.
    max_paths : int
        Never exceeded, by pilot and repetitions together.
    seed : int

    Raises
    ------
    ArgumentError
        If they are too few for splitting, which was asked for.
    """
    if method == "splitting":
        return _split(problem, relative_error, max_paths, seed)
    found = adapt(
        problem, relative_error=relative_error, most=int(ADAPTATION_LIMIT * max_paths), seed=seed
    )
    left = max_paths - found.paths
    stuck = _behind(found, 0.0) > TWO_SIDED and found.paths_needed(relative_error) > left
    if method == "auto" and (stuck or _missing(found, TWO_SIDED) or not found.failures):
        spared = left - LEAST_FRESH
        if spared >= FEWEST_REPETITIONS * LONGEST:
            other = _split(problem, relative_error, spared, seed, found.paths, found.model_paths)
            if other.estimate.statistic == "probability":
                return other
            left = max_paths - other.paths
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
    estimate = hits.probability()
    if estimate.value >= 1.0:  # weights do not know that it is certain; plain paths do
        estimate = probability(fresh.from_model, fresh.model_paths)
    warnings += _not_rare(estimate, paths)
    if hits.relative_error > relative_error:
        warnings.append(_short(hits.relative_error, relative_error))
    return RareEstimate(
        estimate=estimate,
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

    Their number is doubled rather than raised one by one: a spread that is checked often will be
    too small once by chance. None begins unless as many paths are left as the longest so far took:
    which ones count must not depend on how long each would be.
    """
    repetitions = _repetitions(problem, most, seed)
    found: list[tuple[float, int]] = []
    wanted, error, bias, spent = LEAST_REPETITIONS, inf, 0.0, 0
    values: list[float] = []
    while error > relative_error and 2 * spent <= most:
        found += islice(repetitions, wanted - len(found))
        values = [value for value, _ in found]
        spent = sum(cost for _, cost in found)
        if len(found) < FEWEST_REPETITIONS:
            enough = FEWEST_REPETITIONS * LONGEST
            raise ArgumentError(
                "max_paths", f"{most:,} are too few for splitting; give {enough:,} or more"
            )
        if not any(values):
            break
        value = float(np.mean(values))
        bias = level_bias(value)
        error = hypot(float(standard_error(np.array(values))) / value, bias)
        if len(found) < wanted:  # the paths are spent
            break
        wanted *= 2
    paths += spent
    if not any(values):
        return _nothing("splitting", paths, model_paths + len(values) * POPULATION)
    estimate = repeated(np.array(values), paths, bias)
    if min(values) >= 1.0:
        plain = len(values) * POPULATION
        estimate = probability(plain, plain)
    return RareEstimate(
        estimate=estimate,
        method="splitting",
        paths=paths,
        effective_hits=nan,
        largest_share=nan,
        warnings=(*_doubts(values, error, relative_error), *_not_rare(estimate, paths)),
    )


def _doubts(values: list[float], error: float, wanted: float) -> Iterator[str]:
    """What the spread of the repetitions leaves in doubt."""
    if 0.0 in values:
        yield (
            f"{values.count(0.0)} of {len(values)} repetitions reached no failure; a region of "
            "failures is hard to reach and may have been missed"
        )
    if max(values) > DOMINATES * sum(values):
        yield (
            "one repetition has more than half of the probability; a region of failures is hard "
            "to reach, and the error may be larger than it seems"
        )
    if len(values) < LEAST_REPETITIONS:
        yield (
            f"the paths allowed were enough for {len(values)} repetitions, whose spread hardly "
            "tells the error; give more paths"
        )
    elif error > wanted:
        yield _short(error, wanted)


def _repetitions(problem: LimitState, most: int, seed: int) -> Iterator[tuple[float, int]]:
    """Probability and paths of one repetition after the other, of all together at most so many."""
    spent = longest = 0
    for number in count():
        found = None
        if spent + longest <= most:
            random = stream(seed, SPLITTING, number)
            found = subset_probability(problem, random, most - spent)
        if found is None:
            return
        spent, longest = spent + found[1], max(longest, found[1])
        yield found


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


def _not_rare(estimate: Estimate, paths: int) -> list[str]:
    """A warning of a chance that as many plain paths would tell more exactly."""
    value, error = estimate.value, estimate.standard_error
    if estimate.statistic == "probability" and not value * (1.0 - value) < paths * error**2:
        return []
    return ["not rare: as many plain paths are surer, take a run"]


def _short(reached: float, wanted: float) -> str:
    return (
        f"the paths allowed were spent at a relative error of {reached:.1%}, not {wanted:.1%}; "
        "give more paths"
    )
