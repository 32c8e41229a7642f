"""How the spread of an estimate over the inputs is written: "0.2 to 42 %".

The ends are P5 and P95 of the estimate as the inputs move over their ranges. Each has the digits
that its own interval supports; one that cannot be told from none, or from all, is a bound. Where
there are too few points of the inputs to tell either end, both are bounds of the range itself.
"""

from __future__ import annotations

from math import isnan
from typing import NamedTuple

from capexrisk.estimate.independent import Estimate
from capexrisk.report.writing.numbers import (
    UNKNOWN,
    one_digit,
    percentage,
    rounded_down,
    rounded_up,
    signed,
)


class Spread(NamedTuple):
    """What is known of an estimate over the inputs.

    Attributes
    ----------
    low, high : Estimate
        P5 and P95.
    median, predictive : Estimate or None
        The median; and the estimate with inputs and paths both drawn.
    """

    low: Estimate
    high: Estimate
    median: Estimate | None = None
    predictive: Estimate | None = None


def spread_in_per_cent(spread: Spread | None, sign: str = " %") -> str:
    """Write the spread of a probability.

    Parameters
    ----------
    spread : Spread or None
    sign : str
        What stands for per cent; "" where a heading says it.

    Examples
    --------
    >>> low = Estimate("p5", 0.0112, float("nan"), 0.0095, 0.0131, 1024)
    >>> high = Estimate("p95", 0.178, float("nan"), 0.165, 0.192, 1024)
    >>> spread_in_per_cent(Spread(low, high))
    '1.1 to 18 %'
    >>> spread_in_per_cent(Spread(low._replace(value=0.002, ci_low=0.0, ci_high=0.0042), high))
    '< 0.5 to 18 %'
    """
    if spread is None:
        return UNKNOWN
    first, last = spread.low, spread.high
    low, high = _chance(first), _chance(last)
    if not low or not high:
        return UNKNOWN
    if isnan(first.ci_low) and isnan(last.ci_high) and low[0] == "<" and high[0] == ">":
        return f"at least {low[2:]} to {high[2:]}{sign}"
    # Where one end is a bound and the other does not lie beyond it, one bound says both.
    if low.startswith("<") and 100.0 * last.value <= float(low[2:]):
        high = _chance(last._replace(ci_low=0.0))
    if high.startswith(">") and 100.0 * first.value >= float(high[2:]):
        low = _chance(first._replace(ci_high=1.0))
    if high.startswith("<") or low.startswith(">"):  # the other end says no more
        return f"{high if high.startswith('<') else low}{sign}"
    return f"{low} to {high}{sign}"


def spread_of_amount(spread: Spread | None, scale: float = 1.0) -> str:
    """Write the spread of an amount, without its unit.

    Examples
    --------
    >>> low = Estimate("p5", -21.09, float("nan"), -25.1, -18.9, 1024)
    >>> spread_of_amount(Spread(low, Estimate("p95", 17.13, float("nan"), 11.2, 18.4, 1024)))
    '−21 to 17'
    """
    if spread is None:
        return UNKNOWN
    ends = (spread.low, spread.high)
    if any(isnan(end.ci_low) or isnan(end.ci_high) for end in ends):
        return UNKNOWN
    return " to ".join(
        _digits(scale * end.value, 0.5 * scale * (end.ci_high - end.ci_low), scale * abs(end.value))
        for end in ends
    )


def predictive_in_per_cent(spread: Spread | None, sign: str = " %") -> str:
    """Write the predictive probability, "12.7 % ± 0.5"."""
    if spread is None or spread.predictive is None:
        return UNKNOWN
    return percentage(spread.predictive, sign)


def median_in_per_cent(spread: Spread | None, sign: str = " %") -> str:
    """Write the median over the inputs of a probability: a number, or a bound."""
    if spread is None or spread.median is None:
        return UNKNOWN
    return quantile_in_per_cent(spread.median, sign)


def quantile_in_per_cent(quantile: Estimate, sign: str = " %") -> str:
    """Write a quantile over the inputs of a probability: a number, or a bound."""
    text = _chance(quantile)
    return f"{text}{sign}" if text else UNKNOWN


def _may_be_none(end: Estimate) -> bool:
    """Whether a chance cannot be told from 0; an interval without an end points to the nearer."""
    low, high = end.ci_low, end.ci_high
    return high > 0.0 and (low <= 0.0 or (isnan(low) and high < 0.5))


def _may_be_all(end: Estimate) -> bool:
    """Whether it cannot be told from 1."""
    low, high = end.ci_low, end.ci_high
    return low < 1.0 and (high >= 1.0 or (isnan(high) and low > 0.5))


def _chance(end: Estimate) -> str:
    """An end in per cent, or a bound; "" if nothing is known."""
    value, low, high = (100.0 * number for number in (end.value, end.ci_low, end.ci_high))
    if _may_be_none(end):
        decimals = max(0, one_digit(0.5 * high))  # "< 1.5", "< 3"
        return f"< {rounded_up(high, decimals):.{decimals}f}"
    if _may_be_all(end):
        decimals = max(0, one_digit(0.5 * (100.0 - low)))
        return f"> {rounded_down(low, decimals):.{decimals}f}"
    if isnan(low) or isnan(high):
        return ""
    return _digits(value, 0.5 * (high - low), min(value, 100.0 - value))


def _digits(value: float, half: float, size: float) -> str:
    """A number with the decimals that its half-width supports, but two digits at least.

    `size` is what has these two digits; of a chance it is that of the rarer side.
    """
    size = max(size, half)
    most = max(0, 1 + one_digit(size)) if size > 0.0 else 0
    decimals = min(max(0, one_digit(half)), most) if half > 0.0 else most
    return signed(value, decimals)
