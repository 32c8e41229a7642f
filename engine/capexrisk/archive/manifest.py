"""Manifests of runs and comparisons: what ran, with which code, on which machine, and when.

They are written and read through the same models, from which docs/manifest.md is printed: a field
that is missing, unknown or out of range is refused. `provenance` fills them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from capexrisk.archive.directory import MANIFEST
from capexrisk.archive.untrusted import Json, read_json, shortened
from capexrisk.errors import ResultsError
from capexrisk.scenario import Scenario, digest
from capexrisk.scenario.plan import Collect, Sampler

FORMAT_VERSION: Final = 3
SHOWN: Final = 12  # digits of a commit or digest in a line of text

MOST_COUNT = 10**15
Count = Annotated[int, Field(ge=0, le=MOST_COUNT)]
FiniteNumber = Annotated[float, Field(allow_inf_nan=False)]
Word = Annotated[str, StringConstraints(max_length=200)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^(paths/)?[a-z_0-9-]{1,40}\.(csv|parquet)$")]


def said(description: str, unit: str = "", **options: Any) -> Any:
    """A field with its description and unit."""
    return Field(description=description, json_schema_extra={"unit": unit}, **options)


class ManifestRecord(BaseModel):
    """Base of a manifest's parts: frozen, strict, no unknown fields."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class TargetRecord(ManifestRecord):
    """A target for a standard error, and how close the run came to it."""

    target: str = said("as `--target` takes it")
    reached: bool = said("whether the error is as small as asked")
    value: FiniteNumber | None = said("the estimate; null if unknown", "as in the summary")
    standard_error: FiniteNumber | None = said("its error; null if unknown", "as in the summary")
    paths_needed: Count | None = said(
        "about how many it takes in all; null if reached, or if no path tells", "paths"
    )


class QuarantinedPath(ManifestRecord):
    """A path that was not finite."""

    path: Count = said("its number")
    quarter: Word = said("label of the quarter in which it broke")


class RunRecord(ManifestRecord):
    """How the scenario was run."""

    paths: Annotated[Count, Field(ge=1)] = said(
        "number that were run, counted and quarantined", "paths"
    )
    paths_asked: Count = said(
        "number asked for, before nets were filled; with targets the most that were allowed",
        "paths",
    )
    paths_resumed: Count = said("how many of `paths` earlier attempts had computed", "paths")
    paths_counted: Count = said("number in the tables", "paths")
    paths_quarantined: Count = said("number left out because they were not finite", "paths")
    quarantine: tuple[QuarantinedPath, ...] = said("the first few of these")
    seed: Annotated[int, Field(ge=0, le=2**64 - 1)] = said("seed of all draws, 0 to 2^64 - 1")
    sampler: Sampler = said("`sobol` or `plain`")
    replicates: Annotated[int, Field(ge=1, le=10_000)] = said(
        "number of nets, or of batches of independent paths, that hold a path"
    )
    collect: Collect = said("`everything` or `means`")
    chunk_paths: Count = said(
        "most in a chunk: sums are added chunk by chunk, so it decides last digits", "paths"
    )
    block_paths: Count = said(
        "number that compiled code walks together; no effect on a number", "paths"
    )
    jobs: Count = said("number of workers, 0 for those of a cluster; no effect on a number")
    backend: Word = said("how the workers ran; no effect on a number")
    targets: tuple[TargetRecord, ...] = said("errors at which the run was to stop")
    max_seconds: FiniteNumber | None = said("cap on the time of simulating, or null", "s")

    @model_validator(mode="after")
    def _paths_add_up(self) -> RunRecord:
        if self.paths_counted + self.paths_quarantined != self.paths:
            raise ValueError("paths counted and quarantined are not all paths")
        if self.paths_quarantined and not self.quarantine:
            raise ValueError("no quarantined path is named")
        return self


