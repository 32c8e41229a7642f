"""A probability in the words of a committee: "about 1 in 20 (5.1–5.4 %)".

The words are a rounding for the ear, the interval in brackets is the figure. Where fewer than ten
paths decide, the words are themselves an interval or a bound, rounded outwards.
"""

from __future__ import annotations

from math import inf, isnan, log

from capexrisk.estimate.independent import Estimate
from capexrisk.report.writing.numbers import UNKNOWN, is_rare, percentage_range
from capexrisk.report.writing.spread import Spread, spread_in_per_cent

# Steps of a quarter or a third: "about 1 in 20" means 1 in 18 to 1 in 22.
STEPS = (10, 12, 15, 20, 25, 30, 40, 50, 60, 80)
LARGEST = 10**9
FRACTIONS = ((1, 2), (1, 3), (2, 3), (1, 4), (3, 4), (2, 5), (3, 5), (3, 10), (7, 10))
ONE_IN = (5, 6, 8)
ALL_BUT_ONE_IN = (5, 6, 8, 10, 15, 20, 30, 50, 100)
# Beyond it nobody hears a difference: "14,999 in 15,000" is no help beside "> 99.994 %".
ALMOST_ALL = (99, 100)


def odds(estimate: Estimate) -> str:
    """Write a probability as a natural frequency, without its interval.

    Parameters
    ----------
    estimate : Estimate
        A fraction, with statistic "probability", "upper_bound" or "lower_bound".

    Examples
    --------
    >>> odds(Estimate("probability", 0.0522, 0.0007, 0.0508, 0.0536, 65_536))
    'about 1 in 20'
    >>> odds(Estimate("upper_bound", 1.8e-5, float("nan"), 0.0, 1.8e-5, 200_000))
    'fewer than 1 in 50,000'
    >>> odds(Estimate("probability", 1e-5, 7e-6, 1.2e-6, 3.6e-5, 200_000))
    'between 1 in 1,000,000 and 1 in 25,000'
    """
    if isnan(estimate.value):
        return UNKNOWN
    if estimate.ci_low >= ALMOST_ALL[0] / ALMOST_ALL[1]:
        return f"more than {_words(*ALMOST_ALL)}"
    if not is_rare(estimate):
        return f"about {_words(*_nearest(estimate.value))}"
    low, high = _below(estimate.ci_low), _above(estimate.ci_high)
    if low is None and high is None:
        return UNKNOWN
    if low is None:
        return f"fewer than {_words(*high)}" if high else UNKNOWN
    if high is None:
        return f"more than {_words(*low)}"
    return f"between {_words(*low)} and {_words(*high)}"


def odds_and_range(estimate: Estimate) -> str:
    """Write a probability as a natural frequency, and its 95 % interval in brackets.

    Examples
    --------
    >>> odds_and_range(Estimate("probability", 0.0522, 0.0007, 0.0508, 0.0536, 65_536))
    'about 1 in 20 (5.0–5.4 %)'
    >>> odds_and_range(Estimate("upper_bound", 1.8e-5, float("nan"), 0.0, 1.8e-5, 200_000))
    'fewer than 1 in 50,000 (< 0.002 %)'
    """
    words = odds(estimate)
    return words if words == UNKNOWN else f"{words} ({percentage_range(estimate)})"


def odds_over_inputs(estimate: Estimate, spread: Spread | None) -> str:
    """Write a probability as `odds_and_range`, then with the inputs drawn, and P5 to P95 over them.

    Examples
    --------
    >>> failure = Estimate("probability", 0.0522, 0.0007, 0.0508, 0.0536, 65_536)
    >>> low = Estimate("p5", 0.0112, float("nan"), 0.0095, 0.0131, 1024)
    >>> high = Estimate("p95", 0.178, float("nan"), 0.165, 0.192, 1024)
    >>> predictive = Estimate("probability", 0.0701, 0.002, 0.0662, 0.074, 262_144)
    >>> odds_over_inputs(failure, Spread(low, high, predictive=predictive))
    'about 1 in 20 (5.0–5.4 %); with the inputs drawn about 1 in 15 (6.6–7.4 %; range 1.1 to 18 %)'
    """
    words = odds_and_range(estimate)
    if spread is None or spread.predictive is None or words == UNKNOWN:
        return words
    drawn = odds_and_range(spread.predictive)
    if drawn == UNKNOWN:
        return words
    return f"{words}; with the inputs drawn {drawn[:-1]}; range {spread_in_per_cent(spread)})"


def _fractions() -> list[tuple[int, int]]:
    """All frequencies that are used, in ascending order."""
    ones = list(ONE_IN)
    scale = 1
    while STEPS[0] * scale <= LARGEST:
        ones += [step * scale for step in STEPS]
        scale *= 10
    rare = [(1, number) for number in ones]
    common = [(number - 1, number) for number in ALL_BUT_ONE_IN]
    return sorted([*FRACTIONS, *rare, *common], key=lambda pair: pair[0] / pair[1])


SAID = _fractions()


def _nearest(value: float) -> tuple[int, int]:
    """The frequency nearest to a probability, by its odds; never 0 or 1."""
    wanted = _log_odds(value)
    return min(SAID, key=lambda pair: abs(_log_odds(pair[0] / pair[1]) - wanted))


def _below(value: float) -> tuple[int, int] | None:
    """The greatest frequency that is not above a probability; None if there is none."""
    fitting = [pair for pair in SAID if pair[0] / pair[1] <= value]
    return fitting[-1] if fitting else None


def _above(value: float) -> tuple[int, int] | None:
    """The least frequency that is not below a probability; None if there is none."""
    return next((pair for pair in SAID if pair[0] / pair[1] >= value), None)


def _log_odds(value: float) -> float:
    if not 0.0 < value < 1.0:
        return -inf if value <= 0.0 else inf
    return log(value / (1.0 - value))


def _words(hits: int, among: int) -> str:
    return "half" if (hits, among) == (1, 2) else f"{hits:,} in {among:,}"
