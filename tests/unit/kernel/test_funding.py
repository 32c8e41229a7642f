"""Accounting identities and bounds of the funding waterfall, on every path and in every quarter."""

from __future__ import annotations

from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from capexrisk.kernel.issuer_rows import FLOW
from capexrisk.model.parameters import Issuer
from capexrisk.model.vocabulary import (
    AHEAD_OF_NEED,
    BALANCES,
    CHANNELS,
    FLOWS,
    OWED_AS,
    RATIONED,
    RUNGS,
)
from tests.unit.kernel.blocks import (
    ROWS,
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

AMOUNTS = tuple(f"{flow}.amount" for flow in FLOWS)
FLOWS_OF_THE_LIVING = (
    *("OCF", "PROFIT", "PLANNED", "SPENT", "FREE_CASH_FLOW", "NEED", "SURPLUS"),
    *("DUE", "DUE_BONDS", "DUE_SECURED", "CASH_FIRST", "CASH_LAST"),
    *("DIVIDEND_CUT", "UNMET", "REPAID", *AMOUNTS),
)
DEBTS = tuple(f"{name}.balance" for name in BALANCES)
# A field of the issuer, or a number.
OPENING = {"CASH": "cash", "COUPON": "coupon", "GRADE": "high_yield", "ADVANCE": None}


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
            np.abs(block.issuers(row)).max() for row in (*FLOWS_OF_THE_LIVING, "CASH", *DEBTS)
        )
        self.tolerance = max(CENT, ROUNDING * self.largest)

    def __getattr__(self, row: str) -> np.ndarray:
        if row.upper() not in ROWS:
            raise AttributeError(f"{row} is no row of an issuer")
        return self.block.issuers(row.upper())

    def amount(self, flow: str) -> np.ndarray:
        """A flow of the quarter."""
        return self.block.issuers(f"{flow}.amount")

    def balance(self, name: str) -> np.ndarray:
        """What is owed at the end of the quarter, by the channel it is named after."""
        return self.block.issuers(f"{name}.balance")

    def term(self, field: str) -> np.ndarray:
        """A field of the issuers' records, to be set against (issuer, quarter, path)."""
        return self.schedule.issuers[:, Issuer._fields.index(field)][:, None, None]

    def opening(self, row: str) -> np.ndarray:
        """A balance as it was before each quarter."""
        closing = self.block.issuers(row)
        if row in OPENING:
            first = self.term(OPENING[row]) if OPENING[row] else np.zeros((len(closing), 1, 1))
        else:
            number = BALANCES.index(row.removesuffix(".balance"))
            first = self.schedule.opening[:, number, None, None]
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
    raised = sum(books.amount(name) for name, entry in CHANNELS.items() if not entry.at_source)
    sources = books.ocf + raised + books.unmet
    uses = (
        books.own_funded(books.spent)
        + books.amount("investments")
        + books.owed_dividends()
        - books.dividend_cut
        + books.due
        + books.repaid
        + books.amount("buybacks")
    )
    assert_zero(sources - uses - (books.cash - books.opening("CASH")), books)


def check_need(books: Books) -> None:
    """The need is what the plan, dividends and what is due lack, and every rung takes its part."""
    assert_zero(books.due - books.due_bonds - books.due_secured, books)
    uses = books.own_funded(books.planned) + books.owed_dividends() + books.amount("investments")
    net = uses + books.due - books.ocf
    assert_zero(books.need - np.maximum(net, 0.0), books)
    assert_zero(books.surplus - np.maximum(-net, 0.0), books)
    own = {"cash_above_target": books.cash_first, "cash_to_minimum": books.cash_last}
    own |= {"dividend_cut": books.dividend_cut, "unmet": books.unmet}
    left = books.need - books.cash_first
    for name in AHEAD_OF_NEED:
        own[name] = np.minimum(books.amount(name), left)
        left = left - own[name]
    rungs = sum(own[name] if name in own else books.amount(name) for name in RUNGS)
    assert_zero(rungs - books.need, books)
    cut = books.amount("capex_cut") / books.own_funded(np.ones(1))
    assert_zero(books.planned - books.spent - cut, books)
    leased = books.amount("finance_leases")
    assert_zero(leased - books.term("finance_lease_share") * books.spent, books)
    assert_zero(books.free_cash_flow - books.ocf + books.own_funded(books.spent), books)


