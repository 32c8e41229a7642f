"""Outer points: nets over the inputs, and two independent halves of paths at each."""

from __future__ import annotations

import pickle
from itertools import pairwise

import numpy as np
import pytest

from capexrisk.kernel.points import DIGITS
from capexrisk.lowering import lower
from capexrisk.points.frozen import frozen_points, scrambled_directions
from capexrisk.run.chunks import all_draws_of
from capexrisk.run.plan import RunPlan
from capexrisk.uncertainty.design import input_design
from capexrisk.uncertainty.outer import AT_ONCE, HALVES, OuterPoints, net_points
from tests.unit.uncertain import uncertain

SEED, INNER, POINTS = 5, 128, 40


@pytest.fixture(scope="module")
def outer() -> OuterPoints:
    scenario = uncertain()
    lowered = lower(scenario)
    points = frozen_points(lowered.market, lowered.schedule, SEED)
    return OuterPoints(scenario, lowered, input_design(scenario), points, INNER, POINTS)


def test_a_net_fills_every_dimension_evenly():
    points = net_points(scrambled_directions(9, SEED, 100), np.arange(64))
    assert ((points > 0.0) & (points < 1.0)).all()
    strata = np.sort((points * 64).astype(int), axis=0)
    np.testing.assert_array_equal(strata, np.arange(64)[:, None] * np.ones(9, dtype=int))


def test_a_net_is_its_digits_added_without_carries():
    directions = scrambled_directions(3, SEED, 100)
    (found,) = net_points(directions, np.array([5]))
    bits = directions[DIGITS] ^ directions[0] ^ directions[2]
    np.testing.assert_allclose(found, bits.astype(float) * 2.0**-64, rtol=1e-12)


def test_more_points_begin_with_the_same(outer):
    np.testing.assert_array_equal(outer.numbers(3, 0, 32)[:7], outer.numbers(3, 0, 7))
    np.testing.assert_array_equal(outer.numbers(3, 0, 32)[20:], outer.numbers(3, 20, 12))


def test_replicates_have_nets_of_their_own(outer):
    firsts = {tuple(outer.numbers(replicate, 0, 1)[0]) for replicate in range(32)}
    assert len(firsts) == 32


def test_halves_are_stretches_of_nets_that_nothing_else_uses(outer):
    taken = []
    for replicate in range(32):
        for halves in outer.halves(replicate, 0, 4):
            for half in halves:
                assert half.paths == INNER // HALVES
                taken.append((int(half.source.first_path), half.paths))
    begins = sorted(begin for begin, _ in taken)
    assert len(set(begins)) == 32 * 4 * HALVES
    assert all(later - begin >= INNER // HALVES for begin, later in pairwise(begins))
    # A run with the inputs as they stand takes the first 32 nets.
    assert begins[0] >> DIGITS >= 32


def test_a_later_stretch_of_points_has_the_paths_it_would_have_had(outer):
    all_at_once = [
        int(half.source.first_path) for halves in outer.halves(2, 0, 8) for half in halves
    ]
    later = [int(half.source.first_path) for halves in outer.halves(2, 5, 3) for half in halves]
    assert later == all_at_once[10:]


def test_a_point_is_lowered_alike_whichever_points_are_asked_for(outer):
    whole = list(outer.lowered(3, 0, POINTS))
    assert len(whole) == POINTS and None not in whole
    fresh = pickle.loads(pickle.dumps(outer))
    for part, like in zip(fresh.lowered(3, 30, 5), whole[30:35], strict=True):
        assert part.market == like.market
        np.testing.assert_array_equal(part.schedule.issuers, like.schedule.issuers)
    assert whole[0].market != whole[1].market


def test_stretches_lowered_ahead_together_are_those_of_each(outer, monkeypatch):
    together = pickle.loads(pickle.dumps(outer))
    together.lower_ahead(range(4))
    later = AT_ONCE + 1
    for replicate in (3, 0):
        alone = outer.lowered(replicate, 0, POINTS)
        for part, like in zip(together.lowered(replicate, 0, POINTS), alone, strict=True):
            assert part.market == like.market
            np.testing.assert_array_equal(part.schedule.issuers, like.schedule.issuers)
    monkeypatch.setattr(OuterPoints, "_lowered_stretches", None)  # nothing is lowered twice
    assert len(list(together.lowered(2, 0, AT_ONCE))) == AT_ONCE
    with pytest.raises(TypeError):
        list(together.lowered(2, 0, later))


def test_it_is_sent_to_workers(outer):
    sent = pickle.loads(pickle.dumps(outer))
    np.testing.assert_array_equal(sent.numbers(1, 0, 4), outer.numbers(1, 0, 4))
    assert sent.parameters(sent.numbers(1, 0, 1)[0]) == outer.parameters(outer.numbers(1, 0, 1)[0])


def test_a_plan_of_two_levels_has_outer_points():
    scenario = uncertain()
    plan = RunPlan(paths=1, seed=SEED, outer=64, inner=INNER).over_inputs
    draws = all_draws_of(lower(scenario), plan)
    assert isinstance(draws, OuterPoints)
    assert draws.inner == INNER
