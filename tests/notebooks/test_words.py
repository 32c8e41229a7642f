"""What the notebooks say in words of the default scenario, against the numbers of a run."""

from __future__ import annotations

import pytest

import capexrisk as cr
from tests.cli.command import DEFAULT


@pytest.fixture(scope="module")
def results():
    return cr.simulate(cr.load_scenario(DEFAULT), paths=16_384, seed=1)


@pytest.mark.parametrize(("issuer", "year"), [("Amazon", "2027"), ("CoreWeave", "2028")])
def test_the_bad_end_is_the_longer_one(results, issuer, year):
    """02: the mean lies below the median, and P5 some third further away from it than P95."""
    name = f"free_cash_flow_while_alive/{issuer}/{year}"
    mean, low, middle, high = (
        results.estimate(f"{name}/{statistic}").value for statistic in ("mean", "p5", "p50", "p95")
    )
    assert mean < middle and 1.2 < (middle - low) / (high - middle) < 1.5


def test_shares_of_causes_sum_to_one(results):
    """Bounds in their place made 124 % of a row."""
    frame = results.to_frame()
    causes = frame[frame["metric"].str.fullmatch("funding_failure_by_.*_given_funding_failure")]
    causes = causes[causes["n"] >= 50]
    causes = causes.assign(cause=causes["metric"].str.split("_").str[3])
    assert set(causes["statistic"]) > {"probability"}  # bounds among them
    table = results.pivot(causes, columns="cause")
    assert table.sum(axis=1).to_numpy() == pytest.approx(1.0, abs=1e-9)
    assert list(table.index) == [name for name in results.issuers if name in set(causes["issuer"])]


def test_failures_together_by_row(results):
    """02: if failures were independent a row would hold the issuer's own chance; most are above."""
    frame = results.to_frame()
    given = frame[frame["metric"].str.startswith("failure_given_failure_of:") & (frame["n"] >= 50)]
    table = results.pivot(
        given.assign(other=given["metric"].str.partition(":")[2]), columns="other"
    )
    own = {name: results.estimate(f"funding_failure/{name}").observed for name in table.index}
    above = [
        value > 2.0 * own[name]
        for name, row in table.iterrows()
        for other, value in row.items()
        if other != name and value == value
    ]
    assert sum(above) > len(above) / 2
