"""A small run on disk, ways to spoil its files, and what must come of reading it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd

from capexrisk.archive.manifest import sha256_of
from capexrisk.archive.results import (
    CHUNKS,
    DISTRIBUTIONS,
    MANIFEST,
    REPLICATES,
    SUMMARY_PARQUET,
    Results,
    load_results,
)
from capexrisk.errors import ResultsError
from capexrisk.study.simulation import simulate
from tests.unit.scenarios import small_scenario

FILES = (MANIFEST, SUMMARY_PARQUET, DISTRIBUTIONS, REPLICATES, CHUNKS)
TABLES = FILES[1:]
LONGEST_LINE = 2_000
NAMES = (
    *("../../x", "..", "/etc/passwd", "a/b", "a\\b", "<script>alert(1)</script>", "a\x00b"),
    *("", " ", "-x", "x" * 10_000_000, "\u202ex", "\ud800", ["x"], None, 7, {"a": 1}),
)
Manifest = dict[str, Any]
Spoiler = Callable[[bytes, Random], bytes]

# What may stand where a manifest has a name, a number, a list or a table.
INSTEAD: tuple[Any, ...] = (
    *(None, True, -1, 0, 1.5, 10**400, 1e308, [], {}, [[]], {"a": {"b": []}}, ["x"] * 3),
    *("", "x", "../../x", "/etc/passwd", "..", "<script>alert(1)</script>", "a\x00b", "\ud800"),
    *("x" * 10_000_000, "javascript:alert(1)", "\x1b[2J", "=cmd|' /C calc'!A0", "\u202e", "\n"),
)


def write_run(directory: Path) -> Results:
    """A run of two issuers over two quarters with all four files."""
    directory.mkdir(parents=True, exist_ok=True)
    scenario = small_scenario(quarters=2, issuers=("Oracle", "CoreWeave"))
    results = simulate(scenario, paths=256, seed=1, n_jobs=1)
    results.write(directory)
    return results


def read(directory: Path) -> Results | str:
    """The run, or the one line in which it is refused; anything else is a defect."""
    try:
        return load_results(directory)
    except ResultsError as error:
        line = str(error)
        assert line.isprintable() and len(line) < LONGEST_LINE, line[:300]
        assert line.startswith(str(directory)), line
        return line


def same(first: Results, second: Results) -> bool:
    """Whether all tables hold the same bits."""
    frames = (
        (first.summary, second.summary),
        (first.distributions, second.distributions),
        (first.chunks, second.chunks),
        (pd.DataFrame(first.replicates), pd.DataFrame(second.replicates)),
    )
    return all(one.equals(other) for one, other in frames)


def flip(content: bytes, random: Random) -> bytes:
    """One bit is another."""
    at = random.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << random.randrange(8)]) + content[at + 1 :]


def cut(content: bytes, random: Random) -> bytes:
    """The end is missing."""
    return content[: random.randrange(len(content))]


def drop(content: bytes, random: Random) -> bytes:
    """A piece in the middle is missing."""
    at = random.randrange(len(content))
    return content[:at] + content[at + random.randrange(1, 64) :]


def scramble(content: bytes, random: Random) -> bytes:
    """A piece in the middle is noise."""
    at, length = random.randrange(len(content)), random.randrange(1, 64)
    return content[:at] + random.randbytes(length) + content[at + length :]


def extend(content: bytes, random: Random) -> bytes:
    """Noise stands behind it, or the whole twice."""
    return content + random.choice([random.randbytes(40), content, b"\0" * 1000])


SPOILERS: tuple[Spoiler, ...] = (flip, cut, drop, scramble, extend)


def leaves(part: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a manifest; of a long list only the first three."""
    if at:
        yield at
    inner = part.items() if isinstance(part, dict) else ()
    inner = enumerate(part[:3]) if isinstance(part, list) else inner
    for key, value in inner:
        yield from leaves(value, (*at, key))


def replaced(manifest: Manifest, at: tuple[str | int, ...], value: Any) -> Manifest:
    """The manifest with something else in one place."""
    changed = copy.deepcopy(manifest)
    part: Any = changed
    for key in at[:-1]:
        part = part[key]
    part[at[-1]] = value
    return changed


def without(manifest: Manifest, at: tuple[str | int, ...]) -> Manifest:
    """The manifest with one place less."""
    changed = copy.deepcopy(manifest)
    part: Any = changed
    for key in at[:-1]:
        part = part[key]
    del part[at[-1]]
    return changed


def put(directory: Path, manifest: Manifest) -> None:
    """Write a manifest as it may never have been written, with the check sum that it would have."""
    rest = {name: part for name, part in manifest.items() if name != "sha256"}
    manifest = rest | {"sha256": sha256_of(rest)}
    (directory / MANIFEST).write_text(json.dumps(manifest), "utf-8")


def spoilt_tables(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The table with other columns, kinds, labels and sizes."""
    count = "n" if "n" in table else "count"
    number = "value" if "value" in table else "lower"
    return {
        "no column": table.drop(columns="metric"),
        "no rows": table.iloc[:0],
        "half the rows": table.iloc[::2],
        "other names": table.rename(columns={number: "worth"}),
        "a column twice over": table.assign(issuer=table["metric"]),
        "numbers as text": table.assign(**{number: table[number].astype(str)}),
        "text as numbers": table.assign(issuer=1.5),
        "counts as numbers": table.assign(**{count: table[count].astype(float)}),
        "counts below nothing": table.assign(**{count: -1}),
        "empty labels": table.assign(issuer=table["issuer"].where(table.index > 0)),
        "another issuer": table.replace({"issuer": {"Oracle": "../../x"}}),
        "another period": table.replace({"period": {"horizon": "<script>"}}),
        "endless labels": table.assign(metric="x" * 1_000_000),
        "infinite numbers": table.assign(**{number: np.inf}),
        "no numbers": table.assign(**{number: np.nan}),
        "huge numbers": table.assign(**{number: 1e308}),
        "rows twice": pd.concat([table, table], ignore_index=True),
    }


def spoil_bytes(directory: Path, whole: Results, random: Random) -> str:
    """Put noise into one file, read the run, and put the file back: what came of it.

    A manifest has no check sum: a letter of a title may be another.
    """
    name, spoil = random.choice(FILES), random.choice(SPOILERS)
    content = (directory / name).read_bytes()
    (directory / name).write_bytes(spoil(content, random))
    found = read(directory)
    (directory / name).write_bytes(content)
    if isinstance(found, str):
        return "refused"
    return "the same" if same(found, whole) else f"{name}: other figures"
