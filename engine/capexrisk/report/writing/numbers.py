"""How an estimate is written down: its digits, its error, its bounds.

One rule everywhere: "±" is half of the 95 % interval, to one digit and rounded up, so that it never
claims too much; the value has as many decimals. A probability with fewer than ten hits, or misses,
has no symmetric error: it is written as its interval, or as a bound where an end of the interval
rounds to 0 or 100 % with one digit more than the other end needs.
"""

from __future__ import annotations

from math import ceil, floor, isnan, log10

from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.intervals import FEW
from capexrisk.estimate.metric import Unit

UNKNOWN = "n/a"
PER_CENT = ("fraction", "probability")  # units of what is written in per cent
MINUS = "−"


def percentage(estimate: Estimate, sign: str = " %") -> str:
    """Write a probability or a share.

    Parameters
    ----------
    estimate : Estimate
        A fraction, with statistic "probability", "upper_bound" or "lower_bound".
    sign : str
        What stands for per cent; "" where a heading says it.

    Examples
    --------
    >>> percentage(Estimate("probability", 0.86492, 0.00076, 0.86342, 0.86641, 200_000))
    '86.5 % ± 0.2'
    >>> percentage(Estimate("upper_bound", 1.8e-5, float("nan"), 0.0, 1.8e-5, 200_000))
    '< 0.002 %'
    """
    if isnan(estimate.value):
        return UNKNOWN
    if is_rare(estimate):
        return _interval(100.0 * estimate.ci_low, 100.0 * estimate.ci_high, sign)
    half = _half_width(estimate, 100.0)
    decimals = _percentage_decimals(estimate)
    error = rounded_up(half, decimals)
    return f"{100.0 * estimate.value:.{decimals}f}{sign} ± {error:.{decimals}f}"


def percentage_range(estimate: Estimate) -> str:
    """Write the 95 % interval of a probability, rounded outwards to as many decimals as its ± has.

    Parameters
    ----------
    estimate : Estimate
        A fraction, with statistic "probability", "upper_bound" or "lower_bound".

    Examples
    --------
    >>> percentage_range(Estimate("probability", 0.86492, 0.00076, 0.86342, 0.86641, 200_000))
    '86.3–86.7 %'
    """
    if isnan(estimate.value):
        return UNKNOWN
    low, high = 100.0 * estimate.ci_low, 100.0 * estimate.ci_high
    if is_rare(estimate):
        return _interval(low, high, " %")
    decimals = _percentage_decimals(estimate)
    bottom, top = rounded_down(low, decimals), min(100.0, rounded_up(high, decimals))
    return f"{bottom:.{decimals}f}–{top:.{decimals}f} %"


def is_rare(estimate: Estimate) -> bool:
    """Whether fewer than ten paths decide a probability, so that a ± would be wrong."""
    return min(estimate.hits, estimate.n - estimate.hits) < FEW


def money(estimate: Estimate, *, unit: bool = False) -> str:
    """Write an amount in $bn; `unit` adds the unit where no heading gives it.

    Examples
    --------
    >>> money(Estimate("mean", -32.0597, 0.0387, -32.1355, -31.984, 200_000), unit=True)
    '−$32.1bn ± 0.1'
    """
    if isnan(estimate.value):
        return UNKNOWN
    before, after = ("$", "bn") if unit else ("", "")
    return _amount(estimate, _money_decimals(estimate.value), before, after)


def money_alone(estimate: Estimate) -> str:
    """Write an amount in $bn as `money` does, for a figure whose table has the error.

    Examples
    --------
    >>> money_alone(Estimate("cfar95", 35.0597, 1.2, 32.7, 37.4, 2_000))
    '35'
    """
    if isnan(estimate.value):
        return UNKNOWN
    return _value(estimate, _money_decimals(estimate.value))


def number(estimate: Estimate) -> str:
    """Write the expectation of a count.

    Examples
    --------
    >>> number(Estimate("mean", 0.2537, 0.0012, 0.2513, 0.2561, 262_144))
    '0.254 ± 0.003'
    """
    return UNKNOWN if isnan(estimate.value) else _amount(estimate, 3)


def basis_points(estimate: Estimate) -> str:
    """Write a spread in basis points, without its unit.

    Examples
    --------
    >>> basis_points(Estimate("p95", 2053.25, 7.65, 2038.39, 2068.4, 200_000))
    '2,053 ± 16'
    """
    return UNKNOWN if isnan(estimate.value) else _amount(estimate, 0)


def share(estimate: Estimate) -> str:
    """Write an amount that is a fraction, such as utilisation, in per cent.

    Examples
    --------
    >>> share(Estimate("mean", 0.81232, 0.0004, 0.81154, 0.81311, 200_000))
    '81.2 % ± 0.1'
    """
    if isnan(estimate.value):
        return UNKNOWN
    return _amount(_scaled(estimate, 100.0), 1, "", " %")


def scale_of(unit: Unit) -> float:
    """What a number of this unit is multiplied by before it is written."""
    return 100.0 if unit in PER_CENT else 1.0


