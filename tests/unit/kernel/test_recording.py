"""What paths leave behind: every row of the outcomes is written, and by one place."""

from __future__ import annotations

from collections import Counter

import numba
import numpy as np
import pytest

from capexrisk.kernel import simulate
from capexrisk.kernel.block import BLOCK, aligned_zeros
from capexrisk.kernel.recording import recording
from capexrisk.kernel.simulate import simulate_chunk
from capexrisk.kernel.sources import independent_source
from capexrisk.lowering import lower
from capexrisk.numeric.vecmath import trailing_zeros
from capexrisk.scenario import scenario_from_case
from tests.unit.kernel.blocks import reference_case, with_quarters

# Years cut off at the start, at the end, at both, at neither; a year that is one quarter.
HORIZONS = [
    ("2026Q1", 4),
    ("2026Q3", 7),
    ("2026Q1", 6),
    ("2026Q2", 3),
    ("2026Q4", 1),
    ("2026Q2", 1),
]
COLLECT = ["everything", "means"]
# Quantities that are no copy of a row of the state, each with a loop of its own.
COMPUTED = {
    *("market_spread", "group_profit", "profit_above", "raised", "outside_total"),
    *("outside_funding", "funding_above", "anchor_lost"),
}


@pytest.fixture(params=HORIZONS, ids=lambda horizon: f"{horizon[0]}+{horizon[1]}")
def scenario(request):
    start, quarters = request.param
    return scenario_from_case(with_quarters(reference_case(), quarters), start=start)


def rows_of(layout, name):
    """Numbers of the rows of a quantity."""
    first = layout.first[name]
    return range(first, first + int(np.prod(layout.shape(name))))


def targets(layout):
    """Every row that a move writes, as often as there is a move, issuer and period to write it."""
    moves = recording(layout)
    issuers, quarters, years = (layout.axes[axis] for axis in ("issuer", "quarter", "year"))
    counted = Counter()
    for table, of, periods in (
        (moves.by_quarter, issuers, quarters),
        (moves.by_year, issuers, years),
        (moves.over_horizon, issuers, 1),
        (moves.at_end, issuers, 1),
        (moves.of_market, 1, quarters),
    ):
        for _, target, issuer_step, period_step in table.tolist():
            for i in range(of):
                for period in range(periods):
                    row, within = divmod(target + i * issuer_step + period * period_step, BLOCK)
                    assert within == 0
                    counted[row] += 1
    return counted


@pytest.mark.parametrize("collect", COLLECT)
def test_every_row_is_the_target_of_one_move_or_is_computed(scenario, collect):
    layout = lower(scenario, collect).layout
    expected = Counter(range(layout.rows))
    for name in COMPUTED:
        expected -= Counter(rows_of(layout, name))
    assert targets(layout) == expected


def some_paths(scenario, collect):
    """Outcomes of two blocks, the second one short."""
    lowered = lower(scenario, collect)
    _, kept = simulate_chunk(
        lowered.market,
        lowered.schedule,
        lowered.layout,
        source=independent_source(5, 192),
        paths=BLOCK + 9,
        keep=range(lowered.layout.rows),
    )
    return lowered.layout, kept


@pytest.mark.parametrize("collect", COLLECT)
def test_every_row_is_written_whatever_was_there_before(scenario, collect, monkeypatch):
    """The block's memory is full of NaN: one that is read before it is written would spread."""
    _, clean = some_paths(scenario, collect)
    poisoned = []

    def full_of_nan(size):
        poisoned.append(aligned_zeros(size))
        poisoned[-1].fill(np.nan)
        return poisoned[-1]

    monkeypatch.setattr(simulate, "aligned_zeros", full_of_nan)
    layout, kept = some_paths(scenario, collect)
    assert [array.size for array in poisoned][1] == layout.rows * BLOCK  # state and outcomes
    unwritten = np.flatnonzero(np.isnan(kept).any(axis=0))
    names = [name for name in layout.first if set(rows_of(layout, name)) & set(unwritten)]
    assert names == []
    np.testing.assert_array_equal(kept.view(np.int64), clean.view(np.int64))


def test_means_are_the_same_numbers_in_fewer_rows(scenario):
    """To the last digits: two entry points, in which the compiler may fuse other operations."""
    everything, kept = some_paths(scenario, "everything")
    means, fewer = some_paths(scenario, "means")
    assert set(means.first) < set(everything.first)
    for name in means.first:
        whole, part = kept[:, rows_of(everything, name)], fewer[:, rows_of(means, name)]
        if means.quantities[name].kind == "count":
            np.testing.assert_array_equal(part, whole)
        else:
            np.testing.assert_allclose(part, whole, rtol=1e-9, atol=1e-9)


# --- memory and words


def test_memory_begins_on_a_cache_line():
    """All are held at once, so that they lie at addresses of every kind."""
    arrays = [aligned_zeros(size) for size in (*range(1, 600), 4_095, 4_097, 65_537, 1_000_003)]
    assert {array.ctypes.data % 64 for array in arrays} == {0}
    assert [array.size for array in arrays[:599]] == list(range(1, 600))
    for array in arrays:
        assert not array.any()
        array.fill(1.0)
    assert all((array == 1.0).all() and array.flags.c_contiguous for array in arrays)


@numba.njit
def lowest_bit(word):
    return trailing_zeros(word)


@pytest.mark.parametrize("bit", range(64))
def test_the_lowest_bit_of_a_word_is_found(bit):
    """Alone, with every bit above it, and with the highest one."""
    alone = 1 << bit
    for word in (alone, 2**64 - alone, alone | 1 << 63):
        assert lowest_bit(np.uint64(word)) == bit
