"""Tornado and shares: what is drawn against the table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from capexrisk.errors import UnknownName
from capexrisk.study.sensitivity.analysis import COLUMNS, Sensitivity
from tests.unit.scenarios import small_scenario

NAME = "funding_failure/Oracle/2028Q1"
GROUPS = {"growth": (0.02, 0.09), "demand": (0.07, 0.03), "rest of it": (0.05, 0.051)}
SHARES = {"growth": 0.7, "demand": 0.25}
OTHERS = "all other 1 groups"


def rows():
    def row(group, measure, value, half=0.002):
        interval = (half / 2, value - half, value + half)
        return (*NAME.split("/"), "probability", group, measure, value, *interval, 1024)

    yield row("", "at_median", 0.05)
    for group, (low, high) in GROUPS.items():
        yield row(group, "at_p5", low)
        yield row(group, "at_p95", high)
        yield row(group, "swing", high - low)
        yield row(group, "first_order", SHARES.get(group, 0.0))
    for group, share in {**SHARES, OTHERS: 0.05}.items():
        yield row(group, "shapley", share)


@pytest.fixture
def found():
    return Sensitivity(
        scenario=small_scenario(),
        names=(NAME,),
        seed=3,
        default_ranges=False,
        table=pd.DataFrame(list(rows()), columns=list(COLUMNS)),
    )


def labels(ax):
    return [text.get_text() for text in ax.get_yticklabels()]


def test_bars_of_a_tornado_reach_from_the_median_to_the_ends(found):
    ax = found.plot.tornado(ax=Figure().subplots())
    assert labels(ax) == ["growth", "demand", "rest of it"]
    for container, end in zip(ax.containers[::2], (0, 1), strict=True):
        reached = [bar.get_x() + bar.get_width() for bar in container]
        assert reached == pytest.approx([100.0 * GROUPS[group][end] for group in labels(ax)])
        assert [bar.get_x() for bar in container] == pytest.approx([5.0] * 3)
    assert ax.get_title().startswith("Oracle: funding failure")


def test_bars_of_shares_and_all_others_last(found):
    ax = found.plot.shares(ax=Figure().subplots())
    assert labels(ax) == ["growth", "demand", OTHERS]
    bars = next(container for container in ax.containers if hasattr(container, "patches"))
    np.testing.assert_allclose([bar.get_width() for bar in bars], [70.0, 25.0, 5.0])


def test_a_figure_of_its_own_names_what_is_behind_it(found):
    assert found.plot.shares(NAME).figure.get_supxlabel() == (
        "small · 1,024 points of the inputs · seed 3"
    )


def test_what_was_not_asked_for_and_what_has_no_shares(found):
    with pytest.raises(UnknownName, match="was not asked for"):
        found.plot.tornado("funding_failure/Meta/2028Q1")
    bare = Sensitivity(
        scenario=found.scenario, names=(NAME,), seed=3, default_ranges=True, table=found.table
    )
    with pytest.raises(ValueError, match="no ranges"):
        bare.plot.shares()
