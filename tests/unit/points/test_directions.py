"""Direction numbers against SciPy's generator, which is built from the same list."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

from capexrisk.errors import KernelFault
from capexrisk.kernel.points import DIGITS
from capexrisk.points import directions
from capexrisk.points.directions import MOST_DIMENSIONS, direction_numbers


def points(dimensions: int, digits: int) -> np.ndarray:
    """The first 2**digits points of the sequence, in the order of their numbers."""
    numbers = direction_numbers(dimensions)
    number = np.arange(2**digits)
    found = np.zeros((number.size, dimensions), dtype=np.uint64)
    for j in range(digits):
        found[(number >> j) & 1 == 1] ^= numbers[j]
    return found


@pytest.mark.parametrize(("dimensions", "digits"), [(3, 12), (447, 10), (MOST_DIMENSIONS, 7)])
def test_points_are_those_of_scipy(dimensions, digits):
    """SciPy walks through them in the order of Gray's code: the same points, renumbered."""
    number = np.arange(2**digits)
    expected = qmc.Sobol(dimensions, scramble=False, bits=32).random(number.size)
    found = points(dimensions, digits)[number ^ (number >> 1)] / 2.0**64
    np.testing.assert_array_equal(found, expected)


def test_every_dimension_is_a_permutation_to_the_last_digit():
    """The matrix of a dimension has ones on its diagonal: direction j ends with digit j."""
    numbers = direction_numbers(500)
    for j in range(DIGITS):
        assert ((numbers[j] >> np.uint64(63 - j)) & np.uint64(1) == 1).all()
        assert not (numbers[j] << np.uint64(j + 1)).any()


def test_numbers_are_shared_and_stay_as_they_are():
    assert direction_numbers(7) is direction_numbers(7)
    with pytest.raises(ValueError, match="read-only"):
        direction_numbers(7)[0, 0] = 1


def test_a_file_that_was_changed_is_refused(monkeypatch):
    monkeypatch.setattr(directions, "CHECKSUM", "0" * 64)
    directions._table.cache_clear()
    with pytest.raises(KernelFault, match=r"joe-kuo-21201\.npz: is not the file"):
        directions._table()
    monkeypatch.undo()
    directions._table()
