"""Where each figure of a scenario comes from."""

from __future__ import annotations

import re
from typing import NamedTuple

from .schema import Scenario
from .section import split_evidence

__all__ = ["FigureSource", "sources"]

_ADDRESS = re.compile(r",?\s*(https?://\S+)$")


class FigureSource(NamedTuple):
    """One figure with its evidence; no confidence where it has none.

    Attributes
    ----------
    table : str
        ``market``, ``thresholds``, ``events`` or the issuer's name.
    key : str
        Key in the TOML file.
    value : object
        A number, a word, or a tuple of them.
    confidence : str
        One of reported, derived, guidance, analyst estimate, recalled-not-sourced, assumed; or "".
    source : str
        Title or reason, without the address.
    address : str
        Web address, or "".
    """

    table: str
    key: str
    value: object
    confidence: str
    source: str
    address: str


def sources(scenario: Scenario) -> list[FigureSource]:
    """Every figure that the scenario gives, with its evidence, in the order of the records.

    A figure without evidence has ``confidence == ""``.
    """
    sections = [
        ("market", scenario.market),
        ("thresholds", scenario.thresholds),
        *((issuer.name, issuer) for issuer in scenario.issuers),
    ]
    found = [
        _source(table, key, value, section.evidence.get(key, ""))
        for table, section in sections
        for key, value in section.figures().items()
    ]
    for event in scenario.events:
        size = event.regime if event.size is None else event.size
        key = f"{event.quarter} {event.what}"
        found.append(_source("events", key, "" if size is None else size, event.evidence))
    return found


def _source(table: str, key: str, value: object, evidence: str) -> FigureSource:
    confidence, source = split_evidence(" ".join(evidence.split()))
    address = _ADDRESS.search(source)
    title = source[: address.start()] if address else source
    return FigureSource(table, key, value, confidence, title, address[1] if address else "")
