"""``capexrisk compare``: scenarios or finished runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from capexrisk.archive.directory import comparison_directory, unfinished
from capexrisk.archive.job import Job
from capexrisk.archive.results import Results, load_results
from capexrisk.cli.options import overwrite, quiet
from capexrisk.cli.plan import fields_asked
from capexrisk.cli.progress import progress
from capexrisk.cli.terminal import show
from capexrisk.errors import ArgumentError
from capexrisk.report.content.changes import changes_table
from capexrisk.report.files.comparison_page import write_comparison
from capexrisk.report.files.write import of_stored_tables, refuse_partial
from capexrisk.run.execute import Hooks
from capexrisk.run.plan import RunPlan
from capexrisk.scenario import Scenario, load_run_section, load_scenario
from capexrisk.study.comparison import compare as compare_runs
from capexrisk.study.comparison import numbered
from capexrisk.study.simulation import simulate_job

LEAST, MOST = 2, 5  # curves in a plot that a reader can tell apart


@click.command
@click.argument("sources", metavar="A B...", nargs=-1, type=click.Path(path_type=Path))
@fields_asked(
    *("paths", "seed", "sampler", "jobs"),
    paths="Number of paths of each. Default: as A.",
    seed="Seed of all. Default: as A.",
    sampler="Scrambled Sobol nets or independent paths. Default: as A.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("runs/comparison"),
    help="Directory of the results. Default: runs/comparison.",
)
@overwrite
@quiet
def compare(
    sources: tuple[Path, ...], asked: dict[str, Any], out: Path, overwrite: bool, quiet: bool
) -> None:
    """Compare scenarios or finished runs with a first one.

    A, B and more are scenario files, which are run with the seed of A, or directories of finished
    runs. Writes every difference with its error, plots and a report; runs made here go to OUT/runs.
    """
    if not LEAST <= len(sources) <= MOST:
        raise click.UsageError(f"{len(sources)} given; give {LEAST} to {MOST} files or runs")

    for source in sources:
        if source.is_dir() and source.resolve().is_relative_to(out.resolve()):
            raise click.UsageError(f"--out: {out} holds {source}, which is compared; give another")

    loaded = [_load(source) for source in sources]
    plan = _plan(sources[0], loaded[0], asked)
    if asked and all(map(_is_run, sources)):
        raise ArgumentError(
            next(iter(asked)), "has no effect, every one is a finished run; leave it out"
        )

    with comparison_directory(out, overwrite=overwrite) as directory:
        runs = []
        for number, one in enumerate(loaded, start=1):
            what = f"Simulating {number} of {len(loaded)}"
            runs.append(one if isinstance(one, Results) else _simulate(one, plan, quiet, what))
        named = dict(zip(_names(sources, runs), runs, strict=True))
        for (name, results), one in zip(named.items(), loaded, strict=True):
            if results is not one:
                folder = directory / "runs" / name
                folder.mkdir(parents=True)
                results.write(folder)
        with of_stored_tables(*(source for source in sources if source.is_dir())):
            comparison = compare_runs(named)
            comparison.write(directory)
            write_comparison(comparison, directory)

    for note in comparison.notes:
        click.echo(f"capexrisk: {note}", err=True)
    if not quiet:
        show(changes_table(comparison))
        print(f"Report: {out / 'report.html'}")


def _names(sources: tuple[Path, ...], runs: list[Results]) -> list[str]:
    """Names of the scenarios; where two are the same, those of their files and directories."""
    names = [run.manifest.scenario.name for run in runs]
    folded = [name.casefold() for name in names]
    places = (source.resolve().name.removesuffix(".toml") for source in sources)
    return numbered(
        [
            place if folded.count(name.casefold()) > 1 else name
            for name, place in zip(names, places, strict=True)
        ]
    )


def _is_run(source: Path) -> bool:
    """Whether it is a directory, or will be one when a run is finished."""
    return source.is_dir() or unfinished(source).is_dir()


def _load(source: Path) -> Scenario | Results:
    if _is_run(source):
        results = load_results(source)
        refuse_partial(results, source)
        return results
    return load_scenario(source)


def _plan(source: Path, first: Scenario | Results, asked: dict[str, Any]) -> RunPlan:
    """How scenarios are run: as asked, else as the first one is."""
    if _is_run(source):
        run = first.manifest.run  # type: ignore[union-attr]
        usual: dict[str, Any] = {"paths": run.paths, "seed": run.seed, "sampler": run.sampler}
    else:
        usual = load_run_section(source).model_dump()
    return RunPlan(**(usual | asked))


def _simulate(scenario: Any, plan: RunPlan, quiet: bool, what: str) -> Results:
    with progress(plan.run_paths, quiet, what) as advance:
        return simulate_job(Job(scenario=scenario, plan=plan), Hooks(progress=advance))
