"""A scenario file that is written only if it can be read."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from capexrisk.errors import ScenarioError
from capexrisk.scenario import Scenario, load_run_section, load_scenario
from capexrisk.uncertainty import input_design

__all__ = ["write_scenario"]

UNDER_WAY = ".draft.toml"  # beside the file, so that it extends what the file will


def write_scenario(path: Path, text: str) -> Scenario:
    """Write a scenario file, read it, and give it its name.

    Raises
    ------
    ScenarioError
        It is refused; no file is left, and the place is one of the file that would have been.
    OSError
    """
    under_way = path.with_name(path.name + UNDER_WAY)
    try:
        with under_way.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        scenario = load_scenario(under_way)
        load_run_section(under_way)
        if scenario.uncertainty.groups:
            input_design(scenario, str(under_way))  # what a run over the inputs would refuse
        under_way.replace(path)
    except ScenarioError as refused:
        all_ = (refused, *refused.others)
        first, *others = (
            ScenarioError(one.where.replace(str(under_way), str(path)), one.value, one.hint)
            for one in all_
        )
        raise ScenarioError(first.where, first.value, first.hint, tuple(others)) from None
    finally:
        with suppress(OSError):
            under_way.unlink()
    return scenario
