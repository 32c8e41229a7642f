"""Checkpoints: what a run in progress leaves, and how it is resumed."""

from __future__ import annotations

import gc
import json
import shutil
import signal
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from capexrisk.archive import checkpoint
from capexrisk.archive.checkpoint import paths_kept
from capexrisk.archive.lock import is_locked, locked
from capexrisk.archive.results import Results
from capexrisk.code import code_identity
from capexrisk.errors import ResultsError, ResumeMismatch, RunDirectoryError, TargetError
from capexrisk.run import batches, execute, plan, stopping
from capexrisk.study.simulation import simulate
from tests.unit.scenarios import small_scenario

# Four chunks of each of the 32 nets, or four of each batch and one that is not whole.
CHUNK = 64
PATHS = {"sobol": 32 * 4 * CHUNK, "plain": 32 * 4 * CHUNK + 21}
CHUNKS = {"sobol": 128, "plain": 129}
SEED = 3


class Stop(BaseException):
    """As KeyboardInterrupt, which pytest would take for its own."""


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(plan, "CHUNK_POINTS", CHUNK)
    monkeypatch.setattr(plan, "CHUNK_PATHS", CHUNK)


@pytest.fixture
def often(monkeypatch):
    """A part is kept after every chunk, whatever it takes."""
    monkeypatch.setattr(checkpoint, "OF_PROCESSOR", 1e9)
    monkeypatch.setattr(checkpoint, "OF_CLOCK", 1e9)


