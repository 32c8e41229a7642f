"""Estimates from totals: independent paths by the one set of formulas, replicates by the other."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from capexrisk.estimate import by_replicate as replicated
from capexrisk.estimate import estimates
from capexrisk.estimate import independent as measures
from capexrisk.estimate.distribution import Distribution
from capexrisk.estimate.estimates import estimator_of
from capexrisk.estimate.totals import Totals
from capexrisk.kernel.outcomes import OutcomeLayout
from tests.unit.estimate.samples import binned, cells_of

LAYOUT = OutcomeLayout.of(quarters=1, years=1, issuers=1)
ROW, LEVELS = 0, (0.05, 0.5)
REPLICATES, POINTS = 4, 500


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    """(REPLICATES, POINTS), the replicates further apart than their paths would make them."""
    rng = np.random.default_rng(8)
    return rng.normal(rng.normal(-20.0, 2.0, (REPLICATES, 1)), 5.0, (REPLICATES, POINTS))


def totals_of(values: np.ndarray) -> Totals:
    """One amount of each path, by replicate."""
    totals = Totals(LAYOUT, len(values), independent=len(values) == 1)
    totals.paths[:] = values.shape[1]
    totals.mean[:, ROW] = values.mean(axis=1)
    totals.deviation[:, ROW] = values.var(axis=1) * values.shape[1]
    totals.nonzero[:, ROW] = np.count_nonzero(values, axis=1)
    for r, own in enumerate(values):
        np.add.at(totals.histogram[r, ROW], cells_of(own), 1)
    return totals


def all_of(totals: Totals) -> list[measures.Estimate]:
    """Mean, quantiles, cash flow at risk."""
    estimator, pooled = estimator_of(totals), estimates.distribution(totals, ROW)
    average = estimator.mean(ROW)
    found = estimator.quantiles(pooled, [totals.histogram[:, ROW]], LEVELS)
    at_risk = estimator.cash_flow_at_risk(pooled, [average], found[:1])
    return [one.estimate for one in (average, *found, *at_risk)]


def test_one_replicate_is_independent_paths(values):
    one = values.reshape(1, -1)
    n, law = one.size, binned(one)
    average = measures.mean(one.mean(), one.var() * n, n, n)
    found = measures.quantiles(law, LEVELS)
    expected = [average, *found, *measures.cash_flow_at_risk([average], found[:1], law, 0.95)]
    assert all_of(totals_of(one)) == expected
    assert expected[0].standard_error == pytest.approx(one.std(ddof=1) / sqrt(n))


def test_several_are_judged_by_how_they_differ(values):
    means, paths = values.mean(axis=1), np.full(REPLICATES, POINTS)
    law, counts = binned(values), [np.array([binned(own).counts for own in values])]
    average = replicated.mean(means, paths, values.size)
    found = replicated.quantiles(law, counts, LEVELS)
    at_risk = replicated.cash_flow_at_risk([average], found[:1], law, 0.95)
    totals = totals_of(values)
    assert totals.histogram.dtype == np.uint32
    assert all_of(totals) == [one.estimate for one in (average, *found, *at_risk)]
    # The values are those of all paths together; the errors are not, here by far, but for the
    # cash flow at risk, which a shift of a replicate leaves alone.
    for several, one in zip(all_of(totals), all_of(totals_of(values.reshape(1, -1))), strict=True):
        assert (several.statistic, several.n) == (one.statistic, one.n)
        assert several.value == pytest.approx(one.value, rel=1e-12)
        shifted = several.statistic != "cfar95"
        assert (several.standard_error > 2.0 * one.standard_error) == shifted


@pytest.mark.parametrize("replicates", [1, REPLICATES])
def test_few_that_are_not_0_tell_no_error(values, replicates):
    rare = np.zeros_like(values)
    rare[0, :9] = 1.0
    rare = rare.reshape(replicates, -1)
    assert np.isnan(estimator_of(totals_of(rare)).mean(ROW).estimate.standard_error)
    rare[-1, -1] = 1.0
    assert estimator_of(totals_of(rare)).mean(ROW).estimate.standard_error > 0.0


def test_probabilities():
    hits, paths = np.array([40, 60, 55, 45]), np.full(4, 100)
    nets, one = Totals(LAYOUT, 4, independent=False), Totals(LAYOUT)
    several = estimator_of(nets).probability(hits, paths)
    one = estimator_of(one).probability(hits[:1], paths[:1])
    assert several.estimate == replicated.share(hits, paths).estimate
    assert one.estimate == measures.probability(40, 100) and one.values.tolist() == [0.4]
    assert several.estimate.standard_error > measures.probability(200, 400).standard_error


def test_a_distribution_is_that_of_all_replicates_and_knows_its_atoms(values):
    found = estimates.distribution(totals_of(values), ROW, (7.25,))
    assert isinstance(found, Distribution) and found.atoms == (7.25,)
    np.testing.assert_array_equal(found.counts, binned(values).counts)
    assert found.counts.dtype == np.int64


def test_counts_of_all_replicates_may_pass_32_bits(values):
    totals = totals_of(values)
    totals.histogram[:, ROW, 0] = 2**31
    assert estimates.distribution(totals, ROW).counts[0] == REPLICATES * 2**31


def test_batches_of_other_sizes_say_what_they_are_off_by():
    """Independent paths in batches of unequal size: the mean over batches is the estimate still."""
    totals = Totals(LAYOUT, 3)
    totals.paths[:] = 100, 300, 50
    hits = np.array([10, 60, 20])
    found = estimator_of(totals).probability(hits, totals.paths)
    assert found.estimate == measures.probability(90, 450)
    off_by = hits - 0.2 * totals.paths
    np.testing.assert_allclose(found.values, 0.2 + off_by / 150.0, rtol=1e-15)
    assert found.values.mean() == pytest.approx(0.2, rel=1e-14)
    totals.mean[:, ROW] = 1.0, 2.0, 4.0
    average = estimator_of(totals).mean(ROW)
    assert average.values.mean() == pytest.approx(average.estimate.value, rel=1e-14)
    assert average.estimate.value == pytest.approx((100 + 600 + 200) / 450)


def test_empty_batches_say_nothing(values):
    totals = Totals(LAYOUT, 5)
    totals.paths[:3] = 10
    totals.mean[:3, ROW] = 1.0, 2.0, 3.0
    kept = totals.filled()
    assert kept.replicates == 3 and estimator_of(kept).mean(ROW).values.tolist() == [1.0, 2.0, 3.0]
    assert totals.filled() is not totals and kept.filled() is kept
