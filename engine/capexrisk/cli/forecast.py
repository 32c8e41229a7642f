"""``capexrisk estimate``: what a run will take, before it is started."""

from __future__ import annotations

from pathlib import Path

import click

from capexrisk.cli.options import overrides, scenario_file, scheduler


@click.command
@scenario_file
@click.option("--paths", type=int, help="Number of paths. Default: the scenario's [run] table.")
@click.option("--sampler", metavar="sobol|plain", help="Default: the scenario's [run] table.")
@click.option("--jobs", type=int, help="Workers; -1, the default, is one for each core.")
@click.option("--backend", help="threading (the default), loky, sequential or dask.")
@scheduler
@click.option("--keep-paths", is_flag=True, help="With every single path written.")
@overrides
def estimate(
    scenario: Path,
    paths: int | None,
    sampler: str | None,
    jobs: int | None,
    backend: str | None,
    scheduler: str | None,
    keep_paths: bool,
    overrides: tuple[str, ...],
) -> None:
    """Say how long a run of SCENARIO takes here, and what memory and disk, from a small one.

    The small run takes about ten seconds and leaves nothing. Memory does not grow with paths.
    """
    import time

    began = time.perf_counter()

    from capexrisk.scenario import load_run_section, load_scenario

    loaded = load_scenario(scenario, overrides)
    section = load_run_section(scenario, overrides)

    from capexrisk.run.plan import RunPlan

    asked = {"paths": paths, "sampler": sampler, "jobs": jobs, "backend": backend}
    usual = {name: getattr(section, name) for name in (*asked, "seed")}
    try:
        plan = RunPlan(
            **(usual | {k: v for k, v in asked.items() if v is not None}), scheduler=scheduler
        )
    except ValueError as error:
        raise click.UsageError(f"--{error}") from None

    from capexrisk.cli.attempt import write_files
    from capexrisk.study.forecast import estimate_budget

    found = estimate_budget(loaded, plan, write=write_files, keep_paths=keep_paths, began=began)
    print(f"{found.paths:,} paths, told from {found.pilot_paths:,}:")
    print(f"  time    {_duration(found.seconds)}, {_duration(found.simulation)} of it simulation")
    print(f"  memory  {found.memory_mib:,.0f} MiB")
    print(f"  disk    {found.disk_mib:,.1f} MiB")


def _duration(seconds: float) -> str:
    """Two digits, in the unit that fits.

    >>> [_duration(s) for s in (3.21, 75.0, 5400.0)]
    ['3.2 s', '1.2 min', '1.5 h']
    """
    for unit, size in (("h", 3600.0), ("min", 60.0)):
        if seconds >= size:
            return f"{seconds / size:,.1f} {unit}"
    return f"{seconds:.1f} s"
