"""From scenarios and finished runs to the files of a comparison: the work of ``compare``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from capexrisk.archive.directory import comparison_directory
from capexrisk.archive.job import Job
from capexrisk.archive.results import Results, load_results
from capexrisk.cli.progress import progress
from capexrisk.cli.terminal import show
from capexrisk.report.content.changes import changes_table
from capexrisk.report.files.comparison_page import write_comparison
from capexrisk.report.files.write import of_stored_tables, refuse_partial
from capexrisk.report.pool import DrawingPool
from capexrisk.run.execute import Hooks
from capexrisk.run.plan import RunPlan
from capexrisk.scenario import Scenario, load_run_section
from capexrisk.study.comparison import compare
from capexrisk.study.run_names import names_of
from capexrisk.study.simulation import simulate_job


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
    places = [source for source, _ in sources]
    plan = _plan(places[0], loaded[0], asked)
    with comparison_directory(out, overwrite=overwrite) as directory:
        runs = []
        for number, one in enumerate(loaded, start=1):
            what = f"Simulating {number} of {len(loaded)}"
            runs.append(one if isinstance(one, Results) else _simulate(one, plan, quiet, what))
        named = dict(zip(names_of(places, runs), runs, strict=True))
        with of_stored_tables(*(source for source, one in sources if one is None)):
            comparison = compare(named)

            def write_tables() -> None:
                comparison.write(directory)
                for (name, results), one in zip(named.items(), loaded, strict=True):
                    if results is not one:
                        folder = directory / "runs" / name
                        folder.mkdir(parents=True)
                        results.write(folder)

            write_comparison(comparison, directory, pool, png=png, meanwhile=write_tables)

    for note in comparison.notes:
        click.echo(f"capexrisk: {note}", err=True)
    if not quiet:
        show(changes_table(comparison))
        print(f"Report: {out / 'report.html'}")


def _load_run(source: Path) -> Results:
    results = load_results(source)
    refuse_partial(results, source)
    return results


def _plan(source: Path, first: Scenario | Results, asked: dict[str, Any]) -> RunPlan:
    """How scenarios are run: as asked, else as the first one is."""
    if isinstance(first, Results):
        run = first.manifest.run
        usual: dict[str, Any] = {"paths": run.paths, "seed": run.seed, "sampler": run.sampler}
        inputs = first.manifest.inputs
        if inputs is not None:
            usual |= {"outer": inputs.outer, "inner": inputs.inner}
    else:
        usual = load_run_section(source).model_dump()
    return RunPlan(**(usual | asked))


def _simulate(scenario: Any, plan: RunPlan, quiet: bool, what: str) -> Results:
    job = Job(scenario=scenario, plan=plan)
    more = 0 if job.over_inputs is None else job.over_inputs.plan.run_paths
    with progress(plan.run_paths + more, quiet, what) as advance:
        later = None if advance is None else lambda done: advance(plan.run_paths + done)
        return simulate_job(job, Hooks(progress=advance), Hooks(progress=later))
