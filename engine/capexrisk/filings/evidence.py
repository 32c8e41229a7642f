"""How the evidence of a figure is told: amounts, tags, periods, filings, address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from .copies import Copies, billions, differ
from .facts import Fact, Facts

__all__ = ["Term", "address", "evidence", "filing", "notes_of", "plus", "recasts", "with_note"]

RECAST: Final = 0.01  # an 8-K's later value that differs by more is warned of


class Term(NamedTuple):
    """One fact in a sum: ``"less"`` or ``"plus"`` before it, its tag and itself."""

    sign: str
    tag: str
    fact: Fact

    @property
    def value(self) -> float:
        """What it adds to the sum, USD."""
        return -self.fact.value if self.sign == "less" else self.fact.value


def evidence(facts: Facts, terms: Sequence[Term], notes: Iterable[str] = ()) -> str:
    """The line of evidence of a sum of facts: reported, if it is one, or derived.

    Tags, periods and filings that several terms share are named once.
    """
    amounts = _joined(terms, [billions(term.fact.value) for term in terms])
    tags = _together(terms, [term.tag for term in terms])
    periods = _together(terms, [_period(term.fact) for term in terms])
    filings = _together(terms, [filing(term.fact) for term in terms])
    confidence = "reported" if len(terms) == 1 else "derived"
    newest = max((term.fact for term in terms), key=lambda fact: fact.order)
    words = "; ".join([f"{amounts}, {tags}, {periods}, {filings}", *notes])
    return f"{confidence}: {words}, {address(facts.cik, newest)}"


def with_note(line: str, note: str) -> str:
    """A line of evidence with a note more, before its address."""
    words, _, where = line.rpartition(", ")
    return f"{words}; {note}, {where}"


def plus(term: Term) -> Term:
    """A term as one that follows others."""
    return term._replace(sign=term.sign or "plus")


def filing(fact: Fact) -> str:
    """A fact's filing: ``"10-K 0001652044-26-000018 filed 2026-02-05"``."""
    return f"{fact.form} {fact.accession} filed {fact.filed}"


def recasts(facts: Facts, terms: Iterable[Term]) -> list[str]:
    """What to warn of: figures that an 8-K told otherwise after their report."""
    found = []
    for term in terms:
        later = facts.recast(term.tag, term.fact)
        if later is not None and differ(later.value, term.fact.value, RECAST):
            own = f"{billions(term.fact.value)} in {filing(term.fact)}"
            other = f"{billions(later.value)} in {filing(later)}, which is not used"
            found.append(f"{term.tag}, {_period(term.fact)}: {own}, but {other}")
    return found


def notes_of(copies: Iterable[Copies]) -> list[str]:
    """What is to be said of restated copies."""
    return [f"{one.tag} was {one.note}" for one in copies if one.note]


def _period(fact: Fact) -> str:
    return f"{fact.end}" if fact.start is None else f"{fact.start}..{fact.end}"


def address(cik: int, fact: Fact) -> str:
    """Where the SEC keeps a fact's filing."""
    accession = fact.accession.replace("-", "")
    return f"https://www.sec.gov/Archives/edgar/data/{cik}/{accession}/"


def _joined(terms: Sequence[Term], words: Sequence[str]) -> str:
    """Words of each term with its sign between: ``"137.6 less 92.3"``."""
    first, *others = words
    return first + "".join(
        f" {term.sign} {word}" for term, word in zip(terms[1:], others, strict=True)
    )


def _together(terms: Sequence[Term], words: Sequence[str]) -> str:
    return words[0] if len(set(words)) == 1 else _joined(terms, words)
