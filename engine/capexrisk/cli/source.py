"""What verbs ask: a scenario's file, or a finished run, which keeps the answer."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from capexrisk.archive.directory import refuse_without_results
from capexrisk.archive.system_errors import line_of
from capexrisk.cli.verb import saying
from capexrisk.errors import ArgumentError
from capexrisk.run.signals import signals_deferred
from capexrisk.scenario import Scenario, load_with_run_section

if TYPE_CHECKING:
    from capexrisk.study.answers_left import Found

run_or_scenario = click.argument("source", metavar="RUN|SCENARIO", type=click.Path(path_type=Path))


def read_scenario(source: Path, overrides: tuple[str, ...]) -> tuple[Scenario, int]:
    """The scenario of a file or of a finished run, and its seed."""
    if not source.is_dir():
        with signals_deferred():
            scenario, section = load_with_run_section(source, overrides)
        return scenario, section.seed
    refuse_unfit(source, overrides)

    from capexrisk.archive.directory import MANIFEST
    from capexrisk.archive.manifest import read_manifest

    manifest = read_manifest(source / MANIFEST)
    return manifest.scenario, manifest.run.seed


def refuse_unfit(source: Path, overrides: tuple[str, ...]) -> None:
    """Refuse a run that is not finished, or cannot keep an answer; its inputs are not changed.

    Raises
    ------
    ArgumentError, ResultsError, RunDirectoryError
    """
    if overrides:
        raise ArgumentError("overrides", f"{source} is a run; give its scenario's file instead")
    refuse_without_results(source)

    from capexrisk.archive.why import refuse_link

    refuse_link(source)


def keep(found: Found, source: Path) -> None:
    """Leave what was found with its run, and say so; a scenario's file has no place for it."""
    if not source.is_dir():
        return

    from capexrisk.study.answers_left import leave_with_run

    try:
        kept = leave_with_run(found, source)
    except OSError as error:  # the answer is printed; only its keeping fails
        print(
            f"capexrisk: warning: the run does not keep it: {line_of(error, source)}",
            file=sys.stderr,
        )
        return
    for path in kept:
        with saying(f"the answer is kept in {path}"):
            print(f"Kept in {path}; `capexrisk report {shlex.quote(str(source))}` shows it")