class CodeRecord(ManifestRecord):
    """The code of capexrisk that made the numbers."""

    version: Word = said("version of capexrisk")
    revision: Word | None = said(
        "commit of the checkout, or of the repository that pip built it from; null if unknown"
    )
    changed: bool | None = said(
        "whether tracked files of `engine/` differed from that commit; null if unknown"
    )
    digest: Sha256 = said(
        "SHA-256 of every file that can change a number, the same for a checkout and an installed "
        "package: of what `sha256sum` prints for these files, named by their paths in the package "
        "and in the order of these"
    )

    def __str__(self) -> str:
        words = [self.version]
        if self.revision is not None:
            words.append(f"commit {self.revision[:SHOWN]}{' with changes' if self.changed else ''}")
        return ", ".join([*words, f"digest {self.digest[:SHOWN]}"])


class MachineRecord(ManifestRecord):
    """The machine, without its name: what decides the last bits that compiled code gives."""

    system: Word = said("operating system and kernel")
    processor: Word = said("architecture")
    cores: Count | None = said("number of logical cores; null if unknown")
    byte_order: Word = said("`little` or `big`")
    python_implementation: Word = said("such as `CPython`")
    libc: Word = said("the C library, whose functions Python and NumPy call; empty if unknown")
    llvm_triple: Word = said("system for which the model was compiled, as LLVM names it")
    llvm_cpu: Word = said("processor for which it was compiled")
    llvm_features: Annotated[str, StringConstraints(max_length=20_000)] = said(
        "sets of instructions that this has (`+`) and lacks (`-`)"
    )
    vector_bits: Count = said("width of the widest vectors among them", "bits")


class TimesRecord(ManifestRecord):
    """Start, end and duration; for a resumed run, those of the last attempt."""

    started: AwareDatetime = said("day and time by the machine's clock", "UTC")
    finished: AwareDatetime = said(
        "by the same clock, which may have been set in between: not to be subtracted", "UTC"
    )
    simulation_seconds: FiniteNumber = said(
        "time of simulating, by a clock that only goes forward", "s"
    )
    paths_per_second: Count | None = said(
        "paths computed in this attempt over these; null if no time passed", "paths a second"
    )


class ChunksRecord(ManifestRecord):
    """Digest of the list of chunks."""

    count: Count = said("number of chunks")
    sha256: Sha256 = said(
        "SHA-256 of the content of its table: row by row replicate, first_path, paths, "
        "checksum as 64-bit integers, least significant byte first"
    )


class InputsRecord(ManifestRecord):
    """The run over the inputs' distributions, beside that of the inputs as they stand."""

    digest: Sha256 = said("SHA-256 of the scenario's table `[uncertainty]`, without evidence")
    dimensions: Annotated[Count, Field(ge=1)] = said("number of draws that decide the inputs")
    outer: Annotated[Count, Field(ge=1)] = said("number of points of the inputs", "points")
    inner: Annotated[Count, Field(ge=1)] = said("number of paths at each of them", "paths")
    paths_counted: Count = said("number in the table over the inputs", "paths")
    paths_quarantined: Count = said("number left out because they were not finite", "paths")
    refused: tuple[Annotated[str, StringConstraints(max_length=400)], ...] = said(
        "points without paths, and why: inputs that contradict each other"
    )
    simulation_seconds: FiniteNumber = said("time of simulating these paths", "s")
    chunks: ChunksRecord


class Manifest(ManifestRecord):
    """Everything needed to identify a run and to repeat it."""

    format_version: Literal[3] = said("3; another one is refused")
    kind: Literal["run"] = said("`run`")
    scenario: Scenario = said(
        "what is simulated, with the evidence of each input: as in a scenario's file, extended "
        "files and overrides laid in and issuers in a list (configs/scenario.schema.json)"
    )
    scenario_digest: Sha256 = said(
        "SHA-256 of the first quarter and of the parameters of MODEL.md, as JSON with sorted keys "
        "and no spaces: two scenarios of one digest give the same numbers"
    )
    run: RunRecord
    code: CodeRecord
    versions: dict[Word, Word] = said(
        "version of Python, and of each library that can change a result, by name"
    )
    machine: MachineRecord
    times: TimesRecord
    chunks: ChunksRecord
    inputs: InputsRecord | None = said(
        "null if no input has a distribution, or none was asked for", default=None
    )
    files: dict[FileName, Sha256] = said(
        "SHA-256 of each table's file, and of each file of single paths, by its name",
        default_factory=dict,
    )
    sha256: Sha256 | None = said(
        "SHA-256 of all other fields, as JSON with sorted keys and no spaces: a file that was "
        "edited is refused; null in files that lack it",
        default=None,
    )

    @model_validator(mode="after")
    def _scenario_is_its_digest_s(self) -> Manifest:
        if digest(self.scenario) != self.scenario_digest:
            raise ValueError("scenario_digest is another; its scenario was changed")
        return self


