"""``capexrisk forecast``: time, memory and disk of a run, before it is begun."""

from __future__ import annotations

import click

from capexrisk.cli.plan import plan_options
from capexrisk.cli.verb import Verb
from capexrisk.report.pool import drawing_pool
from capexrisk.run.plan import RunPlan
from capexrisk.scenario import Scenario


@click.command(cls=Verb)
@plan_options("paths", "outer", "inner", "sampler", "jobs", "backend", "scheduler")
@click.option("--keep-paths", is_flag=True, help="As for a run with --keep-paths.")
@click.pass_obj
def forecast(began: float, scenario: Scenario, plan: RunPlan, keep_paths: bool) -> None:
    """Forecast the time, memory and disk that a run takes.

    Extrapolates from a small run of about ten seconds, which leaves no files. Memory does not
    grow with the number of paths.
    """
    from functools import partial

    from capexrisk.cli.progress import waiting
    from capexrisk.cli.run_to_completion import write_files
    from capexrisk.cli.terminal import duration
    from capexrisk.study.forecast import forecast_run

    with waiting("Running a small part"), drawing_pool(plan.jobs) as pool:
        write = partial(write_files, pool=pool)
        found = forecast_run(scenario, plan, write=write, keep_paths=keep_paths, began=began)
    whole, simulation = (duration(seconds) for seconds in (found.seconds, found.simulation))
    rounded = f" ({plan.paths:,} fill whole nets)" if found.paths != plan.paths else ""
    print(f"{found.paths:,} paths{rounded}, extrapolated from {found.pilot_paths:,}:")
    print(f"  time    {whole}, {simulation} of it simulation")
    print(f"  memory  {found.memory_mib:,.0f} MiB")
    print(f"  disk    {found.disk_mib:,.1f} MiB")
