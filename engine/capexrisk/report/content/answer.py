"""The answer of a run, as numbers: who burns cash, who cannot fund its plan, and why.

Page, workbook, Markdown and terminal write it down, each in its own way.
"""

from __future__ import annotations

from dataclasses import dataclass

from capexrisk.archive.results import Results
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.metrics import SYSTEM, failures_metric
from capexrisk.model.vocabulary import CAUSES
from capexrisk.report.writing.estimates import NEGATIVE, Estimates, end_of_horizon, last_quarters
from capexrisk.report.writing.words import at_least


@dataclass(frozen=True)
class IssuerAnswer:
    """The answer for one issuer.

    Attributes
    ----------
    name : str
    negative : dict of str to Estimate
        Chance of negative free cash flow, by year, among the paths on which it lives through it.
    failed : dict of str to Estimate
        Chance of funding failure by the end of each year.
    cause : tuple of str and Estimate, optional
        The commonest cause of failure and its share of the failures; None if it never fails.
    why : str
        That cause in a sentence; "" if there is none.
    """

    name: str
    negative: dict[str, Estimate]
    failed: dict[str, Estimate]
    cause: tuple[str, Estimate] | None
    why: str

    @property
    def failure(self) -> Estimate:
        """Chance of funding failure within the horizon."""
        return _last(self.failed)

    @property
    def burning(self) -> tuple[str, Estimate]:
        """The year likeliest to have negative free cash flow, the first of equals; its chance."""
        known = [name for name, chance in self.negative.items() if chance.n] or self.negative
        year = max(known, key=lambda name: self.negative[name].observed)
        return year, self.negative[year]


@dataclass(frozen=True)
class Together:
    """How likely several issuers fail.

    Attributes
    ----------
    label : str
        How many at least, in words.
    failed : dict of str to Estimate
        Chance that so many have failed by the end of each year.
    """

    label: str
    failed: dict[str, Estimate]

    @property
    def failure(self) -> Estimate:
        """Chance that so many fail within the horizon."""
        return _last(self.failed)


@dataclass(frozen=True)
class Answer:
    """The answer of a run.

    Attributes
    ----------
    end : str
        End of the horizon: a year, or a quarter.
    issuers : list of IssuerAnswer
        In the scenario's order.
    together : list of Together
        Any issuer, two or more, all of them; of a single issuer only the first.
    """

    end: str
    issuers: list[IssuerAnswer]
    together: list[Together]


def answer(results: Results, estimates: Estimates) -> Answer:
    """Look up the answer of a run.

    Parameters
    ----------
    results : Results
    estimates : Estimates
        Of these results.
    """
    ends = last_quarters(results)
    chance = estimates.probability
    causes = {name: estimates.main_cause(name) for name in results.issuers}
    issuers = [
        IssuerAnswer(
            name=name,
            negative={year: chance(NEGATIVE, name, year) for year in results.years},
            failed={year: chance("funding_failure", name, end) for year, end in ends.items()},
            cause=cause,
            why="" if cause is None else results.words.fill(CAUSES[cause[0]]),
        )
        for name, cause in causes.items()
    ]
    together = []
    for count in sorted({1, min(2, len(issuers)), len(issuers)}):
        metric = failures_metric(count)
        failed = {year: chance(metric, SYSTEM, end) for year, end in ends.items()}
        together.append(Together(at_least(count, len(issuers)), failed))
    return Answer(end_of_horizon(results), issuers, together)


def _last(by_year: dict[str, Estimate]) -> Estimate:
    return next(reversed(by_year.values()))
