"""Failing paths with their weights: fresh ones from the proposal of importance sampling."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from capexrisk.estimate.weighted import WeightedHits
from capexrisk.study.rare.importance import batch_sizes
from capexrisk.study.rare.limit_state import Floats, LimitState
from capexrisk.study.rare.proposal import Proposal
from capexrisk.study.rare.streams import FRESH, stream


@dataclass(frozen=True)
class FailingPaths:
    """Failing paths, weighted so that they stand for all failing paths of the model.

    Attributes
    ----------
    draws : ndarray, shape (paths, dimensions)
    weights : ndarray, shape (paths,)
    hits : WeightedHits
        Which estimates the event's probability.
    """

    draws: Floats
    weights: Floats
    hits: WeightedHits = field(default_factory=WeightedHits)


def sample_failing(
    problem: LimitState, proposal: Proposal, *, effective: float, most: int, seed: int
) -> FailingPaths:
    """Draw fresh paths until their failures count as `effective` ones of equal weight.

    Parameters
    ----------
    problem : LimitState
    proposal : Proposal
    effective : float
        See `WeightedHits.effective_hits`.
    most : int
        Paths after which to stop.
    seed : int
    """
    hits = WeightedHits()
    draws, weights = [np.empty((0, problem.dimensions))], [np.empty(0)]
    for number, size in enumerate(batch_sizes(most)):
        drawn, _ = proposal.draw(size, stream(seed, FRESH, number))
        failing = drawn[problem.evaluate(drawn) < 0.0]
        weight = np.exp(-proposal.log_density(failing))
        hits.add(size, weight)
        draws.append(failing)
        weights.append(weight)
        if hits.effective_hits >= effective:
            break
    return FailingPaths(np.concatenate(draws), np.concatenate(weights), hits)