def check_order_of_rungs(books: Books) -> None:
    """A rung is climbed only when those below it are spent."""
    short_of = books.tolerance
    spare_cash = books.cash - books.term("cash_min") > short_of
    line_left = books.term("revolver") - books.balance("revolver") > short_of
    flexible = (1.0 - books.term("committed")) * books.own_funded(books.planned)
    capex_cut, buyback = books.amount("capex_cut"), books.amount("buybacks")
    assert not ((books.amount("revolver") > 0) & spare_cash).any()
    assert not ((books.amount("equity") > 0) & (spare_cash | line_left)).any()
    assert not ((capex_cut > 0) & (spare_cash | line_left)).any()
    assert not ((books.dividend_cut > 0) & (flexible - capex_cut > short_of)).any()
    assert not ((books.unmet > 0) & (flexible - capex_cut > short_of)).any()
    kept = books.owed_dividends() - books.dividend_cut
    assert not ((books.unmet > 0) & (kept > short_of)).any()
    # A buyback is for who has a surplus, no revolver drawn and its cash at target.
    assert not ((buyback > 0) & ((books.need > 0) | (books.balance("revolver") > 0))).any()
    cover = books.term("cash_cover") * books.planned
    below_target = np.maximum(books.term("cash_target"), cover) - books.cash > short_of
    assert not ((buyback > 0) & below_target).any()
    # A programme is for the open market, and sells no more than the last resort could.
    regime = books.block.market("REGIME")
    assert not ((books.amount("share_programme") > 0) & (regime > 0)).any()
    shares = books.amount("share_programme") + books.amount("equity")
    assert not ((books.unmet > 0) & (books.saleable - books.amount("equity") > short_of)).any()
    assert_zero(np.minimum(shares, 0.0), books)


def check_balances(books: Books) -> None:
    """Debt moves by what is sold and repaid, and nothing else."""
    gone = {"bonds": books.due_bonds, "secured": books.due_secured, "revolver": books.repaid}
    for name in BALANCES:
        new = sum(books.amount(channel) for channel, owed_as in OWED_AS.items() if owed_as == name)
        closing = books.balance(name)
        assert_zero(closing - books.opening(f"{name}.balance") - new + gone.get(name, 0.0), books)
        assert closing.min() >= 0.0


def check_bounds(books: Books) -> None:
    for row in FLOWS_OF_THE_LIVING:
        if row not in ("OCF", "PROFIT", "FREE_CASH_FLOW"):
            assert books.block.issuers(row).min() >= -books.tolerance, row
    floor = np.minimum(books.term("cash_min"), books.opening("CASH"))
    assert (books.cash - floor).min() >= -books.tolerance
    assert_not_above(books.balance("revolver"), books.term("revolver"), books)
    assert_not_above(books.amount("buybacks"), books.term("buybacks"), books)
    assert_not_above(books.dividend_cut, books.owed_dividends(), books)
    committed = books.term("committed") * books.planned
    assert_not_above(committed, books.spent, books)
    bonds = books.amount("bonds") + books.amount("high_yield")
    assert_not_above(bonds, books.term("bond_quarter_cap"), books)
    assert not (books.amount("bonds")[books.grade > 0]).any()
    assert not (books.amount("high_yield")[books.grade == 0]).any()
    pledge = (
        # The pipeline as it was when lenders looked: before this quarter's spending went in.
        books.capital
        + books.pipeline_first
        - books.term("buildout_share") * books.spent
        + books.pipeline_second
        + books.term("buildout_share") * books.planned
    )
    due = {"secured": books.due_secured}
    for name in RATIONED:
        if CHANNELS[name].base == "pledge":
            advance = books.schedule.advance[:, FLOW[name].number, None, None]
            debt = books.opening(f"{name}.balance") - due.get(name, 0.0)
            room = np.maximum(advance * pledge - debt, 0.0)
            assert_not_above(books.amount(name), room, books)
    cap = books.market.spread_cap
    assert books.spread.min() >= 1.0 and books.spread.max() <= cap


def check_channels(books: Books) -> None:
    """All together sell no more than a channel takes."""
    regime = books.block.market("REGIME").astype(int)
    growth = books.schedule.growth[:, None]
    market = books.market
    for name in RATIONED:
        number = FLOW[name].number
        access = np.array(market.channel_access[number])[regime]
        capacity = market.channel_absorb[number] * growth * access
        if CHANNELS[name].health:
            capacity = capacity * books.block.market("HEALTH")
        assert_not_above(books.amount(name).sum(axis=0), capacity, books)


def check_grades(books: Books) -> None:
    """A grade is lost once and for good, and by the living."""
    before = books.opening("GRADE")
    falls = books.grade > before
    assert (books.grade >= before).all() and not falls[~books.alive].any()
    dated = np.where(falls.any(axis=1), falls.argmax(axis=1), books.quarters)
    np.testing.assert_array_equal(books.block.outcome("fall_to_high_yield"), dated)


