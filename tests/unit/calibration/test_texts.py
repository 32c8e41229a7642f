"""What is written stands in a scenario: it loads, and its groups draw what was found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from capexrisk.calibration import firm_text, spread_text
from capexrisk.calibration.coordinates import INPUTS, OPEN_MEAN, log_inputs
from capexrisk.calibration.firms import calibrate_firms
from capexrisk.calibration.fit import Mode
from capexrisk.calibration.panel import read_panel
from capexrisk.calibration.series import SpreadSeries
from capexrisk.calibration.spreads import SpreadCalibration
from capexrisk.scenario import load_scenario
from capexrisk.uncertainty import input_design
from tests.unit.calibration.process import POINT

DEFAULT = Path("configs/hyperscalers-2026.toml")


@pytest.fixture
def found() -> SpreadCalibration:
    generator = np.random.default_rng(1)
    root = 0.1 * np.eye(16) + 0.05 * generator.normal(size=(16, 16))
    seven = np.arange(1.0, 8.0)
    return SpreadCalibration(
        series=SpreadSeries("s.csv, spread", "1973Q1", "2025Q1", "percent", np.zeros(209)),
        optimum=Mode(POINT, -1.0, 8, 8, 0),
        effective=500.0,
        log_mean=log_inputs(POINT),
        covariance=root @ root.T,
        told=np.linspace(0.0, 1.0, 16),
        bias=0.1,
        bias_error=0.02,
        regimes=np.array([0.7, 0.2, 0.1]),
        history=seven,
        process=seven,
        process_error=0.1 * seven,
        single_low=seven,
        single_high=seven,
        stress=np.array([0.3, 0.01]),
    )


def loaded(tmp_path, text):
    others, _, _ = DEFAULT.read_text("utf-8").partition("\n[uncertainty.")  # they move the same
    (tmp_path / DEFAULT.name).write_text(others, "utf-8")
    path = tmp_path / "x.toml"
    head = f'extends = "{DEFAULT.name}"\nname = "x"\ntitle = "x"\n'
    path.write_text(head + text, "utf-8")
    return load_scenario(path)


def test_the_spread_process_stands_in_a_scenario(tmp_path, found):
    scenario = loaded(tmp_path, spread_text.scenario_part(found, 92.0))
    market = scenario.market
    assert market.oas_speed_per_year == pytest.approx(0.5)
    assert market.oas_mean_bp == pytest.approx((92.0, 195.0, 370.0), rel=1e-3)
    assert market.hazard_per_year[1] == pytest.approx((1.7, 0.0, 0.08))
    group = scenario.uncertainty.groups[spread_text.GROUP]
    assert set(group.inputs) == set(INPUTS) - {INPUTS[OPEN_MEAN]}
    kept = [k for k in range(16) if k != OPEN_MEAN]
    expected = found.covariance[np.ix_(kept, kept)]
    assert np.array(group.covariance) == pytest.approx(expected, rel=1e-4)
    input_design(scenario)


def test_without_an_open_mean_no_level_is_taken(found):
    text = spread_text.scenario_part(found, None)
    assert "\noas_mean_bp" not in text
    assert "# oas_mean_bp: your open mean, and 2.120 and 4.022 times it (--open-bp)." in text


def test_what_is_not_told_is_said(found):
    told, weak, level, hazards, jumps = spread_text.what_is_not_told(found)
    assert told.startswith("Not told by this history, so mostly what was assumed before: speed of")
    assert "volatility, open (" in told and "hazard, open to stressed" not in told
    assert weak.startswith("Told weakly: ") and "hazard, open to stressed" in weak
    assert "92 bp" in level and "averages" in hazards and "jump" in jumps
    all_told = replace(found, told=np.ones(16))
    assert len(spread_text.what_is_not_told(all_told)) == 3


def history_of(tmp_path, years):
    generator = np.random.default_rng(3)
    shared = generator.normal(size=(2, 4 * years))
    rows = ["issuer,quarter,operating_cash_flow_usd_bn,capex_usd_bn"]
    for firm in ("Alphabet", "Meta", "Microsoft"):
        walk = np.cumsum(0.03 + 0.04 * (shared[0] + generator.normal(size=4 * years)))
        spent = 0.15 * (shared[1] + generator.normal(size=4 * years))
        for q in range(4 * years):
            flow = np.exp(3.0 + walk[q] + 0.1 * generator.normal()) * (0.9, 1.0, 1.1, 1.0)[q % 4]
            quarter = f"{2015 + q // 4}Q{q % 4 + 1}"
            rows.append(f"{firm},{quarter},{flow:.4f},{np.exp(2.0 + 0.04 * q + spent[q]):.4f}")
    path = tmp_path / "h.csv"
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def test_firms_stand_in_a_scenario(tmp_path):
    found = calibrate_firms(read_panel(history_of(tmp_path, 5)))
    scenario = loaded(tmp_path, firm_text.scenario_part(found))
    meta = next(one for one in scenario.issuers if one.name == "Meta")
    k = found.cash_flow.firms.index("Meta")
    sigma, noise = np.exp(found.cash_flow.movement.firms[k])
    assert (meta.core_sigma_per_sqrt_year, meta.cash_flow_noise) == pytest.approx(
        (sigma, noise), rel=1e-3
    )
    growth = found.cash_flow.growth.firms[k, 0] + 0.5 * sigma**2
    assert meta.core_growth_per_year == pytest.approx(growth, rel=1e-3)
    assert meta.seasonality == pytest.approx(found.cash_flow.seasons[k], abs=1e-5)
    groups = scenario.uncertainty.groups
    moved = groups["movement of cash flow, calibrated"]
    assert np.array(moved.covariance) == pytest.approx(
        found.cash_flow.movement.covariance, rel=1e-4
    )
    assert groups["capex beta, calibrated"].mode == pytest.approx(found.capex_beta[0], rel=1e-3)
    input_design(scenario)


def test_correlations_that_no_quarter_tells_are_not_written(tmp_path):
    found = calibrate_firms(read_panel(history_of(tmp_path, 3)))
    text = firm_text.scenario_part(found)
    assert not found.cash_flow.correlation.told
    assert "core_beta =" not in text and "capex beta, calibrated" not in text
    assert found.core_beta == (0.5, 0.25)
    assert "cash flow not told, fewer than three common years" in text
