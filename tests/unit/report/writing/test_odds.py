"""Probabilities in a committee's words."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capexrisk.estimate.independent import probability
from capexrisk.report.writing.numbers import UNKNOWN, is_rare, percentage_range
from capexrisk.report.writing.odds import SAID, odds, odds_and_range


def fraction(words: str) -> float:
    if words == "half":
        return 0.5
    hits, among = (int(part.replace(",", "")) for part in words.split(" in "))
    return hits / among


@pytest.mark.parametrize(
    ("hits", "n", "text"),
    [
        (10_440, 200_000, "about 1 in 20 (5.12–5.32 %)"),
        (3_420, 65_536, "about 1 in 20 (5.0–5.4 %)"),
        (1_000, 200_000, "about 1 in 200 (0.47–0.54 %)"),
        (60_000, 200_000, "about 3 in 10 (29.7–30.3 %)"),
        (50, 100, "about half (40–60 %)"),
        (172_984, 200_000, "about 7 in 8 (86.3–86.7 %)"),
        (197_000, 200_000, "about 49 in 50 (98.44–98.56 %)"),
        (199_000, 200_000, "more than 99 in 100 (99.46–99.53 %)"),
        # none, or all: a bound that the interval allows
        (0, 200_000, "fewer than 1 in 50,000 (< 0.002 %)"),
        (200_000, 200_000, "more than 99 in 100 (> 99.998 %)"),
        (0, 20, "fewer than 1 in 5 (< 17 %)"),
        # fewer than ten: an interval
        (2, 200_000, "between 1 in 1,000,000 and 1 in 25,000 (0.0001–0.004 %)"),
        (199_991, 200_000, "more than 99 in 100 (99.991–99.998 %)"),
        (38, 45, "between 7 in 10 and 19 in 20 (70–94 %)"),
        (3, 10, "between 1 in 15 and 2 in 3 (6–66 %)"),
    ],
)
def test_a_probability_in_words(hits: int, n: int, text: str) -> None:
    assert odds_and_range(probability(hits, n)) == text


def test_nothing_is_said_of_no_paths() -> None:
    assert odds(probability(0, 0)) == odds_and_range(probability(0, 0)) == UNKNOWN


@given(n=st.integers(1, 10**9), share_of_hits=st.floats(0.0, 1.0))
def test_what_is_said_is_true(n: int, share_of_hits: float) -> None:
    """A bound or a range holds the interval; a frequency is off by less than a quarter of the odds,
    among the likely ones by less than a half."""
    estimate = probability(round(share_of_hits * n), n)
    words = odds(estimate)
    low, high = estimate.ci_low, estimate.ci_high
    if words.startswith("about "):
        said = fraction(words.removeprefix("about "))
        ratio = said / (1.0 - said) / (estimate.value / (1.0 - estimate.value))
        assert max(ratio, 1.0 / ratio) < (1.23 if said < 0.85 else 1.43)
    elif words.startswith("fewer than "):
        assert fraction(words.removeprefix("fewer than ")) >= high
    elif words.startswith("more than "):
        assert fraction(words.removeprefix("more than ")) <= low
    elif words != UNKNOWN:
        assert is_rare(estimate)
        bottom, top = words.removeprefix("between ").split(" and ")
        assert fraction(bottom) <= low and fraction(top) >= high


def test_what_is_said_has_no_wide_gap() -> None:
    """Where these bounds come from: half of the widest step between two neighbours."""
    values = [hits / (among - hits) for hits, among in SAID]
    steps = [(b / a, b / (1.0 + b)) for a, b in pairwise(values)]
    assert max(step for step, end in steps if end < 0.85) < 1.23**2
    assert max(step for step, _ in steps) < 1.43**2


@given(n=st.integers(20, 10**9), share_of_hits=st.floats(0.0, 1.0))
def test_the_range_holds_the_interval(n: int, share_of_hits: float) -> None:
    estimate = probability(round(share_of_hits * n), n)
    text = percentage_range(estimate)
    found = [float(number) for number in re.findall(r"[\d.]+", text)]
    low, high = 100.0 * estimate.ci_low - 1e-9, 100.0 * estimate.ci_high + 1e-9
    if "–" in text:
        assert found[0] <= low + 2e-9 and found[1] >= high - 2e-9
    elif text.startswith("<"):
        assert found[0] >= high - 2e-9
    elif text.startswith(">"):
        assert found[0] <= low + 2e-9
