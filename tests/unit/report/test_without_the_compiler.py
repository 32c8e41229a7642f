"""A finished run is drawn and written without the compiler, which takes half a second to load."""

from __future__ import annotations

import subprocess
import sys

from capexrisk.archive.results import Results

PROGRAM = """
import sys
from pathlib import Path
from capexrisk.archive.results import load_results
from capexrisk.report.files.write import write_report_files
from capexrisk.report.plots import figures
figures.likeliest_to_fail = lambda results, most: results.issuers[:1]  # one issuer's figures
write_report_files(load_results(Path("run")), Path("run"))
print(*sorted({"numba", "llvmlite", "joblib"} & set(sys.modules)))
"""


def test_a_report_loads_no_compiler(results: Results, tmp_path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    results.write(run)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "\n"
    assert (run / "report.html").exists()
