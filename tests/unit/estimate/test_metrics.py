"""The catalogue of metrics against the table it makes and the quantities it is made from."""

from __future__ import annotations

import re

import numpy as np
import pytest

from capexrisk.estimate.lines import JOINT
from capexrisk.estimate.metric import AMOUNT, CASH_FLOW, MEAN, PROBABILITY
from capexrisk.estimate.metrics import (
    METRICS,
    SYSTEM,
    failures_metric,
    flow_metric,
    metric_of,
    of_whom,
)
from capexrisk.estimate.names import Name
from capexrisk.estimate.table import EstimateTable
from capexrisk.estimate.totals import Totals
from capexrisk.kernel.outcomes import CATALOGUE
from capexrisk.lowering import lower
from capexrisk.model.vocabulary import CAUSES_OF_CUTS, CHANNELS, FLOWS, TIERS
from capexrisk.report.writing.words import words_of
from capexrisk.scenario import Words
from docs.tables import PAGE, page
from tests.unit.scenarios import ISSUERS

# Told otherwise, the regime and the anchor customer's loss by their chances, or for a firm's value.
NOT_TOLD = {"regime", "anchor_lost", "interest_year", "advances_year"}


def test_every_row_of_the_table_has_exactly_one_metric(results):
    names = results.summary[["metric", "issuer", "statistic"]].drop_duplicates()
    bounds = {"upper_bound": "probability", "lower_bound": "probability"}
    seen = set()
    for name, issuer, statistic in names.itertuples(index=False):
        of = of_whom(issuer)
        fitting = [m for m in METRICS if m.of == of and m.pattern.fullmatch(name)]
        assert len(fitting) == 1, (name, issuer)
        assert metric_of(name, of) is fitting[0]
        assert bounds.get(statistic, statistic) in fitting[0].statistics
        seen.add((fitting[0].name, of))
    assert seen == {(metric.name, metric.of) for metric in METRICS}


def test_a_name_that_is_no_metric_has_none():
    for name in ("raised_gold", "funding_failure_by_window_given_capex_cut", "failures_at_least_x"):
        with pytest.raises(KeyError):
            metric_of(name, "issuer")
    with pytest.raises(KeyError):
        metric_of("funding_failure", "system")


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: f"{metric.name}, {metric.of}")
def test_a_metric_says_all_that_a_reader_needs(metric):
    assert metric.words and not metric.words[0].islower()
    assert ("{}" in metric.words) == (metric.name.partition("{")[1] == "{")
    assert not metric.meaning.endswith(".")
    amount = metric.estimator in ("amount", "count")
    assert (metric.statistics in (MEAN, AMOUNT, CASH_FLOW)) == amount
    assert (metric.statistics == PROBABILITY) == (metric.unit == "probability") != amount
    assert metric.name.endswith("_bp") == (metric.unit == "bp")
    assert all(never.words for never in metric.impossible)


def test_every_quantity_of_a_path_is_told():
    """By one metric, or by several that read other levels of it."""
    told = {quantity for metric in METRICS for quantity in metric.quantities.values()}
    kept = {quantity.name for quantity in CATALOGUE}
    assert told - {JOINT} == kept - NOT_TOLD


def test_periods_are_those_of_the_quantities():
    """Dates have none of their own: they are told by the end of each quarter."""
    axes = {quantity.name: quantity.axes for quantity in CATALOGUE}
    for metric in METRICS:
        for period, quantity in metric.quantities.items():
            if quantity == JOINT:
                continue
            assert ("issuer" in axes[quantity]) == (metric.of == "issuer"), metric.name
            if metric.estimator != "by date":
                time = {"quarter", "year"} & set(axes[quantity])
                assert (time or {"horizon"}) == {period}, metric.name


def test_the_page_about_the_tables_is_printed_from_the_catalogue():
    """Else: make tables."""
    text = PAGE.read_text("utf-8")
    assert page(text) == text
    for metric in METRICS:
        assert f"| {re.sub('{.*?}', lambda label: label[0][1:-1].upper(), metric.name)} |" in text


