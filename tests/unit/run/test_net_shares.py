"""Shares on single nets: those of a session, whatever the other nets have, on any workers."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.errors import UnknownName
from capexrisk.lowering import lower, with_inputs
from capexrisk.run.net_shares import NetShares
from capexrisk.run.plan import REPLICATES, RunPlan
from capexrisk.run.session import Session
from capexrisk.run.workers import backends
from tests.unit.scenarios import small_scenario

POINTS, SEED = 64, 5
EVENTS = ["funding_failure/CoreWeave", "negative_fcf/Oracle/2027"]
CHANGES = {"market.tax": 0.3, "issuers.CoreWeave.cash_usd_bn": 0.5}


@pytest.fixture(scope="module")
def base():
    return lower(small_scenario(), "means")


def shares_of(base, wanted, **workers) -> np.ndarray:
    plan = RunPlan(paths=REPLICATES * POINTS, seed=SEED, **workers)
    return NetShares(base, EVENTS, plan).of(wanted)


def test_every_net_may_have_inputs_of_its_own(base):
    """Net by net what a session's answer for all nets is."""
    changed = with_inputs(base, CHANGES)
    wanted = [(net, changed if net % 3 else base) for net in range(REPLICATES)]
    mixed = shares_of(base, wanted, backend="sequential")
    with Session(small_scenario(), EVENTS, points=POINTS, seed=SEED, n_jobs=2) as warm:
        whole = [warm.estimate(), warm.estimate(CHANGES)]
    for number, name in enumerate(EVENTS):
        values = [each[name].values for each in whole]
        own = [values[net % 3 > 0][net] for net in range(REPLICATES)]
        assert mixed[:, number] == pytest.approx(own, abs=1e-15)
        assert not np.array_equal(*values)


def test_tasks_and_workers_change_no_bit(base, monkeypatch):
    wanted = [(net, base) for net in (3, 0, 31, 3)]
    alone = shares_of(base, wanted, backend="sequential")
    monkeypatch.setattr(backends, "TASK_PATHS", 2 * POINTS)
    assert np.array_equal(shares_of(base, wanted, jobs=2), alone)
    assert np.array_equal(alone[0], alone[3])


@pytest.mark.parametrize("name", ["free_cash_flow/Oracle/2027/mean", "regime_shut/system/2027Q1"])
def test_what_is_no_share_of_paths_is_refused(base, name):
    with pytest.raises(UnknownName, match="is no share of paths; give an event"):
        NetShares(base, [name], RunPlan(paths=REPLICATES, seed=SEED))
