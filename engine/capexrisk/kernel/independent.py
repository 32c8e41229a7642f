"""Independent draws: each number is a function of (seed, path, quarter, name, issuer) alone.

The address fills Philox's 128-bit counter: the path's low 32 bits; its next 16 bits and the
quarter; the name; the issuer's key. The seed is the 64-bit key. One counter yields two numbers,
so a name stands for a pair of draws: `Draw.pair` of `model.vocabulary`.
"""

from __future__ import annotations

import numpy as np

from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK, PITCH, slot
from capexrisk.kernel.draws import (
    ISSUER_DRAWS,
    ISSUER_PATH_DRAWS,
    MARKET_DRAWS,
    MARKET_NORMALS,
    PATH_DRAWS,
    PATH_NORMALS,
    SWITCH_DRAWS,
    turn_normal,
)
from capexrisk.model.vocabulary import ISSUER_PATH, ISSUER_QUARTER, MARKET_PATH, MARKET_QUARTER
from capexrisk.numeric.jit import loop, scalar, sequence
from capexrisk.numeric.philox import HALF, WORD, philox, uniform

MARKET_KEY = np.uint64(0)
ONCE = np.uint64(0xFFFF)  # stands for the quarter in draws made once a path
QUARTER_SHIFT = np.uint64(16)
ONE = np.uint64(1)
# The first pair of each group; the others follow it.
OF_PATH = np.uint64(MARKET_PATH[0].pair)
OF_ISSUER_PATH = np.uint64(ISSUER_PATH[0].pair)
OF_MARKET = np.uint64(MARKET_QUARTER[0].pair)
OF_ISSUER = np.uint64(ISSUER_QUARTER[0].pair)


@scalar
def uniform_pair(low, high, name, issuer, seed):
    """The two numbers in (0, 1) at an address; all arguments uint64.

    `low` is of the path, `high` its next bits and the quarter.
    """
    word_0, word_1, word_2, word_3 = philox(low, high, name, issuer, seed & WORD, seed >> HALF)
    return uniform(word_0, word_1), uniform(word_2, word_3)


@loop
def draw_uniforms(state, first, count, source, quarter, name, issuer):
    """Fill `count` rows from offset `first` on with uniform numbers, two for each pair's name.

    Two pairs at a time: each round of Philox waits for the one before, and another pair's goes on.
    All paths of a block have the same high word, so that the compiler works it out once.
    """
    low = source.first_path & WORD
    high = (source.first_path >> HALF) | (quarter << QUARTER_SHIFT)
    pairs = count // 2
    for pair in range(0, pairs - 1, 2):
        row, pair_name = first + 2 * pair * PITCH, name + np.uint64(pair)
        for p in range(BLOCK):
            path = low + np.uint64(p)
            a, b = uniform_pair(path, high, pair_name, issuer, source.seed)
            c, d = uniform_pair(path, high, pair_name + ONE, issuer, source.seed)
            state[slot(row, p)] = a
            state[slot(row + PITCH, p)] = b
            state[slot(row + 2 * PITCH, p)] = c
            state[slot(row + 3 * PITCH, p)] = d
    for pair in range(pairs // 2 * 2, pairs):
        row, pair_name = first + 2 * pair * PITCH, name + np.uint64(pair)
        for p in range(BLOCK):
            u, v = uniform_pair(low + np.uint64(p), high, pair_name, issuer, source.seed)
            state[slot(row, p)] = u
            state[slot(row + PITCH, p)] = v


# np.int64 below, as in the other sources: numba would compile a function again for every constant
# it is called with.


@sequence
def draw_path(state, source):
    """Draw the market's numbers of a path."""
    first, count, normals = np.int64(m.Z_SATURATION), np.int64(PATH_DRAWS), np.int64(PATH_NORMALS)
    draw_uniforms(state, first, count, source, ONCE, OF_PATH, MARKET_KEY)
    turn_normal(state, first, normals, source.tails)


@sequence
def draw_issuer_path(own, key, source):
    """Draw an issuer's numbers of a path; `key` is its word in addresses."""
    first, count = np.int64(s.Z_GROWTH), np.int64(ISSUER_PATH_DRAWS)
    draw_uniforms(own, first, count, source, ONCE, OF_ISSUER_PATH, key)
    turn_normal(own, first, count, source.tails)


@sequence
def draw_market(state, k, source):
    """Draw the market's numbers of quarter k, including switches."""
    first, normals = np.int64(m.E_SPREAD), np.int64(MARKET_NORMALS)
    count = np.int64(MARKET_DRAWS + SWITCH_DRAWS)
    draw_uniforms(state, first, count, source, np.uint64(k), OF_MARKET, MARKET_KEY)
    turn_normal(state, first, normals, source.tails)


@sequence
def draw_issuer(own, k, key, source):
    """Draw an issuer's numbers of quarter k."""
    first, count = np.int64(s.Z_REVENUE), np.int64(ISSUER_DRAWS)
    draw_uniforms(own, first, count, source, np.uint64(k), OF_ISSUER, key)
    turn_normal(own, first, count, source.tails)
