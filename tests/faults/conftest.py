"""A small scenario in a folder, and the run that nothing happened to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import call, undrawn, write_small_scenario
from tests.faults.process import PATHS, tables


@pytest.fixture(autouse=True)
def _undrawn() -> Iterator[None]:
    """What is compared are tables; the runs to which something happens draw as well."""
    with undrawn():
        yield


@pytest.fixture
def folder(tmp_path) -> Path:
    write_small_scenario(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def wanted(tmp_path_factory) -> list[bytes]:
    """Tables of a run in one go."""
    folder = tmp_path_factory.mktemp("wanted")
    write_small_scenario(folder)
    with undrawn():
        found = call("run", "small.toml", "--paths", str(PATHS), "--out", "x", "-q", cwd=folder)
    assert (found.returncode, found.stderr) == (0, "")
    return tables(folder / "x")
