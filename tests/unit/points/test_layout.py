"""Orders of a path's draws: every draw once, and where the kernel looks for it."""

from __future__ import annotations

from collections import Counter
from itertools import product

import numba
import numpy as np
import pytest

from capexrisk.errors import DimensionError
from capexrisk.kernel.net import own_dimension
from capexrisk.kernel.points import DIGITS, path_number
from capexrisk.kernel.rotated import LEADS
from capexrisk.model.vocabulary import DRAWS
from capexrisk.points.draws import SuppliedDraws
from capexrisk.points.layout import (
    DrawOf,
    dimensions,
    first_draws,
    net_order,
    supplied_order,
)
from tests.unit.points.shapes import points_of

SHAPES = [(1, 1), (2, 3), (5, 14), (6, 80)]


@numba.njit
def dimension_of(i, k, issuers):
    return own_dimension(i, k, issuers)


def test_draws_have_names_of_their_own():
    assert len({draw.name for draw in DRAWS}) == len(DRAWS) == 22
    assert all(draw.words for draw in DRAWS)


@pytest.mark.parametrize(("issuers", "quarters"), SHAPES)
def test_every_order_has_every_draw_once(issuers, quarters):
    year = [k // 4 for k in range(quarters)]
    expected = Counter(
        DrawOf(draw, i, k)
        for draw in DRAWS
        for i in (range(issuers) if draw.of == "issuer" else [None])
        for k in (range(quarters) if draw.when == "quarter" else [None])
    )
    assert set(expected.values()) == {1}
    assert expected.total() == dimensions(issuers, quarters)
    for order in (supplied_order(issuers, quarters), net_order(issuers, year)):
        assert Counter(order.places) == expected
        for number in (0, len(order.places) // 2, len(order.places) - 1):
            draw, issuer, quarter = order.places[number]
            assert order.number(draw.name, issuer, quarter) == number


def test_the_order_of_supplied_draws():
    order = supplied_order(2, 3)
    once = 4 + 2 * 2
    assert order.number("spare") == 3
    assert order.number("capex_growth", 1) == 7
    assert order.number("regime", quarter=1) == once + 4
    assert order.number("spread", quarter=2) == once + 3 * 4 + 2 * 8
    assert order.number("own_spread", 1, 2) == len(order.places) - 1 == once + 3 * (4 + 8 + 8) - 1


def test_the_order_of_a_net():
    """Market once a path; by year leads and switches; by quarter market, then two issuers.

    Published numbers hang on it: an order that is only made otherwise is another result.
    """
    order = net_order(2, [0, 0, 0])
    leads = [order.number(*place) for place in (("core_growth", 1), ("capex_growth", 1))]
    assert [*leads, order.number("own_revenue", 1, 0)] == [5, 19, 21]
    assert [order.number("regime", quarter=k) for k in range(3)] == [6, 10, 14]
    assert order.number("spread", quarter=0) == 22
    assert order.number("own_cash_flow", 0, 0) == 22 + 3 * 8
    longer = net_order(2, [k // 4 for k in range(14)])
    assert [longer.number("core_growth", 0), longer.number("capex_growth", 0)] == [4, 22]
    found = [longer.number("regime", quarter=k) for k in (0, 4, 8, 12, 13)]
    assert found == [6, 24, 42, 58, 62]


@pytest.mark.parametrize(("issuers", "quarters"), SHAPES)
def test_the_kernel_looks_for_draws_where_the_order_of_a_net_has_them(issuers, quarters):
    points = points_of(issuers, quarters)
    order, net = points.order, points.source(0).points.net
    assert (net.issuers, net.quarters, net.of_market_path) == (issuers, quarters, 0)
    assert points.source(0).points.numbers.shape == (DIGITS + 1, len(order.places))
    assert [net.of_leads[year] + i for year in range(LEADS) for i in range(issuers)] == [
        order.of(first_draws(i)[year]) for year in range(LEADS) for i in range(issuers)
    ]
    for k in range(quarters):
        assert net.of_switches[k] == order.number("regime", quarter=k)
        assert net.of_market + 8 * k == order.number("spread", quarter=k)
    for k, i in product(range(quarters), range(issuers)):
        first = "own_revenue" if k else "own_cash_flow"
        assert net.of_issuers + dimension_of(i, k, issuers) == order.number(first, i, k)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (("spraed",), "'spraed' is no draw; give one of saturation, speed"),
        (("spread",), "'spread' is drawn every quarter for the market: no number"),
        (("own_spread", 2, 0), "'own_spread' is drawn every quarter for each issuer: no number"),
        (("core_growth", 0, 1), "'core_growth' is drawn once a path for each issuer: no number"),
        (("regime", None, 3), "no number of issuer None in quarter 3"),
    ],
    ids=str,
)
def test_a_draw_that_no_path_has_is_refused(place, message):
    with pytest.raises(LookupError) as refused:
        supplied_order(2, 3).number(*place)
    assert message in str(refused.value)


def test_supplied_draws_of_another_shape_are_refused():
    uniforms = np.full((dimensions(2, 3), 10), 0.25)
    SuppliedDraws(uniforms, 2, 3)
    with pytest.raises(ValueError, match="has 68 rows, and 2 issuers over 4 quarters have 88"):
        SuppliedDraws(uniforms, 2, 4)
    for wrong in (0.0, 1.0, np.nan, -0.1):
        spoilt = uniforms.copy()
        spoilt[5, 3] = wrong
        with pytest.raises(ValueError, match="must be between 0 and 1"):
            SuppliedDraws(spoilt, 2, 3)


def test_more_draws_than_dimensions_are_refused():
    points_of(62, 80).source(path_number(3, 0))
    with pytest.raises(DimensionError, match="64 issuers over 80 quarters make 21,572 draws"):
        points_of(64, 80)
