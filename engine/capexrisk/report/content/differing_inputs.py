"""What differs between the inputs of two runs."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from capexrisk.archive.results import Results
from capexrisk.report.content.inputs import Assumption, assumptions
from capexrisk.report.writing.cells import EMPTY

THERE = "yes"  # an input without a value, such as an event that happens


class Differing(NamedTuple):
    """An input of two runs.

    Attributes
    ----------
    section, key : str
        As in the scenario's file.
    before, after : Assumption or None
        The base's and the other run's; one of them may not have it.
    """

    section: str
    key: str
    before: Assumption | None
    after: Assumption | None

    @property
    def here(self) -> Assumption:
        """The other run's, with its evidence; of an input that it does not have, the base's."""
        if self.after is not None:
            return self.after
        assert self.before is not None  # one of them has the key
        return replace(self.before, confidence=EMPTY, source="not in this scenario", address="")


def differing_inputs(base: Results, other: Results) -> list[Differing]:
    """Inputs of a run that differ from the base's, in the order of its file."""
    before, after = (
        {(group.name, one.key): one for group in assumptions(run) for one in group.assumptions}
        for run in (base, other)
    )
    found = [
        Differing(*key, before.get(key), after.get(key)) for key in dict.fromkeys([*after, *before])
    ]
    return [
        one
        for one in found
        if one.before is None or one.after is None or one.before.value != one.after.value
    ]


def inputs_that_differ(base: Results, other: Results) -> list[Assumption]:
    """The same, each as one input with both its values; its key begins with its section."""
    return [_with_both(one) for one in differing_inputs(base, other)]


def _with_both(one: Differing) -> Assumption:
    sides = (one.before, one.after)
    values = (EMPTY if side is None else side.written or THERE for side in sides)
    return replace(one.here, key=f"{one.section}: {one.key}", written=" → ".join(values))
