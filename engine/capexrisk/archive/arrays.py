"""File format for arrays that detects any changed byte.

It holds the SHA-256 of everything after it; a line of JSON that describes the content and lists
the arrays; then the bytes of each array in turn, compressed with LZ4.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from capexrisk.archive.atomic import write_atomically
from capexrisk.archive.untrusted import refuse_large

# Our own format, because no table format detects every flipped bit: Parquet has checksums for its
# pages but not for its footer, and takes four times as long to write a net's totals; Arrow IPC has
# none. Either would need a digest around it.
ARRAYS_FORMAT: Final = 1
CODEC: Final = "lz4"
# Bytes of all arrays: histograms take up to 2**27, the ledger of 10**12 paths 2**31.
LARGEST: Final = 2**32
LONGEST_HEAD: Final = 10_000
KINDS: Final = ("int64", "uint32", "float64")

Arrays = Mapping[str, NDArray[np.generic]]


def write_arrays(
    path: Path, arrays: Arrays, what: Mapping[str, Any], *, to_disk: bool = True
) -> None:
    """Write arrays atomically; `what` describes them and must be serialisable as JSON."""
    packed = [_packed(values) for values in arrays.values()]
    listed = [
        [name, values.dtype.name, values.shape, len(part)]
        for (name, values), part in zip(arrays.items(), packed, strict=True)
    ]
    head = {"arrays_format": ARRAYS_FORMAT, **what, "arrays": listed}
    line = json.dumps(head).encode("ascii") + b"\n"
    write_atomically(path, _checksum([line, *packed]) + b"\n", line, *packed, to_disk=to_disk)


def read_arrays(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[np.generic]]]:
    """Read a file that `write_arrays` wrote: its description and its arrays.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If any byte of it has changed, or it is not such a file.
    """
    refuse_large(path, LARGEST)
    checksum, _, rest = path.read_bytes().partition(b"\n")
    if checksum != _checksum([rest]):
        raise ValueError("was changed or cut off")
    line, _, body = rest.partition(b"\n")
    try:
        head = json.loads(line)
        if head.pop("arrays_format") != ARRAYS_FORMAT:
            raise ValueError("is of another format")
        arrays, begin, room = {}, 0, LARGEST
        for name, kind, shape, size in head.pop("arrays"):
            arrays[str(name)] = _unpacked(body[begin : begin + size], kind, shape, room)
            begin, room = begin + size, room - arrays[str(name)].nbytes
    except (
        TypeError,
        LookupError,
        AttributeError,
        OSError,
        OverflowError,
        RecursionError,
    ) as error:
        raise ValueError(f"is not a file of arrays ({error!s:.100})") from None
    return head, arrays


def read_head(path: Path) -> dict[str, Any]:
    """Read only the description at the head of a file of arrays.

    Raises
    ------
    OSError, ValueError
        If it cannot be read.
    """
    refuse_large(path, LARGEST)
    with path.open("rb") as file:
        file.readline(LONGEST_HEAD)
        try:
            return dict(json.loads(file.readline(LONGEST_HEAD)))
        except (TypeError, RecursionError):
            raise ValueError("is not a file of arrays") from None


def _packed(values: NDArray[np.generic]) -> bytes:
    if not values.size:
        return b""
    found: bytes = pa.compress(np.ascontiguousarray(values), codec=CODEC, asbytes=True)
    return found


def _unpacked(part: bytes, kind: str, shape: Iterable[int], room: int) -> NDArray[np.generic]:
    if kind not in KINDS:
        raise ValueError(f"has an array of {kind!s:.20}")
    values = np.prod([int(side) for side in shape], dtype=object)
    size = int(values) * np.dtype(kind).itemsize
    if not 0 <= size <= room:
        raise ValueError("has an array that is too large")
    data = pa.decompress(part, decompressed_size=size, codec=CODEC, asbytes=True) if size else b""
    return np.frombuffer(data, kind).reshape(shape)  # type: ignore[call-overload,no-any-return]


def _checksum(parts: Iterable[bytes]) -> bytes:
    found = hashlib.sha256()
    for part in parts:
        found.update(part)
    return found.hexdigest().encode("ascii")
