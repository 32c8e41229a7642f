"""How the spread of an estimate over the inputs is written: "0.2 to 42 %".

The ends are P5 and P95 of the estimate as the inputs move over their ranges. Each has the digits
that its own interval supports; one that cannot be told from none, or from all, is a bound. Where
there are too few points of the inputs to tell either end, both are bounds of the range itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan, nan
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
    if _may_be_none(first) and _may_be_all(last) and isnan(first.ci_low) and isnan(last.ci_high):
        return f"at least {_chance(first)[2:]} to {_chance(last)[2:]}{sign}"
    low, *_, high = map(_chance, consistent(_quantiles(spread)))
    if not low or not high:
        return UNKNOWN
    if high.startswith("<") or low.startswith(">"):  # the other end says no more
        return f"{high if high.startswith('<') else low}{sign}"
    return f"{low} to {high}{sign}"


def consistent(quantiles: Sequence[Estimate]) -> list[Estimate]:
    """Quantiles of a probability, the lowest first, in which no bound contradicts a number.

    What bounds one from above bounds those below it as well. A number that lies, exactly
    or as it is written, within the bound of a lower one is not told apart from it, and is a bound
    too. The same from below.

    Examples
    --------
    >>> low = Estimate("p5", 0.0004, float("nan"), 0.0, 0.0042, 1024)
    >>> median = Estimate("p50", 0.002, float("nan"), 0.0005, 0.0065, 1024)
    >>> [quantile_in_per_cent(one) for one in (low, median)]
    ['< 0.5 %', '0.2 %']
    >>> [quantile_in_per_cent(one) for one in consistent([low, median])]
    ['< 0.5 %', '< 0.7 %']
    """
    found = list(quantiles)
    bound = -1.0  # per cent
    for k, one in enumerate(found):
        none = _may_be_none(one)
        if none or 100.0 * one.value <= bound or _number(one) < bound:
            nearest = min((each.ci_high for each in found[k:] if each.ci_high > 0.0), default=nan)
            found[k] = one._replace(ci_low=one.ci_low if none else 0.0, ci_high=nearest)
            bound = max(bound, _bound(found[k]))
    bound = 101.0
    for k, one in reversed([*enumerate(found)]):
        every = _may_be_all(one)
        above = 100.0 * one.value >= bound or _number(one) > bound
        if not _may_be_none(one) and (every or above):
            nearest = max(
                (each.ci_low for each in found[: k + 1] if each.ci_low < 1.0), default=nan
            )
            found[k] = one._replace(ci_low=nearest, ci_high=one.ci_high if every else 1.0)
            bound = min(bound, _bound(found[k]))
    return found


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
    _, median, _ = consistent(_quantiles(spread))
    return quantile_in_per_cent(median, sign)


def quantile_in_per_cent(quantile: Estimate, sign: str = " %") -> str:
    """Write a quantile over the inputs of a probability: a number, or a bound."""
    text = _chance(quantile)
    return f"{text}{sign}" if text else UNKNOWN


def is_number(quantile: Estimate) -> bool:
    """Whether a quantile over the inputs of a probability is written as a number, not a bound."""
    return not isnan(_number(quantile))


def _quantiles(spread: Spread) -> list[Estimate]:
    """What is known of it, the lowest first."""
    known = (spread.low, spread.median, spread.high)
    return [one for one in known if one is not None]


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


def _number(end: Estimate) -> float:
    """The number that is written, per cent; NaN where a bound or nothing is."""
    text = _chance(end)
    return nan if text[:1] in ("", "<", ">") else float(text)


def _bound(end: Estimate) -> float:
    """The bound that is written, per cent; NaN where none is."""
    text = _chance(end)
    return float(text[2:]) if text[:1] in ("<", ">") else nan


def _digits(value: float, half: float, size: float) -> str:
    """A number with the decimals that its half-width supports, but two digits at least.

    `size` is what has these two digits; of a chance it is that of the rarer side.
    """
    size = max(size, half)
    most = max(0, 1 + one_digit(size)) if size > 0.0 else 0
    decimals = min(max(0, one_digit(half)), most) if half > 0.0 else most
    return signed(value, decimals)
