"""``capexrisk resume``: go on with a run."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from capexrisk.cli.options import scheduler


@click.command
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--paths", type=int, help="More paths in all than were asked for.")
@click.option(
    "--max-time",
    type=float,
    metavar="SECONDS",
    help="Stop simulating before that, with what was reached; looked at whenever the paths have "
    "doubled.",
)
@click.option("--jobs", type=int, help="Workers. Default: as the run was begun.")
@click.option(
    "--backend",
    help="threading, loky, sequential or dask. Default: as before, instead of dask threads.",
)
@scheduler
@click.option("--quiet", "-q", is_flag=True, help="No progress and no table.")
def resume(
    directory: Path,
    paths: int | None,
    max_time: float | None,
    jobs: int | None,
    backend: str | None,
    scheduler: str | None,
    quiet: bool,
) -> None:
    """Go on with the run in DIR that something ended, or with a finished one to more --paths.

    Only what is missing is computed; the results are those of a run in one go, to the bit.
    """
    from capexrisk.archive.unfinished import resume_run
    from capexrisk.cli.attempt import finish, tell

    how: dict[str, Any] = {"jobs": jobs, "backend": backend}
    changes = {name: value for name, value in how.items() if value is not None}
    if backend is not None or scheduler is not None:
        changes["scheduler"] = scheduler  # one that is left behind goes with its back end
    with ExitStack() as stack:
        try:
            attempt = stack.enter_context(
                resume_run(directory, paths=paths, max_seconds=max_time, **changes)
            )
        except ValueError as error:
            raise click.UsageError(f"--{error}".replace("--max_seconds", "--max-time")) from None
        results = finish(attempt, quiet)
    tell(results, attempt, quiet)
