"""Seasonality: factors that were put into growing quarters are found again."""

from __future__ import annotations

from math import exp

import pytest

from capexrisk.filings.facts import Unavailable
from capexrisk.filings.seasonality import seasonality


def quarters(growth: float, factors: tuple[float, ...], years: int, first: int = 0):
    """Quarters that grow evenly, from calendar quarter `first` + 1 of 2020 on."""
    return [
        (f"{2020 + k // 4}Q{k % 4 + 1}", 10.0 * factors[k % 4] * exp(growth * k / 4))
        for k in range(first, first + 4 * years)
    ]


@pytest.mark.parametrize("growth", [-0.2, 0.0, 0.3])
@pytest.mark.parametrize("first", [0, 3])
def test_factors_are_found_whatever_the_growth(growth, first):
    factors = (0.8, 0.9, 1.1, 1.2)
    found, years = seasonality(quarters(growth, factors, 4, first))
    assert found == pytest.approx(factors, abs=1e-6)
    assert years == 4


def test_five_years_at_most_and_three_at_least():
    old, new = quarters(0.1, (2.0, 1.0, 0.5, 0.5), 3), quarters(0.1, (1.0, 1.0, 1.0, 1.0), 8)
    found, years = seasonality([*old, *new[12:]])
    assert (found, years) == (pytest.approx((1.0, 1.0, 1.0, 1.0), abs=1e-6), 5)
    with pytest.raises(Unavailable, match="11 quarters are less than 3 years"):
        seasonality(new[:11])
