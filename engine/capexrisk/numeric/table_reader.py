"""Reading a row of a table as a named tuple of plain numbers."""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic


def record_reader(record: type) -> Any:
    """Make a compiled function (table, i) -> record, table a C-ordered (n, fields) array.

    It is one load per field, without loop or checks: the numbers land in registers, and LLVM drops
    the fields that the caller does not use. numba's own conversion from an array to a tuple costs a
    microsecond, as much as the loop over a block that needs it.
    """
    fields = len(record._fields)  # type: ignore[attr-defined]

    @intrinsic
    def read(typing_context: Any, table: Any, i: Any) -> Any:
        result = types.NamedUniTuple(types.float64, fields, record)

        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            array = context.make_array(signature.args[0])(context, builder, args[0])
            base = builder.mul(args[1], context.get_constant(types.intp, fields))
            values = [
                builder.load(
                    builder.gep(
                        array.data, [builder.add(base, context.get_constant(types.intp, field))]
                    )
                )
                for field in range(fields)
            ]
            return context.make_tuple(builder, result, values)

        return result(types.Array(types.float64, 2, "C"), types.intp), generate

    return read
