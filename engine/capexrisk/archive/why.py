"""What is left with a finished run of why: a Parquet file for each question and answer.

RUN/why/causes-funding_failure-Oracle-2028Q4.parquet is a tidy table; its record, which says what it
answers, of which scenario, by which code, stands as JSON in the file's own metadata. Table and
record are one file, so that they cannot part, and each is written whole or not at all. The run's
manifest does not list them: they come after it, and another answer replaces one of the same name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Annotated, Final, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import Field, StringConstraints

from capexrisk.archive.atomic import sync_folder, write_atomically
from capexrisk.archive.directory import MANIFEST, WHY, finished
from capexrisk.archive.manifest import (
    CodeRecord,
    Count,
    Manifest,
    ManifestRecord,
    Sha256,
    read_manifest,
    said,
)
from capexrisk.archive.tables import (
    COUNT,
    MOST_ROWS,
    NUMBER,
    TEXT,
    head_of,
    read_table,
    refuse_large_numbers,
)
from capexrisk.archive.untrusted import json_in
from capexrisk.code import questions_digest
from capexrisk.errors import ResultsError, RunDirectoryError
from capexrisk.scenario import digest_of_uncertainty

ENDING: Final = ".parquet"
KEY: Final = b"capexrisk"
MOST_FILES: Final = 500
LONGEST_FILE: Final = 200  # bytes of a name; of a longer one its digest
LONGEST_RECORD: Final = 2**16  # bytes
# Behind the columns of text, which each question has of its own.
NUMBERS: Final = ("value", "standard_error", "ci_low", "ci_high")

Question = Literal["causes", "sensitivity", "reverse"]


class WhyRecord(ManifestRecord):
    """What a table of this folder answers."""

    format_version: Literal[1] = said("1; another one is refused")
    question: Question = said("the command that answered it")
    about: Annotated[str, StringConstraints(max_length=400)] = said(
        "the event or estimate asked for, `metric/issuer/period`"
    )
    scenario_digest: Sha256 = said("as in the run's manifest")
    inputs_digest: Sha256 = said("SHA-256 of the scenario's table `[uncertainty]`")
    code: CodeRecord
    questions_digest: Sha256 | None = said(
        "SHA-256 of the code that answers questions; null in files that lack it", default=None
    )
    seed: Annotated[int, Field(ge=0, le=2**64 - 1)] = said("seed of all draws")
    paths: Count = said("that were simulated, 0 where each row has its own number", "paths")
    orders: Count = said("of mechanisms that were drawn, 0 where none was")


def record_of(
    question: Question,
    about: str,
    manifest: Manifest,
    *,
    seed: int,
    paths: int = 0,
    orders: int = 0,
) -> WhyRecord:
    """The record of an answer that belongs to a run, computed by the code at hand."""
    from capexrisk.archive.provenance import code_record  # late: with the compiler

    return WhyRecord(
        format_version=1,
        question=question,
        about=about,
        scenario_digest=manifest.scenario_digest,
        inputs_digest=digest_of_uncertainty(manifest.scenario),
        code=code_record(),
        questions_digest=questions_digest(),
        seed=seed,
        paths=paths,
        orders=orders,
    )


def leave(directory: Path, record: WhyRecord, table: pd.DataFrame) -> Path:
    """Write an answer into the folder ``why`` of a finished run; atomic.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ResultsError
        If the run is no longer there, or another one has taken its place.
    RunDirectoryError
        If the folder is a link, which may lead anywhere.
    OSError
        If nothing can be written there.
    """
    if not _belongs(record, read_manifest(directory / MANIFEST)):
        raise ResultsError(f"{directory}: another run has taken its place; ask again")
    refuse_link(directory)
    folder = directory / WHY
    folder.mkdir(exist_ok=True)
    path = folder / file_name(record.question, record.about)
    text = record.model_dump_json()
    table_with_record = pa.Table.from_pandas(table, preserve_index=False)
    table_with_record = table_with_record.replace_schema_metadata({KEY: text})
    written = BytesIO()
    pq.write_table(table_with_record, written, write_page_checksum=True)
    write_atomically(path, written.getvalue())
    sync_folder(folder)
    return path


def refuse_link(directory: Path) -> None:
    """Refuse a run whose folder ``why`` is a link, which may lead anywhere.

    Raises
    ------
    RunDirectoryError
    """
    if (directory / WHY).is_symlink():
        raise RunDirectoryError(f"{directory / WHY}: is a link, which may lead anywhere; remove it")


def files_left(directory: Path) -> list[Path]:
    """The files of a run's folder ``why``, sorted by name; none if there is no such folder.

    Raises
    ------
    ResultsError
        If there are more than anybody leaves.
    """
    found = sorted((directory / WHY).glob(f"*{ENDING}"))
    if len(found) > MOST_FILES:
        raise ResultsError(f"{directory / WHY}: holds more than {MOST_FILES} files; remove some")
    return found


def read_record(path: Path, manifest: Manifest) -> WhyRecord:
    """Read and validate the record of a file, which must be the run's.

    Raises
    ------
    ResultsError
        If it cannot be read, or belongs to another scenario.
    """
    with _another_mend():
        _, said = head_of(path)
    text = said.get(KEY)
    if text is None or len(text) > LONGEST_RECORD:
        raise ResultsError(f"{path}: has no record of what it answers; remove it")
    with _another_mend():
        record = json_in(path, text.decode("utf-8", "replace")).parse(WhyRecord)
    if not _belongs(record, manifest):
        raise ResultsError(f"{path}: is about another scenario than the run; remove it")
    return record


def read_answer(path: Path, texts: Sequence[str], issuers: Sequence[str]) -> pd.DataFrame:
    """Read the table of a file: columns of text, then `NUMBERS` and n.

    Raises
    ------
    ResultsError
        If it cannot be read, lacks a column, or names an issuer that the run does not have.
    """
    kinds = {**dict.fromkeys(texts, TEXT), **dict.fromkeys(NUMBERS, NUMBER), "n": COUNT}
    with _another_mend():
        table = read_table(path, kinds, MOST_ROWS["summary"])
        refuse_large_numbers(path, table)
    other = set(table["issuer"].unique()) - set(issuers)
    if other:
        raise ResultsError(f"{path}: issuer {min(other)!r} is not of this run; remove it")
    return table


@contextmanager
def _another_mend() -> Iterator[None]:
    """Say of a file that came after the run what mends it: no new run."""
    try:
        yield
    except ResultsError as error:
        problem = str(error).removesuffix("; run again")
        raise ResultsError(f"{problem}; remove the file, or ask its question again") from None


def _belongs(record: WhyRecord, manifest: Manifest) -> bool:
    """Whether an answer is about the scenario of a run."""
    own = (manifest.scenario_digest, digest_of_uncertainty(manifest.scenario))
    return (record.scenario_digest, record.inputs_digest) == own


def file_name(question: Question, about: str) -> str:
    """Name of the file of an answer; a hyphen in a name is doubled, so that no two are the same.

    >>> file_name("reverse", "failure_with:Amazon/Oracle/2028Q4")
    'reverse-failure_with-Amazon-Oracle-2028Q4.parquet'
    """
    parts = (part.replace("-", "--") for part in re.split("[/:]", about))
    name = "-".join((question, *parts))
    if len(name.encode()) > LONGEST_FILE:
        name = f"{question}-{hashlib.sha256(about.encode()).hexdigest()[:32]}"
    return name + ENDING


def key_of(question: Question, about: str) -> str:
    """Name of an answer's figures and of its part of a page: its file's without the ending."""
    return file_name(question, about).removesuffix(ENDING)


def shown_name(directory: Path) -> str:
    """How a text that others may read names a run: as it was given, without the machine's folders.

    >>> shown_name(Path("/home/me/runs/x.unfinished")), shown_name(Path("runs/x"))
    ('x', 'runs/x')
    """
    run = finished(directory)
    return run.name if run.is_absolute() else str(run)
