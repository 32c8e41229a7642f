"""The answer over the inputs in words, and the judgements behind their ranges."""

from __future__ import annotations

from dataclasses import replace

import pytest

from capexrisk.archive.results import Results
from capexrisk.report.content.answer import answer
from capexrisk.report.content.findings import find
from capexrisk.report.content.over_inputs import judgements, over_inputs
from capexrisk.report.writing.estimates import Estimates
from capexrisk.report.writing.numbers import percentage
from capexrisk.scenario.uncertainty import GroupCorrelation
from tests.unit.manifests import changed
from tests.unit.uncertain import GROUPS

END = "2028Q1"


def test_the_sentence_is_of_the_likeliest_and_of_all_paths(uncertain_run: Results) -> None:
    inputs = uncertain_run.inputs
    assert inputs is not None
    text = over_inputs(uncertain_run, Estimates(uncertain_run)).replace("\N{NO-BREAK SPACE}", " ")
    chances = {
        name: inputs.estimate(f"funding_failure/{name}/{END}", "predictive")
        for name in uncertain_run.issuers
    }
    by_chance = sorted(chances, key=lambda name: -chances[name].observed)
    places = [text.index(f"{name} {percentage(chances[name])} (median ") for name in by_chance]
    assert places == sorted(places)
    assert "4 groups of judgements move" in text
    assert "6 draws at each of 64 points, with 128 paths a point." in text
    share = inputs.estimate(f"any_failure/system/{END}", "share")
    assert f"whether anybody fails {percentage(share)} comes" in text


def test_the_answer_says_it_only_if_the_run_did(uncertain_run: Results) -> None:
    def headings(results: Results) -> list[str]:
        estimates = Estimates(results)
        found = find(results, estimates, answer(results, estimates), results.years)
        return [finding.question for finding in found]

    asked = "And if the inputs are wrong?"
    assert asked in headings(uncertain_run)
    assert asked not in headings(replace(uncertain_run, inputs=None))


def test_every_group_is_a_judgement(uncertain_run: Results) -> None:
    found = judgements(uncertain_run)
    assert [one.name for one in found] == list(GROUPS)
    each, scaled, shut, demand = found
    assert each.law == "normal, mean 0, sd 0.04; added; each its own"
    assert (each.confidence, each.source) == ("assumed", "for a test")
    assert [one.name for one in each.ranges] == [
        f"issuers.{name}.core_growth_per_year" for name in uncertain_run.issuers
    ]
    for one in each.ranges:
        assert one.high - one.low == pytest.approx(2 * 1.6449 * 0.04, rel=1e-3)
        assert one.place == pytest.approx(0.5, abs=0.01)
    assert {one.name for one in shut.ranges} >= {"market.oas_mean_bp[2]", "market.access.bonds[0]"}
    # 0.6 to 1.0 times what it is: at the upper end, beyond P95.
    assert {one.place for one in shut.ranges if one.base > 0.0} == {1.0}
    assert len(scaled.ranges) == len(uncertain_run.issuers) and len(demand.ranges) == 1
    assert all(one.cut == 0.0 for one in (scaled, shut, demand))


def test_a_correlation_is_told_of_both(uncertain_run: Results) -> None:
    pair = GroupCorrelation(
        groups=("cash flow", "demand"), correlation=0.4, evidence="assumed: for a test"
    )
    told = uncertain_run.manifest.scenario.uncertainty.model_copy(update={"correlations": (pair,)})
    found = judgements(changed(uncertain_run, scenario={"uncertainty": told}))
    assert [one.with_others for one in found] == [[], ["demand (+0.4)"], [], ["cash flow (+0.4)"]]


def test_a_scenario_without_ranges_has_none(one: Results) -> None:
    assert judgements(one) == []


def test_the_answer_has_a_range_for_every_chance(uncertain_run: Results) -> None:
    inputs = uncertain_run.inputs
    assert inputs is not None
    found = answer(uncertain_run, Estimates(uncertain_run))
    asked = {
        f"funding_failure/{issuer.name}/{END}": issuer.failed_over_inputs
        for issuer in found.issuers
    }
    asked[f"failures_at_least_2/system/{END}"] = found.together[1].over_inputs
    for name, by_year in asked.items():
        assert list(by_year) == uncertain_run.years
        spread = by_year[uncertain_run.years[-1]]
        # As texts: the error of such an end is no number, which equals nothing.
        told = (inputs.estimate(name, over) for over in ("p5", "p95", "p50", "predictive"))
        assert repr(tuple(spread)) == repr(tuple(told))
    for issuer in found.issuers:
        spread = issuer.negative_over_inputs["2027"]
        name = f"negative_fcf_given_survival/{issuer.name}/2027"
        assert repr(spread.high) == repr(inputs.estimate(name, "p95"))


def test_a_run_of_the_inputs_as_they_stand_has_no_range(one: Results) -> None:
    (issuer,) = answer(one, Estimates(one)).issuers
    assert set(issuer.failed_over_inputs.values()) == {None}
    assert Estimates(one).predictive("funding_failure", issuer.name, END) is None
