"""Tables [uncertainty]: groups of any inputs, laws and sizes, some of them spoilt."""

from __future__ import annotations

from random import Random
from typing import Any

Table = dict[str, Any]

LAWS: dict[str, tuple[str, ...]] = {
    "normal": ("sd",),
    "lognormal": ("sigma",),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "pert": ("low", "mode", "high"),
    "quantiles": ("p5", "p50", "p95"),
    "sample": ("values",),
}
JUNK = (None, True, "x", "", -1.0, 0.0, 1e300, float("nan"), 10**400, [], [[]], {}, ["market"])
PATTERNS = (
    *("market.*", "issuers.*.*", "*", "*.*", "issuers.*", "market.regime0", "market.oas0_bp[0]"),
    *("market.oas_mean_bp[3]", "market..x", "", "a b", "x" * 200, "x" * 100_000, "\x00", "[0]"),
    *("issuers.<b>.cash_usd_bn", "events.2026Q1.demand_shock", "issuer_defaults.tax", "../../x"),
)


def uncertainty(random: Random, table: Table) -> Table:
    """Up to six groups over a scenario's inputs, correlated at random."""
    narrow = random.random() < 0.7
    names = random.sample(["a", "b", "growth", "spread of tails", "Ω", "1"], random.randint(1, 6))
    groups = {name: _group(random, table, narrow) for name in names}
    found: Table = {"groups": groups}
    if len(names) > 1 and random.random() < 0.5:
        found["correlations"] = [
            {
                "groups": random.sample(names, 2),
                "correlation": random.choice([0.0, 0.1, -0.2, 0.3, 0.9, -1 + 1e-12]),
                "evidence": "assumed: x",
            }
            for _ in range(random.choice([1, 1, 1, 2]))
        ]
    if random.random() < 0.2:
        _spoil(random, random.choice(list(groups.values())))
    if random.random() < 0.05:
        groups[random.choice(["<script>", "", "x" * 61, "\x00", "../x"])] = groups.pop(names[0])
    return found


def _group(random: Random, table: Table, narrow: bool) -> Table:
    """A group that mostly stays in its bounds if it is narrow, and seldom if it is not."""
    how = random.choice(["add", "multiply", "multiply", "set"])
    size = 10.0 ** random.uniform(-9.0, -2.0) if narrow else 10.0 ** random.uniform(-12.0, 7.0)
    centre = 1.0 if how == "multiply" else 0.0
    law = random.choice(list(LAWS))
    if law == "lognormal" and random.random() < 0.9:
        how = "multiply"
    group: Table = {
        "inputs": [_pattern(random, table) for _ in range(random.choice([1, 1, 1, 2, 3]))],
        "how": how,
        "draw": random.choice(["one", "each"]),
        "law": law,
        "evidence": "assumed: x",
    }
    ordered = sorted(centre + size * random.uniform(-1.0, 1.0) for _ in range(3))
    for key, value in zip(LAWS[law], ordered if law != "uniform" else ordered[::2], strict=False):
        group[key] = value
    if law == "quantiles":
        group["p50"] = ordered[0] + (ordered[2] - ordered[0]) * random.uniform(0.1, 0.9)
    if law in ("normal", "lognormal"):
        group[LAWS[law][0]] = size
        if how == "set":
            group["mean" if law == "normal" else "median"] = random.choice([0.5, 1.0, 50.0])
        if how == ("add" if law == "normal" else "multiply") and random.random() < 0.3:
            del group[LAWS[law][0]], group["draw"]
            rows = len(group["inputs"])
            group["covariance"] = [
                [size**2 * (1.0 if row == column else 0.3) for column in range(rows)]
                for row in range(rows)
            ]
    elif law == "sample":
        group["values"] = ordered
    return group


def _pattern(random: Random, table: Table) -> str:
    if random.random() < 0.03:
        return random.choice(PATTERNS)
    if random.random() < 0.5:
        key = random.choice(list(table["market"]))
        return f"market.{key}" + (".*" if isinstance(table["market"][key], dict) else "")
    name = random.choice(list(table["issuers"]))
    key = random.choice(list(table["issuers"][name]))
    if random.random() < 0.7:
        return f"issuers.*.{key}"
    return f'issuers."{name}".{key}'


def _spoil(random: Random, group: Table) -> None:
    key = random.choice(list(group))
    kind = random.choice(["forget", "misspell", "junk", "junk", "add"])
    if kind == "junk":
        junk = random.choice(JUNK)
        group[key] = {} if junk is None else junk
    elif kind == "add":
        group[random.choice(["sd", "low", "values", "x", "covariance"])] = 1.0
    else:
        value = group.pop(key)
        if kind == "misspell":
            group[key[:-1] or "k"] = value
