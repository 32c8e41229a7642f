"""The manifest of a run as it lies on disk: somebody else may have written it.

What readers use is checked, and no more: older runs lack what came later (sampler, replicates,
targets, sources, code, check sums), and newer ones may hold what this version does not know.
docs/manifest.md describes every field.
"""

from __future__ import annotations

import json
import stat
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from capexrisk.errors import ResultsError
from capexrisk.scenario import calendar_years, quarter_labels
from capexrisk.scenario.issuer import folded_name, usable_name
from capexrisk.scenario.quarters import QUARTER
from capexrisk.scenario.schema import MOST_ISSUERS, NAME

FORMAT_VERSION: Final = 1
LARGEST_MANIFEST: Final = 32 * 2**20  # bytes; a scenario of 64 issuers leaves about 2 MiB
LONGEST_VALUE: Final = 60

Whole = Annotated[int, Field(ge=0, le=10**15)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Word = Annotated[str, StringConstraints(max_length=200)]
Checksum = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,40}\.(csv|parquet)$")]
Address = Annotated[str, StringConstraints(pattern=r"^(?:https?://\S*)?$")]


def _day_and_time(text: str) -> str:
    datetime.fromisoformat(text)
    return text


class _Part(BaseModel):
    """Strict about what it knows, and silent about the rest."""

    model_config = ConfigDict(frozen=True, strict=True)


_One = bool | Annotated[int, Field(ge=-(10**15), le=10**15)] | Number | Word


class _Source(_Part):
    section: Word
    key: Word
    value: _One | list[_One | list[_One]]
    confidence: Word
    source: str
    address: Address = ""


class _Thresholds(_Part):
    group_profit: Number
    outside_funding: Number


class _Market(_Part):
    fear_spread_bp: Number
    comfort_utilisation: Number
    vigilante_share: Number


class _Issuer(_Part):
    name: str
    finance_lease_share: Number


class _Model(_Part):
    thresholds: _Thresholds
    market: _Market
    issuers: list[_Issuer]


class _Scenario(_Part):
    name: Annotated[str, StringConstraints(pattern=NAME)]
    title: str
    description: str
    as_of: Word
    digest: Word
    issuers: Annotated[list[Annotated[str, AfterValidator(usable_name)]], Field(min_length=1)]
    quarters: Annotated[
        list[Annotated[str, StringConstraints(pattern=QUARTER)]], Field(min_length=1, max_length=80)
    ]
    years: list[str]
    model: _Model
    sources: list[_Source] = []

    @model_validator(mode="after")
    def _labels_fit(self) -> _Scenario:
        """Labels are looked up, and files named after them: they must be what they seem."""
        start, count = self.quarters[0], len(self.quarters)
        if self.quarters != quarter_labels(start, count):
            raise ValueError("quarters do not follow each other")
        if self.years != [year.label for year in calendar_years(start, count)]:
            raise ValueError("years are not those of the quarters")
        if len(self.issuers) > MOST_ISSUERS:
            raise ValueError(f"there are more than {MOST_ISSUERS} issuers")
        if len({folded_name(name) for name in self.issuers}) < len(self.issuers):
            raise ValueError("two issuers have the same name")
        if self.issuers != [issuer.name for issuer in self.model.issuers]:
            raise ValueError("issuers are not those of the model")
        return self


class _Target(_Part):
    target: str
    reached: bool
    value: Number | None
    standard_error: Number | None
    paths_needed: Whole | None


class _Broken(_Part):
    path: Whole
    quarter: Word


class _Run(_Part):
    paths: Annotated[Whole, Field(ge=1)]
    paths_counted: Whole
    paths_quarantined: Whole
    quarantine: list[_Broken]
    paths_asked: Whole = 0
    paths_resumed: Whole = 0
    seed: Annotated[int, Field(ge=0, le=2**64 - 1)]
    sampler: Literal["sobol", "plain"] = "plain"
    replicates: Annotated[int, Field(ge=1, le=10_000)] = 1
    collect: Word = "everything"
    jobs: Whole
    targets: list[_Target] = []

    @model_validator(mode="after")
    def _paths_add_up(self) -> _Run:
        if self.sampler == "sobol" and "replicates" not in self.model_fields_set:
            raise ValueError("a run of nets does not say how many")
        if self.paths_counted + self.paths_quarantined != self.paths:
            raise ValueError("paths counted and quarantined are not all paths")
        if self.paths_quarantined and not self.quarantine:
            raise ValueError("no quarantined path is named")
        return self


class _Code(_Part):
    version: Word
    revision: Word | None
    changed: bool | None
    digest: Checksum


class _Machine(_Part):
    system: Word
    processor: Word
    cores: Whole | None
    byte_order: Word = ""
    python_implementation: Word = ""
    libc: Word = ""
    llvm_triple: Word = ""
    llvm_cpu: Word = ""
    llvm_features: Annotated[str, StringConstraints(max_length=20_000)] = ""
    vector_bits: Whole = 0


