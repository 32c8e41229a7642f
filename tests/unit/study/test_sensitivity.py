"""Which groups of inputs move an answer: tables, exact identities, and what is refused."""

from __future__ import annotations

import re

import numpy as np
import pytest

from capexrisk.errors import ArgumentError, EventError, KernelFault, UnknownName
from capexrisk.run.session import Session
from capexrisk.study.sensitivity.analysis import COLUMNS, sensitivity
from capexrisk.study.sensitivity.one_at_a_time import ends_by_default, ends_of_groups
from capexrisk.study.simulation import simulate
from capexrisk.uncertainty import input_design
from tests.unit.scenarios import small_scenario
from tests.unit.uncertain import GROUPS, uncertain

ANSWERS = ("funding_failure/CoreWeave", "free_cash_flow_while_alive/Amazon/2027")
SETTINGS = {"outer": 256, "inner": 128, "points": 8, "seed": 4}
EFFECTS = ("first_order", "narrowing", "shapley", "total")


@pytest.fixture(scope="module")
def found():
    return sensitivity(uncertain(), ANSWERS, **SETTINGS, n_jobs=2)


def test_every_group_has_every_measure_with_its_error(found):
    assert list(found.table.columns) == list(COLUMNS)
    assert found.names[0].startswith("funding_failure/CoreWeave/") and not found.default_ranges
    for name in found.names:
        for measure in (*EFFECTS, "at_p5", "at_p95", "swing"):
            rows = found.of(measure, name)
            assert list(rows.index) == list(GROUPS)
            if measure != "at_p5":  # which may be a bound, without an error
                assert (rows["ci_low"] <= rows["value"]).all()
        assert found.estimate("sd", name=name).ci_low > 0.0
    assert 0.0 < found.estimate("inputs_share").value < 1.0


def test_shapley_effects_sum_to_one(found):
    for name in found.names:
        assert found.of("shapley", name)["value"].sum() == pytest.approx(1.0, abs=1e-12)


def test_the_order_of_effects_is_that_of_the_tornado(found):
    """Cash flow is by far the widest range of Amazon's free cash flow."""
    for measure in ("shapley", "first_order"):
        assert found.of(measure, found.names[1])["value"].idxmax() == "cash flow"
    assert found.of("swing", found.names[1])["value"].abs().idxmax() == "cash flow"


def test_what_is_alone_unknown_and_known_alone_agree_without_correlations(found):
    """First-order effects are at most total ones, Shapley effects between: within 5 errors."""
    for name in found.names:
        first, shapley, total = (
            found.of(measure, name) for measure in ("first_order", "shapley", "total")
        )
        for low, high in ((first, shapley), (shapley, total)):
            error = np.hypot(low["standard_error"], high["standard_error"])
            assert (low["value"] <= high["value"] + 5.0 * error).all()


def test_the_same_bits_for_any_number_of_workers(found):
    again = sensitivity(uncertain(), ANSWERS, **SETTINGS, n_jobs=1)
    assert found.table.equals(again.table)


def test_a_run_lends_its_points(found):
    run = simulate(uncertain(), paths=64, seed=4, outer=256, inner=128)
    again = sensitivity(run, ANSWERS, rounds=0, points=8)
    mine = found.table[~found.table["measure"].isin(("shapley", "total"))]
    assert mine.reset_index(drop=True).equals(again.table)


def test_groups_that_are_not_told_singly_are_one_more(found):
    again = sensitivity(uncertain(), ANSWERS[:1], **SETTINGS, singly=2)
    shapley = again.of("shapley")
    assert len(shapley) == 3 and shapley.index[-1] == "all other 2 groups"
    assert shapley["value"].sum() == pytest.approx(1.0, abs=1e-12)
    assert len(again.of("first_order")) == 4


def test_ends_move_a_group_alone():
    scenario = uncertain()
    middle, ends = ends_of_groups(scenario, input_design(scenario))
    (cash,) = (end for end in ends if end.group == "cash flow")
    moved = {path for path in middle if cash.low[path] != middle[path]}
    assert moved == {f"issuers.{one.name}.ocf_usd_bn_per_year" for one in scenario.issuers}
    name = "issuers.Oracle.ocf_usd_bn_per_year"
    # Lognormal of sigma 0.1 about the scenario's own number.
    assert cash.high[name] / middle[name] == pytest.approx(np.exp(0.1 * 1.6448536), rel=1e-6)
    assert cash.low[name] * cash.high[name] == pytest.approx(middle[name] ** 2, rel=1e-9)


