"""What a user should know of a scenario before trusting a run of it."""

from __future__ import annotations

from collections.abc import Iterator

from capexrisk.scenario import Scenario, inputs
from capexrisk.study.proportion import out_of_proportion

__all__ = ["cautions"]


def cautions(scenario: Scenario) -> list[str]:
    """Lines that warn of a scenario that can be run, each with place, value and mend.

    Looked for are inputs without a source and what `out_of_proportion` finds.
    """
    return [*_without_source(scenario), *out_of_proportion(scenario)]


def _without_source(scenario: Scenario) -> Iterator[str]:
    given = inputs(scenario)
    missing = [one.path for one in given if not one.confidence]
    if missing:
        yield (
            f"evidence: {len(missing):,} of {len(given):,} inputs have no source, the first is "
            f"{missing[0]}; give it, or say that they are assumed"
        )
