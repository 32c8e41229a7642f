"""Time, memory and disk, forecast from a small run. No test asserts a time."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from capexrisk.archive.results import Results
from capexrisk.run.plan import RunPlan
from capexrisk.study import forecast
from capexrisk.study.forecast import forecast_run
from capexrisk.study.simulation import simulate
from tests.unit.scenarios import small_scenario


@pytest.mark.parametrize(
    ("paths", "pilot"), [(70_000, 70_000), pytest.param(600_000, 524_288, marks=pytest.mark.slow)]
)
def test_files_are_foretold(tmp_path, paths, pilot):
    """Of single paths as many as there will be, of tables what the small run has."""
    plan = RunPlan(paths=paths, seed=1, sampler="plain", jobs=2)
    found = forecast_run(small_scenario(), plan, write=Results.write, keep_paths=True)
    assert (found.paths, found.pilot_paths) == (paths, pilot)
    (tmp_path / "paths").mkdir()
    simulate(
        small_scenario(), paths=paths, seed=1, sampler="plain", keep_paths=tmp_path / "paths"
    ).write(tmp_path)
    size = sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) / 2**20
    assert found.disk_mib == pytest.approx(size, rel=0.02)


def test_time_grows_with_paths_and_memory_does_not():
    forecasts = [
        forecast_run(small_scenario(), RunPlan(paths=paths, seed=1), write=lambda *_: None)
        for paths in (2**18, 2**28)
    ]
    small, large = forecasts
    assert (small.paths, large.paths) == (2**18, 2**28) and large.pilot_paths == 2**18
    assert large.simulation > 100 * small.simulation  # a thousand times as many paths
    assert large.seconds > large.simulation and large.memory_mib < small.memory_mib + 200.0


def test_targets_play_no_part():
    plan = RunPlan(paths=10_000, seed=1, targets=("funding_failure/Oracle: rel 1%",))
    found = forecast_run(small_scenario(), plan, write=lambda *_: None)
    assert found.paths == plan.run_paths


@pytest.mark.parametrize(("writes", "seconds"), [(True, 3.0), (False, 63.0)])
def test_what_is_compiled_for_the_cache_is_not_counted(monkeypatch, tmp_path, writes, seconds):
    """The run that follows loads it. Without a cache the run compiles as well."""
    clock, runs = [0.0], iter([60.0, 3.0])

    def simulate_job(*given: object) -> Results:
        took = next(runs)
        clock[0] += took
        if took == 60.0 and writes:
            (tmp_path / "core.nbi").write_bytes(b"code")
        return simulated(*given)

    simulated = forecast.simulate_job
    monkeypatch.setattr(forecast, "simulate_job", simulate_job)
    monkeypatch.setattr(forecast, "core_cache", lambda: str(tmp_path))
    monkeypatch.setattr(forecast, "time", SimpleNamespace(perf_counter=lambda: clock[0]))
    plan = RunPlan(paths=2048, seed=1)  # all of it is tried
    found = forecast_run(small_scenario(), plan, write=lambda *_: None)
    assert found.seconds == pytest.approx(seconds)
