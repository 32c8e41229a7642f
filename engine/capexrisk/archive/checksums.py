"""Checksums of the files listed in a manifest, and which of them no longer match."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from capexrisk.archive.manifest import ChunksRecord
from capexrisk.archive.untrusted import LARGEST_TABLE, refuse_large
from capexrisk.errors import ResultsError
from capexrisk.estimate.ledger import ChunkEntry

if TYPE_CHECKING:
    import pandas as pd


def record_of_chunks(chunks: ArrayLike) -> ChunksRecord:
    """Digest of a list of chunks, as the manifest holds it.

    Parameters
    ----------
    chunks : array_like, shape (chunks, 4)
        replicate, first_path, paths, checksum.
    """
    rows = np.asarray(chunks, dtype="<i8")
    return ChunksRecord(count=len(rows), sha256=hashlib.sha256(rows.tobytes()).hexdigest())


def refuse_other_record(path: Path, chunks: pd.DataFrame, recorded: ChunksRecord) -> None:
    """Refuse a list of chunks whose digest differs from the manifest's.

    Raises
    ------
    ResultsError
    """
    if record_of_chunks(chunks[list(ChunkEntry._fields)].to_numpy()) != recorded:
        raise ResultsError(f"{path}: was changed since the run wrote it; run again")


def file_checksums(directory: Path, names: Iterable[str]) -> dict[str, str]:
    """SHA-256, in hexadecimal, of each of these files that exists."""
    return {name: _sha256(directory / name) for name in names if (directory / name).exists()}


def changed_files(directory: Path, recorded: Mapping[str, str]) -> dict[str, str]:
    """Files that no longer match a manifest's checksums, and why.

    Returns
    -------
    dict
        Name to "is missing" or "was changed since the run wrote it".
    """
    found = {}
    for name, checksum in recorded.items():
        try:
            refuse_large(directory / name, LARGEST_TABLE)
            same = _sha256(directory / name) == checksum
        except FileNotFoundError:
            found[name] = "is missing"
            continue
        except (OSError, ValueError):  # a folder, a pipe, or larger than any table
            same = False
        if not same:
            found[name] = "was changed since the run wrote it"
    return found


def uncompared(directory: Path, recorded: Mapping[str, str], others: Iterable[str]) -> list[str]:
    """Names in a run's directory that no checksum covers, but for `others`.

    In a folder of which files are recorded every other file is named.
    """
    folders = {name.partition("/")[0] for name in recorded if "/" in name}
    known = {*recorded, *folders, *others}
    places = [directory, *(directory / name for name in folders if (directory / name).is_dir())]
    found = (entry for place in places for entry in place.iterdir())
    names = (entry.relative_to(directory).as_posix() for entry in found)
    return sorted(name for name in names if name not in known)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
