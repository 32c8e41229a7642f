"""Points of the inputs whose scenario is refused are named, and end in no traceback."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.archive.job import Job
from capexrisk.errors import BudgetExceeded, KernelFault
from capexrisk.lowering import lower
from capexrisk.points.frozen import frozen_points
from capexrisk.run.plan import RunPlan
from capexrisk.study import two_levels
from capexrisk.study.two_levels import why_refused
from capexrisk.uncertainty import input_design
from capexrisk.uncertainty.outer import OuterPoints
from tests.unit.uncertain import uncertain

CAPACITY = {
    "inputs": ("issuers.*.relative_yield",),
    "how": "multiply",
    "law": "sample",
    "values": (0.0, 0.0, 1.0, 1.0, 1.0),
}


def job_of(outer: int) -> Job:
    plan = RunPlan(paths=1, seed=0, outer=outer)
    return Job(scenario=uncertain(groups={"a": CAPACITY}), plan=plan)


def test_a_refused_point_is_named():
    scenario = uncertain(groups={"a": CAPACITY})
    lowered = lower(scenario)
    points = frozen_points(lowered.market, lowered.schedule, 5)
    outer = OuterPoints(scenario, lowered, input_design(scenario), points, 128, 32)
    numbers = outer.numbers(0, 0, 32)
    refused = np.flatnonzero((numbers == 0.0).all(axis=1)).tolist()
    assert len(refused) == 8  # a quarter of the law, and a point in each 32nd of it
    here = list(outer.lowered(0, 0, 32))
    assert [point for point, one in enumerate(here) if one is None] == refused
    for point in refused:
        assert why_refused(0, point, outer) == (
            f"point {point} of net 0: issuers: no issuer has both buildout_capital_usd_bn and "
            "relative_yield"
        )


def test_a_run_of_refused_points_ends_before_a_path_is_simulated(monkeypatch):
    monkeypatch.setattr(two_levels, "execute", None)
    with pytest.raises(KernelFault, match="256 of 1,024 points of the inputs are refused, the fir"):
        two_levels.simulate_points(job_of(outer=1024).over_inputs)


def test_more_points_than_memory_are_refused():
    with pytest.raises(BudgetExceeded, match="67,108,864 points of the inputs would take "):
        two_levels.refuse_beyond_memory(job_of(outer=2**26))
