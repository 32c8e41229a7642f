"""Execution: progress, order, broken paths, kept paths."""

from __future__ import annotations

import json
import re
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import joblib
import numpy as np
import pyarrow.parquet as pq
import pytest

from capexrisk.archive.paths import PathFiles
from capexrisk.errors import DimensionError, KernelFault
from capexrisk.kernel.points import path_number
from capexrisk.lowering import lower
from capexrisk.run import execute as execution
from capexrisk.run.chunks import draws_of, run_chunk
from capexrisk.run.execute import Hooks, execute, quarantine_note
from capexrisk.run.outcomes import outcome_names
from capexrisk.run.plan import CHUNK_PATHS, CHUNK_POINTS, REPLICATES, Chunk, RunPlan
from capexrisk.run.workers.backends import run_in_order, worker_count
from capexrisk.scenario import scenario_from_case
from capexrisk.scenario.section import StrictModel
from capexrisk.study.simulation import simulate
from tests.unit.scenarios import reference_case, small_scenario


@pytest.fixture(scope="module")
def lowered():
    return lower(small_scenario(quarters=2, issuers=["Oracle", "CoreWeave"]))


def beyond_bounds(scenario, **market):
    """A scenario as no file can say it: the schema's bounds keep every path finite."""
    # Unchecked: a run of what nobody could read from a file.
    moved = scenario.market.model_copy(update=market)
    return StrictModel.model_copy(scenario, update={"market": moved})


def extreme_scenario(speed, sigma):
    """A demand that grows so fast that its logistic step overflows on many paths."""
    scenario = small_scenario(quarters=2, issuers=["Oracle"])
    return beyond_bounds(scenario, demand_speed_per_year=speed, demand_speed_sigma=sigma)


@pytest.mark.parametrize("backend", ["sequential", "threading", None])
def test_results_come_in_the_order_of_the_tasks(backend):
    """However long each takes: the first is the slowest."""

    def work(number: int) -> tuple[int, str]:
        time.sleep(0.02 * (5 - number))
        return number, threading.current_thread().name

    plan = RunPlan(paths=1, seed=0, jobs=3, backend=backend)
    found = list(run_in_order(plan, work, ((number,) for number in range(5))))
    assert [number for number, _ in found] == list(range(5))
    assert (len({name for _, name in found}) > 1) == (backend != "sequential")


def test_tasks_are_taken_as_workers_become_free():
    """Not all at once: a long run has millions of chunks."""
    taken: list[int] = []

    def tasks():
        for number in range(60):
            taken.append(number)
            yield (number,)

    plan = RunPlan(paths=1, seed=0, jobs=2, backend="threading")
    results = run_in_order(plan, lambda number: time.sleep(0.01) or number, tasks())
    assert next(results) == 0
    assert len(taken) < 20
    assert list(results) == list(range(1, 60))


def test_an_error_of_a_worker_comes_through():
    def work(number: int) -> int:
        raise KernelFault("broken")

    for backend in ("sequential", "threading"):
        plan = RunPlan(paths=1, seed=0, jobs=2, backend=backend)
        with pytest.raises(KernelFault, match="broken"):
            list(run_in_order(plan, work, [(1,), (2,)]))


def test_worker_count():
    assert worker_count(RunPlan(paths=1, seed=0, jobs=5, backend="sequential")) == 1
    assert worker_count(RunPlan(paths=1, seed=0, jobs=5)) == 5
    assert worker_count(RunPlan(paths=1, seed=0, jobs=-1)) >= 1


@pytest.mark.parametrize("jobs", [1, 2])
def test_progress_is_told_every_chunk(lowered, jobs):
    told: list[int] = []
    plan = RunPlan(paths=2 * CHUNK_PATHS + 10, seed=1, sampler="plain", jobs=jobs)
    totals = execute(lowered, plan, Hooks(progress=told.append))
    assert told == [CHUNK_PATHS, 2 * CHUNK_PATHS, 2 * CHUNK_PATHS + 10]
    assert totals.counted == plan.paths


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(("points", "size"), [(64, 64), (2 * CHUNK_POINTS, CHUNK_POINTS)])
def test_progress_is_told_every_chunk_of_a_net(lowered, jobs, points, size):
    told: list[int] = []
    plan = RunPlan(paths=REPLICATES * points, seed=1, jobs=jobs)
    totals = execute(lowered, plan, Hooks(progress=told.append))
    assert told == list(range(size, plan.paths + 1, size))
    assert (totals.paths == points).all() and totals.paths.shape == (REPLICATES,)


