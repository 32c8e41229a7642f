"""Lossless serialisation of results for a network, in a seventh of the bytes."""

from __future__ import annotations

import io
import pickle
from typing import Any

import numpy as np
import pyarrow as pa

from capexrisk.estimate.totals import ChunkTotals

CODEC = "zstd"
# The integers of a chunk, and their types in memory.
INTEGERS = {
    "cells": np.int32,
    "cell_counts": np.int32,
    "nonzero": np.int64,
    "counts": np.int64,
    "joint": np.int64,
}
Parcel = tuple[int, bytes]  # size when unpacked, compressed bytes


class _Pickler(pickle.Pickler):
    def reducer_override(self, thing: Any) -> Any:
        return (_restored, (_compact(thing),)) if type(thing) is ChunkTotals else NotImplemented


def pack(results: list[Any]) -> Parcel:
    """Serialise results, with chunk totals in compact form."""
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=pickle.HIGHEST_PROTOCOL).dump(results)
    return buffer.tell(), pa.compress(buffer.getvalue(), codec=CODEC, asbytes=True)


def unpack(parcel: Parcel) -> list[Any]:
    """Deserialise results, identical to the bit."""
    size, packed = parcel
    results: list[Any] = pickle.loads(pa.decompress(packed, decompressed_size=size, codec=CODEC))
    return results


def _compact(totals: ChunkTotals) -> dict[str, Any]:
    """Fields in compact form: cells as differences, mostly 1, integers in the fewest bytes."""
    fields = dict(vars(totals))
    fields["cells"] = np.diff(totals.cells, prepend=np.int32(0))
    for name in INTEGERS:
        least = np.min_scalar_type(int(fields[name].max(initial=0)))
        fields[name] = fields[name].astype(least)
    return fields


def _restored(fields: dict[str, Any]) -> ChunkTotals:
    fields["cells"] = np.cumsum(fields["cells"], dtype=np.int32)
    for name, kind in INTEGERS.items():
        fields[name] = fields[name].astype(kind)
    return ChunkTotals(**fields)
