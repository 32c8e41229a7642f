"""The errors a user of the package may meet, one small family."""

from __future__ import annotations

LONGEST_PART = 400  # characters; a file may hold a word of a megabyte

__all__ = [
    "BudgetExceeded",
    "CapexriskError",
    "KernelFault",
    "ResultsError",
    "ResumeMismatch",
    "RunDirectoryError",
    "RunStopped",
    "ScenarioError",
    "WorkersLost",
]


class CapexriskError(Exception):
    """Any error that the package raises on purpose; its text is one line."""


class ScenarioError(CapexriskError):
    """A scenario that is wrong or cannot be read.

    Parameters
    ----------
    where : str
        The place: file and dotted key, ``configs/x.toml: issuers.Oracle.cash_usd_bn``.
    value : str
        What stands there and what is wrong with it: ``-3 is negative``.
    hint : str
        How to mend it: ``give 0 or more``.
    others : tuple of ScenarioError
        Further errors of the same scenario, in its order. The text only counts them.
    """

    def __init__(
        self, where: str, value: str, hint: str, others: tuple[ScenarioError, ...] = ()
    ) -> None:
        super().__init__(where, value, hint, others)  # all of them, so that it pickles
        self.where = where
        self.value = _shortened(value)
        self.hint = _shortened(hint)
        self.others = others

    def __str__(self) -> str:
        line = f"{self.where}: {self.value}; {self.hint}"
        return f"{line} (and {len(self.others)} more)" if self.others else line


class ResultsError(CapexriskError):
    """A run directory that is missing, unfinished or cannot be read."""


class RunDirectoryError(CapexriskError):
    """An output directory that exists already, cannot be written, or is in use."""


class ResumeMismatch(CapexriskError):
    """A run that cannot go on here, because it would not be the same run.

    Parameters
    ----------
    where : str
        The run.
    differences : dict of str to (str, str)
        What differs: then, now.
    """

    def __init__(self, where: str, differences: dict[str, tuple[str, str]]) -> None:
        super().__init__(where, differences)
        self.where = where
        self.differences = differences

    def __str__(self) -> str:
        parts = (f"{name} was {then}, is {now}" for name, (then, now) in self.differences.items())
        return (
            f"{self.where}: cannot go on, the rest would not be the same run ({', '.join(parts)}); "
            "go on with what it was begun with, or run again"
        )


class BudgetExceeded(CapexriskError):
    """A run that is expected to take more than is allowed; it was not begun."""


class RunStopped(CapexriskError):
    """A run that could not go on, and what of it is kept."""


class KernelFault(CapexriskError):
    """The compiled code broke one of its own rules, or too many paths were quarantined."""


class WorkersLost(CapexriskError):
    """Workers died in the middle of a run, and nobody is left to do their work."""


def _shortened(text: str) -> str:
    """Text that stays on the screen: its beginning and its end."""
    if len(text) <= LONGEST_PART:
        return text
    return f"{text[: LONGEST_PART // 2]}...{text[-LONGEST_PART // 4 :]}"
