"""``capexrisk schema``: the JSON Schema of scenario files, for editors."""

from __future__ import annotations

import click


@click.command
def schema() -> None:
    """Print the JSON Schema of scenario files."""
    import json

    from capexrisk.scenario import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
