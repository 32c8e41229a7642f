"""How estimates are written down."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capexrisk.estimate.independent import Estimate, mean, probability
from capexrisk.report.writing.numbers import UNKNOWN, basis_points, money, percentage, share, signed

NAN = math.nan


def amount(value: float, half: float) -> Estimate:
    return Estimate("mean", value, half / 1.96, value - half, value + half, 1_000)


@pytest.mark.parametrize(
    ("hits", "n", "text"),
    [
        (172_984, 200_000, "86.5 % ± 0.2"),
        (306, 200_000, "0.15 % ± 0.02"),
        (78, 200_000, "0.039 % ± 0.009"),
        (199_000, 200_000, "99.50 % ± 0.04"),
        (500, 1_000, "50 % ± 4"),
        (50, 100, "50 % ± 10"),
        # none, or all: the end of the interval, rounded away from the estimate
        (0, 200_000, "< 0.002 %"),
        (200_000, 200_000, "> 99.998 %"),
        (0, 20, "< 17 %"),
        (20, 20, "> 83 %"),
        (0, 1, "< 98 %"),
        (1, 1, "> 2 %"),
        # fewer than ten: no ± would be true
        (2, 200_000, "0.0001–0.004 %"),
        (9, 200_000, "0.002–0.009 %"),
        (199_991, 200_000, "99.991–99.998 %"),
        (38, 45, "70–94 %"),
        (3, 10, "6–66 %"),
    ],
)
def test_a_probability_is_written_with_its_error(hits: int, n: int, text: str) -> None:
    assert percentage(probability(hits, n)) == text


def test_nothing_is_known_of_no_paths() -> None:
    assert percentage(probability(0, 0)) == UNKNOWN
    assert money(mean(NAN, 0.0, 0)) == UNKNOWN


def test_a_heading_may_give_the_sign() -> None:
    assert percentage(probability(172_984, 200_000), "") == "86.5 ± 0.2"
    assert percentage(probability(0, 200_000), "") == "< 0.002"


@given(n=st.integers(1, 10**9), share_of_hits=st.floats(0.0, 1.0))
def test_what_is_written_holds_the_interval(n: int, share_of_hits: float) -> None:
    estimate = probability(round(share_of_hits * n), n)
    text = percentage(estimate, "")
    low, high = 100.0 * estimate.ci_low, 100.0 * estimate.ci_high
    slack = 1e-9
    if "±" in text:
        value, error = (float(part) for part in text.split(" ± "))
        # The value is rounded to the last digit shown, which is the error's.
        digit = 10.0 ** -len(text.partition(".")[2].split(" ")[0])
        assert error >= (high - low) / 2 - slack
        assert abs(value - 100.0 * estimate.value) <= 0.5 * digit + slack
    elif text.startswith("<"):
        assert float(text[2:]) >= high - slack
    elif text.startswith(">"):
        assert float(text[2:]) <= low + slack
    elif text != UNKNOWN:
        bottom, top = (float(part) for part in text.split("–"))
        assert bottom <= low + slack
        assert top >= high - slack


@pytest.mark.parametrize(
    ("value", "half", "text"),
    [
        (-32.0597, 0.0758, "−32.1 ± 0.1"),
        (4.0561, 0.0121, "4.06 ± 0.02"),
        (645.35, 0.98, "645.4 ± 1.0"),
        (1077.7, 3.07, "1,078 ± 4"),
        (-30.2, 24.3, "−30 ± 25"),
        (0.0, 0.0, "0.00"),
        (0.84, 0.0, "0.840 ± 0"),
        (-0.001, 0.4, "0.0 ± 0.4"),
        (12.5, NAN, "12.5 ± ?"),
    ],
)
def test_an_amount_is_written_with_its_error(value: float, half: float, text: str) -> None:
    assert money(amount(value, half)) == text


def test_an_amount_can_carry_its_unit() -> None:
    assert money(amount(-32.0597, 0.0758), unit=True) == "−$32.1bn ± 0.1"
    assert money(amount(1077.7, 3.07), unit=True) == "$1,078bn ± 4"


def test_spreads_are_whole_and_shares_in_per_cent() -> None:
    assert basis_points(amount(2053.25, 15.3)) == "2,053 ± 16"
    assert basis_points(amount(95.5, 0.2)) == "96 ± 1"
    assert share(amount(0.81232, 0.00078)) == "81.2 % ± 0.1"


def test_there_is_no_negative_zero() -> None:
    assert signed(-0.04, 1) == "0.0"
    assert signed(-0.06, 1) == "−0.1"
    assert signed(-1234.5, 0) == "−1,234"
