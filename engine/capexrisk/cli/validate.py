"""``capexrisk validate``: whether a scenario can be run."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from capexrisk.cli.options import overrides, scenario_file
from capexrisk.cli.verb import Verb
from capexrisk.run.signals import signals_deferred
from capexrisk.scenario import Scenario, digest, inputs, load_with_run_section
from capexrisk.scenario.files.paths import write_path
from capexrisk.study.cautions import cautions, without_effect


@click.command(cls=Verb)
@scenario_file
@overrides
def validate(scenario: Path, overrides: tuple[str, ...]) -> None:
    """Check a scenario file.

    Prints its horizon, its digest and its capacity, or the first error and how to mend it. Warns
    of what can be run but starts out of proportion, and of inputs without a source; where an issuer
    may fail in the first quarter, it simulates some paths, which the first time on a machine takes
    half a minute for compiling. Counts the assumed inputs without a range.
    """
    with signals_deferred():
        loaded, _ = load_with_run_section(scenario, overrides)
    without, none, assumed = _without_a_range(loaded, str(scenario))
    quarters = loaded.quarter_labels()
    count = "1 issuer" if len(loaded.issuers) == 1 else f"{len(loaded.issuers)} issuers"
    if loaded.events:
        count += f", {len(loaded.events)} event{'' if len(loaded.events) == 1 else 's'}"
    print(
        f"{scenario}: ok: {count}, {quarters[0]} to {quarters[-1]}, digest {digest(loaded)[:16]}; "
        f"capacity serves {100 * loaded.start_capacity_to_demand():.0f} % of demand at the start",
        flush=True,  # before what may be compiled
    )
    if without:
        print(
            f"{scenario}: of {assumed} assumed inputs {without} have no range"
            + (f", and {none} take none, being words or counts" if none else "")
            + "; `capexrisk sources` marks them"
        )
    for line in without_effect(loaded):
        print(f"{scenario}: {line}")
    for line in cautions(loaded):
        print(f"{scenario}: warning: {line}", file=sys.stderr)


def _without_a_range(scenario: Scenario, file: str) -> tuple[int, int, int]:
    """Assumed inputs that no group moves, those that none can, and all of them."""
    moved: set[str] = set()
    if scenario.uncertainty.groups:
        from capexrisk.uncertainty import input_design  # late: loads scipy

        design = input_design(scenario, file)
        assert design is not None  # there are groups
        moved = {write_path(path) for path in design.moved}
    assumed = [one for one in inputs(scenario) if one.confidence == "assumed"]
    none = sum(not one.may_have_a_range for one in assumed)
    without = sum(one.may_have_a_range and one.path not in moved for one in assumed)
    return without, none, len(assumed)
