"""A cluster of real processes, of which some are killed: the same bytes, or one clear error."""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
import sys
import time
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from distributed import Client

from capexrisk.archive.results import DISTRIBUTIONS, SUMMARY_CSV, Results
from capexrisk.archive.verify import verify
from capexrisk.code import code_identity
from capexrisk.errors import ClusterError, WorkersLost
from capexrisk.lowering import lower
from capexrisk.run.batches import batches
from capexrisk.run.chunks import draws_of
from capexrisk.run.net_shares import NetShares
from capexrisk.run.plan import RunPlan
from capexrisk.run.workers import dask
from capexrisk.run.workers.backends import MOST_IN_BATCH, run_in_order
from capexrisk.study.game.choices import Choices
from capexrisk.study.game.race import game
from capexrisk.study.simulation import simulate
from tests.cli.command import COMMAND, ENVIRONMENT, ROOT, call, listing, write_small_scenario
from tests.faults.loopback import START, Cluster, kill, loopback_cluster
from tests.unit.scenarios import small_scenario
from tests.unit.uncertain import uncertain

CHUNKS = 96
SCENARIO = small_scenario(quarters=2, issuers=("CoreWeave",))
PATHS = CHUNKS * RunPlan(paths=1, seed=0).chunk_paths  # a fourth net more fills up to 128 chunks
EVENT = "funding_failure/CoreWeave"
BOUND = 30.0  # seconds, far above what a test takes


@pytest.fixture(scope="module")
def expected() -> Results:
    return simulate(SCENARIO, paths=PATHS, seed=5, backend="threading", n_jobs=2)


@pytest.fixture(scope="module")
def cluster():
    """Two workers that stay."""
    with loopback_cluster(2) as started:
        wait_for_workers(started, 2)
        yield started


def wait_for_workers(cluster: Cluster, count: int) -> None:
    with Client(cluster.address, timeout=START, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=START)


def run_and(act, cluster: Cluster) -> Results:
    """Run on the cluster; call `act` once, when a third of the paths are there."""
    acted = []

    def progress(done: int) -> None:
        if done > PATHS / 3 and not acted:
            acted.append(done)
            act()

    found = simulate(
        SCENARIO,
        paths=PATHS,
        seed=5,
        backend="dask",
        scheduler=cluster.address,
        progress=progress,
    )
    assert acted[0] < PATHS  # in the middle
    return found


def wait_and(act, cluster: Cluster) -> None:
    """Run tasks that take a moment and load nothing of the engine; call `act` after the first."""
    plan = RunPlan(paths=1, seed=0, backend="dask", scheduler=cluster.address)
    results = run_in_order(plan, time.sleep, [(0.05,)] * 24)
    next(results)
    act()
    list(results)


def assert_same_files(found: Results, wanted: Results, folder: Path) -> None:
    for results, name in ((found, "found"), (wanted, "wanted")):
        (folder / name).mkdir()
        results.write(folder / name)
    for file in (SUMMARY_CSV, DISTRIBUTIONS):
        left, right = ((folder / name / file).read_bytes() for name in ("found", "wanted"))
        assert left == right, file


def test_points_of_the_inputs_give_the_same_bytes(cluster):
    asked = {"paths": 4_096, "seed": 5, "outer": 64, "inner": 128}
    here = simulate(uncertain(), **asked).inputs
    there = simulate(uncertain(), **asked, backend="dask", scheduler=cluster.address).inputs
    assert there.table.equals(here.table)
    assert there.points.equals(here.points)
    assert there.chunks.equals(here.chunks)


def test_questions_asked_of_a_cluster_have_the_same_answers(cluster):
    scenario, there = small_scenario(3), {"backend": "dask", "scheduler": cluster.address}
    two = Choices(players=("Oracle", "CoreWeave"), levels=(0.5, 1.0))
    base = lower(scenario, "means")

    def answers(**workers) -> tuple[pd.DataFrame, np.ndarray]:
        plan = RunPlan(paths=32 * 64, seed=5, **workers)
        shares = NetShares(base, [EVENT], plan).of([(net, base) for net in range(32)])
        return game(scenario, choices=two, points=8, more_points=16, **workers).table, shares

    (found, found_shares), (wanted, wanted_shares) = answers(**there), answers(backend="sequential")
    assert found.equals(wanted)
    assert np.array_equal(found_shares, wanted_shares)


def test_a_run_is_verified_on_a_cluster(cluster, expected):
    with (
        Client(cluster.address, timeout=START, set_as_default=False) as client,
        joblib.parallel_config("dask", client=client),
    ):
        found = verify(expected, sample=None, n_jobs=None)
    assert found.equal and found.checked == found.chunks == 128


