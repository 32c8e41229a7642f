"""The compiled kernel against the plain NumPy twin, path by path, on the same draws."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
import pytest

from capexrisk.kernel.block import BLOCK
from capexrisk.kernel.simulate_distance import measure_distances
from capexrisk.kernel.sources import independent_source
from capexrisk.model.vocabulary import BALANCES, CHANNELS, FLOWS
from capexrisk.scenario import scenario_from_case
from tests.oracle.neutral import completed
from tests.oracle.twin_yields import RUN
from tests.unit.kernel.blocks import Array, Block, Case, trace, twin_of
from tests.unit.kernel.variant import Variant
from tests.unit.kernel.variants import VARIANTS

# (seed, first path): the first blocks, one past the 32nd bit of the path, and a seed of 64 bits.
BLOCKS = ((1, 0), (1, 64 * 7), (2**63 + 5, 2**33 + 64))

# The two differ in the exp and log they call (each within 1 ulp), in fused multiply-adds and in the
# order of operations: a few units of 2e-16 an operation, through 80 quarters of some hundred
# operations each. 1e-9 is a hundred times what is seen and a millionth of what matters. Differences
# of large sums (a need, a surplus) are small where the sums are not, hence the floor: 1e-11 of the
# largest amount in the block.
RELATIVE = 1e-9
FLOOR = 1e-11

ISSUER_ROWS = {
    "ocf": "OCF",
    "capex": "SPENT",
    "fcf": "FREE_CASH_FLOW",
    "profit": "PROFIT",
    "planned_capex": "PLANNED",
    "need": "NEED",
    "cash_used_first": "CASH_FIRST",
    "cash_used_last": "CASH_LAST",
    "capex_cut": "capex_cut.amount",
    "dividend_cut": "DIVIDEND_CUT",
    "buyback": "buybacks.amount",
    "prepayments": "prepayments.amount",
    "investments": "investments.amount",
    "revolver_repaid": "REPAID",
    "unmet": "UNMET",
    "spread": "SPREAD",
    "cash": "CASH",
    "coupon": "COUPON",
    "grade": "GRADE",
    "advance": "ADVANCE",
    "burn": "BURN",
    "ltm": "CASH_FLOW_YEAR",
    "revenue_year": "REVENUE_YEAR",
    "core_revenue": "REVENUE",
    "capacity": "CAPACITY",
    **{channel: f"{channel}.amount" for channel in CHANNELS},
}
MARKET_ROWS = {
    "demand": "DEMAND",
    "utilisation": "UTILISATION",
    "buildout_share": "BOND_SHARE",
    "premium": "PREMIUM",
    "high_yield_premium": "PREMIUM_HIGH_YIELD",
    "failure_jump": "FAILURE_JUMP",
    "linked": "LINKED",
}
SERIES_OF_FLOWS = (*CHANNELS, "capex_cut", "buyback", "prepayments", "investments")
TIERS = ("f0_quarter", "f1_quarter", "f2_quarter", "f3_quarter", "f4_quarter")


class Pair(NamedTuple):
    block: Block
    twin: dict[str, Array]
    floor: float


@functools.cache
def variant_of(name: str) -> Variant:
    return VARIANTS[name]()


@functools.cache
def pairs_of(name: str) -> tuple[Pair, ...]:
    """Each block of a variant from both implementations."""
    variant = variant_of(name)
    pairs = []
    for seed, first_path in BLOCKS:
        block = trace(variant.case, seed=seed, first_path=first_path, start=variant.start)
        twin = twin_of(variant.case, block, variant.start)
        largest = max(np.abs(twin[series]).max() for series in ISSUER_ROWS if series != "spread")
        pairs.append(Pair(block, twin, FLOOR * float(largest)))
    return tuple(pairs)


def assert_close(kernel: Array, twin: Array, floor: float, what: str) -> None:
    np.testing.assert_allclose(kernel, twin, rtol=RELATIVE, atol=floor, err_msg=what)


def year_of_quarters(case: Case, start: str) -> Array:
    """Number of the calendar year of each quarter, the first one 0."""
    return (int(start[-1]) - 1 + np.arange(case["quarters"])) // 4


def by_year(series: Array, years: Array) -> Array:
    """Sums over calendar years of an array (issuer, quarter, path)."""
    return np.stack([series[:, years == year].sum(axis=1) for year in np.unique(years)], axis=1)


names = pytest.mark.parametrize("name", VARIANTS)


@names
def test_distances_to_failure(name):
    """And the sign of each distance is whether the issuer has failed."""
    variant = variant_of(name)
    quarters = variant.case["quarters"]
    for (seed, first_path), (block, twin, floor) in zip(BLOCKS, pairs_of(name), strict=True):
        distances, broken = measure_distances(
            block.scenario.market,
            block.scenario.schedule,
            source=independent_source(seed, first_path),
            quarters=quarters,
            paths=BLOCK,
        )
        assert not broken.any()
        scale = min(np.abs(twin["ltm"][:, 0]).max(), 1.0)
        assert_close(distances, twin["distance"], floor / scale, "distance")
        np.testing.assert_array_equal(twin["distance"] < 0.0, twin["f4_quarter"] < quarters)
        np.testing.assert_array_equal(distances < 0.0, twin["distance"] < 0.0)


def test_what_a_case_leaves_out_means_the_same_to_both():
    case = variant_of("nothing_given").case
    assert completed(case) == scenario_from_case(case, start="2026Q1").parameters


@names
def test_every_amount_of_every_issuer_and_quarter(name):
    for block, twin, floor in pairs_of(name):
        for series, row in ISSUER_ROWS.items():
            assert_close(block.issuers(row), twin[series], floor, series)
        debt = sum(block.issuers(f"{name}.balance") for name in BALANCES)
        assert_close(debt, twin["debt"], floor, "debt")
        due = block.issuers("DUE_BONDS") + block.issuers("DUE_SECURED")
        assert_close(due, twin["due"], floor, "due")
        # ALIVE is kept as it is after the quarter, the twin's as it was before.
        np.testing.assert_array_equal(block.issuers("ALIVE")[:, :-1], twin["alive"][:, 1:])


@names
def test_the_market_of_every_quarter(name):
    for block, twin, _ in pairs_of(name):
        for series, row in MARKET_ROWS.items():
            assert_close(block.market(row), twin[series], 1e-12, series)
        assert_close(np.exp(block.market("LOG_SPREAD")), twin["oas"], 0.0, "oas")
        np.testing.assert_array_equal(block.market("REGIME"), twin["regime"])
        np.testing.assert_array_equal(block.market("ANCHOR_LOST"), twin["anchor_lost"])
        assert not block.market("NOT_FINITE").any()


@names
def test_dates_and_causes_are_the_same(name):
    """Exactly: no deciding quantity of these blocks lies within rounding of its threshold."""
    for block, twin, _ in pairs_of(name):
        for tier, series in enumerate(TIERS):
            np.testing.assert_array_equal(block.outcome("tiers")[tier], twin[series], series)
        for quantity, series in (
            ("net_debt", "net_debt_quarter"),
            ("fall_to_high_yield", "high_yield_quarter"),
            ("cut_cause", "cause_cut"),
            ("failure_cause", "cause_failure"),
        ):
            np.testing.assert_array_equal(block.outcome(quantity), twin[series], series)


@names
def test_outcomes_by_quarter_year_and_path(name):
    variant = variant_of(name)
    years = year_of_quarters(variant.case, variant.start)
    for block, twin, floor in pairs_of(name):
        flows = dict(zip(FLOWS, SERIES_OF_FLOWS, strict=True))
        for flow in ("fcf", "ocf", "capex", "profit"):
            assert_close(block.outcome(f"{flow}_quarter"), twin[flow], floor, flow)
            assert_close(block.outcome(f"{flow}_year"), by_year(twin[flow], years), 4 * floor, flow)
        for flow in ("interest", "advances"):
            assert_close(block.outcome(f"{flow}_year"), by_year(twin[flow], years), 4 * floor, flow)
        for number, (flow, series) in enumerate(flows.items()):
            yearly, total = by_year(twin[series], years), twin[series].sum(axis=1)
            assert_close(block.outcome("flows_year")[number], yearly, 4 * floor, flow)
            assert_close(block.outcome("flows_total")[number], total, 80 * floor, flow)
        raised = np.array([twin[channel].sum(axis=1) for channel in CHANNELS])
        assert_close(block.outcome("outside_total"), raised.sum(axis=1), 5000 * floor, "channels")
        assert_close(block.outcome("raised"), raised.sum(axis=0), 500 * floor, "raised")
        outside = raised.sum(axis=(0, 1))
        assert_close(block.outcome("outside_funding"), outside, 5000 * floor, "outside")
        group = by_year(twin["profit"], years).sum(axis=0)
        assert_close(block.outcome("group_profit"), group, 300 * floor, "group profit")
        thresholds = block.scenario.schedule
        np.testing.assert_array_equal(
            block.outcome("profit_above"), group > thresholds.group_profit_threshold[:, None]
        )
        np.testing.assert_array_equal(
            block.outcome("funding_above"), outside > thresholds.outside_funding_threshold
        )


@names
def test_outcomes_of_market_and_failures(name):
    variant = variant_of(name)
    quarters = np.arange(variant.case["quarters"])
    years = year_of_quarters(variant.case, variant.start)
    sizes = [issuer["market_cap"] for issuer in variant.case["issuers"]]
    for block, twin, floor in pairs_of(name):
        for quantity, series in (
            ("market_spread", "oas"),
            ("utilisation", "utilisation"),
            ("demand", "demand"),
            ("bond_share", "buildout_share"),
            ("peak_spread", "peak_spread"),
            ("final_spread", "spread_end"),
        ):
            assert_close(block.outcome(quantity), twin[series], 1e-12, series)
        assert_close(block.outcome("lowest_cash"), twin["lowest_cash"], floor, "lowest cash")
        assert_close(block.outcome("final_cash"), twin["cash"][:, -1], floor, "cash")
        assert_close(block.outcome("final_advance"), twin["advance"][:, -1], floor, "advance")
        np.testing.assert_array_equal(block.outcome("regime"), twin["regime"])
        for quantity in ("regime_chance", "anchor_lost_chance"):
            assert_close(block.outcome(quantity), twin[quantity], 1e-12, quantity)
        never_lost = ~twin["anchor_lost"].astype(bool)
        np.testing.assert_array_equal(block.outcome("anchor_lost"), never_lost.sum(axis=0))
        failed = twin["f4_quarter"][:, None] <= quarters[:, None]
        np.testing.assert_array_equal(block.outcome("failures"), failed.sum(axis=0))
        but_smallest = np.delete(failed, int(np.argmin(sizes)), axis=0)
        np.testing.assert_array_equal(
            block.outcome("failures_but_smallest"), but_smallest.sum(axis=0)
        )
        last = [int(quarters[years == year][-1]) for year in np.unique(years)]
        negative = by_year(twin["fcf"], years) < 0
        np.testing.assert_array_equal(block.outcome("year_state"), negative + 2 * failed[:, last])


@names
def test_a_variant_shows_what_it_is_for(name):
    variant = variant_of(name)
    for what, shown in variant.shows.items():
        seen = [shown(variant.case, block, twin) for block, twin, _ in pairs_of(name)]
        assert any(seen), what


def test_the_variants_walk_every_branch_together():
    seen: set[str] = set()
    for name in VARIANTS:
        quarters = variant_of(name).case["quarters"]
        for _, twin, _ in pairs_of(name):
            seen |= {tier for tier in TIERS if (twin[tier] < quarters).any()}
            seen |= {channel for channel in CHANNELS if (twin[channel] > 0).any()}
            for of in ("cut", "failure"):
                seen |= {f"{of} by {cause}" for cause in np.unique(twin[f"cause_{of}"])}
    causes = {f"cut by {cause}" for cause in range(8) if cause != RUN}
    causes |= {f"failure by {cause}" for cause in range(8)}
    assert seen == {*TIERS, *CHANNELS, *causes}
