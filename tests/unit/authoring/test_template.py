"""The template of a table of firms."""

from __future__ import annotations

import csv
import io

from openpyxl import load_workbook

from capexrisk.authoring.template import as_csv, as_workbook, template
from capexrisk.scenario.issuer import OTHER_FORM, Issuer
from capexrisk.scenario.section import CONFIDENCES, by_year_field

ROWS = template([2026, 2027])


def test_it_has_every_key_of_an_issuer_once():
    keys = [row.key for row in ROWS]
    assert len(set(keys)) == len(keys)
    assert {by_year_field(key) for key in keys} == (
        set(Issuer.model_fields) - {"name", "evidence"} - set(OTHER_FORM)
    )
    assert [key for key in keys if key.startswith("capex_20")] == [
        *("capex_2026_usd_bn", "capex_2027_usd_bn")
    ]


def test_needed_keys_come_first_and_the_rest_in_the_order_of_the_record():
    needed = [row.key for row in ROWS if row.left_out == "needed"]
    assert [row.key for row in ROWS[: len(needed)]] == needed
    assert needed[:3] == ["core_revenue_usd_bn_per_year", "ocf_usd_bn_per_year", "cash_usd_bn"]
    order = list(Issuer.model_fields)
    others = [order.index(by_year_field(row.key)) for row in ROWS[len(needed) :]]
    assert others == sorted(others)


def test_each_row_says_what_it_means_in_which_unit_and_left_out():
    by_key = {row.key: row for row in ROWS}
    assert by_key["coupon_per_year"][1:4] == ("Mean interest on all debt", "a year", "0")
    assert by_key["seasonality"].left_out == "[1, 1, 1, 1]"
    assert by_key["high_yield"].left_out == "false"
    assert by_key["lease_term_years"].left_out == "needed with leases_not_commenced_usd_bn"
    assert by_key["construction_usd_bn"].look_for.startswith("'construction in progress'")
    assert all(row.meaning and row.look_for for row in ROWS)


def test_csv_and_workbook_have_the_same_cells():
    rows = list(csv.reader(io.StringIO(as_csv(ROWS, ["Acme", "Blue Co"]).decode())))
    assert rows[0][5:] == [
        *("Acme", "Acme: confidence", "Acme: evidence"),
        *("Blue Co", "Blue Co: confidence", "Blue Co: evidence"),
    ]
    sheet = load_workbook(io.BytesIO(as_workbook(ROWS, ["Acme", "Blue Co"]))).worksheets[0]
    assert [[cell or "" for cell in row] for row in sheet.values] == rows
    offered = sheet.data_validations.dataValidation
    assert {str(one.sqref)[0] for one in offered} == {"G", "J"}
    assert {one.formula1 for one in offered} == {f'"{",".join(CONFIDENCES)}"'}


def test_the_same_template_is_the_same_bytes():
    assert as_workbook(ROWS, ["Acme"]) == as_workbook(ROWS, ["Acme"])
