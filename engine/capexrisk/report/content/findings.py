"""The answer in sentences: who burns cash, who cannot fund its plan, how likely, how sure."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from capexrisk.archive.results import Results
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.issuer_metrics import FAILS
from capexrisk.estimate.metrics import SYSTEM
from capexrisk.report.content.answer import Answer
from capexrisk.report.content.over_inputs import NOT_DRAWN, over_inputs
from capexrisk.report.content.verdicts import main_cause
from capexrisk.report.writing.estimates import Estimates, end_of_horizon, threshold_of
from capexrisk.report.writing.numbers import money, number, percentage
from capexrisk.report.writing.odds import odds_and_range
from capexrisk.report.writing.words import counted, listed, unbroken
from capexrisk.scenario import inputs

FALL = "fall_to_high_yield"
MOST_NAMES = 6
MOST_RANKED = 3
MOST_LEFT_OUT = 3  # whom a sentence about nearly all names as exceptions


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
        Finding(f"Who {FAILS}?", _failing(answer)),
    ]
    falling = _falling(results, estimates)
    if falling:
        findings.append(Finding("Who loses its investment grade?", falling))
    if results.inputs is not None:
        findings.append(Finding("And if the inputs are wrong?", over_inputs(results, estimates)))
    if len(answer.issuers) > 1:
        findings.append(Finding("Together?", _together(results, estimates, answer)))
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
        others = [name for name in chances if name not in likely]
        if len(likely) > MOST_NAMES and len(others) <= MOST_LEFT_OUT:
            but = f" but {listed(others, None)}" if others else ""
            told = [_chance(chances[name]) for name in likely]
            # None of several that are printed alike stands out.
            first = [k for k in range(1, MOST_RANKED + 1) if told[k - 1] != told[k]]
            most = f", most of all {listed(named[: first[-1]])}" if first else ""
            parts.append(f"in {year} all {len(chances)}{but}{most}")
        else:
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
        why = f", bound at the end by {issuer.why}" if issuer.why else ""
        if issuer.main:
            why = f", mainly because of {main_cause(issuer)}"
        named.append(f"{issuer.name}, {_words(issuer.failure)}{why}")
    rest = [issuer.failure for issuer in seen[MOST_RANKED:]]
    count = len(answer.issuers) - len(named)
    if count:
        others = counted(count, "other issuer")
        likely = sum(1 for chance in rest if chance.observed > 0.5)
        if likely:
            others += f", {likely} of them more likely than not, the first {_words(rest[0])}"
        elif rest:
            others += f", the likeliest {_words(rest[0])}"
        else:
            others += ", on no path"
        named.append(others)
    return f"{period}: {'; '.join(named)}."


def _falling(results: Results, estimates: Estimates) -> str:
    """Falls to high yield by the end, the likeliest first; "" where nobody can fall."""
    end = results.quarters[-1]
    able = [name for name in results.issuers if estimates.has(FALL, name, end)]
    chances = {name: estimates.probability(FALL, name, end) for name in able}
    seen = [name for name in able if chances[name].observed]
    seen.sort(key=lambda name: -chances[name].observed)
    if not able:
        return ""
    named = [f"{name}, {_words(chances[name])}" for name in seen[:MOST_RANKED]]
    others = len(able) - len(named)
    if others and named:
        rest = [chances[name] for name in seen[MOST_RANKED:]]
        likeliest = f"the likeliest {_words(rest[0])}" if rest else "on no path"
        named.append(f"{counted(others, 'other issuer')}, {likeliest}")
    bound = f"nobody, on any path: {_words(chances[able[0]])} for each issuer"
    return f"By the end of {end_of_horizon(results)}: {'; '.join(named) or bound}."


def _together(results: Results, estimates: Estimates, answer: Answer) -> str:
    parts = [f"{each.label.lower()}, {_words(each.failure)}" for each in answer.together]
    said = f"Failures by the end of {answer.end}: {'; '.join(parts)}."
    end = results.quarters[-1]
    if not estimates.has("expected_failures", SYSTEM, end, "mean"):  # older runs have none
        return said
    expected = unbroken(number(estimates.amount("expected_failures", SYSTEM, end)))
    return f"{said} Expected are {expected} failures of {len(answer.issuers)} issuers."


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
    unsourced = f", {known['']:,} have no source" if known[""] else ""
    assumed = f" Of the {known.total():,} inputs {known['assumed']:,} are assumed{unsourced}."
    about = "and nothing about how true the inputs are"
    given = results.manifest.scenario.uncertainty.groups
    if given and results.inputs is None:
        assumed += f" {NOT_DRAWN}"
    if results.inputs is not None:
        about = (
            "those of predictive chances with other points of the inputs too; ranges from P5 to "
            "P95 say how far the figures move with what is not known of the inputs"
        )
    return (
        f"The ± and the intervals are at 95 % and come from {counted(results.paths, 'path')}. They "
        f"say how far the figures could move with other random numbers, {about}.{assumed}"
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
