"""``capexrisk solve``: the value of an input at which an answer is reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from capexrisk.archive.atomic import write_csv
from capexrisk.cli.options import csv_file, overrides, scenario_file
from capexrisk.cli.plan import fields_asked
from capexrisk.cli.verb import Verb
from capexrisk.scenario import load_with_run_section
from capexrisk.study.moved_input import first_values, moved_input


@click.command(cls=Verb)
@scenario_file
@overrides
@click.option(
    "--of",
    required=True,
    metavar="NAME",
    help="The answer, named as in a run's summary, such as funding_failure/Oracle or "
    "free_cash_flow/Meta/2027.",
)
@click.option("--equals", required=True, metavar="VALUE", help="What it is to be, such as 10%.")
@click.option(
    "--by",
    required=True,
    metavar="INPUT",
    help="The input to move, such as issuers.Oracle.capex_2026_usd_bn.",
)
@click.option(
    "--between",
    nargs=2,
    type=float,
    metavar="LOW HIGH",
    help="The range to search. Default: a quarter of the scenario's value to four times it.",
)
@click.option(
    "--points", type=int, default=1024, help="Paths of each of the 32 nets. Default: 1,024."
)
@fields_asked("seed", "jobs")
@csv_file
def solve(
    scenario: Path,
    overrides: tuple[str, ...],
    of: str,
    equals: str,
    by: str,
    between: tuple[float, float] | None,
    points: int,
    asked: dict[str, Any],
    out: Path | None,
) -> None:
    """Find the value of an input at which an answer is reached.

    How much may Oracle spend before it fails on one path in ten? All answers are computed on
    common random numbers. The interval holds every value at which the answer is as asked for within
    its error. The values tried are shown below.
    """
    loaded, section = load_with_run_section(scenario, overrides)
    first_values(moved_input(loaded, by), between)  # refused before the compiler is loaded
    seed = asked.get("seed", section.seed)

    import textwrap

    from capexrisk.cli.terminal import show
    from capexrisk.report.content.solved import confirmations, run_words, sentences, tried_table
    from capexrisk.study import solve as study

    found = study.solve(
        loaded,
        of,
        equals=equals,
        by=by,
        between=between,
        points=points,
        seed=seed,
        n_jobs=asked.get("jobs", -1),
    )
    for sentence in sentences(found):
        print(textwrap.fill(sentence, 88, break_long_words=False, break_on_hyphens=False))
    print(f"\n{run_words(loaded, found.paths, seed)}")
    show(tried_table(found))
    for command in confirmations(found, scenario, overrides):
        print(f"\n{command}")
    if out is not None:
        write_csv(out, found.to_frame())
