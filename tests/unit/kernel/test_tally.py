"""From outcomes to totals: sums, histograms, counts, pairs of failures, quarantine."""

from __future__ import annotations

import math
from dataclasses import replace

import numba
import numpy as np
import pytest

from capexrisk.kernel import issuer_rows, market_rows
from capexrisk.kernel.block import BLOCK
from capexrisk.kernel.cells import CELLS, CELLS_SIDE, cell_edges
from capexrisk.kernel.issuer_close import date_distress
from capexrisk.kernel.issuer_rows import rows_of
from capexrisk.kernel.market_quarter import close_market
from capexrisk.kernel.outcomes import OutcomeLayout
from capexrisk.kernel.schedule import read_issuer
from capexrisk.kernel.simulate import simulate_chunk
from capexrisk.kernel.sources import independent_source
from capexrisk.kernel.tally import (
    QUARANTINE_LISTED,
    add_amounts,
    clear_slots,
    count_joint,
    count_levels,
    empty_tally,
    finished,
    quarantine_paths,
)
from capexrisk.model.vocabulary import BALANCES
from tests.unit.kernel.blocks import (
    lowered,
    reference_case,
    trace,
    trace_lowered,
    with_quarters,
)

EPSILON = 2.0**-52
MONEY_UNITS = np.array([0.5, 2.0**-20, 1024.0])  # of two issuers, and of both


@numba.njit(error_model="numpy")
def add_block(outcomes, bad_quarters, never, first_path, paths, failure_row, units, tally):
    """A block into the tally, as `simulate.simulate_paths` does it."""
    kept = quarantine_paths(outcomes, bad_quarters, never, first_path, paths, tally)
    clear_slots(outcomes, kept)
    add_amounts(outcomes, kept, units, tally)
    count_levels(outcomes, kept, tally)
    count_joint(outcomes, failure_row, never, kept, tally)
    tally.paths[0] += kept
    return kept


def cells_by_edges(values):
    """Cell numbers by searching the edges, not by bits."""
    edges = cell_edges()
    distance = np.minimum(np.searchsorted(edges, np.abs(values), side="right"), CELLS_SIDE)
    return CELLS_SIDE + np.where(values < 0, -distance, distance)


