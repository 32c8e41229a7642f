"""Accounting identities and bounds of the funding waterfall, on every path and in every quarter."""

from __future__ import annotations

from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from capexrisk.model.parameters import Issuer
from tests.unit.kernel.blocks import (
    Block,
    Case,
    changed_case,
    reference_case,
    trace,
    with_quarters,
)

CENT = 1e-11  # $bn
# Sums of a dozen amounts: rounding of some sixteen epsilons of the largest of them.
ROUNDING = 16 * 2.0**-52

FLOWS_OF_THE_LIVING = (
    "OCF",
    "PROFIT",
    "PLANNED",
    "SPENT",
    "FREE_CASH_FLOW",
    "NEED",
    "SURPLUS",
    "DUE_BONDS",
    "DUE_SECURED",
    "CASH_FIRST",
    "BONDS_SOLD",
    "SECURED_SOLD",
    "PRIVATE_SOLD",
    "CASH_LAST",
    "DRAWN",
    "EQUITY",
    "LEASED",
    "CAPEX_CUT",
    "DIVIDEND_CUT",
    "UNMET",
    "REPAID",
    "BUYBACK",
)
BALANCES = ("CASH", "BONDS", "SECURED", "PRIVATE", "REVOLVER", "COUPON")
OPENING = {
    "CASH": "cash",
    "BONDS": "bonds",
    "SECURED": "secured_debt",
    "PRIVATE": "private_debt",
    "COUPON": "coupon",
}


class Books:
    """A block's ledger: amounts by name, opening balances, who was alive, what was promised."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.market = block.scenario.market
        self.schedule = block.scenario.schedule
        self.quarters = self.schedule.growth.size
        failed = block.outcome("tiers")[4][:, None]
        k = np.arange(self.quarters)[None, :, None]
        self.alive = k <= failed
        self.failing = k == failed
        self.largest = max(
            np.abs(block.issuers(row)).max()
            for row in (*FLOWS_OF_THE_LIVING, "CASH", "BONDS", "SECURED", "PRIVATE", "REVOLVER")
        )
        self.tolerance = max(CENT, ROUNDING * self.largest)

    def __getattr__(self, row: str) -> np.ndarray:
        return self.block.issuers(row.upper())

    def term(self, field: str) -> np.ndarray:
        """A field of the issuers' records, to be set against (issuer, quarter, path)."""
        return self.schedule.issuers[:, Issuer._fields.index(field)][:, None, None]

    def opening(self, row: str) -> np.ndarray:
        """A balance as it was before each quarter."""
        closing = self.block.issuers(row)
        first = self.term(OPENING[row]) if row in OPENING else np.zeros((len(closing), 1, 1))
        first = np.broadcast_to(first, (len(closing), 1, closing.shape[2]))
        return np.concatenate([first, closing[:, :-1]], axis=1)

    def owed_dividends(self) -> np.ndarray:
        return np.where(self.alive, self.term("dividends"), 0.0)

    def own_funded(self, capex: np.ndarray) -> np.ndarray:
        return (1.0 - self.term("finance_lease_share")) * capex


def assert_zero(difference: np.ndarray, books: Books) -> None:
    assert np.abs(difference).max() <= books.tolerance


def assert_not_above(value: np.ndarray, bound: Any, books: Books) -> None:
    assert (value - bound).max() <= books.tolerance


def check_sources_and_uses(books: Books) -> None:
    """Every dollar that comes in goes somewhere: to the cent."""
    raised = books.bonds_sold + books.secured_sold + books.private_sold + books.drawn + books.equity
    sources = books.ocf + raised + books.unmet
    uses = (
        books.own_funded(books.spent)
        + books.owed_dividends()
        - books.dividend_cut
        + books.due_bonds
        + books.due_secured
        + books.repaid
        + books.buyback
    )
    assert_zero(sources - uses - (books.cash - books.opening("CASH")), books)


def check_need(books: Books) -> None:
    """The need is what the plan, dividends and what is due lack, and every rung takes its part."""
    due = books.due_bonds + books.due_secured
    net = books.own_funded(books.planned) + books.owed_dividends() + due - books.ocf
    assert_zero(books.need - np.maximum(net, 0.0), books)
    assert_zero(books.surplus - np.maximum(-net, 0.0), books)
    bonds_used = np.minimum(books.bonds_sold, books.need - books.cash_first)
    rungs = (
        books.cash_first
        + bonds_used
        + books.secured_sold
        + books.private_sold
        + books.cash_last
        + books.drawn
        + books.equity
        + books.capex_cut
        + books.dividend_cut
        + books.unmet
    )
    assert_zero(rungs - books.need, books)
    assert_zero(books.planned - books.spent - books.capex_cut / books.own_funded(np.ones(1)), books)
    assert_zero(books.leased - books.term("finance_lease_share") * books.spent, books)
    assert_zero(books.free_cash_flow - books.ocf + books.own_funded(books.spent), books)


