"""Sources edited while a run is unfinished: resumed where no number can differ, else refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from capexrisk.archive.job import Job
from capexrisk.archive.results import load_results
from capexrisk.archive.unfinished import begin_run
from capexrisk.code import PACKAGE, WITHOUT_A_SAY
from capexrisk.run.plan import RunPlan
from capexrisk.study.simulation import simulate_job
from tests.unit.scenarios import small_scenario

PATHS = 2**19  # two chunks a net
PROGRAM = """
from pathlib import Path
import capexrisk
from capexrisk.archive.unfinished import resume_run
from capexrisk.study.simulation import simulate_job
with resume_run(Path("x")) as attempt:
    simulate_job(attempt.job, attempt.hooks(None)).write(attempt.directory)
print(capexrisk.__file__)
"""


def resume(folder: Path) -> subprocess.CompletedProcess[str]:
    """Resume the run x in a process of its own, with the copy of the package beside it."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def add_comment(path: Path) -> None:
    path.write_text(path.read_text("utf-8") + "\n# a comment\n", "utf-8")


@pytest.mark.slow
def test_a_comment_stops_no_run_unless_it_is_where_numbers_are_made(tmp_path):
    scenario = small_scenario(quarters=2, issuers=("CoreWeave",))
    job = Job(scenario=scenario, plan=RunPlan(paths=PATHS, seed=1, jobs=1))

    def stop(done: int) -> None:
        if done > 0.75 * PATHS:
            raise KeyboardInterrupt

    with (
        pytest.raises(KeyboardInterrupt, match="paths are kept"),
        begin_run(tmp_path / "x", job) as attempt,
    ):
        simulate_job(job, attempt.hooks(stop))

    package = tmp_path / "capexrisk"
    shutil.copytree(PACKAGE, package)  # with what numba has compiled
    silent = [path for entry in WITHOUT_A_SAY for path in files_of(package / entry)]
    assert len(silent) > 60
    for path in silent:
        add_comment(path)

    equation = package / "model" / "operations.py"
    kept = equation.read_bytes()
    add_comment(equation)
    refused = resume(tmp_path)
    assert refused.returncode == 1 and "ResumeMismatch: " in refused.stderr
    assert "(code was " in refused.stderr.splitlines()[-1]
    equation.write_bytes(kept)

    resumed = resume(tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    assert resumed.stdout.strip() == str(package / "__init__.py")
    found, wanted = load_results(tmp_path / "x"), simulate_job(job)
    assert 0.5 * PATHS < found.manifest.run.paths_resumed < PATHS
    pd.testing.assert_frame_equal(found.summary, wanted.summary, check_exact=True)


def files_of(entry: Path) -> list[Path]:
    return [entry] if entry.is_file() else sorted(entry.rglob("*.py"))
