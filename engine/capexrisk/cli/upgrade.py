"""``capexrisk upgrade``: a scenario file of an earlier edition in the keys of this one."""

from __future__ import annotations

import sys
from os.path import lexists
from pathlib import Path

import click

from capexrisk.archive.atomic import write_atomically
from capexrisk.cli.options import new_scenario
from capexrisk.cli.verb import Verb, saying
from capexrisk.errors import ScenarioError


@click.command(cls=Verb)
@click.argument("scenario", type=click.Path(path_type=Path))
@new_scenario
@click.pass_context
def upgrade(ctx: click.Context, scenario: Path, out: Path | None) -> None:
    """Bring a scenario file of an earlier edition up to date.

    Writes a new file, by default NAME.upgraded.toml beside the old one, and says line by line what
    was renamed, moved, dropped or added. Comments stay. A file that it extends is another file.
    """
    from capexrisk.authoring.upgrade import upgrade as upgraded
    from capexrisk.scenario import load_scenario
    from capexrisk.scenario.files.load import read_text

    target = out or scenario.with_suffix(".upgraded.toml")
    if lexists(target):
        raise click.UsageError(f"--out: {target} exists already; give another file")
    found = upgraded(read_text(scenario), str(scenario))
    if not found.changes:
        load_scenario(scenario)  # what is none is of no edition
        print(f"{scenario}: is of this edition; nothing was written")
        return
    write_atomically(target, found.text.encode())
    with saying(f"{target} is written"):
        for change in found.changes:
            print(change)
        try:
            load_scenario(target)
        except ScenarioError as refused:
            print(f"{target}: written, and not yet a scenario: {refused}", file=sys.stderr)
            ctx.exit(ScenarioError.exit_code)
        print(f"{target}: ok, {len(found.changes)} change{'s' * (len(found.changes) > 1)}")
