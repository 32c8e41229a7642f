"""Scenarios of the library are found by name, wherever one stands."""

from __future__ import annotations

import pytest

import capexrisk as cr
from capexrisk.errors import ScenarioError
from capexrisk.scenario.files.location import LIBRARY, library_names
from tests.cli.command import DEFAULT, call


def test_its_names_are_the_files_of_configs():
    assert library_names() == sorted(path.stem for path in DEFAULT.parent.glob("*.toml"))
    assert (LIBRARY / "configs").resolve() == DEFAULT.parent


def test_a_name_is_the_library_s_unless_there_is_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cr.load_scenario("hyperscalers-2026") == cr.load_scenario(DEFAULT)
    text = DEFAULT.read_text("utf-8").replace('\nname = "hyperscalers-2026"', '\nname = "mine"')
    (tmp_path / "hyperscalers-2026.toml").write_text(text, "utf-8")
    assert cr.load_scenario("hyperscalers-2026").name == "mine"
    (tmp_path / "hyperscalers-2026").write_text(text.replace('"mine"', '"bare"'), "utf-8")
    assert cr.load_scenario("hyperscalers-2026").name == "bare"


def test_a_file_extends_the_library_from_any_folder(tmp_path):
    (tmp_path / "x.toml").write_text('extends = "anchor-loss"\nquarters = 8\n')
    found = cr.load_scenario(tmp_path / "x.toml")
    assert (found.name, found.quarters, len(found.events)) == ("x", 8, 1)
    (tmp_path / "anchor-loss").write_text((tmp_path / "x.toml").read_text())
    with pytest.raises(ScenarioError):  # its own folder comes first, and this is a circle
        cr.load_scenario(tmp_path / "anchor-loss")


def test_a_misspelt_name_is_told(tmp_path):
    found = call("validate", "hyperscaler-2026", cwd=tmp_path)
    assert found.returncode == 2 and found.stderr == (
        "capexrisk: hyperscaler-2026: no such file; check the path, or take hyperscalers-2026 of "
        "the library\n"
    )
    for given in ("y.toml", "configs/hyperscalers-2026"):
        found = call("validate", given, cwd=tmp_path)
        assert found.returncode == 2 and f"{given}: no such file; check the path" in found.stderr


def test_notebooks_are_copied_with_what_they_read(tmp_path):
    found = call("notebooks", "mine", cwd=tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout == "mine/notebooks/01-first-run.ipynb: open it in Jupyter\n"
    copied = {path.name for path in (tmp_path / "mine" / "notebooks").iterdir()}
    assert copied == {path.name for path in (DEFAULT.parents[1] / "notebooks").glob("*.ipynb")}
    assert (tmp_path / "mine" / "configs" / DEFAULT.name).is_file()
    assert not any(path.is_symlink() for path in (tmp_path / "mine").rglob("*"))
    again = call("notebooks", "mine", cwd=tmp_path)
    assert again.returncode == 2 and "mine exists already; give another directory" in again.stderr