def test_the_tornado_is_that_of_a_session(found):
    scenario = uncertain()
    _, ends = ends_of_groups(scenario, input_design(scenario))
    end = ends[1]
    with Session(scenario, ANSWERS[1:], points=8, seed=4) as session:
        low, high = (session.estimate(changed)[ANSWERS[1]] for changed in (end.low, end.high))
    name = found.names[1]
    assert found.estimate("at_p5", end.group, name).value == low.estimate.value
    swing = found.estimate("swing", end.group, name)
    assert swing.value == pytest.approx(float((high.values - low.values).mean()), rel=1e-12)
    assert swing.standard_error < low.estimate.standard_error  # the same draws


def test_without_ranges_every_input_is_moved_alone_and_that_is_said():
    scenario = small_scenario()
    _, ends = ends_by_default(scenario)
    names = [end.group for end in ends]
    assert "issuers.*.ocf_usd_bn_per_year" in names and "market.correlation" not in names
    found = sensitivity(scenario, ANSWERS[1:], points=1, seed=4)
    assert found.default_ranges
    assert set(found.table["measure"]) == {"as_given", "at_lower", "at_upper", "swing"}
    assert list(found.of("swing").index) == names


def test_draws_of_a_path(monkeypatch):
    monkeypatch.setattr("capexrisk.study.sensitivity.shocks.ROUNDS", 1)
    found = sensitivity(
        small_scenario(), ["funding_failure/CoreWeave"], points=1, seed=4, shocks=True
    )
    shapley = found.of("shock_shapley")["value"]
    assert shapley.sum() == pytest.approx(1.0, abs=1e-12)
    assert shapley["nothing: the second number of its pair"] == 0.0
    assert "CoreWeave: core revenue" in shapley.index
    assert found.of("shock_shapley")["ci_low"].max() > 0.0
    assert "draws of other issuers" in shapley.index


def test_draws_that_decide_a_failure_that_nobody_reaches_get_a_bound(monkeypatch):
    monkeypatch.setattr("capexrisk.study.sensitivity.shocks.ROUNDS", 1)
    monkeypatch.delattr("capexrisk.study.sensitivity.analysis.one_at_a_time")  # refused before
    with pytest.raises(EventError) as refused:
        sensitivity(small_scenario(), ["funding_failure/Amazon/2026Q3"], shocks=True)
    assert re.search(
        r"2026Q3: none of [\d,]+ independent paths reached it, .* \([\d,]+ were drawn in all\); "
        r"its chance is below [\d.]+ %; give a later period, or a likelier failure$",
        str(refused.value),
    )


def test_a_kernel_fault_at_an_end_is_not_taken_for_a_refused_input(monkeypatch):
    def broken(*_):
        raise KernelFault("3 of 8 paths are not finite")

    monkeypatch.setattr(Session, "estimate", broken)
    with pytest.raises(KernelFault):
        sensitivity(small_scenario(), ANSWERS[1:], points=1)


@pytest.mark.parametrize(
    ("metrics", "settings", "error", "message"),
    [
        ([], {}, ArgumentError, "is not a list"),
        ("any_failure/system", {}, ArgumentError, "is not a list"),
        (["funding_failure/Orakle"], {}, UnknownName, "did you mean Oracle"),
        (ANSWERS, {"outer": 128}, ArgumentError, "outer: 128 is out of range; give 256"),
        (ANSWERS, {"singly": 0}, ArgumentError, "singly: 0 is out of range"),
        (ANSWERS, {"points": 0}, ArgumentError, "points: 0 is out of range"),
        (ANSWERS, {"rounds": -1}, ArgumentError, "rounds: -1 is out of range"),
        (["free_cash_flow/Amazon/2027/p5"], {}, ArgumentError, "give 1,024 or more"),
        (["free_cash_flow/Amazon/2027"], {"shocks": True}, EventError, "is no failure"),
    ],
)
def test_bad_input_is_refused_before_anything_is_run(metrics, settings, error, message):
    with pytest.raises(error, match=message):
        sensitivity(uncertain(), metrics, **settings)


def test_an_answer_that_no_group_moves():
    groups = {"demand": GROUPS["demand"]}
    with pytest.raises(ArgumentError, match="no group moves it"):
        sensitivity(
            uncertain(groups=groups), ["funding_failure/Amazon/2026Q4"], **SETTINGS | {"inner": 128}
        )


def test_an_answer_that_is_not_kept_at_each_point():
    with pytest.raises(ArgumentError, match="give one of a year, of the end of one"):
        sensitivity(uncertain(), ["funding_failure/Amazon/2026Q3"], **SETTINGS)


def test_too_few_paths_to_tell():
    groups = {"demand": {**GROUPS["demand"], "sigma": 1e-6}}
    with pytest.raises(ArgumentError, match="be told from the noise"):
        sensitivity(uncertain(groups=groups), ANSWERS[:1], **SETTINGS)
