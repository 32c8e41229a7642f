"""A job: a scenario and how it is run, as a file keeps it from the first moment on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from capexrisk.archive.atomic import write_atomically
from capexrisk.archive.manifest import library_versions, machine, scenario_record
from capexrisk.archive.stored_manifest import read_json, refuse_other_scenario
from capexrisk.code import code_record
from capexrisk.errors import ResultsError, ResumeMismatch, ScenarioError
from capexrisk.lowering import LoweredScenario, lower
from capexrisk.run.plan import RunPlan
from capexrisk.scenario import Scenario, digest, scenario_from_case

JOB_FORMAT: Final = 1
# What makes other numbers if it is another; the same chunk computed twice shows the rest.
LIBRARIES: Final = ("python", "numpy", "numba", "llvmlite")
OF_PLAN: Final = ("seed", "sampler", "collect")


@dataclass(frozen=True, kw_only=True)
class Job:
    """A scenario and how it is run.

    Attributes
    ----------
    scenario : dict
        As a manifest keeps it, with the evidence of every figure.
    lowered : LoweredScenario
    plan : RunPlan
    keep_paths : bool
        Whether single paths are written.
    overwrite : bool
        Whether its results may take the place of an earlier run's.
    """

    scenario: dict[str, Any]
    lowered: LoweredScenario
    plan: RunPlan
    keep_paths: bool = False
    overwrite: bool = False

    def identity(self) -> dict[str, str]:
        """What must be the same for a run to go on, by name."""
        versions = library_versions()
        return {
            "scenario": self.scenario["digest"],
            **{name: str(getattr(self.plan, name)) for name in OF_PLAN},
            "code": code_record()["digest"],
            **{name: versions[name] for name in LIBRARIES},
        }

    def fingerprint(self) -> str:
        """SHA-256 of the identity: what belongs to this run says so by it."""
        return _checksum(self.identity())

    def with_plan(self, **changes: Any) -> Job:
        """The same but for these fields of the plan.

        Raises
        ------
        ValueError
            If one is out of range.
        """
        return replace(self, plan=replace(self.plan, **changes))


def new_job(
    scenario: Scenario, plan: RunPlan, *, keep_paths: bool = False, overwrite: bool = False
) -> Job:
    """Make a job of a scenario."""
    lowered = lower(scenario, plan.collect)
    return Job(
        scenario=scenario_record(scenario, lowered),
        lowered=lowered,
        plan=plan,
        keep_paths=keep_paths,
        overwrite=overwrite,
    )


def write_job(job: Job, path: Path) -> None:
    """Write a job with all that it takes to repeat it."""
    # Not the cluster: who goes on with a run that somebody else has sent must not be led to theirs.
    plan = replace(job.plan, backend=None, scheduler=None) if job.plan.scheduler else job.plan
    content = {
        "scenario": job.scenario,
        "plan": asdict(plan),
        "keep_paths": job.keep_paths,
        "overwrite": job.overwrite,
        "identity": job.identity(),
        "code": code_record(),
        "versions": library_versions(),
        "machine": machine(),
    }
    record = {"format_version": JOB_FORMAT, "sha256": _checksum(content), "job": content}
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False)
    write_atomically(path, text.encode("utf-8"), b"\n")


def read_job(path: Path) -> tuple[Job, dict[str, str]]:
    """Read a job, and the identity that it had when it was written.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ResultsError
        If it cannot be read, or was changed since it was written.
    ResumeMismatch
        If it is of another format.
    """
    record = read_json(path)
    if record["format_version"] != JOB_FORMAT:
        now = str(JOB_FORMAT)
        then = f"{record['format_version']!r:.20}"
        raise ResumeMismatch(str(path), {"format_version": (then, now)})
    content = record.get("job")
    if not isinstance(content, dict) or record.get("sha256") != _checksum(content):
        raise ResultsError(f"{path}: was changed since it was written; run again, with --overwrite")
    try:
        scenario = content["scenario"]
        refuse_other_scenario(scenario)
        given = {**content["plan"], "scheduler": None}
        plan = TypeAdapter(RunPlan).validate_json(json.dumps(given), strict=True)
        job = Job(
            scenario=scenario,
            lowered=_lowered(scenario, plan.collect),
            plan=plan,
            keep_paths=bool(content["keep_paths"]),
            overwrite=bool(content["overwrite"]),
        )
        return job, {name: str(value) for name, value in content["identity"].items()}
    except ScenarioError as error:
        raise ResultsError(f"{path}: its scenario is refused: {error}") from None
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ResultsError(f"{path}: cannot be read ({reason}); run again") from None


def differences(then: Mapping[str, str], now: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """What is not the same: then, now; digests shortened."""
    names = [*now, *(name for name in then if name not in now)]
    pairs = {name: (then.get(name, "not told"), now.get(name, "not told")) for name in names}
    return {name: (a[:20], b[:20]) for name, (a, b) in pairs.items() if a != b}


def _lowered(record: Mapping[str, Any], collect: Any) -> LoweredScenario:
    scenario = scenario_from_case(record["model"], start=record["quarters"][0])
    if digest(scenario) != record["digest"]:
        raise ValueError("its scenario has another digest")
    return lower(scenario, collect)


def _checksum(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
