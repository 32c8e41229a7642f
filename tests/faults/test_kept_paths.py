"""Files of a run that were emptied or changed: verify looks at all, or says which it did not."""

from __future__ import annotations

import pytest

from tests.cli.command import call, write_small_scenario


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    write_small_scenario(folder)
    asked = ("--paths", "256", "--outer", "0", "--keep-paths", "-q", "--out", "run")
    assert call("run", "small.toml", *asked, cwd=folder).returncode == 0
    return folder


@pytest.mark.parametrize("how", ["zeroed", "missing", "another's"])
def test_single_paths_are_compared(run, how):
    one, other = sorted((run / "run" / "paths").iterdir())[3:5]
    content = one.read_bytes()
    if how == "missing":
        one.unlink()
    else:
        one.write_bytes(b"" if how == "zeroed" else other.read_bytes())
    found = call("verify", "run", cwd=run)
    one.write_bytes(content)
    assert found.returncode == 1
    matter = "is missing" if how == "missing" else "was changed since the run wrote it"
    assert found.stdout.splitlines()[0] == f"differs: paths/{one.name} {matter}"


def test_strangers_are_no_part_of_the_run(run):
    strangers = [run / "run" / name for name in ("notes.txt", "paths/mine.parquet")]
    for path in strangers:
        path.write_text("mine", "utf-8")
    found = call("verify", "run", "--sample", "1", cwd=run)
    for path in strangers:
        path.unlink()
    assert (found.returncode, found.stderr) == (0, "")
    assert "not compared: notes.txt, paths/mine.parquet; no part of the run\n" in found.stdout
    assert "report.xlsx; capexrisk report draws them again\n" in found.stdout


def test_what_is_not_compared_is_named(run):
    found = call("verify", "run", cwd=run)
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout == (
        "run: 32 of 32 chunks computed again\n"
        "not compared: figures, report.html, report.md, report.xlsx; capexrisk report draws them "
        "again\n"
        "equal to the bit, the tables as well\n"
    )
