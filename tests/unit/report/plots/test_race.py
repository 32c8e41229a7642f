"""Plots of the race as a game, against their tables."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.study.game.choices import Choices
from capexrisk.study.game.phase import phases
from tests.unit.scenarios import small_scenario

LIFE = "market.depreciation_per_year+market.book_depreciation_per_year"
TWO = Choices(players=("Oracle", "CoreWeave"), levels=(0.5, 1.0))


def of(over):
    return phases(small_scenario(), over, choices=TWO, points=4, seed=1, n_jobs=1)


def test_gains_over_one_axis_have_their_intervals():
    found = of({LIFE: [0.1, 0.3]})
    ax = found.plot.phases()
    ends = np.concatenate(
        [segment[:, 1] for bars in ax.collections for segment in bars.get_segments()]
    )
    table = found.table
    assert sorted(ends) == pytest.approx(sorted([*table["ci_low"], *table["ci_high"]]))
    assert ax.get_xlabel().split(" and\n") == LIFE.split("+")


def test_two_axes_are_cells():
    found = of({LIFE: [0.1, 0.3], "market.fixed_cost": [0.1, 0.2]})
    ax = found.plot.phases()
    places = np.concatenate([dots.get_offsets() for dots in ax.collections])
    assert sorted(map(tuple, places)) == sorted(
        zip(found.table[LIFE], found.table["market.fixed_cost"], strict=True)
    )
    assert ax.get_ylabel() == "market.fixed_cost"