class _Times(_Part):
    started: Annotated[str, AfterValidator(_day_and_time)]
    simulation_seconds: Number


class _Chunks(_Part):
    count: Whole
    sha256: Checksum


class _Manifest(_Part):
    scenario: _Scenario
    run: _Run
    code: _Code | None = None
    versions: dict[Word, Word]
    machine: _Machine
    times: _Times
    chunks: _Chunks | None = None
    files: dict[FileName, Checksum] = {}


def read_manifest(path: Path) -> dict[str, Any]:
    """Read a stored manifest and check all of it that is ever used.

    Returns
    -------
    dict
        As it stands in the file.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ResultsError
        If it cannot be read, is of another format, or is that of a comparison.
    """
    manifest = read_json(path)
    if "comparison" in manifest:
        raise ResultsError(
            f"{path.parent}: holds a comparison; give one of the runs in {path.parent / 'runs'}"
        )
    written = manifest["format_version"]
    if type(written) is not int or written != FORMAT_VERSION:
        raise ResultsError(
            f"{path}: format_version {_shortened(repr(written))} is not {FORMAT_VERSION}; "
            "read it with the version of capexrisk that wrote it"
        )
    try:
        _refuse_odd_text(manifest)
        _Manifest.model_validate(manifest)
    except RecursionError:
        raise ResultsError(f"{path}: cannot be read (nested too deeply); run again") from None
    except ValidationError as error:
        raise ResultsError(f"{path}: {_first_fault(error)}; run again") from None
    except ValueError as error:
        raise ResultsError(f"{path}: {error}; run again") from None
    return dict(manifest)


def refuse_other_scenario(record: object) -> None:
    """Refuse what is not the scenario of a manifest: its names are shown, and files named by them.

    Raises
    ------
    ValueError
    """
    _refuse_odd_text(record)
    try:
        _Scenario.model_validate(record)
    except ValidationError as error:
        raise ValueError(_first_fault(error)) from None


def read_json(path: Path) -> dict[str, Any]:
    """Read what is JSON and says its ``format_version``, and is no larger than it should be.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ResultsError
        If it cannot be read.
    """
    try:
        refuse_large(path, LARGEST_MANIFEST)
        manifest = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_constant)
        manifest["format_version"]
    except FileNotFoundError:
        raise
    except RecursionError:
        raise ResultsError(f"{path}: cannot be read (nested too deeply); run again") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultsError(f"{path}: cannot be read ({_one_line(error)}); run again") from None
    return dict(manifest)


def refuse_large(path: Path, most: int) -> None:
    """Refuse what is no regular file, or one too large to be what it should be.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ValueError
        A pipe or a device, which would not end, or a file of more than `most` bytes.
    """
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(f"{path.name} is a folder")
    if not stat.S_ISREG(found.st_mode):
        raise ValueError("not a regular file")
    if found.st_size > most:
        raise ValueError(f"larger than {most // 2**20} MiB")


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _refuse_odd_text(part: object) -> None:
    """Refuse text that no file can hold, or that would move a terminal's cursor."""
    if isinstance(part, dict):
        for key, value in part.items():
            _refuse_odd_text(key)
            _refuse_odd_text(value)
    elif isinstance(part, list):
        for value in part:
            _refuse_odd_text(value)
    elif isinstance(part, str):
        odd = next((c for c in part if not c.isprintable() and _is_odd(c)), None)
        if odd is not None:
            raise ValueError(f"text with {odd!r} in it")


def _is_odd(character: str) -> bool:
    """Control characters other than tab and line end, and halves of characters."""
    return (
        (character < " " and character not in "\t\n\r")
        or "\x7f" <= character <= "\x9f"
        or ("\ud800" <= character <= "\udfff")
    )


def _first_fault(error: ValidationError) -> str:
    """Place and value of the first fault; the others are seldom about something else."""
    fault = error.errors(include_url=False, include_input=True)[0]
    where = ""
    for part in fault["loc"]:
        where += f"[{part}]" if isinstance(part, int) else f".{part}" if where else str(part)
    if fault["type"] == "missing":
        return f"{_shortened(where)}: missing"
    reason = fault.get("ctx", {}).get("error")
    if reason is not None:
        return f"{_shortened(where)}: {_one_line(reason)}"
    return f"{_shortened(where)}: {_shortened(repr(fault['input']))}: {_one_line(fault['msg'])}"


def _one_line(text: object) -> str:
    return _shortened(" ".join(str(text).split()), 4 * LONGEST_VALUE)


def _shortened(text: str, most: int = LONGEST_VALUE) -> str:
    text = text if text.isprintable() else repr(text)
    return text if len(text) <= most else f"{text[:most]}..."
