"""The plan of a run: paths, seed, sampler and workers, and the chunks that follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, get_args

from capexrisk.errors import ArgumentError, real_number, refuse_no_limit, suggest, whole_number
from capexrisk.scenario.plan import (
    DEFAULT_INNER,
    DEFAULT_PATHS,
    INNER,
    JOBS,
    MOST_OUTER,
    MOST_PATHS,
    MOST_SEED,
    Backend,
    Collect,
    Sampler,
    are_jobs,
)

# Affects every result: sums are added chunk by chunk, so another size gives other last digits.
CHUNK_PATHS = 16_384
CHUNK_POINTS = 8_192  # of a net; fewer than CHUNK_PATHS, so that a default run keeps workers busy
# Independently scrambled nets, or batches of plain paths; Student's interval is 4 % wider.
REPLICATES = 32
DEFAULT_MOST_PATHS = 2**27  # for a run with targets: some minutes on two cores
FIRST_LOOK = 262_144  # paths: less than a second's work, and ten hits at a chance of 1 in 26,000
MOST_POINTS = 2**31  # of one net: its histograms count in 32 bits


def default_paths(targets: Sequence[str]) -> int:
    """Default number of paths; with targets it is a maximum."""
    return DEFAULT_MOST_PATHS if targets else DEFAULT_PATHS


class Chunk(NamedTuple):
    """Consecutive paths of one replicate, computed together."""

    number: int
    replicate: int
    first_path: int
    paths: int


@dataclass(frozen=True, kw_only=True)
class RunPlan:
    """How a scenario is run. Only `paths`, `seed` and `sampler` affect the numbers.

    Parameters
    ----------
    paths : int
        Number of paths, 1 to 10**12; with targets a maximum.
    seed : int
        Seed of all draws, 0 to 2**64 - 1.
    outer, inner : int
        Points of the uncertain inputs, 0 to 2**26, rounded up to 32 times a power of two, and paths
        at each, a power of two from 128 to 8,192. They are run beside `paths`, which take the
        inputs as they stand.
    two_levels : bool
        Whether these are the paths of the outer points; see `over_inputs`.
    sampler : {"sobol", "plain"}
        "sobol": the points of 32 nets scrambled independently, of 2**m points each (`run_paths`).
        "plain": independent paths.
    jobs : int or None
        Workers, 1 to 10,000; -1 for one per core; None to follow an active
        `joblib.parallel_config`.
    backend : {"threading", "loky", "sequential", "dask"} or None
        How they run; None follows an active `joblib.parallel_config`, else threading.
    scheduler : str or None
        With dask: the address of its scheduler, ``tcp://HOST:8786``. Its cluster sets the number
        of workers.
    collect : {"everything", "means"}
        What is recorded of the paths.
    targets : tuple of str
        Errors at which the run stops; see `targets.parse_target`.
    max_seconds : float or None
        The run stops before it would take longer, checked each time the number of paths has
        doubled.
    """

    paths: int
    seed: int
    sampler: Sampler = "sobol"
    jobs: int | None = -1
    backend: Backend | None = None
    scheduler: str | None = None
    collect: Collect = "everything"
    targets: tuple[str, ...] = ()
    max_seconds: float | None = None
    outer: int = 0
    inner: int = DEFAULT_INNER
    two_levels: bool = False

    def __post_init__(self) -> None:
        for name in ("paths", "seed", "jobs", "outer", "inner"):
            if getattr(self, name) is not None or name != "jobs":
                self._take(name, whole_number(name, getattr(self, name)))
        if self.max_seconds is not None:
            self._take("max_seconds", real_number("max_seconds", self.max_seconds))
        if not 1 <= self.paths <= MOST_PATHS:
            raise ArgumentError("paths", f"{self.paths} is out of range; give 1 to {MOST_PATHS:,}")
        if not 0 <= self.seed <= MOST_SEED:
            raise ArgumentError("seed", f"{self.seed} is out of range; give 0 to 2**64 - 1")
        if self.jobs is not None and not are_jobs(self.jobs):
            raise ArgumentError("jobs", f"{self.jobs} is out of range; give {JOBS}")
        if not 0 <= self.outer <= MOST_OUTER:
            raise ArgumentError("outer", f"{self.outer} is out of range; give 0 to {MOST_OUTER:,}")
        if self.inner not in INNER:
            raise ArgumentError(
                "inner", f"{self.inner} is not a power of two from {INNER[0]} to {INNER[-1]:,}"
            )
        if self.max_seconds is not None:
            refuse_no_limit("max_seconds", self.max_seconds)
        for target in self.targets:
            if not isinstance(target, str):
                raise ArgumentError("targets", f"{target!r} is no text; give NAME: rel 5%")
        for name, choices in (("sampler", Sampler), ("backend", Backend), ("collect", Collect)):
            given, known = getattr(self, name), get_args(choices)
            if given not in known and (name, given) != ("backend", None):
                raise ArgumentError(name, f"{given!r} is unknown; {suggest(given, known)}")
        if self.points > MOST_POINTS and self.sampler == "sobol":
            raise ArgumentError(
                "paths",
                f"{self.paths:,} is more than the {REPLICATES * MOST_POINTS:,} of the sobol "
                "sampler; take the plain sampler",
            )
        if self.backend == "dask" and not self.scheduler:
            raise ArgumentError(
                "scheduler",
                "is missing; the dask back end needs the address that `dask scheduler` prints, "
                "tcp://HOST:8786",
            )
        if self.backend != "dask" and self.scheduler is not None:
            raise ArgumentError(
                "scheduler",
                f"{self.scheduler!r} has no effect without the dask back end; give both or neither",
            )

    def _take(self, name: str, number: float) -> None:
        """Keep a number as Python's own, which every file and message takes."""
        object.__setattr__(self, name, number)

    @property
    def points(self) -> int:
        """Number of paths per net, a power of two: other numbers would leave gaps.

        Rounded up; with targets, where `paths` is a maximum, rounded down.
        """
        if self.targets:
            return 1 << max(self.paths // REPLICATES, 1).bit_length() - 1
        return 1 << (-(-self.paths // REPLICATES) - 1).bit_length()

    @property
    def run_paths(self) -> int:
        """Number of paths to run, in whole nets; with targets a maximum."""
        return self.paths if self.sampler == "plain" else REPLICATES * self.points

    @property
    def chunk_paths(self) -> int:
        """Number of paths per chunk; the last chunks of a run may have fewer."""
        return CHUNK_POINTS if self.sampler == "sobol" else CHUNK_PATHS

    @property
    def chunk_count(self) -> int:
        """Number of chunks."""
        if self.sampler == "plain":
            return -(-self.paths // self.chunk_paths)
        return REPLICATES * -(-self.points // self.chunk_paths)

    @property
    def first_look(self) -> int:
        """Number of chunks before a run that may stop early is first checked."""
        return FIRST_LOOK // self.chunk_paths

    @property
    def whole_chunks(self) -> int:
        """Number of chunks that a longer run would also have."""
        if self.sampler == "plain":
            return self.paths // self.chunk_paths
        return 0 if self.points % self.chunk_paths else self.chunk_count

    @property
    def outer_points(self) -> int:
        """Number of outer points of a plan with two levels."""
        return self.run_paths // self.inner

    @property
    def over_inputs(self) -> RunPlan | None:
        """The plan of the outer points' paths; None if there are none."""
        if not self.outer or self.two_levels:
            return None
        return replace(
            self,
            paths=max(self.outer, REPLICATES) * self.inner,
            sampler="sobol",
            collect="everything",
            targets=(),
            max_seconds=None,
            two_levels=True,
        )

    def first_path(self, number: int) -> int:
        """Number of a chunk's first path."""
        # Here, so that a plan is refused before the compiler is imported.
        from capexrisk.kernel.points import path_number

        if self.sampler == "plain":
            return self.chunk_paths * number
        return path_number(number % REPLICATES, self.chunk_paths * (number // REPLICATES))

    def chunks(self) -> Iterator[Chunk]:
        """The chunks in the order in which they are added up, whatever the workers.

        They go round the replicates: at every multiple of the number of replicates the nets are of
        equal size, and a longer run begins with the chunks of a shorter one.
        """
        in_all = self.paths if self.sampler == "plain" else self.points
        for number in range(self.chunk_count):
            level, replicate = divmod(number, REPLICATES)
            begin = self.chunk_paths * (number if self.sampler == "plain" else level)
            paths = min(self.chunk_paths, in_all - begin)
            yield Chunk(number, replicate, self.first_path(number), paths)
