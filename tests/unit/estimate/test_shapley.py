"""Shapley values: known games through both estimators, and the axioms that define them."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from capexrisk.estimate.shapley import draw_orders, over_all, over_orders, walks


def game(value, k):
    """Values of all coalitions of a game of k; `value` takes the set of those who act."""
    return np.array([value({i for i in range(k) if c >> i & 1}) for c in range(1 << k)], float)


def every_order(k):
    return np.array(list(permutations(range(k))))


# A door of two keys: all of the gain where 0 acts and 1 or 2 does. By hand: 2/3, 1/6, 1/6, 0.
KEYS = game(lambda s: 0 in s and bool(s & {1, 2}), 4)
# The airport game (Littlechild and Owen, 1973): the dearest runway that is needed; each stretch of
# it is shared by those who need it.
COSTS = [1.0, 3.0, 3.0, 10.0]
AIRPORT = game(lambda s: max((COSTS[i] for i in s), default=0.0), 4)
KNOWN = {
    "two keys": (KEYS, [2 / 3, 1 / 6, 1 / 6, 0.0]),
    "airport": (AIRPORT, [1 / 4, 1 / 4 + 2 / 3, 1 / 4 + 2 / 3, 1 / 4 + 2 / 3 + 7]),
    "glove": (game(lambda s: min(len(s & {0}), len(s & {1, 2})), 3), [2 / 3, 1 / 6, 1 / 6]),
    "sum": (game(lambda s: sum(i + 1 for i in s), 5), [1, 2, 3, 4, 5]),
    "one": (game(len, 1), [1.0]),
}


@pytest.fixture(params=KNOWN)
def known(request):
    return KNOWN[request.param]


def test_known_games(known):
    values, expected = known
    assert over_all(values) == pytest.approx(expected, abs=1e-14)


def test_all_orders_are_all_coalitions(known):
    values, expected = known
    assert over_orders(values, every_order(len(expected))) == pytest.approx(expected, abs=1e-14)


def random_games(k, several=6):
    """Values in 1,024ths, as shares of a net's paths are: sums of them are exact."""
    return np.random.default_rng(5).integers(0, 1025, (1 << k, several)) / 1024.0


@pytest.mark.parametrize("k", [2, 5, 8])
def test_the_whole_is_divided_without_a_rest(k):
    values = random_games(k)
    whole = values[-1] - values[0]
    assert over_all(values).sum(axis=0) == pytest.approx(whole, abs=1e-14)
    for orders in draw_orders(k, 16, 3, seed=1):
        # To the bit: every sum is of 1,024ths, divided by a power of two.
        assert np.array_equal(over_orders(values, orders).sum(axis=0), whole)


def test_values_of_a_sum_of_games_are_sums_of_values():
    first, second = random_games(5), random_games(5)[::-1]
    orders = draw_orders(5, 8, 1, seed=2)[0]
    for estimate in (over_all, lambda values: over_orders(values, orders)):
        both = estimate(first) + estimate(second)
        assert estimate(first + second) == pytest.approx(both, abs=1e-14)


def test_a_dummy_gets_what_it_adds_alone_and_twins_the_same():
    """In a game of 5, mechanism 4 always adds 0.5, and 0 and 1 are exchangeable."""
    game_of_3 = np.random.default_rng(7).random((3, 4))

    def value(s):
        return game_of_3[len(s & {0, 1}), sum(1 << i - 2 for i in s & {2, 3})] + 0.5 * (4 in s)

    found = over_all(game(value, 5))
    assert found[4] == pytest.approx(0.5, abs=1e-14)
    assert found[0] == pytest.approx(found[1], abs=1e-14)
    for orders in draw_orders(5, 4, 2, seed=3):
        assert over_orders(game(value, 5), orders)[4] == pytest.approx(0.5, abs=1e-14)


def test_orders_come_in_pairs_and_differ_between_replicates():
    orders = draw_orders(6, 10, 3, seed=4)  # five of a circle's six rotations
    assert np.array_equal(np.sort(orders, axis=-1), np.broadcast_to(np.arange(6), orders.shape))
    assert np.array_equal(orders[:, 5:], orders[:, :5, ::-1])
    assert not np.array_equal(orders[0], orders[1])
    assert np.array_equal(orders, draw_orders(6, 10, 3, seed=4))
    assert not np.array_equal(orders, draw_orders(6, 10, 3, seed=5))
    with pytest.raises(ValueError, match="even"):
        draw_orders(6, 3, 3, seed=4)


def test_a_circle_has_everything_in_every_place_and_walks_over_its_arcs_alone():
    k, circles = 7, 2
    for orders in draw_orders(k, 2 * k * circles, 3, seed=4):
        for half in np.split(orders, 2):
            for circle in np.split(half, circles):
                assert np.array_equal(np.sort(circle, axis=0), np.arange(k)[:, None] + 0 * circle)
        first = orders[[*range(k), *range(k * circles, k * circles + k)]]
        assert len(np.unique(walks(first))) == k * (k - 1) + 2


@pytest.mark.parametrize(("half", "places"), [(4, 4), (3, 3), (10, 8)])
def test_a_part_of_a_circle_is_turned_evenly(half, places):
    """What comes first differs from what comes first in the next order by k over their number."""
    k = 8
    for orders in draw_orders(k, 2 * half, 3, seed=4):
        part = orders[:half][half // k * k :]
        circle = list(orders[half // k * k])
        steps = np.diff([circle.index(order[0]) for order in part])
        assert set(np.abs(steps - k / len(part)) < 1.0) == {True}
        assert len(np.unique(orders[:half], axis=0)) == half and len(set(part[:, 0])) == min(
            places, len(part)
        )


def test_gains_that_depend_on_the_place_alone_are_told_without_error():
    """An additive game of places: v(S) is any function of how many act."""
    values = game(lambda s: [0.0, 0.1, 0.9, 0.2, 1.0][len(s)], 4)
    for orders in draw_orders(4, 8, 3, seed=4):
        assert over_orders(values, orders) == pytest.approx(np.full(4, 0.25), abs=1e-14)


def test_a_walk_goes_from_none_to_all():
    assert walks(np.array([2, 0, 1])).tolist() == [0, 4, 5, 7]


@pytest.mark.slow
def test_drawn_orders_have_no_bias():
    """Of 4,000 replicates; each of 11 means lies within 5 of its standard errors.

    False alarms: 11 normal deviates beyond 5, 1 in 160,000.
    """
    values = np.random.default_rng(9).random(1 << 11)
    drawn = draw_orders(11, 4, 4_000, seed=6)
    found = np.array([over_orders(values, orders) for orders in drawn])
    error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    assert (np.abs(found.mean(axis=0) - over_all(values)) < 5.0 * error).all()
    assert (error > 0.0).all()
