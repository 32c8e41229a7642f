"""Other values of a scenario's inputs, inside their bounds."""

from __future__ import annotations

from random import Random
from typing import Any

from capexrisk.scenario import Bounds, Input


def another(given: Input, random: Random) -> Any:
    """A value that the input may have as far as its own bounds go; mostly another than it has."""
    if given.choices:
        return random.choice([choice for choice in given.choices if choice != given.value])
    if isinstance(given.value, tuple):
        # Turned round, rows and columns: a mean, a sum, a diagonal and a symmetry all stay.
        return _reversed(given.value)
    assert given.bounds is not None
    if isinstance(given.value, int):
        return random.randint(int(given.bounds.least), int(given.bounds.most))
    assert isinstance(given.value, float)
    return _near(given.value, given.bounds, random)


def _near(value: float, bounds: Bounds, random: Random) -> float:
    kind = random.random()
    if kind < 0.1:
        return random.choice(bounds)
    moved = value * random.uniform(0.5, 1.5) if value else random.uniform(0.0, 0.5)
    return min(max(moved, bounds.least), bounds.most)


def _reversed(values: tuple[Any, ...]) -> tuple[Any, ...]:
    turned = tuple(_reversed(part) if isinstance(part, tuple) else part for part in values)
    return turned[::-1]
