"""Fine histogram cells, redrawn in bins."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from capexrisk.archive.results import Results
from capexrisk.estimate.density import Density, round_up_nicely


def cells(*rows: tuple[float, float, float]) -> Density:
    return Density.of(pd.DataFrame(rows, columns=["lower", "upper", "count"]))


def of(results: Results, issuer: str, year: str) -> Density:
    rows = results.distributions
    chosen = (rows["issuer"] == issuer) & (rows["period"] == year)
    return Density.of(rows[chosen & (rows["metric"] == "free_cash_flow_while_alive")])


def test_a_cell_is_spread_evenly() -> None:
    density = cells((1.0, 2.0, 30.0), (2.0, 4.0, 10.0))
    assert density.heights(np.array([1.0, 1.5, 2.0, 3.0, 4.0])).tolist() == [
        0.75,
        0.75,
        0.125,
        0.125,
    ]
    assert density.cumulative(np.array([0.0, 1.5, 2.0, 9.0])).tolist() == [0.0, 0.375, 0.75, 1.0]


def test_the_cell_of_zero_stands_for_what_is_near_it() -> None:
    density = cells((-1.0, -0.5, 1.0), (0.0, 0.0, 2.0), (0.5, 1.0, 1.0))
    assert density.cumulative(np.array([-0.1, 0.0, 0.2])).tolist() == [0.25, 0.5, 0.75]
    assert density.heights(np.array([-1.0, 0.0, 1.0])).tolist() == [0.5, 0.5]


def test_nothing_but_zero_can_be_drawn() -> None:
    density = cells((0.0, 0.0, 5.0))
    edges = density.bins(density.bin_width())
    assert edges.size >= 2
    assert (density.heights(edges) * np.diff(edges)).sum() == pytest.approx(1.0)


@pytest.mark.parametrize("issuer", ["Microsoft", "Oracle", "CoreWeave"])
def test_bins_are_round_and_hold_nearly_all_paths(results: Results, issuer: str) -> None:
    density = of(results, issuer, "2028")
    edges = density.bins(density.bin_width())
    width = edges[1] - edges[0]
    assert np.allclose(edges / width, np.round(edges / width))  # zero is an edge, or would be
    inside = float((density.heights(edges) * width).sum())
    assert 0.99 < inside <= 1.0 + 1e-12
    assert edges.size <= 82


def test_the_redrawn_distribution_agrees_with_the_summary(results: Results) -> None:
    for issuer in results.issuers:
        for row in results.estimates(
            "free_cash_flow_while_alive", issuer=issuer, period="2027"
        ).itertuples():
            level = {"p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}.get(
                row.statistic
            )
            if level is not None:
                # One cell holds up to 3 % of the paths; within it the two interpolate otherwise.
                found = of(results, issuer, "2027").cumulative(np.array([row.value]))[0]
                assert found == pytest.approx(level, abs=0.005)


def test_round_numbers() -> None:
    assert [round_up_nicely(x) for x in (1.3, 2.0, 0.021, 7.0, 600.0)] == [
        2.0,
        2.0,
        0.025,
        10.0,
        1000.0,
    ]
