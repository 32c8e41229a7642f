"""Reading a row of a table as a record: each number where an equation names it.

An equation is given all parameters of an issuer or of the market, and uses a few. As a named tuple
they would be passed one by one, and packed and unpacked in every call of every function. As a row
they are one pointer, and a quarter less time goes into compiling.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import datamodel
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, register_model
from numpy.typing import NDArray


class Row(types.Type):
    """Type of a row: its attributes are the fields of a named tuple, one number after another.

    A field is a float or a tuple; `Annotated` gives a tuple of any length its length.
    """

    def __init__(self, record: type) -> None:
        super().__init__(name=f"row of {record.__name__}")
        self.record = record
        self.fields: dict[str, tuple[int, Any]] = {}  # the first number's place, and the type
        self.size = 0
        for field, hint in get_type_hints(record, include_extras=True).items():
            kind, size = _kind_and_size(hint)
            self.fields[field] = self.size, kind
            self.size += size

    @property
    def key(self) -> type:
        """What makes two rows of one type."""
        return self.record


def _kind_and_size(hint: Any) -> tuple[Any, int]:
    if hint is float:
        return types.float64, 1
    length = len(get_args(hint))
    if get_origin(hint) is Annotated:
        hint, length = get_args(hint)
    kind, size = _kind_and_size(get_args(hint)[0])
    return types.UniTuple(kind, length), length * size


@register_model(Row)
class _RowModel(datamodel.models.PrimitiveModel):
    def __init__(self, manager: Any, row: Row) -> None:
        super().__init__(manager, row, ir.ArrayType(ir.DoubleType(), row.size).as_pointer())


@infer_getattr
class _Fields(AttributeTemplate):
    key = Row

    def generic_resolve(self, row: Row, field: str) -> Any:  # type: ignore[override]
        return row.fields[field][1] if field in row.fields else None


@lower_getattr_generic(Row)
def _load(context: Any, builder: Any, row: Row, pointer: Any, field: str) -> Any:
    place, kind = row.fields[field]
    number = builder.gep(pointer, [context.get_constant(types.intp, n) for n in (0, place)])
    value = builder.load(builder.bitcast(number, context.get_value_type(kind).as_pointer()))
    value.set_metadata("invariant.load", builder.module.add_metadata([]))
    return value


def record_reader(record: type) -> Any:
    """Make a compiled function (table, i) -> row, table a C-ordered (n, numbers) array.

    The row has the record's fields as attributes. Compiled code that has read a row takes it that
    nobody writes to the table.
    """
    row = Row(record)

    @intrinsic
    def read(typing_context: Any, table: Any, i: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            array = context.make_array(signature.args[0])(context, builder, args[0])
            return builder.gep(builder.bitcast(array.data, context.get_value_type(row)), [args[1]])

        return row(types.Array(types.float64, 2, "C"), types.intp), generate

    return read


def table_of(record: tuple[Any, ...]) -> NDArray[np.float64]:
    """The table of one row, a record's, as `record_reader` takes it.

    Raises
    ------
    ValueError
        If a tuple in it has not the length that its field says.
    """
    numbers = list(_numbers(record))
    refuse_other_width(len(numbers), type(record))
    return np.array([numbers])


def refuse_other_width(columns: int, record: type) -> None:
    """Refuse a table of another number of columns: compiled code would read beyond its rows.

    Raises
    ------
    ValueError
    """
    if columns != (size := _size_of(record)):
        raise ValueError(f"{record.__name__}: has {columns} numbers; compiled code reads {size}")


@cache
def _size_of(record: type) -> int:
    return Row(record).size


def _numbers(values: tuple[Any, ...]) -> Iterator[float]:
    for value in values:
        if isinstance(value, tuple):
            yield from _numbers(value)
        else:
            yield value
