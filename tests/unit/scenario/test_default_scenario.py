"""The scenario that ships: the reference parameters or better, with evidence for every figure."""

from __future__ import annotations

import csv
import json
import math
import re
import tomllib

import pytest

from capexrisk.scenario import (
    inputs,
    json_schema,
    load_run_section,
    load_scenario,
    scenario_from_case,
)
from capexrisk.uncertainty import input_design

DATE = re.compile(r"2026-[0-9]{2}-[0-9]{2}")
# Words, counts, shares that sum to 1, a matrix, a yardstick.
WITHOUT_RANGE = {
    *("regime0", "lease_ramp_quarters", "capex_quarter_split", "seasonality", "correlation"),
    "group_profit_usd_bn_per_year",
}
LATER = "published after"  # what a row of the data says that was not known on the scenario's day
TICKERS = {
    "GOOGL": "Alphabet",
    "AMZN": "Amazon",
    "MSFT": "Microsoft",
    "META": "Meta",
    "ORCL": "Oracle",
    "CRWV": "CoreWeave",
}
# Inputs that a field of the data would be; of several the sum.
FIELDS = {
    "cash_and_marketable_securities": ("cash_usd_bn",),
    "total_debt_carrying": ("bonds_usd_bn", "secured_debt_usd_bn"),
    "debt_face_value": ("bonds_usd_bn",),
    "leases_not_yet_commenced": ("leases_not_commenced_usd_bn",),
    "revenue": ("core_revenue_usd_bn_per_year",),
    "depreciation_amortization": ("depreciation_amortisation_usd_bn_per_year",),
    "capex_accrual": ("capex_2026_usd_bn",),
    "share_repurchases": ("buybacks_usd_bn_per_year",),
    "debt_maturity": ("maturities_2026_usd_bn",),
}


def flat(value, at=""):
    """Every leaf of nested dicts and lists, by its path."""
    if isinstance(value, dict):
        return {k: v for key, part in value.items() for k, v in flat(part, f"{at}.{key}").items()}
    if isinstance(value, list):
        return {
            k: v
            for index, part in enumerate(value)
            for k, v in flat(part, f"{at}[{index}]").items()
        }
    return {at: value}


# What the case, which is older, has from memory, by judgement or not at all.
BETTER_SOURCED_MARKET = {
    *("hazard", "oas_mean_bp", "oas_sigma", "oas_speed", "jump_rate", "jump_sigma"),  # a history
    *("absorb", "bond_market", "demand_saturation", "fall_spread", "anchor_hazard", "capex_speed"),
    "demand0",  # a quarter above what capital can serve, which an inventory counts
}
BETTER_SOURCED = {
    *("leases", "maturities", "buybacks", "dividends", "finance_lease_share"),
    *("cash_flow_noise", "seasonality", "core_growth", "capex_plan", "capex_beta"),  # quarters
    *("buildout_capital", "construction", "depreciation_amortisation", "depreciation_other"),
    *("coupon", "spread_bp"),
}


def differing(found, expected):
    """Keys whose values differ by more than 1e-9 of them."""
    assert found.keys() == expected.keys()

    def same(one, other):
        return math.isclose(one, other, rel_tol=1e-9) if isinstance(other, float) else one == other

    return {
        key
        for key in expected
        if not all(map(same, flat(found[key]).values(), flat(expected[key]).values()))
    }


def test_it_is_the_reference_case_but_for_what_is_better_sourced(default_path, case):
    expected = scenario_from_case(case, start="2026Q1").parameters
    found = load_scenario(default_path).parameters
    assert differing(found["market"], expected["market"]) == BETTER_SOURCED_MARKET
    issuers = zip(found["issuers"], expected["issuers"], strict=True)
    assert set().union(*(differing(*pair) for pair in issuers)) == BETTER_SOURCED


def test_few_figures_are_assumed_and_nearly_all_of_them_have_a_range(default_path):
    scenario = load_scenario(default_path)
    found = inputs(scenario)
    assumed = {one.path for one in found if one.confidence == "assumed"}
    assert len(assumed) <= 252
    design = input_design(scenario)
    moved = {entry.name.split("[")[0] for entry in design.entries}
    keys = {path.rsplit(".", 1)[-1] for path in assumed - moved}
    assert keys <= WITHOUT_RANGE


