"""Sources of a block's draws: Philox, the points of a net, or the caller.

`Source` is one argument for all three. numba does not compile a branch that is ruled out because an
argument is None, so no source pays for another. This holds only for arguments themselves, not for
their members, hence two functions for each group of draws.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from capexrisk.kernel import independent, net, supplied
from capexrisk.kernel.draws import Tails, room_for_tails
from capexrisk.kernel.points import Net, Points, Words, enter_block, room_for_points
from capexrisk.kernel.schedule import Schedule
from capexrisk.kernel.supplied import Supplied
from capexrisk.model.parameters import Issuer, Scheduled
from capexrisk.numeric.jit import sequence
from capexrisk.numeric.table_reader import refuse_other_width


class Source(NamedTuple):
    """Draws of the paths from `first_path` on; exactly one of the last three members is set.

    Each thread needs its own: `tails` and parts of `points` are memory for a block.

    Attributes
    ----------
    first_path : uint64
        First path of a chunk, or of the current block; a multiple of BLOCK. A column, if draws are
        supplied.
    tails : Tails
    seed : uint64 or None
        Seed of independent draws.
    points : Points or None
        Points of one replicate of a net.
    supplied : Supplied or None
    """

    first_path: np.uint64
    tails: Tails
    seed: np.uint64 | None
    points: Points | None
    supplied: Supplied | None


def independent_source(seed: int, first_path: int = 0) -> Source:
    """Source of independent draws with a seed, 0 to 2**64 - 1."""
    return Source(np.uint64(first_path), room_for_tails(), np.uint64(seed), None, None)


def net_source(net: Net, numbers: Words, first_path: int) -> Source:
    """Source of a net's points from `first_path` on; `numbers` are those of its replicate."""
    points = room_for_points(net, numbers)
    return Source(np.uint64(first_path), room_for_tails(), None, points, None)


def supplied_source(draws: Supplied, first_path: int = 0) -> Source:
    """Source of supplied draws from column `first_path` on."""
    return Source(np.uint64(first_path), room_for_tails(), None, None, draws)


def refuse_other_shape(source: Source, schedule: Schedule, quarters: int, paths: int) -> None:
    """Refuse tables and draws whose shape does not fit the paths to be simulated.

    Raises
    ------
    ValueError
    """
    refuse_other_width(schedule.issuers.shape[1], Issuer)
    refuse_other_width(schedule.events.shape[1], Scheduled)
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


@sequence
def at_block(source, first_path):
    """The source positioned at a block."""
    _enter_block(first_path, source.points)
    return Source(first_path, source.tails, source.seed, source.points, source.supplied)


@sequence
def _enter_block(first_path, points):
    if points is not None:
        enter_block(points, first_path)


@sequence
def draw_path(state, source):
    """Draw the market's numbers of a path."""
    _draw_path(state, source, source.seed, source.points, source.supplied)


@sequence
def _draw_path(state, source, seed, points, from_caller):
    if points is not None:
        net.draw_path(state, source)
    if from_caller is not None:
        supplied.draw_path(state, source)
    if seed is not None:
        independent.draw_path(state, source)


@sequence
def draw_issuer_path(own, i, key, source):
    """Draw issuer i's numbers of a path; `key` is its word in addresses."""
    _draw_issuer_path(own, i, key, source, source.seed, source.points, source.supplied)


@sequence
def _draw_issuer_path(own, i, key, source, seed, points, from_caller):
    if points is not None:
        net.draw_issuer_path(own, i, source)
    if from_caller is not None:
        supplied.draw_issuer_path(own, i, source)
    if seed is not None:
        independent.draw_issuer_path(own, key, source)


@sequence
def draw_market(state, k, source):
    """Draw the market's numbers of quarter k, including switches."""
    _draw_market(state, k, source, source.seed, source.points, source.supplied)


@sequence
def _draw_market(state, k, source, seed, points, from_caller):
    if points is not None:
        net.draw_market(state, k, source)
    if from_caller is not None:
        supplied.draw_market(state, k, source)
    if seed is not None:
        independent.draw_market(state, k, source)


@sequence
def draw_issuer(own, k, i, key, source):
    """Draw issuer i's numbers of quarter k."""
    _draw_issuer(own, k, i, key, source, source.seed, source.points, source.supplied)


@sequence
def _draw_issuer(own, k, i, key, source, seed, points, from_caller):
    if points is not None:
        net.draw_issuer(own, k, i, source)
    if from_caller is not None:
        supplied.draw_issuer(own, k, i, source)
    if seed is not None:
        independent.draw_issuer(own, k, key, source)
