"""``capexrisk explore``: a page on which inputs are moved and every figure follows."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from threading import Thread

import click

from capexrisk.cli.options import scenario_file
from capexrisk.scenario import load_run_section, load_scenario


@click.command
@scenario_file
@click.option(
    "--link",
    default=None,
    help="Go on from the address of an earlier page: what follows its question mark.",
)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
def explore(scenario: Path, link: str | None, no_browser: bool) -> None:
    """Move inputs by hand, and see every figure follow.

    The page opens in a browser. It is served to this machine alone, by an address that holds a
    secret. Ctrl-C ends it.
    """
    from capexrisk.explorer.address import Address, query_of
    from capexrisk.explorer.application import Application
    from capexrisk.explorer.assets import page_assets
    from capexrisk.explorer.opening import Opening
    from capexrisk.explorer.server import Explorer

    address = Address.new("" if link is None else query_of(link))
    loaded = load_scenario(scenario)
    application = Application(scenario, loaded, load_run_section(scenario).seed)
    with Explorer(address, page_assets(), application.actions) as server, Opening() as opening:
        try:
            with suppress(KeyboardInterrupt):
                print(f"{loaded.name}: {server.address.link}\nCtrl-C ends it.", flush=True)
                application.begin(refused=server.shutdown)
                if not no_browser:
                    # Some browsers keep whoever opens them until they end.
                    of = (server.address.link,)
                    Thread(target=opening.open, args=of, daemon=True).start()
                server.serve_forever()
            application.refuse()
        finally:
            application.close()
