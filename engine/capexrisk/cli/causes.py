"""``capexrisk causes``: what each mechanism of the model adds to the chance of a failure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from capexrisk.archive.atomic import write_atomically, write_csv
from capexrisk.cli.options import new_file, overrides
from capexrisk.cli.plan import fields_asked
from capexrisk.cli.source import keep, read_scenario, run_or_scenario
from capexrisk.cli.verb import Verb
from capexrisk.run.plan import RunPlan

if TYPE_CHECKING:
    from capexrisk.study.causes import Causes


@click.command(cls=Verb)
@run_or_scenario
@overrides
@click.option(
    "--event",
    required=True,
    metavar="NAME",
    help="Such as funding_failure/Oracle, funding_failure/Oracle/2027, failures_at_least_2/system.",
)
@click.option(
    "--points", type=int, default=4096, help="Paths of each of the 32 nets. Default: 4,096."
)
@click.option(
    "--orders",
    type=int,
    help="Orders of the mechanisms drawn for each net, where more than eight act. Default: twice "
    "as many as act, one order with its rotations and reverses.",
)
@fields_asked(
    *("seed", "jobs", "backend", "scheduler"),
    seed="Seed of all draws. Default: that of the run or scenario.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    callback=new_file,
    help="Also write it as CSV, or as JSON if its name ends so.",
)
def causes(
    source: Path,
    overrides: tuple[str, ...],
    event: str,
    points: int,
    orders: int | None,
    asked: dict[str, Any],
    out: Path | None,
) -> None:
    """Say what causes a failure, mechanism by mechanism.

    Mechanisms of the model are switched off: all but one, one alone, and in coalitions, for Shapley
    values; on common random numbers. The failures of all issuers come from the same simulations.
    Ranges of the inputs are not drawn. A run keeps the answer, and its report shows it.
    """
    scenario, seed = read_scenario(source, overrides)
    plan = RunPlan(paths=1, **{"seed": seed, **asked})

    import textwrap

    from capexrisk.cli.terminal import show
    from capexrisk.report.content.causes import causes_table, headline, key, prevented_table
    from capexrisk.study import causes as study

    found = study.causes(
        scenario,
        event,
        points=points,
        orders=orders,
        seed=plan.seed,
        n_jobs=plan.jobs,
        backend=plan.backend,
        scheduler=plan.scheduler,
    )
    print(f"{headline(found)}\n")
    show(causes_table(found))
    print()
    show(prevented_table(found))
    print(f"\n{textwrap.fill(key(found), 80)}")
    if out is not None:
        _write(found, out)
    keep(found, source)


def _write(found: Causes, out: Path) -> None:
    if out.suffix == ".json":
        write_atomically(out, found.table.to_json(orient="records", indent=1).encode())
    else:
        write_csv(out, found.table)