def sign_of(unit: Unit) -> str:
    """The unit as it is written behind a number."""
    return "%" if unit in PER_CENT else unit


def decimals_of(estimate: Estimate, scale: float = 1.0) -> int:
    """Decimals that show the error of an estimate with one digit, 0 to 9; 2 where it has none.

    Parameters
    ----------
    estimate : Estimate
    scale : float
        100 where it is shown in per cent.
    """
    half = _half_width(estimate, scale)
    return max(0, min(one_digit(half), 9)) if half > 0.0 else 2


def decimals_for(largest: float) -> int:
    """Decimals that show an amount in $bn with three digits, 0 to 3: to the million.

    Parameters
    ----------
    largest : float
        The largest of the amounts that are written beside each other.

    Examples
    --------
    >>> [decimals_for(x) for x in (740.0, -45.2, 6.1, 0.31, 0.0)]
    [0, 1, 2, 3, 1]
    """
    if not largest:
        return 1
    return min(max(0, 2 - floor(log10(abs(largest)))), 3)


def signed(value: float, decimals: int) -> str:
    """Write a number with thousands separators and a true minus sign; never "−0"."""
    text = f"{abs(value):,.{decimals}f}"
    return MINUS + text if value < 0.0 and float(text.replace(",", "")) else text


def _amount(estimate: Estimate, most_decimals: int, before: str = "", after: str = "") -> str:
    half = _half_width(estimate)
    text = _value(estimate, most_decimals, before, after)
    if half > 0.0:
        decimals = _amount_decimals(half, most_decimals)
        return f"{text} ± {rounded_up(half, decimals):,.{decimals}f}"
    if estimate.value == 0.0:
        return text  # every path that could tell says the same
    # Without error where so many paths stand at a limit that others would not move it.
    return f"{text} ± {'0' if half == 0.0 else '?'}"


def _value(estimate: Estimate, most_decimals: int, before: str = "", after: str = "") -> str:
    """An amount with as many decimals as its error has."""
    text = signed(estimate.value, _amount_decimals(_half_width(estimate), most_decimals))
    minus = MINUS if text.startswith(MINUS) else ""
    return f"{minus}{before}{text.removeprefix(MINUS)}{after}"


def _half_width(estimate: Estimate, scale: float = 1.0) -> float:
    return 0.5 * scale * (estimate.ci_high - estimate.ci_low)


def _amount_decimals(half: float, most: int) -> int:
    return max(0, min(one_digit(half), most)) if half > 0.0 else most  # half may be NaN


def _money_decimals(value: float) -> int:
    """The most decimals of an amount in $bn."""
    size = abs(value)
    return 1 if size >= 10.0 else 2 if size >= 1.0 or not size else 3


def _interval(low: float, high: float, sign: str) -> str:
    """An interval in per cent, rounded outwards; only one end if the other is 0 or 100."""
    decimals = max(0, one_digit(min(high, 100.0 - low)))
    if low <= 0.0 and high >= 100.0:
        return UNKNOWN
    # The low end of one or two hits is a hundredth of the high one, and would be read as a finding.
    finest = decimals + 1
    low_decimals = min(max(decimals, one_digit(low)), finest) if low > 0.0 else decimals
    high_decimals = (
        min(max(decimals, one_digit(100.0 - high)), finest) if high < 100.0 else decimals
    )
    least, most = rounded_down(low, low_decimals), rounded_up(high, high_decimals)
    bottom, top = f"{least:.{low_decimals}f}", f"{most:.{high_decimals}f}"
    if least <= 0.0:
        return f"< {most:.{decimals}f}{sign}"
    if most >= 100.0:
        return f"> {least:.{decimals}f}{sign}"
    return f"{bottom}–{top}{sign}"


def _percentage_decimals(estimate: Estimate) -> int:
    """Decimals of a probability in per cent that is not rare."""
    half = _half_width(estimate, 100.0)
    # Three digits of the smaller of p and 1 - p are all that anybody can use.
    smaller = 100.0 * min(estimate.value, 1.0 - estimate.value)
    return max(0, min(one_digit(half), 2 - _magnitude(smaller)))


def _magnitude(value: float) -> int:
    return floor(log10(value)) if value > 0.0 else 0


def one_digit(value: float) -> int:
    """Decimals that show one digit of a positive number, negative from ten on."""
    return -_magnitude(value)


def rounded_down(value: float, decimals: int) -> float:
    """The number with so many decimals that is not above a value."""
    scale = 10.0**decimals
    # A guard against 0.3 * 10 = 3.0000000000000004.
    return floor(value * scale * (1.0 + 1e-12)) / scale


def rounded_up(value: float, decimals: int) -> float:
    """Round up, so that an error is never understated."""
    scale = 10.0**decimals
    return ceil(value * scale * (1.0 - 1e-12)) / scale


def _scaled(estimate: Estimate, factor: float) -> Estimate:
    value, error, low, high = (factor * number for number in estimate[1:5])
    return Estimate(estimate.statistic, value, error, low, high, estimate.n)
