"""Named draws: each number is a function of (seed, path, quarter, name, issuer) and nothing else.

The address fills Philox's 128-bit counter: the path's low 32 bits; its next 16 bits and the
quarter; the name; the issuer's key. The seed is the 64-bit key. One counter yields two numbers,
so names go in pairs. A new name takes a new number and disturbs nobody.
"""

from __future__ import annotations

import numpy as np

from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK
from capexrisk.numeric.jit import loop, scalar
from capexrisk.numeric.normal import normal_quantile
from capexrisk.numeric.philox import HALF, WORD, philox, uniform

MAX_PATHS = 2**48  # what the address has room for

# Names, in pairs. The numbers are part of every published result: never reuse one.
SATURATION_SPEED = np.uint64(1)
YIELD_SPARE = np.uint64(2)
GROWTH_CAPEX_GROWTH = np.uint64(3)
SPREAD_DEMAND = np.uint64(4)
CAPEX_MACRO = np.uint64(5)
SOFTWARE_JUMP_SIZE = np.uint64(6)
MIXING_JUMP = np.uint64(7)
REGIME_TECHNOLOGY = np.uint64(8)
TECHNOLOGY_SIZE_TENANT = np.uint64(9)
REVENUE_FLOW = np.uint64(10)
CAPEX_SPREAD = np.uint64(11)

MARKET_KEY = np.uint64(0)
ONCE = np.uint64(0xFFFF)  # the quarter of what is drawn once a path
QUARTER_SHIFT = np.uint64(16)


@scalar
def uniform_pair(path, quarter, name, issuer, seed):
    """The two numbers in (0, 1) at an address; all arguments uint64."""
    word_0, word_1, word_2, word_3 = philox(
        path & WORD,
        (path >> HALF) | (quarter << QUARTER_SHIFT),
        name,
        issuer,
        seed & WORD,
        seed >> HALF,
    )
    return uniform(word_0, word_1), uniform(word_2, word_3)


@loop
def draw_normals(state, row_a, row_b, first_path, quarter, name, issuer, seed):
    """Two rows of standard normals."""
    for p in range(BLOCK):
        u, v = uniform_pair(first_path + np.uint64(p), quarter, name, issuer, seed)
        state[row_a + p] = normal_quantile(u)
        state[row_b + p] = normal_quantile(v)


@loop
def draw_uniforms(state, row_a, row_b, first_path, quarter, name, issuer, seed):
    """Two rows of uniforms."""
    for p in range(BLOCK):
        u, v = uniform_pair(first_path + np.uint64(p), quarter, name, issuer, seed)
        state[row_a + p] = u
        state[row_b + p] = v


@loop
def draw_mixed(state, row_a, row_b, first_path, quarter, name, issuer, seed):
    """A row of standard normals and a row of uniforms."""
    for p in range(BLOCK):
        u, v = uniform_pair(first_path + np.uint64(p), quarter, name, issuer, seed)
        state[row_a + p] = normal_quantile(u)
        state[row_b + p] = v


@loop
def draw_path(state, first_path, seed):
    """What the market draws once a path."""
    draw_normals(
        state, m.Z_SATURATION, m.Z_SPEED, first_path, ONCE, SATURATION_SPEED, MARKET_KEY, seed
    )
    draw_normals(state, m.Z_YIELD, m.SPARE, first_path, ONCE, YIELD_SPARE, MARKET_KEY, seed)


@loop
def draw_issuer_path(own, first_path, issuer, seed):
    """What an issuer draws once a path."""
    draw_normals(
        own,
        s.Z_GROWTH,
        s.Z_CAPEX_GROWTH,
        first_path,
        ONCE,
        GROWTH_CAPEX_GROWTH,
        issuer,
        seed,
    )


@loop
def draw_market(state, first_path, quarter, seed):
    """What the market draws in a quarter."""
    key = MARKET_KEY
    draw_normals(state, m.E_SPREAD, m.E_DEMAND, first_path, quarter, SPREAD_DEMAND, key, seed)
    draw_normals(state, m.E_CAPEX, m.E_MACRO, first_path, quarter, CAPEX_MACRO, key, seed)
    draw_normals(state, m.E_SOFTWARE, m.Z_JUMP, first_path, quarter, SOFTWARE_JUMP_SIZE, key, seed)
    draw_mixed(state, m.Z_MIXING, m.U_JUMP, first_path, quarter, MIXING_JUMP, key, seed)
    draw_uniforms(
        state, m.U_REGIME, m.U_TECHNOLOGY, first_path, quarter, REGIME_TECHNOLOGY, key, seed
    )
    draw_uniforms(
        state,
        m.U_TECHNOLOGY_SIZE,
        m.U_TENANT,
        first_path,
        quarter,
        TECHNOLOGY_SIZE_TENANT,
        key,
        seed,
    )


@loop
def draw_issuer(own, first_path, quarter, issuer, seed):
    """What an issuer draws in a quarter."""
    draw_normals(
        own,
        s.Z_REVENUE,
        s.Z_FLOW,
        first_path,
        quarter,
        REVENUE_FLOW,
        issuer,
        seed,
    )
    draw_normals(
        own,
        s.Z_CAPEX,
        s.Z_SPREAD,
        first_path,
        quarter,
        CAPEX_SPREAD,
        issuer,
        seed,
    )
