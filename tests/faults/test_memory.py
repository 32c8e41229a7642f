"""Memory does not grow with the number of paths."""

from __future__ import annotations

import subprocess
import sys

import pytest

from capexrisk.run.plan import RunPlan
from tests.cli.command import ROOT

# Peak resident memory of a process that runs so many paths. Linux counts it in KiB, macOS in
# bytes.
CHILD = """
import resource, sys
from capexrisk.study.simulation import simulate
from tests.unit.scenarios import small_scenario

scenario = small_scenario(quarters=8, issuers=None, start="2026Q1")
simulate(scenario, sampler=sys.argv[1], paths=int(sys.argv[2]), n_jobs=2)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak / (2**20 if sys.platform == "darwin" else 2**10))
"""
CHUNKS = {"plain": (8, 60), "sobol": (32, 128)}
MOST_MORE = 30.0  # MiB


def peak_memory(sampler: str, chunks: int) -> float:
    """MiB."""
    paths = chunks * RunPlan(paths=1, seed=0, sampler=sampler).chunk_paths
    found = subprocess.run(
        [sys.executable, "-c", CHILD, sampler, str(paths)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=True,
    )
    return float(found.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("sampler", CHUNKS)
def test_many_chunks_take_no_more_memory_than_a_few(sampler):
    """Within 30 MiB: 52 more chunks whose totals stayed would be 52 MB, or 300 MB if not sparse.

    What may differ is how many chunks are at work or wait to be added at once, six or so, and
    what the allocator gives back: 5 MiB where this was measured.
    """
    few, many = (peak_memory(sampler, chunks) for chunks in CHUNKS[sampler])
    assert many < few + MOST_MORE
