"""How operating cash flow is spread over the calendar quarters of a year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .facts import Unavailable

__all__ = ["LEAST_YEARS", "seasonality"]

LEAST_YEARS: Final = 3  # the shares of one year are noise
MOST_YEARS: Final = 5  # what was usual before may be no more
DIGITS: Final = 6


def seasonality(quarters: Sequence[tuple[str, float]]) -> tuple[tuple[float, ...], int]:
    """Factors of calendar quarters 1 to 4, mean 1, and the number of years behind them.

    The quarters are taken as years of four, counted back from the last. Each stands against its
    year's mean, freed from the growth between the first year and the last; the years' mean counts.

    Parameters
    ----------
    quarters : sequence of (str, float)
        Calendar quarter and operating cash flow, oldest first, without gaps.

    Raises
    ------
    Unavailable
        With less than three years, or where a year's cash flow or a factor is not positive.

    Examples
    --------
    >>> flat = [(f"{year}Q{q}", 8.0 + q) for year in (2023, 2024, 2025) for q in (1, 2, 3, 4)]
    >>> seasonality(flat)
    ((0.857143, 0.952381, 1.047619, 1.142857), 3)
    """
    count = min(len(quarters) // 4, MOST_YEARS)
    if count < LEAST_YEARS:
        raise Unavailable(f"{len(quarters)} quarters are less than {LEAST_YEARS} years")
    last = quarters[-4 * count :]
    years = [last[4 * year : 4 * year + 4] for year in range(count)]
    means = [sum(amount for _, amount in year) / 4 for year in years]
    if min(means) <= 0:
        raise Unavailable("operating cash flow of a year is not positive")
    growth = (means[-1] / means[0]) ** (1 / (count - 1))
    ratios: dict[str, list[float]] = {"1": [], "2": [], "3": [], "4": []}
    for year, mean in zip(years, means, strict=True):
        for place, (label, amount) in enumerate(year):
            ratios[label[-1]].append(amount / mean / growth ** ((place - 1.5) / 4))
    if any(len(own) != count for own in ratios.values()):
        raise Unavailable("the fiscal calendar changed: a calendar quarter is there twice")
    factors = [sum(ratios[quarter]) / count for quarter in sorted(ratios)]
    if min(factors) <= 0:
        raise Unavailable("operating cash flow of a calendar quarter is not positive")
    mean = sum(factors) / 4
    shares = [round(factor / mean, DIGITS) for factor in factors]
    return tuple(shares), count
