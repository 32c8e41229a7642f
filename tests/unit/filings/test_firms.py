"""Eight firms' filings: every figure to its digits, and what cannot be had is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from capexrisk.filings import draft
from capexrisk.filings.facts import read_companyfacts
from capexrisk.filings.quarters import fiscal_calendar, quarter_amount

FILES = Path(__file__).parent / "companyfacts"
OCF, DA = "ocf_usd_bn_per_year", "depreciation_amortisation_usd_bn_per_year"
CAPEX, BUYBACKS = "capex_usd_bn_per_year", "buybacks_usd_bn_per_year"
DIVIDENDS, REVENUE = "dividends_usd_bn_per_year", "core_revenue_usd_bn_per_year"
CASH, DEBT, FACE = "cash_usd_bn", "bonds_usd_bn", "face_value_of_debt_usd_bn"
INTEREST, LEASES = "interest_expense_usd_bn_per_year", "new_finance_leases_usd_bn_per_year"
COLUMNS = {
    "operating_cash_flow": OCF,
    "capex": CAPEX,
    "depreciation_amortisation": DA,
    "buybacks": BUYBACKS,
    "dividends": DIVIDENDS,
}
# Anchor, first of the four quarters; by flow the four and their sum, None where no tag tells it.
QUARTERS = {
    "alphabet": (
        "2025-12-31 2025Q1",
        "36.150 27.747 48.414 52.402 164.713",
        "17.197 22.446 23.953 27.851 91.447",
        "4.487 4.998 5.611 6.040 21.136",
        "15.068 13.638 11.504 5.499 45.709",
        "2.434 2.543 2.536 2.536 10.049",
    ),
    "microsoft": (
        "2025-12-31 2025Q1",
        "37.044 42.647 45.057 35.758 160.506",
        "16.745 17.079 19.394 29.876 83.094",
        None,
        "4.781 4.546 5.650 7.415 22.392",
        "6.169 6.169 6.169 6.762 25.269",
    ),
    "amazon": (
        "2025-06-30 2024Q3",
        "25.971 45.636 17.015 32.515 121.137",
        "22.620 27.834 25.019 32.183 107.656",
        "13.442 15.631 14.262 15.227 58.562",
        None,
        None,
    ),
    "meta": (
        "2025-06-30 2024Q3",
        "24.724 27.988 24.026 25.561 102.299",
        "8.258 14.425 12.941 16.538 52.162",
        "4.027 4.460 3.900 4.342 16.729",
        "8.818 0.000 12.754 10.167 31.739",
        "1.263 1.270 1.329 1.327 5.189",
    ),
    "oracle": (
        "2025-05-31 2024Q3",
        "7.427 1.304 5.933 6.157 20.821",
        "2.303 3.970 5.862 9.080 21.215",
        # Depreciation of 0.804 0.908 1.003 1.152 and the amortisation beside it.
        "1.428 1.499 1.551 1.696 6.174",
        "0.150 0.150 0.150 0.150 0.600",
        "1.103 1.118 1.119 1.403 4.743",
    ),
    "digital-realty": (
        "2025-06-30 2024Q3",
        "0.567 0.769 0.399 0.641 2.376",
        "0.782 0.735 0.787 0.704 3.009",
        "0.460 0.455 0.443 0.461 1.820",
        None,
        "0.419 0.010 0.849 0.433 1.711",
    ),
    "verizon": (
        "2025-06-30 2024Q3",
        "9.911 10.432 7.782 8.975 37.100",
        "3.948 5.071 4.145 3.808 16.972",
        "4.458 4.506 4.577 4.635 18.176",
        None,
        "2.801 2.850 2.856 2.856 11.363",
    ),
    "dell": (
        "2025-08-01 2024Q3",
        "1.553 0.585 2.796 2.543 7.477",
        "0.639 0.735 0.568 0.675 2.617",
        "0.765 0.774 0.738 0.762 3.039",
        "0.429 0.734 1.980 0.940 4.083",
        "0.312 0.311 0.396 0.366 1.385",
    ),
}
# Cash and current securities; debt at its carrying amount; revenue of four quarters.
BALANCES = {
    "alphabet": ("126.843", "48.543", "402.836"),
    "microsoft": ("89.462", "40.262", "305.453"),
    "amazon": ("93.180", "55.896", "670.038"),
    "meta": ("47.071", "28.832", "178.804"),
    "oracle": ("11.203", "92.568", "57.399"),
    "digital-realty": ("3.554", "18.452", "5.768"),
    "verizon": ("3.435", "145.996", "137.000"),
    "dell": ("8.145", "28.689", "101.451"),
}
LADDERS = {
    "alphabet": ("2025-12-31", "0001652044-26-000018", "2.000 1.000 2.676 1.764 5.500", "36.145"),
    "microsoft": ("2025-12-31", "0001193125-26-027207", "0.000 9.250 0.000 2.055 0.000", None),
    "amazon": ("2024-12-31", "0001018724-25-000004", "5.000 2.750 8.750 2.250 3.000", "36.250"),
    "meta": ("2024-12-31", "0001326801-25-000017", "0.000 0.000 2.750 1.500 1.000", "23.750"),
    "oracle": ("2025-05-31", "0000950170-25-087926", "7.309 5.743 10.145 2.000 7.250", "60.500"),
    "dell": ("2025-08-01", "0001571996-25-000102", "2.080 8.451 2.343 2.460 3.059", None),
    "verizon": ("2024-12-31", "0000732712-25-000006", "21.709 7.823 9.158 11.592 8.673", "83.203"),
}


@pytest.fixture(scope="module")
def drafts():
    return {name: draft(FILES / f"{name}.json") for name in QUARTERS}


@pytest.mark.parametrize("name", QUARTERS)
def test_quarters_and_their_sums(drafts, name):
    found = drafts[name]
    head, *flows = QUARTERS[name]
    assert head == f"{found.anchor} {found.quarters[-4].quarter}"
    given = {**found.figures, **found.beside}
    for (column, key), expected in zip(COLUMNS.items(), flows, strict=True):
        amounts = [row.amounts[column] for row in found.quarters[-4:]]
        if expected is None:
            assert amounts == [None] * 4
            assert key in found.refusals or given[key].value == 0.0
        else:
            *quarters, total = expected.split()
            assert [f"{amount:.3f}" for amount in amounts] == quarters
            assert f"{given[key].value:.3f}" == total


@pytest.mark.parametrize("name", BALANCES)
def test_cash_debt_and_revenue(drafts, name):
    figures = drafts[name].figures
    assert tuple(f"{figures[key].value:.3f}" for key in (CASH, DEBT, REVENUE)) == BALANCES[name]


def test_lines_behind_the_balances(drafts):
    for name, key, lines in (
        ("alphabet", CASH, "30.708 plus 96.135"),
        ("alphabet", DEBT, "46.547 plus 1.996 plus 0.000"),
        ("microsoft", CASH, "24.296 plus 65.166"),
        ("microsoft", DEBT, "35.425 plus 4.837"),
        ("amazon", CASH, "57.741 plus 35.439"),
        ("amazon", DEBT, "50.718 plus 5.005 plus 0.173"),
        ("meta", CASH, "12.005 plus 35.066"),
        ("oracle", CASH, "10.786 plus 0.417"),
        ("oracle", DEBT, "85.297 plus 7.271"),
        ("digital-realty", DEBT, "16.641367 plus 0.440788 plus 0.802294 plus 0.567699"),
        ("verizon", DEBT, "123.929 plus 22.067"),
        ("dell", DEBT, "21.535 plus 7.154"),
    ):
        assert drafts[name].figures[key].evidence.startswith(f"derived: {lines}, ")
    finance_leases = (
        "finance leases are within (FinanceLeaseLiabilityNoncurrent 1.455 on 2024-12-31)"
    )
    assert finance_leases in drafts["verizon"].figures[DEBT].evidence
    assert "by parts" in drafts["digital-realty"].figures[DEBT].evidence
    assert "no current part" in drafts["meta"].figures[DEBT].evidence


def test_the_face_value_of_a_part_is_no_face_value(drafts):
    # Amazon's is of its noncurrent lines, Oracle's of 10-Qs of single loans.
    said = drafts["amazon"].refusals[FACE]
    assert said.endswith("is of a part of the debt of 55.896")
    assert drafts["oracle"].beside[FACE].value == 92.917
    then = draft(FILES / "oracle.json", as_of=dt.date(2025, 4, 1))
    assert then.refusals[FACE].startswith("DebtInstrumentCarryingAmount 14.000 on 2025-02-28 ")


def test_interest_leases_and_face_value(drafts):
    for name, key, value in (
        ("alphabet", INTEREST, 0.736),
        ("microsoft", INTEREST, 2.643),
        ("amazon", INTEREST, 2.230),
        ("oracle", INTEREST, 3.578),
        ("alphabet", LEASES, 1.606),
        ("microsoft", LEASES, 25.221),
        ("amazon", LEASES, 1.622),
        ("alphabet", FACE, 49.085),
        ("microsoft", FACE, 46.207),
    ):
        assert drafts[name].beside[key].value == value
    assert drafts["microsoft"].figures["finance_lease_share"].value == pytest.approx(
        0.233, abs=5e-4
    )
    assert (
        "InterestExpenseNonoperating ends on 2024-12-31 (0.715 in 2024-01-01..2024-12-31"
        in (drafts["meta"].refusals[INTEREST])
    )
    assert drafts["dell"].figures["coupon_per_year"].value == pytest.approx(0.054, abs=5e-4)


@pytest.mark.parametrize("name", LADDERS)
def test_ladders(drafts, name):
    found = drafts[name].ladder
    date, accession, rungs, after = LADDERS[name]
    assert f"{found.date}" == date and accession in found.evidence
    assert " ".join(f"{amount:.3f}" for amount in found.rungs.values()) == rungs
    assert (None if found.after is None else f"{found.after:.3f}") == after
    total = sum(found.rungs.values()) + (found.after or 0.0)
    sums = {"alphabet": 49.085, "amazon": 58.0, "meta": 29.0, "oracle": 92.947, "verizon": 142.158}
    assert total == pytest.approx(sums.get(name, total), abs=1e-9)


def test_ladders_by_calendar_year(drafts):
    for name, due in (
        ("alphabet", "2.000 1.000 2.676"),
        ("microsoft", "4.625 4.625 1.028"),
        ("oracle", "6.526 7.944 6.072"),
    ):
        years = drafts[name].ladder.by_year("2026Q1")
        amounts = [years[year] for year in (2026, 2027, 2028)]
        assert amounts == pytest.approx([float(amount) for amount in due.split()], abs=6e-4)
    # The next fiscal year of a 10-Q begins after the rest of this one: nothing is counted twice.
    assert drafts["microsoft"].ladder.quarters["2026Q2"] == 0.0
    assert drafts["microsoft"].ladder.quarters["2026Q3"] == 9.25 / 4


def test_the_annual_ladder_of_microsoft(tmp_path):
    found = draft(FILES / "microsoft.json", as_of=dt.date(2025, 8, 31))
    assert " ".join(f"{amount:.3f}" for amount in found.ladder.rungs.values()) == (
        "3.000 9.250 0.000 2.054 0.000"
    )
    assert found.ladder.after == 34.902 and "0000950170-25-100235" in found.ladder.evidence


def test_what_is_refused(drafts):
    stale = drafts["digital-realty"].refusals["maturities"]
    assert stale == "the ladder is stale since 2023-12-31, the last year ends 2024-12-31"
    assert DA in drafts["microsoft"].refusals
    for name, key in (("amazon", BUYBACKS), ("amazon", DIVIDENDS), ("digital-realty", BUYBACKS)):
        assert drafts[name].figures[key].value == 0.0
    # The last twelve months to then, told in a 10-Q, hold the payments of 2022.
    assert "no such payment tagged since 2023-03-31" in drafts["amazon"].figures[BUYBACKS].evidence
    for name in ("alphabet", "microsoft", "amazon", "oracle"):
        # Interest on finance leases is not told: it is three quarters of Microsoft's.
        assert "FinanceLeaseInterestExpense" in drafts[name].refusals["coupon_per_year"]
    warned = {name: one.warnings for name, one in drafts.items() if one.warnings}
    said = (
        "bonds_usd_bn is the carrying amount, 40.262; the face value, which falls due, is 46.207, "
        "15% more; give the one you mean"
    )
    assert warned == {"microsoft": (said,)}


def test_secured_debt_within_the_bonds_is_told(drafts):
    told = drafts["digital-realty"].refusals["secured_debt_usd_bn"]
    assert told.startswith("0.802294 is within bonds_usd_bn already (SecuredDebt); ")
    assert "plus SecuredDebt" in drafts["digital-realty"].figures[DEBT].evidence
    assert not any(
        "secured_debt_usd_bn" in one.refusals
        for name, one in drafts.items()
        if name != "digital-realty"
    )


def test_oracles_depreciation_alone():
    facts = read_companyfacts(FILES / "oracle.json")
    quarters = fiscal_calendar(facts).quarters[:4]
    amounts = [quarter_amount(facts, "Depreciation", one).value / 1e9 for one in quarters]
    assert [round(amount, 3) for amount in reversed(amounts)] == [0.804, 0.908, 1.003, 1.152]


def test_the_fiscal_year_to_may(drafts):
    found = drafts["oracle"].quarters[-1]
    assert (found.quarter, found.end) == ("2025Q2", dt.date(2025, 5, 31))


def test_evidence_names_tag_period_form_filing_and_address(drafts):
    assert drafts["alphabet"].figures[OCF].evidence == (
        "reported: 164.713, NetCashProvidedByUsedInOperatingActivities, 2025-01-01..2025-12-31, "
        "10-K 0001652044-26-000018 filed 2026-02-05, "
        "https://www.sec.gov/Archives/edgar/data/1652044/000165204426000018/"
    )
    assert (
        drafts["amazon"]
        .beside[CAPEX]
        .evidence.startswith(
            "derived: 82.999 plus 57.202 less 32.545, PaymentsToAcquireProductiveAssets, "
            "2024-01-01..2024-12-31 plus 2025-01-01..2025-06-30 less 2024-01-01..2024-06-30, "
            "10-K 0001018724-25-000004 filed 2025-02-07 plus 10-Q 0001018724-25-000086"
        )
    )


def test_seasonality_takes_three_years(drafts):
    found = drafts["alphabet"].figures["seasonality"]
    assert sum(found.value) / 4 == pytest.approx(1.0, abs=1e-6)
    assert "2023Q1 to 2025Q4" in found.evidence
    assert "less than 3 years" in drafts["dell"].refusals["seasonality"]


@pytest.mark.parametrize("name", QUARTERS)
def test_every_key_is_given_or_refused(drafts, name):
    found = drafts[name]
    keys = {*found.figures, *found.beside}
    assert not keys & set(found.refusals)
    assert keys | set(found.refusals) - {"maturities", "secured_debt_usd_bn"} == (
        {OCF, DA, CAPEX, BUYBACKS, DIVIDENDS, REVENUE, CASH, DEBT, FACE, INTEREST, LEASES}
        | {"coupon_per_year", "finance_lease_share", "seasonality"}
        | {"free_cash_flow_usd_bn_per_year"}
    )
