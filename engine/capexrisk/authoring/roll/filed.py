"""Drafts from filings, each of the issuer that it is of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from capexrisk.errors import ArgumentError, suggest
from capexrisk.filings import Draft, draft
from capexrisk.filings.scenario_file import name_in
from capexrisk.scenario import Scenario
from capexrisk.scenario.issuer import folded_name

__all__ = ["drafts_of"]


def drafts_of(files: Iterable[str], base: Scenario, as_of: dt.date) -> dict[str, Draft]:
    """Draft issuers of a scenario from companyfacts files.

    Parameters
    ----------
    files : iterable of str
        ``FILE``, or ``NAME=FILE`` where neither the filings that the scenario cites nor the filer's
        name tell whose it is.
    base : Scenario
    as_of : date
        What was filed later does not count.

    Raises
    ------
    ArgumentError
        A file of no issuer, or a second one of the same.
    FilingsError
        A file that cannot be used.
    """
    issuers = [issuer.name for issuer in base.issuers]
    by_name = {folded_name(name): name for name in issuers}
    found: dict[str, Draft] = {}
    for text in files:
        given, equals, rest = text.partition("=")
        drafted = draft(Path(rest if equals else text), as_of=as_of)
        name = given if equals else name_in(base, drafted)
        if name not in issuers:
            hint = suggest(name, issuers)
            raise ArgumentError("facts", f"{text}: no issuer is named {name!r}; {hint}")
        own = by_name.get(folded_name(drafted.name), name)
        if own != name:
            raise ArgumentError("facts", f"{text}: is of {own}; give it without {name}=")
        if name in found:
            raise ArgumentError("facts", f"{text}: a second file of {name}; give one")
        found[name] = drafted
    return found
