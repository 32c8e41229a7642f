"""The answer of a run, as numbers: who burns cash, who cannot fund its plan, and why.

Page, workbook, Markdown and terminal write it down, each in its own way.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from capexrisk.archive.results import Results
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.metrics import SYSTEM, failures_metric
from capexrisk.report.content.causes import main_mechanisms
from capexrisk.report.writing.estimates import NEGATIVE, Estimates, end_of_horizon, last_quarters
from capexrisk.report.writing.spread import Spread
from capexrisk.report.writing.words import REASONS, at_least
from capexrisk.study.why import NOTHING, Why


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
    negative_over_inputs, failed_over_inputs : dict of str to Spread or None
        How these two spread over the inputs, where the run tells it.
    causes : list of (str, Estimate)
        The constraint that bound most often in the failing quarter and its share of the failures,
        with the second one where it may be as common; none if it never fails.
    why : str
        These causes in a sentence; "" if there is none.
    main : list of (str, Estimate)
        The mechanism of the model whose absence would prevent most of its failures and their share,
        with those that may prevent as many; none where nobody asked, or too few paths tell.
    """

    name: str
    negative: dict[str, Estimate]
    failed: dict[str, Estimate]
    negative_over_inputs: dict[str, Spread | None]
    failed_over_inputs: dict[str, Spread | None]
    causes: list[tuple[str, Estimate]]
    why: str
    main: list[tuple[str, Estimate]] = field(default_factory=list)

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

    @property
    def burning_years(self) -> list[str]:
        """That year, and those that the paths cannot tell from it."""
        year, most = self.burning
        return [
            name
            for name, chance in self.negative.items()
            if name == year or chance.ci_high >= most.ci_low  # false of a chance of no paths
        ]


@dataclass(frozen=True)
class Together:
    """How likely several issuers fail.

    Attributes
    ----------
    label : str
        How many at least, in words.
    failed : dict of str to Estimate
        Chance that so many have failed by the end of each year.
    over_inputs : dict of str to Spread or None
        How it spreads over the inputs, where the run tells it.
    """

    label: str
    failed: dict[str, Estimate]
    over_inputs: dict[str, Spread | None]

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
    asked : bool
        Whether it is known what prevents failures by the end of the horizon.
    """

    end: str
    issuers: list[IssuerAnswer]
    together: list[Together]
    asked: bool = False


def answer(results: Results, estimates: Estimates, why: Why = NOTHING) -> Answer:
    """Look up the answer of a run.

    Parameters
    ----------
    results : Results
    estimates : Estimates
        Of these results.
    why : Why, optional
        What was left with the run.
    """
    counterfactual = why.causes_by(results.quarters[-1])
    ends = last_quarters(results)
    chance, spread = estimates.probability, estimates.spread
    causes = {name: estimates.main_causes(name) for name in results.issuers}
    issuers = [
        IssuerAnswer(
            name=name,
            negative={year: chance(NEGATIVE, name, year) for year in results.years},
            failed={year: chance("funding_failure", name, end) for year, end in ends.items()},
            negative_over_inputs={year: spread(NEGATIVE, name, year) for year in results.years},
            failed_over_inputs={
                year: spread("funding_failure", name, end) for year, end in ends.items()
            },
            causes=found,
            why=" or ".join(results.words.fill(REASONS[cause]) for cause, _ in found),
            main=[] if counterfactual is None else main_mechanisms(counterfactual, name),
        )
        for name, found in causes.items()
    ]
    together = []
    for count in sorted({1, min(2, len(issuers)), len(issuers)}):
        metric = failures_metric(count)
        failed = {year: chance(metric, SYSTEM, end) for year, end in ends.items()}
        over_inputs = {year: spread(metric, SYSTEM, end) for year, end in ends.items()}
        together.append(Together(at_least(count, len(issuers)), failed, over_inputs))
    return Answer(end_of_horizon(results), issuers, together, counterfactual is not None)


def _last(by_year: dict[str, Estimate]) -> Estimate:
    return next(reversed(by_year.values()))
