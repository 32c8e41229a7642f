"""How figures are written."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

from capexrisk.run.measurement import Spread, spread


def digits(value: float, significant: int = 3) -> str:
    """A number to so many digits: 0.0123, 1.23, 12.3, 123,000."""
    if value == 0:
        return "0"
    places = significant - 1 - floor(log10(abs(value)))
    return f"{round(value, places):,.{max(places, 0)}f}"


def with_range(values: Spread) -> str:
    """Median (least–greatest)."""
    median, low, high = (digits(value) for value in values)
    return median if low == high else f"{median} ({low}–{high})"


def microseconds(seconds: Sequence[float]) -> str:
    return with_range(spread([1e6 * value for value in seconds]))


def percent(values: Spread) -> str:
    median, low, high = (f"{100 * value:.0f}" for value in values)
    return f"{median} % ({low}–{high})"
