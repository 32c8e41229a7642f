"""HOW a scenario is run, as its file may say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictInt, field_validator

from .section import Refused, StrictModel

__all__ = ["RunSection"]


class RunSection(StrictModel):
    """The table ``[run]``."""

    paths: Annotated[StrictInt, Field(ge=1, le=10**12)] = Field(
        default=262_144,
        description="Number of paths; sobol rounds up to 32 times a power of two.",
    )
    seed: Annotated[StrictInt, Field(ge=0, le=2**64 - 1)] = Field(
        default=0, description="Seed of all draws."
    )
    sampler: Literal["sobol", "plain"] = Field(
        default="sobol", description="Scrambled Sobol nets, or independent paths."
    )
    jobs: StrictInt = Field(default=-1, description="Workers; -1 is one for each core.")
    backend: Literal["threading", "loky", "sequential"] = Field(
        default="threading", description="How the workers run."
    )

    @field_validator("jobs")
    @classmethod
    def _some_workers(cls, jobs: int) -> int:
        if jobs != -1 and not 1 <= jobs <= 10_000:
            raise Refused(f"{jobs} is no number of workers", "give 1 to 10000, or -1 for all cores")
        return jobs
