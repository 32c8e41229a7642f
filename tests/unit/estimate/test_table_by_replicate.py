"""The tidy table of nets against its kept paths, replicate by replicate, in plain numpy."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, t

from capexrisk.study.simulation import simulate
from tests.unit.scenarios import small_scenario

PATHS, REPLICATES = 8_192, 32
WIDTH = t.ppf(0.975, REPLICATES - 1)
FLOW = ("Oracle", "2027", "free_cash_flow")
CELL = 1 / 64  # the widest, as a share of its value


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table, and the single paths with their replicates."""
    folder = tmp_path_factory.mktemp("paths")
    results = simulate(small_scenario(), paths=PATHS, seed=6, keep_paths=folder)
    single = pd.read_parquet(folder).sort_values("path", ignore_index=True)
    assert single["path"].is_unique
    return results.summary, single.assign(replicate=single["path"] // 2**40)


def row_of(summary: pd.DataFrame, issuer: str, period: str, metric: str, statistic: str) -> Any:
    key = [issuer, period, metric, statistic]
    (row,) = summary[
        (summary[["issuer", "period", "metric", "statistic"]] == key).all(axis=1)
    ].itertuples()
    assert row.method == "sobol"
    return row


def by_replicate(single: pd.DataFrame, of: pd.Series) -> np.ndarray:
    """Sums of each replicate."""
    sums = of.groupby(single["replicate"]).sum().reindex(range(REPLICATES), fill_value=0)
    return sums.to_numpy(dtype=float)


def error_of(numbers: np.ndarray) -> float:
    return float(numbers.std(ddof=1)) / sqrt(REPLICATES)


def test_a_mean(run):
    summary, single = run
    means = by_replicate(single, single["fcf_year/Oracle/2027"]) / (PATHS / REPLICATES)
    row = row_of(summary, *FLOW, "mean")
    error = error_of(means)
    assert row.n == PATHS
    # Sums in another order; the error is a difference of means.
    assert row.value == pytest.approx(means.mean(), rel=1e-12)
    assert row.standard_error == pytest.approx(error, rel=1e-9)
    assert row.ci_low == pytest.approx(means.mean() - WIDTH * error, rel=1e-9)
    assert row.ci_high == pytest.approx(means.mean() + WIDTH * error, rel=1e-9)
    # And not as if the paths were independent of each other.
    alone = single["fcf_year/Oracle/2027"].std() / sqrt(PATHS)
    assert error < 0.5 * alone


def assert_share(row: Any, hits: np.ndarray, paths: np.ndarray) -> None:
    """A ratio's error is that of the hits beyond as many as it expects, one path more in all."""
    p = hits.sum() / paths.sum()
    beyond = hits - p * paths
    error = sqrt((beyond @ beyond + 1.0) / (REPLICATES * (REPLICATES - 1))) / paths.mean()
    assert (row.value, row.n) == (p, paths.sum())
    assert row.standard_error == pytest.approx(error, rel=1e-12)
    # Wilson: the ends are where the share lies so many errors off, each by the end's own error.
    for end in (row.ci_low, row.ci_high):
        own = error * sqrt(end * (1.0 - end) / (p * (1.0 - p)))
        assert abs(end - p) == pytest.approx(WIDTH * own, rel=1e-9)
    assert row.ci_low < p < row.ci_high


def test_a_probability(run):
    summary, single = run
    failed = single["tiers/F4/CoreWeave"] <= 5
    row = row_of(summary, "CoreWeave", "2027Q4", "funding_failure", "probability")
    assert_share(row, by_replicate(single, failed), np.full(REPLICATES, PATHS / REPLICATES))


@pytest.mark.parametrize(
    ("key", "event", "hit"),
    [
        (
            ("Amazon", "2028Q1", "negative_fcf_given_survival"),
            lambda single: single["tiers/F4/Amazon"] > 6,
            lambda single: single["fcf_year/Amazon/2028Q1"] < 0.0,
        ),
        (
            ("Oracle", "horizon", "failure_given_failure_of:CoreWeave"),
            lambda single: single["tiers/F4/CoreWeave"] <= 6,
            lambda single: single["tiers/F4/Oracle"] <= 6,
        ),
    ],
    ids=["survival", "failure of another"],
)
def test_a_conditional_probability(run, key, event, hit):
    """Each replicate has events of its own number; hits and misses are ten and more in all."""
    summary, single = run
    given = event(single)
    both = given & hit(single)
    paths = by_replicate(single, given)
    assert np.ptp(paths) > 0
    assert_share(row_of(summary, *key, "probability"), by_replicate(single, both), paths)


def test_few_misses_are_judged_as_those_of_independent_paths(run):
    """Oracle survives 2027 on all but some ten of these paths, with a positive cash flow on 3."""
    summary, single = run
    given = single["tiers/F4/Oracle"] > 5
    hits, n = int((given & (single["fcf_year/Oracle/2027"] < 0.0)).sum()), int(given.sum())
    assert 0 < n - hits < 10
    key = ("Oracle", "2027", "negative_fcf_given_survival", "probability")
    row, p = row_of(summary, *key), hits / n
    assert (row.value, row.n) == (p, n)
    assert row.standard_error == pytest.approx(sqrt(p * (1.0 - p) / n), rel=1e-12)
    assert row.ci_low == pytest.approx(beta.ppf(0.025, hits, n - hits + 1), rel=1e-9)
    assert row.ci_high == pytest.approx(beta.ppf(0.975, hits + 1, n - hits), rel=1e-9)


@pytest.mark.parametrize("statistic", ["p5", "p25", "p50", "p75", "p95"])
def test_a_quantile(run, statistic):
    """Value and ends within a cell; the ends as far as the replicates' shares below tell.

    Inside a cell the paths of a replicate are taken to lie as those of all do, not counted: that
    moves the errors of this run by up to 19 %.
    """
    summary, single = run
    values, level = single["fcf_year/Oracle/2027"], float(statistic[1:]) / 100
    row = row_of(summary, *FLOW, statistic)
    exact = np.quantile(values, level, method="inverted_cdf")
    assert row.value == pytest.approx(exact, rel=CELL)
    spread = WIDTH * error_of(by_replicate(single, values <= exact) / (PATHS / REPLICATES))
    low, high = np.quantile(values, [level - spread, level + spread])
    assert [row.ci_low, row.ci_high] == pytest.approx([low, high], rel=CELL)
    assert row.standard_error == pytest.approx((high - low) / 2 / WIDTH, rel=0.25)
    assert row.standard_error == pytest.approx((row.ci_high - row.ci_low) / 2 / WIDTH, rel=1e-9)


def test_cash_flow_at_risk(run):
    """The mean less the quantile; a replicate's quantile is off by its share below, per density.

    Shares are counted here and interpolated there: in a cell that holds 1.4 % of the paths the
    error comes out within 5 %.
    """
    summary, single = run
    values = single["fcf_year/Oracle/2027"]
    mean, low, row = (row_of(summary, *FLOW, name) for name in ("mean", "p5", "cfar95"))
    assert row.value == pytest.approx(mean.value - low.value, rel=1e-12)
    points = PATHS / REPLICATES
    means = by_replicate(single, values) / points
    below = by_replicate(single, values < low.value) / points
    error = error_of(means + below * low.standard_error / error_of(below))
    assert row.standard_error == pytest.approx(error, rel=0.05)
    assert row.ci_low == pytest.approx(row.value - WIDTH * row.standard_error, rel=1e-9)
    assert row.ci_high == pytest.approx(row.value + WIDTH * row.standard_error, rel=1e-9)
    # The two move together, so their errors do not add up as if they were strangers.
    assert abs(error / np.hypot(mean.standard_error, low.standard_error) - 1.0) > 0.01
