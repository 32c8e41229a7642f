"""What filings do that reads wrongly if it is read as it looks: one made firm each."""

from __future__ import annotations

import datetime as dt

import pytest

from capexrisk.filings import draft
from tests.unit.filings import made
from tests.unit.filings.made import (
    BALANCES,
    BUYBACKS,
    CAPEX,
    CURRENT,
    DA,
    DAY,
    DIVIDENDS,
    FLOWS,
    NONCURRENT,
    OCF,
    Firm,
)

CAPEX_KEY, OCF_KEY = "capex_usd_bn_per_year", "ocf_usd_bn_per_year"
LAST = 15  # the last quarter of a made firm


def four(tag: str, last: int = LAST) -> float:
    """$bn of the four quarters to one of them."""
    return sum(FLOWS[tag](k) for k in range(last - 3, last + 1)) / 1e3


def value(found, key: str) -> float:
    return {**found.figures, **found.beside}[key].value


def amounts(found, name: str) -> list[float | None]:
    return [row.amounts[name] for row in found.quarters[-4:]]


def test_the_plain_firm(tmp_path):
    found = draft(Firm().write(tmp_path))
    assert value(found, OCF_KEY) == pytest.approx(four(OCF), abs=1e-9)
    assert value(found, CAPEX_KEY) == pytest.approx(four(CAPEX), abs=1e-9)
    assert value(found, "cash_usd_bn") == (500 + 165 + 800 - 135) / 1e3
    assert value(found, "bonds_usd_bn") == (5700 + 110 * LAST) / 1e3
    assert amounts(found, "capex") == [FLOWS[CAPEX](k) / 1e3 for k in range(12, 16)]
    assert len(found.quarters) == 16 and found.anchor == dt.date(2025, 12, 31)
    assert len(found.figures["seasonality"].value) == 4


def test_weeks_of_52_and_53(tmp_path):
    # Quarters of 13 weeks to the Friday next to the end of January; one of 14 weeks.
    weeks = [13] * 16
    weeks[7] = 14
    end, ends = dt.date(2022, 1, 28), []
    for n in weeks:
        end += dt.timedelta(weeks=n)
        ends.append(end)
    firm = Firm(ends, start=dt.date(2022, 1, 29))
    for fact in firm.tags[CAPEX]:  # a filing may tell the same period by another day
        if fact["form"] == "10-K" and fact["filed"].startswith("2026"):
            fact["start"] = f"{dt.date.fromisoformat(fact['start']) + 2 * DAY}"
    found = draft(firm.write(tmp_path))
    assert value(found, CAPEX_KEY) == pytest.approx(four(CAPEX), abs=1e-9)
    assert [row.quarter for row in found.quarters[-4:]] == ["2025Q1", "2025Q2", "2025Q3", "2025Q4"]


def test_twelve_months_inside_a_quarterly_report(tmp_path):
    firm = Firm(made.calendar_quarters(2022, 14))
    start, end = dt.date(2024, 7, 1), firm.ends[13]
    for tag in (OCF, CAPEX):
        firm.add(tag, start, end, 99_999, 13)
        firm.add(tag, firm.starts[13], end, FLOWS[tag](13), 13)
    found = draft(firm.write(tmp_path))
    assert value(found, CAPEX_KEY) == pytest.approx(four(CAPEX, 13), abs=1e-9)


def test_a_year_restated_without_its_nine_months(tmp_path):
    firm = Firm()
    firm.add(CAPEX, firm.starts[8], firm.ends[11], 9_000, 15)  # 2024, told anew in the next 10-K
    for fact in firm.told(CAPEX, firm.starts[8], firm.ends[11]):
        if fact["filed"].startswith("2026"):
            fact["val"] = 9_000 * made.MILLION
    found = draft(firm.write(tmp_path))
    assert [row.amounts["capex"] for row in found.quarters[8:12]] == [
        FLOWS[CAPEX](k) / 1e3 for k in range(8, 12)
    ]
    assert value(found, CAPEX_KEY) == pytest.approx(four(CAPEX), abs=1e-9)


