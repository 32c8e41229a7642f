"""Quantiles and means from histograms against samples and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import ndtri
from scipy.stats import norm

from capexrisk.estimate.distribution import LOWER_EDGES, UPPER_EDGES, Distribution
from capexrisk.kernel.cells import CELLS, CELLS_SIDE, LOWEST_EXPONENT
from tests.unit.estimate.samples import (
    CELL_WIDTH,
    binned,
    cells_of,
    expected,
    lognormal_function,
)

LEVELS = np.array([0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999])
SMALLEST = 2.0**LOWEST_EXPONENT


def samples() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(20260213)
    z = rng.standard_normal(20_000)
    lumped = rng.random(20_000) < 0.3
    return {
        "normal": z,
        "normal far from zero": 300.0 + 5.0 * z,
        "lognormal": np.exp(2.0 + 0.8 * z),
        "negative only": -np.exp(1.0 + 0.5 * z),
        "gap": np.where(rng.random(20_000) < 0.4, -10.0 + z, 50.0 + z),
        "point mass at zero": np.where(lumped, 0.0, z),
        "point mass elsewhere": np.where(lumped, 3.7, np.exp(2.0 + 0.8 * z)),
        "all equal": np.full(1000, -82.42),
        "all zero": np.zeros(1000),
        "one": np.array([12.5]),
        "two": np.array([-3.0, 7.0]),
        "around the smallest cell": SMALLEST * 3.0 * z,
        "just below the smallest cell": np.full(7, -1.002 * SMALLEST),
        "just above the smallest cell": np.full(7, 1.002 * SMALLEST),
    }


@pytest.mark.parametrize("name", samples())
def test_quantiles_lie_in_the_cell_of_the_sample_quantile(name):
    """The order statistic and ours share a cell, whatever the distribution: no tolerance."""
    values = samples()[name]
    distribution = binned(values)
    found = distribution.quantile(LEVELS)
    exact = np.quantile(values, LEVELS, method="inverted_cdf")
    cell = cells_of(exact)
    assert (found >= LOWER_EDGES[cell]).all() and (found <= UPPER_EDGES[cell]).all()
    small = np.abs(exact) < SMALLEST
    assert (found[small] == 0.0).all()
    assert (np.abs(found - exact)[~small] <= CELL_WIDTH * np.abs(exact)[~small]).all()
    assert (np.diff(found) >= 0.0).all()


@pytest.mark.parametrize("cell", [0, 1, *range(CELLS_SIDE - 5, CELLS_SIDE + 6), CELLS - 1])
def test_all_paths_in_one_cell(cell):
    """Also at the ends, and near zero, whose cell is drawn narrower than it is."""
    counts = np.zeros(CELLS, dtype=np.int64)
    counts[cell] = 7
    found = Distribution(counts).quantile(LEVELS)
    assert (found >= LOWER_EDGES[cell]).all() and (found <= UPPER_EDGES[cell]).all()


@pytest.mark.parametrize("name", ["normal far from zero", "lognormal", "negative only", "gap"])
def test_quantiles_are_far_closer_than_a_cell_where_it_is_smooth(name):
    """Between two order statistics of the sample on either side, or 1/20 of a cell from them."""
    values = samples()[name]
    found = binned(values).quantile(LEVELS)
    # Inside a cell of m paths the interpolated count is off by some sqrt(m)/2: 20,000 paths over
    # 100 cells put 200 into one, and 5 sigma of that is 35 ranks.
    off = 35 / values.size
    low = np.quantile(values, np.clip(LEVELS - off, 0, 1))
    high = np.quantile(values, np.clip(LEVELS + off, 0, 1))
    slack = CELL_WIDTH / 20 * np.abs(found)
    assert (low - slack <= found).all() and (found <= high + slack).all()


@pytest.mark.parametrize(
    ("law", "quantiles", "deviation"),
    [
        (norm.cdf, ndtri, 1.0),
        (norm(300, 10).cdf, norm(300, 10).ppf, 10.0),
        (norm(300, 20).cdf, norm(300, 20).ppf, 20.0),
        (norm(-40, 10).cdf, norm(-40, 10).ppf, 10.0),
        (lognormal_function(2.0, 0.1), lambda p: np.exp(2.0 + 0.1 * ndtri(p)), 0.74),
    ],
    ids=["normal", "narrow", "far from zero", "negative", "lognormal"],
)
def test_a_histogram_without_sampling_error_gives_the_law(law, quantiles, deviation):
    """What is left is the interpolation: a constant times (cell / deviation)^4.

    The constant is 0.03 at most over such laws. A straight line inside the cell is of second
    order, slopes from a cell's two neighbours of third: both are 10 times as far off and more.
    """
    levels = np.linspace(0.01, 0.99, 99)
    exact = quantiles(levels)
    cell = cells_of(exact)
    width = (UPPER_EDGES[cell] - LOWER_EDGES[cell]).max() / deviation
    found = expected(law, 10**15).quantile(levels)
    np.testing.assert_allclose(found, exact, rtol=0.0, atol=0.05 * width**4 * deviation)


def test_point_mass_at_zero_is_zero_and_one_elsewhere_is_found():
    values = samples()["point mass at zero"]
    inside = np.array([0.4, 0.5, 0.6])
    assert (binned(values).quantile(inside) == 0.0).all()

    values = samples()["point mass elsewhere"]
    distribution = binned(values)
    level = np.array([np.mean(values < 3.7) + 0.15])
    low, high = distribution.resolution(distribution.quantile(level))
    assert low < 3.7 < high
    assert (high - low) / 3.7 <= CELL_WIDTH


@pytest.mark.parametrize("mass", [82.42, -12.87, 0.3])
def test_a_level_where_a_point_mass_ends_still_lies_in_its_cell(mass):
    """The quantile is the mass itself: its cell, and not the next, is what cannot be resolved."""
    values = np.concatenate([np.full(7_500, mass), mass + np.linspace(1.0, 90.0, 2_500)])
    distribution = binned(values)
    found = distribution.quantile(np.array([0.75]))
    (cell,) = cells_of([mass])
    assert LOWER_EDGES[cell] <= found[0] < UPPER_EDGES[cell]
    low, high = distribution.resolution(found)
    assert low[0] <= mass <= high[0]


@pytest.mark.parametrize("paths", [1, 200, 10**6])
def test_the_root_is_found_to_a_small_part_of_a_cell(paths):
    """Against the same cubic by scipy, at levels all over the first cell: there its slope is 0."""
    counts = np.zeros(CELLS, dtype=np.int64)
    counts[[3000, 3001, 3004]] = paths
    distribution = Distribution(counts)
    coefficients = distribution._cubics(np.array([3000]))[1:]
    constant, linear, square, cube = np.concatenate(coefficients)
    lower, upper = LOWER_EDGES[3000], UPPER_EDGES[3000]
    for share in (1e-6, 1e-3, 0.1, 0.5, 0.9, 0.999):
        rank = share * paths
        exact = brentq(
            lambda d, rank=rank: ((cube * d + square) * d + linear) * d + constant - rank,
            0.0,
            upper - lower,
            xtol=1e-15 * upper,
        )
        (found,) = distribution.quantile(np.array([rank / distribution.n]))
        assert abs(found - lower - exact) < 2.0**-21 * (upper - lower)


def test_a_point_mass_disturbs_no_cell_beyond_the_second():
    """Flat at 100 paths a cell but for one: exact three cells away, within 0.4 cells beside it.

    Without the limit on slopes the cubic beside the mass turns, and is off by 0.9 of a cell.
    """
    counts = np.zeros(CELLS, dtype=np.int64)
    counts[3000:3101], mass = 100, 3050
    counts[mass] = 100_000
    distribution = Distribution(counts)
    share = np.array([0.1, 0.5, 0.9])
    for cell in (mass - 3, mass - 2, mass - 1, mass + 1, mass + 2, mass + 3):
        levels = (counts[:cell].sum() + 100 * share) / distribution.n
        width = UPPER_EDGES[cell] - LOWER_EDGES[cell]
        found = (distribution.quantile(levels) - LOWER_EDGES[cell]) / width
        off = 1e-6 if abs(cell - mass) == 3 else 0.4
        np.testing.assert_allclose(found, share, atol=off)


def test_resolution_is_the_cell_of_a_point_mass_and_nothing_where_it_is_smooth():
    # Flat at 128 paths a cell, so that sampling alone makes no lump.
    counts = np.zeros(CELLS, dtype=np.int64)
    counts[3000:3100] = 128
    smooth = Distribution(counts)
    values = smooth.quantile(np.array([0.1, 0.5, 0.9]))
    low, high = smooth.resolution(values)
    np.testing.assert_array_equal(low, values)
    np.testing.assert_array_equal(high, values)

    counts[3050] = 20 * 128
    lumped = Distribution(counts)
    (low,), (high,) = lumped.resolution(lumped.quantile(np.array([0.5])))
    assert (low, high) == (LOWER_EDGES[3050], UPPER_EDGES[3050])

    zero = binned(np.zeros(5))
    assert zero.resolution(np.zeros(1)) == (np.zeros(1), np.zeros(1))


def test_ends_are_the_outermost_edges():
    distribution = binned([-3.0, 7.0, 7.1])
    low, high = distribution.quantile(np.array([0.0, 1.0]))
    first, last = cells_of([-3.0, 7.1])
    # The function is flat beyond the ends, so that its last 1e-16 are a root of that in x.
    assert low == pytest.approx(LOWER_EDGES[first], rel=1e-7)
    assert high == pytest.approx(UPPER_EDGES[last], rel=1e-7)


def test_no_quantile_falls_into_a_gap():
    """Not even at the level where it begins: the sample's own convention."""
    values = np.concatenate([np.linspace(-12.0, -8.0, 400), np.linspace(48.0, 52.0, 600)])
    found = binned(values).quantile(np.array([0.399, 0.4, 0.401]))
    assert (found[:2] <= -8.0 + 1e-9).all() and found[2] >= 48.0 - 48.0 * CELL_WIDTH


