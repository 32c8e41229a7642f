"""Periods as sources write them."""

from __future__ import annotations

import datetime as dt

import pytest

from capexrisk.tables.periods import FORMS, last_day_before, parse_period, quarter_at


def labels(text: str) -> list[str]:
    period = parse_period(text)
    assert period is not None
    return [f"{quarter // 4}Q{quarter % 4 + 1}" for quarter in period.quarters()]


@pytest.mark.parametrize(
    ("text", "first", "last", "quarters"),
    [
        ("2026Q2", "2026-04-01", "2026-06-30", ["2026Q2"]),
        ("2026Q1-Q3", "2026-01-01", "2026-09-30", ["2026Q1", "2026Q2", "2026Q3"]),
        ("2026H1", "2026-01-01", "2026-06-30", ["2026Q1", "2026Q2"]),
        ("2026-06-30", "2026-06-30", "2026-06-30", []),
        ("2026-02", "2026-02-01", "2026-02-28", []),
        ("2026-07..2026-09", "2026-07-01", "2026-09-30", ["2026Q3"]),
        # A fiscal quarter is the calendar quarter of its middle.
        ("FQ Feb-2026", "2025-12-01", "2026-02-28", ["2026Q1"]),
        ("FQ Aug-2026", "2026-06-01", "2026-08-31", ["2026Q3"]),
        ("FQ Jan-2026", "2025-11-01", "2026-01-31", ["2025Q4"]),
    ],
)
def test_a_period_has_its_days_and_quarters(text, first, last, quarters):
    period = parse_period(text)
    assert period is not None
    assert (str(period.first), str(period.last)) == (first, last)
    assert labels(text) == quarters


def test_years_end_where_their_names_say():
    calendar = ["2026Q1", "2026Q2", "2026Q3", "2026Q4"]
    assert labels("CY2026") == labels("2026") == labels("TTM 2026Q4") == calendar
    to_may = ["2025Q3", "2025Q4", "2026Q1", "2026Q2"]
    assert labels("FY2026 (May)") == labels("TTM May-2026") == labels("FY2026 (Jun)") == to_may


@pytest.mark.parametrize(
    "text",
    [
        *("FY2026", "2026-13-01", "FQ Foo-2026", "2026Q5", "soon", ""),
        *("2026-13", "2026-00", "2026-13..2027-03", "2026-07..2026-13", "2025-00..2026-03"),
    ],
)
def test_what_names_no_period_is_none(text):
    assert parse_period(text) is None


def test_every_form_that_messages_offer_is_read():
    assert all(parse_period(form) for form in FORMS.split(", "))


def test_days_before_quarters():
    assert last_day_before(quarter_at("2026Q1")) == dt.date(2025, 12, 31)
    assert last_day_before(quarter_at("2026Q4")) == dt.date(2026, 9, 30)
