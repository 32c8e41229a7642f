"""Runs over the inputs, compared and asked for their quarters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from capexrisk.errors import ArgumentError
from capexrisk.estimate.differences import differences_over_inputs
from capexrisk.scenario import change_inputs
from capexrisk.study.comparison import compare
from capexrisk.study.quarters import quarters
from capexrisk.study.simulation import simulate
from tests.unit.uncertain import GROUPS, uncertain

RUN = {"paths": 4_096, "seed": 4, "outer": 128, "inner": 128}
VALUES = ("inputs_p5", "inputs_p50", "inputs_p95")
CASH = "free_cash_flow_while_alive/Amazon/2027/mean"


@pytest.fixture(scope="module")
def base():
    return simulate(uncertain(), **RUN)


def row(comparison, name: str) -> pd.Series:
    metric, issuer, period, statistic = name.split("/")
    table = comparison.table.set_index(["metric", "issuer", "period", "statistic"])
    return table.loc[(metric, issuer, period, statistic)]


def test_a_difference_that_no_input_moves_has_no_spread():
    net, point, half = np.indices((32, 4, 2)).reshape(3, -1)
    places = {"net": net, "point": point, "half": half}
    level = np.random.default_rng(1).normal(size=256)
    first = pd.DataFrame({**places, "a": level, "b": level})
    second = pd.DataFrame({**places, "a": level + 3.0, "c": level})
    found = differences_over_inputs(first, second, ["a", "b", "c"])
    np.testing.assert_allclose(found.loc[0, list(VALUES)], 3.0)
    assert found.loc[1:].isna().all(axis=None)  # no column of both


def test_a_difference_that_only_paths_move_has_no_range():
    """Its quantiles over the inputs would all be its mean, on one side of 0 by chance."""
    net, point, half = np.indices((32, 32, 2)).reshape(3, -1)
    places = {"net": net, "point": point, "half": half}
    rng = np.random.default_rng(2)
    first, second = (
        pd.DataFrame({**places, "a": level + rng.normal(size=2048)}) for level in (0.0, 0.2)
    )
    assert differences_over_inputs(first, second, ["a"]).isna().all(axis=None)


def test_the_range_of_a_difference_has_intervals(base):
    lower = change_inputs(uncertain(), {"issuers.Amazon.ocf_usd_bn_per_year": 100.0})
    found = row(compare({"base": base, "lower": simulate(lower, **RUN)}), CASH)
    for name in VALUES:
        assert found[f"{name}_low"] < found[name] < found[f"{name}_high"]


def test_inputs_in_common_cancel(base):
    """A lower cash flow at the start: less at each point, whatever the inputs are there."""
    lower = change_inputs(uncertain(), {"issuers.Amazon.ocf_usd_bn_per_year": 100.0})
    found = row(compare({"base": base, "lower": simulate(lower, **RUN)}), CASH)
    assert found["inputs_p5"] < found["inputs_p50"] < found["inputs_p95"] < 0.0
    assert found["inputs_p5"] < found["difference"] < found["inputs_p95"]


@pytest.mark.parametrize(
    "other",
    [{"outer": 256}, {"seed": 5}, {"groups": {"demand": GROUPS["demand"]}}],
    ids=["other points", "another seed", "other groups"],
)
def test_other_points_are_not_paired(base, other):
    groups = other.get("groups", GROUPS)
    asked = {**RUN, **{key: value for key, value in other.items() if key != "groups"}}
    comparison = compare({"base": base, "other": simulate(uncertain(groups=groups), **asked)})
    assert comparison.table[["inputs_p5", "inputs_p95"]].isna().all(axis=None)
    assert any("not over the same points of the inputs" in note for note in comparison.notes)


def test_runs_without_points_are_compared_as_before(base):
    plain = simulate(uncertain(), paths=4_096, seed=4)
    comparison = compare({"one": plain, "other": plain})
    assert not any("inputs" in note for note in comparison.notes)


def test_quarters_over_the_inputs_spread_more(base):
    """The same quarter, with the inputs drawn as well."""
    plain, wide = quarters(base, paths=4_096), quarters(base, paths=4_096, over_inputs=True)
    label = base.quarters[3]
    for results in (plain, wide):
        amounts, _ = results.sample("Amazon", label, "operating_cash_flow")
        assert amounts.size > 4_000
    narrow, broad = (
        np.std(found.sample("Amazon", label, "operating_cash_flow")[0]) for found in (plain, wide)
    )
    assert broad > 1.3 * narrow
    predictive = base.inputs.estimate(f"operating_cash_flow/Amazon/{label}", "predictive")
    mean = wide.table.query(
        f"issuer == 'Amazon' and period == '{label}' and metric == 'operating_cash_flow' "
        "and statistic == 'mean'"
    ).iloc[0]
    error = np.hypot(mean["standard_error"], predictive.standard_error)
    assert abs(mean["value"] - predictive.value) < 4.5 * error  # false alarm below 1e-5


def test_quarters_of_a_run_without_points():
    plain = simulate(uncertain(), paths=1_024, seed=4)
    with pytest.raises(ArgumentError, match="over_inputs: the run is not over the inputs"):
        quarters(plain, over_inputs=True)
