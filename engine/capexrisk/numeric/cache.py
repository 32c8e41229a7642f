"""Files of the compile cache, sealed: one that was damaged is a miss, and never served."""

from __future__ import annotations

import hashlib
import pickle
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import numba
from numba.core import caching

__all__ = ["SealedFile", "damaged_files"]

SEAL = hashlib.sha256().digest_size


class _Damaged(Exception):
    """What was read is not what was written."""


class SealedFile(caching.IndexDataCacheFile):
    """Index and code of a cached function, each behind its SHA-256.

    numba unpickles what it finds. After a power cut that may be an empty file, which would end
    every later run, or a page of zeros among the code.

    Parameters
    ----------
    folder : str
    base : str
        Beginning of the names of its files.
    stamp : bytes
        Digest of the sources. An index of other sources may name modules that are gone, so its
        first line says whose it is.
    """

    def __init__(self, folder: str, base: str, stamp: bytes) -> None:
        super().__init__(folder, base, stamp)
        self._head = f"{numba.__version__} {stamp.hex()}\n".encode()

    def save(self, key: Any, data: Any) -> None:
        """Keep compiled code if there is room for it."""
        try:
            super().save(key, data)
        except OSError as error:
            warnings.warn(
                f"{self._cache_path}: compiled code cannot be kept there ({error.strerror}); "
                "the next process compiles anew",
                stacklevel=2,
            )

    def damaged(self) -> list[str]:
        """Names of its files that are damaged."""
        try:
            names = sorted(self._index().values())
        except _Damaged:
            return [self._index_name]
        return [name for name in names if self._is_damaged(name)]

    def _is_damaged(self, name: str) -> bool:
        try:
            self._data(name)
        except _Damaged:
            return True
        return False

    def _load_index(self) -> dict[Any, str]:
        try:
            return self._index()
        except _Damaged:
            with suppress(OSError):  # it is read again when the index is saved
                Path(self._index_path).unlink()
            _tell(self._index_path)
            return {}

    def _load_data(self, name: str) -> Any:
        try:
            return self._data(name)
        except _Damaged:
            _tell(self._data_path(name))
            return None

    def _index(self) -> dict[Any, str]:
        content = _content(self._index_path)
        if content is None:
            return {}
        if not content.startswith(self._head):
            if self._head.startswith(content):  # nothing, or not even the first line
                raise _Damaged
            return {}
        index: dict[Any, str] = _opened(content.removeprefix(self._head))
        return index

    def _data(self, name: str) -> Any:
        content = _content(self._data_path(name))
        return None if content is None else _opened(content)

    def _save_index(self, overloads: dict[Any, str]) -> None:
        with self._open_for_write(self._index_path) as file:
            file.write(self._head + self._dump(overloads))

    def _dump(self, content: Any) -> bytes:
        data: bytes = super()._dump(content)
        return hashlib.sha256(data).digest() + data


def damaged_files(folder: str, stamp: bytes) -> list[str]:
    """Names of the damaged files in a folder of the cache, of these sources."""
    bases = sorted(path.stem for path in Path(folder).glob("*.nbi"))
    return [name for base in bases for name in SealedFile(folder, base, stamp).damaged()]


def _content(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        raise _Damaged from None


def _opened(sealed: bytes) -> Any:
    data = sealed[SEAL:]
    if hashlib.sha256(data).digest() != sealed[:SEAL]:
        raise _Damaged
    return pickle.loads(data)


def _tell(path: str) -> None:
    warnings.warn(f"{path}: was damaged; what it held is compiled anew", stacklevel=2)
