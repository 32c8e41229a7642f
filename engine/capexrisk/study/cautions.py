"""What a user should know of a scenario before trusting a run of it."""

from __future__ import annotations

from collections.abc import Iterator

from capexrisk.scenario import Scenario, inputs
from capexrisk.study.proportion import out_of_proportion

__all__ = ["cautions"]


def cautions(scenario: Scenario) -> list[str]:
    """Lines that warn of a scenario that can be run, each with place, value and mend.

    Looked for are inputs without a source, doubt that is counted twice and what
    `out_of_proportion` finds.
    """
    return [*_without_source(scenario), *_counted_twice(scenario), *out_of_proportion(scenario)]


def _without_source(scenario: Scenario) -> Iterator[str]:
    given = inputs(scenario)
    missing = [one.path for one in given if not one.confidence]
    if missing:
        yield (
            f"evidence: {len(missing):,} of {len(given):,} inputs have no source, the first is "
            f"{missing[0]}; give it, or say that they are assumed"
        )


def _counted_twice(scenario: Scenario) -> Iterator[str]:
    """Groups with a covariance whose inputs other groups move as well.

    Such a group is the whole doubt about its inputs, as `calibrate` writes it. Others may share an
    input on purpose: what all firms have in common, and each firm's own.
    """
    groups = scenario.uncertainty.groups
    whole = [name for name, group in groups.items() if group.covariance is not None]
    if not whole:
        return
    from capexrisk.uncertainty import input_design  # late: loads scipy

    design = input_design(scenario)
    assert design is not None  # there are groups
    entries: dict[str, set[int]] = {name: set() for name in groups}
    for draw in design.draws:
        entries[draw.group].update(draw.entries)
    for name in whole:
        others = [one for one in groups if one != name and entries[one] & entries[name]]
        if others:
            first = min(entries[name] & set[int]().union(*(entries[one] for one in others)))
            yield (
                f'uncertainty.groups."{name}": what it moves ({design.entries[first].name} and so '
                f"on) is moved as well by {', '.join(map(repr, others))}, so that doubt counts "
                "twice; leave out the one, or the others (remove, under [uncertainty])"
            )
