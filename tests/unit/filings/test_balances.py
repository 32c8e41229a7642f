"""Cash, debt and ladders of made firms: a line that is missing or ambiguous is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from capexrisk.filings import draft
from tests.unit.filings import made
from tests.unit.filings.made import (
    BALANCES,
    BOTH,
    CASH,
    CURRENT,
    DEBT,
    MILLION,
    NONCURRENT,
    SECURITIES,
    Firm,
)

LAST = 15
CASH_KEY, DEBT_KEY = "cash_usd_bn", "bonds_usd_bn"
RUNGS = ("InNextTwelveMonths", "InYearTwo", "InYearThree", "InYearFour", "InYearFive")
AFTER = "AfterYearFive"


def at_last(tag: str) -> float:
    return BALANCES[tag](LAST) / 1e3


def without(firm: Firm, tag: str, day: dt.date) -> None:
    firm.tags[tag] = [fact for fact in firm.tags[tag] if fact["end"] != f"{day}"]


def test_securities_of_two_tags_are_settled_by_the_total(tmp_path):
    firm = Firm()
    firm.balance("AvailableForSaleSecuritiesDebtSecuritiesCurrent", [300] * 16)  # a part
    assert draft(firm.write(tmp_path)).figures[CASH_KEY].value == at_last(CASH) + at_last(
        SECURITIES
    )
    del firm.tags[BOTH]
    refusal = draft(firm.write(tmp_path)).refusals[CASH_KEY]
    assert f"{SECURITIES} 0.665" in refusal and "neither" not in refusal
    assert "AvailableForSaleSecuritiesDebtSecuritiesCurrent 0.300" in refusal


def test_a_total_that_does_not_fit_is_refused(tmp_path):
    firm = Firm()
    firm.balance(BOTH, [9_000] * 16)
    assert f"but {BOTH} 9.000" in draft(firm.write(tmp_path)).refusals[CASH_KEY]


def test_securities_under_another_tag_are_refused(tmp_path):
    firm = Firm()
    del firm.tags[BOTH]
    firm.tags["OtherMarketableSecuritiesCurrent"] = firm.tags.pop(SECURITIES)
    assert (
        "another tag: OtherMarketableSecuritiesCurrent"
        in (draft(firm.write(tmp_path)).refusals[CASH_KEY])
    )
    firm.tags["MarketableSecuritiesNoncurrent"] = firm.tags.pop("OtherMarketableSecuritiesCurrent")
    assert draft(firm.write(tmp_path)).figures[CASH_KEY].value == at_last(CASH)


@pytest.mark.parametrize(("tag", "key"), [(SECURITIES, CASH_KEY), (CURRENT, DEBT_KEY)])
def test_a_line_that_has_lapsed_is_refused(tmp_path, tag, key):
    firm = Firm()
    del firm.tags[BOTH], firm.tags[DEBT]
    without(firm, tag, firm.ends[LAST])
    assert f"{tag} was 0." in draft(firm.write(tmp_path)).refusals[key]


def test_no_current_part_needs_a_total(tmp_path):
    firm = Firm()
    del firm.tags[CURRENT]
    firm.balance(DEBT, [BALANCES[NONCURRENT](k) for k in range(16)])
    found = draft(firm.write(tmp_path)).figures[DEBT_KEY]
    assert found.value == at_last(NONCURRENT) and "no current part" in found.evidence
    del firm.tags[DEBT]
    refusal = draft(firm.write(tmp_path)).refusals[DEBT_KEY]
    assert refusal.endswith("no current part is tagged, and no total says that there is none")


def test_current_debt_may_hold_the_short_term(tmp_path):
    firm = Firm()
    firm.tags["DebtCurrent"] = firm.tags.pop(CURRENT)
    firm.balance("CommercialPaper", [100] * 16)
    assert draft(firm.write(tmp_path)).figures[DEBT_KEY].value == at_last(DEBT)
    firm.tags[CURRENT] = firm.tags.pop("DebtCurrent")
    assert draft(firm.write(tmp_path)).figures[DEBT_KEY].value == 7.45
    firm.balance("ShortTermBorrowings", [150] * 16)
    assert "one may hold the other" in draft(firm.write(tmp_path)).refusals[DEBT_KEY]


def test_bonds_of_an_own_kind_and_a_total_of_zero(tmp_path):
    firm = Firm()
    firm.tags["LongTermNotesAndLoans"] = firm.tags.pop(NONCURRENT)
    firm.balance(DEBT, [0] * 16)
    assert draft(firm.write(tmp_path)).figures[DEBT_KEY].value == at_last(NONCURRENT) + at_last(
        CURRENT
    )


def test_finance_leases_are_taken_off(tmp_path):
    firm = Firm()
    firm.tags["LongTermDebtAndCapitalLeaseObligations"] = firm.tags.pop(NONCURRENT)
    firm.balance("FinanceLeaseLiabilityNoncurrent", [40] * 16)
    found = draft(firm.write(tmp_path)).figures[DEBT_KEY]
    assert found.value == pytest.approx(at_last(DEBT) - 0.04, abs=1e-9)
    assert "less 0.040" in found.evidence


def test_parts_stand_for_debt(tmp_path):
    firm = Firm()
    del firm.tags[NONCURRENT], firm.tags[CURRENT], firm.tags[DEBT]
    firm.balance("SeniorNotes", [4_000] * 16)
    firm.balance("LineOfCredit", [500] * 16)
    found = draft(firm.write(tmp_path)).figures[DEBT_KEY]
    assert found.value == 4.5 and "by parts" in found.evidence


def test_parts_do_not_stand_in_for_a_line_that_is_missing(tmp_path):
    firm = Firm()
    firm.balance("LineOfCredit", [500] * 16)
    del firm.tags[DEBT], firm.tags[CURRENT]
    without(firm, NONCURRENT, firm.ends[LAST])
    assert f"{NONCURRENT} was 6.400" in draft(firm.write(tmp_path)).refusals[DEBT_KEY]
    firm = Firm()
    firm.balance("LineOfCredit", [500] * 16)
    del firm.tags[DEBT], firm.tags[NONCURRENT]
    assert "what is not stands under no known tag" in draft(firm.write(tmp_path)).refusals[DEBT_KEY]


def test_a_total_that_contradicts_the_sum(tmp_path):
    firm = Firm()
    firm.balance(DEBT, [9_999] * 16)
    assert (
        "the lines sum to 7.350, but LongTermDebt 9.999"
        in (draft(firm.write(tmp_path)).refusals[DEBT_KEY])
    )


def test_no_debt_while_interest_is_paid(tmp_path):
    firm = Firm()
    del firm.tags[DEBT]
    for tag in (NONCURRENT, CURRENT):
        firm.balance(tag, [0] * 16)
    assert draft(firm.write(tmp_path)).figures[DEBT_KEY].value == 0.0
    firm.flow("InterestExpense", [9] * 16)
    assert "sum to 0, but InterestExpense is paid" in draft(firm.write(tmp_path)).refusals[DEBT_KEY]


def test_an_annual_ladder_fills_empty_rungs(tmp_path):
    firm = Firm()
    firm.ladder(LAST, {"InYearTwo": 1_000, "InYearFour": 2_000, AFTER: 4_350})
    found = draft(firm.write(tmp_path)).ladder
    assert list(found.rungs.values()) == [0.0, 1.0, 0.0, 2.0, 0.0] and found.after == 4.35
    assert found.by_year("2026Q1") == {2026: 0.0, 2027: 1.0, 2028: 0.0, 2029: 2.0, 2030: 0.0}
    assert found.by_year("2027Q3")[2027] == 0.5


def test_a_rung_that_is_missing_is_not_empty(tmp_path):
    firm = Firm()
    whole = {"InNextTwelveMonths": 400, "InYearTwo": 1_000, "InYearThree": 400, "InYearFour": 400}
    firm.ladder(LAST, {**whole, "InYearFive": 300, AFTER: 4_550})  # 4 % below the carrying amount
    assert draft(firm.write(tmp_path)).ladder.rungs["2030-01-01..2030-12-31"] == 0.3
    del firm.tags[made.LADDER + "InYearFive"]
    assert (
        "sums to 6.750, and not to debt 7.350"
        in (draft(firm.write(tmp_path)).refusals["maturities"])
    )


def test_a_year_that_a_ladder_tells_in_part_is_left_out(tmp_path):
    # A fiscal year to June: five of them end in the middle of a calendar year.
    firm = Firm(made.calendar_quarters(2022, 18)[2:], start=dt.date(2022, 7, 1))
    firm.ladder(LAST, {**dict.fromkeys(RUNGS, 800), AFTER: 3_350})
    assert draft(firm.write(tmp_path)).ladder.by_year("2027Q1") == {
        year: pytest.approx(0.8) for year in (2027, 2028, 2029, 2030)
    }


def test_a_ladder_that_does_not_sum_to_debt(tmp_path):
    firm = Firm()
    firm.ladder(LAST, {"InYearTwo": 1_000, AFTER: 4_000})
    refusal = draft(firm.write(tmp_path)).refusals["maturities"]
    assert (
        refusal
        == "the ladder of 2025-12-31 sums to 5.000, and not to debt 7.350, LongTermDebt 7.350"
    )


def test_a_stale_ladder(tmp_path):
    firm = Firm()
    firm.ladder(11, dict.fromkeys((*RUNGS, AFTER), 1_160))
    assert draft(firm.write(tmp_path)).refusals["maturities"] == (
        "the ladder is stale since 2024-12-31, the last year ends 2025-12-31"
    )


def test_the_rest_of_the_year_and_the_next_fiscal_year(tmp_path):
    # After the second quarter: what the 10-Q calls the next twelve months is the year after this.
    firm = Firm(made.calendar_quarters(2022, 14))
    firm.ladder(11, {**dict.fromkeys(RUNGS, 500), AFTER: 4_410})
    rest = {"RemainderOfFiscalYear": 300, "InNextTwelveMonths": 800, "InYearTwo": 400}
    firm.ladder(13, rest)
    found = draft(firm.write(tmp_path)).ladder
    assert found.rungs == {
        "2025-07-01..2025-12-31": 0.3,
        "2026-01-01..2026-12-31": 0.8,
        "2027-01-01..2027-12-31": 0.4,
    }
    assert found.by_year("2026Q1") == {2026: 0.8, 2027: 0.4} and found.after is None
    # Without the rest of the year the words have no fixed meaning: the annual ladder counts.
    del firm.tags[made.LADDER + "RemainderOfFiscalYear"]
    assert draft(firm.write(tmp_path)).ladder.date == firm.ends[11]


def test_a_quarterly_ladder_above_the_debt(tmp_path):
    firm = Firm(made.calendar_quarters(2022, 14))
    firm.ladder(13, {"RemainderOfFiscalYear": 300, "InNextTwelveMonths": 80_000})
    assert "sums to 80.300" in draft(firm.write(tmp_path)).refusals["maturities"]


def test_balances_that_were_restated_say_so(tmp_path):
    firm = Firm()
    for fact in firm.told(NONCURRENT, None, firm.ends[LAST])[:1]:
        firm.tags[NONCURRENT].append(
            {**fact, "val": fact["val"] + 200 * MILLION, "form": "10-K/A", "filed": "2026-03-01"}
        )
    found = draft(firm.write(tmp_path)).figures[DEBT_KEY]
    assert found.value == at_last(DEBT) + 0.2
    assert f"{NONCURRENT} was first filed as 6.500" in found.evidence
