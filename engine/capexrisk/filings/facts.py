"""A companyfacts file of the SEC as typed facts: what the periodic reports of one firm said.

The file is the answer of the SEC's XBRL interface for one firm, downloaded by the user. Periods
are known by their dates and filings by their form. ``fy`` and ``fp`` are of the filing, not of the
fact, and ``frame`` is missing where half-years and nine months are told: none of them is read.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from capexrisk.errors import FilingsError, refuse_type

__all__ = ["Fact", "Facts", "Unavailable", "read_companyfacts"]

LARGEST_FILE: Final = 256 * 2**20  # bytes; the largest known have about 60 MB
ANNUAL_FORMS: Final = frozenset({"10-K", "10-KT", "10-K/A", "10-KT/A"})
PERIODIC_FORMS: Final = ANNUAL_FORMS | {"10-Q", "10-QT", "10-Q/A", "10-QT/A"}
# What comes later than a report and may recast it; only to warn of it.
CURRENT_FORMS: Final = frozenset({"8-K", "8-K/A"})
FORMS: Final = {form: form for form in PERIODIC_FORMS | CURRENT_FORMS}
EARLIEST: Final = dt.date(1990, 1, 1)  # periods that begin before are slips
MOST: Final = 1e15  # USD; ten times the world's output
ACCESSION: Final = re.compile("[0-9]{10}-[0-9]{2}-[0-9]{6}")
TAG: Final = re.compile("[A-Za-z][A-Za-z0-9]{0,199}")  # others are of no XBRL taxonomy
CURRENCY: Final = re.compile("[A-Z]{3}")


class Unavailable(Exception):
    """An item that the filings do not give for certain; the text says why."""


class WrongScale(Unavailable):
    """Periods of one flow that a slip of a thousand divides: neither they nor a sum is certain."""


class Fact(NamedTuple):
    """One number as one filing gave it.

    Attributes
    ----------
    start : date or None
        First day of its period; None for a balance.
    end : date
        Last day of its period, or the day of the balance.
    value : float
        USD.
    accession : str
        The filing's number, ``"0001652044-26-000018"``.
    form : str
        ``"10-K"``, ``"10-Q"``, ...
    filed : date
    """

    start: dt.date | None
    end: dt.date
    value: float
    accession: str
    form: str
    filed: dt.date

    @property
    def order(self) -> tuple[dt.date, str]:
        """By which copies are sorted: the day filed, then the accession number."""
        return self.filed, self.accession


class _Tag(NamedTuple):
    """What a file holds under one tag."""

    usd: tuple[Fact, ...]
    fault: str  # why none of it can be used, or ""


@dataclass(frozen=True)
class Facts:
    """Facts of one firm in USD, as its periodic reports gave them.

    Attributes
    ----------
    entity : str
        Its name as the SEC writes it.
    cik : int
        Its number at the SEC.
    as_of : date
        The day of which this is the knowledge: as asked for, or of the newest report.
    """

    entity: str
    cik: int
    as_of: dt.date
    _tags: Mapping[str, _Tag]
    _current: Mapping[str, tuple[Fact, ...]]  # of 8-Ks

    def of(self, tag: str) -> tuple[Fact, ...]:
        """Facts of a tag, in the order in which they were filed; none if there is no such tag.

        Raises
        ------
        Unavailable
            If one of them is damaged, or the newest are in another currency.
        """
        found = self._tags.get(tag)
        if found is None:
            return ()
        if found.fault:
            raise Unavailable(f"{tag}: {found.fault}")
        return found.usd

    def recast(self, tag: str, fact: Fact) -> Fact | None:
        """The last copy of a fact that an 8-K gave after its filing; None if there is none."""
        later = [
            other
            for other in self._current.get(tag, ())
            if (other.start, other.end) == (fact.start, fact.end) and other.filed > fact.filed
        ]
        return max(later, key=lambda other: other.order, default=None)

    def tags(self) -> tuple[str, ...]:
        """All tags with facts, in alphabetical order."""
        return tuple(sorted(tag for tag, found in self._tags.items() if found.usd or found.fault))


def read_companyfacts(path: str | os.PathLike[str], *, as_of: dt.date | None = None) -> Facts:
    """Read a companyfacts file.

    Memory is bounded by the file's size: facts are cut down to six fields while it is parsed.

    Parameters
    ----------
    path : path-like
        JSON as ``https://data.sec.gov/api/xbrl/companyfacts/CIK##########.json`` gives it.
    as_of : date, optional
        Use only what was filed by then.

    Returns
    -------
    Facts
        Of the forms 10-K and 10-Q, their transition reports and amendments, in USD.

    Raises
    ------
    FilingsError
        If the file cannot be read, is none of companyfacts, is of a firm that reports under IFRS,
        or holds no periodic report (by `as_of`).
    TypeError
        If an argument is of another type.
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path: is of type {type(path).__name__}; give a file's name")
    if as_of is not None:
        refuse_type("as_of", as_of, dt.date, "give a datetime.date")
    place = str(path)
    table = _parse(_text(Path(path), place), place, as_of or dt.date.max)
    facts = table.get("facts") if isinstance(table, dict) else None
    if not isinstance(facts, dict):
        raise FilingsError(
            place, "is not companyfacts: it has no facts", "download CIK##########.json"
        )
    taxonomy = facts.get("us-gaap")
    if not isinstance(taxonomy, dict):
        if "ifrs-full" in facts:
            raise FilingsError(place, "the firm files under IFRS", "give its figures by hand")
        raise FilingsError(
            place, "has no us-gaap facts", "give the file of a firm that files 10-Ks"
        )
    content = {
        tag: found
        if isinstance(found, _Content)
        else _Content((), (), "" if found == {} else "has no units")
        for tag, found in taxonomy.items()
        if TAG.fullmatch(tag)
    }
    newest = max((fact.filed for one in content.values() for fact in one.periodic), default=None)
    if newest is None:
        by = f" filed by {as_of}" if as_of else ""
        raise FilingsError(place, f"has no 10-K or 10-Q{by}", "give a later day or another file")
    return Facts(
        entity=_entity(table.get("entityName"), place),
        cik=_cik(table.get("cik"), place),
        as_of=as_of or newest,
        _tags={tag: _Tag(one.periodic, one.fault) for tag, one in content.items()},
        _current={tag: one.current for tag, one in content.items() if one.current},
    )


