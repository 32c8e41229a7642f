"""Lossless serialisation of results for a network, in a fraction of the bytes."""

from __future__ import annotations

import io
import pickle
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from capexrisk.estimate.batch import BatchTotals

CODEC = "zstd"
Array = NDArray[Any]
Parcel = tuple[int, bytes]  # size when unpacked, compressed bytes


class _Pickler(pickle.Pickler):
    def reducer_override(self, thing: Any) -> Any:
        if type(thing) is BatchTotals:
            return _restored, (_compact(thing),)
        if type(thing) is np.ndarray and thing.dtype.kind in "iuf":
            return _from_planes, _to_planes(thing)
        return NotImplemented


def pack(result: Any) -> Parcel:
    """Serialise a result, with its arrays in compact form."""
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=pickle.HIGHEST_PROTOCOL).dump(result)
    return buffer.tell(), pa.compress(buffer.getvalue(), codec=CODEC, asbytes=True)


def unpack(parcel: Parcel) -> Any:
    """Deserialise a result, identical to the bit."""
    size, packed = parcel
    return pickle.loads(pa.decompress(packed, decompressed_size=size, codec=CODEC))


def _compact(totals: BatchTotals) -> dict[str, Any]:
    """Fields with cells as differences, which are mostly 1."""
    return {**vars(totals), "cells": np.diff(totals.cells, prepend=np.int32(0))}


def _restored(fields: dict[str, Any]) -> BatchTotals:
    return BatchTotals(**{**fields, "cells": np.cumsum(fields["cells"], dtype=np.int32)})


def _to_planes(values: Array) -> tuple[str, str, tuple[int, ...], bytes]:
    """Numbers in the fewest bytes; the first byte of all of them, then the second.

    The high bytes of numbers of one kind are alike, and so are compressed well side by side.
    """
    narrow = values
    if values.dtype.kind in "iu" and values.min(initial=0) >= 0:
        narrow = values.astype(np.min_scalar_type(int(values.max(initial=0))))
    planes = np.frombuffer(narrow.tobytes(), np.uint8).reshape(-1, narrow.itemsize).T
    return values.dtype.str, narrow.dtype.str, values.shape, planes.tobytes()


def _from_planes(kind: str, narrow: str, shape: tuple[int, ...], planes: bytes) -> Array:
    by_plane = np.frombuffer(planes, np.uint8).reshape(np.dtype(narrow).itemsize, -1)
    numbers = np.empty(by_plane.shape[::-1], np.uint8)
    for number, plane in enumerate(by_plane):  # in a fifth of the time of a transposed copy
        numbers[:, number] = plane
    values: Array = numbers.reshape(-1).view(narrow).astype(kind, copy=False).reshape(shape)
    return values
