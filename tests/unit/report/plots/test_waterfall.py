"""The waterfall of causes: bars that lead from one chance to the other."""

from __future__ import annotations

import copy
import inspect
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from capexrisk.errors import UnknownName
from capexrisk.study.causes import COLUMNS, Causes
from capexrisk.study.mechanisms import MECHANISMS
from tests.unit.scenarios import small_scenario

EVENT = "funding_failure/Oracle/2028Q1"
GAINS = {"race": 0.03, "window": 0.02, "anchor": 0.001, "prefunding": -0.012}
NONE, ALL = 0.001, 0.04


@pytest.fixture
def found():
    def row(mechanism, measure, value, half=0.001):
        interval = (half / 2, value - half, value + half)
        return (*EVENT.split("/"), mechanism, measure, value, *interval, 2048)

    rows = [row("none", "chance", NONE), row("all", "chance", ALL)]
    rows += [row(name, "shapley", gain) for name, gain in sorted(GAINS.items())]
    return Causes(
        event=EVENT,
        events=(EVENT,),
        scenario=small_scenario(),
        mechanisms=tuple(one for one in MECHANISMS if one.name in GAINS),
        off=(),
        orders=64,
        paths=2048,
        seed=0,
        table=pd.DataFrame(rows, columns=list(COLUMNS)),
    )


def test_bars_lead_from_none_to_all(found):
    ax = found.plot.waterfall(ax=Figure().subplots())
    bars = [(bar.get_x(), bar.get_width()) for bar in ax.containers[0]]
    assert bars[0] == (0.0, pytest.approx(100 * NONE))
    assert bars[-1] == (0.0, pytest.approx(100 * ALL))
    steps = [100 * gain for gain in sorted(GAINS.values(), reverse=True)]
    assert [width for _, width in bars[1:-1]] == pytest.approx(steps)
    ends = np.cumsum([width for _, width in bars[:-1]])
    assert [left for left, _ in bars[1:-1]] == pytest.approx(ends[:-1])
    assert ends[-1] == pytest.approx(100 * ALL)
    labels = [text.get_text() for text in ax.get_yticklabels()]
    assert labels[0] == "None of these acts" and labels[-1] == "All act"
    assert labels[1:3] == ["The race and the chase", "A stressed or shut market"]
    assert "−1.2 ± 0.1" in [text.get_text() for text in ax.texts]
    assert ax.get_title() == "Oracle: funding failure by 2028Q1"


def test_a_figure_of_its_own_names_the_run(found):
    ax = found.plot.waterfall(EVENT)
    assert ax.figure.get_supxlabel() == "small · 2,048 paths · seed 0"


def test_an_event_that_was_not_asked_for(found):
    with pytest.raises(UnknownName, match="were not asked for"):
        found.plot.waterfall("funding_failure/Meta")


def test_what_was_found_has_its_plots_and_no_others(found):
    assert dir(found.plot) == ["waterfall"]
    assert dir(copy.copy(found.plot)) == ["waterfall"]
    assert list(inspect.signature(found.plot.waterfall).parameters) == ["event", "ax"]
    with pytest.raises(AttributeError, match="Causes has no plot 'waterfal'; did you mean waterf"):
        found.plot.waterfal()


def test_it_says_over_how_many_orders_its_bars_are_means(found):
    texts = {orders: replace(found, orders=orders).plot.waterfall() for orders in (0, 64)}
    said = {n: " ".join(t.get_text() for t in ax.texts).split() for n, ax in texts.items()}
    assert "all orders of switching" in " ".join(said[0])
    assert "64 random orders of switching" in " ".join(said[64])
