"""A finished run is drawn and written without the compiler, which takes half a second to load."""

from __future__ import annotations

import subprocess
import sys

from capexrisk.archive.results import Results

PROGRAM = """
import sys
from capexrisk.cli.main import main
from capexrisk.report import pool
from capexrisk.report.plots import figures
pool.MOST = 0  # all in this process
figures.MOST_ISSUERS = 1  # with figures of its own
sys.argv = ["capexrisk", "report", "run"]
try:
    main()
finally:
    print(*sorted({"numba", "llvmlite", "joblib"} & set(sys.modules)))
"""


def test_a_report_loads_no_compiler(results: Results, tmp_path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    results.write(run)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1] == "", done.stdout
    assert done.returncode == 0 and (run / "report.html").exists()
