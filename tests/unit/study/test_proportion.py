"""Warnings of a scenario that starts out of proportion."""

from __future__ import annotations

from pathlib import Path

import pytest

from capexrisk.scenario import load_scenario
from capexrisk.study import proportion
from capexrisk.study.proportion import out_of_proportion

ROOT = Path(__file__).parents[3]
DEFAULT = ROOT / "configs" / "hyperscalers-2026.toml"
CARRIERS = ROOT / "tests" / "unit" / "carriers.toml"


def test_the_default_scenario_is_in_proportion():
    assert out_of_proportion(load_scenario(DEFAULT)) == []


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        (["market.demand0_usd_bn_per_year=900"], "market.demand0_usd_bn_per_year", "24.9 %"),
        (
            # Idle capacity frightens lenders at once; with more cash nobody need run.
            ["market.demand0_usd_bn_per_year=100", "issuers.CoreWeave.cash_usd_bn=10"],
            "market.demand0_usd_bn_per_year",
            "224 %",
        ),
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
        (
            ["market.run_quarters=[0, 4, 4]"],
            "issuers.CoreWeave.cash_usd_bn",
            "(a run)",
        ),
    ],
)
def test_one_figure_is_out_of_proportion(changes, place, words):
    (line,) = out_of_proportion(load_scenario(DEFAULT, changes))
    assert line.startswith(f"{place}: ")
    assert words in line
    assert "; give " in line


@pytest.mark.parametrize(
    ("demand", "warned"), [(447.0, False), (448.0, True), (112.0, False), (111.0, True)]
)
def test_capacity_within_half_and_twice_of_demand_is_in_proportion(demand, warned):
    changes = [f"market.demand0_usd_bn_per_year={demand}", "issuers.CoreWeave.cash_usd_bn=10"]
    scenario = load_scenario(DEFAULT, changes)
    assert (not 0.5 <= scenario.start_capacity_to_demand() <= 2.0) is warned
    assert bool(out_of_proportion(scenario)) is warned


def test_only_a_mend_that_makes_room_for_bonds_is_advised():
    """No leverage limit lends on a cash flow that is below 0."""
    issuer = "issuers.Oracle."
    changes = [f"{issuer}high_yield=true", f"{issuer}asset_limit=0.1", f"{issuer}leverage_limit=1"]
    (line,) = (x for x in out_of_proportion(load_scenario(DEFAULT, changes)) if "bonds" in x)
    assert line.startswith(f"{issuer}leverage_limit: ")
    assert line.endswith("; give a higher leverage_limit or asset_limit, unless that is meant")
    changes.append(f"{issuer}ocf_usd_bn_per_year=-1")
    (line,) = (x for x in out_of_proportion(load_scenario(DEFAULT, changes)) if "bonds" in x)
    assert line.startswith(f"{issuer}asset_limit: ") and ", 0 may be on cash flow and " in line
    assert line.endswith("; give a higher asset_limit, unless that is meant")


def test_failures_in_the_first_quarter_are_told_by_issuer_above_one_percent(monkeypatch):
    shares = {"Meta": 0.01, "Oracle": 0.0101, "CoreWeave": 0.25}
    monkeypatch.setattr(proportion, "first_quarter_failures", lambda scenario: shares)
    assert out_of_proportion(load_scenario(DEFAULT)) == [
        f"issuers.{name}.cash_usd_bn: too little, so that it cannot pay or loses its lenders (a "
        f"run) in the first quarter on {share} % of 4,096 paths; give more, or lower "
        "market.run_quarters"
        for name, share in (("Oracle", 1), ("CoreWeave", 25))
    ]


def test_keys_that_were_left_out_and_decide():
    written_off, revolver, old, maturities = out_of_proportion(load_scenario(CARRIERS))
    assert written_off == (
        "market.book_depreciation_per_year: left out, so that new capital never costs profit "
        "anything; give it, 0 if that is meant"
    )
    assert old == (
        "issuers.Heron.depreciation_amortisation_usd_bn_per_year: left out, so that old capital "
        "never costs profit anything; give it (so too Gannet, Petrel)"
    )
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
