"""The digest follows what is simulated, and nothing else."""

from __future__ import annotations

import re

import pytest

from capexrisk.scenario import Scenario, digest, load_scenario, scenario_from_case
from capexrisk.scenario.case import without_neutral

# Changes with the model's keys or the reference figures; never with Python, platform or layout.
GOLDEN = "dfb6ddc1ea8391403c4fadf527fcdfbf425fb1e7c082e43e8bb36e3b65b29290"


def test_golden(case):
    assert digest(scenario_from_case(case, start="2026Q1")) == GOLDEN


def test_the_case_round_trips(case):
    scenario = scenario_from_case(case, start="2026Q1")
    assert scenario.model_case() == without_neutral(Scenario, case)
    again = scenario_from_case(scenario.model_case(), start="2026Q1")
    assert again == scenario
    assert digest(again) == digest(scenario)


def test_a_file_and_its_own_case_agree(default_path):
    scenario = load_scenario(default_path)
    assert digest(scenario_from_case(scenario.model_case(), start="2026Q1")) == digest(scenario)


@pytest.mark.parametrize(
    "override",
    [
        "run.paths=7",
        "run.seed=1",
        "run.sampler=plain",
        "title=Other",
        "name=other",
        "as_of=2026-03-01",
        'market.evidence.tax="assumed: other"',
        "market.oas0_bp=79.0",
    ],
)
def test_what_does_not_count(default_path, override):
    assert digest(load_scenario(default_path, [override])) == digest(load_scenario(default_path))


@pytest.mark.parametrize(
    "override",
    [
        "quarters=11",
        "start=2026Q2",
        "market.oas0_bp=79.00000000000001",
        "market.regime0=stressed",
        "issuers.Meta.cash_usd_bn=81",
        "thresholds.outside_funding_usd_bn=1400",
        "issuers.Meta.capex_2026_usd_bn=126",
    ],
)
def test_what_counts(default_path, override):
    assert digest(load_scenario(default_path, [override])) != digest(load_scenario(default_path))


def test_the_order_of_keys_does_not_count(default_path, write):
    text = default_path.read_text("utf-8")
    body = re.search(r"\n\[thresholds\]\n.*?\n(?=# -)", text, re.S)[0]
    moved = write(text.replace(body, "\n") + body)
    assert digest(load_scenario(moved)) == digest(load_scenario(default_path))


def test_the_order_of_issuers_counts(case):
    turned = case | {"issuers": case["issuers"][::-1]}
    assert digest(scenario_from_case(turned, start="2026Q1")) != digest(
        scenario_from_case(case, start="2026Q1")
    )
