"""``capexrisk reverse``: what would have to happen for a failure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from capexrisk.archive.atomic import write_csv
from capexrisk.cli.options import csv_file, overrides
from capexrisk.cli.plan import fields_asked
from capexrisk.cli.source import keep, read_scenario, run_or_scenario
from capexrisk.cli.verb import Verb


@click.command(cls=Verb)
@run_or_scenario
@overrides
@click.option(
    "--event",
    required=True,
    metavar="NAME",
    help="Such as failure_with:Amazon/Oracle, funding_failure/Amazon/2027, any_failure/system.",
)
@click.option("--max-paths", default=1_000_000, help="Paths to stop at. Default: 1,000,000.")
@fields_asked("seed", "jobs", seed="Seed of all draws. Default: that of the run or scenario.")
@csv_file
def reverse(
    source: Path,
    overrides: tuple[str, ...],
    event: str,
    max_paths: int,
    asked: dict[str, Any],
    out: Path | None,
) -> None:
    """Say what would have to happen for a failure.

    The likeliest shocks that bring it about and the path they make; how market and issuers differ
    on failing paths, quarter by quarter; and two to five typical stories. A run keeps the answer,
    and its report shows it.
    """
    scenario, seed = read_scenario(source, overrides)

    import textwrap

    from capexrisk.cli.terminal import show
    from capexrisk.report.content import reversed as content
    from capexrisk.study import reverse as study

    found = study.reverse(
        scenario,
        event,
        max_paths=max_paths,
        seed=asked.get("seed", seed),
        n_jobs=asked.get("jobs", -1),
    )
    for sentence in content.sentences(found):
        print(textwrap.fill(sentence, 88))
    print("\nIts largest shocks, in standard deviations (± is half of a 95 % interval):")
    show(content.shocks_table(found))
    print("\nThe path that they make; $bn of the quarter:")
    for line in content.design_in_words(found):
        print(line)
    print()
    show(content.states_table(found))
    print()
    for line in content.stories_in_words(found):
        print(line)
    print(f"\n{scenario.name}, {found.paths:,} paths, seed {found.seed}")
    if out is not None:
        write_csv(out, found.to_frame())
    keep(found, source)
