"""``capexrisk validate``: whether a scenario can be run."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from capexrisk.cli.options import overrides, scenario_file
from capexrisk.scenario import digest, load_run_section, load_scenario
from capexrisk.study.proportion import out_of_proportion


@click.command
@scenario_file
@overrides
def validate(scenario: Path, overrides: tuple[str, ...]) -> None:
    """Check a scenario file.

    Prints its horizon, its digest and its capacity, or the first error and how to mend it. Warns
    of what can be run but starts out of proportion.
    """
    loaded = load_scenario(scenario, overrides)
    load_run_section(scenario, overrides)
    quarters = loaded.quarter_labels()
    count = "1 issuer" if len(loaded.issuers) == 1 else f"{len(loaded.issuers)} issuers"
    if loaded.events:
        count += f", {len(loaded.events)} event{'' if len(loaded.events) == 1 else 's'}"
    print(
        f"{scenario}: ok: {count}, {quarters[0]} to {quarters[-1]}, digest {digest(loaded)[:16]}; "
        f"capacity serves {100 * loaded.start_capacity_to_demand():.0f} % of demand at the start"
    )
    for line in out_of_proportion(loaded):
        print(f"{scenario}: warning: {line}", file=sys.stderr)
