"""Targets: standard errors at which a run stops, "funding_failure/Oracle: rel 5%"."""

from __future__ import annotations

import re
from math import inf
from typing import NamedTuple

from capexrisk.errors import TargetError
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.names import Name, resolve
from capexrisk.estimate.precision import Precision, least_paths, paths_needed, shortfall
from capexrisk.lowering import LoweredScenario

SHAPE = re.compile(r"(?P<name>.+):\s*(?P<kind>rel|abs)\s+(?P<size>[^\s%]+)\s*(?P<percent>%?)\s*")


class Target(NamedTuple):
    """An estimate and the standard error wanted for it."""

    name: Name
    precision: Precision

    def __str__(self) -> str:
        return f"{self.name}: {self.precision}"


class Standing(NamedTuple):
    """Progress towards a target after a number of paths."""

    target: Target
    estimate: Estimate
    paths: int

    @property
    def reached(self) -> bool:
        """Whether the standard error is as small as wanted."""
        return shortfall(self.estimate, self.target.precision) <= 1.0

    @property
    def paths_needed(self) -> float:
        """Approximate total number of paths that it takes; infinite if unknown."""
        return paths_needed(self.estimate, self.target.precision, self.paths)

    def least_paths(self, *, nets: bool) -> int:
        """An optimistic lower bound on the paths that it takes."""
        return least_paths(self.estimate, self.target.precision, self.paths, nets=nets)


def parse_target(text: str, lowered: LoweredScenario) -> Target:
    """Parse the text of a target.

    Parameters
    ----------
    text : str
        ``NAME: rel 5%`` for a standard error of at most 5 % of the value, ``NAME: abs 0.002`` for
        one of at most 0.002 in the units of the value. For NAME see `names.resolve`.
    lowered : LoweredScenario

    Raises
    ------
    TargetError
        If it has another form, or its size is not a positive number.
    UnknownName
        If there is no such estimate.
    """
    found = SHAPE.fullmatch(text.strip())
    if found is None:
        raise TargetError(
            f"target {text!r}: write NAME: rel 5%, or NAME: abs 0.002, "
            "such as funding_failure/Oracle: rel 5%"
        )
    relative = found["kind"] == "rel"
    try:
        size = float(found["size"])
    except ValueError:
        size = 0.0
    if found["percent"]:
        size /= 100.0
    if relative and 1.0 <= size < inf:
        raise TargetError(
            f"target {text!r}: rel {size:g} is {100.0 * size:g} % of the value; "
            f"write rel {size:g}% for {size:g} per cent"
        )
    if not 0.0 < size < inf or (found["percent"] and not relative):
        raise TargetError(
            f"target {text!r}: {found['size']}{found['percent']} is no error to reach; "
            "give a number above 0, in % only after rel"
        )
    return Target(resolve(found["name"].strip(), lowered), Precision(relative, size))
