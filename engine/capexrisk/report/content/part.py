"""A part of a section: one event or answer, in sentences and tables, with figures of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from capexrisk.report.content.findings import Finding
from capexrisk.report.writing.cells import Grid

WHY, PATHS = "why", "paths"  # sections of the page


class Details(NamedTuple):
    """Lines that a reader opens: a path, quarter by quarter."""

    summary: str
    lines: list[str]


@dataclass(frozen=True)
class Part:
    """What is said of one event or answer.

    Attributes
    ----------
    key : str
        Name of its figures.
    heading : str
    findings : list of Finding
        What each is about, and what is found.
    grids : list of Grid
    details : list of Details
    note : str
        How its numbers are read.
    """

    key: str
    heading: str
    findings: list[Finding]
    grids: list[Grid] = field(default_factory=list)
    details: list[Details] = field(default_factory=list)
    note: str = ""
