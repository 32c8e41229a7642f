"""Names of estimates, as users write them: metric/issuer, with a period, with a statistic."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from capexrisk.errors import UnknownName, suggest
from capexrisk.estimate.lines import Lines
from capexrisk.estimate.metrics import HORIZON, SYSTEM

if TYPE_CHECKING:
    from capexrisk.lowering import LoweredScenario

FEW_PERIODS: Final = 3  # more are told by their ends


class Name(NamedTuple):
    """Name of an estimate's row in the tidy table; bounds count as "probability"."""

    issuer: str
    period: str
    metric: str
    statistic: str

    def __str__(self) -> str:
        given = () if self.statistic in ("mean", "probability") else (self.statistic,)
        return "/".join((self.metric, self.issuer, self.period, *given))


class Place(NamedTuple):
    """An issuer and period for which a metric has rows in the tidy table, and the statistics."""

    issuer: str
    period: str
    statistics: tuple[str, ...]


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
    lines = Lines(lowered)
    return choose(
        text,
        lines.metrics,
        lambda metric: [Place(at.issuer, at.period, at.statistics) for at in lines.of(metric)],
    )


def choose(
    text: str, metrics: Collection[str], places_of: Callable[[str], Sequence[Place]]
) -> Name:
    """Choose the row that a text names among those of a table; see `resolve`.

    Parameters
    ----------
    text : str
    metrics : collection of str
        Names of the table's metrics.
    places_of : callable
        Returns the places where a metric has rows, in the order of the table.

    Raises
    ------
    UnknownName
    """
    if not isinstance(text, str):
        raise UnknownName(f"{text!r}: is not a name; write metric/issuer, or metric/issuer/period")
    parts = [part.strip() for part in text.split("/")]
    if parts[0] in metrics and len(parts) == 1:
        whole = f"{parts[0]}/{places_of(parts[0])[0].issuer}"
        raise UnknownName(f"{text}: is not a whole name; write whose it is, such as {whole}")
    if not 2 <= len(parts) <= 4:
        shown = text or "''"
        raise UnknownName(f"{shown}: is not a name; write metric/issuer, or metric/issuer/period")
    metric, issuer, *more = parts
    refuse_unknown("metric", metric, metrics, text)
    places = places_of(metric)
    issuers = {place.issuer for place in places}
    if issuers == {SYSTEM} and issuer != SYSTEM:
        raise UnknownName(f"{text}: {metric} is of all issuers together; write {metric}/{SYSTEM}")
    refuse_unknown("issuer", issuer, [place.issuer for place in places], text)
    places = [place for place in places if place.issuer == issuer]
    periods = list(dict.fromkeys(place.period for place in places))
    period = _period(periods, more[0] if more else None)
    if len(periods) > FEW_PERIODS and period[:1].isdigit() and period.upper() not in periods:
        ends = sorted(periods, key=_end)  # the nearest by its letters would mislead
        problem = f"{text}: there is no period {period!r} here"
        raise UnknownName(f"{problem}; give one from {ends[0]} to {ends[-1]}")
    refuse_unknown("period", period, periods, text)
    statistics = [name for at in places if at.period == period for name in at.statistics]
    statistic = more[1] if len(more) > 1 else statistics[0]
    refuse_unknown("statistic", statistic, statistics, text)
    return Name(issuer, period, metric, statistic)


def refuse_unknown(part: str, wanted: object, known: Collection[str], text: str) -> None:
    """Refuse an unknown part of a name, with a suggestion.

    Raises
    ------
    UnknownName
    """
    if not isinstance(wanted, str) or wanted not in known:
        hint = suggest(wanted, dict.fromkeys(known))
        raise UnknownName(f"{text}: there is no {part} {wanted!r} here; {hint}")


def _period(periods: Sequence[str], given: str | None) -> str:
    """The period that is meant; the given one if none fits."""
    if given in (None, HORIZON):
        # A year and its last quarter end together; the year is meant.
        return HORIZON if HORIZON in periods else max(periods, key=lambda p: (_end(p), _is_year(p)))
    within = [period for period in periods if period.startswith(f"{given}Q")]
    return given if given in periods or not within else within[-1]


def _end(period: str) -> str:
    """The last quarter of "2026Q3", "2026" or "2026Q3-Q4"."""
    return f"{period[:4]}Q{period[-1] if 'Q' in period else 4}"


def _is_year(period: str) -> bool:
    """Whether it is a year, or a part of one with more than one quarter inside the horizon."""
    return "Q" not in period or "-" in period
