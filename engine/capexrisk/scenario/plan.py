"""A plan's choices, bounds and defaults, and the table ``[run]`` in which a file may state them."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StrictInt, field_validator

from capexrisk.errors import ArgumentError

from .schema import Scenario
from .section import Refused, StrictModel

__all__ = [
    "ADDRESSES",
    "DEFAULT_INNER",
    "DEFAULT_OUTER",
    "DEFAULT_PATHS",
    "DEFAULT_TRACED",
    "INNER",
    "JOBS",
    "MOST_OUTER",
    "MOST_PATHS",
    "MOST_SEED",
    "Backend",
    "Collect",
    "RunSection",
    "Sampler",
    "are_jobs",
    "refuse_paths_of_no_points",
    "refuse_points_of",
]

Sampler = Literal["sobol", "plain"]
LocalBackend = Literal["threading", "loky", "sequential"]
Collect = Literal["everything", "means"]
Backend = Literal[LocalBackend, "dask"]  # whose scheduler is no matter of a file

DEFAULT_PATHS: Final = 262_144
MOST_PATHS: Final = 10**12
ADDRESSES: Final = 2**48  # of single paths, which independent draws take
DEFAULT_OUTER: Final = 1024  # points of the uncertain inputs
DEFAULT_INNER: Final = 256  # paths at each
DEFAULT_TRACED: Final = 8_192  # paths of a finished run that are traced again
INNER: Final = tuple(2**k for k in range(7, 14))  # two halves of whole blocks; a chunk at most
MOST_OUTER: Final = 2**26
MOST_SEED: Final = 2**64 - 1
MOST_JOBS: Final = 10_000
JOBS: Final = f"1 to {MOST_JOBS:,}, or -1 for all cores"


def are_jobs(number: int) -> bool:
    """Whether this many workers can be asked for."""
    return number == -1 or 1 <= number <= MOST_JOBS


def refuse_points_of(outer: int, *scenarios: Scenario) -> None:
    """Refuse points of uncertain inputs if no scenario has any.

    Raises
    ------
    ArgumentError
    """
    if outer and not any(scenario.uncertainty.groups for scenario in scenarios):
        raise ArgumentError(
            "outer", f"{outer}: no input of {scenarios[0].name} has a distribution; give 0"
        )


def refuse_paths_of_no_points(outer: int, *scenarios: Scenario) -> None:
    """Refuse that paths at points of the uncertain inputs are asked for where there are no points.

    Raises
    ------
    ArgumentError
    """
    if not any(scenario.uncertainty.groups for scenario in scenarios):
        raise ArgumentError("inner", "has no effect, no input has a distribution; leave it out")
    if not outer:
        raise ArgumentError("inner", "has no effect with 0 points (outer); leave one of them out")


class RunSection(StrictModel):
    """The table ``[run]``: the plan of a run for which nothing else is asked."""

    paths: Annotated[StrictInt, Field(ge=1, le=MOST_PATHS)] = Field(
        default=DEFAULT_PATHS,
        description="Number of paths; sobol rounds up to 32 times a power of two.",
    )
    seed: Annotated[StrictInt, Field(ge=0, le=MOST_SEED)] = Field(
        default=0, description="Seed of all draws."
    )
    sampler: Sampler = Field(
        default="sobol", description="Scrambled Sobol nets, or independent paths."
    )
    outer: Annotated[StrictInt, Field(ge=0, le=MOST_OUTER)] = Field(
        default=DEFAULT_OUTER,
        description="Points of the uncertain inputs, rounded up to 32 times a power of two; "
        "0 leaves the inputs as they stand.",
    )
    inner: StrictInt = Field(
        default=DEFAULT_INNER,
        description="Paths at each of these points, a power of two from 128 to 8,192.",
    )
    jobs: StrictInt = Field(default=-1, description="Workers; -1 is one for each core.")
    backend: LocalBackend = Field(default="threading", description="How the workers run.")

    @field_validator("inner")
    @classmethod
    def _two_halves_of_whole_blocks(cls, inner: int) -> int:
        if inner not in INNER:
            raise Refused(
                f"{inner} is no number of halves", f"give one of {', '.join(map(str, INNER))}"
            )
        return inner

    @field_validator("jobs")
    @classmethod
    def _some_workers(cls, jobs: int) -> int:
        if not are_jobs(jobs):
            raise Refused(f"{jobs} is out of range", f"give {JOBS}")
        return jobs