def assert_tally_of(tally, layout, kept, issuers, never, money_units):
    """Every total of a tally against the paths' own outcomes, path by row."""
    assert tally.paths[0] == len(kept)
    blocks = -(-len(kept) // BLOCK)
    for row in range(layout.amounts):
        values = kept[:, row]
        for total, powers in ((tally.sums[row], values), (tally.squares[row], values**2)):
            # A sum passes through 6 halvings and one addition a block, each a relative error of
            # half an epsilon of what has been added up; twice that is the bound.
            bound = (6 + blocks) * EPSILON * math.fsum(np.abs(powers))
            assert abs(total - math.fsum(powers)) <= bound
    units = layout.units(money_units)
    for row in range(layout.distributions):
        counted = np.bincount(cells_by_edges(kept[:, row] / units[row]), minlength=CELLS)
        np.testing.assert_array_equal(tally.histogram[row], counted)
    for row in range(layout.amounts, layout.rows):
        counted = np.bincount(kept[:, row].astype(int), minlength=layout.levels)
        np.testing.assert_array_equal(tally.counts[row - layout.amounts], counted)
    first = layout.first["tiers"] + 4 * issuers
    failed = (kept[:, first : first + issuers] < never).astype(int)
    np.testing.assert_array_equal(tally.joint, failed.T @ failed)


@pytest.fixture(scope="module")
def scenario():
    return lowered(with_quarters(reference_case(), 9), "2026Q3")


@pytest.mark.parametrize("paths", [1, 63, 64, 65, 1000])
def test_a_chunk_counts_exactly_its_paths(scenario, paths):
    arguments = (scenario.market, scenario.schedule, scenario.layout)
    every = range(scenario.layout.rows)
    tally, kept = simulate_chunk(
        *arguments, source=independent_source(3, 640), paths=paths, keep=every
    )
    assert kept.shape == (paths, scenario.layout.rows)
    assert tally.paths.tolist() == [paths, 0]
    assert_tally_of(tally, scenario.layout, kept, 6, 9, scenario.schedule.money_units)
    np.testing.assert_array_equal(tally.histogram.sum(axis=1), paths)


def test_keeping_paths_changes_no_total(scenario):
    arguments = (scenario.market, scenario.schedule, scenario.layout)
    source, every = independent_source(3), range(scenario.layout.rows)
    kept, _ = simulate_chunk(*arguments, source=source, paths=150, keep=every)
    unkept, nothing = simulate_chunk(*arguments, source=source, paths=150)
    assert nothing.size == 0
    for with_paths, without in zip(kept, unkept, strict=True):
        np.testing.assert_array_equal(with_paths, without)


def test_kept_paths_are_those_of_the_trace(scenario):
    case = with_quarters(reference_case(), 9)
    block = trace(case, seed=3, first_path=128, start="2026Q3")
    arguments = (scenario.market, scenario.schedule, scenario.layout)
    every = range(scenario.layout.rows)
    _, kept = simulate_chunk(*arguments, source=independent_source(3), paths=192, keep=every)
    np.testing.assert_array_equal(kept[128:].T.view(np.int64), block.rows.view(np.int64))


# --- quarantine


@pytest.fixture
def layout():
    return OutcomeLayout.of(quarters=3, years=1, issuers=2)


def some_outcomes(layout, seed):
    """Outcomes of a block: amounts of every size and sign, dates and causes in their range."""
    rng = np.random.default_rng(seed)
    outcomes = np.empty((layout.rows, BLOCK))
    amounts = layout.amounts
    outcomes[:amounts] = rng.standard_normal((amounts, BLOCK)) * 10.0 ** rng.integers(
        -6, 9, (amounts, BLOCK)
    )
    for quantity in layout.quantities.values():
        if quantity.kind == "count":
            first = layout.first[quantity.name]
            size = int(np.prod(layout.shape(quantity.name)))
            outcomes[first : first + size] = rng.integers(
                0, layout.levels_of(quantity.name), (size, BLOCK)
            )
    return outcomes


@pytest.mark.parametrize("paths", [64, 40])
@pytest.mark.parametrize(
    "broken", [(), (0,), (63,), (39, 40), (3, 4, 20, 41), tuple(range(64))], ids=str
)
def test_broken_paths_are_named_and_count_nowhere(layout, paths, broken):
    never, first_path, failure_row = 3.0, 6400, (layout.first["tiers"] + 4 * 2) * BLOCK
    units = layout.units(MONEY_UNITS)
    tally = empty_tally(layout)
    expected = []
    for number in range(2):
        outcomes = some_outcomes(layout, number)
        bad = np.full(BLOCK, never)
        for p in broken:
            outcomes[:: p + 1, p] = np.nan  # whatever a broken path holds, it may not be seen
            bad[p] = p % 3
        good = [p for p in range(paths) if p not in broken]
        expected.append(outcomes[:, good].T.copy())
        begin = first_path + number * BLOCK
        kept = add_block(outcomes.ravel(), bad, never, begin, paths, failure_row, units, tally)
        assert kept == len(good)
    assert_tally_of(finished(tally), layout, np.concatenate(expected), 2, never, MONEY_UNITS)
    named = [
        (first_path + number * BLOCK + p, p % 3) for number in range(2) for p in broken if p < paths
    ]
    assert tally.paths[1] == len(named)
    listed = min(len(named), QUARANTINE_LISTED)
    assert [tuple(pair) for pair in tally.quarantine[:listed].tolist()] == named[:listed]
    assert not tally.quarantine[listed:].any()


def overflowing_scenario():
    """A speed of demand beyond the schema's bounds: a few paths overshoot beyond any double."""
    sound = lowered(with_quarters(reference_case(), 5))
    return replace(sound, market=sound.market._replace(speed=5.0, speed_sigma=5.0))


def overflowing_chunk():
    scenario = overflowing_scenario()
    arguments = (scenario.market, scenario.schedule, scenario.layout)
    every = range(scenario.layout.rows)
    return simulate_chunk(*arguments, source=independent_source(1, 64), paths=150, keep=every)


def test_paths_that_overflow_are_quarantined():
    """Every path with an outcome that is not finite is named; the others are those that count."""
    tally, kept = overflowing_chunk()
    broken = int(tally.paths[1])
    assert 0 < broken < QUARANTINE_LISTED
    blocks = [trace_lowered(overflowing_scenario(), seed=1, first_path=64 * n) for n in (1, 2, 3)]
    outcomes = np.concatenate([block.rows for block in blocks], axis=1).T[:150]
    finite = np.isfinite(outcomes).all(axis=1)
    named = tally.quarantine[:broken, 0] - 64
    assert np.all(np.diff(named) > 0)
    assert set(np.flatnonzero(~finite)) <= set(named.tolist())
    good = np.delete(kept, named, axis=0)
    np.testing.assert_array_equal(good, np.delete(outcomes, named, axis=0))
    assert np.isnan(kept[named]).all()
    assert tally.paths[0] == len(good) == 150 - broken
    np.testing.assert_array_equal(tally.histogram.sum(axis=1), len(good))
    np.testing.assert_allclose(tally.sums, good[:, : len(tally.sums)].sum(axis=0), rtol=1e-9)


def test_no_path_that_counts_makes_a_total_infinite():
    """Demand of 1e200 is finite, its square is not: such a path must be quarantined as well."""
    tally, _ = overflowing_chunk()
    assert np.isfinite(tally.sums).all()
    assert np.isfinite(tally.squares).all()


@numba.njit(error_model="numpy")
def end_quarter(state, market, schedule, k):
    """The loops of a quarter's end that look whether a path is finite."""
    for i in range(schedule.issuers.shape[0]):
        issuer = read_issuer(schedule.issuers, i)
        date_distress(state, rows_of(state, i), issuer, market, False, float(k))
    close_market(state, market, schedule.growth[k], float(k))


@pytest.fixture(scope="module")
def sound_block():
    return trace(with_quarters(reference_case(), 2), seed=3, first_path=64)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e150])
