"""From scenarios and finished runs to the files of a comparison: the work of ``compare``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from capexrisk.archive.directory import comparison_directory
from capexrisk.archive.job import Job
from capexrisk.cli.loading import load_meanwhile
from capexrisk.cli.progress import progress
from capexrisk.cli.verb import saying
from capexrisk.report.pool import DrawingPool
from capexrisk.run.execute import Hooks
from capexrisk.run.plan import RunPlan
from capexrisk.scenario import Scenario, load_run_section
from capexrisk.scenario.plan import refuse_paths_of_no_points
from capexrisk.study.simulation import simulate_job

if TYPE_CHECKING:
    from capexrisk.archive.results import Results
    from capexrisk.study.comparison import Comparison


def compare_all(
    sources: Sequence[tuple[Path, Scenario | None]],
    asked: dict[str, Any],
    out: Path,
    pool: DrawingPool,
    *,
    png: bool,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Simulate the scenarios, compare them and the finished runs, write and show it.

    A source without a scenario is the directory of a finished run.
    """
    loaded = [_load_run(source) if one is None else one for source, one in sources]
    if any(isinstance(one, Scenario) for one in loaded):
        load_meanwhile("scipy.special", "capexrisk.report.files.comparison_page")
    places = [source for source, _ in sources]
    plan = _plan(places[0], loaded, asked)
    with comparison_directory(out, overwrite=overwrite) as directory:
        runs = []
        for number, one in enumerate(loaded, start=1):
            what = f"Simulating {number} of {len(loaded)}"
            runs.append(_simulate(one, plan, quiet, what) if isinstance(one, Scenario) else one)
        comparison = _write(sources, runs, directory, pool, png=png)

    for note in comparison.notes:
        click.echo(f"capexrisk: {note}", err=True)
    if not quiet:
        from capexrisk.cli.terminal import show  # late: as in `_write`
        from capexrisk.report.content.changes import Changes

        with saying(f"the comparison is finished, its report is {out / 'report.html'}"):
            show(Changes(comparison))
            print(f"Report: {out / 'report.html'}")


def _write(
    sources: Sequence[tuple[Path, Scenario | None]],
    runs: Sequence[Results],
    directory: Path,
    pool: DrawingPool,
    *,
    png: bool,
) -> Comparison:
    """Compare runs, and write the comparison and those of them that were made here."""
    # Late: loaded while the paths were simulated.
    from capexrisk.report.files.comparison_page import write_comparison
    from capexrisk.report.files.write import of_stored_tables
    from capexrisk.study.comparison import compare
    from capexrisk.study.run_names import names_of

    named = dict(zip(names_of([source for source, _ in sources], runs), runs, strict=True))
    with of_stored_tables(*(source for source, one in sources if one is None)):
        comparison = compare(named)
        made = [
            name for name, (_, scenario) in zip(named, sources, strict=True) if scenario is not None
        ]
        write_comparison(comparison, directory, pool, png=png, made=made)
    return comparison


def _load_run(source: Path) -> Results:
    from capexrisk.archive.results import load_results  # late: as in `_write`
    from capexrisk.report.files.write import refuse_partial

    results = load_results(source)
    refuse_partial(results, source)
    return results


def _plan(source: Path, loaded: Sequence[Scenario | Results], asked: dict[str, Any]) -> RunPlan:
    """How scenarios are run: as asked, else as the first one is."""
    first = loaded[0]
    simulated = [one for one in loaded if isinstance(one, Scenario)]
    if isinstance(first, Scenario):
        usual: dict[str, Any] = load_run_section(source).model_dump()
    else:
        run = first.manifest.run
        usual = {"paths": run.paths, "seed": run.seed, "sampler": run.sampler}
        inputs = first.manifest.inputs
        if inputs is not None:
            usual |= {"outer": inputs.outer, "inner": inputs.inner}
    plan = RunPlan(**(usual | asked))
    if "inner" in asked:
        refuse_paths_of_no_points(plan.outer, *simulated)
    return plan


def _simulate(scenario: Scenario, plan: RunPlan, quiet: bool, what: str) -> Results:
    job = Job(scenario=scenario, plan=plan)
    more = 0 if job.over_inputs is None else job.over_inputs.plan.run_paths
    with progress(plan.run_paths + more, quiet, what) as advance:
        later = None if advance is None else lambda done: advance(plan.run_paths + done)
        return simulate_job(job, Hooks(progress=advance), Hooks(progress=later))
