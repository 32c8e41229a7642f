"""How ``capexrisk run`` begins: who draws, and what is in its way."""

from __future__ import annotations

import pytest

from capexrisk.cli.plan import planned
from capexrisk.report.pool import DrawingPool
from tests.cli.command import write_small_scenario
from tests.cli.test_run import run_here


def test_the_process_that_draws_starts_before_the_scenario_is_read(monkeypatch, tmp_path):
    order = []
    alone = DrawingPool(0)
    monkeypatch.setattr("capexrisk.cli.run.drawing_pool", lambda _: order.append("pool") or alone)
    read = planned
    monkeypatch.setattr("capexrisk.cli.run.planned", lambda *of: order.append("file") or read(*of))
    assert run_here(monkeypatch, tmp_path, "run", "missing.toml") == 2
    assert order == ["pool", "file"]


@pytest.mark.parametrize(("holds", "code"), [((), 0), (("a.txt",), 2)])
def test_an_attempt_that_was_ended_as_it_began_is_not_in_the_way(
    monkeypatch, tmp_path, holds, code
):
    write_small_scenario(tmp_path)
    (tmp_path / "out.unfinished").mkdir()
    for name in holds:
        (tmp_path / "out.unfinished" / name).touch()
    arguments = ("small.toml", "--paths", "300", "--out", "out", "-q")
    assert run_here(monkeypatch, tmp_path, "run", *arguments) == code
    assert (tmp_path / "out").is_dir() == (code == 0)


@pytest.mark.parametrize(("jobs", "stopped"), [(1, True), (2, False)])
def test_one_worker_of_the_run_table_draws_alone(monkeypatch, tmp_path, jobs, stopped):
    """The process that draws was started before the file was read."""
    write_small_scenario(tmp_path)
    (tmp_path / "taken").touch()
    stops = []

    def stop(pool: DrawingPool) -> None:
        stops.append(pool)

    monkeypatch.setattr(DrawingPool, "stop", stop)
    arguments = ("small.toml", "--set", f"run.jobs={jobs}", "--out", "taken", "-q")
    assert run_here(monkeypatch, tmp_path, "run", *arguments) == 2
    by_the_error = 1
    assert len(stops) == stopped + by_the_error