@pytest.mark.parametrize(
    "row",
    [
        *("SPREAD", "COUPON", "REVENUE", "CASH_FLOW_YEAR", "OCF", "PROFIT", "PLANNED", "CASH"),
        *("DEBT", "market LOG_SPREAD", "market DEMAND", "market PREMIUM"),
    ],
)
def test_one_number_that_is_not_finite_breaks_its_path(sound_block, row, value):
    """Each is watched for itself: another may be finite still when the path ends."""
    state, path, last = sound_block.trace[-1].copy(), 5, 1
    if row.startswith("market "):
        state[getattr(market_rows, row.removeprefix("market ")) + path] = value
    else:
        second = market_rows.SIZE + issuer_rows.SIZE
        state[second + getattr(issuer_rows, row) + path] = value
    scenario = sound_block.scenario
    end_quarter(state, scenario.market, scenario.schedule, last)
    bad = state[market_rows.BAD_QUARTER : market_rows.BAD_QUARTER + BLOCK]
    assert np.flatnonzero(bad == last).tolist() == [path]


def test_the_quarter_named_is_the_first_that_is_not_finite():
    block = trace_lowered(overflowing_scenario(), seed=1, first_path=960)
    tally, _ = simulate_chunk(
        block.scenario.market,
        block.scenario.schedule,
        block.scenario.layout,
        source=independent_source(1, 960),
        paths=64,
    )
    market_rows = ("LOG_SPREAD", "DEMAND", "PREMIUM", "EQUITY_PRICE")
    issuer_rows = (
        *("SPREAD", "COUPON", "REVENUE", "CASH_FLOW_YEAR", "OCF", "FREE_CASH_FLOW", "PROFIT"),
        "PLANNED",
        "CASH",
        *(f"{name}.balance" for name in BALANCES),
    )
    watched = [block.market(row) for row in market_rows]
    watched += [values for row in issuer_rows for values in block.issuers(row)]
    finite = np.all([np.abs(values) < 1e144 for values in watched], axis=0)
    first = np.where(finite.all(axis=0), 5, np.argmin(finite, axis=0))
    named = {960 + int(p): int(first[p]) for p in np.flatnonzero(first < 5)}
    assert named == dict(tally.quarantine[: tally.paths[1]].tolist())
    assert len(set(named.values())) > 1  # not all in the first quarter
