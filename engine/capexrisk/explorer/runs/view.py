"""What the address of a page of finished runs says: which are drawn, and what is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from capexrisk.archive.results import Results
from capexrisk.errors import ArgumentError, UnknownName, suggest
from capexrisk.explorer.view import ISSUER, SAID, YEAR, pairs_of

__all__ = ["BEHIND", "RUN", "RunView", "read_run_view"]

RUN: Final = "run"
BEHIND: Final = "behind"
KEYS: Final = (RUN, BEHIND, ISSUER, YEAR)
LONGEST: Final = 4_000  # characters of an address


@dataclass(frozen=True)
class RunView:
    """What a page of finished runs shows.

    Attributes
    ----------
    run, behind : str
        Names of the run that is drawn, and of the one behind it; "" for none.
    issuer, year : str
        Whose free cash flow is looked at, and of which year.
    """

    run: str
    behind: str
    issuer: str
    year: str


def read_run_view(query: str, runs: Mapping[str, Results]) -> RunView:
    """Read the query of an address, ``"run=glut&behind=base&issuer=Oracle&year=2027"``.

    Parameters
    ----------
    query : str
        What follows the question mark. Without runs the second is drawn and the first is behind
        it, as in a comparison; without issuer and year the first ones are looked at.
    runs : mapping of str to Results
        By name.

    Raises
    ------
    UnknownName
        If there is no such run, issuer or year.
    ArgumentError
        If it says anything else, or a run stands behind itself.
    """
    said = dict(pairs_of(query, LONGEST, len(KEYS), f"give {', '.join(KEYS)}"))
    for key in said:
        if key not in KEYS:
            raise ArgumentError(key, f"says nothing of finished runs; {suggest(key, KEYS)}")
    names = list(runs)
    run = _one_of(RUN, said.get(RUN, names[1 if len(names) > 1 else 0]), names)
    others = [name for name in names if name != run]
    behind = said.get(BEHIND, others[0] if others else "")
    if behind == run:
        raise ArgumentError(BEHIND, f"{run!r} is the run that is drawn; give another, or none")
    if behind:
        _one_of(BEHIND, behind, names)
    issuers, years = runs[run].issuers, runs[run].years
    return RunView(
        run,
        behind,
        _one_of(ISSUER, said.get(ISSUER, issuers[0]), issuers),
        _one_of(YEAR, said.get(YEAR, years[0]), years),
    )


def _one_of(key: str, name: str, known: list[str]) -> str:
    if name not in known:
        raise UnknownName(f"{key} {name!r} {SAID}: {suggest(name, known)}")
    return name