def check_advances(books: Books) -> None:
    """What customers prepay is owed to them until it is earned."""
    moved = books.advance - books.opening("ADVANCE")
    assert_zero(moved - books.amount("prepayments") + books.earned, books)
    assert books.earned.min() >= 0.0


def check_failures(books: Books) -> None:
    """F4 is an unmet need above the tolerance, or a run; from the next quarter on nothing moves."""
    missing = books.unmet > books.market.fail_tolerance * books.need
    runs = books.run_margin < 0.0
    np.testing.assert_array_equal((missing | runs) & books.alive, books.failing)
    cause = books.block.outcome("failure_cause")[:, None]
    np.testing.assert_array_equal(books.failing & (cause == 1), books.failing & ~missing)
    hand = np.maximum(books.cash - books.term("cash_min"), 0.0)
    lines = np.maximum(books.term("revolver") - books.balance("revolver"), 0.0)
    assert_zero(books.liquidity - hand - lines - books.secured_left, books)
    for row in FLOWS_OF_THE_LIVING:
        assert not books.block.issuers(row)[~books.alive].any(), row
    for row in ("CASH", "COUPON", *DEBTS):
        before, after = books.block.issuers(row)[:, :-1], books.block.issuers(row)[:, 1:]
        frozen = ~books.alive[:, 1:]
        np.testing.assert_array_equal(after[frozen], before[frozen], row)


def check_tiers(books: Books) -> None:
    """Every tier is dated by the first quarter in which it is seen."""

    def first(seen: np.ndarray) -> np.ndarray:
        seen = seen & books.alive
        return np.where(seen.any(axis=1), seen.argmax(axis=1), books.quarters)

    tiers = books.block.outcome("tiers")
    idle = (books.term("buybacks") > 0) & (books.amount("buybacks") == 0)
    np.testing.assert_array_equal(tiers[1], first(idle))
    np.testing.assert_array_equal(tiers[2], first(books.need > books.cash_first))
    np.testing.assert_array_equal(tiers[3], first(books.amount("capex_cut") > 0))
    assert (tiers[2] <= tiers[3]).all()
    by_need = books.block.outcome("failure_cause") > 1
    assert (tiers[2] <= tiers[4])[by_need].all()
    debt = sum(books.balance(name) for name in BALANCES)
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
    check_grades,
    check_advances,
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
        "high_yield": draw(st.booleans()),
        "asset_limit": draw(figures(0.0, 0.9)),
        "other_capital": draw(money(2 * size)),
        "equity_mix": draw(shares),
        "cash_cover": draw(figures(0.0, 1.0)),
        "prepaid_share": draw(shares),
        "investments": draw(money(size)),
        "incremental_margin": draw(shares),
        "cash_flow_noise": draw(figures(0.0, 1.0)),
        "ocf": draw(st.sampled_from((1.0, 0.1, -0.5))) * size,
        "fall_leverage": 99.0,
        "secured_advance": draw(shares),
        "private_advance": draw(shares),
        "equity_access": draw(shares),
        "buildout_share": draw(shares),
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
        "access": {name: draw(access) for name in (*RATIONED, "equity")},
        "absorb": {name: draw(figures(0.1, 400.0)) for name in RATIONED},
        "premium_beta": 0.001,  # or a market of $0.1bn would put every spread at its cap
        "regime0": draw(st.integers(0, 2)),
        "fail_tolerance": draw(st.one_of(st.just(0.0), shares)),
        "prefund_speed": draw(shares),
        "run_quarters": sorted(draw(st.lists(figures(0.0, 3.0), min_size=3, max_size=3))),
        "prepaid_term": draw(figures(0.25, 10.0)),
        "chase": draw(figures(0.0, 3.0)),
        "demand0": draw(figures(1.0, 2000.0)),
        "anchor_hazard": draw(figures(0.0, 2.0)),
        "failure_jump": draw(figures(0.0, 5.0)),
    }
    return case


def test_books_have_no_other_rows():
    books = Books(trace(reference_case()))
    assert books.cash.shape == books.balance("bonds").shape
    with pytest.raises(AttributeError, match="cahs is no row of an issuer"):
        books.cahs  # noqa: B018


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
    assert (books.amount("capex_cut") > 0).any()
    for row in ("SPENT", "finance_leases.amount", "secured.balance"):
        assert books.block.issuers(row).min() >= 0.0, row


# 100 cases of 64 paths, 6 quarters and up to 5 issuers: some 100,000 waterfalls.
@hypothesis.given(cases(), st.integers(0, 2**64 - 1), st.sampled_from([1, 2, 3, 4]))
def test_any_case(case, seed, quarter):
    books = Books(trace(case, seed=seed, start=f"2026Q{quarter}"))
    assert not books.block.market("NOT_FINITE").any()
    for check in CHECKS:
        check(books)
