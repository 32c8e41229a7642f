"""The figures that a committee asks for in each run of a comparison, with their differences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.lookup import NUMBERS
from capexrisk.estimate.metric import Unit
from capexrisk.estimate.metrics import HORIZON, SYSTEM, metric_of, of_whom
from capexrisk.estimate.names import Name
from capexrisk.report.content.changes import OF_ISSUERS, OF_THE_SYSTEM, Followed
from capexrisk.report.writing.estimates import last_quarters
from capexrisk.report.writing.words import OF_STATISTICS, listed, words_of
from capexrisk.scenario.words import capitalised
from capexrisk.study.comparison import Comparison


class Beside(NamedTuple):
    """A figure in every run.

    Attributes
    ----------
    issuer : str
        A name, or "system".
    words : str
    period : str
    unit : {"$bn", "$bn a year", "bp", "fraction", "probability", "issuers"}
    estimates : list of Estimate or None
        By run; None where a run does not reach so far.
    differences : list of Estimate or None
        Of each other run from the base, with the error of pairs where the runs make pairs.
    """

    issuer: str
    words: str
    period: str
    unit: Unit
    estimates: list[Estimate | None]
    differences: list[Estimate | None]


def title_of(comparison: Comparison) -> str:
    """What is held against what."""
    return f"{listed(comparison.others)} against {comparison.base}"


def warnings_of(comparison: Comparison) -> list[str]:
    """Paths that runs left out, each with the run's name."""
    return [
        f"{name}: {results.quarantine_note}"
        for name, results in comparison.runs.items()
        if results.quarantine_note
    ]


def shared_issuers(comparison: Comparison) -> list[str]:
    """Issuers of the base that another run has as well."""
    base, *others = comparison.runs.values()
    return [i for i in base.issuers if any(i in other.issuers for other in others)]


def across(comparison: Comparison, name: Name) -> list[Estimate | None]:
    """An estimate in each run; None where a run does not have it."""
    return [results.lookup.get(name) for results in comparison.runs.values()]


def side_by_side(comparison: Comparison) -> Iterator[Beside]:
    """Followed figures of shared issuers and of the system, whether they differ or not."""
    names = dict(_names(comparison))
    differences = _differences(comparison, set(names))
    for name, words in names.items():
        estimates = across(comparison, name)
        if any(estimates):
            unit = metric_of(name.metric, of_whom(name.issuer)).unit
            found = [differences.get((other, name)) for other in comparison.others]
            yield Beside(name.issuer, words, name.period, unit, estimates, found)


def _names(comparison: Comparison) -> Iterator[tuple[Name, str]]:
    """Names and words of the followed figures, in the base's periods."""
    periods = _periods(comparison)
    of_issuers = [(issuer, OF_ISSUERS) for issuer in shared_issuers(comparison)]
    for issuer, headlines in (*of_issuers, (SYSTEM, OF_THE_SYSTEM)):
        for one in headlines:
            statistic = one.statistic or metric_of(one.metric, of_whom(issuer)).statistics[0]
            for period in periods[one.when]:
                name = Name(issuer, period, one.metric, statistic)
                yield name, _words(one, issuer, comparison)


def _periods(comparison: Comparison) -> dict[str, list[str]]:
    """Periods of the base; the horizon only where all runs have the same."""
    base, *others = comparison.runs.values()
    same = all(other.quarters == base.quarters for other in others)
    return {
        "year": base.years,
        "end": list(last_quarters(base).values()),
        "horizon": [HORIZON] if same else [],
    }


def _words(one: Followed, issuer: str, comparison: Comparison) -> str:
    words = OF_STATISTICS.get(one.statistic) or words_of(one.metric, issuer, comparison.words)
    return capitalised(words)


def _differences(comparison: Comparison, names: set[Name]) -> dict[tuple[str, Name], Estimate]:
    """Differences from the base by run and name."""
    table = comparison.table[comparison.table["metric"].isin({name.metric for name in names})]
    labels = (table[part] for part in ("scenario", *Name._fields))
    numbers = (table[part] for part in ("difference", *NUMBERS[1:4]))
    found = {}
    for (scenario, *name), (value, error, low, high) in zip(
        zip(*labels, strict=True), zip(*numbers, strict=True), strict=True
    ):
        if Name(*name) in names:
            found[scenario, Name(*name)] = Estimate("difference", value, error, low, high, 0)
    return found
