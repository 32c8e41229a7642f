"""Importance sampling: a proposal found in stages by cross-entropy, then fresh paths from it.

Each stage draws from the proposal so far. The paths of all stages, weighted by the mixture of all
proposals, show where failures (or the nearest paths, as long as failures are few) lie along the
direction in which the distance falls: their weighted mean and spread there minimise the
cross-entropy (R. Y. Rubinstein and D. P. Kroese, "The Cross-Entropy Method", 2004), and so do the
shares of the mixture's parts. The estimate uses fresh paths alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, repeat
from math import inf, log, sqrt

import numpy as np

from capexrisk.estimate.weighted import WeightedHits
from capexrisk.study.rare.limit_state import Floats, LimitState
from capexrisk.study.rare.proposal import Proposal
from capexrisk.study.rare.slope import steepest_descent
from capexrisk.study.rare.streams import FRESH, STAGES, stream

PILOT = 1024  # paths of the first stage, which also show whether regions may be missed
STAGE = 704  # of the others; after EQUAL_STAGES each has twice as many as the one before
LEAST_STAGES = 4
EQUAL_STAGES = 6
LARGEST_BATCH = 2**15
SMALLEST_BATCH = 256
NEAR = 0.05  # share of a stage's paths that count as near where too few fail
MODEL_SHARE = 0.1  # no weight is above its inverse
BURST_SHARE = 0.1  # of all bursts together, at least, and of the shifted part
WIDER = 1.2  # the tails of a proposal must not be too thin
SMALLEST_VARIANCE = 0.05
SLOPE_STAGES = 4
FEW_HITS = 10.0  # effective hits below which the variance to come is hardly known


@dataclass
class Adaptation:
    """State of the search for a proposal.

    Attributes
    ----------
    problem : LimitState
    proposal : Proposal
        The best so far.
    paths, model_paths : int
        Paths drawn in all, and those drawn from the model's own part of a proposal.
    level : float
        Distance up to which a path is near.
    stages : list of (int, Proposal)
        Number of paths of each stage, and the proposal they were drawn from.
    near_draws, near_distances : ndarray
        The nearest paths of all stages.
    pilot_near : ndarray, shape (paths, dimensions)
        The nearest paths of the pilot that were drawn from the model itself.
    slopes : list of (ndarray, ndarray)
        Draws and distances of stages, about their means: what the next slope is fitted to.
    """

    problem: LimitState
    proposal: Proposal
    paths: int = 0
    model_paths: int = 0
    level: float = inf
    stages: list[tuple[int, Proposal]] = field(default_factory=list)
    near_draws: Floats = field(init=False)
    near_distances: Floats = field(init=False)
    pilot_near: Floats = field(init=False)
    slopes: list[tuple[Floats, Floats]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.near_draws = np.empty((0, self.problem.dimensions))
        self.near_distances = np.empty(0)

    @property
    def near_weights(self) -> Floats:
        """Weights of the nearest paths, by the mixture of all stages; 1/paths each under it."""
        densities = [
            log(paths / self.paths) + proposal.log_density(self.near_draws)
            for paths, proposal in self.stages
        ]
        weights: Floats = np.exp(-np.logaddexp.reduce(densities, axis=0)) / self.paths
        return weights

    def add_stage(self, paths: int, random: np.random.Generator) -> None:
        """Draw the paths of a stage and refit the proposal to them."""
        draws, part = self.proposal.draw(paths, random)
        distances = self.problem.evaluate(draws)
        main = part == (1 if self.proposal.shares[1] > 0.0 else 0)
        if not self.stages:
            nearest = np.argsort(distances[main], kind="stable")[: int(NEAR * paths)]
            self.pilot_near = draws[main][nearest]
        self.stages.append((paths, self.proposal))
        self.paths += paths
        self.model_paths += int((part == 0).sum())
        self.level = min(self.level, max(0.0, float(np.quantile(distances[part < 2], NEAR))))
        kept = self._is_near(distances)
        old = self._is_near(self.near_distances)
        self.near_draws = np.concatenate([self.near_draws[old], draws[kept]])
        self.near_distances = np.concatenate([self.near_distances[old], distances[kept]])
        self._refit(draws[main][: 2 * STAGE], distances[main][: 2 * STAGE])

    def _is_near(self, distances: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return distances < 0.0 if self.level == 0.0 else distances <= self.level

    def _refit(self, draws: Floats, distances: Floats) -> None:
        known = np.isfinite(distances)  # broken paths have none
        draws, distances = draws[known], distances[known]
        if len(self.stages) == 2:
            self.slopes.clear()  # the pilot's is the slope in the model's middle, far from failing
        if distances.std() > 0.0:
            centred = distances - distances.mean()
            self.slopes.append((draws - draws.mean(axis=0), centred / distances.std()))
        if not self.slopes:
            return
        x, y = (np.concatenate(part) for part in zip(*self.slopes[-SLOPE_STAGES:], strict=True))
        direction = steepest_descent(x, y, self.problem.kinds)
        weights = self.near_weights
        share = weights / weights.sum()
        along = self.near_draws @ direction
        mean = float(share @ along)
        shift, scale = least_variance(mean, float(share @ (along - mean) ** 2))
        self.proposal = replace(
            self.proposal,
            shares=self._first_shares(),
            direction=direction,
            shift=shift,
            scale=scale,
        )
        hits = self.near_distances < 0.0
        if effective(weights[hits]) >= FEW_HITS:
            self._reshare(self.near_draws[hits], weights[hits])

    def _first_shares(self) -> Floats:
        """Shares as long as few paths fail: bursts count only after EQUAL_STAGES, then equally."""
        bursts = len(self.problem.bursts)
        each = 1.0 / max(bursts, 1) if len(self.stages) > EQUAL_STAGES else 0.0
        return _shares(np.array([1.0, *[each] * bursts]))

    def _reshare(self, failures: Floats, weights: Floats) -> None:
        """Give each part the share of the failures that it explains."""
        parts = self.proposal.log_parts(failures)
        explained = np.exp(parts - np.logaddexp.reduce(parts, axis=1)[:, None])
        self.proposal = replace(self.proposal, shares=_shares((weights @ explained)[1:]))

    @property
    def failures(self) -> int:
        """Number of failures observed."""
        return int((self.near_distances < 0.0).sum())

    def failing_behind(self) -> float:
        """Share of the observed failures that lie opposite the shift from the model's centre."""
        hits = self.near_distances < 0.0
        if not hits.any():
            return 0.0
        weights = self.near_weights[hits]
        behind = self.near_draws[hits] @ self.proposal.direction < 0.0
        return float(weights[behind].sum() / weights.sum())

    def paths_needed(self, relative_error: float) -> float:
        """Fresh paths needed for this error, judged by the failures so far; inf if too few.

        It follows from the second moment of the proposal's weights, over the weighted failures.
        """
        hits = self.near_distances < 0.0
        weights = self.near_weights[hits]
        if effective(weights) < FEW_HITS:
            return inf
        again = np.exp(-self.proposal.log_density(self.near_draws[hits]))
        second = float(weights @ again) / float(weights.sum()) ** 2
        return (second - 1.0) / relative_error**2


