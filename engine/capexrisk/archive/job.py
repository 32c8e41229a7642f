"""Jobs: a scenario and its plan, saved when the run begins."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from capexrisk.archive.atomic import write_atomically
from capexrisk.archive.manifest import Sha256, sha256_of
from capexrisk.archive.untrusted import read_json, shortened
from capexrisk.code import code_identity
from capexrisk.errors import ResultsError, ResumeMismatch
from capexrisk.lowering import LoweredScenario, lower
from capexrisk.run.plan import RunPlan
from capexrisk.scenario import Scenario, digest, digest_of_uncertainty
from capexrisk.scenario.plan import refuse_points_of

JOB_FORMAT: Final = 2
OF_PLAN: Final = ("seed", "sampler", "collect")
OF_TWO_LEVELS: Final = ("inner",)
LONGEST: Final = 20  # characters of a value that differs


@dataclass(frozen=True, kw_only=True)
class Job:
    """A scenario and the plan to run it.

    Attributes
    ----------
    scenario : Scenario
    plan : RunPlan
    keep_paths : bool
        Whether single paths are written.
    overwrite : bool
        Whether the results may replace those of an earlier run.
    """

    scenario: Scenario
    plan: RunPlan
    keep_paths: bool = False
    overwrite: bool = False

    @functools.cached_property
    def lowered(self) -> LoweredScenario:
        """The scenario, lowered for the kernel."""
        return lower(self.scenario, self.plan.collect)

    @property
    def over_inputs(self) -> Job | None:
        """The job of the outer points' paths; None if there are none, or no input is uncertain."""
        plan = self.plan.over_inputs
        if plan is None or not self.scenario.uncertainty.groups:
            return None
        return replace(self, plan=plan, keep_paths=False)

    def identity(self) -> dict[str, str]:
        """Everything that can change a number, by name; a resumed run must have the same.

        The machine is not included: a difference shows when a chunk is recomputed.
        """
        plan = self.plan
        names = (*OF_PLAN, *OF_TWO_LEVELS) if plan.two_levels else OF_PLAN
        of_scenario = {"scenario": digest(self.scenario)}
        if plan.two_levels:
            of_scenario["uncertainty"] = digest_of_uncertainty(self.scenario)
        return of_scenario | {name: str(getattr(plan, name)) for name in names} | code_identity()

    def fingerprint(self) -> str:
        """SHA-256 of the identity; each file of a checkpoint carries it."""
        return sha256_of(self.identity())

    def with_plan(self, **changes: Any) -> Job:
        """A copy with these fields of the plan replaced.

        Raises
        ------
        ValueError
            If one is out of range, or points are asked of inputs that are certain.
        """
        refuse_points_of(changes.get("outer", 0), self.scenario)
        return replace(self, plan=replace(self.plan, **changes))


class _JobFile(BaseModel):
    """A job on disk with its identity when written; `sha256` covers both."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    format_version: Literal[2]
    sha256: Sha256
    job: Job
    identity: dict[str, str]


def write_job(job: Job, path: Path) -> None:
    """Write a job atomically, with everything needed to repeat it."""
    content = {
        "job": TypeAdapter(Job).dump_python(_without_cluster(job), mode="json", exclude_unset=True),
        "identity": job.identity(),
    }
    record = {"format_version": JOB_FORMAT, "sha256": sha256_of(content), **content}
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False)
    write_atomically(path, text.encode("utf-8"), b"\n")


def read_job(path: Path) -> tuple[Job, dict[str, str]]:
    """Read a job, and its identity when it was written.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ResultsError
        If it cannot be read, or was changed since it was written.
    ResumeMismatch
        If it is of another format.
    """
    found = read_json(path)
    content = dict(found.content)
    version, checksum = content.pop("format_version"), content.pop("sha256", None)
    if version != JOB_FORMAT:
        raise ResumeMismatch(
            str(path), {"format_version": (shortened(repr(version)), str(JOB_FORMAT))}
        )
    if checksum != sha256_of(content):
        raise ResultsError(f"{path}: was changed since it was written; run again, with --overwrite")
    record = found.parse(_JobFile)
    return _without_cluster(record.job), record.identity


def refuse_other(where: Path, then: Mapping[str, str], job: Job) -> None:
    """Refuse to resume a run whose identity has changed since it began.

    Raises
    ------
    ResumeMismatch
    """
    now = job.identity()
    names = [*now, *(name for name in then if name not in now)]
    pairs = {name: (then.get(name, "unknown"), now.get(name, "unknown")) for name in names}
    differing = {
        name: (before[:LONGEST], here[:LONGEST])
        for name, (before, here) in pairs.items()
        if before != here
    }
    if differing:
        raise ResumeMismatch(str(where), differing)


def _without_cluster(job: Job) -> Job:
    """Drop the scheduler's address: a resumed run must not connect to its sender's cluster."""
    return job.with_plan(backend=None, scheduler=None) if job.plan.scheduler else job
