"""``capexrisk resume``: unfinished runs, longer runs, and what it refuses."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from capexrisk.archive.results import load_results
from capexrisk.code import code_identity
from capexrisk.errors import KernelFault, WorkersLost
from capexrisk.run import plan
from capexrisk.study import simulation
from tests.cli.command import listing, only_tables, write_small_scenario

TABLES = ("summary.csv", "distributions.parquet", "replicates.parquet", "chunks.parquet")
CHUNK = 64
FEW, MANY = 32 * CHUNK, 32 * 4 * CHUNK
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(tmp_path, monkeypatch, invoke) -> Command:
    """The command in this process, without drawing, with small chunks."""
    write_small_scenario(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("capexrisk.report.files.write.write_report_files", only_tables)
    monkeypatch.setattr(plan, "CHUNK_POINTS", CHUNK)
    monkeypatch.setattr(plan, "CHUNK_PATHS", CHUNK)
    return invoke


def run(command: Command, out: str, paths: int, *arguments: str) -> None:
    asked = ("run", "small.toml", "--paths", str(paths), "--out", out, "-q")
    assert command(*asked, *arguments) == (0, "", "")


def same(first: str, second: str) -> bool:
    return all(Path(first, name).read_bytes() == Path(second, name).read_bytes() for name in TABLES)


@pytest.mark.parametrize("sampler", ["sobol", "plain"])
def test_a_finished_run_goes_on_to_more_paths(command, monkeypatch, sampler):
    """The same as a run of so many, and only the difference is computed."""
    more = MANY if sampler == "sobol" else MANY + 17
    run(command, "x", FEW, "--sampler", sampler)
    run(command, "whole", more, "--sampler", sampler)
    assert command("resume", "x", "--paths", str(more), "-q") == (0, "", "")
    assert same("x", "whole")
    record = load_results(Path("x")).manifest.run
    assert (record.paths, record.paths_resumed) == (more, FEW)
    assert [name for name in listing(Path()) if "unfinished" in name or "replaced" in name] == []


def test_single_paths_go_along(command):
    run(command, "x", FEW, "--keep-paths")
    run(command, "whole", MANY, "--keep-paths")
    before = {path.name: path.stat().st_ino for path in Path("x/paths").iterdir()}
    assert command("resume", "x", "--paths", str(MANY), "-q") == (0, "", "")
    assert same("x", "whole")
    found, wanted = pd.read_parquet("x/paths"), pd.read_parquet("whole/paths")
    pd.testing.assert_frame_equal(found, wanted, check_exact=True)
    assert all(Path("x/paths", name).stat().st_ino == file for name, file in before.items())


def test_the_shorter_run_stands_until_the_longer_one_is_finished(command, monkeypatch):
    run(command, "x", FEW)
    run(command, "whole", MANY)
    run(command, "again", FEW)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("capexrisk.study.simulation.EstimateTable", stop)
        code, out, err = command("resume", "x", "--paths", str(MANY), "-q")
    assert (code, out) == (130, "")
    assert err.strip() == (
        "capexrisk: interrupted; 8,192 of 8,192 paths are kept; resume with: capexrisk resume x"
    )
    assert same("x", "again")
    assert command("resume", "x", "-q") == (0, "", "")
    assert same("x", "whole")


def test_an_interrupt_before_anything_was_read_denies_nothing(command, monkeypatch):
    """While the core is loaded, say: what is kept is told from the disk."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    for name in ("EstimateTable", "execute"):
        with monkeypatch.context() as patch:
            patch.setattr(simulation, name, stop)
            verb = ("run", "small.toml", "--paths", str(MANY), "--out", "x")
            code, _, err = command(*(verb if name == "EstimateTable" else ("resume", "x")), "-q")
        assert code == 130
        assert "8,192 of 8,192 paths are kept; resume with: capexrisk resume x" in err


def test_a_run_that_its_time_stopped_goes_on(command, monkeypatch):
    monkeypatch.setattr(plan, "FIRST_LOOK", FEW)
    run(command, "whole", MANY)
    clock = iter([0.0, 0.0, 0.0, 3.0, 9.0])
    with monkeypatch.context() as patch:
        patch.setattr("capexrisk.run.stopping.time.perf_counter", lambda: next(clock))
        asked = ("run", "small.toml", "--paths", str(MANY), "--out", "x", "--max-time", "5", "-q")
        code, out, err = command(*asked)
    assert (code, out) == (0, "")
    assert err == (
        "capexrisk: stopped after 2,048 of 8,192 paths, twice as many would have taken more than "
        "5 s; resume with: capexrisk resume x\n"
    )
    assert load_results(Path("x")).paths == FEW
    assert "stopped, 25%" in command("runs", ".")[1]
    assert command("resume", "x", "-q") == (0, "", "")
    assert same("x", "whole")


