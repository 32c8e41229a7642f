"""Named draws: each number is a function of (seed, path, quarter, name, issuer) and nothing else.

The address fills Philox's 128-bit counter: the path's low 32 bits; its next 16 bits and the
quarter; the name; the issuer's key. The seed is the 64-bit key. One counter yields two numbers,
so names go in pairs. A new name takes a new number and disturbs nobody.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK, LANES, PITCH, slot
from capexrisk.kernel.given import given_rows
from capexrisk.kernel.points import point_rows
from capexrisk.kernel.rotated import LEADS, SHARED_DRAWS, project, rotate_rows
from capexrisk.numeric.jit import loop, scalar
from capexrisk.numeric.normal import in_tail, middle_quantile, tail_quantile
from capexrisk.numeric.philox import HALF, WORD, philox, uniform
from capexrisk.numeric.vecmath import trailing_zeros

MAX_PATHS = 2**48  # what the address has room for

# Names, in pairs. The numbers are part of every published result: never reuse one. Pairs that are
# drawn together have numbers, and rows, that follow each other. 12 is `points.SCRAMBLE`.
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

# Draws of the market once a path, of an issuer once a path; in a quarter the market's events, which
# come last of its rows, its others, and an issuer's.
PATH_DRAWS, ISSUER_PATH_DRAWS, EVENT_DRAWS, MARKET_DRAWS, ISSUER_DRAWS = 4, 2, 4, 8, 4
MARKET_NORMALS = 7  # of the market's draws of a quarter the first, from E_SPREAD on
ISSUER_NORMALS = 4
REST = ISSUER_PATH_DRAWS + ISSUER_DRAWS - LEADS  # of an issuer's first draws, less the leads
WORD_PATHS = min(BLOCK, 64)  # a bit each
NO_BIT = np.uint64(0)
LOWEST_BIT = np.uint64(1)


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


class Tails(NamedTuple):
    """Room for a list of the numbers that want the quantile's tail."""

    places: NDArray[np.uint64]
    values: NDArray[np.float64]


def room_for_tails() -> Tails:
    """Room for every number that is drawn at once, and for a last vector that is not full."""
    size = max(MARKET_NORMALS, ISSUER_NORMALS) * BLOCK + LANES
    return Tails(np.zeros(size, dtype=np.uint64), np.full(size, 0.5))


@loop
def draw_uniforms(state, first, pairs, first_path, quarter, name, issuer, seed):
    """Uniform numbers into 2 `pairs` rows from offset `first` on, a name for every two rows."""
    for pair in range(pairs):
        row_a = first + 2 * pair * PITCH
        row_b = row_a + PITCH
        for p in range(BLOCK):
            path = first_path + np.uint64(p)
            u, v = uniform_pair(path, quarter, name + np.uint64(pair), issuer, seed)
            state[slot(row_a, p)] = u
            state[slot(row_b, p)] = v


