"""A figure that was found for a key of an issuer, and which of several counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from capexrisk.filings import Draft
from capexrisk.scenario.issuer import Issuer
from capexrisk.tables.actuals import Actual

__all__ = ["Found", "Sources", "latest", "shown"]


class Found(NamedTuple):
    """A figure.

    Attributes
    ----------
    day : date
        Of which it is; the last day of a flow.
    value : object
        As in a scenario file.
    evidence : str
        ``"confidence: source"``.
    rows : tuple of Actual
        The rows that it is from; none if it is from filings.
    """

    day: dt.date
    value: object
    evidence: str
    rows: tuple[Actual, ...] = ()


@dataclass(frozen=True)
class Sources:
    """What is known of an issuer between the old start and the new one.

    Attributes
    ----------
    issuer : Issuer
        As in the old scenario.
    draft : Draft or None
        From its filings.
    rows : sequence of Actual
        Its rows, in the order of their file.
    begin, start : int
        First quarter of the old scenario and of the new one (`periods.quarter_at`).
    opened, until : date
        The day before each.
    """

    issuer: Issuer
    draft: Draft | None
    rows: Sequence[Actual]
    begin: int
    start: int
    opened: dt.date
    until: dt.date

    @property
    def elapsed(self) -> range:
        """Quarters between the two starts."""
        return range(self.begin, self.start)

    def is_news(self, day: dt.date) -> bool:
        """Whether the old scenario could not have had a figure of that day, and the new one can."""
        return self.opened < day <= self.until

    def of(self, metrics: Iterable[str]) -> list[Actual]:
        """News among the rows: by metric in this order, of each the file's last row first."""
        return [row for row in self.named(metrics) if self.is_news(row.dates.last)]

    def named(self, metrics: Iterable[str]) -> list[Actual]:
        """Rows of these metrics, news or not, in the order of `of`."""
        return [row for metric in metrics for row in reversed(self.rows) if row.metric == metric]

    def drafted(self, keys: Mapping[str, str] | Iterable[str]) -> dict[str, Found]:
        """What its filings give of these keys, if the filings are news."""
        if self.draft is None or not self.is_news(self.draft.anchor):
            return {}
        figures = self.draft.figures
        return {
            key: Found(self.draft.anchor, figures[key].value, figures[key].evidence)
            for key in keys
            if key in figures
        }


def latest(candidates: Iterable[Found]) -> Found | None:
    """The one of the latest day; of two of one day the first."""
    return max(candidates, key=lambda found: found.day, default=None)


def shown(value: float) -> str:
    """A figure inside a line of evidence, to three decimals.

    >>> shown(126.843), shown(98.0), shown(0.25)
    ('126.843', '98', '0.25')
    """
    return f"{value:.3f}".rstrip("0").rstrip(".")
