"""The package as pip installs it, where no checkout is: what is in the wheel, and that it runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.cli.command import ROOT

BUILD = "from setuptools import build_meta as b; print(b.build_wheel('dist'))"
CACHES = shutil.ignore_patterns("__pycache__", "*.egg-info", "*.nb?")
COMPANYFACTS = "tests/unit/filings/companyfacts"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built from a copy, so that nothing is left in the checkout."""
    folder = tmp_path_factory.mktemp("source")
    for name in ("engine", "configs", "notebooks", COMPANYFACTS):
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=CACHES)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, folder / name)
    built = subprocess.run(
        [sys.executable, "-c", BUILD], cwd=folder, capture_output=True, text=True, check=True
    )
    return folder / "dist" / built.stdout.splitlines()[-1]


def files_of(folder: str) -> set[str]:
    kept = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
    return {str(path.relative_to(ROOT / folder)) for path in kept if "checkpoints" not in str(path)}


def test_the_wheel_has_every_file_of_the_package_and_of_the_library(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    engine = {
        f"capexrisk/{path.relative_to(ROOT / 'engine' / 'capexrisk')}"
        for path in (ROOT / "engine" / "capexrisk").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert engine - names == set()
    for folder in ("configs", "notebooks", COMPANYFACTS):
        inside = f"capexrisk/shipped/{Path(folder).name}/"
        found = {name.removeprefix(inside) for name in names if name.startswith(inside)}
        assert found == files_of(folder)
    assert not any(name.startswith(("tests/", "configs/")) for name in names)


@pytest.mark.slow
def test_installed_it_needs_no_checkout(wheel, tmp_path):
    """By pip, into a folder of its own; dependencies are those of this environment.

    The compiled code of this checkout is of the same sources, and spares a minute.
    """
    site, work = tmp_path / "site", tmp_path / "work"
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", site]
    subprocess.run([*pip, "--quiet", wheel], check=True, capture_output=True)
    caches = (ROOT / "engine" / "capexrisk" / "kernel" / "__pycache__").glob("*.nb?")
    (site / "capexrisk" / "kernel" / "__pycache__").mkdir(exist_ok=True)
    for cache in caches:
        shutil.copy(cache, site / "capexrisk" / "kernel" / "__pycache__")
    work.mkdir()

    def capexrisk(*arguments: str) -> str:
        finished = subprocess.run(
            [sys.executable, "-P", "-m", "capexrisk", *arguments],
            cwd=work,
            env={**os.environ, "PYTHONPATH": str(site)},
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    where = "import capexrisk; print(capexrisk.__file__)"
    found = subprocess.check_output(
        [sys.executable, "-c", where], cwd=work, env={**os.environ, "PYTHONPATH": str(site)}
    )
    assert found.decode().startswith(str(site))
    assert capexrisk("validate", "hyperscalers-2026").startswith("hyperscalers-2026: ok: 6 issuers")
    capexrisk("run", "anchor-loss", "--paths", "256", "--outer", "0", "-q")
    assert (work / "runs" / "anchor-loss" / "report.html").is_file()
    assert "01-first-run.ipynb" in capexrisk("notebooks", "mine")
    facts = f"mine/{COMPANYFACTS}/alphabet.json"
    capexrisk("new", facts, "--as-of", "2026-02-13", "--out", "new.toml")
    capexrisk("draft", facts, "--out", "draft.toml")
    assert 'extends = "hyperscalers-2026"' in (work / "draft.toml").read_text("utf-8")
    assert ": ok: 6 issuers" in capexrisk("validate", "draft.toml")
