"""Equality and hash of records that hold tables and arrays: by content, to the bit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["ComparedByContent"]


class ComparedByContent:
    """A record that equals another of its type with the same content.

    Its subclasses are dataclasses with ``eq=False``: the comparison that `dataclass` writes asks a
    table whether it is true. Fields with ``compare=False`` are left out.
    """

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and _equal_fields(self, other)

    def __hash__(self) -> int:
        found = [getattr(self, name) for name in _compared(self)]
        return hash((type(self), *(one for one in found if isinstance(one, str | int))))


def _equal_fields(one: Any, other: Any) -> bool:
    return all(_equal(getattr(one, name), getattr(other, name)) for name in _compared(one))


def _compared(record: Any) -> list[str]:
    return [field.name for field in fields(record) if field.compare]


def _equal(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, pd.DataFrame):
        return bool(one.equals(other))
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(_equal, one, other))
    if is_dataclass(one):
        return _equal_fields(one, other)
    if isinstance(one, float):
        return one == other or (one != one and other != other)
    return bool(one == other)