class _Content(NamedTuple):
    """A tag as it is parsed."""

    periodic: tuple[Fact, ...]
    current: tuple[Fact, ...]
    fault: str


def _text(path: Path, place: str) -> str:
    try:
        if path.exists() and not path.is_file():
            raise FilingsError(place, "is not a regular file", "name a companyfacts file")
        if path.stat().st_size > LARGEST_FILE:
            size = f"is larger than {LARGEST_FILE // 2**20} MiB"
            raise FilingsError(place, size, "give the file of one firm")
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise FilingsError(place, "no such file", "check the path") from None
    except UnicodeDecodeError as error:
        problem = f"is not JSON: byte {error.start} is not UTF-8"
        raise FilingsError(place, problem, "download it again") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FilingsError(place, f"cannot be read ({reason})", "check the path") from None


def _parse(text: str, place: str, until: dt.date) -> Any:
    """The file's tables, each fact cut down as soon as it is read."""

    def cut_down(table: dict[str, Any]) -> object:
        if "accn" in table:
            return _fact(table, until)
        if "units" in table:
            return _content(table["units"])
        return table

    try:
        return json.loads(text, object_hook=cut_down)
    except json.JSONDecodeError as error:
        problem = f"line {error.lineno}: is not JSON ({error.msg})"
        raise FilingsError(place, problem, "download it again") from None
    except (ValueError, RecursionError):  # digits without end, tables in tables without end
        raise FilingsError(place, "is not sensible JSON", "download it again") from None


def _fact(table: Mapping[str, Any], until: dt.date) -> Fact | str | None:
    """A fact; None if it is of no use, or what is wrong with it."""
    form, value, accession = table.get("form"), table.get("val"), table["accn"]
    if not isinstance(form, str):
        return "a fact names no form"
    if form not in FORMS:
        return None
    try:
        start = _date(table["start"]) if table.get("start") is not None else None
        end, filed = _date(table["end"]), _date(table["filed"])
    except (KeyError, TypeError, ValueError):
        return "a fact has no valid dates"
    if filed > until or end > filed or (start is not None and start < EARLIEST):
        return None
    if start is not None and start > end:
        return f"a period begins on {start} and ends on {end}"
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < MOST:
        return f"{value!r:.40} is no amount of money"
    if not isinstance(accession, str) or not (filing := _filing(accession)):
        return "a fact names no filing"
    return Fact(start, end, value, filing, FORMS[form], filed)


def _content(units: object) -> _Content:
    """A tag's facts in USD; a fault if another currency has newer ones or any is damaged."""
    if not isinstance(units, dict):
        return _Content((), (), "has no units")
    dollars = units.get("USD", ())
    if not isinstance(dollars, list | tuple):
        return _Content((), (), "USD is no list of facts")
    fault = next((one for one in dollars if isinstance(one, str)), "")
    if not fault and not all(one is None or isinstance(one, Fact) for one in dollars):
        fault = "a fact names no filing"
    facts = sorted((one for one in dollars if isinstance(one, Fact)), key=lambda one: one.order)
    periodic = tuple(one for one in facts if one.form in PERIODIC_FORMS)
    newest = max((one.end for one in periodic), default=dt.date.min)
    for unit, others in units.items():
        if unit != "USD" and CURRENCY.fullmatch(unit) and isinstance(others, list):
            ends = [one.end for one in others if isinstance(one, Fact)]
            if ends and max(ends) > newest:
                fault = fault or f"its newest facts are in {unit}, not in USD"
    return _Content(periodic, tuple(one for one in facts if one.form in CURRENT_FORMS), fault)


def _entity(name: object, place: str) -> str:
    if not isinstance(name, str) or not any(c.isalnum() for c in name):
        raise FilingsError(place, "has no entityName", "download it again")
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())


def _cik(cik: object, place: str) -> int:
    """The number, which most files hold as such and others as text with zeros."""
    digits = str(cik) if isinstance(cik, int | str) and not isinstance(cik, bool) else ""
    if not re.fullmatch("[0-9]{1,10}", digits):
        raise FilingsError(place, f"cik is {cik!r:.40}, no number of the SEC", "download it again")
    return int(digits)


@lru_cache(maxsize=2**16)
def _date(text: str) -> dt.date:
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    return dt.date.fromisoformat(text)


@lru_cache(maxsize=2**16)
def _filing(accession: str) -> str:
    """An accession number, one copy for all facts that have it; "" if it is none."""
    return accession if ACCESSION.fullmatch(accession) else ""
