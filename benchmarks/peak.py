"""What one core can do at most: arithmetic on registers, and memory at each distance.

The arithmetic is LLVM's vector type, a chain of fused multiply-adds (or divisions) in each of many
registers, so that nothing waits for anything: latency is hidden, and nothing is loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from benchmarks.machine import vector_bits

CHAINS = 12  # two pipes of latency four or five keep ten busy; sixteen registers hold twelve
SUMS = 8
DOUBLE = ir.DoubleType()


@cache
def arithmetic(operation: str) -> tuple[Callable[[int], float], int]:
    """A compiled loop, and the flops of each of its turns; `operation` is "fma" or "division"."""
    lanes = vector_bits() // 64
    vector = ir.VectorType(DOUBLE, lanes)

    def step(builder: Any, value: Any, module: Any) -> Any:
        if operation == "division":
            return builder.fdiv(ir.Constant(vector, [1.25] * lanes), value)
        kind = ir.FunctionType(vector, [vector] * 3)
        fma = cgutils.get_or_insert_function(module, kind, f"llvm.fma.v{lanes}f64")
        factor, addend = (ir.Constant(vector, [number] * lanes) for number in (0.75, 0.5))
        return builder.call(fma, [value, factor, addend])

    @intrinsic
    def turns(typing_context: Any, count: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            starts = [ir.Constant(vector, [1.0 + chain / 64] * lanes) for chain in range(CHAINS)]
            places = [cgutils.alloca_once_value(builder, start) for start in starts]
            with cgutils.for_range(builder, args[0]):
                for place in places:
                    builder.store(step(builder, builder.load(place), builder.module), place)
            total = builder.load(places[0])
            for place in places[1:]:
                total = builder.fadd(total, builder.load(place))
            return builder.extract_element(total, context.get_constant(types.int32, 0))

        return types.float64(types.int64), generate

    @njit
    def run(count):
        return turns(count)

    run(1)
    return run, CHAINS * lanes * (2 if operation == "fma" else 1)


@cache
def read() -> Callable[[Any, int], float]:
    """A compiled loop that loads every value, over and over, and adds it to one of many sums."""
    lanes = vector_bits() // 64
    vector = ir.VectorType(DOUBLE, lanes)
    step = SUMS * lanes

    @intrinsic
    def load_all(typing_context: Any, values: Any, times: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            array = context.make_array(signature.args[0])(context, builder, args[0])
            sums = [cgutils.alloca_once_value(builder, ir.Constant(vector, [0.0] * lanes))
                    for _ in range(SUMS)]  # fmt: skip
            blocks = builder.udiv(array.nitems, context.get_constant(types.intp, step))
            with cgutils.for_range(builder, args[1]), cgutils.for_range(builder, blocks) as loop:
                first = builder.mul(loop.index, context.get_constant(types.intp, step))
                for number, place in enumerate(sums):
                    offset = context.get_constant(types.intp, number * lanes)
                    address = builder.gep(array.data, [builder.add(first, offset)])
                    value = builder.load(builder.bitcast(address, vector.as_pointer()), align=8)
                    builder.store(builder.fadd(builder.load(place), value), place)
            total = builder.load(sums[0])
            for place in sums[1:]:
                total = builder.fadd(total, builder.load(place))
            return builder.extract_element(total, context.get_constant(types.int32, 0))

        return types.float64(types.Array(types.float64, 1, "C"), types.int64), generate

    @njit
    def run(values, times):
        return load_all(values, times)

    return run


@njit(fastmath=True)
def update(values, times):
    """Read every value and write it back."""
    for turn in range(times):
        factor = 1.0 - 1e-9 * turn
        for i in range(values.size):
            values[i] = values[i] * factor + 1e-9
    return values[0]


def aligned_ones(count: int) -> Any:
    """Ones from the beginning of a cache line: a vector across two lines takes twice as long."""
    room = np.ones(count + 8)
    first = -room.ctypes.data % 64 // 8
    return room[first : first + count]


def passes(kind: str, kib: int) -> tuple[Callable[[int], float], int]:
    """A pass over a working set, and the bytes that each repetition moves."""
    work, element_bytes = (read(), 8) if kind == "read" else (update, 16)
    values = aligned_ones(kib * 128)
    work(values, 1)
    return lambda times: work(values, times), values.size * element_bytes
