"""Logit equilibria: closed forms, the definition, errors."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.study.game.logit import PRECISION, logit_equilibrium
from tests.unit.study.game.games import PENNIES, PRISONERS, REPLICATES, cournot, two_players
from tests.unit.study.game.test_solution import random_game

# The first player's stake on heads is nine: only the second's mix moves with it.
UNEVEN = two_players([[9, 0], [0, 1]], [[0, 1], [1, 0]])


def with_replicates(payoffs, error=0.0, seed=0):
    noise = np.random.Generator(np.random.Philox(seed)).standard_normal(
        (*payoffs.shape[:-1], REPLICATES, payoffs.shape[-1])
    )
    return payoffs[..., None, :] + error * noise


def earned(payoffs, mix, player):
    """Expected payoff of each choice, by summing over all profiles."""
    found = np.zeros(payoffs.shape[player])
    for profile in np.ndindex(payoffs.shape[:-1]):
        chance = np.prod([mix[j][profile[j]] for j in range(len(mix)) if j != player])
        found[profile[player]] += chance * payoffs[profile][player]
    return found


@pytest.mark.parametrize(
    "payoffs",
    [PRISONERS, PENNIES, UNEVEN, cournot((2.0, 3.0, 4.0)), *map(random_game, range(8))],
)
def test_choices_are_as_likely_as_their_payoffs_say(payoffs):
    found = logit_equilibrium(with_replicates(payoffs))
    for player, mix in enumerate(found.mix):
        own = earned(payoffs, found.mix, player)
        chances = np.exp(found.precision * (own - own.max()))
        assert mix == pytest.approx(chances / chances.sum(), abs=1e-7)
    spread = PRECISION / found.precision
    assert 0.0 <= found.regret <= spread * np.log(max(payoffs.shape[:-1])) / PRECISION


def test_it_ends_near_the_mixed_equilibrium():
    """Where both must mix, each makes the other indifferent: 1 in 10 against 1 in 2."""
    found = logit_equilibrium(with_replicates(UNEVEN))
    assert found.mix[1] == pytest.approx([0.1, 0.9], abs=0.02)
    assert found.mix[0] == pytest.approx([0.5, 0.5], abs=0.05)


def test_it_ends_at_a_strict_equilibrium():
    found = logit_equilibrium(with_replicates(PRISONERS))
    assert found.mix[0][1] > 0.999 and found.mix[1][1] > 0.999


def test_errors_are_those_of_other_replicates():
    """The spread over 20 sets of replicates, within a factor of two."""
    mixes, errors = [], []
    for seed in range(20):
        found = logit_equilibrium(with_replicates(UNEVEN, error=0.3, seed=seed))
        mixes.append(found.mix[1][0])
        errors.append(found.error[1][0])
    assert 0.5 < np.mean(errors) / np.std(mixes, ddof=1) < 2.0
    assert all(
        error == 0.0 for one in logit_equilibrium(with_replicates(PENNIES)).error for error in one
    )


def test_a_branch_that_cannot_be_followed_gives_none(monkeypatch):
    monkeypatch.setattr("capexrisk.study.game.logit.MOST_STEPS", 1)
    assert logit_equilibrium(with_replicates(UNEVEN)) is None


def test_numbers_that_overflow_give_none():
    """No warning, no error: nothing can be told."""
    assert logit_equilibrium(1e307 * with_replicates(UNEVEN, error=0.5)) is None
