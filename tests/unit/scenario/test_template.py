"""The scenario that README.md of the configs gives to begin with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from capexrisk.errors import ScenarioError
from capexrisk.scenario import load_scenario

README = Path(__file__).parents[3] / "configs" / "README.md"


def template() -> str:
    (text,) = re.findall(r'```toml\n(name = "yours".*?)```', README.read_text("utf-8"), re.DOTALL)
    return str(text)


def test_it_can_be_run_as_it_stands(tmp_path):
    path = tmp_path / "yours.toml"
    path.write_text(template(), "utf-8")
    assert [issuer.name for issuer in load_scenario(path).issuers] == ["Acme"]


def test_all_keys_that_are_missing_are_named_at_once(tmp_path):
    path = tmp_path / "yours.toml"
    lines = [line for line in template().splitlines() if not line.startswith(("oas_", "tail"))]
    path.write_text("\n".join(lines), "utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert str(caught.value) == (
        f"{path}: market.oas_mean_bp: missing; give it: spread to which each regime pulls (open, "
        "stressed, shut), bp; missing too: market.oas_speed_per_year, "
        "market.oas_sigma_per_sqrt_year, market.oas_cap_bp, market.tail_dof"
    )


def test_keys_of_guidance_that_are_missing_are_named_at_once(tmp_path):
    path = tmp_path / "yours.toml"
    lines = [line for line in template().splitlines() if "capex_growth" not in line]
    path.write_text("\n".join(lines), "utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert str(caught.value) == (
        f"{path}: issuers.Acme.capex_growth_first_per_year: missing; give the growth after the "
        "guidance (missing too: capex_growth_long_run_per_year, capex_growth_fade_years)"
    )
