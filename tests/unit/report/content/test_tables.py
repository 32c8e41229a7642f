"""The headline, as a frame and in a terminal."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from capexrisk.archive.results import Results
from capexrisk.estimate.independent import Estimate, probability
from capexrisk.report.content import tables
from capexrisk.report.writing.estimates import Estimates, last_quarters, likeliest_to_fail, observed
from capexrisk.report.writing.numbers import money, percentage


def printed(results: Results, width: int) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width).print(tables.headline_table(results))
    return stream.getvalue()


def row_of(results: Results, metric: str, issuer: str, period: str, statistic: str) -> Estimate:
    rows = results.estimates(metric, issuer=issuer, period=period)
    chosen = rows[rows["statistic"].isin(statistic.split("|"))]
    assert len(chosen) == 1
    return Estimate(*chosen.iloc[0, 3:9])


def test_the_headline_holds_the_estimates(results: Results) -> None:
    frame = tables.headline(results)
    assert list(frame.index) == results.issuers
    either = "probability|upper_bound|lower_bound"
    for issuer in results.issuers:
        for year in results.years:
            negative = row_of(results, "negative_fcf", issuer, year, either)
            assert frame.at[issuer, (tables.NEGATIVE, year)] == percentage(negative)
            average = row_of(results, "free_cash_flow", issuer, year, "mean")
            assert frame.at[issuer, (tables.MEAN, year)] == money(average)
            failed = row_of(results, "funding_failure", issuer, f"{year}Q4", either)
            assert frame.at[issuer, (tables.FAILURE, year)] == percentage(failed)


def test_the_main_cause_is_the_commonest(results: Results) -> None:
    rows = results.estimates("funding_failure_by_window_given_funding_failure", issuer="CoreWeave")
    window = Estimate(*rows.iloc[0, 3:9])
    assert window.value > 0.5  # so that no other cause can be commoner
    cause = tables.headline(results).at["CoreWeave", (tables.CAUSE, "")]
    assert cause == f"window {percentage(window)}"


def test_who_never_fails_has_no_cause(results: Results) -> None:
    never = [
        issuer
        for issuer in results.issuers
        if not observed(Estimates(results).probability("funding_failure", issuer, "2028Q4"))
    ]
    assert never
    assert set(tables.headline(results)[tables.CAUSE, ""].loc[never]) == {"n/a"}


def test_joint_failures_are_the_systems(results: Results) -> None:
    frame = tables.joint_failures(results)
    assert list(frame.index) == ["Any issuer", "Two or more", "All six"]
    rows = results.estimates("failures_at_least_2", period="2028Q4")
    assert frame.at["Two or more", "2028"] == percentage(Estimate(*rows.iloc[0, 3:9]))


@pytest.mark.parametrize("width", [80, 100])
def test_the_terminal_shows_all_of_it_in_its_width(results: Results, width: int) -> None:
    text = printed(results, width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "…" not in text
    assert "2,048 paths, seed 2" in text
    frame = tables.headline(results, percent_sign="")
    for issuer in results.issuers:
        lines = [line for line in text.splitlines() if line.startswith(issuer)]
        assert len(lines) == 2
        for line, group in zip(lines, (tables.NEGATIVE, tables.FAILURE), strict=True):
            assert all(frame.at[issuer, (group, year)] in line for year in results.years)
    assert any(line.startswith("All six") for line in text.splitlines())


def test_the_terminal_takes_any_run(odd: Results) -> None:
    text = printed(odd, 80)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "…" not in text
    more = odd.years[tables.YEARS_IN_TERMINAL :]
    assert ("see report.html" in text) == bool(more)
    assert all(year in text for year in odd.years[: tables.YEARS_IN_TERMINAL])


def test_a_name_is_no_markup(results: Results) -> None:
    manifest = {**results.manifest}
    manifest["scenario"] = {**manifest["scenario"], "title": "[red]A[/red] title"}
    assert "[red]A[/red] title" in printed(replace(results, manifest=manifest), 80)


def test_years_end_in_their_last_quarter(odd: Results) -> None:
    ends = last_quarters(odd)
    assert list(ends) == odd.years
    assert list(ends.values())[-1] == odd.quarters[-1]
    assert all(quarter.startswith(year[:4]) for year, quarter in ends.items())


def test_the_likeliest_to_fail_stand_in_the_scenarios_order(results: Results) -> None:
    assert likeliest_to_fail(results, 2) == ["Oracle", "CoreWeave"]
    assert likeliest_to_fail(results, 99) == results.issuers


def test_a_bound_is_not_what_was_observed() -> None:
    assert [observed(probability(hits, 4)) for hits in (0, 1, 4)] == [0.0, 0.25, 1.0]
    assert observed(probability(0, 0)) == 0.0


def test_an_unknown_row_is_an_error(results: Results) -> None:
    with pytest.raises(KeyError):
        Estimates(results).probability("funding_failure", "Amazon", "2031Q1")
