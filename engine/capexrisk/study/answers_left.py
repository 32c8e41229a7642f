"""Answers that are left with a run, and read again: the files in its folder ``why``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import pandas as pd

from capexrisk.archive.directory import MANIFEST
from capexrisk.archive.manifest import Manifest, read_manifest
from capexrisk.archive.why import (
    NUMBERS,
    Question,
    WhyRecord,
    files_left,
    leave,
    read_answer,
    read_record,
    record_of,
)
from capexrisk.code import questions_digest
from capexrisk.errors import ResultsError
from capexrisk.estimate.metrics import SYSTEM
from capexrisk.scenario import Scenario
from capexrisk.study.causes import COLUMNS as OF_CAUSES
from capexrisk.study.causes import Causes
from capexrisk.study.mechanisms import MECHANISMS
from capexrisk.study.reverse import Reverse
from capexrisk.study.reverse_table import TEXTS as OF_REVERSE
from capexrisk.study.reverse_table import reverse_from, reverse_table
from capexrisk.study.sensitivity.analysis import COLUMNS as OF_SENSITIVITY
from capexrisk.study.sensitivity.analysis import Sensitivity
from capexrisk.study.why import Why

Found = Causes | Sensitivity | Reverse
TEXTS: Final[dict[Question, tuple[str, ...]]] = {
    "causes": OF_CAUSES[: -len(NUMBERS) - 1],
    "sensitivity": OF_SENSITIVITY[: -len(NUMBERS) - 1],
    "reverse": OF_REVERSE,
}


def leave_with_run(found: Found, directory: Path) -> list[Path]:
    """Leave what was found with a finished run, in place of what it had of the same name.

    Raises
    ------
    ResultsError
        If the run is another one by now.
    RunDirectoryError, OSError
        As `archive.why.leave`.
    """
    manifest = read_manifest(directory / MANIFEST)
    if isinstance(found, Causes):
        record = record_of(
            "causes", found.event, manifest, seed=found.seed, paths=found.paths, orders=found.orders
        )
        return [leave(directory, record, found.table)]
    if isinstance(found, Reverse):
        record = record_of(
            "reverse", found.event.name, manifest, seed=found.seed, paths=found.paths
        )
        return [leave(directory, record, reverse_table(found))]
    return [
        leave(directory, record_of("sensitivity", name, manifest, seed=found.seed), one.table)
        for name, one in ((name, _alone(found, name)) for name in found.names)
    ]


def left_with_run(directory: Path, manifest: Manifest) -> Why:
    """Read what was left with a run.

    Raises
    ------
    ResultsError
        If a file cannot be read, lacks anything it must hold, or is not of this run.
    """
    causes: list[Causes] = []
    sensitivities: list[Sensitivity] = []
    reverses: list[Reverse] = []
    others = []
    issuers = [*(issuer.name for issuer in manifest.scenario.issuers), SYSTEM]
    for path in files_left(directory):
        record = read_record(path, manifest)
        table = read_answer(path, TEXTS[record.question], issuers)
        try:
            if record.question == "causes":
                causes.append(_causes(record, table, manifest.scenario))
            elif record.question == "sensitivity":
                sensitivities.append(_sensitivity(record, table, manifest.scenario))
            else:
                reverses.append(_reverse(record, table, manifest.scenario))
        except (LookupError, ValueError) as missing:
            lacks = f"lacks what an answer holds ({type(missing).__name__}: {missing!s:.200})"
            raise ResultsError(f"{path}: {lacks}; remove it, or ask again") from None
        if (record.code.digest, record.questions_digest) != (
            manifest.code.digest,
            questions_digest(),
        ):
            others.append(record.about)
    return Why(tuple(causes), tuple(sensitivities), tuple(reverses), tuple(dict.fromkeys(others)))


def _causes(record: WhyRecord, table: pd.DataFrame, scenario: Scenario) -> Causes:
    names = zip(table["metric"], table["issuer"], table["period"], strict=True)
    events = tuple(dict.fromkeys("/".join(name) for name in names))
    if record.about not in events:
        raise LookupError(record.about)
    act = set(table.loc[table["measure"] == "shapley", "mechanism"])
    return Causes(
        event=record.about,
        events=events,
        scenario=scenario,
        mechanisms=tuple(one for one in MECHANISMS if one.name in act),
        off=tuple(one for one in MECHANISMS if one.name not in act),
        orders=record.orders,
        paths=record.paths,
        seed=record.seed,
        table=table,
    )


def _sensitivity(record: WhyRecord, table: pd.DataFrame, scenario: Scenario) -> Sensitivity:
    return Sensitivity(
        scenario=scenario,
        names=(record.about,),
        seed=record.seed,
        default_ranges=not scenario.uncertainty.groups,
        table=table,
    )


def _reverse(record: WhyRecord, table: pd.DataFrame, scenario: Scenario) -> Reverse:
    return reverse_from(table, scenario, record.about, paths=record.paths, seed=record.seed)


def _alone(found: Sensitivity, name: str) -> Sensitivity:
    """One answer of several."""
    parts = name.split("/")
    rows = pd.Series(True, index=found.table.index)
    for column, part in zip(OF_SENSITIVITY, parts, strict=False):
        rows &= found.table[column] == part
    return replace(found, names=(name,), table=found.table[rows].reset_index(drop=True))
