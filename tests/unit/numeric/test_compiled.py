"""How functions compile: hot loops as vector code, records from tables."""

from __future__ import annotations

import platform
import re
from typing import Annotated, NamedTuple

import llvmlite.binding as llvm
import numba
import numpy as np
import pytest
from numba.core.caching import NullCache

from capexrisk.numeric.jit import entry, loop
from capexrisk.numeric.rows import rows_from
from capexrisk.numeric.table_reader import record_reader, table_of

ARITHMETIC = re.compile(r"v(?:mul|add|sub|div|fn?m(?:add|sub)\d+)pd\s[^\n]*%?[yz]mm")


of_vectors = pytest.mark.skipif(
    platform.machine().lower() not in ("x86_64", "amd64")
    or not llvm.get_host_cpu_features().get("avx2"),
    reason="looks for registers of x86-64 that are wider than two doubles",
)


@of_vectors
@pytest.mark.parametrize("name", ["exp", "log", "middle_quantile", "tail_quantile"])
def test_loops_over_paths_become_vector_code(name, loops, compute):
    """Packed arithmetic in registers of four or eight doubles: no call, no branch in the way."""
    compute(name, [0.5])  # compiled by being called
    (assembly,) = loops[name].inspect_asm().values()
    assert len(ARITHMETIC.findall(assembly)) >= 10


class Reading(NamedTuple):
    """A record of nine numbers."""

    first: float
    pair: tuple[float, float]
    grid: Annotated[tuple[tuple[float, float], ...], 2]
    weights: Annotated[tuple[float, ...], 1]
    last: float


READING = Reading(0.5, (1.0, 2.0), ((3.0, 4.0), (5.0, 6.0)), (7.0,), 8.0)
read = record_reader(Reading)


@numba.njit
def fields_of(table, i):
    record = read(table, i)
    return record.first, record.pair, record.grid, record.weights, record.last


def test_a_row_is_read_as_a_record():
    others = READING._replace(first=-1.0, pair=(9.0, 8.0)), READING._replace(last=10.0)
    table = np.concatenate([table_of(record) for record in (READING, *others)])
    for i, record in enumerate((READING, *others)):
        assert fields_of(table, i) == tuple(record)


def test_numbers_of_a_row_are_loaded_as_what_never_changes():
    """Or LLVM would load them again after every store to a row of the block.

    Of these the single numbers: pairs and lists are taken apart, and lose what was said of them.
    """
    table = np.concatenate([table_of(READING)])
    fields_of(table, 0)  # compiled by being called
    (text,) = fields_of.inspect_llvm().values()
    loads = [line for line in text.splitlines() if "= load double" in line]
    assert sum("!invariant.load" in line for line in loads) >= len(("first", "last"))


@loop
def branching(x, y, record):
    for p in range(64):
        y[p] = record.first * x[p] if x[p] > 0.0 else record.last * x[p] - record.pair[1]


@entry
def branching_rows(x, y, table):
    branching(x, y, read(table, 0))


@of_vectors
def test_a_number_that_only_some_paths_need_keeps_no_loop_from_vector_code():
    branching_rows._cache = NullCache()  # of code from the cache there is no assembly
    x, y = np.linspace(-1.0, 1.0, 64), np.empty(64)
    branching_rows(x, y, table_of(READING))
    np.testing.assert_allclose(y, np.where(x > 0.0, 0.5 * x, 8.0 * x - 2.0))
    (assembly,) = branching_rows.inspect_asm().values()
    assert ARITHMETIC.search(assembly)


@pytest.mark.parametrize(
    "table", [np.zeros((4, 3), order="F"), np.zeros((4, 3), dtype=np.float32), np.zeros(3)]
)
def test_only_a_table_of_doubles_in_c_order_is_read(table):
    """Anything else would be read from the wrong places; numba refuses it in either of two ways."""
    with pytest.raises((numba.TypingError, AssertionError)):
        fields_of(table, 0)


@numba.njit
def copy_and_add(memory, begin):
    rows = rows_from(memory, begin)
    further = rows_from(rows, 3)
    rows[1] = further[np.uint64(0)]
    further[0] += 1.0


def test_rows_begin_anywhere_in_memory_or_in_other_rows():
    memory = np.arange(8.0)
    copy_and_add(memory, 2)
    assert memory.tolist() == [0.0, 1.0, 2.0, 5.0, 4.0, 6.0, 6.0, 7.0]


@numba.njit
def number_at(memory, index):
    return rows_from(memory, 0)[index]


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint32, np.int64])
def test_rows_are_indexed_by_whole_numbers_of_any_width(kind):
    assert number_at(np.arange(256.0), kind(200)) == 200.0


@pytest.mark.parametrize(
    "wrong", [READING._replace(weights=()), READING._replace(grid=((3.0, 4.0),))]
)
def test_a_record_of_another_length_has_no_table(wrong):
    """Compiled code would read beyond its end."""
    with pytest.raises(ValueError, match=r"Reading: has [78] numbers; compiled code reads 9"):
        table_of(wrong)


@pytest.mark.parametrize(
    "memory", [np.zeros(8, dtype=np.float32), np.zeros((4, 2)), np.zeros(16)[::2]]
)
def test_only_memory_of_doubles_without_gaps_has_rows(memory):
    with pytest.raises(numba.TypingError):
        copy_and_add(memory, 0)
