"""A path of the charts: it lies where it was looked for, and is the one that a run has."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from capexrisk.errors import ArgumentError
from capexrisk.explorer.subject import Subject
from capexrisk.explorer.tale import path_at, path_between, refuse_unknown_path, tale
from capexrisk.explorer.view import read_view
from capexrisk.kernel.points import path_number
from capexrisk.report.content.story import story
from capexrisk.run.session import Session
from capexrisk.study.outcomes import path_outcomes
from capexrisk.study.replay import replay
from tests.unit.uncertain import uncertain

POINTS, SEED = 128, 3
OUTCOME = "fcf_year/Oracle/2027"


@pytest.fixture(scope="module")
def flows():
    return path_outcomes(uncertain(), [OUTCOME, "tiers/F4/Oracle"], paths=32 * POINTS, seed=SEED)


@pytest.fixture(scope="module")
def view():
    return read_view("issuer=Oracle&year=2027", Subject(uncertain()))


@pytest.fixture(scope="module")
def session():
    with Session(uncertain(), ["any_failure/system"], points=POINTS, seed=SEED) as warm:
        yield warm


@pytest.fixture(scope="module")
def among(session, view):
    return session.lowered(), session.draws, POINTS, view


def test_it_is_the_path_of_a_run(among, session, view):
    scenario = uncertain()
    path = path_at(*among, 0.5)
    told = tale(among[0], session.draws, path, view)
    lines = list(story(replay(scenario, path, seed=SEED), scenario.words, ["Oracle"]))
    assert len(told["quarters"]) == scenario.quarters == len(lines) / 2
    for one, market, issuer in zip(told["quarters"], lines[::2], lines[1::2], strict=True):
        assert f"{one['quarter']}: {one['market']}" == market
        assert f"  {one['issuer']}" == issuer


def test_it_lies_where_it_is_looked_for(among, session, view, flows):
    values = flows[OUTCOME]
    first = values[:POINTS].sort_values()
    for share in (0.0, 0.01, 0.5, 0.99, 1.0):
        assert path_at(*among, share) == first.index[min(int(share * POINTS), POINTS - 1)]
    low, high = np.quantile(values, (0.3, 0.35))
    path = path_between(*among, low, high)
    assert low <= values[path] < high
    told = tale(among[0], session.draws, path, view)["flow"]
    assert float(told.replace("\u2212", "-")) == pytest.approx(values[path], abs=0.051)
    rarest = values.idxmin()  # in another net, perhaps
    assert path_between(*among, -inf, np.nextafter(values.min(), inf)) == rarest
    with pytest.raises(ArgumentError, match="no path of these lies there"):
        path_between(*among, values.max() + 1.0, inf)


def test_who_has_failed_before_is_not_among_them(among, session, flows):
    view = replace(among[3], year=uncertain().calendar_years()[-1].label)
    quarters = session.lowered().quarters
    failed = flows["tiers/F4/Oracle"] < quarters.index("2028Q1")
    assert failed.any()
    alive = [path_at(*among[:3], view, share) for share in np.linspace(0.0, 1.0, 40)]
    assert not failed[alive].any()


def test_what_is_moved_keeps_the_shocks(among, session, view):
    moved = session.lowered({"issuers.Oracle.cash_usd_bn": 0.0})
    path = path_at(*among, 0.5)
    before, after = (tale(one, session.draws, path, view) for one in (among[0], moved))
    assert before != after
    assert [one["quarter"] for one in before["quarters"]] == [
        one["quarter"] for one in after["quarters"]
    ]


@pytest.mark.parametrize("path", [-1, POINTS, path_number(32, 0), path_number(3, POINTS), 2**60])
def test_a_number_of_no_path_is_refused(path):
    refuse_unknown_path(path_number(31, POINTS - 1), POINTS)
    with pytest.raises(ArgumentError, match="is not among the paths of the charts"):
        refuse_unknown_path(path, POINTS)
