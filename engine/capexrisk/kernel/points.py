"""Points of scrambled Sobol sequences, in the place of independent numbers.

A path is a point in as many dimensions as it has draws. A replicate is one sequence, scrambled in
its own way: in each dimension its digits are multiplied by a random lower triangular matrix and
shifted (J. Matousek, "On the L2-discrepancy for anchored boxes", Journal of Complexity 14, 1998).
Any single point of it is uniform, and means over it vary as under Owen's nested scrambling (A. B.
Owen, "Variance with alternative scramblings of digital nets", ACM TOMACS 13, 2003). Replicates are
independent of each other: errors are estimated from them, never from the points of one.

The number of a path is its replicate, then its point: see `path_number`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel.block import BLOCK, PITCH, slot
from capexrisk.kernel.given import Given
from capexrisk.kernel.rotated import Rotation
from capexrisk.numeric.jit import loop, scalar
from capexrisk.numeric.philox import HALF, WORD, philox, uniform

DIGITS = 40  # a replicate has 2**40 points
REPLICATES = 256  # at most; with 2**40 points each as many paths as an address has room for
SCRAMBLE = np.uint64(12)  # the name of the bits that scramble, after those of `draws`
LOW_DIGITS = 6  # these tell the points of a block apart
assert 2**LOW_DIGITS == BLOCK, "point_rows writes them out"
POINT_BITS = np.uint64(2**DIGITS - 1)
TO_REPLICATE = np.uint64(DIGITS)
TOP = np.uint64(2**63)
ONE = np.uint64(1)
NO_BITS = np.uint64(0)

Words = NDArray[np.uint64]


class Net(NamedTuple):
    """A Sobol sequence for a scenario with n issuers and T quarters; read-only.

    Attributes
    ----------
    directions : ndarray, shape (DIGITS, dimensions)
        Its direction numbers, the first binary digit in bit 63.
    issuers : int
    of_market_path, of_market, of_issuers : int
        The first dimension of what the market draws once a path; then, quarter after quarter, of
        its draws but for events, and of the issuers' coordinates but for the leads, those of what
        they draw once a path in the first.
    of_leads : ndarray, shape (LEADS,)
        The first dimension of the issuers' leads, one after the other, by calendar year.
    of_events : ndarray, shape (quarters,)
        The first dimension of the market's events: the regime, a technology shock and its size,
        the tenant.
    rotation : Rotation
        What turns coordinates into draws.
    """

    directions: Words
    issuers: int
    of_market_path: int
    of_market: int
    of_issuers: int
    of_leads: NDArray[np.int64]
    of_events: NDArray[np.int64]
    rotation: Rotation


class Points(NamedTuple):
    """A net, and what its points in the block at hand are made of; or draws that are given."""

    net: Net | None
    numbers: Words | None  # (DIGITS + 1, dimensions) directions, scrambled; the shift
    base: Words | None  # (dimensions,) what the points of the block have in common
    columns: Words | None  # (DIGITS,) of one dimension's matrix
    own: NDArray[np.float64] | None  # (issuers, rows) coordinates of each: see `rotated`
    shared: NDArray[np.float64] | None  # (rows,) of all
    given: Given | None  # in the place of a net


def room_for_points(net: Net | None) -> Points | None:
    """Memory for the points of a chunk; None where its draws are independent."""
    if net is None:
        return None
    dimensions = net.directions.shape[1]
    return Points(
        net=net,
        numbers=np.zeros((DIGITS + 1, dimensions), dtype=np.uint64),
        base=np.zeros(dimensions, dtype=np.uint64),
        columns=np.zeros(DIGITS, dtype=np.uint64),
        own=np.zeros((net.issuers, sum(net.rotation.own_v.shape[1:]) * PITCH)),
        shared=np.zeros(sum(net.rotation.all_v.shape) * PITCH),
        given=None,
    )


def given_points(given: Given | None) -> Points | None:
    """Draws that are given; None where they are independent."""
    return None if given is None else Points(None, None, None, None, None, None, given)


def path_number(replicate: int, point: int) -> int:
    """The number of the path at a point of a replicate."""
    return (replicate << DIGITS) + point


@scalar
def random_bits(dimension, digit, replicate, seed):
    """64 bits at an address of their own."""
    word_0, word_1, _, _ = philox(
        np.uint64(dimension), replicate, SCRAMBLE, np.uint64(digit), seed & WORD, seed >> HALF
    )
    return (word_0 << HALF) | word_1


@loop
def scramble(points, first_path, seed):
    """Scramble the directions for the replicate of a path.

    Column c of a matrix has a one at digit c, random digits after it and zeros before: a direction
    of j digits takes j columns. All 64 bits are filled, so a number has more digits than the net.
    """
    if points is None:
        return
    replicate = first_path >> TO_REPLICATE
    columns, numbers = points.columns, points.numbers
    for d in range(numbers.shape[1]):
        for c in range(DIGITS):
            columns[c] = (TOP | (random_bits(d, c, replicate, seed) >> ONE)) >> np.uint64(c)
        for j in range(DIGITS):
            direction = points.net.directions[j, d]
            number = NO_BITS
            for c in range(j + 1):
                if (direction >> np.uint64(63 - c)) & ONE != NO_BITS:
                    number ^= columns[c]
            numbers[j, d] = number
        numbers[DIGITS, d] = random_bits(d, DIGITS, replicate, seed)


@loop
def enter_block(points, first_path):
    """What the block's points have in common: the shift, and their digits above the low ones."""
    if points is None:
        return
    base, numbers = points.base, points.numbers
    point = first_path & POINT_BITS
    for d in range(base.size):
        base[d] = numbers[DIGITS, d]
    for j in range(LOW_DIGITS, DIGITS):
        if (point >> np.uint64(j)) & ONE != NO_BITS:
            for d in range(base.size):
                base[d] ^= numbers[j, d]


@scalar
def digit_mask(p, j):
    """All bits where the number p has digit j, else none."""
    return NO_BITS - ((p >> np.uint64(j)) & ONE)


@loop
def point_rows(state, first, count, dimension, points):
    """Numbers of the block's points into `count` rows from offset `first` on, a dimension each.

    The six digits that tell 64 points apart are written out, so that their directions stay in
    registers: with draws that are not rotated 0.86 of the time of Philox for a whole path; doubling
    the points digit by digit 0.91.
    """
    numbers = points.numbers
    for row in range(count):
        d = dimension + row
        begin = first + row * PITCH
        base = points.base[d]
        n0, n1, n2 = numbers[0, d], numbers[1, d], numbers[2, d]
        n3, n4, n5 = numbers[3, d], numbers[4, d], numbers[5, d]
        for i in range(BLOCK):
            p = np.uint64(i)
            low = (n0 & digit_mask(p, 0)) ^ (n1 & digit_mask(p, 1)) ^ (n2 & digit_mask(p, 2))
            high = (n3 & digit_mask(p, 3)) ^ (n4 & digit_mask(p, 4)) ^ (n5 & digit_mask(p, 5))
            bits = base ^ low ^ high
            state[slot(begin, p)] = uniform(bits >> HALF, bits & WORD)