@pytest.fixture(scope="module")
def whole(scenario) -> dict[str, Results]:
    """In one go, and without a checkpoint."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "CHUNK_POINTS", CHUNK)
        patch.setattr(plan, "CHUNK_PATHS", CHUNK)
        return {
            sampler: simulate(scenario, paths=paths, seed=SEED, sampler=sampler)
            for sampler, paths in PATHS.items()
        }


def stop_after(paths: int) -> Callable[[int], None]:
    def told(done: int) -> None:
        if done >= paths:
            raise Stop

    return told


def part_of(scenario, sampler: str, folder: Path, after: int, **options) -> None:
    """A run that is stopped after so many paths."""
    asked = {"paths": PATHS[sampler], "seed": SEED, "sampler": sampler, "n_jobs": 1} | options
    with pytest.raises(Stop):
        simulate(scenario, checkpoint=folder, progress=stop_after(after), **asked)


def count_chunks(monkeypatch) -> list[int]:
    """Numbers of the chunks that are simulated to be added up."""
    computed: list[int] = []
    run_chunk = batches.run_chunk

    def counted(lowered, draws, chunk, keep_in):
        computed.append(chunk.number)
        return run_chunk(lowered, draws, chunk, keep_in)

    monkeypatch.setattr(batches, "run_chunk", counted)
    return computed


def assert_same(found: Results, wanted: Results) -> None:
    """To the bit, all four tables."""
    for name in ("summary", "distributions", "chunks"):
        table, like = getattr(found, name), getattr(wanted, name)
        pd.testing.assert_frame_equal(table, like, check_exact=True)
    np.testing.assert_array_equal(found.replicates, wanted.replicates)
    assert found.manifest.run.quarantine == wanted.manifest.run.quarantine


def go_on(scenario, kind: str, folder: Path, **options) -> Results:
    asked = {"paths": PATHS[kind], "seed": SEED, "sampler": kind} | options
    return simulate(scenario, checkpoint=folder, **asked)


@pytest.mark.parametrize("after", [1, 5, 100, 127])
def test_a_run_that_was_stopped_ends_as_one_in_one_go(
    scenario, sampler, whole, tmp_path, monkeypatch, after
):
    """Only the rest is computed: not a chunk that was kept."""
    part_of(scenario, sampler, tmp_path / "c", after * CHUNK)
    assert paths_kept(tmp_path / "c") == after * CHUNK
    computed = count_chunks(monkeypatch)
    assert_same(go_on(scenario, sampler, tmp_path / "c", n_jobs=1), whole[sampler])
    assert sorted(computed) == list(range(after, CHUNKS[sampler]))


def test_it_may_be_stopped_again_and_again(scenario, sampler, whole, tmp_path):
    for after in (3, 40, 41, 110):
        part_of(scenario, sampler, tmp_path / "c", after * CHUNK)
    assert_same(go_on(scenario, sampler, tmp_path / "c"), whole[sampler])


@pytest.mark.parametrize("sampler", ["sobol"], indirect=True)
def test_parts_kept_at_different_times_fit_together(
    scenario, sampler, whole, tmp_path, monkeypatch, often
):
    """As after a kill: nothing is written when it comes, and each net has come as far as it has."""
    monkeypatch.setattr(checkpoint.Checkpoint, "keep", lambda *_, **__: None)
    part_of(scenario, sampler, tmp_path / "c", 37 * CHUNK)
    # The totals of 36 chunks, less those of the nets whose turn had not come again.
    assert paths_kept(tmp_path / "c") == 36 * CHUNK
    (tmp_path / "c" / "totals-01.lz4").unlink()
    assert_same(go_on(scenario, sampler, tmp_path / "c"), whole[sampler])


def test_totals_are_let_go_once_they_are_kept(scenario, tmp_path, monkeypatch):
    """A run that is drawn needs them no more; the checkpoint lasts as long as the attempt."""
    kept = []
    close = checkpoint.Checkpoint.close

    def closed(self) -> None:
        kept.append((self, weakref.ref(self._totals)))
        close(self)

    monkeypatch.setattr(checkpoint.Checkpoint, "close", closed)
    simulate(scenario, checkpoint=tmp_path / "c", paths=PATHS["sobol"], seed=SEED)
    gc.collect()
    ((_, totals),) = kept  # the checkpoint itself is still there
    assert totals() is None


def test_a_longer_run_goes_on_from_a_shorter_one(scenario, sampler, whole, tmp_path, monkeypatch):
    """Every whole chunk of it is used; the one that is not whole is another in the longer run."""
    fewer = PATHS[sampler] // 4 if sampler == "sobol" else PATHS[sampler] // 4 + 7
    go_on(scenario, sampler, tmp_path / "c", paths=fewer)
    computed = count_chunks(monkeypatch)
    assert_same(go_on(scenario, sampler, tmp_path / "c", n_jobs=1), whole[sampler])
    assert sorted(computed) == list(range(CHUNKS["sobol"] // 4, CHUNKS[sampler]))


def test_batches_have_no_say_in_what_is_kept(
    scenario, sampler, whole, tmp_path, monkeypatch, often
):
    """A run is stopped within a batch, goes on in longer ones to its end, and is made longer."""
    fewer = PATHS[sampler] // 2 if sampler == "sobol" else PATHS[sampler] // 2 + 7
    monkeypatch.setattr(execute, "most_in_batch", lambda _: 2)
    part_of(scenario, sampler, tmp_path / "c", 40 * CHUNK)
    assert paths_kept(tmp_path / "c") == 40 * CHUNK
    monkeypatch.setattr(execute, "most_in_batch", lambda _: 16)
    go_on(scenario, sampler, tmp_path / "c", paths=fewer)
    computed = count_chunks(monkeypatch)
    assert_same(go_on(scenario, sampler, tmp_path / "c", n_jobs=1), whole[sampler])
    assert sorted(computed) == list(range(CHUNKS["sobol"] // 2, CHUNKS[sampler]))


def test_a_shorter_one_is_refused(scenario, sampler, tmp_path):
    go_on(scenario, sampler, tmp_path / "c")
    with pytest.raises(ResultsError, match="c: keeps 8,192 paths; ask for more of them"):
        go_on(scenario, sampler, tmp_path / "c", paths=32 * CHUNK)


@pytest.mark.parametrize("sampler", ["sobol"], indirect=True)
def test_any_byte_that_was_changed_is_found_and_its_net_computed_again(
    scenario, sampler, whole, tmp_path, monkeypatch
):
    """A bit in each of ten places: the ends, the checksum, the line, the arrays."""
    part_of(scenario, sampler, tmp_path / "good", 70 * CHUNK)
    content = (tmp_path / "good" / "totals-02.lz4").read_bytes()
    line = content.index(b"\n", 65)
    places = [0, 63, 64, 65, line, line + 1, len(content) - 1]
    places += np.random.default_rng(2).integers(0, len(content), 3).tolist()
    computed = count_chunks(monkeypatch)
    for place in places:
        folder = tmp_path / str(place)
        shutil.copytree(tmp_path / "good", folder, dirs_exist_ok=True)
        spoilt = bytearray(content)
        spoilt[place] ^= 1 << (place % 8)
        file = folder / "totals-02.lz4"
        file.write_bytes(spoilt)
        computed.clear()
        with pytest.warns(UserWarning, match=r"totals-02\.lz4: .*; its chunks are computed again"):
            found = go_on(scenario, sampler, folder, n_jobs=1)
        assert_same(found, whole[sampler])
        assert sorted(computed) == [2, 34, 66, *range(70, 128)]


@pytest.mark.parametrize("spoil", ["cut", "empty", "swapped", "of another run"])
def test_other_damage_is_found(scenario, sampler, whole, tmp_path, spoil):
    part_of(scenario, sampler, tmp_path / "c", 70 * CHUNK)
    file = tmp_path / "c" / "totals-00.lz4"
    content = file.read_bytes()
    if spoil == "cut":
        file.write_bytes(content[:-7])
    elif spoil == "empty":
        file.write_bytes(b"")
    elif spoil == "swapped" and sampler == "sobol":
        file.write_bytes((tmp_path / "c" / "totals-01.lz4").read_bytes())
    else:
        part_of(scenario, sampler, tmp_path / "other", 70 * CHUNK, seed=SEED + 1)
        shutil.copy(tmp_path / "other" / file.name, file)
    with pytest.warns(UserWarning, match=r"totals-00\.lz4: .*; its chunks are computed again"):
        found = go_on(scenario, sampler, tmp_path / "c")
    assert_same(found, whole[sampler])


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"seed": 4}, "seed was 3, is 4"),
        ({"sampler": "plain"}, "sampler was sobol, is plain"),
        ({"collect": "means"}, "collect was everything, is means"),
    ],
)
def test_another_run_is_refused(scenario, tmp_path, change, differs):
    part_of(scenario, "sobol", tmp_path / "c", 9 * CHUNK)
    before = (tmp_path / "c" / "job.json").read_bytes()
    with pytest.raises(ResumeMismatch) as caught:
        go_on(scenario, "sobol", tmp_path / "c", **change)
    assert (tmp_path / "c" / "job.json").read_bytes() == before  # or a second try would pass
    assert differs in str(caught.value) and "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path / 'c'}: cannot be resumed")


def test_another_scenario_is_refused(scenario, tmp_path):
    part_of(scenario, "sobol", tmp_path / "c", 9 * CHUNK)
    with pytest.raises(ResumeMismatch, match="scenario was "):
        go_on(small_scenario(quarters=6), "sobol", tmp_path / "c")


@pytest.mark.parametrize("what", ["code", "numba", "python"])
def test_other_code_is_refused(scenario, tmp_path, monkeypatch, what):
    part_of(scenario, "sobol", tmp_path / "c", 9 * CHUNK)
    other = code_identity() | {what: "f" * 64 if what == "code" else "9.9"}
    monkeypatch.setattr("capexrisk.archive.job.code_identity", lambda: other)
    with pytest.raises(ResumeMismatch, match=rf"\({what} was \S+, is (f{{20}}|9\.9)\)"):
        go_on(scenario, "sobol", tmp_path / "c")


def test_a_machine_that_gives_other_bits_is_refused(scenario, sampler, tmp_path, monkeypatch):
    part_of(scenario, sampler, tmp_path / "c", 9 * CHUNK)
    run_chunk = checkpoint.run_chunk

    def other_bits(*arguments):
        found = run_chunk(*arguments)
        found.sums[0] = np.nextafter(found.sums[0], np.inf)
        return found

    monkeypatch.setattr(checkpoint, "run_chunk", other_bits)
    with pytest.raises(ResumeMismatch, match="checksum of its first chunk, computed again"):
        go_on(scenario, sampler, tmp_path / "c")


@pytest.mark.parametrize("key", ["seed", "paths"])
def test_a_job_that_somebody_changed_is_refused(scenario, tmp_path, key):
    part_of(scenario, "sobol", tmp_path / "c", 9 * CHUNK)
    path = tmp_path / "c" / "job.json"
    record = json.loads(path.read_text())
    record["job"]["plan"][key] += 1
    path.write_text(json.dumps(record))
    with pytest.raises(ResultsError, match=r"job\.json: was changed since it was written"):
        go_on(scenario, "sobol", tmp_path / "c")


def test_a_file_that_cannot_be_read_now_is_left_alone(scenario, tmp_path, whole, monkeypatch):
    """It may be sound: too many open files, a network that is away."""
    part_of(scenario, "sobol", tmp_path / "c", 70 * CHUNK)
    read = checkpoint.read_arrays

    def fail(path):
        if path.name == "totals-05.lz4":
            raise OSError(24, "Too many open files", str(path))
        return read(path)

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "read_arrays", fail)
        with pytest.raises(OSError, match="Too many open files"):
            go_on(scenario, "sobol", tmp_path / "c")
    found = go_on(scenario, "sobol", tmp_path / "c")
    assert found.manifest.run.paths_resumed == 70 * CHUNK
    assert_same(found, whole["sobol"])


def test_an_interrupt_waits_until_a_chunk_is_added(scenario, tmp_path, whole, monkeypatch):
    """Every Ctrl-C that comes then, so that none costs what was computed."""
    add, added = execute.Totals._add_amounts, []

    def pressed(totals, replicate, *amounts):
        added.append(replicate)
        if len(added) == 50:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
        add(totals, replicate, *amounts)

    monkeypatch.setattr(execute.Totals, "_add_amounts", pressed)
    with pytest.raises(KeyboardInterrupt):
        go_on(scenario, "sobol", tmp_path / "c", n_jobs=1)
    assert paths_kept(tmp_path / "c") == 50 * CHUNK
    monkeypatch.setattr(execute.Totals, "_add_amounts", add)
    assert_same(go_on(scenario, "sobol", tmp_path / "c"), whole["sobol"])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_interrupt_does_not_disturb_what_the_first_one_keeps(
    scenario, tmp_path, monkeypatch
):
    write = checkpoint.write_arrays

    def pressed_again(*given, **how):
        signal.raise_signal(signal.SIGINT)
        write(*given, **how)

    monkeypatch.setattr(checkpoint.Checkpoint, "before", lambda *_: None)
    monkeypatch.setattr(checkpoint, "write_arrays", pressed_again)
    try:
        part_of(scenario, "sobol", tmp_path / "c", 70 * CHUNK)
    except KeyboardInterrupt:  # which would end the tests
        pytest.fail("it was disturbed")
    assert paths_kept(tmp_path / "c") == 70 * CHUNK


def test_totals_without_their_job_are_not_used(scenario, tmp_path, whole):
    """Nobody can tell by which code they were made."""
    part_of(scenario, "sobol", tmp_path / "c", 9 * CHUNK)
    (tmp_path / "c" / "job.json").unlink()
    found = go_on(scenario, "sobol", tmp_path / "c")
    assert found.manifest.run.paths_resumed == 0
    assert_same(found, whole["sobol"])


@pytest.mark.parametrize("place", ["a file", "a run"])
def test_a_place_for_other_things_is_refused(scenario, tmp_path, place):
    where = tmp_path / "c"
    if place == "a file":
        where.write_text("x")
    else:
        where.mkdir()
        (where / "manifest.json").write_text("{}")
    with pytest.raises(RunDirectoryError, match=r"c: (cannot be a folder|holds other files)"):
        go_on(scenario, "sobol", where)


def test_another_format_is_refused(scenario, tmp_path):
    part_of(scenario, "sobol", tmp_path / "c", 9 * CHUNK)
    path = tmp_path / "c" / "job.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format_version": 1}))
    with pytest.raises(ResumeMismatch, match="format_version was 1, is 2"):
        go_on(scenario, "sobol", tmp_path / "c")


def test_an_addition_that_was_interrupted_is_not_kept(scenario, tmp_path, whole, monkeypatch):
    """Its sums would be half of a chunk's: what was kept before it stays."""
    add = execute.Totals._add_amounts
    added = []

    def torn(totals, replicate, *amounts):
        if len(added) == 50:
            totals.mean += 1.0
            raise Stop
        added.append(replicate)
        add(totals, replicate, *amounts)

    monkeypatch.setattr(execute.Totals, "_add_amounts", torn)
    with pytest.raises(Stop):
        go_on(scenario, "sobol", tmp_path / "c", n_jobs=1)
    monkeypatch.setattr(execute.Totals, "_add_amounts", add)
    assert_same(go_on(scenario, "sobol", tmp_path / "c"), whole["sobol"])


