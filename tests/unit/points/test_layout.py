"""The kernel's points: nets in their dimensions, uniform one by one, the same however reached."""

from __future__ import annotations

from itertools import product

import numba
import numpy as np
import pytest
from scipy.stats import chisquare, kstest

from capexrisk.errors import DimensionError
from capexrisk.kernel.block import BLOCK, PITCH
from capexrisk.kernel.draws import own_dimension
from capexrisk.kernel.points import (
    DIGITS,
    enter_block,
    path_number,
    point_rows,
    room_for_points,
    scramble,
)
from capexrisk.points.layout import dimensions, sobol_net
from tests.unit.kernel.blocks import lowered, reference_case, with_quarters


def net_of(issuers: int, quarters: int):
    """The sequence for the reference case with so many issuers, some of them alike."""
    case = with_quarters(reference_case(), quarters)
    several = [{**case["issuers"][i % 6], "name": f"Issuer {i}"} for i in range(issuers)]
    scenario = lowered({**case, "issuers": several})
    return sobol_net(scenario.market, scenario.schedule)


NET = net_of(2, 3)
COUNT = dimensions(2, 3)


@numba.njit
def dimension_of(i, k, issuers):
    return own_dimension(i, k, issuers)


@numba.njit
def block_of(points, first_path, seed, state):
    scramble(points, first_path, seed)
    enter_block(points, first_path)
    point_rows(state, 0, points.base.size, 0, points)


def numbers(first: int, count: int, *, replicate: int = 0, seed: int = 1) -> np.ndarray:
    """Points `first` to `first` + `count` - 1 of a replicate, (count, dimensions)."""
    points = room_for_points(NET)
    state = np.empty(COUNT * PITCH)
    blocks = []
    for begin in range(first, first + count, BLOCK):
        path = np.uint64(path_number(replicate, begin))
        block_of(points, path, np.uint64(seed), state)
        blocks.append(state.reshape(COUNT, PITCH)[:, :BLOCK].T.copy())
    return np.concatenate(blocks)


def test_every_dimension_has_a_point_in_each_of_as_many_intervals():
    found = numbers(0, 1024)
    cells = np.sort((found * 1024).astype(int), axis=0)
    np.testing.assert_array_equal(cells, np.arange(1024)[:, None] * np.ones(COUNT, dtype=int))


@pytest.mark.parametrize("replicate", [0, 1, 255])
def test_the_first_two_dimensions_have_a_point_in_every_box(replicate):
    """Sobol's first two are a (0, m, 2)-net: boxes of any shape with 1/256 of the square."""
    found = numbers(256, 256, replicate=replicate)[:, :2]
    for wide in range(9):
        boxes = (found * [2**wide, 2 ** (8 - wide)]).astype(int)
        assert len(np.unique(boxes, axis=0)) == 256


def test_a_block_is_the_same_wherever_a_chunk_begins():
    np.testing.assert_array_equal(numbers(0, 512)[320:], numbers(320, 192))


def test_far_points_differ_from_near_ones_in_every_dimension():
    near, far = numbers(0, BLOCK), numbers(2**DIGITS - BLOCK, BLOCK)
    assert ((near != far).any(axis=0)).all()


def test_any_point_is_uniform_over_replicates_and_seeds():
    """Kolmogorov and Smirnov, each of ten dimensions and two points; false-alarm rate 1e-4."""
    drawn = np.array(
        [
            numbers(64, BLOCK, replicate=replicate, seed=seed)[[0, 37], :10]
            for replicate, seed in product(range(40), range(10))
        ]
    )
    for point, dimension in product(range(2), range(10)):
        assert kstest(drawn[:, point, dimension], "uniform").pvalue > 1e-4 / 20


def test_replicates_are_uncorrelated():
    """The first point of each, over seeds: means of 20 products near N(0, 1/n); rate 1e-4."""
    seeds = 200
    one, other = (
        np.array([numbers(0, BLOCK, replicate=r, seed=seed)[0, :20] for seed in range(seeds)])
        for r in (0, 1)
    )
    products = 12.0 * ((one - 0.5) * (other - 0.5)).mean(axis=0)
    assert np.abs(products * np.sqrt(seeds)).max() < 4.8


def test_numbers_have_more_digits_than_the_net():
    """Below digit 40 a point is filled up at random: tails are as fine as those of other draws."""
    low = np.modf(numbers(0, BLOCK) * 2.0**DIGITS)[0]
    cells = np.bincount((low * 16).astype(int).ravel(), minlength=16)
    assert chisquare(cells).pvalue > 1e-4


def test_every_draw_has_a_dimension_of_its_own():
    """Market once a path; by year leads and events; by quarter market, then two issuers."""
    assert (NET.of_market_path, NET.issuers) == (0, 2)
    assert NET.of_leads.tolist() == [4, 4 + 2 + 3 * 4, 4 + 4 + 3 * 4]
    assert NET.of_events.tolist() == [6, 10, 14]
    assert (NET.of_market, NET.of_issuers) == (22, 22 + 3 * 8)
    assert NET.directions.shape == (DIGITS, COUNT) == (DIGITS, NET.of_issuers + 2 * (2 + 12 - 3))
    longer = net_of(2, 14)
    assert longer.of_leads.tolist() == [4, 22, 40]
    assert longer.of_events[[0, 4, 8, 12, 13]].tolist() == [6, 24, 42, 58, 62]


@pytest.mark.parametrize(("issuers", "quarters"), [(1, 1), (2, 3), (5, 14)])
def test_draws_have_each_dimension_once(issuers, quarters):
    """Of all but the market's draw that no equation takes: those of a path, as one list."""
    net = net_of(issuers, quarters)
    found = [*range(4)]
    found += [first + i for first in net.of_leads for i in range(issuers)]
    found += [first + a for first in net.of_events for a in range(4)]
    found += [net.of_market + 8 * k + a for k in range(quarters) for a in range(8)]
    for k, i in product(range(quarters), range(issuers)):
        own = net.of_issuers + dimension_of(i, k, issuers)
        found += range(own, own + (4 if k else 3))
    assert sorted(found) == list(range(dimensions(issuers, quarters)))


def test_a_net_is_made_once_for_equal_scenarios_and_anew_for_others():
    assert net_of(2, 3) is net_of(2, 3)
    case = with_quarters(reference_case(), 3)
    one = lowered(case)
    case["issuers"][0]["capex_plan"][2] *= 1.5
    other = lowered(case)
    first, second = (sobol_net(each.market, each.schedule) for each in (one, other))
    assert (first.rotation.own_u[0] != second.rotation.own_u[0]).any()
    assert (first.rotation.own_u[1:] == second.rotation.own_u[1:]).all()


def test_more_draws_than_dimensions_are_refused():
    net_of(62, 80)
    with pytest.raises(DimensionError, match="64 issuers over 80 quarters make 21,572 draws"):
        net_of(64, 80)