def test_every_input_has_evidence(default_path):
    found = inputs(load_scenario(default_path))
    assert len(found) > 300
    assert [given.path for given in found if not given.confidence] == []


def test_what_is_called_sourced_has_an_address_that_the_data_hold(default_path):
    addresses = set()
    for name in ("issuers_2026.csv", "market_facts.csv", "quarters_2026.csv"):
        with (default_path.parent / "data" / name).open(encoding="utf-8", newline="") as file:
            addresses |= {row["source_url"] for row in csv.DictReader(file)}
    known = "\n".join(addresses)
    for given in inputs(load_scenario(default_path)):
        if given.confidence in ("reported", "derived", "guidance", "analyst estimate"):
            assert given.address, given.path
            assert given.address in known, given.path
            assert given.source, given.path


def test_it_says_how_it_is_run(default_path):
    run = load_run_section(default_path)
    assert (run.paths, run.sampler) == (262_144, "sobol")


def test_the_published_schema_is_current(default_path):
    published = json.loads((default_path.parent / "scenario.schema.json").read_text("utf-8"))
    assert published == json_schema(), "write json_schema() to configs/scenario.schema.json"


def test_the_schema_accepts_the_default_and_sees_a_slip(default_path):
    jsonschema = pytest.importorskip("jsonschema")
    table = tomllib.loads(default_path.read_text("utf-8"))
    table["as_of"] = table["as_of"].isoformat()  # as editors hand a TOML date to the schema
    validator = jsonschema.Draft202012Validator(json_schema())
    validator.check_schema(json_schema())
    assert list(validator.iter_errors(table)) == []
    for path, value in (
        (("market", "oas0_bp"), -1),
        (("issuers", "Oracle", "capex_2027_usd_bn"), "60"),
        (("issuers", "Oracle", "cash"), 3),
        (("issuers", "Oracle", "evidence", "cash_usd_bn"), "sure: me"),
        (("run", "paths"), 0),
    ):
        *above, last = path
        inner = table
        for key in above:
            inner = inner[key]
        kept = inner.get(last)
        inner[last] = value
        assert list(validator.iter_errors(table)), path
        if kept is None:
            del inner[last]
        else:
            inner[last] = kept


def test_nothing_that_was_published_later_is_cited(default_path, rows_then, addresses_since):
    """By any date in a line of evidence, or in a row of the data that has its address."""
    scenario = load_scenario(default_path)
    day = str(scenario.as_of)
    late = {
        row["source_url"]
        for row in rows_then
        if LATER in row["source_title"]
        or any(date > day for date in DATE.findall(" ".join(row.values())))
    }
    assert late and len(addresses_since) > 40
    late |= addresses_since
    for given in inputs(scenario):
        assert given.address not in late, given.path
        assert all(date <= day for date in DATE.findall(given.source)), given.path


def test_what_equals_a_figure_of_later_says_so(default_path):
    """Unless a row of the same issuer and field that was known then holds it as well."""
    with (default_path.parent / "data" / "issuers_2026.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["field"] in FIELDS and row["value"]]
    given = {one.path: one for one in inputs(load_scenario(default_path))}

    def holds(row, value):
        return math.isclose(float(row["value"]), value, rel_tol=0.005)

    later = set()
    for row in rows:
        paths = [f"issuers.{TICKERS.get(row['issuer'])}.{key}" for key in FIELDS[row["field"]]]
        found = [given[path] for path in paths if path in given]
        value = sum(one.value for one in found)
        if LATER not in row["source_title"] or not holds(row, value):
            continue
        place = row["issuer"], row["field"]
        known = (o for o in rows if (o["issuer"], o["field"]) == place and LATER not in str(o))
        if not any(holds(other, value) for other in known):
            later.add(place)
            assert [one.path for one in found if "in view" not in one.source] == []
    assert later == {
        ("CRWV", "cash_and_marketable_securities"),
        ("CRWV", "total_debt_carrying"),
    }