def test_a_worker_that_is_killed_changes_no_byte(expected, tmp_path):
    with loopback_cluster(2) as cluster:
        wait_for_workers(cluster, 2)
        found = run_and(lambda: kill(cluster.workers[0]), cluster)
        assert cluster.workers[0].returncode == -9
        assert cluster.workers[1].poll() is None
    assert_same_files(found, expected, tmp_path)


@pytest.mark.slow
def test_workers_that_all_die_are_replaced_by_one_that_comes_late(expected, tmp_path):
    with loopback_cluster(1) as cluster:

        def replace() -> None:
            kill(cluster.workers[0])
            cluster.add_worker()

        found = run_and(replace, cluster)
    assert_same_files(found, expected, tmp_path)


def test_a_run_ends_when_all_workers_are_dead(monkeypatch):
    with loopback_cluster(1) as cluster:
        wait_for_workers(cluster, 1)
        monkeypatch.setattr(dask, "PATIENCE", 1.0)
        monkeypatch.setattr(dask, "LOOK", 0.2)
        began = time.monotonic()
        with pytest.raises(WorkersLost, match="no workers for 1 s"):
            wait_and(lambda: kill(cluster.workers[0]), cluster)
    assert time.monotonic() - began < BOUND


def test_a_run_ends_when_the_scheduler_is_dead(monkeypatch):
    with loopback_cluster(1) as cluster:
        wait_for_workers(cluster, 1)
        monkeypatch.setattr(dask, "CONNECT", 2.0)
        began = time.monotonic()
        with pytest.raises(WorkersLost, match="broke off"):
            wait_and(lambda: kill(cluster.scheduler), cluster)
    assert time.monotonic() - began < BOUND


def test_a_chunk_that_takes_workers_down_with_it_ends_the_run(monkeypatch):
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "0")
    with loopback_cluster(1) as cluster:
        plan = RunPlan(paths=1, seed=0, backend="dask", scheduler=cluster.address)
        with pytest.raises(WorkersLost, match="1 workers died of the same task"):
            list(run_in_order(plan, os._exit, [(1,)]))


def test_an_error_of_a_worker_is_not_told_as_one_of_the_connection(cluster, tmp_path):
    plan = RunPlan(paths=1, seed=0, backend="dask", scheduler=cluster.address)
    with pytest.raises(WorkersLost, match=r"a worker failed: .*No such file"):
        list(run_in_order(plan, os.listdir, [(str(tmp_path / "none"),)]))


