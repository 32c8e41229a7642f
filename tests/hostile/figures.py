"""Figures that the scenario schema allows, drawn from the bounds that stand in it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random
from typing import Any

from hypothesis import strategies as st

from capexrisk.scenario import json_schema
from capexrisk.scenario.section import NEARLY_ZERO

SCHEMA = json_schema()
Part = Mapping[str, Any]


def table_schema(*path: str) -> Part:
    """The schema of a table: ``table_schema("Issuer")``, ``table_schema("Market", "access")``."""
    name, *below = path
    part: Part = SCHEMA["$defs"][name]
    for key in below:
        part = SCHEMA["$defs"][part["properties"][key]["$ref"].rpartition("/")[2]]
    return part


def bounds(part: Part) -> tuple[float, float]:
    """Least and greatest number that a schema allows."""
    low = part.get("minimum", -1e9)
    if "exclusiveMinimum" in part:
        low = max(low, math.nextafter(part["exclusiveMinimum"], math.inf))
    high = part.get("maximum", 1e9)
    if "exclusiveMaximum" in part:
        high = min(high, math.nextafter(part["exclusiveMaximum"], -math.inf))
    return low, high


def edges(part: Part) -> list[float]:
    """The bounds of a number, their neighbours, zero and ordinary sizes, all allowed."""
    low, high = bounds(part)
    sizes = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 10.0, 100.0, 1e-9, 1e-6, 1e-3, low / 2, high / 2)
    inner = (math.nextafter(low, math.inf), math.nextafter(high, -math.inf), 1.0 - 2**-53)
    found = [low, high, *sizes, *inner, math.sqrt(abs(high)), 1e-99]
    allowed = {float(size) for size in found if low <= size <= high}
    return sorted(size for size in allowed if size == 0.0 or abs(size) >= NEARLY_ZERO)


def number(random: Random, part: Part) -> float:
    """A number within bounds: at an edge, or of any order of magnitude."""
    low, high = bounds(part)
    kind = random.random()
    if kind < 0.4:
        return random.choice(edges(part))
    if kind < 0.6:
        return random.uniform(low, high)
    size = 10.0 ** random.uniform(-6.0, math.log10(max(high, 1e-6)))
    return min(max(-size if low < 0 and random.random() < 0.5 else size, low), high)


def figure(random: Random, part: Part) -> Any:
    """Anything that a schema's part allows by itself, without regard to other figures."""
    if "enum" in part:
        return random.choice(part["enum"])
    match part["type"]:
        case "boolean":
            return random.random() < 0.5
        case "number":
            return number(random, part)
        case "integer":
            low, high = bounds(part)
            return random.choice([int(low), int(high), random.randint(int(low), int(high))])
        case "array":
            length = random.randint(part.get("minItems", 0), part.get("maxItems", 12))
            return [figure(random, part["items"]) for _ in range(length)]
    raise ValueError(f"{part['type']} has no figures")


def seasonality(random: Random) -> list[float]:
    """Four numbers of mean 1, as far apart as they may be."""
    widest = random.choice([0.0, 0.3, 1.0, 900.0])
    first, second = (random.uniform(-widest, widest) for _ in range(2))
    return [1.0 + first, 1.0 - first, 1.0 + second, 1.0 - second]


def split(random: Random) -> list[float]:
    """Four shares of sum 1."""
    if random.random() < 0.3:
        return random.sample([1.0, 0.0, 0.0, 0.0], 4)
    sizes = [random.random() + 1e-9 for _ in range(4)]
    return [size / sum(sizes) for size in sizes]


def hazards(random: Random, part: Part) -> list[list[float]]:
    """Rates between regimes, none from one to itself."""
    rates = figure(random, part)
    for regime in range(3):
        rates[regime][regime] = 0.0
    return list(rates)


def correlation(random: Random) -> list[list[float]]:
    """A correlation matrix; now and then one that is nearly singular, or is none."""
    factors = [[random.gauss(0.0, 1.0) for _ in range(5)] for _ in range(5)]
    if random.random() < 0.5:
        common = random.choice([1.0, 30.0, 1e4])
        for row in factors:
            row[0] += common
    matrix = [[1.0] * 5 for _ in range(5)]
    for row in range(5):
        for column in range(row):
            size = math.hypot(*factors[row]) * math.hypot(*factors[column])
            dot = sum(a * b for a, b in zip(factors[row], factors[column], strict=True))
            cosine = dot / size
            matrix[row][column] = matrix[column][row] = max(-1.0, min(1.0, cosine))
    return matrix


# What no figure of a scenario is, in TOML's own kinds.
JUNK = st.recursive(
    st.booleans()
    | st.integers()
    | st.integers(-(10**400), 10**400)
    | st.floats()
    | st.text(max_size=12)
    | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
