"""Differences between two finished runs, and what differs between their inputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from capexrisk.archive.results import Results
from capexrisk.errors import ComparisonError
from capexrisk.estimate.names import Name
from capexrisk.explorer.telling import Change, Changes
from capexrisk.report.content.differing_inputs import inputs_that_differ
from capexrisk.study.comparison import compare

__all__ = ["Difference", "difference"]

Json = dict[str, Any]


class Difference(NamedTuple):
    """A run beside the one behind it.

    Attributes
    ----------
    changes : mapping of Name to Change
        Differences of what both estimate.
    paired : bool
        Whether both have the same random numbers, so that the errors are those of pairs.
    notes : tuple of str
        What cannot be compared, and why errors are not those of pairs.
    inputs : list of dict
        Inputs that differ: name, both values, evidence.
    """

    changes: Changes
    paired: bool
    notes: tuple[str, ...]
    inputs: list[Json]


def difference(behind: tuple[str, Results], run: tuple[str, Results]) -> Difference:
    """The difference of a run from the one behind it, each with its name."""
    inputs = [
        {
            "input": one.key,
            "values": one.written,
            "confidence": one.confidence,
            "source": one.source,
        }
        for one in inputs_that_differ(behind[1], run[1])
    ]
    try:
        found = compare(dict((behind, run)))
    except ComparisonError as nothing:
        return Difference({}, False, (str(nothing),), inputs)
    table = found.table
    names = zip(*(table[part] for part in Name._fields), strict=True)
    # The interval of a quantile is not symmetric: its wider side counts.
    sides = (table["difference"] - table["ci_low"], table["ci_high"] - table["difference"])
    half = sides[0].where(sides[0] > sides[1], sides[1])
    changes = {
        Name(*name): Change(value, width)
        for name, value, width in zip(
            names, table["difference"].tolist(), half.tolist(), strict=True
        )
    }
    return Difference(changes, found.common_numbers, (*found.notes, *_of_code(behind, run)), inputs)


def _of_code(behind: tuple[str, Results], run: tuple[str, Results]) -> Iterator[str]:
    """What runs of different code say of their difference."""
    (first, base), (second, other) = behind, run
    if base.manifest.code.digest != other.manifest.code.digest:
        yield f"{second}, {first}: made by different code, which may be a part of what differs"
