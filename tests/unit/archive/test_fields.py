"""docs/manifest.md lists every field with its unit and meaning, as the records say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from capexrisk.archive.directory import MANIFEST
from capexrisk.archive.inputs import INPUT_TABLES
from capexrisk.archive.manifest import QuarantinedPath
from capexrisk.archive.results import TABLES
from capexrisk.study.simulation import simulate
from docs.fields import PAGE, RECORDS, page, table
from tests.unit.manifests import changed
from tests.unit.scenarios import small_scenario
from tests.unit.uncertain import uncertain

WHOLE = ("scenario", "versions", "files")  # what is in them has names of its own


def written(part: Any, at: str = "") -> Iterator[str]:
    """Fields of a manifest on disk; those of a list's parts once."""
    if at in WHOLE or not isinstance(part, dict | list):
        yield at
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from written(value, f"{at}.{key}" if at else key)
    else:
        yield at
        for inner in part:
            yield from written(inner, f"{at}[]")


def test_the_page_has_the_tables_of_now():
    text = PAGE.read_text("utf-8")
    assert page(text) == text, "run `make tables`"
    assert all(table(record) in text for record in RECORDS.values())


def test_the_table_has_every_field_that_is_written(tmp_path):
    """A run over the inputs with a target, and a path in quarantine."""
    scenario = uncertain(small_scenario(quarters=1, issuers=["CoreWeave"]))
    target = "free_cash_flow/CoreWeave/2026Q3: rel 50%"
    run = simulate(scenario, paths=64, targets=target, outer=32, inner=128)
    broken = (QuarantinedPath(path=0, quarter="2026Q3"),)
    changed(run, run={"quarantine": broken}).write(tmp_path)
    manifest = json.loads((tmp_path / MANIFEST).read_text("utf-8"))
    assert manifest["run"]["targets"] and set(manifest["files"]) == {*TABLES, *INPUT_TABLES}
    listed = re.findall(r"^\| `(.+?)` \|", table(RECORDS["run"]), re.MULTILINE)
    listed.remove("inputs")  # the record itself, which may be null
    assert listed == list(dict.fromkeys(written(manifest)))


def test_the_page_lists_every_file():
    files = PAGE.read_text("utf-8").split("\n| file |")[1].split("\n\n")[0]
    named = set(re.findall(r"`([a-z_]+\.(?:csv|parquet|json))`", files))
    assert named == {*TABLES, *INPUT_TABLES, MANIFEST}