def test_names_that_others_spell_out():
    assert [failures_metric(k) for k in (1, 2)] == ["any_failure", "failures_at_least_2"]
    for flow in FLOWS:
        assert metric_of(flow_metric(flow), "issuer").statistics == MEAN
    for tier in TIERS:
        assert sum(metric.over == (tier,) for metric in METRICS) == 1


def test_labels_are_put_into_words():
    assert words_of("funding_failure_by_glut", "Oracle", Words()) == "Funding failure by glut"
    assert words_of("failure_with:Meta", "Oracle", Words()) == "Failure together with Meta"
    assert words_of("failures_at_least_3", SYSTEM, Words()) == "3 funding failures or more"
    for channel in CHANNELS:
        assert words_of(f"raised_{channel}", SYSTEM, Words())[0].isupper()
    for cause in CAUSES_OF_CUTS:
        words = words_of(f"capex_cut_by_{cause}_given_capex_cut", "Oracle", Words())
        assert "{" not in words and words.startswith("Share of ")


@pytest.fixture
def counted(scenario):
    """Totals of two nets of 100 paths whose counts are written by hand, and the scenario."""
    lowered = lower(scenario)
    totals = Totals(lowered.layout, 2, independent=False)
    totals.paths[:] = 100
    return totals, lowered


def set_counts(totals: Totals, quantity: str, place: tuple[int, ...], levels: np.ndarray) -> None:
    row = totals.rows(quantity)[place] - totals.layout.amounts
    totals.counts[:, row, : levels.shape[1]] = levels


def test_dates_add_up_and_leave_out_never(counted):
    totals, lowered = counted
    dates = np.array([[1, 30, 0, 0, 0, 0, 0, 69], [20, 0, 0, 0, 0, 0, 10, 70]])
    set_counts(totals, "tiers", (TIERS.index("F3"), ISSUERS.index("Oracle")), dates)
    table = EstimateTable(totals, lowered)
    found = [
        table[Name("Oracle", quarter, "capex_cut", "probability")].values
        for quarter in lowered.quarters
    ]
    expected = np.cumsum(dates[:, :-1], axis=1).T / 100.0
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_levels_of_a_year(counted):
    totals, lowered = counted
    set_counts(totals, "year_state", (0, 1), np.array([[40, 30, 20, 10], [50, 20, 25, 5]]))
    table = EstimateTable(totals, lowered)

    def share(metric: str) -> float:
        return table[Name("Amazon", "2027", metric, "probability")].estimate.value

    assert share("negative_fcf") == 65 / 200
    assert share("negative_fcf_given_survival") == 50 / 140
    assert share("negative_fcf_or_failed") == 110 / 200


def test_causes_and_numbers_of_failures(counted):
    totals, lowered = counted
    causes = np.array([[60, 10, 5, 0, 0, 0, 0, 25], [80, 0, 15, 0, 0, 0, 0, 5]])
    set_counts(totals, "failure_cause", (2,), causes)
    set_counts(totals, "failures", (3,), np.array([[50, 30, 15, 5], [60, 30, 5, 5]]))
    table = EstimateTable(totals, lowered)

    def share(issuer: str, period: str, metric: str) -> float:
        return table[Name(issuer, period, metric, "probability")].estimate.value

    by = "funding_failure_by_overspending"
    assert share("CoreWeave", "horizon", by) == 30 / 200
    assert share("CoreWeave", "horizon", f"{by}_given_funding_failure") == 30 / 60
    cuts = np.array([[60, 0, 5, 0, 0, 0, 0, 35], [80, 0, 15, 0, 0, 0, 0, 5]])
    set_counts(totals, "cut_cause", (2,), cuts)
    assert share("CoreWeave", "horizon", "capex_cut_by_window") == 20 / 200
    assert share("CoreWeave", "horizon", "capex_cut_by_overspending_given_capex_cut") == 40 / 60
    quarter = lowered.quarters[3]
    found = [share(SYSTEM, quarter, failures_metric(k)) for k in (1, 2, 3)]
    assert found == [90 / 200, 30 / 200, 10 / 200]
