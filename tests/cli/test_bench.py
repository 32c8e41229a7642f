"""``capexrisk bench``: that the numbers belong together, never how fast anything is."""

from __future__ import annotations

import json
import re
import statistics

import pytest

from capexrisk.cli import bench as verb
from capexrisk.cli.terminal import digits, duration
from capexrisk.run import speed
from capexrisk.run.plan import RunPlan
from tests.cli.command import DEFAULT, call, listing, write_small_scenario

PATHS, ROUNDS = 256, 2  # whole nets


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    write_small_scenario(folder)
    return folder


@pytest.fixture(scope="module")
def record(folder):
    found = call(
        "bench", "small.toml", "--paths", str(PATHS), "--rounds", str(ROUNDS), "--json", cwd=folder
    )
    assert (found.returncode, found.stderr) == (0, "")
    return json.loads(found.stdout)


def test_it_says_what_was_measured_and_on_what(record):
    assert (record["rounds"], record["seed"]) == (ROUNDS, 0)
    assert {"name", "digest", "issuers", "quarters"} == set(record["scenario"])
    assert (record["scenario"]["issuers"], record["scenario"]["quarters"]) == (1, 4)
    assert {"python", "numpy", "numba"} <= set(record["versions"])
    assert record["machine"]["cores"] >= 1 and record["machine"]["vector_bits"] in (
        64,
        128,
        256,
        512,
    )
    assert record["machine"]["load_before"] >= 0
    assert 50 < record["peak_memory_mib"] < 100_000  # the compiler alone is more than 50


def test_every_way_is_run_in_every_round(record):
    most = max(way["workers"] for way in record["ways"])
    assert [(way["collect"], way["workers"]) for way in record["ways"]] == [
        (collect, count) for collect in ("everything", "means") for count in sorted({1, most})
    ]
    for way in record["ways"]:
        assert way["paths"] == PATHS
        assert len(way["seconds"]) == ROUNDS and min(way["seconds"]) > 0


def test_rates_and_ratios_follow_from_the_seconds(record):
    one = {way["collect"]: way for way in record["ways"] if way["workers"] == 1}
    for way in record["ways"]:
        rates = [PATHS / seconds for seconds in way["seconds"]]
        alone = one[way["collect"]]["seconds"]
        ratios = [a / b for a, b in zip(alone, way["seconds"], strict=True)]
        for name, values in (("paths_per_second", rates), ("speed_up", ratios)):
            assert way[name] == pytest.approx(
                {"median": statistics.median(values), "low": min(values), "high": max(values)}
            )
        assert way["efficiency"] == pytest.approx(way["speed_up"]["median"] / way["workers"])
        rate = way["paths_per_second"]["median"]
        assert way["seconds_of_paths"] == pytest.approx(
            {"1000000": 1e6 / rate, "100000000": 1e8 / rate}
        )


def test_the_first_chunk_is_there_after_all_that_comes_before_it(record):
    start = record["start"]
    parts = [start[f"{name}_seconds"] for name in ("prepare", "compile_or_load", "chunk")]
    assert min(parts) > 0 and start["compile_or_load_means_seconds"] > 0
    assert start["seconds_to_first_chunk"] == pytest.approx(sum(parts))


def test_nothing_is_written(folder, record):
    assert listing(folder) == ["small.toml"]


def test_the_table_holds_the_same(invoke, folder):
    small = str(folder / "small.toml")
    code, out, err = invoke("bench", small, "--paths", "250", "--rounds", "1")
    assert (code, err) == (0, "")
    assert re.search(r"^hyperscalers-2026, 1 issuer, 4 quarters, seed 0$", out, re.MULTILINE)
    assert re.search(
        r"numba \d+\..*\n.* cores, vectors of \d+ bits, load average [\d.]+ before$",
        out,
        re.MULTILINE,
    )
    rows = re.findall(r"^(\d+) +(everything|means) +([\d,.]+) ", out, re.MULTILINE)
    assert [row[1] for row in rows] == sorted(row[1] for row in rows) and len(rows) in (2, 4)
    assert "Median (range) of 1 round of 256 paths. " in out
    assert "First chunk of 8,192 paths " in out and "Peak memory of the process: " in out
    assert "Give more --paths." not in out


@pytest.mark.parametrize(
    ("workers", "paths", "chunks"),
    [(32, 256, None), (33, 256, 32), (33, 262_144, 32), (33, 524_288, None), (64, 524_288, None)],
)
def test_workers_without_a_chunk_are_told(workers, paths, chunks):
    """Each net is a chunk, or several."""
    record = {
        "sampler": "sobol",
        "ways": [{"workers": workers, "paths": paths}],
        "start": {"chunk_paths": 8_192},
    }
    said = (
        f"{chunks} of {workers} workers had something to do: they take chunks of 8,192 paths. "
        "Give more --paths."
    )
    assert list(verb._idle(record)) == ([said] if chunks else [])


