"""Rows of what moves a scenario's inputs, as ``capexrisk sources`` shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from capexrisk.cli.terminal import signed_digits
from capexrisk.scenario.files.paths import write_path
from capexrisk.scenario.section import split_evidence
from capexrisk.scenario.uncertainty import Uncertainty
from capexrisk.uncertainty import InputDesign
from capexrisk.uncertainty.ranges import on_bounds, range_by, ranges
from capexrisk.uncertainty.wording import law_in_words

__all__ = ["CORRELATIONS", "GROUPS", "Row", "correlation_rows", "group_rows", "ranges_by_input"]

Row = tuple[str, ...]

GROUPS: Final = ("group", "law", "moves", "P5 to P95", "cut off", "confidence", "source")
CORRELATIONS: Final = ("correlated", "with", "correlation", "confidence", "source")
LEAST_TOLD: Final = 1e-6  # share that is cut off


def ranges_by_input(design: InputDesign) -> dict[str, str]:
    """P5 to P95 of each input that is moved, one after the other in a list.

    Where several groups together take a number out of its bounds, the share is said.
    """
    found: dict[str, list[str]] = {}
    told = zip(design.entries, ranges(design), on_bounds(design), strict=True)
    for entry, (low, high), share in told:
        bound = f" ({100.0 * share:.2g} % on a bound)" if share > 0.0 else ""
        found.setdefault(write_path(entry.path), []).append(_range(low, high) + bound)
    return {path: ", ".join(parts) for path, parts in found.items()}


def group_rows(design: InputDesign, uncertainty: Uncertainty) -> Iterator[Row]:
    """A row for each number that a group moves, with its range by this group alone."""
    told = ""
    for draw in design.draws:
        group = uncertainty.groups[draw.group]
        cut = f"{100.0 * draw.cut:.2g} %" if draw.cut > LEAST_TOLD else ""
        for column in draw.entries:
            first, told = draw.group != told, draw.group
            head = (draw.group, law_in_words(group)) if first else ("", "")
            tail = split_evidence(group.evidence) if first else ("", "")
            entry = design.entries[column]
            inert = draw.how == "multiply" and entry.base == 0.0
            moves = "0, and stays 0" if inert else _range(*range_by(draw, entry))
            yield (*head, entry.name, moves, cut, *tail)


def correlation_rows(uncertainty: Uncertainty) -> Iterator[Row]:
    """A row for each correlation."""
    for one in uncertainty.correlations:
        yield (*one.groups, f"{one.correlation:g}", *split_evidence(one.evidence))


def _range(low: float, high: float) -> str:
    return f"{signed_digits(low)} to {signed_digits(high)}"