def test_quarantined_paths_are_kept_and_counted_once(scenario, sampler, tmp_path, monkeypatch):
    """A chunk with one of them is a whole chunk; numbers of the broken paths come out in order."""
    simulate_chunk = batches.run_chunk

    def some_broken(lowered, draws, chunk, keep_in):
        found = simulate_chunk(lowered, draws, chunk, keep_in)
        if chunk.number not in (3, 50):
            return found
        broken = np.array([[chunk.first_path + 7, 2]])
        return replace(found, paths=found.paths - 1, quarantined=1, broken=broken)

    monkeypatch.setattr(execute, "QUARANTINE_LIMIT", 1.0)
    monkeypatch.setattr(batches, "run_chunk", some_broken)
    wanted = simulate(scenario, paths=PATHS[sampler], seed=SEED, sampler=sampler, n_jobs=1)
    assert wanted.manifest.run.paths_quarantined == 2
    for after in (20, 90):
        part_of(scenario, sampler, tmp_path / "c", after * CHUNK)
    found = go_on(scenario, sampler, tmp_path / "c", n_jobs=1)
    assert_same(found, wanted)
    assert found.manifest.run.paths_quarantined == 2
    assert found.manifest.run.paths_resumed == 90 * CHUNK


def test_what_is_out_of_reach_is_refused_after_a_stop_as_well(scenario, tmp_path, monkeypatch):
    monkeypatch.setattr(plan, "FIRST_LOOK", 64 * CHUNK)
    asked = {"paths": 2**20, "targets": ["funding_failure/CoreWeave: rel 0.001%"]}
    part_of(scenario, "sobol", tmp_path / "c", 40 * CHUNK, **asked)
    with pytest.raises(TargetError, match="paths at least, and 1,048,576 are allowed"):
        go_on(scenario, "sobol", tmp_path / "c", **asked)


