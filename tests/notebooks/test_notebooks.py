"""Every notebook runs from top to bottom, with few paths, and is kept without output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LONG = {"03-scenarios", "05-inputs", "06-from-filing-to-score"}  # ten seconds each


def code_cells(notebook: Path) -> list[dict]:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.parametrize(
    "notebook",
    [
        pytest.param(path, marks=[pytest.mark.slow] if path.stem in LONG else [], id=path.stem)
        for path in NOTEBOOKS
    ],
)
def test_notebook_runs(notebook, monkeypatch):
    if "cr.explore(" in notebook.read_text(encoding="utf-8"):
        pytest.importorskip("anywidget", reason="anywidget is not installed")
    monkeypatch.setenv("CAPEXRISK_NOTEBOOK_PATHS", "2000")
    monkeypatch.chdir(FOLDER)
    names: dict[str, object] = {}
    for cell in code_cells(notebook):
        exec("".join(cell["source"]), names)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_kept_without_output(notebook):
    for cell in code_cells(notebook):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
