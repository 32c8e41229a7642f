"""A draw is a function of (seed, path, quarter, name, issuer) and of nothing else."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from scipy.special import ndtri

from capexrisk.kernel import independent as addresses
from capexrisk.kernel.block import PITCH
from capexrisk.kernel.points import SCRAMBLE
from capexrisk.kernel.simulate import simulate_chunk
from capexrisk.kernel.sources import independent_source
from capexrisk.lowering import issuer_key
from capexrisk.model.vocabulary import DRAWS
from tests.unit.kernel.blocks import (
    ISSUER_DRAWS,
    MARKET_DRAWS,
    PATH_DRAWS,
    PATH_ISSUER_DRAWS,
    Block,
    lowered,
    reference_case,
    trace,
    with_quarters,
)

WORD = 2**32 - 1
ONCE = 0xFFFF  # the quarter of what is drawn once a path
QUANTILE_ERROR = 1.3e-9  # 1.2e-9 of ours and scipy's own

# Row: name of the pair, which of the two, and whether a normal is made of it.
PATH_ADDRESSES = {
    "Z_SATURATION": (1, 0, True),
    "Z_SPEED": (1, 1, True),
    "Z_YIELD": (2, 0, True),
}
ISSUER_PATH_ADDRESSES = {"Z_GROWTH": (3, 0, True), "Z_CAPEX_GROWTH": (3, 1, True)}
MARKET_ADDRESSES = {
    "E_SPREAD": (4, 0, True),
    "E_DEMAND": (4, 1, True),
    "E_CAPEX": (5, 0, True),
    "E_MACRO": (5, 1, True),
    "E_LINKED": (6, 0, True),
    "Z_JUMP": (6, 1, True),
    "Z_MIXING": (7, 0, True),
    "U_JUMP": (7, 1, False),
    "U_REGIME": (8, 0, False),
    "U_SHOCK": (8, 1, False),
    "U_SHOCK_SIZE": (9, 0, False),
    "U_ANCHOR": (9, 1, False),
}
ISSUER_ADDRESSES = {
    "Z_REVENUE": (10, 0, True),
    "Z_FLOW": (10, 1, True),
    "Z_CAPEX": (11, 0, True),
    "Z_SPREAD": (11, 1, True),
}


def philox(counter: tuple[int, ...], key: tuple[int, ...]) -> tuple[int, ...]:
    """Philox4x32-10 in plain integers."""
    (c0, c1, c2, c3), (k0, k1) = counter, key
    for _ in range(10):
        a, b = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (b >> 32) ^ c1 ^ k0, b & WORD, (a >> 32) ^ c3 ^ k1, a & WORD
        k0, k1 = (k0 + 0x9E3779B9) & WORD, (k1 + 0xBB67AE85) & WORD
    return c0, c1, c2, c3


def uniform(seed: int, path: int, quarter: int, name: int, issuer: int, which: int) -> float:
    """The number at an address."""
    counter = (path & WORD, (path >> 32) | (quarter << 16), name, issuer)
    words = philox(counter, (seed & WORD, seed >> 32))
    j = (words[2 * which] << 20) | (words[2 * which + 1] >> 12)
    return (2 * j + 1) / 2**53


def assert_drawn(found: float, u: float, normal: bool) -> None:
    if normal:
        assert found == pytest.approx(float(ndtri(u)), rel=QUANTILE_ERROR)
    else:
        assert found == u


def market_draws(block: Block) -> dict[str, np.ndarray]:
    drawn = {row: block.market(row) for row in MARKET_DRAWS.values()}
    return drawn | {row: block.market(row)[0] for row in PATH_DRAWS.values()}


def issuer_draws(block: Block, name: str) -> dict[str, np.ndarray]:
    i = block.scenario.issuers.index(name)
    rows = (*ISSUER_DRAWS.values(), *PATH_ISSUER_DRAWS.values())
    return {row: block.issuers(row)[i] for row in rows}


def assert_same_bits(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    assert found.keys() == expected.keys()
    for row, values in expected.items():
        np.testing.assert_array_equal(found[row].view(np.int64), values.view(np.int64), row)


@pytest.fixture(scope="module")
def case():
    return with_quarters(reference_case(), 6)


@pytest.fixture(scope="module")
def block(case):
    return trace(case, seed=11, first_path=128)


@pytest.mark.parametrize(
    ("seed", "first_path"),
    [(0, 0), (11, 128), (3, 2**32 - 64), (2**64 - 1, 2**32), (2**32 + 7, 2**48 - 64)],
    ids=["zeros", "plain", "before the path's 33rd bit", "with it", "the last block"],
)
def test_single_draws_from_their_addresses(case, seed, first_path):
    """By a second Philox in plain Python: all names, some paths and quarters, both ends."""
    block = trace(case, seed=seed, first_path=first_path)
    for p in (0, 31, 32, 63):
        path = first_path + p
        for row, (name, which, normal) in PATH_ADDRESSES.items():
            u = uniform(seed, path, ONCE, name, 0, which)
            assert_drawn(block.market(row)[0, p], u, normal)
        for k in (0, 5):
            for row, (name, which, normal) in MARKET_ADDRESSES.items():
                u = uniform(seed, path, k, name, 0, which)
                assert_drawn(block.market(row)[k, p], u, normal)
        for i, issuer in enumerate(block.scenario.issuers):
            key = issuer_key(issuer)
            for row, (name, which, normal) in ISSUER_PATH_ADDRESSES.items():
                u = uniform(seed, path, ONCE, name, key, which)
                assert_drawn(block.issuers(row)[i, 0, p], u, normal)
            for k in (0, 5):
                for row, (name, which, normal) in ISSUER_ADDRESSES.items():
                    u = uniform(seed, path, k, name, key, which)
                    assert_drawn(block.issuers(row)[i, k, p], u, normal)


def test_the_addresses_above_are_all_there_are():
    assert {*MARKET_ADDRESSES} == {*MARKET_DRAWS.values()}
    assert {*PATH_ADDRESSES} == {*PATH_DRAWS.values()}
    assert {*ISSUER_ADDRESSES} == {*ISSUER_DRAWS.values()}
    assert {*ISSUER_PATH_ADDRESSES} == {*PATH_ISSUER_DRAWS.values()}


@pytest.mark.parametrize("place", [0, 3, 6], ids=["front", "middle", "end"])
def test_another_issuer_disturbs_no_draw(case, block, place):
    larger = copy.deepcopy(case)
    larger["issuers"].insert(place, {**larger["issuers"][2], "name": "Newcomer"})
    other = trace(larger, seed=11, first_path=128)
    assert_same_bits(market_draws(other), market_draws(block))
    for name in block.scenario.issuers:
        assert_same_bits(issuer_draws(other, name), issuer_draws(block, name))


def test_the_order_of_issuers_disturbs_no_draw(case, block):
    turned = copy.deepcopy(case)
    turned["issuers"].reverse()
    other = trace(turned, seed=11, first_path=128)
    assert_same_bits(market_draws(other), market_draws(block))
    for name in block.scenario.issuers:
        assert_same_bits(issuer_draws(other, name), issuer_draws(block, name))


def test_other_figures_disturb_no_draw(case, block):
    stressed = copy.deepcopy(case)
    stressed["market"]["regime0"] = 2
    stressed["market"]["demand0"] = 50.0
    for issuer in stressed["issuers"]:
        issuer["cash"] = issuer["revolver"] = 0.0
    other = trace(stressed, seed=11, first_path=128)
    assert_same_bits(market_draws(other), market_draws(block))
    for name in block.scenario.issuers:
        assert_same_bits(issuer_draws(other, name), issuer_draws(block, name))


@pytest.mark.parametrize("quarters", [2, 9])
def test_the_horizon_disturbs_no_draw(case, block, quarters):
    other = trace(with_quarters(case, quarters), seed=11, first_path=128)
    both = min(quarters, case["quarters"])
    cut, found = (b._replace(trace=b.trace[:both]) for b in (block, other))
    assert_same_bits(market_draws(found), market_draws(cut))
    for name in cut.scenario.issuers:
        assert_same_bits(issuer_draws(found, name), issuer_draws(cut, name))


def test_a_path_is_the_same_at_any_place_in_a_block(case, block):
    """The whole state of the path, not its draws alone."""
    moved = trace(case, seed=11, first_path=128 + 19)
    for place in (0, 30, 44):
        here = block.trace.reshape(len(block.trace), -1, PITCH)[:, :, place + 19]
        there = moved.trace.reshape(len(moved.trace), -1, PITCH)[:, :, place]
        np.testing.assert_array_equal(here.view(np.int64), there.view(np.int64))


def test_a_path_is_the_same_in_any_chunk(case):
    scenario = lowered(case)
    arguments = (scenario.market, scenario.schedule, scenario.layout)
    every = range(scenario.layout.rows)
    _, whole = simulate_chunk(*arguments, source=independent_source(5, 64), paths=200, keep=every)
    _, part = simulate_chunk(*arguments, source=independent_source(5, 192), paths=72, keep=every)
    np.testing.assert_array_equal(whole[128:].view(np.int64), part.view(np.int64))


def test_seeds_paths_and_issuers_differ(case, block):
    """All numbers of a block and of its neighbours by seed and by path are different ones.

    Of 10^5 numbers out of 2^52 two are the same by accident once in 10^6 such tests.
    """
    blocks = [
        block,
        trace(case, seed=12, first_path=128),
        trace(case, seed=11 + 2**32, first_path=128),
        trace(case, seed=11, first_path=192),
        trace(case, seed=11, first_path=128 + 2**32),
    ]
    drawn = [
        np.concatenate(
            [
                *(values.ravel() for values in market_draws(other).values()),
                *(
                    values.ravel()
                    for name in other.scenario.issuers
                    for row, values in issuer_draws(other, name).items()
                    if row in ISSUER_ADDRESSES
                ),
                *(other.issuers(row)[:, 0].ravel() for row in ISSUER_PATH_ADDRESSES),
            ]
        )
        for other in blocks
    ]
    numbers = np.concatenate(drawn)
    assert numbers.size > 50_000
    # A normal in the middle keeps fewer bits than its uniform does in a tail: compare all bits.
    assert np.unique(numbers).size == numbers.size


def test_no_two_addresses_coincide(case):
    """Two draws to a pair, each pair of one group, and none with the name that scrambles nets."""
    groups = [
        {(draw.of, draw.when) for draw in DRAWS if draw.pair == pair} for pair in range(1, 12)
    ]
    assert all(len(group) == 1 for group in groups)
    assert [draw.pair for draw in DRAWS] == [pair for pair in range(1, 12) for _ in range(2)]
    assert SCRAMBLE not in range(1, 12)
    longest = 80  # quarters a scenario may have
    assert longest < int(addresses.ONCE) == ONCE
    assert int(addresses.MARKET_KEY) not in [issuer_key(i["name"]) for i in case["issuers"]]
