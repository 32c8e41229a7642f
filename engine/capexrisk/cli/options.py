"""Arguments and options that several verbs share; those of a plan are in `plan`."""

from __future__ import annotations

from functools import partial
from os.path import lexists
from pathlib import Path

import click

from capexrisk.archive.directory import refuse_without_results

scenario_file = click.argument("scenario", type=click.Path(path_type=Path))
overrides = click.option(
    "--set",
    "overrides",
    metavar="KEY=VALUE",
    multiple=True,
    help="Change an input, such as issuers.NAME.cash_usd_bn=60. May be repeated.",
)
run_directory = partial(click.argument, "directory", metavar="DIR", type=click.Path(path_type=Path))
overwrite = click.option("--overwrite", is_flag=True, help="Replace earlier results there.")
quiet = click.option("--quiet", "-q", is_flag=True, help="No progress and no table.")


def _refuse_other(ctx: click.Context, argument: click.Parameter, directory: Path) -> Path:
    refuse_without_results(directory)
    return directory


begun_run = run_directory()
finished_run = run_directory(callback=_refuse_other)


def new_file(ctx: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
    """A file that may be written: it does not exist yet, and its folder does."""
    if path is not None and lexists(path):  # a link that leads nowhere too
        raise click.UsageError(f"{option.opts[0]}: {path} exists already; give another file")
    if path is not None and not path.parent.is_dir():
        raise click.UsageError(f"{option.opts[0]}: {path.parent} is no directory; make it first")
    return path


def refuse_twice(sources: tuple[Path, ...]) -> None:
    """Refuse a file or run that is given twice: nothing can differ from itself."""
    places = [source.resolve() for source in sources]
    for source, place in zip(sources, places, strict=True):
        if places.count(place) > 1:
            raise click.UsageError(f"{source}: is given twice; give another to compare with it")


png = click.option("--png", is_flag=True, help="Write each figure as PNG as well as SVG.")
csv_file = click.option(
    "--out",
    type=click.Path(path_type=Path),
    callback=new_file,
    help="Also write it as CSV.",
)
new_scenario = click.option(
    "--out",
    type=click.Path(path_type=Path),
    callback=new_file,
    help="Scenario file to write.",
)


def new_directory(ctx: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
    """Refuse a directory that exists already."""
    if path is not None and lexists(path):
        raise click.UsageError(f"{option.opts[0]}: {path} exists already; give another directory")
    return path
