"""``capexrisk replay``: one path of a finished run, quarter by quarter."""

from __future__ import annotations

from pathlib import Path

import click

from capexrisk.archive.atomic import write_csv
from capexrisk.cli.options import csv_file, finished_run
from capexrisk.cli.verb import Verb
from capexrisk.errors import ArgumentError, suggest


@click.command(cls=Verb)
@finished_run
@click.option("--path", type=int, required=True, help="Number of the path, from 0.")
@click.option("--issuer", "issuers", multiple=True, help="Show this one only. May be repeated.")
@csv_file
def replay(directory: Path, path: int, issuers: tuple[str, ...], out: Path | None) -> None:
    """Show one path of a finished run, quarter by quarter.

    What was due, where it was raised, what failed and why, in $bn of the quarter. Paths are
    numbered net after net; the numbers that --keep-paths writes will do as well.
    """
    from capexrisk.archive.results import load_results
    from capexrisk.report.content.story import story
    from capexrisk.study.replay import replay as replay_path

    results = load_results(directory)
    for issuer in issuers:
        if issuer not in results.issuers:
            known = suggest(issuer, results.issuers)
            raise ArgumentError("issuers", f"there is no {issuer!r}; {known}")
    table = replay_path(results, path)
    scenario, seed = results.manifest.scenario.name, results.manifest.run.seed
    print(f"Path {path} of {scenario}, seed {seed}; $bn of the quarter")
    for line in story(table, results.words, list(issuers) or None):
        print(line)
    if out is not None:
        write_csv(out, table)
