"""Every file of a run directory, spoilt: one clear line, or what was written; nothing outside."""

from __future__ import annotations

import json
import os
import shutil
import tracemalloc
from functools import reduce
from operator import getitem
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from capexrisk.archive.results import (
    CHUNKS,
    DISTRIBUTIONS,
    MANIFEST,
    REPLICATES,
    SUMMARY_PARQUET,
    Results,
    load_results,
)
from capexrisk.archive.tables import replicate_table
from capexrisk.report.files.markdown import markdown
from capexrisk.report.files.run_page import render
from capexrisk.report.files.workbook import write_workbook
from capexrisk.report.files.write import write_report_files
from capexrisk.report.plots.drawing import Drawing
from capexrisk.report.plots.figures import RunFigures, draw_figures
from tests.cli.command import call, listing
from tests.hostile import stored

# A quick run tries a few, the slow tests many more of another seed, `python -m tests.hostile.runs`
# 40,000.
FEW_AND_MANY = [(100, 8), pytest.param(600, 9, marks=pytest.mark.slow)]
MOST_MEMORY = 200 * 2**20
SCRIPT = "<script>alert(1)</script>"  # instead of every text


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Results]:
    """A run that stays as it is."""
    directory = tmp_path_factory.mktemp("whole") / "run"
    return directory, stored.write_run(directory)


@pytest.fixture
def run(whole: tuple[Path, Results], tmp_path: Path) -> Path:
    """A copy of it, to spoil."""
    return shutil.copytree(whole[0], tmp_path / "run")


@pytest.fixture(scope="module")
def drawings(whole: tuple[Path, Results]) -> list[Drawing]:
    return draw_figures(whole[1])


def refused(directory: Path) -> str:
    found = stored.read(directory)
    assert isinstance(found, str)
    return found


@pytest.mark.parametrize(("count", "seed"), FEW_AND_MANY)
def test_bytes_of_every_file(whole, run, count, seed):
    """Noise is refused, or does not matter: check sums find what is no longer as it was written."""
    random, outcomes = Random(seed), set()
    for _ in range(count):
        outcomes.add(stored.spoil_bytes(run, whole[1], random))
    assert outcomes == {"refused", "the same"}


