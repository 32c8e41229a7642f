"""How the range over the inputs is written."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from capexrisk.estimate.independent import Estimate, probability
from capexrisk.report.writing.numbers import UNKNOWN
from capexrisk.report.writing.odds import odds_over_inputs
from capexrisk.report.writing.spread import (
    Spread,
    consistent,
    is_number,
    median_in_per_cent,
    quantile_in_per_cent,
    spread_in_per_cent,
    spread_of_amount,
)

NAN = math.nan


def end(value: float, low: float, high: float) -> Estimate:
    return Estimate("p5", value, NAN, low, high, 1024)


NOTHING = end(NAN, NAN, NAN)
AT_NONE = end(0.001, 0.0, 0.0042)  # cannot be told from none
NEARLY_ALL = end(0.9995, 0.9958, 1.0)  # nor this from all


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (end(0.0112, 0.0095, 0.0131), end(0.178, 0.165, 0.192), "1.1 to 18 %"),
        (end(0.000112, 0.000095, 0.000131), end(0.0178, 0.0165, 0.0192), "0.011 to 1.8 %"),
        (end(0.5214, 0.5203, 0.5225), end(0.9871, 0.9862, 0.9880), "52 to 98.7 %"),
        (end(0.02, 0.005, 0.04), end(0.4, 0.2, 0.6), "2 to 40 %"),
        # bounds, rounded away from what they bound
        (AT_NONE, end(0.178, 0.165, 0.192), "< 0.5 to 18 %"),
        (end(0.6, 0.58, 0.62), NEARLY_ALL, "60 to > 99.5 %"),
        (AT_NONE, NEARLY_ALL, "< 0.5 to > 99.5 %"),
        # where one end says all that the other could
        (AT_NONE, AT_NONE, "< 0.5 %"),
        (NEARLY_ALL, NEARLY_ALL, "> 99.5 %"),
        (AT_NONE, end(0.0046, 0.0001, 0.0092), "< 1.0 %"),
        (AT_NONE, end(0.0026, 0.0001, 0.0052), "< 0.6 %"),
        (end(0.998, 0.994, 0.9995), NEARLY_ALL, "> 99.4 %"),
        # at the very end there is nothing left to bound
        (end(0.966, 0.961, 0.972), end(1.0, 1.0, 1.0), "96.6 to 100 %"),
        (end(0.0, 0.0, 0.0), end(0.178, 0.165, 0.192), "0 to 18 %"),
        # digits are those of the rarer side
        (end(0.88413, 0.86299, 0.90171), end(0.99989, 0.99981, 0.99997), "88 to 99.989 %"),
        (end(NAN, 0.0, 0.0143), end(0.41, 0.37, 0.44), "< 1.5 to 41 %"),
        (end(0.884, 0.863, 0.902), end(NAN, 0.9922, 1.0), "88 to > 99.2 %"),
        # too few points: both ends go on beyond them
        (end(0.1, NAN, 0.17), end(0.7, 0.63, NAN), "at least 17 to 63 %"),
        # an interval that goes on beyond the points
        (end(0.001, NAN, 0.0042), end(0.178, 0.165, 0.192), "< 0.5 to 18 %"),
        (end(0.6, 0.58, 0.62), end(0.9995, 0.9958, NAN), "60 to > 99.5 %"),
        # nothing is known
        (NOTHING, NOTHING, UNKNOWN),
        (NOTHING, end(0.178, 0.165, 0.192), UNKNOWN),
        (end(0.0112, 0.0095, 0.0131), end(0.178, 0.165, NAN), UNKNOWN),
    ],
)
def test_a_chance_over_the_inputs(low: Estimate, high: Estimate, text: str) -> None:
    assert spread_in_per_cent(Spread(low, high)) == text


chances = st.floats(1e-6, 1.0 - 1e-6)


@pytest.mark.parametrize(
    ("quantiles", "texts"),
    [
        # a number within the bound of a lower quantile is a bound as well
        ([AT_NONE, end(0.002, 0.0005, 0.0065), end(0.07, 0.06, 0.08)], ["< 0.5", "< 0.7", "7"]),
        ([AT_NONE, end(0.006, 0.004, 0.009), end(0.07, 0.06, 0.08)], ["< 0.5", "0.6", "7"]),
        # what bounds a quantile bounds those below it
        ([end(0.001, 0.0, 0.0095), AT_NONE, end(0.02, 0.01, 0.03)], ["< 0.5", "< 0.5", "2"]),
        ([AT_NONE, end(0.004, 0.001, 0.009), end(0.006, 0.0, 0.007)], ["< 0.5", "< 0.7", "< 0.7"]),
        # the same from below
        (
            [end(0.93, 0.92, 0.94), end(0.998, 0.991, 0.9995), NEARLY_ALL],
            ["93", "> 99.1", "> 99.5"],
        ),
        (
            [end(0.6, 0.58, 0.62), end(0.99, 0.98, 1.0), end(0.995, 0.97, 1.0)],
            ["60", "> 98", "> 98"],
        ),
        # beyond its neighbour's bound, 1.44 and 98.56, but written 1 and 99
        (
            [end(0.001, 0.0, 0.0139), end(0.0144, 0.005, 0.03), end(0.4, 0.2, 0.6)],
            ["< 1.4", "< 3", "40"],
        ),
        (
            [end(0.6, 0.4, 0.8), end(0.9856, 0.97, 0.995), end(0.999, 0.9861, 1.0)],
            ["60", "> 97", "> 98.6"],
        ),
        ([AT_NONE, end(0.5, 0.4, 0.6), NEARLY_ALL], ["< 0.5", "50", "> 99.5"]),
        ([NOTHING, end(0.5, 0.4, 0.6), NOTHING], [UNKNOWN, "50", UNKNOWN]),
    ],
)
def test_no_bound_contradicts_a_number(quantiles: list[Estimate], texts: list[str]) -> None:
    assert [quantile_in_per_cent(one, "") for one in consistent(quantiles)] == texts
    low, median, high = quantiles
    spread = Spread(low, high, median)
    assert median_in_per_cent(spread, "") == texts[1]
    if UNKNOWN not in texts:
        assert spread_in_per_cent(spread, "") in (f"{texts[0]} to {texts[2]}", texts[0], texts[2])


@given(numbers=st.lists(chances, min_size=9, max_size=9).map(sorted))
def test_bounds_and_numbers_are_in_order(numbers: list[float]) -> None:
    """Of quantiles in order: bounds rise, and no number lies within the bound of a lower one."""
    quantiles = []
    for low, value, high in zip(numbers[:3], numbers[3:6], numbers[6:], strict=True):
        quantiles.append(end(value, 0.0 if low < 0.2 else low, 1.0 if high > 0.8 else high))
    found = consistent(quantiles)
    texts = [quantile_in_per_cent(one, "") for one in found]
    for sign in "<>":
        bounds = [float(text[2:]) for text in texts if text.startswith(sign)]
        assert bounds == sorted(bounds)
    for k, one in enumerate(found):
        if is_number(one):
            value = float(texts[k])
            assert all(value >= float(x[2:]) for x in texts[:k] if x.startswith("<"))
            assert all(value <= float(x[2:]) for x in texts[k:] if x.startswith(">"))


def test_a_heading_may_give_the_sign() -> None:
    ends = Spread(end(0.0112, 0.0095, 0.0131), end(0.178, 0.165, 0.192))
    assert spread_in_per_cent(ends, "") == "1.1 to 18"
    assert spread_in_per_cent(Spread(AT_NONE, AT_NONE), "") == "< 0.5"


def test_a_run_without_inputs_has_no_range() -> None:
    assert spread_in_per_cent(None) == spread_of_amount(None) == UNKNOWN


@given(numbers=st.lists(chances, min_size=3, max_size=3).map(sorted))
def test_what_is_written_of_an_end_is_true(numbers: list[float]) -> None:
    """A bound bounds the whole interval; a number lies as near as its interval is wide."""
    low, value, high = numbers
    assume(high - low > 1e-9)
    text = spread_in_per_cent(Spread(*2 * (end(value, low, high),)), "")
    said, again = text.split(" to ")
    assert said == again
    half = 50.0 * (high - low)
    # Half of the last digit: of one digit of the half-width, or of two of the rarer side.
    rarer = 100.0 * min(value, 1.0 - value)
    assert abs(float(said) - 100.0 * value) <= max(0.5 * half, 0.05 * rarer) + 1e-9
    bound = spread_in_per_cent(Spread(*2 * (end(value, 0.0, high),)), "")
    assert bound.startswith("< ") and float(bound[2:]) >= 100.0 * high * (1.0 - 1e-9)
    bound = spread_in_per_cent(Spread(*2 * (end(value, low, 1.0),)), "")
    assert bound.startswith("> ") and float(bound[2:]) <= 100.0 * low * (1.0 + 1e-9)


@pytest.mark.parametrize(
    ("low", "high", "scale", "text"),
    [
        (end(-21.09, -25.1, -18.9), end(17.13, 11.2, 18.4), 1.0, "−21 to 17"),
        (end(-0.04, -0.08, 0.01), end(1_234.0, 1_200.0, 1_270.0), 1.0, "−0.04 to 1,234"),
        (end(0.812, 0.810, 0.814), end(0.951, 0.950, 0.952), 100.0, "81 to 95"),
        (end(3.0, 3.0, 3.0), end(4.0, 4.0, 4.0), 1.0, "3.0 to 4.0"),
        (NOTHING, end(17.13, 11.2, 18.4), 1.0, UNKNOWN),
        (end(-21.09, -25.1, -18.9), end(17.13, 11.2, NAN), 1.0, UNKNOWN),
    ],
)
def test_an_amount_over_the_inputs(low: Estimate, high: Estimate, scale: float, text: str) -> None:
    assert spread_of_amount(Spread(low, high), scale) == text


def test_odds_are_followed_by_both_ranges() -> None:
    ends = Spread(AT_NONE, end(0.178, 0.165, 0.192), predictive=probability(13_500, 200_000))
    words = odds_over_inputs(probability(10_440, 200_000), ends)
    assert words == (
        "about 1 in 20 (5.12–5.32 %); with the inputs drawn about 1 in 15 (6.6–6.9 %; "
        "range < 0.5 to 18 %)"
    )
    assert words.partition(";")[0] == odds_over_inputs(probability(10_440, 200_000), None)
    assert odds_over_inputs(probability(0, 0), ends) == UNKNOWN