class ComparedRun(ManifestRecord):
    """One of the runs in a comparison."""

    scenario: Word = said("name of its scenario")
    digest: Sha256 = said("digest of its scenario")
    paths: Count = said("number that were run", "paths")
    seed: Annotated[int, Field(ge=0, le=2**64 - 1)] = said("seed of all draws")
    sampler: Sampler = said("`sobol` or `plain`")


class ComparisonManifest(ManifestRecord):
    """The runs of a comparison, and notes on it."""

    format_version: Literal[3] = said("3; another one is refused")
    kind: Literal["comparison"] = said("`comparison`")
    base: str = said("name of the run that the others are compared with")
    runs: dict[str, ComparedRun] = said("each run, by its name")
    notes: tuple[str, ...] = said("what could not be compared, and what weakens the comparison")

    @model_validator(mode="after")
    def _the_base_is_one_of_them(self) -> ComparisonManifest:
        if self.base not in self.runs:
            raise ValueError("base is none of the runs")
        return self


class OtherFormat(ResultsError):
    """A manifest in a format other than the one this version writes."""


KINDS: Final = ("run", "comparison")


def write_manifest(manifest: Manifest | ComparisonManifest, directory: Path) -> None:
    """Write a manifest into a directory; its scenario holds the given inputs only, no defaults."""
    if isinstance(manifest, Manifest):
        rest = manifest.model_dump_json(exclude_unset=True, exclude={"sha256"})
        manifest = manifest.model_copy(update={"sha256": sha256_of(json.loads(rest))})
    text = manifest.model_dump_json(indent=2, exclude_unset=True)
    (directory / MANIFEST).write_text(text + "\n", encoding="utf-8")


def read_any_manifest(path: Path) -> Manifest | ComparisonManifest:
    """Read the manifest of a run, or of a comparison.

    Raises
    ------
    FileNotFoundError
        If there is none.
    OtherFormat
        If it has another format.
    ResultsError
        If it cannot be read, or was changed since it was written.
    """
    found = read_json(path)
    return _parse_run(found) if _kind(found) == "run" else found.parse(ComparisonManifest)


def read_manifest(path: Path) -> Manifest:
    """Read a run's manifest; raises as `read_any_manifest`, and for a comparison's manifest."""
    found = read_json(path)
    if _kind(found) == "comparison":
        raise ResultsError(
            f"{path.parent}: holds a comparison; give one of the runs "
            + (f"in {made}" if (made := path.parent / "runs").is_dir() else "that it compares")
        )
    return _parse_run(found)


def sha256_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content of a JSON object, whatever the order of its keys and its spaces."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _parse_run(found: Json) -> Manifest:
    manifest = found.parse(Manifest)
    rest = {name: part for name, part in found.content.items() if name != "sha256"}
    if manifest.sha256 not in (None, sha256_of(rest)):
        raise ResultsError(f"{found.path}: was changed since the run wrote it; run again")
    return manifest.model_copy(update={"sha256": None})  # of the file: as before it was written


def _kind(found: Json) -> str:
    written, kind = found.content["format_version"], found.content.get("kind")
    if type(written) is not int or written != FORMAT_VERSION:
        raise OtherFormat(
            f"{found.path}: format_version {shortened(repr(written))} is not {FORMAT_VERSION}; "
            "read it with the version of capexrisk that wrote it"
        )
    if not isinstance(kind, str) or kind not in KINDS:
        raise ResultsError(f"{found.path}: kind: {shortened(repr(kind))} is unknown; run again")
    return kind
