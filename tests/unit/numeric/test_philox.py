"""Philox4x32-10 against the vectors published with Random123, and uniforms on their grid."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from capexrisk.numeric.philox import philox, uniform

# kat_vectors of Random123: counter, key, result.
KNOWN_ANSWERS = {
    "zeros": (
        (0, 0, 0, 0),
        (0, 0),
        (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8),
    ),
    "ones": (
        (0xFFFFFFFF,) * 4,
        (0xFFFFFFFF,) * 2,
        (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD),
    ),
    "pi": (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
}


@numba.njit
def words(counter, key):
    return philox(counter[0], counter[1], counter[2], counter[3], key[0], key[1])


@numba.njit
def uniform_of(high, low):
    return uniform(high, low)


def number(high: int, low: int) -> float:
    return uniform_of(np.uint64(high), np.uint64(low))


@pytest.mark.parametrize("name", KNOWN_ANSWERS)
def test_published_vectors(name):
    counter, key, expected = KNOWN_ANSWERS[name]
    found = words(np.array(counter, dtype=np.uint64), np.array(key, dtype=np.uint64))
    assert tuple(int(word) for word in found) == expected


def test_uniforms_lie_strictly_between_0_and_1():
    assert number(0, 0) == 2.0**-53
    assert number(0xFFFFFFFF, 0xFFFFFFFF) == 1.0 - 2.0**-53


def test_uniforms_lie_on_the_grid():
    """(j + 1/2) 2**-52, j the 32 bits of the first word and the leading 20 of the second."""
    rng = np.random.default_rng(3)
    for high, low in rng.integers(0, 2**32, (2_000, 2)):
        j = (int(high) << 20) | (int(low) >> 12)
        assert number(high, low) == (2 * j + 1) / 2**53


def test_the_last_bits_of_the_second_word_do_not_matter():
    assert number(77, 0xABCDE000) == number(77, 0xABCDEFFF)
    assert number(77, 0xABCDE000) < number(77, 0xABCDF000)
