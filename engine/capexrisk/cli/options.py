"""Arguments and options that several verbs share; those of a plan are in `plan`."""

from __future__ import annotations

from functools import partial
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
    if path is not None and path.exists():
        raise click.UsageError(f"{option.opts[0]}: {path} exists already; give another file")
    if path is not None and not path.parent.is_dir():
        raise click.UsageError(f"{option.opts[0]}: {path.parent} is no directory; make it first")
    return path


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
    if path is not None and path.exists():
        raise click.UsageError(f"{option.opts[0]}: {path} exists already; give another directory")
    return path