def test_a_restated_year_inside_the_last_four_quarters_is_refused(tmp_path):
    firm = Firm(made.calendar_quarters(2022, 13))
    firm.add(CAPEX, firm.starts[8], firm.ends[11], 9_000, 12, form="10-K/A")
    found = draft(firm.write(tmp_path))
    assert "the four quarters sum to" in found.refusals[CAPEX_KEY]
    assert "9.000" in found.refusals[CAPEX_KEY]


@pytest.mark.parametrize("form", ["8-K", "DEF 14A", "S-1", "20-F"])
def test_other_forms_do_not_count(tmp_path, form):
    firm = Firm()
    firm.add(CAPEX, firm.starts[12], firm.ends[15], 5_000, 15, form=form, filed="2026-03-01")
    found = draft(firm.write(tmp_path))
    assert value(found, CAPEX_KEY) == pytest.approx(four(CAPEX), abs=1e-9)
    warned = [line for line in found.warnings if "5.000 in 8-K" in line]
    assert len(warned) == (form == "8-K")


def test_a_copy_of_opposite_sign(tmp_path):
    firm = Firm()
    size = sum(FLOWS[CAPEX](k) for k in range(12, 16))
    firm.add(CAPEX, firm.starts[12], firm.ends[15], -size, 15, form="10-K/A", filed="2026-03-01")
    assert value(draft(firm.write(tmp_path)), CAPEX_KEY) == pytest.approx(four(CAPEX), abs=1e-9)


def test_a_payment_that_is_negative_alone_is_refused(tmp_path):
    firm = Firm()
    for fact in firm.told(CAPEX, firm.starts[12], firm.ends[15]):
        fact["val"] *= -1
    assert "a payment is negative" in draft(firm.write(tmp_path)).refusals[CAPEX_KEY]


@pytest.mark.parametrize("scale", [1e-3, 1e-6, 1e3])
def test_a_copy_in_another_scale_is_refused(tmp_path, scale):
    firm = Firm()
    size = sum(FLOWS[CAPEX](k) for k in range(12, 16))
    firm.add(CAPEX, firm.starts[12], firm.ends[15], size * scale, 15, form="10-K/A")
    found = draft(firm.write(tmp_path))
    assert "times another" in found.refusals[CAPEX_KEY]
    assert OCF_KEY in found.figures


@pytest.mark.parametrize("scale", [1e-3, 1e3])
@pytest.mark.parametrize("last", [12, 13, 14, 15])
@pytest.mark.parametrize("tag", [CAPEX, OCF])
def test_a_year_to_date_in_another_scale_is_refused(tmp_path, tag, last, scale):
    """No second copy tells; the nine months in thousands would leave the year's sum right."""
    firm = Firm()
    for fact in firm.told(tag, firm.starts[12], firm.ends[last]):
        fact["val"] = round(fact["val"] * scale)
    found = draft(firm.write(tmp_path))
    key = CAPEX_KEY if tag == CAPEX else OCF_KEY
    assert "times apart, so that one seems to be in thousands" in found.refusals[key]
    name = "capex" if tag == CAPEX else "operating_cash_flow"
    assert None in amounts(found, name)[-4:]


def test_cash_that_may_not_be_used_is_warned_of(tmp_path):
    firm = Firm()
    firm.balance("RestrictedCashCurrent", [0] * 15 + [40])
    firm.balance("EquitySecuritiesSubjectToContractualSaleRestriction", [0] * 15 + [200])
    firm.balance("RestrictedCashNoncurrent", [5] * 16)  # below a hundredth of cash
    found = draft(firm.write(tmp_path))
    warned = [line for line in found.warnings if "cash_usd_bn" in line]
    assert len(warned) == 2
    assert warned[0].startswith("EquitySecuritiesSubjectToContractualSaleRestriction 0.200 on")
    assert warned[1].startswith("cash_usd_bn is without RestrictedCashCurrent 0.040 on")


