"""The inputs of a run, each with its evidence, and how well they are known."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from capexrisk.archive.results import Results
from capexrisk.report.writing.cells import Cell, Grid, Row
from capexrisk.report.writing.numbers import MINUS
from capexrisk.report.writing.words import SECTIONS
from capexrisk.scenario import Input, inputs
from capexrisk.scenario.section import CONFIDENCES

NO_EVIDENCE = "without evidence"
MEANINGS = {
    "reported": "stated by its source",
    "derived": "worked out from reported figures",
    "guidance": "what the issuer says of its plans",
    "analyst estimate": "somebody else's estimate",
    "recalled-not-sourced": "remembered; no source was kept",
    "assumed": "a judgement, with its reason",
    NO_EVIDENCE: "nothing is said of it",
}
# How evidence says what a judgement was made with; a year of its own makes it later than others.
IN_VIEW = re.compile(r"\bset with ([^;.]*\b([0-9]{4})\b[^;.]*) in view")


@dataclass(frozen=True)
class Assumption:
    """One input.

    Attributes
    ----------
    key : str
        As in the scenario's file.
    meaning : str
        What it is.
    value : object
        A number, a word, or a tuple of them.
    written : str
        The value as text.
    confidence, source, address : str
        Its evidence.
    """

    key: str
    meaning: str
    value: object
    written: str
    confidence: str
    source: str
    address: str


@dataclass(frozen=True)
class Group:
    """The inputs of one section of the scenario: the market's, the thresholds', an issuer's."""

    name: str
    assumptions: list[Assumption]

    @property
    def counts(self) -> str:
        """How many there are of each confidence, in words."""
        found = Counter(assumption.confidence for assumption in self.assumptions)
        return ", ".join(f"{found[name]:,} {name}" for name in MEANINGS if found[name])


def assumptions(results: Results) -> list[Group]:
    """Every input of a run, by section, in the scenario's order."""
    groups: dict[str, list[Assumption]] = {}
    for given in inputs(results.manifest.scenario):
        groups.setdefault(given.table, []).append(_assumption(given))
    return [Group(SECTIONS.get(name, name), found) for name, found in groups.items()]


def confidence_table(groups: list[Group]) -> Grid:
    """How many inputs there are of each confidence."""
    found = Counter(a.confidence for group in groups for a in group.assumptions)
    rows = []
    for name, meaning in MEANINGS.items():
        if found[name] or name in CONFIDENCES:
            cells = [f"{found[name]:,}", _part(found[name], found.total()), meaning]
            rows.append(Row(name.capitalize(), [Cell(text) for text in cells]))
    foot = [Row("All", [Cell(f"{found.total():,}"), Cell(_part(1, 1)), Cell("")])]
    columns = ["Inputs", "Share", "What that means"]
    return Grid("How well the inputs are known", "Confidence", columns, rows, foot)


def hindsight(results: Results) -> list[str]:
    """How many judgements were made with later facts in view, as their evidence says."""
    scenario = results.manifest.scenario
    found = Counter(
        seen[1]
        for one in inputs(scenario)
        for seen in IN_VIEW.finditer(one.source)
        if int(seen[2]) >= scenario.as_of.year
    )
    return [
        f"evidence: {count:,} {'judgement was' if count == 1 else 'judgements were'} set with "
        f"{later} in view, though the figures are those of {scenario.as_of}; what happened then "
        "is no test of them"
        for later, count in found.items()
    ]


def _part(count: int, total: int) -> str:
    """A share in whole per cent, on one line."""
    percent = 100.0 * count / total if total else 0.0
    text = f"{percent:.0f} %" if count == 0 or percent >= 0.5 else "< 1 %"
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def written(value: object) -> str:
    """An input as text.

    >>> written(1500.0), written([-0.5, 2]), written([[0.0, 0.4], [1.6, 0.0]])
    ('1,500', '−0.5, 2', '0, 0.4; 1.6, 0')
    """
    if isinstance(value, list | tuple):
        nested = any(isinstance(part, list | tuple) for part in value)
        return ("; " if nested else ", ").join(written(part) for part in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        digits = 6 if abs(value) < 1e5 else 10
        return f"{value:,.{digits}g}".replace("-", MINUS)
    return str(value)


def _assumption(given: Input) -> Assumption:
    return Assumption(
        key=given.key,
        meaning=given.text,
        value=given.value,
        written=written(given.value),
        confidence=given.confidence or NO_EVIDENCE,
        source=given.source,
        address=given.address,
    )
