"""A small scenario file to spoil, and the reference parameter set."""

from __future__ import annotations

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
