"""How functions compile: hot loops as vector code, records from tables."""

from __future__ import annotations

import platform
import re
from typing import NamedTuple

import llvmlite.binding as llvm
import numba
import numpy as np
import pytest

from capexrisk.numeric.table_reader import record_reader

ARITHMETIC = re.compile(r"v(?:mul|add|sub|div|fn?m(?:add|sub)\d+)pd\s[^\n]*%?[yz]mm")


@pytest.mark.skipif(
    platform.machine().lower() not in ("x86_64", "amd64"),
    reason="looks for the vector registers of x86-64",
)
@pytest.mark.parametrize("name", ["exp", "log", "middle_quantile", "tail_quantile"])
def test_loops_over_paths_become_vector_code(name, loops, compute):
    """Packed arithmetic in registers of four or eight doubles: no call, no branch in the way."""
    if not llvm.get_host_cpu_features().get("avx2"):
        pytest.skip("this machine has no registers wider than two doubles")
    compute(name, [0.5])  # compiled by being called
    (assembly,) = loops[name].inspect_asm().values()
    assert len(ARITHMETIC.findall(assembly)) >= 10


class Reading(NamedTuple):
    """A record of three numbers."""

    first: float
    second: float
    third: float


read = record_reader(Reading)


@numba.njit
def fields_of(table, i):
    record = read(table, i)
    return record.first, record.second, record.third


def test_a_row_is_read_as_a_record():
    table = np.arange(12.0).reshape(4, 3)
    for i, row in enumerate(table):
        assert fields_of(table, i) == tuple(row)


@pytest.mark.parametrize(
    "table", [np.zeros((4, 3), order="F"), np.zeros((4, 3), dtype=np.float32), np.zeros(3)]
)
def test_only_a_table_of_doubles_in_c_order_is_read(table):
    """Anything else would be read from the wrong places; numba refuses it in either of two ways."""
    with pytest.raises((numba.TypingError, AssertionError)):
        fields_of(table, 0)