@loop
def turn_normal(state, first, count, tails):
    """Turn `count` rows of uniform numbers from offset `first` on into standard normals.

    First the numbers in the tails are listed: a bit each in a word for 64 paths, so that only
    those that are there take time. Then the middle of all, then the list, which is short.
    """
    listed = 0
    for row in range(first, first + count * PITCH, PITCH):
        for begin in range(row, row + BLOCK, WORD_PATHS):
            far = NO_BIT
            for p in range(WORD_PATHS):
                far |= np.uint64(in_tail(state[slot(begin, p)])) << np.uint64(p)
            while far != NO_BIT:
                place = slot(begin, trailing_zeros(far))
                tails.places[listed] = place
                tails.values[listed] = state[place]
                listed += 1
                far &= far - LOWEST_BIT
        for p in range(BLOCK):
            state[slot(row, p)] = middle_quantile(state[slot(row, p)])
    # Whole vectors only: what is left over would be done one by one.
    for t in range((listed + LANES - 1) // LANES * LANES):
        tails.values[t] = tail_quantile(tails.values[t])
    for t in range(listed):
        state[tails.places[t]] = tails.values[t]


# np.int64 below: numba would compile a function anew for every constant it is called with. Where
# draws are independent `points` is None; where they come from a net `given` is, where they are
# given `net` is. numba does not compile a branch that an argument's being None rules out, so no
# source of draws pays for another.


@loop
def draw_path(state, first_path, seed, points, tails):
    """What the market draws once a path."""
    first, pairs, normals = np.int64(m.Z_SATURATION), np.int64(2), np.int64(3)
    if points is None:
        draw_uniforms(state, first, pairs, first_path, ONCE, SATURATION_SPEED, MARKET_KEY, seed)
        turn_normal(state, first, normals, tails)
    else:
        path_rows(state, first, first_path, points, points.net, points.given)
        turn_normal(state, first, normals, tails)
        draw_shared(points, points.net, tails)


@loop
def path_rows(state, first, first_path, points, net, given):
    """The uniform numbers of `draw_path`."""
    count = np.int64(PATH_DRAWS)
    if net is not None:
        point_rows(state, first, count, net.of_market_path, points)
    if given is not None:
        given_rows(state, first, count, np.int64(0), first_path, given)


@loop
def draw_shared(points, net, tails):
    """The coordinates of which all issuers' leads and the market's rotated draws are made."""
    if net is not None:
        shared = points.shared
        several = np.int64(SHARED_DRAWS)
        row = net.rotation.all_v.shape[1] * PITCH
        for year in range(LEADS):
            for i in range(0, net.issuers, ISSUER_NORMALS):
                count = min(net.issuers - i, ISSUER_NORMALS)
                point_rows(shared, row, count, net.of_leads[year] + i, points)
                turn_normal(shared, row, count, tails)
                row += count * PITCH
        for k in range(net.rotation.quarters):
            point_rows(shared, row, several, net.of_market + MARKET_DRAWS * k, points)
            turn_normal(shared, row, several, tails)
            row += several * PITCH
        project(shared, net.rotation.all_v, LEADS * net.issuers)


@loop
def draw_own(i, points, tails):
    """The coordinates of which issuer i's rotated draws are made; the leads come first."""
    net, own = points.net, points.own[i]
    one, rest, later = np.int64(1), np.int64(REST), np.int64(ISSUER_DRAWS)
    row = np.int64(LEADS * PITCH)
    for year in range(LEADS):
        draw = net.issuers * year + i
        rotate_rows(own, row, one, points.shared, net.rotation.all_u, draw)
        row += PITCH
    for k in range(net.rotation.quarters):
        count = later if k > 0 else rest
        point_rows(own, row, count, net.of_issuers + own_dimension(i, k, net.issuers), points)
        turn_normal(own, row, count, tails)
        row += count * PITCH
    project(own, net.rotation.own_v[i], np.int64(0))


@scalar
def own_dimension(i, k, issuers):
    """The first of issuer i's in quarter k, of the issuers' dimensions; the first has `REST`."""
    before = issuers * (ISSUER_DRAWS * k - ISSUER_DRAWS + REST)
    return before + ISSUER_DRAWS * i if k > 0 else REST * i


@loop
def draw_issuer_path(own, first_path, i, key, seed, points, tails):
    """What issuer i draws once a path; `key` is its word in addresses."""
    first, pairs, normals = np.int64(s.Z_GROWTH), np.int64(1), np.int64(2)
    if points is None:
        draw_uniforms(own, first, pairs, first_path, ONCE, GROWTH_CAPEX_GROWTH, key, seed)
        turn_normal(own, first, normals, tails)
    else:
        net, given = points.net, points.given
        issuer_path_rows(own, first, first_path, i, points, net, given, tails)


@loop
def issuer_path_rows(own, first, first_path, i, points, net, given, tails):
    """The normals of `draw_issuer_path`."""
    count = np.int64(ISSUER_PATH_DRAWS)
    if net is not None:
        draw_own(i, points, tails)
        rotate_rows(own, first, count, points.own[i], points.net.rotation.own_u[i], np.int64(0))
    if given is not None:
        given_rows(own, first, count, given.of_issuers_path + count * i, first_path, given)
        turn_normal(own, first, count, tails)


@loop
def draw_market(state, first_path, k, seed, points, tails):
    """What the market draws in quarter k."""
    first, pairs, normals = np.int64(m.E_SPREAD), np.int64(6), np.int64(MARKET_NORMALS)
    if points is None:
        quarter = np.uint64(k)
        draw_uniforms(state, first, pairs, first_path, quarter, SPREAD_DEMAND, MARKET_KEY, seed)
        turn_normal(state, first, normals, tails)
    else:
        net, given = points.net, points.given
        market_rows_of_points(state, first, first_path, k, points, net, given, tails)


@loop
def market_rows_of_points(state, first, first_path, k, points, net, given, tails):
    """Normals and events of `draw_market`."""
    events, number, normals = np.int64(m.U_REGIME), np.int64(EVENT_DRAWS), np.int64(MARKET_NORMALS)
    if net is not None:
        point_rows(state, events, number, net.of_events[k], points)
        turned = np.int64(SHARED_DRAWS if k < net.rotation.quarters else 0)
        begin, dimension = first + turned * PITCH, net.of_market + MARKET_DRAWS * k + turned
        point_rows(state, begin, MARKET_DRAWS - turned, dimension, points)
        turn_normal(state, begin, normals - turned, tails)
        draw = LEADS * net.issuers + SHARED_DRAWS * k
        rotate_rows(state, first, turned, points.shared, net.rotation.all_u, draw)
    if given is not None:
        others = np.int64(MARKET_DRAWS)
        given_rows(state, first, others, given.of_market + MARKET_DRAWS * k, first_path, given)
        given_rows(state, events, number, given.of_events + EVENT_DRAWS * k, first_path, given)
        turn_normal(state, first, normals, tails)


@loop
def draw_issuer(own, first_path, k, i, key, seed, points, tails):
    """What issuer i draws in quarter k."""
    first, pairs, normals = np.int64(s.Z_REVENUE), np.int64(2), np.int64(ISSUER_NORMALS)
    if points is None:
        draw_uniforms(own, first, pairs, first_path, np.uint64(k), REVENUE_FLOW, key, seed)
        turn_normal(own, first, normals, tails)
    else:
        net, given = points.net, points.given
        issuer_rows_of_points(own, first, first_path, k, i, points, net, given, tails)


@loop
def issuer_rows_of_points(own, first, first_path, k, i, points, net, given, tails):
    """The normals of `draw_issuer`."""
    normals = np.int64(ISSUER_NORMALS)
    if net is not None:
        rotation = points.net.rotation
        rotated = normals if k < rotation.quarters else np.int64(0)
        draw = ISSUER_PATH_DRAWS + ISSUER_DRAWS * k
        rotate_rows(own, first, rotated, points.own[i], rotation.own_u[i], draw)
        dimension = points.net.of_issuers + own_dimension(i, k, points.net.issuers)
        point_rows(own, first, normals - rotated, dimension, points)
        turn_normal(own, first, normals - rotated, tails)
    if given is not None:
        dimension = given.of_issuers + ISSUER_DRAWS * (given.issuers * k + i)
        given_rows(own, first, normals, dimension, first_path, given)
        turn_normal(own, first, normals, tails)
