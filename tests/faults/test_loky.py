"""A worker process that is killed, as the system does it when memory runs out."""

from __future__ import annotations

import signal

import pytest

from capexrisk.errors import WorkersLost
from capexrisk.run.plan import RunPlan
from capexrisk.run.workers.backends import run_in_order


def test_a_killed_process_ends_the_run_in_a_line():
    plan = RunPlan(paths=1, seed=0, jobs=2, backend="loky")
    with pytest.raises(WorkersLost, match="a worker process was killed, perhaps because memory"):
        list(run_in_order(plan, signal.raise_signal, [(signal.SIGKILL,)] * 4))
