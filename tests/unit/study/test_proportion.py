"""Warnings of a scenario that starts out of proportion."""

from __future__ import annotations

from pathlib import Path

import pytest

from capexrisk.scenario import load_scenario
from capexrisk.study.proportion import out_of_proportion

ROOT = Path(__file__).parents[3]
DEFAULT = ROOT / "configs" / "hyperscalers-2026.toml"
CARRIERS = ROOT / "tests" / "unit" / "carriers.toml"


def test_the_default_scenario_is_in_proportion():
    assert out_of_proportion(load_scenario(DEFAULT)) == []


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        (["market.demand0_usd_bn_per_year=900"], "market.demand0_usd_bn_per_year", "29.7 %"),
        (["market.demand0_usd_bn_per_year=120"], "market.demand0_usd_bn_per_year", "223 %"),
        (
            ["issuers.Oracle.leverage_limit=4.5", "issuers.Oracle.high_yield=true"],
            "issuers.Oracle.leverage_limit",
            "no bonds can be sold",
        ),
        (
            ["issuers.Alphabet.bond_quarter_cap_usd_bn=48.5"],
            "issuers.Alphabet.bond_quarter_cap_usd_bn",
            "as much as all debt, 48.5;",
        ),
        (["market.run_quarters=[0, 4, 4]"], "issuers.CoreWeave.cash_usd_bn", "is stressed: a run"),
    ],
)
def test_one_figure_is_out_of_proportion(changes, place, words):
    (line,) = out_of_proportion(load_scenario(DEFAULT, changes))
    assert line.startswith(f"{place}: ")
    assert words in line
    assert "; give " in line


def test_keys_that_were_left_out_and_decide():
    revolver, maturities = out_of_proportion(load_scenario(CARRIERS))
    assert revolver == (
        "issuers.Heron.revolver_usd_bn: left out, so that there is no credit line; give it, 0 if "
        "that is meant (so too Gannet, Petrel)"
    )
    assert maturities == (
        "issuers.Petrel.maturities_usd_bn: left out, so that no debt falls due; give it"
    )


def test_a_channel_that_nobody_opened(tmp_path):
    without = [
        line
        for line in CARRIERS.read_text("utf-8").splitlines()
        if not line.startswith(("access.private", "absorb.private", "coupon_per_year"))
    ]
    path = tmp_path / "closed.toml"
    path.write_text("\n".join(without), "utf-8")
    lines = out_of_proportion(load_scenario(path))
    assert "market.access.private: left out, so private_advance of issuers is in vain; give it" in (
        lines
    )
    assert any(line.startswith("issuers.Heron.coupon_per_year: ") for line in lines)