def test_values_beyond_the_last_cell_count_as_its_end():
    distribution = binned([1e9, 2e9, -1e12])
    assert distribution.n == 3
    assert distribution.quantile(np.array([1.0])) == pytest.approx(2.0**26)
    assert distribution.quantile(np.array([0.0])) == pytest.approx(-(2.0**26))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
def test_any_sample(values):
    """Rises with the level, stays in the sample's cells, counts everything."""
    distribution = binned(values)
    assert distribution.n == len(values)
    levels = np.linspace(0.0, 1.0, 41)
    found = distribution.quantile(levels)
    assert (np.diff(found) >= 0.0).all()
    lower, upper, count = distribution.table()
    assert count.sum() == len(values) and (count > 0).all()
    assert (upper[:-1] <= lower[1:]).all()
    inside = (found[:, None] >= lower - 1e-9) & (found[:, None] <= upper + 1e-9)
    assert inside.any(axis=1).all()


def test_doubling_all_values_doubles_every_quantile_exactly():
    """Cells are powers of two wide: the same counts, shifted by an octave."""
    values = samples()["lognormal"]
    np.testing.assert_array_equal(
        binned(2.0 * values).quantile(LEVELS), 2.0 * binned(values).quantile(LEVELS)
    )


def test_mirrored_values_have_mirrored_quantiles():
    """Up to 2**-21 of a cell, and the rounding of 1 - p."""
    values = samples()["gap"]
    np.testing.assert_allclose(
        binned(-values).quantile(1.0 - LEVELS), -binned(values).quantile(LEVELS), rtol=1e-9
    )


