"""Chosen outcomes of single paths in memory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import capexrisk as cr
from capexrisk.errors import UnknownName
from capexrisk.kernel.points import path_number
from capexrisk.lowering import lower
from capexrisk.points.draws import SuppliedDraws
from capexrisk.points.frozen import frozen_points
from capexrisk.points.layout import dimensions
from capexrisk.run.chunks import draws_of
from capexrisk.run.outcomes import chunk_outcomes, collect_outcomes, outcome_names
from capexrisk.run.plan import RunPlan
from capexrisk.scenario import scenario_from_case
from capexrisk.study.simulation import simulate
from tests.unit.scenarios import reference_case, small_scenario

NAMES = ["tiers/F4/Oracle", "fcf_year/CoreWeave/2026Q3-Q4", "outside_funding"]
PATHS = {"sobol": 2_048, "plain": 20_000}  # 32 chunks, and two


@pytest.fixture(scope="module")
def scenario():
    return small_scenario(quarters=2, issuers=["Oracle", "CoreWeave"])


@pytest.fixture(scope="module")
def lowered(scenario):
    return lower(scenario)


def test_names_of_outcomes(lowered):
    names = outcome_names(lowered)
    assert len(names) == len(set(names)) == lowered.layout.rows
    first = lowered.layout.first
    assert names[first["fcf_quarter"] : first["fcf_quarter"] + 4] == [
        "fcf_quarter/Oracle/2026Q3",
        "fcf_quarter/Oracle/2026Q4",
        "fcf_quarter/CoreWeave/2026Q3",
        "fcf_quarter/CoreWeave/2026Q4",
    ]
    assert names[first["fcf_year"]] == "fcf_year/Oracle/2026Q3-Q4"
    assert names[first["flows_total"] + 3] == "flows_total/bonds/CoreWeave"
    assert names[first["tiers"] + 8] == "tiers/F4/Oracle"
    assert names[first["outside_funding"]] == "outside_funding"


@pytest.mark.parametrize("sampler", ["sobol", "plain"])
def test_they_are_the_columns_that_kept_paths_have(scenario, sampler, tmp_path):
    options = {"paths": PATHS[sampler], "seed": 4, "sampler": sampler, "n_jobs": 2}
    results = simulate(scenario, **options, keep_paths=tmp_path)
    files = pd.concat(pd.read_parquet(file) for file in sorted(tmp_path.iterdir()))
    found = cr.path_outcomes(scenario, NAMES, **options)
    assert list(found.columns) == NAMES and found.index.name == "path"
    assert sorted(found.index) == sorted(files["path"])
    expected = files.set_index("path").loc[found.index, NAMES]
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    flow = {"issuer": "CoreWeave", "period": "2026Q3-Q4", "statistic": "mean"}
    (mean,) = results.estimates("free_cash_flow", **flow)["value"]
    assert found[NAMES[1]].mean() == pytest.approx(mean, rel=1e-12)


@pytest.mark.parametrize(("jobs", "backend"), [(2, "threading"), (2, "loky")])
def test_workers_change_nothing(scenario, jobs, backend):
    options = {"paths": 2_048, "seed": 4}
    alone = cr.path_outcomes(scenario, NAMES, **options, backend="sequential")
    found = cr.path_outcomes(scenario, NAMES, **options, n_jobs=jobs, backend=backend)
    pd.testing.assert_frame_equal(found, alone, check_exact=True)


@pytest.mark.slow  # two more variants are compiled
def test_frozen_points_and_supplied_draws(lowered):
    """Draws given to it take the place of the plan's own."""
    case = reference_case(2, ["Oracle", "CoreWeave"])
    case["issuers"][0]["capex_plan"] = [1.2 * capex for capex in case["issuers"][0]["capex_plan"]]
    moved = lower(scenario_from_case(case, start="2026Q3"))
    plan = RunPlan(paths=2_048, seed=4, jobs=1)
    points = frozen_points(lowered.market, lowered.schedule, 4)
    own, base = collect_outcomes(moved, plan, NAMES), collect_outcomes(lowered, plan, NAMES)
    frozen = collect_outcomes(moved, plan, NAMES, points)
    assert (frozen.index == base.index).all() and (frozen != own).any(axis=None)
    pd.testing.assert_frame_equal(collect_outcomes(lowered, plan, NAMES, points), base)
    uniforms = np.random.default_rng(1).uniform(size=(dimensions(2, 2), 100))
    plan = RunPlan(paths=100, seed=0, sampler="plain", jobs=1)
    found = collect_outcomes(lowered, plan, NAMES, SuppliedDraws(uniforms, 2, 2))
    turned = collect_outcomes(lowered, plan, NAMES, SuppliedDraws(uniforms[:, ::-1], 2, 2))
    np.testing.assert_array_equal(found, turned[::-1])
    assert found["fcf_year/CoreWeave/2026Q3-Q4"].nunique() == 100


def test_the_numbers_of_paths_are_those_of_replay(scenario):
    name = "fcf_quarter/Oracle/2026Q4"
    found = cr.path_outcomes(scenario, [name], paths=2_048, seed=4, n_jobs=1)
    path = path_number(17, 30)
    told = cr.replay(scenario, path, seed=4).query("issuer == 'Oracle' and quarter == '2026Q4'")
    assert told["free_cash_flow"].item() == pytest.approx(found.at[path, name], rel=1e-12)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("fcf_year/Coreweave/2026Q3-Q4", "did you mean fcf_year/CoreWeave/2026Q3-Q4"),
        ("x", "x: is not an outcome of a path; give a name such as"),
    ],
)
def test_a_name_that_no_path_has_is_refused(scenario, name, message):
    with pytest.raises(UnknownName, match=message):
        cr.path_outcomes(scenario, [name], paths=32)


def test_broken_paths_are_nan_and_too_many_are_refused(lowered):
    wild = replace(lowered, market=lowered.market._replace(speed=5.0, speed_sigma=5.0))
    plan = RunPlan(paths=2_048, seed=1, sampler="plain", jobs=1)
    (chunk,) = plan.chunks()
    broken = np.isnan(chunk_outcomes(wild, draws_of(wild, plan), chunk, [0, 3]))
    assert 0 < broken[:, 0].sum() < 2_048
    np.testing.assert_array_equal(broken[:, 0], broken[:, 1])
    message = f"{broken[:, 0].sum():,} of 2,048 paths are not finite"
    with pytest.raises(cr.KernelFault, match=message):
        collect_outcomes(wild, plan, NAMES)
