"""docs/manifest.md names each field that is written, and none that is not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from capexrisk.archive.results import MANIFEST, TABLES
from capexrisk.study.simulation import simulate
from tests.unit.scenarios import small_scenario

PAGE = Path(__file__).parents[3] / "docs" / "manifest.md"
OLD = Path(__file__).parent / "old"
# What stands below these is described elsewhere: MODEL.md, and the files of the run.
WHOLE = ("scenario.model", "files")


def documented() -> dict[str, bool]:
    """Fields of the page's table, and whether earlier runs may lack them."""
    table = PAGE.read_text("utf-8").split("\n| field |")[1].split("\n\n")[0]
    rows = [line.split("|")[1:3] for line in table.splitlines()[2:]]
    return {name: "+" in mark for names, mark in rows for name in re.findall(r"`(.+?)`", names)}


def written(part: Any, at: str = "") -> Iterator[str]:
    """Fields of a manifest; those of a list's parts once."""
    if at in WHOLE or not isinstance(part, dict | list):
        yield at
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from written(value, f"{at}.{key}" if at else key)
    else:
        yield at
        for inner in part:
            if isinstance(inner, dict):
                yield from written(inner, f"{at}[]")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> dict[str, Any]:
    """As a run writes it, with a target, and a path in quarantine."""
    folder = tmp_path_factory.mktemp("run")
    scenario = small_scenario(quarters=1, issuers=["CoreWeave"])
    run = simulate(scenario, paths=64, targets="free_cash_flow/CoreWeave/2026Q3: rel 50%")
    run.manifest["run"]["quarantine"] = [{"path": 0, "quarter": "2026Q3"}]
    run.write(folder)
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    assert manifest["run"]["targets"] and set(manifest["files"]) == set(TABLES)
    return manifest


def test_the_page_lists_what_is_written_and_nothing_else(fresh):
    assert set(documented()) == set(written(fresh))


def test_the_mark_says_what_earlier_runs_lack():
    marks = documented()
    old = [set(written(json.loads(path.read_text("utf-8")))) for path in OLD.glob("*/" + MANIFEST)]
    assert len(old) == 3
    for name, later in marks.items():
        if "[]" not in name:  # the list may be empty
            assert later is any(name not in fields for fields in old), name


def test_the_page_lists_every_file():
    table = PAGE.read_text("utf-8").split("\n| file |")[1].split("\n\n")[0]
    named = set(re.findall(r"`([a-z]+\.(?:csv|parquet|json))`", table))
    assert named == {*TABLES, MANIFEST}