@pytest.mark.slow
def test_the_command_says_in_a_line_that_the_cluster_is_gone(tmp_path):
    write_small_scenario(tmp_path)
    with loopback_cluster(1) as cluster:
        command = [COMMAND, "run", "small.toml", "--paths", str(2**28), "--out", "a/b"]
        process = subprocess.Popen(
            [*command, "--backend", "dask", "--scheduler", cluster.address],
            cwd=tmp_path,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            with Client(cluster.address, timeout=START, set_as_default=False) as client:
                limit = time.monotonic() + START
                while not any(client.has_what().values()):
                    assert process.poll() is None, process.communicate()
                    assert time.monotonic() < limit
                    time.sleep(0.02)
            kill(cluster.scheduler)
            out, err = process.communicate(timeout=BOUND)
        finally:
            process.kill()
    assert (process.returncode, out) == (1, "")
    assert err.startswith("capexrisk: the connection to the scheduler broke off;")
    assert err.count("\n") == 1
    assert not (tmp_path / "a" / "b").exists()


def test_joblibs_own_configuration_is_honoured(cluster, expected, tmp_path):
    with Client(cluster.address, set_as_default=False) as client:
        pids = set(client.run(os.getpid).values())
        with joblib.parallel_config("dask", client=client):
            found = set(run_in_order(RunPlan(paths=1, seed=0), os.getpid, [()] * 20))
            assert found <= pids
            again = simulate(SCENARIO, paths=PATHS, seed=5)
    assert_same_files(again, expected, tmp_path)


def test_what_is_under_way_is_bounded_while_one_task_is_slow(cluster):
    taken = 0

    def tasks():
        nonlocal taken
        for seconds in (2.0, *[0.0] * 10_000):
            taken += 1
            yield (seconds,)

    plan = RunPlan(paths=1, seed=0, backend="dask", scheduler=cluster.address)
    results = run_in_order(plan, time.sleep, tasks())
    next(results)
    assert taken == dask.AHEAD * 2  # of each of two workers with a thread
    results.close()


def test_a_batch_travels_with_one_scenario(cluster, monkeypatch):
    sent = []
    submit = Client.submit

    def counting(client, work, packed, *rest, **options):
        sent.append(len(packed))
        return submit(client, work, packed, *rest, **options)

    monkeypatch.setattr(Client, "submit", counting)
    simulate(SCENARIO, paths=PATHS, backend="dask", scheduler=cluster.address)
    lowered, plan = lower(SCENARIO), RunPlan(paths=PATHS, seed=0)
    assert len(sent) == len(list(batches(plan.chunks(), MOST_IN_BATCH))) < plan.chunk_count
    assert max(sent) < 1.2 * len(pickle.dumps((lowered, draws_of(lowered, plan))))


@pytest.mark.parametrize("name", code_identity())
def test_workers_of_another_version_are_refused(cluster, monkeypatch, name):
    other = {**code_identity(), name: "0.0"}
    monkeypatch.setattr(dask, "code_identity", lambda: other)
    with pytest.raises(ClusterError, match=f"a worker has {name} .*, this process 0.0"):
        simulate(small_scenario(), paths=10, backend="dask", scheduler=cluster.address)


WRONG = ["tcp://127.0.0.1:1", "tcp://127.0.0.1:99999", "tls://127.0.0.1:1", "ftp://h:1", "h"]


@pytest.mark.parametrize("address", WRONG)
def test_a_scheduler_that_does_not_answer_is_refused(monkeypatch, address):
    monkeypatch.setattr(dask, "CONNECT", 1.0)
    assert_refused(address)


def test_so_is_another_server_that_listens_and_says_nothing(monkeypatch):
    monkeypatch.setattr(dask, "CONNECT", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert_refused(f"tcp://127.0.0.1:{server.getsockname()[1]}")


def test_so_is_a_worker(cluster):
    with Client(cluster.address, set_as_default=False) as client:
        assert_refused(next(iter(client.nthreads())))


def assert_refused(address: str) -> None:
    began = time.monotonic()
    with pytest.raises(
        ClusterError, match=f"no scheduler answers at '{address}'; start `dask sched"
    ):
        simulate(small_scenario(), paths=10, backend="dask", scheduler=address)
    assert time.monotonic() - began < BOUND


def test_a_cluster_without_workers_is_refused(monkeypatch):
    with loopback_cluster(0) as cluster:
        Client(cluster.address, timeout=START, set_as_default=False).close()  # it answers
        monkeypatch.setattr(dask, "CONNECT", 1.0)
        with pytest.raises(ClusterError, match=f"{cluster.address}' has had no workers"):
            simulate(small_scenario(), paths=10, backend="dask", scheduler=cluster.address)


def test_without_the_extra_the_command_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(
        ClusterError, match=r"install it with pip install 'capexrisk\[dask\]', or with make dask"
    ):
        simulate(small_scenario(), paths=10, backend="dask", scheduler="tcp://127.0.0.1:1")


def test_single_paths_are_not_written_elsewhere(cluster, tmp_path):
    with pytest.raises(ClusterError, match=r"keep_paths: .*; leave it out, and replay"):
        simulate(
            small_scenario(),
            paths=10,
            backend="dask",
            scheduler=cluster.address,
            keep_paths=tmp_path,
        )
    with (
        Client(cluster.address, set_as_default=False) as client,
        joblib.parallel_config("dask", client=client),
        pytest.raises(ClusterError, match="keep_paths: "),
    ):
        simulate(small_scenario(), paths=10, n_jobs=None, keep_paths=tmp_path)
    assert list(tmp_path.iterdir()) == []


REFUSED = {
    "--scheduler: is missing; the dask back end needs": ["--backend", "dask"],
    "--scheduler: 'tcp://h:1' has no effect without the dask back end; give both": [
        "--scheduler",
        "tcp://h:1",
    ],
    "scheduler: no scheduler answers at 'ftp://h:1'; start `dask scheduler`": [
        *("--backend", "dask", "--scheduler", "ftp://h:1")
    ],
}


@pytest.mark.parametrize(
    ("verb", "said"), [*zip(["run"] * 3, REFUSED, strict=True), ("forecast", next(iter(REFUSED)))]
)
def test_the_command_refuses_in_a_line(tmp_path, verb, said):
    write_small_scenario(tmp_path)
    found = call(verb, "small.toml", *REFUSED[said], cwd=tmp_path)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith(f"capexrisk: {said}")
    assert found.stderr.count("\n") == 1
    assert listing(tmp_path) == ["small.toml"]


def test_nobody_pays_for_dask_who_does_not_ask_for_it():
    code = """
import sys
import capexrisk
from tests.unit.scenarios import small_scenario
from tests.unit.uncertain import uncertain
capexrisk.simulate(small_scenario(), paths=10, backend="threading")
assert not {"dask", "distributed"} & sys.modules.keys()
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=240)
