"""Amounts that are the same on every path: every quantile is the amount, and no error is shown."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.estimate.distribution import Distribution
from capexrisk.estimate.estimates import distribution, estimator_of
from capexrisk.estimate.metric import AT_RISK, CASH_FLOW, QUANTILES, SHORTFALL
from capexrisk.estimate.totals import Totals
from capexrisk.lowering import lower
from capexrisk.study.simulation import simulate
from tests.unit.estimate.samples import cells_of

OF_FLOWS = ["free_cash_flow_while_alive", "operating_cash_flow", "capex", "group_profit"]


def test_of_one_path_every_quantile_is_its_amount(scenario):
    summary = simulate(scenario, paths=1, seed=3, sampler="plain", n_jobs=1).summary
    flows = summary[summary["metric"].isin(OF_FLOWS)]
    table = flows.pivot_table("value", ["issuer", "period", "metric"], "statistic", dropna=False)
    assert len(table) > 20
    for statistic in (*(f"p{100 * level:g}" for level in QUANTILES), SHORTFALL):
        found = table[statistic].dropna()
        assert len(found) > 10
        np.testing.assert_array_equal(found, table["mean"][found.index])
    assert (table[AT_RISK].dropna() == 0.0).all()


# A third needs all bits of a double; 32 is the edge of a cell.
@pytest.mark.parametrize("amount", [100.0 / 3.0, -100.0 / 3.0, 32.0, -32.0])
@pytest.mark.parametrize("independent", [True, False], ids=["plain", "nets"])
def test_of_many_paths_with_one_amount(scenario, amount, independent):
    totals = Totals(lower(scenario).layout, 16, independent=independent)
    totals.paths[:] = 1000
    row = totals.rows("fcf_year").flat[0]
    sums, squares = 1000 * amount, float(np.add.accumulate(np.full(1000, amount**2))[-1])
    totals.mean[:, row] = sums / 1000
    totals.deviation[:, row] = abs(squares - sums * sums / 1000)
    totals.nonzero[:, row] = 1000
    (cell,) = cells_of([amount])
    totals.histogram[:, row, cell] = 16_000 if independent else 1000

    estimator, pooled = estimator_of(totals), distribution(totals, row)
    average, counts = estimator.mean(row), [totals.histogram[:, row]]
    quantiles = estimator.quantiles(pooled, counts, QUANTILES)
    at_risk = estimator.cash_flow_at_risk(pooled, [average], quantiles[:1])
    shortfall = estimator.expected_shortfall(pooled, counts, quantiles[:1])
    found = [one.estimate for one in (*quantiles, *at_risk, *shortfall)]
    assert [one.statistic for one in found] == list(CASH_FLOW[1:])
    for one in found:
        value = 0.0 if one.statistic == AT_RISK else amount
        assert one[1:5] == (value, 0.0, value, value), one


def test_an_atom_below_zero_is_found_in_its_cell():
    counts = np.bincount(cells_of([-32.0] * 90), minlength=cells_of([1e9])[0] + 1)
    levels = np.array([0.05, 0.95])
    found = Distribution(counts.astype(np.int64), atoms=(-32.0,)).quantile(levels)
    np.testing.assert_array_equal(found, [-32.0, -32.0])