@pytest.mark.parametrize("name", ["normal", "lognormal", "negative only", "gap"])
@pytest.mark.parametrize("level", [0.05, 0.5, 0.95])
def test_what_paths_fall_short_of_a_value(name, level):
    """Against the sample's own; a path lies within half a cell of where it is taken to be."""
    values = samples()[name]
    value = float(np.quantile(values, level))
    distribution = binned(values)
    short, square = (
        part @ distribution.counts / values.size
        for part in distribution.shortfalls(np.array([value]))
    )
    true = np.maximum(value - values, 0.0)
    off = 0.5 * CELL_WIDTH * np.abs(values[values < value * (1 + CELL_WIDTH)]).sum() / values.size
    assert short == pytest.approx(true.mean(), abs=off)
    assert square == pytest.approx((true**2).mean(), abs=2.0 * off * true.max())


def test_a_path_of_the_value_s_own_cell_counts_if_it_is_below():
    """Half of its cell, a quarter of a cell away from it on average."""
    law = expected(lambda x: np.clip(x - 1.0, 0.0, 1.0), 10**9)
    value = 1.5 + 1 / 128
    short, square = law.shortfalls(np.array([value]))
    (cell,) = np.flatnonzero(LOWER_EDGES == 1.5)
    assert short[cell] == pytest.approx(0.5 * (1 / 128) / 2, rel=1e-4)
    assert square[cell] == pytest.approx(0.5 * (1 / 128) ** 2 / 3, rel=1e-4)
    assert short[cell - 1] == pytest.approx(1 / 64, rel=1e-12)
    assert not short[cell + 1 :].any() and not square[cell + 1 :].any()


