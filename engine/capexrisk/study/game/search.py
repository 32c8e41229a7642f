"""Best replies in turn, on common draws: few of a large game's profiles are looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from capexrisk.study.game.payoffs import Floats, PayoffTable, Profile, with_choice

Objective = Callable[[Floats, int], Floats]
"""From payoffs (choices, R, players) and the player who moves to what is maximised, (choices,)."""


def own_payoff(values: Floats, player: int) -> Floats:
    """What a player earns: its best replies end in an equilibrium, if anywhere."""
    mean: Floats = values[..., player].mean(axis=1)
    return mean


def joint_payoff(values: Floats, player: int) -> Floats:
    """What all earn together: replies that maximise it end in a local optimum, always."""
    mean: Floats = values.sum(axis=-1).mean(axis=1)
    return mean


def best_replies(
    table: PayoffTable, start: Profile, objective: Objective = own_payoff
) -> tuple[Profile, bool]:
    """Let the players move in turn, each to what is best, until nobody moves or a cycle is closed.

    Who is indifferent stays.

    Returns
    -------
    Profile
        Where nobody moves; in a cycle, the profile at which it was closed.
    bool
        Whether nobody moves there.
    """
    profile, seen = start, set()
    while profile not in seen:
        seen.add(profile)
        before = profile
        for player, several in enumerate(table.choices):
            options = [with_choice(profile, player, choice) for choice in range(several)]
            worth = objective(table.values(options), player)
            best = int(np.argmax(worth))
            if worth[best] > worth[profile[player]]:
                profile = options[best]
        if profile == before:
            return profile, True
    return profile, False


def starts_of(choices: Sequence[int], start: Profile) -> list[Profile]:
    """Where to begin: at the given profile, and where all choose the least or the most."""
    last = tuple(several - 1 for several in choices)
    return list(dict.fromkeys([start, (0,) * len(choices), last]))
