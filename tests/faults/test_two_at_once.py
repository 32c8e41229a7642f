"""Two runs on one directory, and a clock that jumps."""

from __future__ import annotations

import json
import textwrap

import pytest

from tests.cli.command import ENVIRONMENT, call
from tests.faults.process import END, PATHS, begun, held, tables

RUN = ("run", "small.toml", "--paths", str(PATHS), "-q", "--out", "x")


def test_the_second_is_refused_and_the_first_goes_on(folder, wanted):
    with begun(folder, *RUN) as process:
        with held(process, folder / "x.unfinished"):
            for second in (RUN, (*RUN, "--overwrite"), ("resume", "x", "-q")):
                refused = call(*second, cwd=folder)
                assert (refused.returncode, refused.stdout) == (2, "")
                assert refused.stderr == (
                    f"capexrisk: x.unfinished/checkpoint: another process ({process.pid}) is at "
                    "work here; wait for it, or give another directory\n"
                )
            assert "running, " in call("runs", ".", cwd=folder).stdout
        out, err = process.communicate(timeout=END)
    assert (process.returncode, out, err) == (0, "", "")
    assert tables(folder / "x") == wanted


@pytest.mark.slow
def test_the_clock_jumps(folder, wanted):
    """By an hour or two, on and back, at every look: nothing is timed by the wall's clock."""
    (folder / "sitecustomize.py").write_text(
        textwrap.dedent("""
            import time

            now, jumps = time.time, []

            def jumping():
                jumps.append(7200.0 if len(jumps) % 2 else -3600.0)
                open("jumped", "w").close()
                return now() + sum(jumps)

            time.time = jumping
        """)
    )
    environment = ENVIRONMENT | {"PYTHONPATH": str(folder)}
    with begun(folder, *RUN, environment=environment) as process:
        out, err = process.communicate(timeout=END)
    assert (process.returncode, out, err) == (0, "", "")
    assert (folder / "jumped").exists()
    assert tables(folder / "x") == wanted
    times = json.loads((folder / "x" / "manifest.json").read_text())["times"]
    assert 0.0 < times["simulation_seconds"] < END
    assert any((folder / "x" / "checkpoint").glob("totals-*.lz4"))
