"""The bits of a chunk on other processors, and workers in a pool: what a machine may not decide."""

from __future__ import annotations

import multiprocessing
import os
import platform
import re
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from capexrisk.run.plan import RunPlan
from capexrisk.run.workers.backends import worker_count
from capexrisk.scenario.cholesky import cholesky
from tests.cli.command import ENVIRONMENT

PACKAGE = Path(__file__).parents[2] / "engine" / "capexrisk"
# What a chunk's totals pass through, and where its draws and its points come from.
OF_CHUNKS = ("kernel", "model", "numeric", "lowering", "points", "uncertainty", "run")
BLAS = re.compile(r"\w @ |np\.(dot|matmul|inner|vdot|tensordot)\b|linalg\.(?!eigvalsh|LinAlgError)")
PROGRAM = """
import sys, capexrisk as cr
run = cr.simulate(cr.load_scenario(sys.argv[1]), paths=256, seed=3, outer=32, inner=128)
print(run.manifest.chunks.sha256, run.inputs.record.chunks.sha256)
"""


def test_no_chunk_passes_through_blas():
    """Its kernels are chosen by the processor; eigenvalues only refuse a matrix."""
    for room in OF_CHUNKS:
        for path in (PACKAGE / room).rglob("*.py"):
            code = re.sub(r'""".*?"""', "", path.read_text("utf-8"), flags=re.DOTALL)
            found = [line for line in code.splitlines() if BLAS.search(line)]
            assert found == [], path


def test_the_root_is_cholesky_s():
    random = np.random.default_rng(5)
    factors = random.standard_normal((3, 12, 20))
    matrix = factors @ factors.transpose(0, 2, 1)
    root = cholesky(matrix)
    assert (np.triu(root, 1) == 0.0).all()
    np.testing.assert_allclose(root, np.linalg.cholesky(matrix), rtol=1e-11, atol=1e-12)
    assert (cholesky(matrix[1]) == root[1]).all()  # as a column of several, to the bit
    with pytest.raises(np.linalg.LinAlgError):
        cholesky(np.array([[1.0, 2.0], [2.0, 1.0]]))


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() != "x86_64", reason="names processors of x86-64")
def test_chunks_are_the_same_for_every_kernel_of_blas():
    found = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM, "hyperscalers-2026"],
            env={**ENVIRONMENT, "OPENBLAS_CORETYPE": core},
            capture_output=True,
            text=True,
            check=True,
            timeout=200,
        ).stdout
        for core in ("Haswell", "Sandybridge", "Nehalem")
    }
    assert len(found) == 1


def _workers(_: object) -> int:
    warnings.simplefilter("error")
    return worker_count(RunPlan(paths=64, seed=0, jobs=2))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_worker_of_a_pool_has_threads_and_no_warning():
    """joblib's question about processes warned there, and a run had one worker on the record."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        assert pool.map(_workers, [None]) == [2]


def test_workers_are_counted_of_the_back_end_that_is_used(monkeypatch):
    monkeypatch.setattr("joblib.parallel.cpu_count", lambda *_: 2)
    for backend, jobs, expected in (
        *(("sequential", 8, 1), ("threading", 3, 3), (None, 3, 3), ("loky", 2, 2), ("dask", 2, 0)),
    ):
        scheduler = "tcp://x:1" if backend == "dask" else None
        plan = RunPlan(paths=1, seed=0, jobs=jobs, backend=backend, scheduler=scheduler)
        assert worker_count(plan) == expected