@pytest.mark.parametrize(("sampler", "replicate"), [("sobol", 7), ("plain", 0)])
def test_a_chunk_s_totals_are_sparse(lowered, sampler, replicate):
    plan = RunPlan(paths=1, seed=1, sampler=sampler)
    chunk = run_chunk(lowered, draws_of(lowered, plan), Chunk(0, replicate, 0, 100))
    assert (chunk.replicate, chunk.paths) == (replicate, 100)
    assert chunk.quarantined == 0 and chunk.broken.shape == (0, 2)
    assert (chunk.cell_counts > 0).all() and (np.diff(chunk.cells) > 0).all()
    assert chunk.cell_counts.sum() == 100 * lowered.layout.distributions


@pytest.mark.parametrize(("sampler", "asked"), [("sobol", 3000), ("plain", 4096)])
def test_too_many_broken_paths_end_the_run(sampler, asked):
    scenario = extreme_scenario(speed=5.0, sigma=5.0)
    with pytest.raises(KernelFault) as caught:
        simulate(scenario, paths=asked, seed=1, sampler=sampler)
    message = re.fullmatch(
        r"([\d,]+) of 4,096 paths are not finite and count nowhere; the first is path (\d+), "
        r"in 2026Q3; the scenario's inputs are too extreme for the model",
        str(caught.value),
    )
    assert message and 30 < int(message[1].replace(",", "")) < 1500
    assert int(message[2]) < 100


def test_progress_counts_broken_paths_too():
    told: list[int] = []
    scenario = extreme_scenario(speed=5.0, sigma=5.0)
    with pytest.raises(KernelFault):
        simulate(scenario, paths=3000, seed=1, sampler="plain", progress=told.append)
    assert told == [3000]
    told.clear()
    with pytest.raises(KernelFault):
        simulate(scenario, paths=4096, seed=1, progress=told.append)
    assert told == list(range(128, 4097, 128))


@pytest.mark.parametrize(("sampler", "paths"), [("sobol", 65_536), ("plain", 40_000)])
def test_a_few_broken_paths_are_left_out_and_told(sampler, paths):
    """They count in no table, the manifest lists them, and what is left has its errors.

    The others of these paths reach 1e100: no square overflows, and no warning of numpy's fails
    this test.
    """
    scenario = extreme_scenario(speed=0.55, sigma=2.05)
    results = simulate(scenario, paths=paths, seed=1, sampler=sampler)
    run = results.manifest.run
    assert 1 <= run.paths_quarantined <= 4
    assert run.paths_counted == results.paths == paths - run.paths_quarantined
    listed = run.quarantine
    assert len(listed) == run.paths_quarantined
    first = f"the first is path {listed[0].path}, in {listed[0].quarter}"
    assert first in results.quarantine_note
    counts = results.distributions.groupby(["issuer", "period", "metric"])["count"].sum()
    assert (counts == results.paths).all()
    means = results.summary[results.summary["statistic"] == "mean"]
    assert np.isfinite(means["value"]).all()
    means = means[means["metric"].isin(["free_cash_flow", "capex", "demand"])]  # never rare
    assert np.isfinite(means[["value", "standard_error"]]).all(axis=None)
    assert means["value"].max() > 1e50


def test_the_limit_is_one_in_ten_thousand():
    assert execution.QUARANTINE_LIMIT == 1e-4


def test_quarantine_note():
    assert quarantine_note(1234, 20_000_000, 77, "2027Q1") == (
        "1,234 of 20,000,000 paths are not finite and count nowhere; "
        "the first is path 77, in 2027Q1"
    )


