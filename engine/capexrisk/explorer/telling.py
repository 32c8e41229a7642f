"""An answer as a page takes it: numbers for the charts, words for the reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite, nan
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.intervals import standard_error, student_half_width
from capexrisk.estimate.metrics import HORIZON, SYSTEM, failures_metric
from capexrisk.estimate.names import Name
from capexrisk.estimate.paired import LEAST_DIFFERING, paired
from capexrisk.explorer.figures import (
    FAILURE,
    FREE_CASH_FLOW,
    NEGATIVE,
    SHARE_OF_CAUSE,
    Figures,
)
from capexrisk.explorer.subject import end_of
from capexrisk.explorer.view import View
from capexrisk.model.vocabulary import CAUSES
from capexrisk.report.writing.numbers import (
    MINUS,
    money,
    number,
    one_digit,
    percentage,
    rounded_up,
    signed,
)
from capexrisk.report.writing.odds import odds, odds_and_range
from capexrisk.report.writing.words import REASONS, at_least, counted
from capexrisk.run.plan import REPLICATES
from capexrisk.scenario import Scenario

if TYPE_CHECKING:
    from capexrisk.explorer.desk import Answer

__all__ = ["Change", "Changes", "differences", "shown", "told"]

Json = dict[str, Any]
PER_CENT: Final = 100.0
THIS: Final = "the scenario"
UNKNOWN: Final = "(too few paths)"


class Change(NamedTuple):
    """Difference from another scenario, and half of its 95 % interval."""

    value: float
    half: float


Estimates = Mapping[Name, Estimate]
Changes = Mapping[Name, Change]


def told(answer: Answer, view: View, scenario: Scenario, base: Scenario) -> Json:
    """An answer for a page, as JSON takes it.

    Parameters
    ----------
    answer : Answer
    view : View
        Of the answer.
    scenario, base : Scenario
        The one that the view moves, and the one that is behind it; both as they stand.
    """
    changes = differences(answer) if answer.moved else {}
    behind = THIS if scenario is base else base.name
    found, own = (
        {name: one.estimate for name, one in figures.found.items()}
        for figures in (answer.figures, answer.base)
    )
    return {
        "paths": REPLICATES * answer.points,
        **shown(found, own, changes, scenario, view.issuer, view.year, f"{behind} as it stands"),
        "histogram": _histogram(answer.figures, answer.base),
        "behind": f"As {behind} stands" if answer.moved else "",
    }


def shown(
    found: Estimates,
    base: Estimates,
    changes: Changes,
    scenario: Scenario,
    issuer: str,
    year: str,
    beside: str,
) -> Json:
    """What a page shows of estimates beside those of another scenario.

    Parameters
    ----------
    found, base : mapping of Name to Estimate
    changes : mapping of Name to Change
        Differences, as far as they are known.
    scenario : Scenario
        Of the estimates.
    issuer, year : str
        Whose free cash flow is looked at, and of which year.
    beside : str
        What the base is, in a sentence.

    Returns
    -------
    dict
        ``figures`` has for each estimate, by its name: value, ends of the 95 % interval, and the
        base's value.
    """
    figures = {}
    for name, one in found.items():
        own = base[name].value if name in base else nan
        numbers = (one.value, one.ci_low, one.ci_high, own)
        figures[str(name)] = [float(x) if isfinite(x) else None for x in numbers]
    return {
        "figures": figures,
        "rows": list(_rows(found, base, changes, scenario)),
        "cash_flow": _cash_flow(found, changes, issuer, year),
        "summary": _summary(found, changes, scenario, issuer, beside),
    }


def differences(answer: Answer) -> dict[Name, Change]:
    """Paired differences of all estimates that both have."""
    found, base = answer.figures.found, answer.base.found
    names = [name for name in found if name in base]
    first, second = (np.array([one[name].values for name in names]) for one in (base, found))
    unseen = np.array([_unseen(base[name].estimate, found[name].estimate) for name in names])
    with np.errstate(invalid="ignore"):
        apart = paired(first, second, unseen)
    half = apart.ci_high - apart.value
    # As in a comparison of runs: what moves in few nets alone does not show its error.
    differing = (first != second).sum(axis=1)
    half[(unseen == 0.0) & (differing > 0) & (differing < LEAST_DIFFERING)] = nan
    return {
        name: Change(float(value), float(width))
        for name, value, width in zip(names, apart.value, half, strict=True)
    }


def _unseen(first: Estimate, second: Estimate) -> float:
    """Change of a net's value if one more of the paths that count differed."""
    if not second.is_probability:
        return 0.0
    return REPLICATES / max(min(first.n, second.n), 1)


def _histogram(figures: Figures, base: Figures) -> Json:
    half = student_half_width(REPLICATES) * standard_error(figures.bins, axis=0)
    return {
        "edges": figures.edges.tolist(),
        "shares": figures.bins.mean(axis=0).tolist(),
        "half": half.tolist(),
        "base": base.bins.mean(axis=0).tolist(),
    }