def test_a_copy_goes_on_elsewhere(command, monkeypatch):
    run(command, "whole", MANY)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("capexrisk.study.simulation.EstimateTable", stop)
        assert command("run", "small.toml", "--paths", str(MANY), "--out", "x", "-q")[0] == 130
    Path("far").mkdir()
    shutil.copytree("x.unfinished", "far/y.unfinished")
    shutil.rmtree("x.unfinished")
    Path("small.toml").unlink()  # all that it takes is in the directory
    assert command("resume", "far/y", "-q") == (0, "", "")
    assert same("far/y", "whole")


def test_a_name_of_unfinished_runs_is_refused(command):
    code, out, err = command("run", "small.toml", "--out", "x.unfinished", "-q")
    assert (code, out) == (2, "")
    assert err == (
        "capexrisk: x.unfinished: .unfinished is for runs that are under way; give another name "
        "with --out\n"
    )


def test_it_says_from_where_it_goes_on(command):
    run(command, "x", FEW)
    _, _, err = command("resume", "x", "--paths", str(MANY))
    assert err == "capexrisk: resuming after 2,048 of 8,192 paths\n"


def instead(patch: pytest.MonkeyPatch, name: str, act: Callable[[], object]) -> None:
    """Let something happen just before a function of `simulation` does its work."""
    function = getattr(simulation, name)

    def acting(*given: object, **named: object) -> object:
        act()
        return function(*given, **named)

    patch.setattr(simulation, name, acting)


def test_what_was_put_there_in_the_meantime_stays(command, monkeypatch):
    """And the run, which is finished, waits beside it."""
    run(command, "whole", MANY)
    with monkeypatch.context() as patch:
        instead(patch, "EstimateTable", partial(Path("x").write_text, "mine"))
        code, out, err = command("run", "small.toml", "--paths", str(MANY), "--out", "x", "-q")
    assert (code, out) == (1, "")
    assert err == (
        "capexrisk: x: was put there while the run was at work; the run is finished: move the "
        "other away, then capexrisk resume x\n"
    )
    assert Path("x").read_text() == "mine"
    Path("x").unlink()
    assert command("resume", "x", "-q") == (0, "", "")
    assert same("x", "whole")


@pytest.mark.parametrize(
    ("error", "code"),
    [(OSError(28, "No space left on device", "f"), 1), (MemoryError(), 1), (WorkersLost("w"), 1)],
    ids=["disk", "memory", "workers"],
)
def test_what_passes_leaves_all_that_was_kept(command, monkeypatch, error, code):
    def fail() -> None:
        raise error

    with monkeypatch.context() as patch:
        instead(patch, "EstimateTable", fail)
        found = command("run", "small.toml", "--paths", str(MANY), "--out", "x", "-q")
    assert found[:2] == (code, "") and found[2].count("\n") == 1
    assert found[2].endswith("8,192 of 8,192 paths are kept; resume with: capexrisk resume x\n")
    assert command("resume", "x", "-q") == (0, "", "")


def test_nothing_is_left_of_what_would_end_so_again(command, monkeypatch):
    def fail() -> None:
        raise KernelFault("the scenario's inputs are too extreme for the model")

    before = listing(Path())
    with monkeypatch.context() as patch:
        instead(patch, "EstimateTable", fail)
        found = command("run", "small.toml", "--paths", str(MANY), "--out", "a/x", "-q")
    assert found == (1, "", "capexrisk: the scenario's inputs are too extreme for the model\n")
    assert listing(Path()) == before


def refusal(command: Command, *arguments: str) -> str:
    before = listing(Path())
    code, out, err = command("resume", *arguments)
    assert (code, out) == (2, "") and err.count("\n") == 1 and listing(Path()) == before
    return err.removeprefix("capexrisk: ").rstrip("\n")


