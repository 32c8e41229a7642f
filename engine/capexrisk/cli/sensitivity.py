"""``capexrisk sensitivity``: which groups of uncertain inputs move an answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from capexrisk.archive.atomic import write_csv
from capexrisk.cli.options import csv_file, overrides
from capexrisk.cli.plan import fields_asked
from capexrisk.cli.source import keep, refuse_unfit, run_or_scenario
from capexrisk.cli.verb import Verb
from capexrisk.errors import ArgumentError
from capexrisk.scenario import Scenario, load_with_run_section

if TYPE_CHECKING:
    from capexrisk.archive.results import Results


@click.command(cls=Verb)
@run_or_scenario
@overrides
@click.option(
    "--of",
    "metrics",
    required=True,
    multiple=True,
    metavar="METRIC",
    help="Such as funding_failure/Oracle, negative_fcf/Amazon/2027, free_cash_flow/Meta/2027/p5. "
    "May be repeated.",
)
@click.option(
    "--singly",
    type=int,
    default=15,
    help="Groups whose Shapley and total effects are told one by one. Default: 15.",
)
@click.option(
    "--rounds",
    type=int,
    default=1,
    help="How often the points for these are drawn; more make them surer, 0 leaves them out. "
    "Default: 1.",
)
@click.option(
    "--points",
    type=int,
    default=256,
    help="Paths of each of the 32 nets with one group at an end of its range. Default: 256.",
)
@click.option("--shocks", is_flag=True, help="Tell as well which draws of a path decide a failure.")
@fields_asked(
    *("outer", "inner", "seed", "jobs"),
    outer="Points of the uncertain inputs. Default: those of the run or scenario.",
    inner="Paths at each of these points. Default: those of the run or scenario.",
    seed="Seed of all draws. Default: that of the run or scenario.",
)
@csv_file
def sensitivity(
    source: Path,
    overrides: tuple[str, ...],
    metrics: tuple[str, ...],
    singly: int,
    rounds: int,
    points: int,
    shocks: bool,
    asked: dict[str, Any],
    out: Path | None,
) -> None:
    """Say which groups of uncertain inputs move an answer.

    Each group alone at the ends of its range; then, of the variance of the answer over all inputs,
    what each group decides: first-order, total and Shapley effects with their intervals. A run over
    its inputs lends its points; without ranges every input is moved alone by 10 % either way. A run
    keeps the answer, and its report shows it.
    """
    subject, usual = _read(source, overrides, asked)

    import textwrap

    from capexrisk.cli.terminal import show
    from capexrisk.report.content.sensitivity import groups_table, headline, key, shocks_table
    from capexrisk.study.sensitivity.analysis import sensitivity as study

    settings = {**usual, **asked}
    found = study(
        subject,
        metrics,
        outer=settings["outer"],
        inner=settings["inner"],
        singly=singly,
        rounds=rounds,
        points=points,
        shocks=shocks,
        seed=settings["seed"],
        n_jobs=settings.get("jobs", -1),
    )
    for name in found.names:
        print(f"{textwrap.fill(headline(found, name), 80)}\n")
        show(groups_table(found, name))
        print()
        if shocks:
            show(shocks_table(found, name))
            print()
    print(textwrap.fill(key(found), 80))
    if out is not None:
        write_csv(out, found.table)
    keep(found, source)


def _read(
    source: Path, overrides: tuple[str, ...], asked: dict[str, Any]
) -> tuple[Results | Scenario, dict[str, Any]]:
    """A finished run, or the scenario of a file, and what the options are if they are not given."""
    if not source.is_dir():
        scenario, section = load_with_run_section(source, overrides)
        usual = {name: getattr(section, name) for name in ("inner", "seed")}
        outer = section.outer or type(section).model_fields["outer"].default
        return scenario, {**usual, "outer": outer}
    refuse_unfit(source, overrides)

    from capexrisk.archive.results import load_results
    from capexrisk.scenario.plan import DEFAULT_INNER, DEFAULT_OUTER

    results = load_results(source)
    record = results.inputs.record if results.inputs is not None else None
    for name in ("outer", "inner", "seed"):
        if name in asked and (record is not None or name == "seed"):
            raise ArgumentError(name, f"{source} is a run and has its own; leave it out")
    return results, {
        "outer": DEFAULT_OUTER if record is None else record.outer,
        "inner": DEFAULT_INNER if record is None else record.inner,
        "seed": results.manifest.run.seed,
    }
