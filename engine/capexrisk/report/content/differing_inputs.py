"""What differs between the inputs of two runs."""

from __future__ import annotations

from dataclasses import replace

from capexrisk.archive.results import Results
from capexrisk.report.content.inputs import Assumption, assumptions
from capexrisk.report.writing.cells import EMPTY


def inputs_that_differ(base: Results, other: Results) -> list[Assumption]:
    """Inputs of a run that differ from the base's, each with both values."""
    before, after = (
        {(group.name, one.key): one for group in assumptions(run) for one in group.assumptions}
        for run in (base, other)
    )
    differing = []
    for key in dict.fromkeys([*after, *before]):
        old, new = before.get(key), after.get(key)
        if old is None or new is None or old.value != new.value:
            differing.append(_changed(key, old, new))
    return differing


def _changed(key: tuple[str, str], old: Assumption | None, new: Assumption | None) -> Assumption:
    """An input with both its values; its key begins with its section."""
    here = new or old
    assert here is not None  # one of them has the key
    section, figure = key
    values = (EMPTY if one is None else one.written or "yes" for one in (old, new))
    return replace(
        here,
        key=f"{section}: {figure}",
        written=" → ".join(values),
        confidence=here.confidence if new else EMPTY,
        source=here.source if new else "not in this scenario",
        address=here.address if new else "",
    )