def test_a_negative_last_quarter_is_real(tmp_path):
    firm = Firm()
    millions = [FLOWS[CAPEX](k) for k in range(16)]
    millions[15] = -48  # the annual report moves software out of it
    firm.flow(CAPEX, millions)
    found = draft(firm.write(tmp_path))
    assert amounts(found, "capex")[-1] == -0.048
    assert value(found, CAPEX_KEY) == pytest.approx(sum(millions[12:]) / 1e3, abs=1e-9)


def test_the_stale_tag_comes_first_and_is_not_taken(tmp_path):
    firm = Firm()
    firm.flow(made.OTHER_CAPEX, [FLOWS[CAPEX](k) for k in range(16)])
    firm.tags[CAPEX] = [fact for fact in firm.tags[CAPEX] if fact["end"] < "2023-06-30"]
    found = draft(firm.write(tmp_path))
    assert value(found, CAPEX_KEY) == pytest.approx(four(CAPEX), abs=1e-9)
    assert made.OTHER_CAPEX in found.beside[CAPEX_KEY].evidence


def test_two_tags_of_capex_that_differ_are_both_shown(tmp_path):
    firm = Firm()
    firm.flow(made.OTHER_CAPEX, [2 * FLOWS[CAPEX](k) for k in range(16)])
    found = draft(firm.write(tmp_path))
    refusal = found.refusals[CAPEX_KEY]
    assert f"{CAPEX} {four(CAPEX):.3f}" in refusal
    assert f"{made.OTHER_CAPEX} {2 * four(CAPEX):.3f}" in refusal
    assert refusal.count("10-K 0000000001-26-000015") == 2
    assert amounts(found, "capex") == [None] * 4


def test_another_figure_does_not_stand_in_for_one_that_has_ended(tmp_path):
    firm = Firm()
    firm.flow("SalesRevenueNet", [0.8 * FLOWS[made.REVENUE](k) for k in range(16)])
    firm.tags[made.REVENUE] = [f for f in firm.tags[made.REVENUE] if f["end"] < "2025-12-31"]
    refusal = draft(firm.write(tmp_path)).refusals["core_revenue_usd_bn_per_year"]
    assert f"{made.REVENUE} 12.900 in 2025-01-01..2025-09-30" in refusal
    assert "SalesRevenueNet 10.320" in refusal and "neither is taken" in refusal


def test_depreciation_does_not_stand_in_for_the_whole_line(tmp_path):
    firm = Firm()
    firm.flow("Depreciation", [0.8 * FLOWS[DA](k) for k in range(16)])
    firm.tags[DA] = [fact for fact in firm.tags[DA] if fact["end"] < "2025-12-31"]
    refusal = draft(firm.write(tmp_path)).refusals["depreciation_amortisation_usd_bn_per_year"]
    assert f"{DA} ends on 2025-09-30" in refusal


def test_no_tag_of_capex_lists_the_payments(tmp_path):
    firm = Firm()
    firm.tags["PaymentsToAcquireSatellites"] = firm.tags.pop(CAPEX)
    refusal = draft(firm.write(tmp_path)).refusals[CAPEX_KEY]
    assert "alive are: PaymentsForRepurchaseOfCommonStock" in refusal
    assert f"PaymentsToAcquireSatellites {four(CAPEX):.3f}" in refusal


def test_a_tag_that_changes_in_mid_year(tmp_path):
    # Revenue moves to another tag with the second quarter's filing, which tells the quarter and the
    # half-year: the first quarter of that tag is their difference.
    firm = Firm()
    whole = [FLOWS[made.REVENUE](k) for k in range(16)]
    old = firm.tags[made.REVENUE]
    firm.flow(made.REVENUE, whole, since=13)
    firm.add(made.REVENUE, firm.starts[13], firm.ends[13], whole[13], 13)
    firm.tags["SalesRevenueNet"] = [fact for fact in old if fact["filed"] < "2025-07-01"]
    firm.tags[made.REVENUE] = [
        fact for fact in firm.tags[made.REVENUE] if fact["end"] != f"{firm.ends[12]}"
    ]
    found = draft(firm.write(tmp_path))
    assert amounts(found, "revenue") == [amount / 1e3 for amount in whole[12:]]


