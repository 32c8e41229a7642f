"""The cache of compiled code is as good as the sources it was compiled from."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest
from numba.core.registry import CPUDispatcher

import capexrisk
from capexrisk.kernel import points, simulate, simulate_distance
from capexrisk.numeric.jit import COMPILED_ROOMS, _KernelCache

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
WITHOUT_CACHES = shutil.ignore_patterns("__pycache__", "*.nb*")

# An entry point with an equation of the model in it, and what numba says of its cache. The
# engine's own take half a minute to compile.
ENTRY = """
from typing import NamedTuple
from capexrisk.model.operations import leverage
from capexrisk.numeric.jit import entry

class Issuer(NamedTuple):
    cash_flow_floor: float

@entry
def geared(owed, cash, cash_flow, issuer):
    return leverage(owed, cash, cash_flow, issuer)
"""
PROGRAM = """
import json
import capexrisk
from points import Issuer, geared
found = geared(7.0, 1.0, 2.0, Issuer(0.5))
stats = geared.stats
print(json.dumps({
    "package": capexrisk.__file__,
    "found": found,
    "hits": sum(stats.cache_hits.values()),
    "misses": sum(stats.cache_misses.values()),
}))
"""

# An entry point that is given a record, compiled from sources of a stamp that is told.
WITH_A_RECORD = """
import sys
from capexrisk.numeric import jit
stamp = sys.argv[1].encode()
jit.source_stamp = lambda: stamp
import loops
print(loops.total(loops.Pair(1.0, 2.0)))
"""
LOOPS = """
from capexrisk.numeric.jit import entry
from {home} import Pair

@entry
def total(pair):
    return pair.one + pair.other
"""
PAIR = """
from typing import NamedTuple

class Pair(NamedTuple):
    one: float
    other: float
"""


class Outcome(NamedTuple):
    package: str
    found: float
    hits: int
    misses: int


def output(folder: Path, package: Path, program: str, *arguments: str) -> str:
    """What a program prints in a process of its own, with a cache in `folder`."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(package),
        "NUMBA_CACHE_DIR": str(folder / "cache"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    finished = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def run(folder: Path) -> Outcome:
    """The program with the copy of the package in `folder`."""
    printed = output(folder, folder, PROGRAM)
    return Outcome(**json.loads(printed))


def stored(folder: Path) -> dict[str, int]:
    """Files of the cache with the time of their last change."""
    return {str(file): file.stat().st_mtime_ns for file in (folder / "cache").rglob("*.nb*")}


def test_a_record_may_move_to_another_module(tmp_path):
    """The cache of the sources before names one that is gone."""
    package = Path(capexrisk.__file__).parents[1]
    for home in ("pairs", "couples"):
        for file in tmp_path.glob("*.py"):
            file.unlink()
        (tmp_path / f"{home}.py").write_text(PAIR)
        (tmp_path / "loops.py").write_text(LOOPS.format(home=home))
        assert output(tmp_path, package, WITH_A_RECORD, home) == "3.0\n"
    assert len(stored(tmp_path)) == 2  # an index, and a function once overwritten


@pytest.mark.parametrize("room", ["numeric", "model", "kernel", "calibration/compiled"])
def test_a_change_in_any_compiled_room_makes_another_stamp(tmp_path, room):
    """`source_stamp` reads the package around its own file: it is asked in a copy."""
    package = tmp_path / "capexrisk"
    shutil.copytree(Path(capexrisk.__file__).parent, package, ignore=WITHOUT_CACHES)

    def stamp() -> str:
        program = "from capexrisk.numeric.jit import source_stamp; print(source_stamp().hex())"
        command = [sys.executable, "-c", program]
        environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, timeout=120
        ).stdout

    before = stamp()
    edited = sorted((package / room).glob("*.py"))[-1]
    edited.write_text(edited.read_text("utf-8") + "\n# another line\n", "utf-8")
    assert stamp() != before


def test_the_compiled_rooms_are_those_that_may_import_numba():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (numba,) = (contract for contract in contracts if contract["id"] == "numba")
    rooms = {f"capexrisk.{room}".replace("/", ".") for room in COMPILED_ROOMS}
    assert rooms == set(numba["allowed_importers"])


def test_an_edited_equation_is_never_served_from_the_cache(tmp_path):
    """The edit is made in a file that holds no entry point, only a function inlined into one."""
    package = Path(capexrisk.__file__).parent
    shutil.copytree(package, tmp_path / "capexrisk", ignore=WITHOUT_CACHES)
    (tmp_path / "points.py").write_text(ENTRY)
    first = run(tmp_path)
    assert first.package.startswith(str(tmp_path))
    assert (first.found, first.hits, first.misses) == (3.0, 0, 1)
    files = stored(tmp_path)
    assert files

    again = run(tmp_path)
    assert (again.found, again.hits, again.misses) == (3.0, 1, 0)
    assert stored(tmp_path) == files

    equation = tmp_path / "capexrisk" / "model" / "operations.py"
    source = equation.read_text("utf-8")
    geared = "return positive_part(owed - cash) /"
    assert source.count(geared) == 1
    equation.write_text(
        source.replace(geared, "return 2.0 * positive_part(owed - cash) /"), "utf-8"
    )
    edited = run(tmp_path)
    assert (edited.found, edited.hits, edited.misses) == (6.0, 0, 1)


def test_the_engine_s_entry_points_have_this_cache():
    """All that Python calls; what they call is compiled into them."""
    entries = {
        name: function
        for module in (points, simulate, simulate_distance)
        for name, function in vars(module).items()
        if isinstance(function, CPUDispatcher)
        and "no_cpython_wrapper" not in function.targetoptions
    }
    known = {"_simulate_means", "_simulate_everything", "_trace_block", "_measure", "_scramble"}
    assert known <= set(entries)
    assert {name for name, one in entries.items() if type(one._cache) is not _KernelCache} == set()