def test_a_figure_may_be_set(invoke, folder):
    arguments = [str(folder / "small.toml"), "--paths", "64", "--rounds", "1", "--json"]
    _, out, _ = invoke("bench", *arguments)
    _, other, _ = invoke("bench", *arguments, "--set", "issuers.Oracle.cash_usd_bn=12")
    assert json.loads(out)["scenario"]["digest"] != json.loads(other)["scenario"]["digest"]


def test_rounds_run_forwards_and_backwards(monkeypatch, folder):
    from capexrisk.scenario import load_scenario

    ran = []
    monkeypatch.setattr(speed, "worker_count", lambda _: 3)
    monkeypatch.setattr(
        speed, "execute", lambda _, plan: ran.append((plan.collect, plan.jobs, plan.paths))
    )
    scenario = load_scenario(folder / "small.toml")
    found = speed.measure_speed(scenario, seed=1, rounds=2, paths=131_072)
    warm_up, forwards, backwards = ran[:4], ran[4:8], ran[8:]
    assert [turn[2] for turn in warm_up] == [8_192, 3 * 8_192] * 2
    assert forwards == [(c, n, 131_072) for c in ("everything", "means") for n in (1, 3)]
    assert backwards == forwards[::-1]
    assert [(way.collect, way.workers, way.paths) for way in found.ways] == forwards


@pytest.mark.parametrize(("chunk", "chunks"), [(0.1, 10), (100.0, 1)])
def test_each_worker_is_busy_for_a_second_if_nobody_says_how_long(
    monkeypatch, folder, chunk, chunks
):
    """Whole chunks of so many seconds, then whole nets."""
    from capexrisk.scenario import load_scenario

    start = speed.StartUp(prepare=0.0, load=0.0, chunk=chunk, load_means=0.0)
    monkeypatch.setattr(speed, "worker_count", lambda _: 3)
    monkeypatch.setattr(speed, "_start", lambda *_: start)
    asked = []
    monkeypatch.setattr(speed, "execute", lambda _, plan: asked.append(plan.paths))
    found = speed.measure_speed(load_scenario(folder / "small.toml"), seed=1, rounds=1)
    assert asked[4:6] == [chunks * 8_192, 3 * chunks * 8_192]
    assert [way.paths for way in found.ways[:2]] == [
        RunPlan(paths=paths, seed=0).run_paths for paths in asked[4:6]
    ]
    assert found.ways[1].paths in (262_144, 32_768)


def test_one_core_has_no_speed_up_to_tell(invoke, monkeypatch, folder):
    monkeypatch.setattr(speed, "worker_count", lambda _: 1)
    small = str(folder / "small.toml")
    code, out, _ = invoke("bench", small, "--paths", "64", "--rounds", "1")
    assert code == 0 and "Give more" not in out
    assert len(re.findall(r"^1 +(?:everything|means) ", out, re.MULTILINE)) == 2


@pytest.mark.parametrize("load", [0.4, 7.5])
def test_a_busy_machine_is_told(invoke, monkeypatch, folder, load):
    monkeypatch.setattr(verb, "_load_average", lambda: load)
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    small = str(folder / "small.toml")
    _, out, _ = invoke("bench", small, "--paths", "64", "--rounds", "1")
    assert f"load average {load} before" in out
    assert ("do not trust these figures" in out) == (load > 4)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.01234, "0.0123 s"),
        (119.6, "120 s"),
        (120, "2.00 min"),
        (7200, "2.00 h"),
        (1e6, "11.6 days"),
    ],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.9996, "1.00"), (12.345, "12.3"), (123456.0, "123,000")]
)
def test_digits(value, text):
    assert digits(value) == text


def test_help(invoke):
    code, out, err = invoke("bench", "--help")
    assert (code, err) == (0, "")
    assert out.startswith("Usage: capexrisk bench [OPTIONS] SCENARIO")
    for option in ("paths", "rounds", "json", "set"):
        assert re.search(rf"--{option}\b.* \w+", out), option


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["y.toml"], "y.toml: no such file; check the path"),
        ([str(DEFAULT), "--rounds", "0"], "--rounds: 0 is out of range; give 1 or more"),
        ([str(DEFAULT), "--paths", "0"], "--paths: 0 is out of range; give 1 to 1,000,000,000,000"),
        ([str(DEFAULT), "--set", "x"], None),
        ([], "Missing argument 'SCENARIO'."),
    ],
    ids=["missing file", "no rounds", "no paths", "bad override", "no scenario"],
)
def test_bad_input_is_one_line(invoke, tmp_path, monkeypatch, arguments, line):
    monkeypatch.chdir(tmp_path)
    code, out, err = invoke("bench", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("capexrisk: ") and err.count("\n") == 1
    assert line is None or err == f"capexrisk: {line}\n"
    assert listing(tmp_path) == []
