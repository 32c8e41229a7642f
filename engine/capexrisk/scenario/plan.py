"""A plan's choices, bounds and defaults, and the table ``[run]`` in which a file may state them."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StrictInt, field_validator

from .section import Refused, StrictModel

__all__ = [
    "DEFAULT_PATHS",
    "JOBS",
    "MOST_PATHS",
    "MOST_SEED",
    "Backend",
    "RunSection",
    "Sampler",
    "are_jobs",
]

Sampler = Literal["sobol", "plain"]
LocalBackend = Literal["threading", "loky", "sequential"]
Backend = Literal[LocalBackend, "dask"]  # whose scheduler is no matter of a file

DEFAULT_PATHS: Final = 262_144
MOST_PATHS: Final = 10**12
MOST_SEED: Final = 2**64 - 1
MOST_JOBS: Final = 10_000
JOBS: Final = f"1 to {MOST_JOBS:,}, or -1 for all cores"


def are_jobs(number: int) -> bool:
    """Whether this many workers can be asked for."""
    return number == -1 or 1 <= number <= MOST_JOBS


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
    jobs: StrictInt = Field(default=-1, description="Workers; -1 is one for each core.")
    backend: LocalBackend = Field(default="threading", description="How the workers run.")

    @field_validator("jobs")
    @classmethod
    def _some_workers(cls, jobs: int) -> int:
        if not are_jobs(jobs):
            raise Refused(f"{jobs} is out of range", f"give {JOBS}")
        return jobs
