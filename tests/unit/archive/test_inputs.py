"""What a run tells of its inputs, by name."""

from __future__ import annotations

import math

import pytest

from capexrisk.archive.results import Results
from capexrisk.errors import UnknownName
from capexrisk.study.simulation import simulate
from tests.unit.scenarios import small_scenario
from tests.unit.uncertain import uncertain

FAILURE = "funding_failure/CoreWeave"


@pytest.fixture(scope="module")
def run() -> Results:
    scenario = uncertain(small_scenario(issuers=["CoreWeave"]))
    return simulate(scenario, paths=64, seed=3, outer=128, inner=128, n_jobs=1)


def test_an_estimate_is_a_row_of_the_table(run: Results) -> None:
    assert run.inputs is not None
    table = run.inputs.table.set_index(["metric", "issuer", "period"])
    row = table.loc["funding_failure", "CoreWeave", run.quarters[-1]]
    for over in ("sd", "p5", "p25", "p50", "p75", "p95", "share"):
        found = run.inputs.estimate(FAILURE, over)
        assert (found.statistic, found.n) == (over, 128)
        assert (found.value, found.ci_low, found.ci_high) == pytest.approx(
            tuple(row[f"{over}{end}"] for end in ("", "_low", "_high")), nan_ok=True
        )
        assert math.isnan(found.standard_error)
    # As texts: the error is no number, which equals nothing.
    assert repr(run.inputs.estimate(FAILURE)) == repr(run.inputs.estimate(FAILURE, "p50"))
    predictive = run.inputs.estimate(FAILURE, "predictive")
    assert (predictive.value, predictive.n) == (row["value"], 128 * 128)


def test_what_no_point_tells_is_no_number(run: Results) -> None:
    """The expected shortfall is of all paths together alone."""
    assert run.inputs is not None
    name = "free_cash_flow/CoreWeave/2027/es95"
    assert not math.isnan(run.inputs.estimate(name, "predictive").value)
    assert math.isnan(run.inputs.estimate(name, "p95").value)


@pytest.mark.parametrize(
    ("name", "over", "message"),
    [
        (FAILURE, "p90", r"funding_failure/CoreWeave: 'p90' is not told over the inputs; .*p95"),
        (FAILURE, "mean", r"'mean' is not told over the inputs; .*predictive, sd"),
        ("funding_failur/CoreWeave", "p95", "did you mean funding_failure"),
        ("funding_failure/CoreWave", "predictive", "did you mean CoreWeave"),
        ("funding_failure/CoreWeave/2031Q4", "p95", "2031Q4"),
        ("free_cash_flow/CoreWeave/2027/p90", "p95", "p90"),
    ],
)
def test_a_name_that_is_none_is_refused_in_a_line(
    run: Results, name: str, over: str, message: str
) -> None:
    assert run.inputs is not None
    with pytest.raises(UnknownName, match=message) as refused:
        run.inputs.estimate(name, over)
    assert "\n" not in str(refused.value)