def _rows(
    found: Estimates, base: Estimates, changes: Changes, scenario: Scenario
) -> Iterable[Json]:
    """A row for each issuer, then for failures of several."""
    issuers = [issuer.name for issuer in scenario.issuers]
    end = scenario.quarter_labels()[-1]
    for issuer in issuers:
        failure = Name(issuer, end, FAILURE, "probability")
        years = [
            name
            for year in scenario.calendar_years()
            if (name := Name(issuer, year.label, NEGATIVE, "probability")) in found
        ]
        likeliest = max(years, key=lambda name: _observed(found[name]))
        # The difference is one of the year that is likeliest now.
        before = [name for name in years if name in base] if likeliest in changes else []
        was = max(before, key=lambda name: _observed(base[name]), default=likeliest)
        yield {
            "issuer": issuer,
            "name": issuer,
            **_chance("failure", failure, found, changes),
            **_chance("negative", likeliest, found, changes),
            "year": likeliest.period,
            "year_before": was.period if was != likeliest else "",
            "cause": _cause(issuer, found, scenario),
        }
    for count in sorted({1, min(2, len(issuers)), len(issuers)} if len(issuers) > 1 else ()):
        several = Name(SYSTEM, end, failures_metric(count), "probability")
        label = at_least(count, len(issuers))
        chance = _chance("failure", several, found, changes)
        yield {"issuer": "", "name": label, "count": count, **chance}


def _chance(what: str, name: Name, found: Estimates, changes: Changes) -> Json:
    estimate = found[name]
    return {
        what: percentage(estimate),
        f"{what}_odds": odds(estimate),
        f"{what}_change": _points(changes.get(name)),
        f"{what}_sign": _sign(changes.get(name)),
    }


def _cause(issuer: str, found: Estimates, scenario: Scenario) -> str:
    """The cause that binds most often where it fails, with its share."""
    shares = {
        cause: found[name]
        for cause in CAUSES
        if (name := Name(issuer, HORIZON, SHARE_OF_CAUSE.format(cause), "probability")) in found
    }
    seen = {cause: share for cause, share in shares.items() if share.hits}
    if not seen:
        return ""
    cause = max(seen, key=lambda cause: seen[cause].hits)
    return f"{scenario.words.fill(REASONS[cause])}, {percentage(seen[cause])}"


def _cash_flow(found: Estimates, changes: Changes, issuer: str, year: str) -> Json:
    """Free cash flow of the issuer and year that are looked at."""
    told: Json = {}
    for statistic in ("mean", "p5", "p95"):
        name = Name(issuer, year, FREE_CASH_FLOW, statistic)
        if name in found:
            told[statistic] = money(found[name], unit=True)
            told[f"{statistic}_change"] = _amount(changes.get(name), "$", "bn")
    return told


def _summary(
    found: Estimates, changes: Changes, scenario: Scenario, issuer: str, beside: str
) -> str:
    """The answer in a sentence or two, as it is read aloud."""
    last = scenario.quarter_labels()[-1]
    failure = Name(issuer, last, FAILURE, "probability")
    expected = found[Name(SYSTEM, last, "expected_failures", "mean")]
    return (
        f"{issuer} fails by the end of {end_of(scenario)}: "
        f"{odds_and_range(found[failure])}{_beside(changes.get(failure), beside)}. "
        f"Expected are {number(expected)} failures of {counted(len(scenario.issuers), 'issuer')}."
    )


def _beside(change: Change | None, beside: str) -> str:
    """A difference of chances in a sentence."""
    if change is None:
        return ""
    sign = _sign(change)
    if sign == 0:
        return f", no change that can be told ({_points(change)} points)"
    size = _points(Change(abs(change.value), change.half)).removeprefix("+")
    way = "more" if sign > 0 else "less"
    return f", {size} points {way} than in {beside}"


def _points(change: Change | None) -> str:
    """A difference of chances in points, "+1.2 ± 0.1"; "" where nothing is moved."""
    if change is None:
        return ""
    return _written(Change(PER_CENT * change.value, PER_CENT * change.half), "", "")


def _amount(change: Change | None, before: str, after: str) -> str:
    return "" if change is None else _written(change, before, after)


def _written(change: Change, before: str, after: str) -> str:
    if not isfinite(change.value):
        return ""
    if change.value == 0.0 and change.half == 0.0:
        return "no change"
    decimals, error = 2, UNKNOWN  # where half is 0 or NaN
    if change.half > 0.0:
        decimals = max(0, min(one_digit(change.half), 4))
        error = f"± {rounded_up(change.half, decimals):,.{decimals}f}"
    size = signed(abs(change.value), decimals)
    sign = "" if not float(size.replace(",", "")) else MINUS if change.value < 0.0 else "+"
    return f"{sign}{before}{size}{after} {error}"


def _sign(change: Change | None) -> int:
    """1 and −1 where a chance has certainly risen or fallen; 0 where that cannot be told."""
    if change is None or not abs(change.value) > change.half:
        return 0
    return 1 if change.value > 0.0 else -1


def _observed(estimate: Estimate) -> float:
    return estimate.observed if estimate.n else -1.0
