"""The answer in sentences: who burns cash, who cannot fund its plan, how likely, how sure."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from capexrisk.archive.results import Results
from capexrisk.estimate.independent import Estimate
from capexrisk.report.content.answer import Answer
from capexrisk.report.writing.estimates import Estimates, threshold_of
from capexrisk.report.writing.numbers import money, percentage
from capexrisk.report.writing.odds import odds_and_range
from capexrisk.report.writing.words import counted, listed, unbroken
from capexrisk.scenario import inputs

MOST_NAMES = 6
MOST_RANKED = 3


class Finding(NamedTuple):
    """A question and its answer."""

    question: str
    answer: str


def find(results: Results, estimates: Estimates, answer: Answer, years: list[str]) -> list[Finding]:
    """The findings of a run, the most important first.

    Parameters
    ----------
    results : Results
    estimates : Estimates
    answer : Answer
    years : list of str
        Years to name.
    """
    findings = [
        Finding("Who burns cash?", _burning(answer, years)),
        Finding("Who cannot fund its commitments?", _failing(answer)),
    ]
    if len(answer.issuers) > 1:
        findings.append(Finding("Together?", _together(answer)))
    findings.append(Finding("How much from outside?", _outside(results, estimates)))
    findings.append(Finding("How sure is that?", _certainty(results)))
    return findings


def _burning(answer: Answer, years: list[str]) -> str:
    parts = []
    for year in years:
        chances = {issuer.name: issuer.negative[year] for issuer in answer.issuers}
        likely = [name for name, chance in chances.items() if chance.observed > 0.5]
        likely.sort(key=lambda name: -chances[name].observed)
        named = [f"{name} ({_chance(chances[name])})" for name in likely]
        parts.append(f"in {year} {listed(named, MOST_NAMES) or 'nobody'}")
    said = "; ".join(parts)
    return f"More likely than not to have negative free cash flow, if they survive: {said}."


def _failing(answer: Answer) -> str:
    seen = [issuer for issuer in answer.issuers if issuer.failure.observed]
    seen.sort(key=lambda issuer: -issuer.failure.observed)
    period = f"By the end of {answer.end}"
    if not seen:
        chance = _words(answer.issuers[0].failure)
        return f"{period} nobody, on any path: {chance} for each issuer."
    named = []
    for issuer in seen[:MOST_RANKED]:
        why = f", mainly {issuer.why}" if issuer.why else ""
        named.append(f"{issuer.name}, {_words(issuer.failure)}{why}")
    rest = len(answer.issuers) - len(named)
    if rest:
        named.append(f"{counted(rest, 'other issuer')}, none with a greater chance")
    return f"{period}: {'; '.join(named)}."


def _together(answer: Answer) -> str:
    parts = [f"{each.label.lower()}, {_words(each.failure)}" for each in answer.together]
    return f"Failures by the end of {answer.end}: {'; '.join(parts)}."


def _outside(results: Results, estimates: Estimates) -> str:
    mean, low, high = (
        unbroken(money(estimates.amount("outside_funding", statistic=name), unit=True))
        for name in ("mean", "p5", "p95")
    )
    threshold = threshold_text(results, "outside_funding")
    above = _words(estimates.probability("outside_funding_above_threshold"))
    return (
        f"The issuers raise {mean} over the horizon on average (P5 {low}, P95 {high}). "
        f"The chance that it exceeds {threshold} is {above}."
    )


def _certainty(results: Results) -> str:
    known = Counter(given.confidence for given in inputs(results.manifest.scenario))
    assumed = f" Of the {known.total():,} inputs {known['assumed']:,} are assumed." if known else ""
    return (
        f"The ± and the intervals are at 95 % and come from {counted(results.paths, 'path')}. They "
        "say how far the figures could move with other random numbers, and nothing about how true "
        f"the inputs are.{assumed}"
    )


def warnings(results: Results) -> list[str]:
    """Warnings that stand above everything else: what is missing from the run."""
    run = results.manifest.run
    found = []
    if results.quarantine_note:
        found.append(results.quarantine_note)
    missed = sum(1 for target in run.targets if not target.reached)
    if missed:
        found.append(
            f"the run ended before it was as sure as asked: {missed} of "
            f"{counted(len(run.targets), 'target')} not reached"
        )
    if not run.targets and run.paths < run.paths_asked:
        cap = run.max_seconds
        why = "" if cap is None else f" after {cap:g} s, as was asked"
        found.append(
            f"the run was stopped{why}, with {run.paths:,} of {run.paths_asked:,} paths: "
            "figures are less sure, and their intervals say so"
        )
    return found


def _chance(estimate: Estimate) -> str:
    return unbroken(percentage(estimate))


def _words(estimate: Estimate) -> str:
    return unbroken(odds_and_range(estimate))


def threshold_text(results: Results, name: str) -> str:
    """A threshold of the scenario, $bn."""
    return f"${threshold_of(results, name):,.10g}bn"
