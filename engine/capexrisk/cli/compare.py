"""``capexrisk compare``: scenarios or finished runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from capexrisk.cli.progress import progress

if TYPE_CHECKING:
    from capexrisk.archive.results import Results
    from capexrisk.run.plan import RunPlan
    from capexrisk.scenario import Scenario

LEAST, MOST = 2, 5  # more cannot be told apart in a plot


@click.command
@click.argument("sources", metavar="A B...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--paths", type=int, help="Paths of each. Default: as A.")
@click.option("--seed", type=int, help="Seed of all. Default: as A.")
@click.option("--sampler", metavar="sobol|plain", help="Default: as A.")
@click.option("--jobs", type=int, help="Workers; -1, the default, is one for each core.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("runs/comparison"),
    help="Directory of the results. Default: runs/comparison.",
)
@click.option("--overwrite", is_flag=True, help="Replace an earlier comparison there.")
@click.option("--quiet", "-q", is_flag=True, help="No progress and no table.")
def compare(
    sources: tuple[Path, ...],
    paths: int | None,
    seed: int | None,
    sampler: str | None,
    jobs: int | None,
    out: Path,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Hold B and more against A: scenario files, which are run with A's seed, or finished runs.

    Writes every difference with its error, figures and a report; runs made here go to OUT/runs.
    """
    if not LEAST <= len(sources) <= MOST:
        raise click.UsageError(f"{len(sources)} given; give {LEAST} to {MOST} files or runs")

    for source in sources:
        if source.is_dir() and source.resolve().is_relative_to(out.resolve()):
            raise click.UsageError(f"--out: {out} holds {source}, which is compared; give another")

    given = {"paths": paths, "seed": seed, "sampler": sampler, "jobs": jobs}
    asked = {name: value for name, value in given.items() if value is not None}
    loaded = [_load(source) for source in sources]
    plan = _plan(sources[0], loaded[0], asked)
    if asked and all(map(_is_run, sources)):
        raise click.UsageError(
            f"--{next(iter(asked))}: has no effect, every one is a finished run; leave it out"
        )

    from capexrisk.archive.results import Results
    from capexrisk.archive.store import comparison_directory
    from capexrisk.report.files.comparison_page import write_comparison
    from capexrisk.report.files.write import of_stored_tables
    from capexrisk.study.comparison import compare as compare_runs

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
        from capexrisk.cli.terminal import show
        from capexrisk.report.content.changes import changes_table

        show(changes_table(comparison))
        print(f"Report: {out / 'report.html'}")


def _names(sources: tuple[Path, ...], runs: list[Results]) -> list[str]:
    """Names of the scenarios; where two are the same, those of their files and directories."""
    from capexrisk.study.comparison import numbered

    names = [run.manifest["scenario"]["name"] for run in runs]
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
    from capexrisk.archive.places import unfinished

    return source.is_dir() or unfinished(source).is_dir()


def _load(source: Path) -> Scenario | Results:
    if _is_run(source):
        from capexrisk.archive.results import load_results
        from capexrisk.report.files.write import refuse_partial

        results = load_results(source)
        refuse_partial(results, source)
        return results
    from capexrisk.scenario import load_scenario

    return load_scenario(source)


def _plan(source: Path, first: Scenario | Results, asked: dict[str, Any]) -> RunPlan:
    """How scenarios are run: as asked, else as the first one is."""
    from capexrisk.run.plan import RunPlan
    from capexrisk.scenario import load_run_section

    if _is_run(source):
        run = first.manifest["run"]  # type: ignore[union-attr]
        usual = {"paths": run["paths"], "seed": run["seed"], "sampler": run.get("sampler", "plain")}
    else:
        section = load_run_section(source)
        names = ("paths", "seed", "sampler", "jobs", "backend")
        usual = {name: getattr(section, name) for name in names}
    try:
        return RunPlan(**(usual | asked))
    except ValueError as error:
        raise click.UsageError(f"--{error}") from None


def _simulate(scenario: Any, plan: RunPlan, quiet: bool, what: str) -> Results:
    from capexrisk.archive.job import new_job
    from capexrisk.run.execute import Hooks
    from capexrisk.study.simulation import simulate_job

    with progress(plan.run_paths, quiet, what) as advance:
        return simulate_job(new_job(scenario, plan), Hooks(progress=advance))