def check_order_of_rungs(books: Books) -> None:
    """A rung is climbed only when those below it are spent."""
    short_of = books.tolerance
    spare_cash = books.cash - books.term("cash_min") > short_of
    line_left = books.term("revolver") - books.revolver > short_of
    flexible = (1.0 - books.term("committed")) * books.own_funded(books.planned)
    assert not ((books.drawn > 0) & spare_cash).any()
    assert not ((books.equity > 0) & (spare_cash | line_left)).any()
    assert not ((books.capex_cut > 0) & (spare_cash | line_left)).any()
    assert not ((books.dividend_cut > 0) & (flexible - books.capex_cut > short_of)).any()
    assert not ((books.unmet > 0) & (flexible - books.capex_cut > short_of)).any()
    kept = books.owed_dividends() - books.dividend_cut
    assert not ((books.unmet > 0) & (kept > short_of)).any()
    # A buyback is for who has a surplus, no revolver drawn and its cash at target.
    assert not ((books.buyback > 0) & ((books.need > 0) | (books.revolver > 0))).any()
    below_target = books.term("cash_target") - books.cash > short_of
    assert not ((books.buyback > 0) & below_target).any()


def check_balances(books: Books) -> None:
    """Debt moves by what is sold and repaid, and nothing else."""
    for row, new, gone in (
        ("BONDS", books.bonds_sold, books.due_bonds),
        ("SECURED", books.secured_sold + books.leased, books.due_secured),
        ("PRIVATE", books.private_sold, 0.0),
        ("REVOLVER", books.drawn, books.repaid),
    ):
        closing = books.block.issuers(row)
        assert_zero(closing - books.opening(row) - new + gone, books)
        assert closing.min() >= 0.0


def check_bounds(books: Books) -> None:
    for row in FLOWS_OF_THE_LIVING:
        if row not in ("OCF", "PROFIT", "FREE_CASH_FLOW"):
            assert books.block.issuers(row).min() >= -books.tolerance, row
    floor = np.minimum(books.term("cash_min"), books.opening("CASH"))
    assert (books.cash - floor).min() >= -books.tolerance
    assert_not_above(books.revolver, books.term("revolver"), books)
    assert_not_above(books.buyback, books.term("buybacks"), books)
    assert_not_above(books.dividend_cut, books.owed_dividends(), books)
    committed = books.term("committed") * books.planned
    assert_not_above(committed, books.spent, books)
    assert_not_above(books.bonds_sold, books.term("bond_quarter_cap"), books)
    pledge = (
        # The pipeline as it was when lenders looked: before this quarter's spending went in.
        books.capital
        + books.pipeline_first
        - books.term("ai_share") * books.spent
        + books.pipeline_second
        + books.term("ai_share") * books.planned
    )
    for sold, advance, debt in (
        (books.secured_sold, "secured_advance", books.opening("SECURED") - books.due_secured),
        (books.private_sold, "private_advance", books.opening("PRIVATE")),
    ):
        room = np.maximum(books.term(advance) * pledge - debt, 0.0)
        assert_not_above(sold, room, books)
    cap = books.market.spread_cap
    assert books.spread.min() >= 1.0 and books.spread.max() <= cap


def check_channels(books: Books) -> None:
    """All together sell no more than a channel takes."""
    regime = books.block.market("REGIME").astype(int)
    growth = books.schedule.growth[:, None]
    market = books.market
    for sold, access, absorb, health in (
        (books.bonds_sold, market.access_bonds, market.absorb_bonds, 1.0),
        (books.secured_sold, market.access_secured, market.absorb_secured, 1.0),
        (
            books.private_sold,
            market.access_private,
            market.absorb_private,
            books.block.market("HEALTH"),
        ),
    ):
        capacity = absorb * growth * np.array(access)[regime] * health
        assert_not_above(sold.sum(axis=0), capacity, books)


def check_failures(books: Books) -> None:
    """F4 is an unmet need above the tolerance; from the next quarter on nothing moves."""
    missing = books.unmet > books.market.fail_tolerance * books.need
    np.testing.assert_array_equal(missing, books.failing)
    for row in FLOWS_OF_THE_LIVING:
        assert not books.block.issuers(row)[~books.alive].any(), row
    for row in BALANCES:
        before, after = books.block.issuers(row)[:, :-1], books.block.issuers(row)[:, 1:]
        frozen = ~books.alive[:, 1:]
        np.testing.assert_array_equal(after[frozen], before[frozen], row)


def check_tiers(books: Books) -> None:
    """Every tier is dated by the first quarter in which it is seen."""

    def first(seen: np.ndarray) -> np.ndarray:
        seen = seen & books.alive
        return np.where(seen.any(axis=1), seen.argmax(axis=1), books.quarters)

    tiers = books.block.outcome("tiers")
    idle = (books.term("buybacks") > 0) & (books.buyback == 0)
    np.testing.assert_array_equal(tiers[1], first(idle))
    np.testing.assert_array_equal(tiers[2], first(books.need > books.cash_first))
    np.testing.assert_array_equal(tiers[3], first(books.capex_cut > 0))
    assert (tiers[2] <= np.minimum(tiers[3], tiers[4])).all()
    debt = books.bonds + books.secured + books.private + books.revolver
    np.testing.assert_array_equal(books.block.outcome("net_debt"), first(debt > books.cash))
    causes = books.block.outcome("failure_cause")
    np.testing.assert_array_equal(causes > 0, tiers[4] < books.quarters)
    np.testing.assert_array_equal(books.block.outcome("cut_cause") > 0, tiers[3] < books.quarters)


