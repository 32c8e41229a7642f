"""Draws from the points of a net: coordinates, some of them rotated, and switches.

The order of dimensions is that of `points.layout.net_order`.
"""

from __future__ import annotations

import numpy as np

from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import PITCH
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
from capexrisk.kernel.points import point_rows
from capexrisk.kernel.rotated import LEADS, SHARED_DRAWS, project, rotate_rows
from capexrisk.numeric.jit import scalar, sequence
from capexrisk.numeric.rows import rows_from

REST = ISSUER_PATH_DRAWS + ISSUER_DRAWS - LEADS  # of an issuer's first draws, without the leads


@sequence
def draw_path(state, source):
    """Draw the market's numbers of a path, and all coordinates that issuers and market share."""
    first, count, normals = np.int64(m.Z_SATURATION), np.int64(PATH_DRAWS), np.int64(PATH_NORMALS)
    points = source.points
    point_rows(state, first, count, points.net.of_market_path, points)
    turn_normal(state, first, normals, source.tails)
    draw_shared(points, points.net, source.tails)


@sequence
def draw_shared(points, net, tails):
    """Draw the coordinates behind all issuers' leads and the market's rotated draws."""
    shared = rows_from(points.shared, 0)
    several = np.int64(SHARED_DRAWS)
    row = net.rotation.all_v.shape[1] * PITCH
    for year in range(LEADS):
        for i in range(0, net.issuers, ISSUER_DRAWS):
            count = min(net.issuers - i, ISSUER_DRAWS)
            point_rows(shared, row, count, net.of_leads[year] + i, points)
            turn_normal(shared, row, count, tails)
            row += count * PITCH
    for k in range(net.rotation.quarters):
        point_rows(shared, row, several, net.of_market + MARKET_DRAWS * k, points)
        turn_normal(shared, row, several, tails)
        row += several * PITCH
    project(shared, net.rotation.all_v, LEADS * net.issuers)


@sequence
def draw_issuer_path(own, i, source):
    """Draw issuer i's numbers of a path, and all its coordinates that are rotated."""
    first, count = np.int64(s.Z_GROWTH), np.int64(ISSUER_PATH_DRAWS)
    points = source.points
    draw_own(i, points, source.tails)
    turned = rows_from(points.own[i], 0)
    rotate_rows(own, first, count, turned, points.net.rotation.own_u[i], np.int64(0))


@sequence
def draw_own(i, points, tails):
    """Draw the coordinates behind issuer i's rotated draws; the leads come first."""
    net, own, shared = points.net, rows_from(points.own[i], 0), rows_from(points.shared, 0)
    one, rest, later = np.int64(1), np.int64(REST), np.int64(ISSUER_DRAWS)
    row = np.int64(LEADS * PITCH)
    for year in range(LEADS):
        draw = net.issuers * year + i
        rotate_rows(own, row, one, shared, net.rotation.all_u, draw)
        row += PITCH
    for k in range(net.rotation.quarters):
        count = later if k > 0 else rest
        point_rows(own, row, count, net.of_issuers + own_dimension(i, k, net.issuers), points)
        turn_normal(own, row, count, tails)
        row += count * PITCH
    project(own, net.rotation.own_v[i], np.int64(0))


@scalar
def own_dimension(i, k, issuers):
    """First dimension of issuer i in quarter k, among the issuers'; quarter 0 has `REST`."""
    before = issuers * (ISSUER_DRAWS * k - ISSUER_DRAWS + REST)
    return before + ISSUER_DRAWS * i if k > 0 else REST * i


@sequence
def draw_market(state, k, source):
    """Draw the market's numbers of quarter k, including switches."""
    first, normals = np.int64(m.E_SPREAD), np.int64(MARKET_NORMALS)
    switches, several = np.int64(m.U_REGIME), np.int64(SWITCH_DRAWS)
    points, net = source.points, source.points.net
    point_rows(state, switches, several, net.of_switches[k], points)
    turned = np.int64(SHARED_DRAWS if k < net.rotation.quarters else 0)
    begin, dimension = first + turned * PITCH, net.of_market + MARKET_DRAWS * k + turned
    point_rows(state, begin, MARKET_DRAWS - turned, dimension, points)
    turn_normal(state, begin, normals - turned, source.tails)
    draw = LEADS * net.issuers + SHARED_DRAWS * k
    shared = rows_from(points.shared, 0)
    rotate_rows(state, first, turned, shared, net.rotation.all_u, draw)


@sequence
def draw_issuer(own, k, i, source):
    """Draw issuer i's numbers of quarter k."""
    first, count = np.int64(s.Z_REVENUE), np.int64(ISSUER_DRAWS)
    points, net = source.points, source.points.net
    rotated = count if k < net.rotation.quarters else np.int64(0)
    draw = ISSUER_PATH_DRAWS + ISSUER_DRAWS * k
    turned = rows_from(points.own[i], 0)
    rotate_rows(own, first, rotated, turned, net.rotation.own_u[i], draw)
    dimension = net.of_issuers + own_dimension(i, k, net.issuers)
    point_rows(own, first, count - rotated, dimension, points)
    turn_normal(own, first, count - rotated, source.tails)