def test_what_cannot_go_on_is_refused_in_a_line(command):
    run(command, "x", FEW)
    assert refusal(command, "x") == "x: is finished, with 2,048 paths; give more --paths"
    assert refusal(command, "x", "--paths", "100") == (
        "x: is finished, with 2,048 paths; give more --paths"
    )
    assert refusal(command, "y") == "y: there is no such run; begin one with capexrisk run"
    assert refusal(command, "small.toml") == (
        "small.toml: there is no such run; begin one with capexrisk run"
    )
    Path("folder").mkdir()
    assert refusal(command, "folder") == (
        "folder: is no run (manifest.json is missing); begin one with capexrisk run"
    )
    assert "stand elsewhere" in refusal(command, ".")
    assert refusal(command, "x", "--paths", "0").startswith("--paths: 0 is out of range")
    assert refusal(command, "x", "--max-time", "-1").startswith("--max-time: -1 is out of range")
    assert refusal(command, "x", "--max-time", "inf").startswith("--max-time: inf is no limit")
    assert refusal(command, "x", "--backend", "threads").startswith("--backend: 'threads' is unkn")
    asked = str(10**12)
    assert "is more than the 68,719,476,736 of the sobol" in refusal(command, "x", "--paths", asked)
    shutil.rmtree("x/checkpoint")  # somebody else may have, to save room
    assert refusal(command, "x", "--paths", str(MANY)) == (
        "x: has no checkpoint; run it again with more paths, and --overwrite"
    )


def test_points_of_inputs_that_are_certain_are_refused(command):
    """Of a finished run, and of one that is not."""
    run(command, "x", FEW)
    asked = ("resume", "x", "--outer", "64")
    said = "capexrisk: --outer: 64: no input of hyperscalers-2026 has a distribution; give 0\n"
    assert command(*asked) == (2, "", said)
    Path("x").rename("x.unfinished")
    assert command(*asked) == (2, "", said)


def test_a_run_that_reached_its_targets_is_finished(command, monkeypatch):
    monkeypatch.setattr(plan, "FIRST_LOOK", FEW)
    run(command, "x", MANY, "--target", "negative_fcf/Oracle/2026: abs 0.05")
    assert refusal(command, "x", "--paths", "1000000") == (
        "x: is finished, its targets are reached; nothing is left to do"
    )


def test_other_code_is_refused(command, monkeypatch):
    run(command, "x", FEW)
    here = code_identity()
    with monkeypatch.context() as patch:
        patch.setattr("capexrisk.archive.job.code_identity", lambda: here | {"code": "f" * 64})
        status, _, err = command("resume", "x", "--paths", str(MANY), "-q")
    assert status == 2 and err.count("\n") == 1
    assert f"code was {here['code'][:20]}, is {'f' * 20}" in err
    assert command("resume", "x", "--paths", str(MANY), "-q")[0] == 0


def test_verify_names_a_damaged_part_and_a_longer_run_computes_it_again(command):
    run(command, "x", FEW)
    run(command, "whole", MANY)
    file = Path("x/checkpoint/totals-09.lz4")
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 8
    file.write_bytes(content)
    code, out, err = command("verify", "x", "--all", "-q")
    assert (code, err) == (1, "")
    assert out.startswith("differs: checkpoint/totals-09.lz4 was changed or cut off\n")
    code, out, err = command("resume", "x", "--paths", str(MANY), "-q")
    assert (code, out) == (0, "")
    assert err == (
        "capexrisk: warning: x.unfinished/checkpoint/totals-09.lz4: was changed or cut off; "
        "its chunks are computed again\n"
    )
    assert same("x", "whole")
    assert command("verify", "x", "--all", "-q")[0] == 0


def test_a_run_that_would_take_too_much_memory_is_not_begun(command):
    before = listing(Path())
    asked = ("run", "small.toml", "--paths", str(FEW), "--out", "x", "-q", "--max-memory")
    assert command(*asked, "-5")[2] == (
        "capexrisk: --max-memory: -5 is out of range; give more than 0\n"
    )
    for most in ("1", "150"):  # less than histograms alone; less than Python with its libraries
        code, out, err = command(*asked, most)
        assert (code, out) == (2, "") and err.count("\n") == 1
        assert f" MiB of memory, {most} are allowed; allow more, or take fewer issuers" in err
        assert listing(Path()) == before
    assert command(*asked, "100000") == (0, "", "")
    assert load_results(Path("x")).paths == FEW
