"""``capexrisk explore``: a scenario that is moved by hand, or finished runs, on a page."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import click

from capexrisk.archive.directory import MANIFEST, refuse_without_results, unfinished
from capexrisk.cli.options import refuse_twice
from capexrisk.cli.verb import Verb
from capexrisk.scenario import load_with_run_section

if TYPE_CHECKING:
    from capexrisk.explorer.application import Application
    from capexrisk.explorer.runs.application import Runs


@click.command(cls=Verb)
@click.argument(
    "sources",
    metavar="SCENARIO | RUN...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
)
@click.option(
    "--link",
    default=None,
    help="Go on from the address of an earlier page: what follows its question mark.",
)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
def explore(sources: tuple[Path, ...], link: str | None, no_browser: bool) -> None:
    """Move inputs by hand, and see every figure follow.

    Of a scenario inputs are moved. Of directories of finished runs one is drawn, with another
    behind it. The page opens in a browser. It is served to this machine alone, by an address that
    holds a secret. Ctrl-C ends it.
    """
    from capexrisk.explorer.address import Address, query_of
    from capexrisk.explorer.assets import page_assets
    from capexrisk.explorer.opening import Opening
    from capexrisk.explorer.server import Explorer

    address = Address.new("" if link is None else query_of(link))
    application = _application(sources)
    with Explorer(address, page_assets(), application.actions) as server, Opening() as opening:
        try:
            with suppress(KeyboardInterrupt):
                print(f"{application.name}: {server.address.link}\nCtrl-C ends it.", flush=True)
                application.begin(refused=server.shutdown)
                if not no_browser:
                    # Some browsers keep whoever opens them until they end.
                    of = (server.address.link,)
                    Thread(target=opening.open, args=of, daemon=True).start()
                server.serve_forever()
            application.refuse()
        finally:
            application.close()


def _application(sources: tuple[Path, ...]) -> Application | Runs:
    """What answers the page: of a scenario, or of finished runs."""
    are_runs = [source.is_dir() or unfinished(source).is_dir() for source in sources]
    if all(are_runs):
        refuse_twice(sources)
        for source in sources:
            refuse_without_results(source)

        from capexrisk.explorer.runs.application import Runs

        return Runs.read(sources)
    if len(sources) > 1:
        other = sources[are_runs.index(False)]
        said = "is no directory of a run" if any(are_runs) else "is one of several scenarios"
        raise click.UsageError(f"{other} {said}; give one scenario, or finished runs alone")

    (scenario,) = sources
    if scenario.is_file() and scenario.parent.joinpath(MANIFEST).is_file():
        said = f"{scenario} is a file of a finished run; give its directory, {scenario.parent}"
        raise click.UsageError(said)

    from capexrisk.explorer.application import Application

    loaded, section = load_with_run_section(scenario)
    return Application(scenario, loaded, section.seed)
