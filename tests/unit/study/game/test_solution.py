"""The solver of games: known equilibria, with and without noise, and what cannot be told."""

from __future__ import annotations

import importlib.util
from itertools import product

import numpy as np
import pytest

from capexrisk.study.game.equilibria import judge, largest_gains, not_refuted, stability
from capexrisk.study.game.payoffs import PayoffTable, deviations
from capexrisk.study.game.search import best_replies, joint_payoff
from capexrisk.study.game.solution import solve
from tests.unit.study.game.games import (
    CHICKEN,
    PENNIES,
    PRISONERS,
    REPLICATES,
    Known,
    cournot,
    two_players,
)

QUANTITIES = (1.0, 1.8, 2.0, 3.0, 3.7)  # the equilibrium, 3, and a third of the monopoly's 6


def pure_equilibria(payoffs):
    """By the definition, profile by profile."""
    choices = payoffs.shape[:-1]
    return [
        profile
        for profile in product(*map(range, choices))
        if all(
            payoffs[(*profile[:i], a, *profile[i + 1 :])][i] <= payoffs[profile][i]
            for i, a in deviations(profile, choices)
        )
    ]


def random_game(seed, choices=(3, 3, 3)):
    generator = np.random.Generator(np.random.Philox(seed))
    return generator.standard_normal((*choices, len(choices)))


def solved(payoffs, start=None, **options):
    options = {"draws": 1, "more_draws": 4, **options}
    oracle = payoffs if isinstance(payoffs, Known) else Known(payoffs)
    return solve(oracle, start or (0,) * len(oracle.choices), **options)


def test_cournot():
    """Three firms: each makes a quarter of what would press the price to cost."""
    found = solved(cournot(QUANTITIES))
    (only,) = found.equilibria
    assert only.profile == (3, 3, 3) and only.epsilon == 0.0 and found.stability.unchanged == 1.0
    together = sum(QUANTITIES[choice] for choice in found.cooperation)
    assert together == pytest.approx(6.0)  # half of it, however they share
    assert found.welfare((3, 3, 3)).value == pytest.approx(3 * 3 * (12 - 9))
    assert found.lost((3, 3, 3)).value == pytest.approx(36 - 27)
    assert found.price_of_anarchy((3, 3, 3)).value == pytest.approx(36 / 27)


def test_prisoners_betray_each_other():
    found = solved(PRISONERS, start=(0, 0))
    assert [one.profile for one in found.equilibria] == [(1, 1)]
    silent = found.judged((0, 0))
    assert silent.verdict == "refuted" and silent.regret == 2.0
    assert found.cooperation == (0, 0) and found.price_of_anarchy((1, 1)).value == 3.0
    assert found.logit is None


def test_two_equilibria_are_both_found():
    found = solved(CHICKEN)
    assert {one.profile for one in found.equilibria} == {(0, 1), (1, 0)}


def test_matching_pennies_have_no_pure_equilibrium():
    found = solved(PENNIES)
    assert not found.equilibria and found.nearest.verdict == "refuted"
    assert found.nearest.epsilon == 2.0
    for mix in found.logit.mix:
        assert mix == pytest.approx([0.5, 0.5])
    assert found.logit.regret == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_pure_equilibria_of_random_games(seed):
    payoffs = random_game(seed)
    found = solved(payoffs)
    assert sorted(one.profile for one in found.equilibria) == pure_equilibria(payoffs)
    assert (found.logit is None) == bool(found.equilibria)


def test_random_games_have_none_one_and_several():
    assert {len(pure_equilibria(random_game(seed))) for seed in range(12)} >= {0, 1, 2}


def test_another_program_finds_the_same_equilibria():
    if importlib.util.find_spec("quantecon") is None:
        pytest.skip("quantecon is not installed")
    from quantecon.game_theory import NormalFormGame, Player, pure_nash_brute

    for seed in range(12):
        payoffs = random_game(seed, (3, 2, 4))
        players = [
            Player(np.ascontiguousarray(np.transpose(payoffs[..., i], np.roll(range(3), -i))))
            for i in range(3)
        ]
        known = sorted(tuple(map(int, one)) for one in pure_nash_brute(NormalFormGame(players)))
        assert sorted(one.profile for one in solved(payoffs).equilibria) == known


