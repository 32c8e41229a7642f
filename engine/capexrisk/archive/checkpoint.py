"""What is kept of a run while it goes on, so that it can be gone on with.

A folder with the job and a file for each part of the totals: a net, or all batches of independent
paths. Each file is there whole or not at all, and vouches for itself: one that was damaged is
told, and its chunks are computed again. Parts need not have come equally far.

Only whole chunks are kept: a longer run begins with them, so it can go on from here as well. A
chunk that has fewer paths because a shorter run ends there is another in a longer one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from capexrisk.archive.arrays import read_head, read_totals, write_totals
from capexrisk.archive.atomic import sync_folder
from capexrisk.archive.job import Job, differences, read_job, write_job
from capexrisk.archive.lock import LOCK, locked
from capexrisk.errors import CapexriskError, ResultsError, ResumeMismatch, RunDirectoryError
from capexrisk.estimate.parts import arrays_of, part_count, replicates_of, restore
from capexrisk.estimate.totals import ChunkTotals, Totals
from capexrisk.run.chunks import draws_of, run_chunk
from capexrisk.run.plan import REPLICATES, Chunk
from capexrisk.run.signals import signals_ignored

JOB: Final = "job.json"
TOTALS: Final = "totals-*.lz4"
# A part in turn is kept whenever that takes no more than these shares of the time since the last:
# of a processor's, which the workers lack, and of the clock's, of which most is waiting for a disk.
OF_PROCESSOR: Final = 0.005
OF_CLOCK: Final = 0.1


@contextmanager
def checkpoint_in(folder: Path, job: Job) -> Iterator[Checkpoint]:
    """Keep a job in a folder, which is made if it is missing; or go on with the one that is there.

    Raises
    ------
    ResumeMismatch
        If what is there is another scenario, seed, sampler or code.
    RunDirectoryError
        If another process is at work there.
    ResultsError
        If the job that is there cannot be read.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunDirectoryError(f"{folder}: cannot be a folder ({error.strerror})") from None
    if any(entry.name not in (JOB, LOCK) and not entry.match(TOTALS) for entry in folder.iterdir()):
        raise RunDirectoryError(f"{folder}: holds other files; give a folder of its own")
    with locked(folder):
        checkpoint = open_checkpoint(folder, job)
        try:
            yield checkpoint
        except BaseException:  # an interrupt as well
            checkpoint.keep_uninterrupted()
            raise


def open_checkpoint(folder: Path, job: Job) -> Checkpoint:
    """`checkpoint_in` for a folder that this process holds already."""
    try:
        _, then = read_job(folder / JOB)
    except FileNotFoundError:
        for path in folder.glob(TOTALS):  # nobody can tell by which code
            path.unlink()
    else:
        refuse_other(folder, then, job)
    write_job(job, folder / JOB)
    sync_folder(folder)
    return Checkpoint(folder, job)


def refuse_other(where: Path, then: Mapping[str, str], job: Job) -> None:
    """Refuse to go on with what had another identity then.

    Raises
    ------
    ResumeMismatch
    """
    found = differences(then, job.identity())
    if found:
        raise ResumeMismatch(str(where), found)


@dataclass
class Checkpoint:
    """A run's totals on disk.

    Attributes
    ----------
    folder : Path
    job : Job
    notes : list of str
        What was found damaged, a line each.
    restored : int
        Paths that were kept when this attempt began.
    """

    folder: Path
    job: Job
    notes: list[str] = field(default_factory=list)
    restored: int = 0
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
        """How many are kept."""
        return sum(self._kept) * self.job.plan.chunk_paths

    def restore(self, totals: Totals) -> None:
        """Put what is kept into totals that are empty, and keep these from now on.

        Raises
        ------
        ResumeMismatch
            If a chunk of it comes out otherwise on this machine.
        ResultsError
            If it is not of this run, or has more paths.
        """
        for part in range(part_count(totals)):
            path = self._path(part)
            try:
                what, arrays = read_totals(path)
                if {name: what.get(name) for name in self._what(part)} != self._what(part):
                    raise ValueError("is of another run")
                restore(totals, part, arrays)
            except FileNotFoundError:
                continue
            except ValueError as error:  # not OSError: what cannot be read now may be sound
                reason = " ".join(str(error).split())[:200]
                self.notes.append(f"{path}: {reason}; its chunks are computed again")
                path.unlink()
        self._totals = totals
        self._kept = totals.levels
        self.restored = self.paths
        self._refuse_other_chunks(totals)
        self._refuse_other_bits(totals)

    def before(self, chunk: ChunkTotals) -> None:
        """Keep a part of the totals if it is time; `chunk` is about to be added to them."""
        totals = self._totals
        if self._ended or totals is None:
            return
        if chunk.paths + chunk.quarantined < self.job.plan.chunk_paths:
            self.keep(to_disk=False)
            self._ended = True
        elif time.monotonic() >= self._due:
            lacking = np.subtract(totals.levels, self._kept)
            self._write_in_turn(totals, 0 if totals.independent else int(lacking.argmax()))

    def keep(self, *, to_disk: bool = True) -> None:
        """Keep all that is not kept yet; `to_disk` as for `write_atomically`.

        Raises
        ------
        OSError
            If it cannot be written; what was written before still is there.
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

    def keep_uninterrupted(self) -> None:
        """Keep all when a run ends before its time, whoever asks again for its end meanwhile."""
        # The reason may be a full disk; what was kept is still there.
        with signals_ignored(), suppress(OSError):
            self.keep()

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
        write_totals(self._path(part), arrays_of(totals, part), what, to_disk=to_disk)
        self._kept[own] = levels

    def _path(self, part: int) -> Path:
        return self.folder / TOTALS.replace("*", f"{part:02d}")

    def _what(self, part: int) -> dict[str, Any]:
        return {"run": self._run, "part": part}

    def _refuse_other_chunks(self, totals: Totals) -> None:
        """Refuse totals that are sound in themselves, and of chunks that this plan has not."""
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
        """Compute a chunk again: the same code may give other bits on another machine."""
        rows = totals.entries()
        if not len(rows):
            return
        replicate, first, paths, checksum = map(int, rows[0])
        lowered, draws = self.job.lowered, draws_of(self.job.lowered, self.job.plan)
        again = run_chunk(lowered, draws, Chunk(0, replicate, first, paths))
        now = again.entry().checksum
        if now != checksum:
            what = "the checksum of its first chunk, computed again on this machine,"
            raise ResumeMismatch(str(self.folder), {what: (f"{checksum:08x}", f"{now:08x}")})


def damaged_files(folder: Path) -> dict[str, str]:
    """Files of a checkpoint that are not as they were written, and what is the matter with each."""
    found = {}
    for path in (*folder.glob(JOB), *sorted(folder.glob(TOTALS))):
        try:
            read_job(path) if path.name == JOB else read_totals(path)
        except CapexriskError as error:
            found[path.name] = str(error).removeprefix(f"{path}: ")
        except (OSError, ValueError) as error:
            found[path.name] = " ".join(str(error).split())[:200]
    return found


def paths_kept(folder: Path) -> int:
    """How many paths the files in a folder say that they keep."""
    paths = 0
    for path in folder.glob(TOTALS):
        with suppress(OSError, ValueError, LookupError, TypeError, OverflowError):
            paths += int(read_head(path)["paths"])
    return paths