CHECKS = (
    check_sources_and_uses,
    check_need,
    check_order_of_rungs,
    check_balances,
    check_bounds,
    check_channels,
    check_failures,
    check_tiers,
)


def figures(least: float, most: float) -> st.SearchStrategy[float]:
    """Numbers between bounds, none so small that the schema refuses it."""
    return st.floats(least, most).map(lambda number: round(number, 12))


shares = figures(0.0, 1.0)
access = st.lists(shares, min_size=3, max_size=3)


def money(most: float) -> st.SearchStrategy[float]:
    """Nothing at all as often as something."""
    return st.one_of(st.just(0.0), figures(1e-3, most))


@st.composite
def issuers(draw: st.DrawFn, number: int) -> dict[str, Any]:
    """An issuer of the reference case with its balance sheet and terms made up."""
    issuer = with_quarters(reference_case(), 6)["issuers"][number % 6]
    size = issuer["ocf"]
    least = draw(money(size))
    drawn = {
        "name": f"Issuer {number}",
        "cash": draw(money(3 * size)),
        "cash_min": least,
        "cash_target": least + draw(money(size)),
        "bonds": draw(money(4 * size)),
        "secured_debt": draw(money(2 * size)),
        "private_debt": draw(money(size)),
        "revolver": draw(money(size)),
        "dividends": draw(money(size)),
        "buybacks": draw(money(size)),
        "committed": draw(shares),
        "finance_lease_share": draw(st.one_of(st.just(0.0), figures(0.0, 0.95))),
        "leverage_limit": draw(figures(0.0, 12.0)),
        "bond_quarter_cap": draw(money(size)),
        "credit_tier": draw(figures(0.0, 3.0)),
        "prefund": draw(figures(0.0, 3.0)),
        "secured_advance": draw(shares),
        "private_advance": draw(shares),
        "equity_access": draw(shares),
        "ai_share": draw(shares),
        "contracted_share": draw(shares),
        "core_growth": draw(figures(-1.0, 0.5)),
        "capex_plan": draw(st.lists(money(size), min_size=6, max_size=6)),
        "maturities": draw(st.lists(money(size), min_size=6, max_size=6)),
    }
    return issuer | drawn


@st.composite
def cases(draw: st.DrawFn) -> Case:
    case = with_quarters(reference_case(), 6)
    number = draw(st.integers(1, 5))
    case["issuers"] = [draw(issuers(i)) for i in range(number)]
    case["market"] |= {
        "access": {name: draw(access) for name in ("bonds", "secured", "private", "equity")},
        "absorb": {name: draw(figures(0.1, 400.0)) for name in ("bonds", "secured", "private")},
        "premium_beta": 0.001,  # or a market of $0.1bn would put every spread at its cap
        "regime0": draw(st.integers(0, 2)),
        "fail_tolerance": draw(st.one_of(st.just(0.0), shares)),
        "prefund_until": draw(figures(0.0, 5.0)),
        "cash_flow_noise": draw(figures(0.0, 1.0)),
        "demand0": draw(figures(1.0, 2000.0)),
        "tenant_hazard": draw(figures(0.0, 2.0)),
        "failure_jump": draw(figures(0.0, 5.0)),
    }
    return case


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("first_path", [0, 640])
def test_the_reference_case(check, first_path):
    check(Books(trace(reference_case(), first_path=first_path)))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.37, 0.9])
def test_a_cut_of_everything_leaves_no_negative_rest(share):
    """W - cut / (1 - lambda) may round below 0, and would be lent back as negative debt."""
    case = changed_case(
        reference_case(),
        market={"access": {name: [0.0] * 3 for name in ("bonds", "secured", "private", "equity")}},
        issuers={
            "cash": 0.0,
            "cash_target": 0.0,
            "cash_min": 0.0,
            "revolver": 0.0,
            "committed": 0.0,
            "finance_lease_share": share,
            "secured_debt": 0.0,
            "dividends": 400.0,
            "market_cap": 1.0,
        },
    )
    books = Books(trace(case))
    assert (books.capex_cut > 0).any()
    for row in ("SPENT", "LEASED", "SECURED"):
        assert books.block.issuers(row).min() >= 0.0, row


# 100 cases of 64 paths, 6 quarters and up to 5 issuers: some 100,000 waterfalls.
@hypothesis.given(cases(), st.integers(0, 2**64 - 1), st.sampled_from([1, 2, 3, 4]))
def test_any_case(case, seed, quarter):
    books = Books(trace(case, seed=seed, start=f"2026Q{quarter}"))
    assert not books.block.market("NOT_FINITE").any()
    for check in CHECKS:
        check(books)