def test_table_names_the_cells():
    lower, upper, count = binned([0.0, 1e-5, -1.0, 1.0, 1.01, 100.0]).table()
    np.testing.assert_array_equal(lower, [-1.015625, 0.0, 1.0, 100.0])
    np.testing.assert_array_equal(upper, [-1.0, 0.0, 1.015625, 101.0])
    np.testing.assert_array_equal(count, [1, 2, 2, 1])


def test_cells_meet_without_gap():
    middle = CELLS_SIDE
    np.testing.assert_array_equal(UPPER_EDGES[: middle - 1], LOWER_EDGES[1:middle])
    np.testing.assert_array_equal(UPPER_EDGES[middle + 1 : -1], LOWER_EDGES[middle + 2 :])
    assert (LOWER_EDGES[middle], UPPER_EDGES[middle]) == (0.0, 0.0)
    assert UPPER_EDGES[middle - 1] == -SMALLEST and LOWER_EDGES[middle + 1] == SMALLEST


ATOM = 19.8  # inside the cell of 19.75 to 20


@pytest.mark.parametrize("lowest", [18.0, ATOM], ids=["on both sides", "a floor"])
@pytest.mark.parametrize("unit", [1.0, 2.0**-6])
def test_paths_beside_an_atom_are_not_moved_onto_it(lowest, unit):
    """Three in ten lie at the atom, the others evenly up to 22, from 18 or from the atom on.

    Told of its own cell, and of three cells on, where the mass no longer bends the cubics.
    """
    values = np.concatenate([np.full(30_000, ATOM), np.linspace(lowest, 22.0, 70_001)[1:]])
    counts = np.bincount(cells_of(values), minlength=CELLS).astype(np.int64)
    distribution = Distribution(counts, atoms=(ATOM * unit,), unit=unit)
    begin = float(np.mean(values < ATOM))
    levels = np.array([begin - 0.005, begin + 0.001, begin + 0.29, begin + 0.32, begin + 0.55])
    levels = levels[levels > 0.0]
    exact = np.quantile(values, levels, method="inverted_cdf")
    assert (exact == ATOM).sum() == 2
    found = distribution.quantile(levels) / unit
    # Counts of a cell are whole numbers: they place a path within one in some 2,000 of a cell.
    np.testing.assert_allclose(found, exact, atol=0.25 / 1_000)
    np.testing.assert_array_equal(found[exact == ATOM], ATOM)


def test_several_quantities_at_once_are_each_as_alone():
    """With other units, and more or fewer atoms."""
    rng = np.random.default_rng(6)
    mass = np.concatenate([np.full(3_000, 7.25), rng.uniform(3.0, 7.0, 1_000)])
    parts = [
        binned(rng.normal(-20.0, 5.0, 4_000)),
        Distribution(binned(mass).counts, atoms=(7.25,)),
        Distribution(binned(rng.lognormal(2.0, 0.8, 900)).counts, atoms=(-1.0, 2.5), unit=0.25),
    ]
    several = Distribution.of_several(parts)
    levels = np.concatenate([LEVELS, [0.0, 1.0]])
    values = several.quantile(levels)
    for k, part in enumerate(parts):
        np.testing.assert_array_equal(values[k], part.quantile(levels))
        for method in ("place", "resolution"):
            for found, alone in zip(
                getattr(several, method)(values), getattr(part, method)(values[k]), strict=True
            ):
                np.testing.assert_array_equal(found[k], alone)
        for found, alone in zip(
            several.shortfalls(values[:, 3:4]), part.shortfalls(values[k, 3:4]), strict=True
        ):
            np.testing.assert_array_equal(found[k], alone)
        assert several.paths[k] == part.n
    assert (values[1] == 7.25).any()