def test_gains_by_the_definition():
    payoffs = np.repeat(random_game(3)[..., None, :], 2, axis=-2)
    gains = largest_gains(payoffs)
    for profile in product(range(3), repeat=3):
        judged = judge(PayoffTable(Known(random_game(3)), 1), profile)
        assert gains[profile] == pytest.approx(judged.value.max(), abs=1e-12)


def test_replies_in_turn_end_where_nobody_moves():
    table = PayoffTable(Known(cournot(QUANTITIES)), 1)
    assert best_replies(table, (0, 0, 0)) == ((3, 3, 3), True)
    assert len(table) < 5**3 / 2
    assert best_replies(PayoffTable(Known(PENNIES), 1), (0, 0))[1] is False
    together = best_replies(PayoffTable(Known(PRISONERS), 1), (1, 1), joint_payoff)
    assert together == ((0, 0), True)


def test_a_large_game_is_solved_where_replies_lead():
    oracle = Known(cournot(QUANTITIES))
    found = solved(oracle, most_profiles=100)
    assert not found.whole and found.profiles < 100 and found.logit is None
    assert [one.profile for one in found.equilibria] == [(3, 3, 3)]
    # Nobody alone could raise the sum further, though two together could: 36.
    assert 35.9 < found.welfare(found.cooperation).value <= 36.0


def test_indifference_is_no_equilibrium_that_could_be_told():
    found = solved(two_players([[1, 1], [1, 1]], [[0, 0], [0, 0]]))
    assert not found.equilibria and found.nearest.epsilon == 0.0
    assert {one.verdict for one in found.candidates} == {"open"}
    assert found.nearest.draws_needed is None


def test_noise_leaves_open_what_it_hides():
    """A gain of -1 with an error of 3: open; the draws it says are enough."""
    noisy = Known(PRISONERS, error=17.0, shared=0.0, seed=5)
    found = solved(noisy, draws=1, more_draws=1)
    assert not found.equilibria and found.undecided
    betrayed = judge(PayoffTable(noisy, 1), (1, 1))
    assert betrayed.verdict == "open" and betrayed.epsilon > 0.0
    assert 0.0 < found.stability.unchanged < 0.9
    enough = 2 * betrayed.draws_needed
    assert judge(PayoffTable(noisy, enough), (1, 1)).verdict == "equilibrium"


def test_common_draws_tell_more():
    """The same noise, nearly all of it shared by all profiles."""
    noisy = Known(PRISONERS, error=17.0, shared=0.999, seed=5)
    found = solved(noisy)
    assert [one.profile for one in found.equilibria] == [(1, 1)]
    assert found.stability.unchanged == 1.0
    assert found.stability.replicates[1, 1] > 0.5


@pytest.mark.slow
def test_a_wrong_profile_is_rarely_called_an_equilibrium():
    """A gain of exactly 0 passes 2.5 % of the time; 400 noisy tables, limit 5 %: 1 in 2,000."""
    payoffs = two_players([[1, 1], [1, 1]], [[9, 0], [9, 0]])
    calls = [
        judge(PayoffTable(Known(payoffs, error=1.0, seed=seed), 1), (0, 0)).verdict
        for seed in range(400)
    ]
    assert calls.count("equilibrium") < 20
    assert calls.count("refuted") < 20


@pytest.mark.slow
def test_the_truth_is_seldom_refuted():
    """200 noisy tables of six players: the one equilibrium is judged in 95 % or more."""
    base = cournot((2.0, 3.0, 4.5), players=3)
    assert pure_equilibria(base) == [(1, 1, 1)]
    kept = 0
    for seed in range(200):
        table = PayoffTable(Known(base, error=6.0, shared=0.5, seed=seed), 1).whole()
        kept += (1, 1, 1) in not_refuted(table)
    assert kept >= 190


def test_resamples_count_the_replicates():
    """Half of the replicates say one thing, half the other, with a slight majority."""
    lean = np.where(np.arange(REPLICATES) < 20, 1.0, -1.0)
    payoffs = np.zeros((2, 2, REPLICATES, 2))
    payoffs[1, :, :, 0] = lean  # the first player leans to 1
    payoffs[:, 1, :, 1] = 1.0  # the second surely chooses 1
    found = stability(payoffs, [])
    assert found.replicates == {(0, 1): 12 / 32, (1, 1): 20 / 32}
    assert 0.8 < found.unchanged < 0.98
    assert found.resampled[1, 1] == pytest.approx(found.unchanged, abs=0.05)
