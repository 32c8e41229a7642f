"""Checkpoint of a run in progress, from which it can be resumed.

A folder with the job and a file for each part of the totals: a net, or all batches of independent
paths. Each file is written atomically and carries its own checksum: a damaged one is reported, and
its chunks are computed again. Parts may hold different numbers of chunks.

It holds only whole chunks: a longer run begins with the same ones, so it can resume from here too.
A chunk that is cut short by the end of a run would be a different chunk in a longer run.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from capexrisk.archive.arrays import read_arrays, read_head, write_arrays
from capexrisk.archive.atomic import sync_folder
from capexrisk.archive.directory import JOB
from capexrisk.archive.job import Job, read_job, refuse_other, write_job
from capexrisk.archive.lock import LOCK, locked
from capexrisk.archive.system_errors import problem_of
from capexrisk.errors import CapexriskError, ResultsError, ResumeMismatch, RunDirectoryError
from capexrisk.estimate.batch import BatchTotals
from capexrisk.estimate.parts import arrays_of, part_count, replicates_of, restore
from capexrisk.estimate.totals import Totals
from capexrisk.run.chunks import all_draws_of, run_chunk
from capexrisk.run.plan import REPLICATES, Chunk
from capexrisk.run.signals import signals_ignored

TOTALS: Final = "totals-*.lz4"
OVER_INPUTS: Final = "inputs"  # folder for the outer points' paths, with a checkpoint of its own
# The parts are written in turn, each when that takes no more than these shares of the time since
# the last write: of processor time, which the workers lose, and of elapsed time, most of it waiting
# for a disk.
OF_PROCESSOR: Final = 0.005
OF_CLOCK: Final = 0.1


@contextmanager
def checkpoint_in(folder: Path, job: Job) -> Iterator[Checkpoint]:
    """Open a job's checkpoint in a folder: create it, or resume from the one that exists.

    Raises
    ------
    ResumeMismatch
        If the existing checkpoint is of another scenario, seed, sampler or code.
    RunDirectoryError
        If another process is using the folder.
    ResultsError
        If the existing job cannot be read.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunDirectoryError(
            f"{folder}: cannot be a folder ({error.strerror}); give another"
        ) from None
    ours = (JOB, LOCK, OVER_INPUTS)
    if any(entry.name not in ours and not entry.match(TOTALS) for entry in folder.iterdir()):
        raise RunDirectoryError(f"{folder}: holds other files; give a folder of its own")
    with locked(folder):
        checkpoint = open_checkpoint(folder, job)
        try:
            yield checkpoint
        except BaseException:  # interrupts too
            checkpoint.keep_uninterrupted()
            raise


def open_checkpoint(folder: Path, job: Job) -> Checkpoint:
    """Like `checkpoint_in`, for a folder that this process has already locked."""
    try:
        _, then = read_job(folder / JOB)
    except FileNotFoundError:
        for path in folder.glob(TOTALS):  # without a job, the code that wrote them is unknown
            path.unlink()
    else:
        refuse_other(folder, then, job)
    write_job(job, folder / JOB)
    sync_folder(folder)
    inner = job.over_inputs
    if inner is None:
        return Checkpoint(folder, job)
    (folder / OVER_INPUTS).mkdir(exist_ok=True)
    return Checkpoint(folder, job, over_inputs=open_checkpoint(folder / OVER_INPUTS, inner))


