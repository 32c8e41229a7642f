"""``capexrisk explore``: a page on which inputs are moved and every figure follows."""

from __future__ import annotations

import webbrowser
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import click

from capexrisk.cli.options import scenario_file
from capexrisk.scenario import load_run_section, load_scenario


@click.command
@scenario_file
@click.option(
    "--link",
    default="",
    help="Go on from the address of an earlier page, or from what follows its question mark.",
)
@click.option("--no-browser", is_flag=True, help="Only print the address.")
def explore(scenario: Path, link: str, no_browser: bool) -> None:
    """Move inputs by hand, and see every figure follow.

    The page opens in a browser. It is served to this machine alone, by an address that holds a
    secret. Ctrl-C ends it.
    """
    from capexrisk.explorer.address import Address
    from capexrisk.explorer.application import Application
    from capexrisk.explorer.assets import page_assets
    from capexrisk.explorer.server import Explorer

    asked = Address.of(link) if link else Address.new()
    loaded = load_scenario(scenario)
    application = Application(scenario, loaded, load_run_section(scenario).seed)
    with Explorer(asked, page_assets(), application.actions) as server:
        Thread(target=server.serve_forever, name="capexrisk-serve", daemon=True).start()
        try:
            with suppress(KeyboardInterrupt):
                print(f"{loaded.name}: {server.address.link}", flush=True)
                application.begin()
                application.wait()
                print("Ctrl-C ends it.", flush=True)
                if not no_browser:
                    webbrowser.open(server.address.link)
                Event().wait()
        finally:
            server.shutdown()
            application.close()
