"""Generated scenarios: refused in a located line, or finite and balanced on every path."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from capexrisk.errors import ScenarioError
from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK, PITCH
from capexrisk.kernel.simulate import trace_block
from capexrisk.kernel.sources import independent_source
from capexrisk.lowering import lower
from capexrisk.model.vocabulary import CHANNELS, RATIONED
from capexrisk.scenario import load_scenario
from tests.hostile import verdicts
from tests.hostile.tables import DEFAULT, default_tables, scenarios
from tests.hostile.toml import write_toml

# `python -m tests.hostile.scenarios` tries 10,000; tests/README.md says what came of them.
QUICK = settings(max_examples=120, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scenarios")


@QUICK
@given(table=scenarios())
def test_refused_in_a_line_or_finite_and_balanced(folder, table):
    path = folder / "x.toml"
    path.write_bytes(write_toml(table).encode("utf-8", "surrogatepass"))
    verdict = verdicts.judge(path)
    assert verdict.outcome in (verdicts.REFUSED, verdicts.BALANCED, verdicts.TOO_EXTREME)


def test_the_default_scenario_as_it_is_written_here(folder):
    """Otherwise all that is generated could be refused for the same reason."""
    path = folder / "default.toml"
    path.write_text(write_toml(default_tables()), "utf-8")
    assert verdicts.judge(path) == verdicts.Verdict(verdicts.BALANCED)
    assert load_scenario(path).model_case() == load_scenario(DEFAULT).model_case()


@functools.cache
def _block() -> tuple[verdicts.LoweredScenario, verdicts.Floats]:
    lowered = lower(load_scenario(DEFAULT))
    trace, _ = trace_block(
        lowered.market, lowered.schedule, lowered.layout, source=independent_source(0)
    )
    return lowered, trace.reshape(len(lowered.quarters), -1, PITCH)[:, :, :BLOCK]


def block() -> tuple[verdicts.LoweredScenario, verdicts.Floats]:
    """A block of the default scenario, to be changed."""
    lowered, rows = _block()
    return lowered, rows.copy()


@pytest.mark.parametrize(
    "row",
    [
        s.BONDS.amount,
        s.HIGH_YIELD.amount,
        s.SHARE_PROGRAMME.amount,
        s.SPENT,
        s.CASH,
        s.UNMET,
        s.BUYBACKS.amount,
        s.INVESTMENTS.amount,
        s.PREPAYMENTS.amount,
        s.ADVANCE,
        s.DEBT,
    ],
)
def test_a_cent_too_much_is_an_imbalance(row):
    """What judges can tell: 10 dollars in a flow of billions."""
    lowered, rows = block()
    assert verdicts.imbalance(lowered, rows) < 1e-13
    rows[3, (m.SIZE + 2 * s.SIZE + row) // PITCH, 5] += 1e-5
    assert verdicts.imbalance(lowered, rows) > verdicts.TOLERANCE


# Rows that are overwritten in every quarter from the fourth on, and the rules that this breaks.
SPOILT_ROWS = [
    (m.REGIME, 1.0, {"shares as a programme in the open regime alone",
                     "investments in the open regime alone"}),
    (s.GRADE, 1.0, {"each grade in its own market"}),
    (s.GRADE, -1.0, {"what has fallen stays"}),
    (s.FAILURE_QUARTER, 2.0, {"nothing flows after failure"}),
    (s.FAILURE_QUARTER, 12.0, {"who fails has an unmet need or a run, and the other way round"}),
    (s.BUYBACKS.amount, -1.0, {"no flow is negative"}),
    (s.FAILURE_CAUSE, 1.0, {"a run is the cause where nothing is unmet"}),
    (s.RUN_MARGIN, -1.0, {"a run needs a threshold"}),
    *((s.FLOW[name].amount, 1e5, {f"{name} within what is absorbed"}) for name in RATIONED),
]  # fmt: skip


@pytest.mark.parametrize(("row", "value", "rules"), SPOILT_ROWS, ids=range(len(SPOILT_ROWS)))
def test_a_broken_rule_is_seen(row, value, rules):
    lowered, rows = block()
    assert verdicts.broken_rules(lowered, rows) == []
    if row == m.REGIME:
        rows[3:, row // PITCH] = value
    else:
        for i in range(len(lowered.issuers)):
            rows[3:, (m.SIZE + i * s.SIZE + row) // PITCH] = value
    assert rules <= set(verdicts.broken_rules(lowered, rows))


def test_what_is_no_message_is_a_defect(tmp_path):
    place = f"{tmp_path}: x"
    verdicts.check_message(ScenarioError(place, "1 is bad", "give 2"), tmp_path)
    for where, value, hint in (
        (place, "1 is\nbad", "give 2"),
        (place, "", "give 2"),
        (place, "1 is bad", ""),
        ("elsewhere", "1 is bad", "give 2"),
        (place + "x" * 3000, "1 is bad", "give 2"),
    ):
        with pytest.raises(verdicts.Defect):
            verdicts.check_message(ScenarioError(where, value, hint), tmp_path)


# Figures that were allowed once, and what they did.
SLIPS = {
    "market.demand0_usd_bn_per_year": (1e-300, "a division by zero at the start"),
    "market.oas0_bp": (1e-200, "an infinite spread offset"),
    "market.absorb.bonds_usd_bn_per_year": (1e-9, "an infinite premium"),
    "market.shock_hazard_multiple": (5e-324, "chances of regimes that are no number"),
    "market.scarcity": (1000.0, "a price of scarcity that overflows"),
    "market.equity_beta": (1000.0, "equity sold without end in a market that is shut"),
    "market.rivalry_per_year": (100.0, "programmes that overshoot each other for ever"),
    "market.chase_per_year": (1000.0, "programmes that grow without end while capacity is used"),
    "market.race": (1000.0, "programmes without end"),
    "market.demand_speed_sigma": (5.0, "demand without end"),
    "market.depreciation_per_year": (100.0, "capacity of nothing, divided by"),
    "market.cash_flow_floor": (1e-300, "a leverage without end"),
    "market.capex_speed_per_year": (1e-300, "a variance that is no number"),
    "market.prepaid_term_years": (0.1, "more earned than was ever prepaid"),
    "market.jump_mean": (-2.0, "a spread of nothing"),
    "issuers.Oracle.core_growth_sigma_per_year": (5.0, "revenue without end"),
    "issuers.Oracle.relative_yield": (1e-310, "a capacity that is not normal"),
}


@pytest.mark.parametrize("key", SLIPS)
def test_figures_that_would_overflow_are_refused(key):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(DEFAULT, {key: SLIPS[key][0]})
    verdicts.check_message(caught.value, Path("--set"))
    assert f"--set: {key}: " in str(caught.value)


def test_an_infinite_price_of_equity_is_quarantined():
    """Times an access of 0 it would be no number, and no minimum sees that: equity without end."""
    scenario = load_scenario(DEFAULT)
    lowered = lower(scenario)
    market = lowered.market._replace(
        equity_beta=1000.0,
        jump_probability=1.0,
        jump_mean=-0.9,
        channel_access=((0.0, 0.0, 0.0),) * len(CHANNELS),
    )
    trace, _ = trace_block(market, lowered.schedule, lowered.layout, source=independent_source(0))
    rows = trace.reshape(len(lowered.quarters), -1, PITCH)[:, :, :BLOCK]
    infinite = ~np.isfinite(rows[:, m.EQUITY_PRICE // PITCH]).all(axis=0)
    assert infinite.any()
    left_out = rows[-1, m.BAD_QUARTER // PITCH] < len(lowered.quarters)
    assert left_out[infinite].all()


def test_a_key_or_a_word_of_a_megabyte_is_cut_in_the_message(tmp_path):
    path = tmp_path / "x.toml"
    for text in (
        f"{'x' * 500_000} = 1\n",
        f'start = "{"x" * 500_000}"\n',
        f'extends = "{"x" * 500_000}"\n',
        f"[market]\nevidence.{'x' * 500_000} = '{'y' * 400_000}'\n",
    ):
        path.write_text(text, "utf-8")
        with pytest.raises(ScenarioError) as caught:
            load_scenario(path)
        verdicts.check_message(caught.value, path)