@dataclass
class Checkpoint:
    """A run's totals on disk.

    Attributes
    ----------
    folder : Path
    job : Job
    notes : list of str
        One line for each damaged file.
    restored : int
        Paths that it held when this attempt began.
    over_inputs : Checkpoint, optional
        That of the outer points' paths.
    """

    folder: Path
    job: Job
    notes: list[str] = field(default_factory=list)
    restored: int = 0
    over_inputs: Checkpoint | None = None
    _kept: list[int] = field(default_factory=lambda: [0] * REPLICATES)  # chunks of each replicate
    _run: str = field(init=False)
    _totals: Totals | None = None
    _turns: int = 0
    _ended: bool = False
    _due: float = 0.0

    def __post_init__(self) -> None:
        self._run = self.job.fingerprint()

    @property
    def paths(self) -> int:
        """Number of paths in the checkpoint."""
        return sum(self._kept) * self.job.plan.chunk_paths

    def restore(self, totals: Totals) -> None:
        """Restore the checkpoint into empty totals, and checkpoint these from now on.

        Raises
        ------
        ResumeMismatch
            If a chunk of it gives other bits on this machine.
        ResultsError
            If it holds chunks that this run does not have.
        """
        for part in range(part_count(totals)):
            path = self._path(part)
            try:
                what, arrays = read_arrays(path)
                if {name: what.get(name) for name in self._what(part)} != self._what(part):
                    raise ValueError("is of another run")
                restore(totals, part, arrays)
            except FileNotFoundError:
                continue
            except ValueError as error:  # not OSError: a file that cannot be read now may be sound
                reason = " ".join(str(error).split())[:200]
                self.notes.append(f"{path}: {reason}; its chunks are computed again")
                path.unlink()
        self._totals = totals
        self._kept = totals.levels
        self.restored = self.paths
        self._refuse_other_chunks(totals)
        self._refuse_other_bits(totals)

    def before(self, batch: BatchTotals) -> None:
        """Write a part of the totals if one is due; called just before `batch` is added to them."""
        totals = self._totals
        if self._ended or totals is None:
            return
        if batch.entries[0].paths < self.job.plan.chunk_paths:  # alone; see `batches`
            self.keep(to_disk=False)
            self._ended = True
        elif time.monotonic() >= self._due:
            lacking = np.subtract(totals.levels, self._kept)
            self._write_in_turn(totals, 0 if totals.independent else int(lacking.argmax()))

    def keep(self, *, to_disk: bool = True) -> None:
        """Write every part that has changed; `to_disk` as for `write_atomically`.

        Raises
        ------
        OSError
            If a part cannot be written; its earlier file is still there.
        """
        totals = self._totals
        if self._ended or totals is None or totals.torn:
            return
        for part in range(part_count(totals)):
            own = replicates_of(totals, part)
            if self._kept[own] != totals.levels[own]:
                self._write(totals, part, to_disk)
        if to_disk:
            sync_folder(self.folder)

    def close(self) -> None:
        """Write every part that has changed, and let the totals go; errors as of `keep`.

        For a longer run, or if this one still fails; fsync follows at the end of the run.
        """
        self.keep(to_disk=False)
        self._totals = None

    def keep_uninterrupted(self) -> None:
        """Write every part when a run ends early, ignoring signals meanwhile."""
        # The disk may be full; the earlier files are still there.
        with signals_ignored(), suppress(OSError):
            self.keep()
            if self.over_inputs is not None:
                self.over_inputs.keep()

    def _write_in_turn(self, totals: Totals, part: int) -> None:
        processor, clock = time.thread_time(), time.monotonic()
        self._write(totals, part, to_disk=True)
        now = time.monotonic()
        worth = (time.thread_time() - processor) / OF_PROCESSOR, (now - clock) / OF_CLOCK
        self._due = now + max(worth)
        self._turns += 1
        if self._turns % part_count(totals) == 0:
            sync_folder(self.folder)

    def _write(self, totals: Totals, part: int, to_disk: bool) -> None:
        own = replicates_of(totals, part)
        levels = totals.levels[own]
        what = {**self._what(part), "paths": sum(levels) * self.job.plan.chunk_paths}
        write_arrays(self._path(part), arrays_of(totals, part), what, to_disk=to_disk)
        self._kept[own] = levels

    def _path(self, part: int) -> Path:
        return self.folder / TOTALS.replace("*", f"{part:02d}")

    def _what(self, part: int) -> dict[str, Any]:
        return {"run": self._run, "part": part}

    def _refuse_other_chunks(self, totals: Totals) -> None:
        """Refuse intact totals that hold chunks this plan does not have."""
        plan, rows = self.job.plan, totals.entries()
        levels = np.concatenate([np.arange(number) for number in totals.levels])
        replicates = np.repeat(np.arange(REPLICATES), totals.levels)
        numbers = np.sort(levels * REPLICATES + replicates)
        counted = totals.counted + totals.quarantined
        first = np.array([plan.first_path(number) for number in numbers.tolist()])
        sound = (rows[:, 1] == first).all()
        sound = sound and (rows[:, 2] == plan.chunk_paths).all() and rows[:, 2].sum() == counted
        if not sound:
            raise ResultsError(f"{self.folder}: its chunks are not those of this run; run again")
        if len(rows) and numbers[-1] >= plan.whole_chunks:
            raise ResultsError(f"{self.folder}: keeps {counted:,} paths; ask for more of them")

    def _refuse_other_bits(self, totals: Totals) -> None:
        """Recompute one chunk: the same code may give other bits on another machine."""
        rows = totals.entries()
        if not len(rows):
            return
        replicate, first, paths, checksum = map(int, rows[0])
        lowered, draws = self.job.lowered, all_draws_of(self.job.lowered, self.job.plan)
        again = run_chunk(lowered, draws, Chunk(0, replicate, first, paths))
        now = again.entry().checksum
        if now != checksum:
            what = "the checksum of its first chunk, computed again on this machine,"
            raise ResumeMismatch(str(self.folder), {what: (f"{checksum:08x}", f"{now:08x}")})


def damaged_files(folder: Path) -> dict[str, str]:
    """Damaged files of a checkpoint, and what is wrong with each."""
    found = {}
    for path in (*folder.glob(JOB), *sorted(folder.glob(TOTALS))):
        try:
            read_job(path) if path.name == JOB else read_arrays(path)
        except CapexriskError as error:
            found[path.name] = str(error).removeprefix(f"{path}: ")
        except OSError as error:
            found[path.name] = problem_of(error)
        except ValueError as error:
            found[path.name] = " ".join(str(error).split())[:200]
    return found


def paths_kept(folder: Path) -> int:
    """Number of paths in a folder's checkpoint, according to the heads of its files."""
    paths = 0
    for path in folder.glob(TOTALS):
        with suppress(OSError, ValueError, LookupError, TypeError, OverflowError):
            paths += int(read_head(path)["paths"])
    return paths
