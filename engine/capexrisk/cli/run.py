"""``capexrisk run``: simulate a scenario and keep the results."""

from __future__ import annotations

from math import inf
from pathlib import Path

import click

from capexrisk.cli.options import overrides, scenario_file, scheduler


@click.command
@scenario_file
@click.option("--paths", type=int, help="Number of paths. Default: the scenario's [run] table.")
@click.option(
    "--target",
    "targets",
    metavar="NAME: ERROR",
    multiple=True,
    help="Stop at this standard error, such as 'funding_failure/Oracle: rel 5%' or "
    "'negative_fcf/Amazon/2026: abs 0.002'; --paths is then the most, 134,217,728 by default. "
    "May be repeated.",
)
@click.option(
    "--max-time",
    type=float,
    metavar="SECONDS",
    help="Stop simulating before that, with what was reached; looked at after 262,144 paths and "
    "whenever they have doubled.",
)
@click.option(
    "--max-memory",
    type=float,
    metavar="MIB",
    help="Refuse to begin where a small run, of some seconds, tells that it would take more.",
)
@click.option("--seed", type=int, help="Seed of all draws. Default: the scenario's [run] table.")
@click.option(
    "--sampler", metavar="sobol|plain", help="Scrambled nets, the default, or independent paths."
)
@click.option("--jobs", type=int, help="Workers; -1, the default, is one for each core.")
@click.option("--backend", help="threading (the default), loky, sequential or dask.")
@scheduler
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Directory of the results. Default: runs/NAME.",
)
@click.option("--overwrite", is_flag=True, help="Replace an earlier run there.")
@click.option("--keep-paths", is_flag=True, help="Also write every single path to OUT/paths.")
@click.option("--quiet", "-q", is_flag=True, help="No progress and no table.")
@overrides
def run(
    scenario: Path,
    paths: int | None,
    targets: tuple[str, ...],
    max_time: float | None,
    max_memory: float | None,
    seed: int | None,
    sampler: str | None,
    jobs: int | None,
    backend: str | None,
    scheduler: str | None,
    out: Path | None,
    overwrite: bool,
    keep_paths: bool,
    quiet: bool,
    overrides: tuple[str, ...],
) -> None:
    """Simulate SCENARIO; write tables, distributions, figures and reports.

    Neither --jobs nor --backend changes a result; more --paths contain the fewer.
    """
    from capexrisk.scenario import load_run_section, load_scenario

    loaded = load_scenario(scenario, overrides)
    section = load_run_section(scenario, overrides)

    from capexrisk.run.plan import REPLICATES, RunPlan, default_paths

    if max_memory is not None and not 0.0 < max_memory < inf:
        raise click.UsageError(f"--max-memory: {max_memory:g} is no memory; give more than 0")
    usual = default_paths(targets) if targets else section.paths
    try:
        plan = RunPlan(
            paths=usual if paths is None else paths,
            seed=section.seed if seed is None else seed,
            sampler=section.sampler if sampler is None else sampler,  # type: ignore[arg-type]
            jobs=section.jobs if jobs is None else jobs,
            backend=section.backend if backend is None else backend,  # type: ignore[arg-type]
            scheduler=scheduler,
            targets=targets,
            max_seconds=max_time,
        )
    except ValueError as error:
        raise click.UsageError(f"--{error}".replace("--max_seconds", "--max-time")) from None

    from capexrisk.archive.job import new_job  # heavy: what is wrong so far is told at once
    from capexrisk.archive.unfinished import begin_run
    from capexrisk.cli.attempt import finish, tell, write_files

    target = out or Path("runs") / loaded.name
    if max_memory is not None:
        from capexrisk.archive.store import place_of, refuse_occupied
        from capexrisk.study.forecast import refuse_beyond

        refuse_occupied(place_of(target), overwrite, "run")  # before seconds are spent
        refuse_beyond(loaded, plan, max_memory, write=write_files)
    job = new_job(loaded, plan, keep_paths=keep_paths, overwrite=overwrite)
    with begin_run(target, job) as attempt:
        results = finish(attempt, quiet)

    if plan.run_paths != plan.paths and not targets and not quiet:
        click.echo(
            f"capexrisk: {plan.run_paths:,} paths instead of {plan.paths:,}, to fill "
            f"{REPLICATES} nets of {plan.points:,} points",
            err=True,
        )
    tell(results, attempt, quiet)
