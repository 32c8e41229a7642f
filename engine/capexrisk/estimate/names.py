"""Names of estimates, as users write them: metric/issuer, with a period, with a statistic."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from typing import NamedTuple

from capexrisk.errors import CapexriskError
from capexrisk.estimate.table import HORIZON, summarise
from capexrisk.estimate.totals import Totals
from capexrisk.lowering import LoweredScenario

MOST_LISTED = 8


class UnknownName(CapexriskError):
    """A name that no row of the tidy table has."""


class Name(NamedTuple):
    """The row of an estimate in the tidy table; bounds of probabilities are "probability"."""

    issuer: str
    period: str
    metric: str
    statistic: str

    def __str__(self) -> str:
        given = () if self.statistic in ("mean", "probability") else (self.statistic,)
        return "/".join((self.metric, self.issuer, self.period, *given))


def resolve(text: str, lowered: LoweredScenario) -> Name:
    """Find the estimate that a text names, before anything is run.

    Parameters
    ----------
    text : str
        ``metric/issuer``, ``metric/issuer/period`` or ``metric/issuer/period/statistic`` in the
        words of the tidy table; the issuer is "system" for the group and the market. Default
        period: the whole horizon, or its last year or quarter. A year stands for its last quarter
        where a metric goes by quarters. Default statistic: the probability, or the mean.
    lowered : LoweredScenario

    Raises
    ------
    UnknownName
        If there is no such row; the message names the part that is wrong and the nearest right one.

    Examples
    --------
    ``funding_failure/Oracle``, ``negative_fcf/Amazon/2026``, ``free_cash_flow/Meta/2027/p5``,
    ``failures_at_least_2/system/2026Q4``, ``failure_with:Meta/Microsoft``.
    """
    parts = [part.strip() for part in text.split("/")]
    if not 2 <= len(parts) <= 4:
        raise UnknownName(f"{text}: is no name; write metric/issuer, or metric/issuer/period")
    empty = summarise(Totals(lowered.layout), lowered, "").table
    rows = [Name(*row) for row in empty[list(Name._fields)].itertuples(index=False)]
    metric, issuer, *more = parts
    rows = _narrow(rows, "metric", metric, text)
    rows = _narrow(rows, "issuer", issuer, text)
    rows = _narrow(rows, "period", _period(rows, more[0] if more else None), text)
    usual = "probability" if rows[0].statistic == "probability" else "mean"
    return _narrow(rows, "statistic", more[1] if len(more) > 1 else usual, text)[0]


def _period(rows: list[Name], given: str | None) -> str:
    """The period that is meant; the given one if these rows have none that fits."""
    periods = list(dict.fromkeys(row.period for row in rows))
    if given in (None, HORIZON):
        # Quarters stand before years: of those that end together the year is meant.
        return HORIZON if HORIZON in periods else max(reversed(periods), key=_end)
    within = [period for period in periods if period.startswith(f"{given}Q")]
    return given if given in periods or not within else within[-1]


def _end(period: str) -> str:
    """The last quarter of "2026Q3", "2026" or "2026Q3-Q4"."""
    return f"{period[:4]}Q{period[-1] if 'Q' in period else 4}"


def _narrow(rows: list[Name], part: str, wanted: str, text: str) -> list[Name]:
    """Those of the rows that have this part."""
    found = [row for row in rows if getattr(row, part) == wanted]
    if not found:
        known = dict.fromkeys(getattr(row, part) for row in rows)
        raise UnknownName(f"{text}: there is no {part} {wanted!r} here; {_hint(wanted, known)}")
    return found


def _hint(wanted: str, known: Collection[str]) -> str:
    close = get_close_matches(wanted, known, n=1, cutoff=0.65)
    if close:
        return f"did you mean {close[0]}?"
    listed = list(known)
    more = f" and {len(listed) - MOST_LISTED} more" if len(listed) > MOST_LISTED else ""
    return f"give one of {', '.join(listed[:MOST_LISTED])}{more}"
