"""Rows of doubles in one piece of memory, as compiled loops take them: a pointer to the first.

An array is seven numbers in compiled code, and an index of it twenty instructions, for it may be
negative. A pointer is one number, an index of it two instructions.
"""

from __future__ import annotations

import operator
from typing import Any

from numba import types
from numba.core import datamodel
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, register_model


class Rows(types.Type):
    """Type of rows: indexed by whole numbers from 0 on, without a check."""

    def __init__(self) -> None:
        super().__init__(name="rows")


ROWS = Rows()


@register_model(Rows)
class _RowsModel(datamodel.models.PrimitiveModel):
    def __init__(self, manager: Any, rows: Rows) -> None:
        super().__init__(manager, rows, manager[types.CPointer(types.float64)].get_value_type())


@infer_global(operator.getitem)
class _Get(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        rows, index = args
        if isinstance(rows, Rows) and isinstance(index, types.Integer):
            return signature(types.float64, rows, types.intp)
        return None


@infer_global(operator.setitem)
class _Set(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        rows, index, _ = args
        if isinstance(rows, Rows) and isinstance(index, types.Integer):
            return signature(types.none, rows, types.intp, types.float64)
        return None


@lower_builtin(operator.getitem, Rows, types.Integer)
def _load(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    rows, index = args
    return builder.load(builder.gep(rows, [index], inbounds=True))


@lower_builtin(operator.setitem, Rows, types.Integer, types.Float)
def _store(context: Any, builder: Any, signature: Any, args: Any) -> None:
    rows, index, value = args
    builder.store(value, builder.gep(rows, [index], inbounds=True))


@intrinsic
def rows_from(typing_context: Any, memory: Any, begin: Any) -> Any:
    """Rows that begin at an index of an array of doubles, or of other rows."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        first, begin = args
        if isinstance(memory, types.Array):
            first = context.make_array(memory)(context, builder, first).data
        return builder.gep(first, [begin], inbounds=True)

    if memory not in (ROWS, types.Array(types.float64, 1, "C")):
        return None
    return ROWS(memory, types.intp), generate
