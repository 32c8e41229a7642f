"""Drafts from filings, each of the issuer that it is of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path

from capexrisk.errors import ArgumentError, suggest
from capexrisk.filings import Draft, draft

__all__ = ["drafts_of"]


def drafts_of(files: Iterable[str], issuers: Sequence[str], as_of: dt.date) -> dict[str, Draft]:
    """Draft issuers of a scenario from companyfacts files.

    Parameters
    ----------
    files : iterable of str
        ``FILE``, or ``NAME=FILE`` where the filer's name does not tell whose it is.
    issuers : sequence of str
        Names of the scenario.
    as_of : date
        What was filed later does not count.

    Raises
    ------
    ArgumentError
        A file of no issuer, or a second one of the same.
    FilingsError
        A file that cannot be used.
    """
    found: dict[str, Draft] = {}
    for text in files:
        given, equals, rest = text.partition("=")
        drafted = draft(Path(rest if equals else text), as_of=as_of)
        name = given if equals else _issuer(drafted.name, issuers)
        if name not in issuers:
            hint = suggest(name, issuers)
            raise ArgumentError("facts", f"{text}: no issuer is named {name!r}; {hint}")
        if name in found:
            raise ArgumentError("facts", f"{text}: a second file of {name}; give one")
        found[name] = drafted
    return found


def _issuer(filer: str, issuers: Sequence[str]) -> str:
    """The issuer whose name a filer's begins with, as Alphabet and Alphabet Inc.; or the filer."""
    words = filer.casefold().replace(".", " ")
    begun = [name for name in issuers if f"{words} ".startswith(f"{name.casefold()} ")]
    return max(begun, key=len, default=filer)
