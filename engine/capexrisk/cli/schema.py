"""``capexrisk schema``: the JSON Schema of scenario files."""

from __future__ import annotations

import json

import click

from capexrisk.cli.verb import Verb
from capexrisk.scenario import json_schema


@click.command(cls=Verb)
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