def test_a_tag_that_is_told_once_a_year(tmp_path):
    firm = Firm()
    firm.tags[DA] = [fact for fact in firm.tags[DA] if fact["form"] == "10-K"]
    found = draft(firm.write(tmp_path))
    key = "depreciation_amortisation_usd_bn_per_year"
    assert value(found, key) == pytest.approx(four(DA), abs=1e-9)
    assert "a year alone, without quarters" in found.figures[key].evidence
    assert amounts(found, "depreciation_amortisation") == [None] * 4
    # In mid-year the last year is not the last four quarters.
    earlier = draft(firm.write(tmp_path), as_of=dt.date(2025, 12, 1))
    assert "ends on 2024-12-31" in earlier.refusals[key]


def test_fewer_than_four_quarters(tmp_path):
    # A firm that was listed in 2025: its quarterly reports tell 2024 beside it, but not its end.
    firm = Firm(made.calendar_quarters(2024, 8))
    for tag, facts in firm.tags.items():
        firm.tags[tag] = [f for f in facts if f["filed"] > "2025-03-01" and f["form"] == "10-Q"]
    found = draft(firm.write(tmp_path))
    assert found.anchor == dt.date(2025, 9, 30)
    assert found.refusals[OCF_KEY].endswith("nothing tells the quarter to 2024-12-31")
    assert OCF_KEY not in found.figures and CAPEX_KEY in found.refusals
    assert amounts(found, "capex")[1:] == [FLOWS[CAPEX](k) / 1e3 for k in (4, 5, 6)]


def test_the_first_annual_report(tmp_path):
    firm = Firm(made.calendar_quarters(2025, 4))
    for tag, facts in firm.tags.items():
        firm.tags[tag] = [fact for fact in facts if fact["form"] == "10-K"]
    found = draft(firm.write(tmp_path))
    assert found.quarters == ()
    assert value(found, OCF_KEY) == sum(FLOWS[OCF](k) for k in range(4)) / 1e3


def test_own_fact_beside_the_difference(tmp_path):
    firm = Firm(made.calendar_quarters(2022, 15))
    firm.add(CAPEX, firm.starts[14], firm.ends[14], FLOWS[CAPEX](14) + 5, 14)
    found = draft(firm.write(tmp_path))
    assert amounts(found, "capex")[-1] == FLOWS[CAPEX](14) / 1e3
    assert "the quarter's own fact is 0.825" in found.beside[CAPEX_KEY].evidence


def test_thousands_once_and_millions_since(tmp_path):
    firm = Firm()
    for fact in firm.told(CAPEX, firm.starts[12], firm.ends[12]):
        fact["val"] += 168_000
    found = draft(firm.write(tmp_path))
    assert value(found, CAPEX_KEY) == pytest.approx(four(CAPEX), abs=1e-3)


def test_dates_that_are_nonsense(tmp_path):
    firm = Firm()
    firm.add(OCF, dt.date(1900, 1, 1), dt.date(2199, 12, 31), 1, 15)
    firm.add(CAPEX, dt.date(1025, 1, 1), firm.ends[15], 1, 15)
    found = draft(firm.write(tmp_path))
    assert found.anchor == dt.date(2025, 12, 31)
    assert value(found, CAPEX_KEY) == pytest.approx(four(CAPEX), abs=1e-9)


def test_payments_that_are_not_made(tmp_path):
    firm = Firm()
    firm.flow(BUYBACKS, [5] * 7 + [0] * 9)
    del firm.tags[DIVIDENDS]
    found = draft(firm.write(tmp_path))
    assert value(found, "buybacks_usd_bn_per_year") == 0.0
    assert value(found, "dividends_usd_bn_per_year") == 0.0
    assert "no such payment tagged ever" in found.figures["dividends_usd_bn_per_year"].evidence
    firm.flow("PaymentsOfDividendsPreferredStockAndPreferenceStock", [3] * 16)
    refusal = draft(firm.write(tmp_path)).refusals["dividends_usd_bn_per_year"]
    assert refusal.startswith("PaymentsOfDividendsPreferredStockAndPreferenceStock was 0.0")


