"""Arguments and options that several verbs share."""

from __future__ import annotations

from pathlib import Path

import click

scenario_file = click.argument("scenario", type=click.Path(path_type=Path))
overrides = click.option(
    "--set",
    "overrides",
    metavar="KEY=VALUE",
    multiple=True,
    help="Change a figure, such as issuers.NAME.cash_usd_bn=60. May be repeated.",
)
scheduler = click.option(
    "--scheduler", metavar="ADDRESS", help="With dask: its scheduler, such as tcp://HOST:8786."
)