def test_one_flipped_bit_of_a_figure_is_seen(whole, run):
    """A figure of the middle, where nothing else would notice."""
    content = (run / SUMMARY_PARQUET).read_bytes()
    value = whole[1].summary["value"].to_numpy()
    at = content.find(np.float64(value[len(value) // 2]).tobytes())
    if at < 0:  # packed: any byte of the pages will do
        at = len(content) // 3
    (run / SUMMARY_PARQUET).write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    assert "summary.parquet: cannot be read (" in refused(run)


@pytest.mark.parametrize("name", stored.FILES)
def test_a_file_of_another_kind(run, name):
    for other in {*stored.FILES} - {name}:
        shutil.copyfile(run / other, run / "other")
        (run / name).rename(run / "kept")
        (run / "other").rename(run / name)
        refused(run)
        (run / "kept").replace(run / name)
    (run / name).write_bytes(b"")
    assert str(run / name) in refused(run)
    (run / name).unlink()
    (run / name).mkdir()
    assert str(run / name) in refused(run)
    (run / name).rmdir()
    os.mkfifo(run / name)  # whoever opened it would wait for ever
    assert "not a regular file" in refused(run)


@pytest.mark.parametrize("name", stored.FILES)
def test_a_file_of_two_gigabytes_is_not_read(run, name):
    with (run / name).open("wb") as file:
        file.truncate(2**31)
    tracemalloc.start()
    assert "larger than" in refused(run)
    assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    tracemalloc.stop()


@pytest.mark.parametrize("deep", [1_000, 10_000, 1_000_000])
def test_a_manifest_without_a_bottom(run, deep):
    for head, inner, foot in (
        ("", "[", "]"),
        ('{"format_version": 3, "kind": "run", "a": ', '{"a":', "}"),
    ):
        text = head + inner * deep + "0" + foot * deep + ("}" if head else "")
        (run / MANIFEST).write_text(text, "utf-8")
        assert refused(run).endswith("run again")


def test_names_that_are_no_names(run):
    """Files and labels are named after issuers and scenarios."""
    manifest = json.loads((run / MANIFEST).read_text("utf-8"))
    for name in stored.NAMES:
        for at in (("scenario", "issuers", 0, "name"), ("scenario", "name")):
            stored.put(run, stored.replaced(manifest, at, name))
            assert refused(run).startswith(f"{run / MANIFEST}: ")


@pytest.mark.parametrize(
    ("step", "values", "seed"), [(2, 1, 4), pytest.param(1, 3, 5, marks=pytest.mark.slow)]
)
def test_every_place_of_a_manifest(run, drawings, tmp_path, step, values, seed):
    """Anything instead, or nothing: what is read can be reported, and is text in the page."""
    manifest = json.loads((run / MANIFEST).read_text("utf-8"))
    outside = tmp_path / "outside"
    outside.mkdir()
    random, count = Random(seed), 0
    for at in list(stored.leaves(manifest))[::step]:
        instead = random.sample(stored.INSTEAD, values)
        if isinstance(reduce(getitem, at, manifest), str):
            instead.append(SCRIPT)
        for value in instead:
            stored.put(run, stored.replaced(manifest, at, value))
            whole = value == SCRIPT or count % 10 == 0
            count += use(stored.read(run), drawings, outside, whole)
        stored.put(run, stored.without(manifest, at))
        count += use(stored.read(run), drawings, outside, count % 10 == 0)
    assert count > 30


def use(found: Results | str, drawings: list[Drawing], folder: Path, whole: bool) -> int:
    """Read what a report reads of a run that could be loaded; make all of the report, or not."""
    if isinstance(found, str):
        return 0
    repr(found), found.targets, found.quarantine_note
    if whole:
        assert "\x1b" not in markdown(found)
        write_workbook(found, folder)
        page = render(found, drawings)
        assert "<script>alert" not in page and 'href="javascript' not in page
    return 1


@pytest.mark.parametrize("name", [SUMMARY_PARQUET, DISTRIBUTIONS])
def test_other_columns_kinds_labels_and_numbers(whole, run, name):
    table = pd.read_parquet(run / name)
    mattering = {"half the rows", "no rows"}  # a table may be shorter; a report may lack something
    for what, spoilt in stored.spoilt_tables(table).items():
        spoilt.to_parquet(run / name, index=False)
        keyed = name == SUMMARY_PARQUET and "metric" in spoilt
        summary = spoilt if keyed else whole[1].summary
        replicates = replicate_table(summary, np.zeros((len(summary), 2)))
        replicates.to_parquet(run / REPLICATES, index=False)
        found = stored.read(run)
        assert isinstance(found, str) != (what in mattering), what


def test_a_small_file_of_millions_of_rows(run):
    """Packed, a column of one value is next to nothing."""
    batch = pa.table({"issuer": pa.array(["system"] * 1_000_000).dictionary_encode()})
    with pq.ParquetWriter(run / SUMMARY_PARQUET, batch.schema, compression="zstd") as writer:
        for _ in range(5):
            writer.write_table(batch)
    assert (run / SUMMARY_PARQUET).stat().st_size < 20_000
    assert "5,000,000 rows" in refused(run)


def test_links_do_not_lead_a_report_outside(run, tmp_path):
    mine = tmp_path / "mine"
    mine.write_text("precious")
    for name in ("report.html", "report.md", "report.xlsx", "figures", "figures/survival.svg"):
        link = run / name
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(mine)
        before = listing(tmp_path)
        found = call("report", "run", cwd=tmp_path)
        assert (found.returncode, found.stdout) == (2, "")
        assert found.stderr == (
            f"capexrisk: run/{name}: is a link, and a report may not lead elsewhere; remove it\n"
        )
        assert listing(tmp_path) == before and mine.read_text() == "precious"
        link.unlink()


COMMANDS: dict[str, tuple[Any, str]] = {
    "a name that leads out": (
        lambda m: stored.replaced(m, ("scenario", "issuers", 0, "name"), "../../x"),
        "run/manifest.json: scenario.issuers[0].name: an issuer's name may not contain '/'; ",
    ),
    "a list for a word": (
        lambda m: stored.replaced(m, ("scenario", "name"), ["x"]),
        "run/manifest.json: scenario.name: ['x']: Input should be a valid string; run again",
    ),
    "a key less": (
        lambda m: stored.without(m, ("run", "seed")),
        "run/manifest.json: run.seed: missing; run again",
    ),
}


@pytest.mark.parametrize("what", COMMANDS)
def test_commands_say_one_line(run, what):
    spoil, message = COMMANDS[what]
    stored.put(run, spoil(json.loads((run / MANIFEST).read_text("utf-8"))))
    before = listing(run.parent)
    verbs = (("report", "run"), ("compare", "run", "anchor-loss", "--out", "out"))
    for verb in (*verbs, ("verify", "run"), ("replay", "run", "--path", "0")):
        found = call(*verb, cwd=run.parent)
        assert (found.returncode, found.stdout) == (2, "")
        assert found.stderr.startswith(f"capexrisk: {message}")
        assert found.stderr.count("\n") == 1
    listed = call("runs", ".", cwd=run.parent)
    assert listed.returncode == 0 and "cannot be read" in listed.stdout
    assert listing(run.parent) == before


@pytest.mark.parametrize("column", ["replicate", "first_path", "paths"])
@pytest.mark.parametrize("value", [-1, 2**50])
def test_chunks_that_no_run_has(run, column, value):
    """A chunk of a quadrillion paths would be computed again."""
    chunks = pd.read_parquet(run / CHUNKS)
    assert not isinstance(stored.read(run), str)
    chunks.loc[0, column] = value
    chunks.to_parquet(run / CHUNKS, index=False)
    assert "chunks.parquet: its chunks are not those of 256 paths; run again" in refused(run)


def test_a_report_of_half_a_table_is_one_line(run):
    table = pd.read_parquet(run / SUMMARY_PARQUET)
    table.iloc[::2].to_parquet(run / SUMMARY_PARQUET, index=False)
    (run / REPLICATES).unlink()
    manifest = json.loads((run / MANIFEST).read_text("utf-8"))
    stored.put(run, stored.without(manifest, ("files", REPLICATES)))
    found = call("report", "run", cwd=run.parent)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith("capexrisk: run: its tables lack what a report shows (")
    assert found.stderr.count("\n") == 1


def test_a_file_where_the_figures_should_be(run):
    (run / "figures").touch()
    found = call("report", "run", cwd=run.parent)
    assert (found.returncode, found.stdout) == (1, "")
    said = "a file is in the way, where a folder should be; move it away"
    assert found.stderr == f"capexrisk: run/figures: {said}\n"


def test_a_whole_run_is_reported_and_stays_inside(run, tmp_path):
    page = write_report_files(load_results(run), RunFigures(run))
    assert page.parent == run
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
