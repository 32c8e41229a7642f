"""Cases to watch from day to day: the core, a run, its tables.

    .venv/bin/python -m pytest benchmarks/test_speed.py --benchmark-autosave
    .venv/bin/python -m pytest benchmarks/test_speed.py --benchmark-compare

They stand outside `tests/` and pass at any speed: machines are shared. Two revisions side by side:
`python -m benchmarks.revisions`; what guards CI: `tests/unit/kernel/test_vector_code.py`.
"""

from __future__ import annotations

import pytest

import capexrisk as cr
from benchmarks.scenarios import default
from capexrisk.estimate.table import distribution_table, summarise
from capexrisk.kernel.simulate import simulate_chunk
from capexrisk.lowering import lower
from capexrisk.run.execute import execute
from capexrisk.run.plan import CHUNK_PATHS, RunPlan


@pytest.mark.parametrize("collect", ["figures", "everything"])
def test_core(benchmark, collect):
    """A chunk of paths on one core."""
    lowered = lower(default(), collect)
    record = (lowered.market, lowered.schedule, lowered.layout)
    simulate_chunk(*record, seed=1, first_path=0, paths=1)
    tally, _ = benchmark(simulate_chunk, *record, seed=1, first_path=0, paths=CHUNK_PATHS)
    assert tally.paths.sum() == CHUNK_PATHS


@pytest.mark.parametrize("workers", [1, -1])
def test_run(benchmark, workers):
    """A run in memory, tables included."""
    results = benchmark.pedantic(
        cr.simulate,
        args=(default(),),
        kwargs={"paths": 262_144, "n_jobs": workers},
        rounds=5,
        warmup_rounds=1,
    )
    assert results.paths == 262_144


def test_tables(benchmark):
    """From totals to the tidy table and the distributions."""
    lowered = lower(default())
    totals = execute(lowered, RunPlan(paths=100_000, seed=1))
    summary, _ = benchmark(
        lambda: (summarise(totals, lowered, "sobol"), distribution_table(totals, lowered))
    )
    assert len(summary) > 1_000