def test_a_payment_that_has_just_ended_is_refused(tmp_path):
    firm = Firm()
    firm.tags[BUYBACKS] = [fact for fact in firm.tags[BUYBACKS] if fact["filed"] < "2025-09-01"]
    assert (
        "is not told to 2025-12-31"
        in (draft(firm.write(tmp_path)).refusals["buybacks_usd_bn_per_year"])
    )


def test_the_newest_facts_in_another_currency(tmp_path):
    firm = Firm()
    content = firm.content()
    euros = [{**fact, "end": "2026-01-10"} for fact in firm.tags[CAPEX][-1:]]
    content["facts"]["us-gaap"][CAPEX]["units"]["EUR"] = euros
    found = draft(made.write(tmp_path, content))
    assert "its newest facts are in EUR, not in USD" in found.refusals[CAPEX_KEY]
    assert OCF_KEY in found.figures


def test_depreciation_is_not_the_whole_line(tmp_path):
    firm = Firm()
    key = "depreciation_amortisation_usd_bn_per_year"
    firm.tags["Depreciation"] = firm.tags.pop(DA)
    assert value(draft(firm.write(tmp_path)), key) == pytest.approx(four(DA), abs=1e-9)
    firm.flow("AmortizationOfIntangibleAssets", [3] * 16)
    found = draft(firm.write(tmp_path))
    assert value(found, key) == pytest.approx(four(DA) + 0.012, abs=1e-9)
    assert "Depreciation plus AmortizationOfIntangibleAssets" in found.figures[key].evidence
    amortisation = firm.tags["AmortizationOfIntangibleAssets"]
    firm.tags["AmortizationOfIntangibleAssets"] = [
        fact for fact in amortisation if fact["form"] == "10-K"
    ]
    earlier = draft(firm.write(tmp_path), as_of=dt.date(2025, 12, 1))
    assert "AmortizationOfIntangibleAssets ends on" in earlier.refusals[key]


def test_the_coupon(tmp_path):
    firm = Firm()
    firm.flow("InterestExpense", [60] * 16)
    firm.flow("InterestCostsCapitalized", [20] * 16)
    debts = [BALANCES[made.DEBT](k) for k in range(11, 16)]
    per_year = value(draft(firm.write(tmp_path)), "coupon_per_year")
    assert per_year == pytest.approx(320 / (sum(debts) / 5), abs=1e-6)
    firm.balance("FinanceLeaseLiability", [900] * 16)
    refusal = draft(firm.write(tmp_path)).refusals["coupon_per_year"]
    assert refusal == (
        "interest on finance leases is not told, but there are such leases "
        "(FinanceLeaseLiability): no filing tags FinanceLeaseInterestExpense"
    )
    firm.flow("FinanceLeaseInterestExpense", [10] * 16)
    per_year = value(draft(firm.write(tmp_path)), "coupon_per_year")
    assert per_year == pytest.approx(280 / (sum(debts) / 5), abs=1e-6)
    firm.flow("InterestExpense", [600] * 16)
    assert "outside 1% to 15%" in draft(firm.write(tmp_path)).refusals["coupon_per_year"]


def test_days_filed(tmp_path):
    firm = Firm()
    found = draft(firm.write(tmp_path), as_of=dt.date(2025, 11, 3))
    assert found.anchor == dt.date(2025, 6, 30)  # the third quarter was filed two days later
    assert value(found, CAPEX_KEY) == pytest.approx(four(CAPEX, 13), abs=1e-9)
    assert (
        value(found, "bonds_usd_bn") == BALANCES[NONCURRENT](13) / 1e3 + BALANCES[CURRENT](13) / 1e3
    )
    assert not found.warnings
    late = draft(firm.write(tmp_path), as_of=dt.date(2026, 9, 30))
    assert late.warnings == ("the last cash flow, to 2025-12-31, is 273 days old",)