def test_looks_that_were_passed_are_not_taken_again(scenario, tmp_path, monkeypatch):
    """They would be made at totals that have gone beyond them."""
    monkeypatch.setattr(plan, "FIRST_LOOK", 16 * CHUNK)
    asked = {"paths": 2**20, "targets": ["funding_failure/CoreWeave: rel 2.5%"]}
    wanted = simulate(scenario, seed=SEED, **asked)
    last = wanted.paths // CHUNK
    part_of(scenario, "sobol", tmp_path / "c", (last - 2) * CHUNK, **asked)
    looks = []
    table = stopping.EstimateTable
    monkeypatch.setattr(
        stopping, "EstimateTable", lambda *given: (looks.append(given), table(*given))[1]
    )
    assert_same(go_on(scenario, "sobol", tmp_path / "c", **asked), wanted)
    assert len(looks) == 1


def test_targets_are_looked_at_as_in_one_go(scenario, tmp_path, monkeypatch):
    """Stopped between two looks, at one and after it: the run ends at the same paths."""
    monkeypatch.setattr(plan, "FIRST_LOOK", 64 * CHUNK)
    asked = {"paths": 2**20, "targets": ["funding_failure/CoreWeave: rel 2.5%"]}
    wanted = simulate(scenario, seed=SEED, **asked)
    assert 64 * CHUNK < wanted.paths < 2**20
    for after in (20, 64, wanted.paths // CHUNK):
        folder = tmp_path / str(after)
        part_of(scenario, "sobol", folder, after * CHUNK, **asked)
        found = go_on(scenario, "sobol", folder, **asked)
        assert found.manifest.run.targets == wanted.manifest.run.targets
        assert_same(found, wanted)


def test_kept_paths_are_all_there(scenario, sampler, tmp_path):
    """A file that was lost and one that was damaged are written again, the others left alone."""
    asked = {"paths": 32 * CHUNK}
    for name in ("whole", "part"):
        (tmp_path / name).mkdir()
    go_on(scenario, sampler, tmp_path / "c0", keep_paths=tmp_path / "whole", **asked)
    part_of(scenario, sampler, tmp_path / "c", 10 * CHUNK, keep_paths=tmp_path / "part", **asked)
    files = sorted((tmp_path / "part").glob("*.parquet"))
    files[3].unlink()
    spoilt = bytearray(files[5].read_bytes())
    spoilt[len(spoilt) // 2] ^= 4
    files[5].write_bytes(spoilt)
    untouched = files[7].stat().st_mtime_ns
    go_on(scenario, sampler, tmp_path / "c", keep_paths=tmp_path / "part", **asked)
    assert files[7].stat().st_mtime_ns == untouched
    found, wanted = (pd.read_parquet(tmp_path / name) for name in ("part", "whole"))
    pd.testing.assert_frame_equal(found, wanted, check_exact=True)
    assert [path.suffix for path in (tmp_path / "part").iterdir()] == [".parquet"] * 32


def test_two_processes_cannot_hold_one_folder(scenario, tmp_path):
    """flock is held by an open file, so a second one in this process stands for another's."""
    folder = tmp_path / "c"
    folder.mkdir()
    assert not is_locked(folder)
    with locked(folder):
        assert is_locked(folder)
        with pytest.raises(RunDirectoryError, match=r"c: another process \(\d+\) is at work here"):
            go_on(scenario, "sobol", folder)
    assert not is_locked(folder)
    go_on(scenario, "sobol", folder)
    assert not (folder / "lock").exists()


@pytest.mark.parametrize(("share", "every"), [("OF_PROCESSOR", 20), ("OF_CLOCK", 10)])
def test_keeping_takes_its_share_of_the_time(scenario, tmp_path, monkeypatch, share, every):
    """By clocks that go on by 1 s at every look, and a share of 5 or 10 %; the other has no say."""
    ticks = iter(range(10**6))
    monkeypatch.setattr(checkpoint, "OF_PROCESSOR", 0.05 if share == "OF_PROCESSOR" else 1e9)
    monkeypatch.setattr(checkpoint, "OF_CLOCK", 0.1 if share == "OF_CLOCK" else 1e9)
    monkeypatch.setattr(checkpoint.time, "monotonic", lambda: float(next(ticks)))
    seconds = iter(range(10**6))
    monkeypatch.setattr(checkpoint.time, "thread_time", lambda: float(next(seconds)))
    monkeypatch.setattr(checkpoint.Checkpoint, "keep", lambda *_, **__: None)
    written = []
    write = checkpoint.write_arrays

    def counted(path, *rest, **how):
        written.append(path.name)
        write(path, *rest, **how)

    monkeypatch.setattr(checkpoint, "write_arrays", counted)
    part_of(scenario, "sobol", tmp_path / "c", 100 * CHUNK)
    assert 98 // (every + 2) <= len(written) <= 100 // every + 1
    assert len(set(written)) >= len(written) - 2  # in turn, the one that lacks most
