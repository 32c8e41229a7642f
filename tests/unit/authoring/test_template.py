"""The template of a table of firms."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from openpyxl import load_workbook

from capexrisk.authoring.surroundings import neutral_surroundings, surroundings_of
from capexrisk.authoring.template import as_csv, as_workbook, template
from capexrisk.scenario.issuer import OTHER_FORM, Issuer
from capexrisk.scenario.section import CONFIDENCES, by_year_field

LIBRARY = surroundings_of(Path(__file__).parents[3] / "configs" / "hyperscalers-2026.toml")
ROWS = template([2026, 2027], LIBRARY)


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
    assert needed == [
        *("core_revenue_usd_bn_per_year", "ocf_usd_bn_per_year", "cash_usd_bn"),
        "capex_2026_usd_bn",
    ]
    order = list(Issuer.model_fields)
    others = [order.index(by_year_field(row.key)) for row in ROWS[len(needed) :]]
    assert others == sorted(others)


def test_each_row_says_what_it_means_in_which_unit_and_left_out():
    by_key = {row.key: row for row in ROWS}
    assert by_key["revolver_usd_bn"].left_out == "0"
    assert by_key["coupon_per_year"][1:3] == ("Mean interest on all debt", "a year")
    assert by_key["seasonality"].left_out == "[1, 1, 1, 1]"
    assert by_key["high_yield"].left_out == "false"
    noise = LIBRARY.issuer_defaults["cash_flow_noise"]
    assert by_key["cash_flow_noise"].left_out == f"inherited: {noise} of hyperscalers-2026"
    assert by_key["market_cap_usd_bn"].left_out == "assumed: a multiple of operating cash flow"
    neutral = {row.key: row.left_out for row in template([2026], neutral_surroundings())}
    assert neutral["lease_term_years"] == "inherited: 15 of neutral"
    assert neutral["cash_flow_noise"] == "0"
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