def least_variance(mean: float, variance: float) -> tuple[float, float]:
    """Shift and scale of the best density, if failures have this mean and variance.

    Weights vary least for a density proportional to the model's times the root of the chance of
    failing: the root of the failures' density, N(mean, variance), times that of N(0, 1).
    """
    precise = 1.0 / max(variance, SMALLEST_VARIANCE)
    return mean * precise / (precise + 1.0), WIDER * sqrt(2.0 / (precise + 1.0))


def effective(weights: Floats) -> float:
    """Effective number of weighted paths, (Σw)²/Σw²."""
    return float(weights.sum()) ** 2 / float(weights @ weights) if weights.size else 0.0


def _shares(wanted: Floats) -> Floats:
    """Shares of all parts, given those wanted for the shifted part and each burst."""
    bursts = wanted.size - 1
    least = np.concatenate([[BURST_SHARE], np.full(bursts, BURST_SHARE / max(bursts, 1))])
    rest = 1.0 - MODEL_SHARE - float(least.sum())
    shares: Floats = np.concatenate([[MODEL_SHARE], least + rest * wanted / wanted.sum()])
    return shares


def _pilot(problem: LimitState) -> Proposal:
    """The pilot's proposal: the model's own density and a few bursts."""
    bursts = len(problem.bursts)
    each = BURST_SHARE / bursts if bursts else 0.0
    shares = np.array([1.0 - each * bursts, 0.0, *[each] * bursts])
    direction = np.zeros(problem.dimensions)
    direction[0] = 1.0
    return Proposal(shares, direction, 0.0, 1.0, problem.bursts)


def adapt(problem: LimitState, *, relative_error: float, most: int, seed: int) -> Adaptation:
    """Adapt a proposal until fresh paths promise more than another stage.

    Parameters
    ----------
    problem : LimitState
    relative_error : float
        Error wanted for the estimate.
    most : int
        Maximum number of paths.
    seed : int
    """
    found = Adaptation(problem, _pilot(problem))
    equal = repeat(STAGE, EQUAL_STAGES - 1)
    sizes = chain([PILOT], equal, (STAGE * 2**k for k in range(1, 64)))
    for number, size in enumerate(sizes):
        if found.paths + size > most and number > 0:
            break
        for part, begin in enumerate(range(0, size, LARGEST_BATCH)):
            random = stream(seed, STAGES, number, part)
            found.add_stage(min(size - begin, LARGEST_BATCH), random)
        if number >= LEAST_STAGES - 1 and found.paths_needed(relative_error) <= found.paths:
            break
    return found


@dataclass
class FreshPaths:
    """Totals over fresh paths from the final proposal.

    Attributes
    ----------
    hits : WeightedHits
    model_paths, from_model : int
        Paths drawn from the part of the proposal with the model's own density, and their hits.
    """

    hits: WeightedHits = field(default_factory=WeightedHits)
    model_paths: int = 0
    from_model: int = 0

    def add(
        self, problem: LimitState, proposal: Proposal, paths: int, random: np.random.Generator
    ) -> None:
        """Draw `paths` more paths and add them."""
        draws, part = proposal.draw(paths, random)
        hit = problem.evaluate(draws) < 0.0
        self.hits.add(paths, np.exp(-proposal.log_density(draws[hit])))
        self.model_paths += int((part == 0).sum())
        self.from_model += int((part[hit] == 0).sum())


def batch_sizes(most: int) -> Iterator[int]:
    """Yield the sizes of the batches of fresh paths: an eighth of the paths so far."""
    done = 0
    while done < most:
        size = min(max(SMALLEST_BATCH, done // 8), LARGEST_BATCH, most - done)
        yield size
        done += size


def sample(
    problem: LimitState, proposal: Proposal, *, relative_error: float, most: int, seed: int
) -> FreshPaths:
    """Draw fresh paths until the estimate reaches this error or `most` are spent."""
    found = FreshPaths()
    for number, size in enumerate(batch_sizes(most)):
        found.add(problem, proposal, size, stream(seed, FRESH, number))
        enough = found.hits.effective_hits >= FEW_HITS
        if enough and found.hits.relative_error <= relative_error:
            break
    return found