def test_kept_paths_have_a_column_for_every_outcome(lowered, tmp_path):
    plan = RunPlan(paths=CHUNK_PATHS + 3, seed=1, sampler="plain")
    execute(lowered, plan, Hooks(PathFiles(tmp_path)))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["chunk-000000.parquet", "chunk-000001.parquet"]
    last = pq.read_table(tmp_path / names[1])
    assert last.column_names == ["path", *outcome_names(lowered)]
    assert last["path"].to_pylist() == [CHUNK_PATHS, CHUNK_PATHS + 1, CHUNK_PATHS + 2]


def test_kept_paths_of_nets_are_numbered_by_replicate_and_point(lowered, tmp_path):
    execute(lowered, RunPlan(paths=100, seed=1), Hooks(PathFiles(tmp_path)))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"chunk-{number:06d}.parquet" for number in range(REPLICATES)]
    for replicate in (0, 1, 31):
        numbers = pq.read_table(tmp_path / names[replicate])["path"].to_pylist()
        assert numbers == [path_number(replicate, point) for point in range(4)]


def test_paths_are_kept_in_a_folder_called_like_a_home(lowered, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("~").mkdir()
    execute(lowered, RunPlan(paths=1, seed=1, sampler="plain"), Hooks(PathFiles(Path("~"))))
    assert [path.name for path in (tmp_path / "~").iterdir()] == ["chunk-000000.parquet"]


def test_keep_paths_needs_a_directory(tmp_path):
    scenario = small_scenario(quarters=1, issuers=["Oracle"])
    with pytest.raises(FileNotFoundError):
        simulate(scenario, paths=10, keep_paths=tmp_path / "missing")


def test_arguments_are_refused_before_anything_runs():
    with pytest.raises(ValueError, match="paths: 0 is out of range"):
        simulate(small_scenario(), paths=0)
    with pytest.raises(ValueError, match="backend: 'thread' is unknown"):
        simulate(small_scenario(), paths=10, backend="thread")


def test_the_case_is_json(lowered):
    """The manifest holds it whole."""
    assert json.loads(json.dumps(small_scenario().model_case()))["quarters"] == 7


def test_no_sum_hides_an_amount_beyond_all_bounds():
    """Free cash flow and plan cancel in a sum; the quarantine looks at their sizes."""
    case = reference_case(4)
    for issuer in case["issuers"]:
        issuer |= {"capex_growth_sigma": 1.0, "committed": 1.0, "buildout_share": 0.0}
        issuer["finance_lease_share"] = 0.0
    case["market"]["rivalry"] = 4.0
    scenario = scenario_from_case(case, start="2026Q1")
    with pytest.raises(KernelFault, match="too extreme for the model"):
        simulate(beyond_bounds(scenario, race=1000.0), paths=4096, seed=1)


def test_a_scenario_too_large_for_the_sequence_is_refused_at_once(lowered, monkeypatch):
    """As `draws_of` tells it; independent paths need no sequence."""
    schedule = lowered.schedule._replace(capex_plan=np.zeros((64, 80)))
    crowd = SimpleNamespace(market=lowered.market, schedule=schedule, layout=lowered.layout)
    draws_of(crowd, RunPlan(paths=1, seed=0, sampler="plain"))
    monkeypatch.setattr(execution, "run_in_order", lambda *_: pytest.fail("a worker started"))
    with pytest.raises(DimensionError, match=r"21,572 draws a path.*; take the plain sampler$"):
        execute(crowd, RunPlan(paths=1, seed=0))


@pytest.mark.parametrize("jobs", [None, -1, 2])
def test_joblib_is_given_the_number_of_workers_as_it_is(monkeypatch, jobs):
    """None must stay None: only then does joblib take an active `parallel_config`."""
    given = {}

    class Recorder:
        def __init__(self, **options: object) -> None:
            given.update(options)

        def __call__(self, tasks: object) -> object:
            return iter(())

    monkeypatch.setattr(joblib, "Parallel", Recorder)
    run_in_order(RunPlan(paths=1, seed=0, jobs=jobs), print, ())
    assert given["n_jobs"] == jobs


def test_the_manifest_tells_the_workers_of_an_active_config():
    with joblib.parallel_config(n_jobs=1):
        results = simulate(small_scenario(2), paths=64, n_jobs=None)
    assert results.manifest.run.jobs == 1
