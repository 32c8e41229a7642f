"""Exceptions of the package, all of one base class; each has an exit code.

A message says in one line where the problem is, what is wrong, and how to fix it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from math import inf
from operator import index
from types import UnionType
from typing import ClassVar, Self, SupportsFloat, SupportsIndex

LONGEST_PART = 400  # characters; a word in a file may be a megabyte long
MOST_LISTED = 8
ALIKE = 0.65  # difflib's ratio above which a word may be a misspelling of another
BEGUN = 0.75  # the same, for the beginning of a longer word
MISSING = "missing"
MOST_MISSING = 40  # keys that are missing, in one line
RUN_FAILED = 1
USAGE_WRONG = 2

__all__ = [
    "ArgumentError",
    "BudgetExceeded",
    "CapexriskError",
    "ClusterError",
    "ComparisonError",
    "DimensionError",
    "EventError",
    "FilingsError",
    "KernelFault",
    "MissingSource",
    "NotebookError",
    "OutputLost",
    "PlacedError",
    "ResultsError",
    "ResumeMismatch",
    "RunDirectoryError",
    "RunStopped",
    "ScenarioError",
    "SessionClosed",
    "TableError",
    "TargetError",
    "UnknownName",
    "WorkersLost",
    "nearest",
    "real_number",
    "refuse_no_limit",
    "refuse_type",
    "some_of",
    "suggest",
    "whole_number",
    "whole_number_in_range",
]


class CapexriskError(Exception):
    """Base of all errors that the package raises on purpose; the text is one line.

    Attributes
    ----------
    exit_code : int
        Exit code of a command that ends with it: 1 the run failed, 2 wrong usage or scenario.
    transient : bool
        Whether the same call may succeed later: a machine failed, the input is fine.
    """

    exit_code: ClassVar[int] = USAGE_WRONG
    transient: ClassVar[bool] = False


class ArgumentError(CapexriskError, ValueError):
    """An argument that is unknown, out of range or has no effect.

    Parameters
    ----------
    argument : str
        Its name.
    problem : str
        What is wrong with it and how to fix it: ``0 is out of range; give 1 or more``.
    """

    def __init__(self, argument: str, problem: str) -> None:
        super().__init__(argument, problem)
        self.argument = argument
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.argument}: {self.problem}"


class PlacedError(CapexriskError):
    """An error with its place: what is wrong there, and how to mend it.

    Parameters
    ----------
    where : str
        The place: file and dotted key, ``configs/x.toml: issuers.Oracle.cash_usd_bn``, or file and
        cell, ``firms.csv: row 7, column E``.
    value : str
        The value and what is wrong with it: ``-3 is negative``.
    hint : str
        How to fix it: ``give 0 or more``.
    others : tuple of PlacedError
        Further errors in the same file, in its order. The text names all keys that are missing,
        where the first is, and only counts the rest.
    """

    def __init__(
        self, where: str, value: str, hint: str, others: tuple[PlacedError, ...] = ()
    ) -> None:
        super().__init__(where, value, hint, others)  # all of them, so that it pickles
        self.where = where
        self.value = _shortened(value)
        self.hint = _shortened(hint)
        self.others = others

    def __str__(self) -> str:
        line = f"{self.where}: {self.value}; {self.hint}"
        missing = [other for other in self.others if other.value == self.value == MISSING]
        named = missing[:MOST_MISSING]
        if named:
            line += f"; missing too: {', '.join(other.key for other in named)}"
        more = len(self.others) - len(named)
        return f"{line} (and {more} more)" if more else line

    @property
    def key(self) -> str:
        """The place without the file."""
        return self.where.rpartition(": ")[2]

    @classmethod
    def first_of(cls, faults: Sequence[PlacedError]) -> Self:
        """The first error, which counts the others."""
        first, *others = faults
        return cls(first.where, first.value, first.hint, tuple(others))


class ScenarioError(PlacedError):
    """A scenario that is wrong or cannot be read."""


class TableError(PlacedError):
    """A table, CSV or workbook, that is wrong, too short or cannot be read."""


class FilingsError(PlacedError):
    """A file of filings that cannot be read, or holds none that can be used."""


class MissingSource(CapexriskError):
    """An input of a scenario without confidence and source."""


class UnknownName(CapexriskError):
    """A name that does not exist, such as an estimate's or an outcome's."""


class TargetError(CapexriskError):
    """A target that cannot be parsed or reached."""


class EventError(CapexriskError):
    """A rare event whose name is not about failures."""


class DimensionError(CapexriskError):
    """A scenario with more draws per path than there are direction numbers."""


class ComparisonError(CapexriskError):
    """Runs that cannot be compared, such as fewer than two."""


class ResultsError(CapexriskError):
    """A run directory that is missing, unfinished or cannot be read."""


class RunDirectoryError(CapexriskError):
    """An output directory that exists already, cannot be written, or is in use."""

    transient = True


class ResumeMismatch(CapexriskError):
    """A run that cannot be resumed here, because it would no longer be the same run.

    Parameters
    ----------
    where : str
        The run.
    differences : dict of str to (str, str)
        Differences by name: then, now.
    """

    def __init__(self, where: str, differences: dict[str, tuple[str, str]]) -> None:
        super().__init__(where, differences)
        self.where = where
        self.differences = differences

    def __str__(self) -> str:
        parts = (f"{name} was {then}, is {now}" for name, (then, now) in self.differences.items())
        return (
            f"{self.where}: cannot be resumed, the rest would not be the same run "
            f"({', '.join(parts)}); resume with what it was begun with, or run again"
        )


class BudgetExceeded(CapexriskError):
    """A run that would exceed the memory allowed; it was not started."""


class KernelFault(CapexriskError):
    """A broken invariant of the compiled code, or too many quarantined paths."""

    exit_code = RUN_FAILED


class RunStopped(CapexriskError):
    """A run that stopped before it was finished; the message says why and what is kept."""

    exit_code = RUN_FAILED
    transient = True


class SessionClosed(CapexriskError):
    """A session that was asked after it was closed."""


class OutputLost(CapexriskError):
    """What was to be printed and could not be; the message says what is kept."""

    exit_code = RUN_FAILED


class WorkersLost(CapexriskError):
    """Workers that died during a run, with none left to do their work."""

    exit_code = RUN_FAILED
    transient = True


class ClusterError(CapexriskError):
    """A cluster that cannot be reached, has no workers, or whose workers have other versions."""

    transient = True


class NotebookError(CapexriskError):
    """What a notebook needs to show a page is not installed."""


def refuse_type(argument: str, value: object, wanted: type | UnionType, hint: str) -> None:
    """Refuse an argument of another type.

    Raises
    ------
    TypeError
    """
    if not isinstance(value, wanted):
        raise TypeError(f"{argument}: is of type {type(value).__name__}; {hint}")


def whole_number(argument: str, value: SupportsIndex) -> int:
    """The whole number that an argument is, as Python's own: of whatever type, but no truth value.

    >>> import numpy as np
    >>> whole_number("seed", np.uint32(5))
    5

    Raises
    ------
    ArgumentError
    """
    try:
        if not isinstance(value, bool):
            return index(value)
    except TypeError:
        pass
    shown = _shortened(repr(value))
    raise ArgumentError(argument, f"{shown} is not a whole number; give one")


def whole_number_in_range(argument: str, value: SupportsIndex, least: int, most: int) -> int:
    """The whole number that an argument is, as of `whole_number`, from `least` to `most`.

    Raises
    ------
    ArgumentError
    """
    number = whole_number(argument, value)
    if least <= number <= most:
        return number
    raise ArgumentError(argument, f"{number} is out of range; give {least:,} to {most:,}")


def real_number(argument: str, value: SupportsFloat) -> float:
    """The number that an argument is, as Python's own: of whatever type, but no text.

    >>> real_number("max_seconds", 100)
    100.0

    Raises
    ------
    ArgumentError
    """
    try:
        if not isinstance(value, str | bytes | bool):
            return float(value)
    except (TypeError, ValueError, OverflowError):
        pass
    raise ArgumentError(argument, f"{_shortened(repr(value))} is not a number; give one")


def refuse_no_limit(argument: str, limit: float) -> None:
    """Refuse a limit that is none: 0, less, or without end.

    Raises
    ------
    ArgumentError
    """
    if limit == inf:
        raise ArgumentError(argument, "inf is no limit; leave it out")
    if not limit > 0.0:
        raise ArgumentError(argument, f"{limit:g} is out of range; give more than 0")


def nearest(word: object, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, ignoring case; None if none is close.

    >>> nearest("orakle", ["Oracle", "Meta"]), nearest("demnd", ["tax", "demand0_usd_bn_per_year"])
    ('Oracle', 'demand0_usd_bn_per_year')
    """
    if not isinstance(word, str):
        return None
    by_case = {name.casefold(): name for name in known}
    folded = word.casefold()
    close = get_close_matches(folded, by_case, n=1, cutoff=ALIKE)
    if close:
        return by_case[close[0]]
    # The beginning of a long key, such as "market.demnd" of "demand0_usd_bn_per_year".
    beginnings = {name[: len(folded)]: name for name in reversed(by_case)}
    begun = get_close_matches(folded, beginnings, n=1, cutoff=BEGUN) if len(folded) > 3 else []
    return by_case[beginnings[begun[0]]] if begun else None


def suggest(word: object, known: Iterable[str], otherwise: str = "") -> str:
    """Suggestion for an unknown word: the closest known one, or else the list of them.

    >>> suggest("sobel", ["sobol", "plain"])
    'did you mean sobol?'
    >>> suggest("x", ["sobol", "plain"]), suggest("x", ["sobol"], "leave it out")
    ('give one of sobol, plain', 'leave it out')
    """
    names = list(known)
    close = nearest(word, names)
    if close is not None:
        return f"did you mean {close}?"
    return otherwise or f"give one of {some_of(names)}"


def some_of(names: Iterable[str], most: int = MOST_LISTED) -> str:
    """Names between commas: of many the first, and how many more there are."""
    known = list(names)
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return ", ".join(known[:most]) + more


def _shortened(text: str) -> str:
    """Long text cut to its beginning and its end."""
    if len(text) <= LONGEST_PART:
        return text
    return f"{text[: LONGEST_PART // 2]}...{text[-LONGEST_PART // 4 :]}"
