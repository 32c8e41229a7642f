"""The kernel's points: nets in their dimensions, uniform one by one, the same however reached."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numba
import numpy as np
import pytest
from scipy.stats import chisquare, kstest

from capexrisk.kernel.block import BLOCK, PITCH
from capexrisk.kernel.points import DIGITS, enter_block, path_number, point_rows
from tests.unit.points.shapes import points_of

POINTS = points_of(2, 3)
COUNT = len(POINTS.order.places)


@numba.njit
def block_of(points, first_path, state):
    enter_block(points, first_path)
    point_rows(state, 0, points.base.size, 0, points)


def numbers(first: int, count: int, *, replicate: int = 0, seed: int = 1) -> np.ndarray:
    """Points `first` to `first` + `count` - 1 of a replicate, (count, dimensions)."""
    source = replace(POINTS, seed=seed).source(path_number(replicate, first))
    state = np.empty(COUNT * PITCH)
    blocks = []
    for begin in range(first, first + count, BLOCK):
        block_of(source.points, np.uint64(path_number(replicate, begin)), state)
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
