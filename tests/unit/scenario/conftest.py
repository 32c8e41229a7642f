"""A small scenario file to spoil, and the reference parameter set."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
DEFAULT = ROOT / "configs" / "hyperscalers-2026.toml"


@pytest.fixture
def default_path() -> Path:
    return DEFAULT


# What was collected in February 2026; other files of the data hold what happened since.
THEN = ("issuers_2026.csv", "market_facts.csv", "quarters_2026.csv", "telecom_2000.csv")


@pytest.fixture
def rows_then() -> list[dict[str, str]]:
    """Rows of the data behind the scenarios of February."""
    return [row for name in THEN for row in rows_of(DEFAULT.parent / "data" / name)]


@pytest.fixture
def addresses_since(rows_then: list[dict[str, str]]) -> set[str]:
    """Addresses that only files of what happened since have."""
    then = "\n".join(row["source_url"] for row in rows_then)
    files = [path for path in (DEFAULT.parent / "data").glob("*.csv") if path.name not in THEN]
    found = {row.get("source_url", "") for path in files for row in rows_of(path)} - {""}
    return {address for address in found if address not in then}


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


@pytest.fixture
def case() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / "tests/reference/case.json").read_text("utf-8"))
    return loaded


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write a TOML file into a folder that also holds the default scenario as base.toml."""
    (tmp_path / "base.toml").write_bytes(DEFAULT.read_bytes())

    def write_file(text: str, name: str = "x.toml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return write_file
