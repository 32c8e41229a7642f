"""The ledger of a run: which chunks were added up, in which order."""

from __future__ import annotations

from typing import NamedTuple


class ChunkEntry(NamedTuple):
    """Ledger entry of a chunk that was added: which one, and the checksum of its totals."""

    replicate: int
    first_path: int
    paths: int
    checksum: int
