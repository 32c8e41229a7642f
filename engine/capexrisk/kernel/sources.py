"""Where the draws of a block come from: Philox, the points of a net, or the caller.

`Source` is one argument for all three. numba does not compile a branch that an argument's being
None rules out, so no source pays for another; a member of an argument is ruled out only where it is
an argument itself, hence two functions for each group of draws.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from capexrisk.kernel import independent, net, supplied
from capexrisk.kernel.draws import Tails, room_for_tails
from capexrisk.kernel.points import Net, Points, Words, enter_block, room_for_points
from capexrisk.kernel.schedule import Schedule
from capexrisk.kernel.supplied import Supplied
from capexrisk.numeric.jit import loop


class Source(NamedTuple):
    """Draws of the paths from `first_path` on; one of the last three members is set.

    Each thread has one of its own: `tails` and parts of `points` are memory of a block.

    Attributes
    ----------
    first_path : uint64
        Of a chunk, or of the block at hand; a multiple of BLOCK. Of supplied draws a column.
    tails : Tails
    seed : uint64 or None
        Of independent draws.
    points : Points or None
        Of one replicate of a net.
    supplied : Supplied or None
    """

    first_path: np.uint64
    tails: Tails
    seed: np.uint64 | None
    points: Points | None
    supplied: Supplied | None


def independent_source(seed: int, first_path: int = 0) -> Source:
    """Independent draws of a seed, 0 to 2**64 - 1."""
    return Source(np.uint64(first_path), room_for_tails(), np.uint64(seed), None, None)


def net_source(net: Net, numbers: Words, first_path: int) -> Source:
    """Points of a net from that of `first_path` on; `numbers` are those of its replicate."""
    points = room_for_points(net, numbers)
    return Source(np.uint64(first_path), room_for_tails(), None, points, None)


def supplied_source(draws: Supplied, first_path: int = 0) -> Source:
    """Supplied draws from column `first_path` on."""
    return Source(np.uint64(first_path), room_for_tails(), None, None, draws)


def refuse_other_shape(source: Source, schedule: Schedule, quarters: int, paths: int) -> None:
    """Refuse points or supplied draws of another shape than the paths to be simulated.

    Raises
    ------
    ValueError
    """
    made = source.supplied if source.points is None else source.points.net
    if made is None:
        return
    issuers = schedule.issuers.shape[0]
    if made.issuers != issuers or made.quarters < quarters:
        raise ValueError(
            f"source: has draws of {made.issuers} issuers over {made.quarters} quarters, the "
            f"scenario {issuers} over {quarters}; make it for a scenario of this shape"
        )
    if source.supplied is None:
        return
    supplied_paths, first = source.supplied.paths, int(source.first_path)
    if first + paths > supplied_paths:
        raise ValueError(
            f"source: supplies draws of {supplied_paths:,} paths, and paths {first:,} to "
            f"{first + paths - 1:,} are wanted; give as many columns"
        )


@loop
def at_block(source, first_path):
    """The source at a block."""
    _enter_block(first_path, source.points)
    return Source(first_path, source.tails, source.seed, source.points, source.supplied)


@loop
def _enter_block(first_path, points):
    if points is not None:
        enter_block(points, first_path)


@loop
def draw_path(state, source):
    """What the market draws once a path."""
    _draw_path(state, source, source.seed, source.points, source.supplied)


@loop
def _draw_path(state, source, seed, points, from_caller):
    if points is not None:
        net.draw_path(state, source)
    if from_caller is not None:
        supplied.draw_path(state, source)
    if seed is not None:
        independent.draw_path(state, source)


@loop
def draw_issuer_path(own, i, key, source):
    """What issuer i draws once a path; `key` is its word in addresses."""
    _draw_issuer_path(own, i, key, source, source.seed, source.points, source.supplied)


@loop
def _draw_issuer_path(own, i, key, source, seed, points, from_caller):
    if points is not None:
        net.draw_issuer_path(own, i, source)
    if from_caller is not None:
        supplied.draw_issuer_path(own, i, source)
    if seed is not None:
        independent.draw_issuer_path(own, key, source)


@loop
def draw_market(state, k, source):
    """What the market draws in quarter k, switches and all."""
    _draw_market(state, k, source, source.seed, source.points, source.supplied)


@loop
def _draw_market(state, k, source, seed, points, from_caller):
    if points is not None:
        net.draw_market(state, k, source)
    if from_caller is not None:
        supplied.draw_market(state, k, source)
    if seed is not None:
        independent.draw_market(state, k, source)


@loop
def draw_issuer(own, k, i, key, source):
    """What issuer i draws in quarter k."""
    _draw_issuer(own, k, i, key, source, source.seed, source.points, source.supplied)


@loop
def _draw_issuer(own, k, i, key, source, seed, points, from_caller):
    if points is not None:
        net.draw_issuer(own, k, i, source)
    if from_caller is not None:
        supplied.draw_issuer(own, k, i, source)
    if seed is not None:
        independent.draw_issuer(own, k, key, source)
