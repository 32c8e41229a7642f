"""What a run is asked for: how many paths, from which seed, by which workers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from capexrisk.kernel.outcomes import Collect

Backend = Literal["threading", "loky", "sequential"]

# Part of every result: sums are added chunk by chunk, so another size gives other last digits.
CHUNK_PATHS = 16_384
MOST_PATHS = 10**12
MOST_JOBS = 10_000  # the bound of the scenario's [run] table


class Chunk(NamedTuple):
    """Consecutive paths computed together."""

    number: int
    first_path: int
    paths: int


@dataclass(frozen=True, kw_only=True)
class RunPlan:
    """How a scenario is run. Only `paths` and `seed` have a say in the numbers.

    Parameters
    ----------
    paths : int
        Number of paths, 1 to 10**12.
    seed : int
        Seed of all draws, 0 to 2**64 - 1.
    jobs : int or None
        Workers, 1 to 10,000; -1 is one for each core; None is what an active
        `joblib.parallel_config` says.
    backend : {"threading", "loky", "sequential"} or None
        How they run; None honours an active `joblib.parallel_config`, else threading.
    collect : {"everything", "figures"}
        What is found out about the paths.
    """

    paths: int
    seed: int
    jobs: int | None = -1
    backend: Backend | None = None
    collect: Collect = "everything"

    def __post_init__(self) -> None:
        if not 1 <= self.paths <= MOST_PATHS:
            raise ValueError(f"paths: {self.paths} is out of range; give 1 to {MOST_PATHS}")
        if not 0 <= self.seed < 2**64:
            raise ValueError(f"seed: {self.seed} is out of range; give 0 to 2**64 - 1")
        if self.jobs not in (-1, None) and not 1 <= self.jobs <= MOST_JOBS:
            raise ValueError(
                f"jobs: {self.jobs} is no number of workers; give 1 to {MOST_JOBS}, or -1"
            )
        if self.backend not in (*get_args(Backend), None):
            raise ValueError(
                f"backend: {self.backend!r} is unknown; give one of {', '.join(get_args(Backend))}"
            )
        if self.collect not in get_args(Collect):
            raise ValueError(
                f"collect: {self.collect!r} is unknown; give one of {', '.join(get_args(Collect))}"
            )

    def chunks(self) -> Iterator[Chunk]:
        """The chunks, in the order in which they are added up; the same for any workers."""
        for number, first in enumerate(range(0, self.paths, CHUNK_PATHS)):
            yield Chunk(number, first, min(CHUNK_PATHS, self.paths - first))
