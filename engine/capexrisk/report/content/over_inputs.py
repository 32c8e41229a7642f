"""What is not known of the inputs: what that does to the answer, and how each may move."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import isnan

from capexrisk.archive.results import Results
from capexrisk.estimate.metrics import SYSTEM
from capexrisk.estimate.names import Name
from capexrisk.report.content.inputs import written
from capexrisk.report.writing.estimates import Estimates, end_of_horizon
from capexrisk.report.writing.numbers import percentage
from capexrisk.report.writing.spread import median_in_per_cent, spread_in_per_cent
from capexrisk.report.writing.words import counted, listed, unbroken
from capexrisk.scenario import inputs
from capexrisk.scenario.section import split_evidence
from capexrisk.uncertainty import input_design
from capexrisk.uncertainty.ranges import range_by
from capexrisk.uncertainty.wording import law_in_words

MOST_NAMED = 4
NOT_DRAWN = (
    "The inputs stand as they are: with them drawn from their ranges as well, which is what to "
    "reckon with, a chance may lie far from the one here."
)
OVER_INPUTS = (
    "Predictive: the chance with the inputs drawn from their ranges as well, the one to reckon "
    "with. P5 to P95: where the chance would lie, in nine of ten cases, if the inputs were known; "
    "< and > are bounds, since points or paths tell no more."
)
TOO_FEW = "n/a there: points or paths are too few to tell."
COVERED = "Errors and intervals on this page measure the sampling of paths"


def what_is_covered(runs: Collection[Results]) -> str:
    """What errors and ranges on a page of these runs cover, and what they do not."""
    if all(results.inputs is None for results in runs):
        return (
            f"{COVERED} alone: they cover neither what is not known of the inputs nor the form of "
            "the model."
        )
    whose = "scenario's" if len(runs) == 1 else "scenarios'"
    return (
        f"{COVERED}, those of predictive chances that of points of the inputs as well. The ranges "
        f"over the inputs cover what is not known of these, as far as the {whose} own ranges tell "
        "it; the form of the model is covered by neither."
    )


def what_is_drawn(results: Results) -> str:
    """How many inputs move, in how many groups, and at how many points, in a sentence."""
    assert results.inputs is not None
    record, scenario = results.inputs.record, results.manifest.scenario
    design = input_design(scenario)
    assert design is not None
    return (
        f"{counted(len(scenario.uncertainty.groups), 'group')} of judgements move "
        f"{len(design.moved):,} of the {counted(len(inputs(scenario)), 'input')}, by "
        f"{counted(record.dimensions, 'draw')} at each of {counted(record.outer, 'point')}, with "
        f"{counted(record.inner, 'path')} a point."
    )


def over_inputs(results: Results, estimates: Estimates) -> str:
    """The answer over the inputs in sentences: predictive chances, and how far they move."""
    drawn = results.inputs
    assert drawn is not None
    last = results.quarters[-1]
    chances = {
        name: found
        for name in results.issuers
        if (found := estimates.predictive("funding_failure", name, last)) is not None
    }
    likeliest = sorted(chances, key=lambda name: -chances[name].observed)[:MOST_NAMED]
    named = []
    for name in likeliest:
        spread = estimates.spread("funding_failure", name, last)
        median, ends = median_in_per_cent(spread), spread_in_per_cent(spread)
        named.append(
            f"{name} {unbroken(percentage(chances[name]))} "
            f"(median {unbroken(median)}, range {unbroken(ends)})"
        )
    others = len(chances) - len(likeliest)
    rest = ""
    if others:
        most = max(chances[name].ci_high for name in chances if name not in likeliest)
        rest = f"; {counted(others, 'other issuer')} below {100.0 * most:.2g} %"
    words = (
        f"With the inputs drawn from their ranges the chances to fail by the end of "
        f"{end_of_horizon(results)} are {listed(named)}{rest}. These predictive chances are the "
        "ones to reckon with. In brackets is what the chance would be if the inputs were known: "
        f"its median, and the range from P5 to P95. {what_is_drawn(results)}"
    )
    share = drawn.over(Name(SYSTEM, last, "any_failure", "probability"), "share")
    if not isnan(share.ci_low):
        words += (
            f" Of the variance of whether anybody fails {unbroken(percentage(share))} comes "
            "from what is not known of the inputs, the rest from what happens on the way."
        )
    return words


@dataclass(frozen=True)
class Range:
    """How far a group moves one input.

    Attributes
    ----------
    name : str
        Path of the input, with its place in a list.
    base, low, high : float
        As the scenario gives it, P5 and P95.
    """

    name: str
    base: float
    low: float
    high: float

    @property
    def ends(self) -> str:
        """Both ends as text, three digits each."""
        return " to ".join(written(float(f"{end:.3g}")) for end in (self.low, self.high))

    @property
    def place(self) -> float:
        """Where the scenario's own number lies between the ends, 0 to 1."""
        width = self.high - self.low
        return min(max((self.base - self.low) / width, 0.0), 1.0) if width > 0.0 else 0.5


@dataclass(frozen=True)
class Judgement:
    """A group of inputs: what one judgement moves, how far, and why.

    Attributes
    ----------
    name, law, confidence, source : str
    cut : float
        Largest share of a law that is cut off at the bounds of an input.
    ranges : list of Range
    with_others : list of str
        Groups that it is correlated with, with the correlation.
    """

    name: str
    law: str
    confidence: str
    source: str
    cut: float
    ranges: list[Range]
    with_others: list[str]


def judgements(results: Results) -> list[Judgement]:
    """The groups of a scenario's uncertain inputs, in its order."""
    uncertainty = results.manifest.scenario.uncertainty
    design = input_design(results.manifest.scenario)
    if design is None:
        return []
    found: dict[str, list[Range]] = {name: [] for name in uncertainty.groups}
    cut = dict.fromkeys(uncertainty.groups, 0.0)
    for draw in design.draws:
        cut[draw.group] = max(cut[draw.group], draw.cut)
        for column in draw.entries:
            entry = design.entries[column]
            low, high = range_by(draw, entry)
            found[draw.group].append(Range(entry.name, entry.base, low, high))
    others: dict[str, list[str]] = {name: [] for name in uncertainty.groups}
    for one in uncertainty.correlations:
        for name, other in (one.groups, one.groups[::-1]):
            others[name].append(f"{other} ({one.correlation:+g})")
    return [
        Judgement(
            name,
            law_in_words(group),
            *split_evidence(" ".join(group.evidence.split())),
            cut=cut[name],
            ranges=found[name],
            with_others=others[name],
        )
        for name, group in uncertainty.groups.items()
    ]
