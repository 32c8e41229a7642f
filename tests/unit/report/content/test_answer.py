"""The answer holds the estimates of the tidy table."""

from __future__ import annotations

import pytest

from capexrisk.archive.results import Results
from capexrisk.estimate.independent import Estimate, probability
from capexrisk.report.content.answer import Answer, IssuerAnswer, answer
from capexrisk.report.writing.estimates import Estimates


@pytest.fixture(scope="module")
def found(results: Results) -> Answer:
    return answer(results, Estimates(results))


def row_of(results: Results, metric: str, issuer: str, period: str) -> Estimate:
    (row,) = results.estimates(metric, issuer=issuer, period=period).itertuples(index=False)
    return Estimate(*(getattr(row, field) for field in Estimate._fields))


def test_it_is_of_every_issuer_and_year(results: Results, found: Answer) -> None:
    assert [issuer.name for issuer in found.issuers] == results.issuers
    assert found.end == "2028"
    for issuer in found.issuers:
        assert list(issuer.negative) == list(issuer.failed) == results.years
        for year in results.years:
            negative = row_of(results, "negative_fcf_given_survival", issuer.name, year)
            failed = row_of(results, "funding_failure", issuer.name, f"{year}Q4")
            # As texts: the error of a bound is no number, which equals nothing.
            assert repr(issuer.negative[year]) == repr(negative)
            assert repr(issuer.failed[year]) == repr(failed)
        assert issuer.failure is issuer.failed["2028"]
        year, chance = issuer.burning
        assert chance.observed == max(each.observed for each in issuer.negative.values())
        assert chance is issuer.negative[year]


def test_the_main_cause_is_the_commonest(results: Results, found: Answer) -> None:
    """First, and with it whatever may be as common."""
    shares = {
        cause: row_of(
            results, f"funding_failure_by_{cause}_given_funding_failure", "CoreWeave", "horizon"
        )
        for cause in ("window", "run", "leverage", "rationing", "anchor", "glut", "overspending")
    }
    commonest = max(shares, key=lambda cause: shares[cause].value)
    (first, share), *others = found.issuers[-1].causes
    assert (first, share) == (commonest, shares[commonest])
    assert {name for name, _ in others} == {
        name for name, other in shares.items() if name != commonest and other.ci_high > share.ci_low
    }


def test_who_never_fails_has_no_cause(found: Answer) -> None:
    causes = {bool(issuer.failure.observed): issuer.causes for issuer in found.issuers}
    assert causes[False] == [] and causes[True]


def test_a_year_that_no_path_tells_of_is_not_as_likely() -> None:
    chances = {"2026": probability(3, 100), "2027": probability(0, 0), "2028": probability(2, 100)}
    issuer = IssuerAnswer("X", chances, {}, {}, {}, [], "")
    assert issuer.burning == ("2026", chances["2026"])
    assert issuer.burning_years == ["2026", "2028"]


def test_failures_together_are_the_systems(results: Results, found: Answer) -> None:
    assert [each.label for each in found.together] == ["Any issuer", "Two or more", "All six"]
    two = row_of(results, "failures_at_least_2", "system", "2027Q4")
    assert found.together[1].failed["2027"] == two
    assert found.together[1].failure == found.together[1].failed["2028"]


def test_any_run_has_an_answer(odd: Results) -> None:
    found = answer(odd, Estimates(odd))
    assert len(found.together) == min(2, len(odd.issuers))  # both of two are all
