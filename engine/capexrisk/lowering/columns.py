"""Functions of numbers, and of columns of numbers: one for each of several scenarios at once.

To the bit the same number by number: where numpy's functions of arrays round differently from
Python's of a number, Python's is taken, entry by entry.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from capexrisk.scenario.opening import Functions

__all__ = [
    "COLUMNS",
    "cases",
    "exp",
    "expm1",
    "larger",
    "lifted",
    "log",
    "number",
    "power",
    "sqrt",
    "tables",
    "total",
]


def lifted(function: Callable[..., float]) -> Callable[..., Any]:
    """A function of numbers, for columns as well: entry by entry."""

    def of_columns(*arguments: Any) -> Any:
        if not any(isinstance(argument, np.ndarray) for argument in arguments):
            return function(*arguments)
        rows = zip(
            *(
                argument.tolist() if isinstance(argument, np.ndarray) else repeat(argument)
                for argument in arguments
            ),
            strict=False,  # numbers are repeated without end
        )
        return np.array([function(*row) for row in rows])

    return of_columns


exp = lifted(math.exp)
log = lifted(math.log)
sqrt = lifted(math.sqrt)
power = lifted(operator.pow)
_sum = lifted(lambda *numbers: math.fsum(numbers))


def total(values: Iterable[Any]) -> Any:
    """Sum, rounded once: that of `sum` depends on the version of Python."""
    return _sum(*values)


def expm1(x: Any) -> Any:
    """exp(x) - 1, numpy's."""
    return np.expm1(x) if isinstance(x, np.ndarray) else float(np.expm1(x))


def larger(a: Any, b: Any) -> Any:
    """The larger of two; `a` if they are equal."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.where(b > a, b, a)
    return max(a, b)


def smaller(a: Any, b: Any) -> Any:
    """The smaller of two; `a` if they are equal."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.where(b < a, b, a)
    return min(a, b)


COLUMNS: Final = Functions(exp, power, larger, smaller, total)


def number(value: Any) -> Any:
    """A whole number or a truth as a float; a column as it is."""
    return value if isinstance(value, np.ndarray) else float(value)


def tables(rows: Sequence[Sequence[Any]], points: int) -> NDArray[np.float64]:
    """Numbers and columns in rows as a table of each case, (points, rows, numbers of a row)."""
    found = np.empty((points, len(rows), len(rows[0])))
    for index, row in enumerate(rows):
        if any(isinstance(value, np.ndarray) for value in row):
            for column, value in enumerate(row):
                found[:, index, column] = value
        else:
            found[:, index] = row
    return found


def cases(value: Any, points: int) -> list[Any]:
    """The value of each case: of a number or a column, or a tuple of them and of tuples."""
    if isinstance(value, tuple):
        return list(zip(*(cases(part, points) for part in value), strict=True))
    return value.tolist() if isinstance(value, np.ndarray) else [value] * points
