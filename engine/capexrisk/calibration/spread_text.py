"""What a history of spreads told, in words and as a part of a scenario's file."""

from __future__ import annotations

from typing import Final

import numpy as np

from .coordinates import COORDINATES, INPUTS, OPEN_MEAN, SHUT, STRESSED
from .scenario_text import comment, group_text, input_text, joint_law, rounded
from .spreads import SpreadCalibration

__all__ = ["GROUP", "scenario_part", "what_is_not_told"]

GROUP: Final = "spread process, calibrated"
NOT_TOLD: Final = 0.3  # share of the prior's variance below which the prior stands nearly as it was
WELL_TOLD: Final = 0.7
VOLATILITY, HAZARD, JUMPS = 4, 7, 13


def what_is_not_told(found: SpreadCalibration) -> list[str]:
    """Sentences on what stands as the prior says, what is weak, and what no series tells."""
    not_told = [k for k in range(len(INPUTS)) if found.told[k] < NOT_TOLD]
    weak = [k for k in range(len(INPUTS)) if NOT_TOLD <= found.told[k] < WELL_TOLD]
    level = np.exp(found.log_mean[OPEN_MEAN])
    sentences = []
    if not_told:
        named = "; ".join(f"{_name(k)} ({COORDINATES[k].why})" for k in not_told)
        sentences.append(f"Not told by this history, so mostly what was assumed before: {named}.")
    if weak:
        sentences.append(f"Told weakly: {', '.join(_name(k) for k in weak)}.")
    level_is = (
        f"The level, {level:.0f} bp in an open market, is that of this series' bonds. It is not "
        "taken for the scenario's index; means are given as multiples of the open one."
    )
    hazards_are = (
        "Hazards are averages over what frightened lenders in the history. A scenario with "
        "feedback (fear_..., vigilante, shock_hazard_multiple) multiplies its hazards, so there "
        "these are too high by the mean of that factor."
    )
    jumps_are = "One series cannot tell a jump from a short visit to another regime."
    return [*sentences, level_is, hazards_are, jumps_are]


def scenario_part(found: SpreadCalibration, open_bp: float | None) -> str:
    """TOML: the market's inputs with their evidence, and the group of their joint law.

    Parameters
    ----------
    found : SpreadCalibration
    open_bp : float or None
        Mean of the open regime in the scenario, bp. Left out, means are not written.
    """
    values, errors = np.exp(found.log_mean), found.log_sd
    source = (
        f"{found.series.name}, quarter ends {found.series.first} to {found.series.last}, "
        "exact likelihood"
    )

    def told(*places: int) -> str:
        numbers = ", ".join(f"{errors[k]:.2f}" for k in places)
        words = "errors of the logs" if len(places) > 1 else "error of the log"
        return f"derived: {source}; {words} {numbers}"

    speed = f"{told(0)}, small-sample bias of {found.bias:.2f} taken off it"
    hazards = iter(range(HAZARD, JUMPS))
    table = [
        [0.0 if a == b else rounded(values[next(hazards)]) for b in range(3)] for a in range(3)
    ]
    lines = [
        "[market]",
        input_text("oas_speed_per_year", rounded(values[0]), speed),
        input_text(
            "oas_sigma_per_sqrt_year",
            [rounded(one) for one in values[VOLATILITY:HAZARD]],
            told(*range(VOLATILITY, HAZARD)),
        ),
        input_text("hazard_per_year", table, told(*range(HAZARD, JUMPS))),
        input_text("jump_rate_per_year", rounded(values[JUMPS]), told(JUMPS)),
        input_text("jump_mean", rounded(values[JUMPS + 1]), told(JUMPS + 1)),
        input_text("jump_sigma", rounded(values[JUMPS + 2]), told(JUMPS + 2)),
    ]
    multiples = f"{values[STRESSED]:.3f} and {values[SHUT]:.3f}"
    if open_bp is None:
        lines.append(
            comment([f"oas_mean_bp: your open mean, and {multiples} times it (--open-bp)."])
        )
    else:
        means = [open_bp, rounded(open_bp * values[STRESSED]), rounded(open_bp * values[SHUT])]
        given = f"the open mean as given, the others {multiples} times it"
        lines.append(input_text("oas_mean_bp", means, f"{told(STRESSED, SHUT)}; {given}"))
    moved = [k for k in range(len(INPUTS)) if k != OPEN_MEAN]
    group = group_text(
        GROUP,
        [INPUTS[k] for k in moved],
        joint_law("lognormal", found.covariance[np.ix_(moved, moved)]),
        f"derived: posterior covariance of the logs, {source}",
    )
    head = [
        f"The market's spread process from {source}.",
        f"The file's unit was read as {found.series.unit}; market.tail_dof is 8.",
        "Groups of your own that move the same inputs would count twice: a file that extends yours",
        "takes them out with remove = [...] under [uncertainty], which --extends FILE writes.",
        *what_is_not_told(found),
    ]
    return comment(head) + "\n\n" + "\n".join(lines) + "\n\n" + group + "\n"


def _name(place: int) -> str:
    return COORDINATES[place].words
