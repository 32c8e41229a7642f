"""Whole scenarios as tables of TOML: the default one changed a little, a lot, or everywhere."""

from __future__ import annotations

import copy
import tomllib
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.hostile.figures import correlation, figure, hazards, seasonality, split, table_schema
from tests.hostile.spoiling import spoil

ROOT = Path(__file__).parents[2]
DEFAULT = ROOT / "configs" / "hyperscalers-2026.toml"
SPARINGLY = 0.02  # of the figures of a scenario that is changed here and there
SIZES = {"demand_shock": (0.0, 1.0), "spread_jump": (-1.0, 100.0)}
SIZES["linked_stress"] = (-100.0, 100.0)
Table = dict[str, Any]


@cache
def default_tables() -> Table:
    """The default scenario without its evidence, every issuer with all of its figures."""
    table = tomllib.loads(DEFAULT.read_text("utf-8"))
    shared = table.pop("issuer_defaults", {})
    for section in (table["market"], table["thresholds"], shared, *table["issuers"].values()):
        section.pop("evidence", None)
    table["issuers"] = {name: shared | own for name, own in table["issuers"].items()}
    return table


@st.composite
def scenarios(draw: st.DrawFn) -> Table:
    """A scenario that keeps the rules between its figures, and one in two spoilt afterwards."""
    # Figures come from a generator with a seed: drawn singly they would fill hypothesis' memory.
    random = draw(st.randoms(use_true_random=True))
    changed = draw(st.sampled_from([0.0, SPARINGLY, SPARINGLY, 0.2, 1.0]))
    table = copy.deepcopy(default_tables())
    quarters = draw(st.sampled_from([1, 2, 3, 4, 7, 12, 12, 20, 80]) | st.integers(1, 80))
    start = f"{draw(st.sampled_from([1900, 2026, 2026, 2199]))}Q{draw(st.integers(1, 4))}"
    table |= {"quarters": quarters, "start": start}
    crowd = draw(st.sampled_from([1, 1, 2, 3, 6, 6, 12, 64 if quarters <= 12 else 6]))
    _populate(random, table, crowd)
    _change(random, table["market"], ("Market",), changed)
    _change(random, table["thresholds"], ("Thresholds",), changed)
    for issuer in table["issuers"].values():
        _plan(random, issuer, start, quarters, changed)
        _change(random, issuer, ("Issuer",), changed)
        target = issuer["cash_target_usd_bn"]
        issuer["cash_min_usd_bn"] = min(issuer["cash_min_usd_bn"], target)
    if draw(st.booleans()):
        table["events"] = _events(random, start, quarters)
    for spoilt in draw(st.lists(spoil, max_size=3)) if draw(st.booleans()) else ():
        spoilt(random, table)
    return table


def _populate(random: Random, table: Table, count: int) -> None:
    """Some of the issuers, or copies of them under other names."""
    models = list(table["issuers"].items())
    random.shuffle(models)
    chosen: Table = {}
    for number in range(count):
        name, issuer = models[number % len(models)]
        name = name if number < len(models) else f"{name} {number // len(models)}"
        chosen[name] = copy.deepcopy(issuer)
    table["issuers"] = chosen


def _change(random: Random, section: Table, schema: tuple[str, ...], share: float) -> None:
    """Give some figures of a table other values within their bounds."""
    parts = table_schema(*schema)["properties"]
    for key, value in section.items():
        if isinstance(value, dict):
            _change(random, value, (*schema, key), share)
        elif key in parts and random.random() < share:
            section[key] = _figure(random, key, parts[key], value)


def _figure(random: Random, key: str, part: Any, value: Any) -> Any:
    if key == "correlation":
        return correlation(random)
    if key == "hazard_per_year":
        return hazards(random, part)
    if key == "seasonality":
        return seasonality(random)
    if key == "capex_quarter_split":
        return split(random)
    if part["type"] == "array" and "minItems" not in part:  # over the quarters: keep the length
        return [figure(random, part["items"]) for _ in value]
    return figure(random, part)


def _plan(random: Random, issuer: Table, start: str, quarters: int, changed: float) -> None:
    """The lists over the quarters, each by year or quarter by quarter."""
    year = int(start[:4])
    for stem, listed in (("capex", "capex_plan_usd_bn"), ("maturities", "maturities_usd_bn")):
        keys = [key for key in issuer if key.startswith(f"{stem}_2")]
        guided = [issuer.pop(key) for key in keys] or [1.0]
        if random.random() < 0.5:
            scale = random.choice([0.0, 1.0, 1.0, 30.0]) if changed else 1.0
            issuer[listed] = [scale * guided[0] / 4 * 1.02**k for k in range(quarters)]
        else:
            last = min(len(guided), 9999 - year)
            issuer |= {f"{stem}_{year + k}_usd_bn": guided[k] for k in range(last)}
    if random.random() < 0.3:
        for key in ("leases_not_commenced_usd_bn", "lease_term_years", "lease_ramp_quarters"):
            issuer.pop(key, None)
        issuer["leases_usd_bn"] = [0.3 + 0.1 * k for k in range(quarters)]


def _events(random: Random, start: str, quarters: int) -> list[Table]:
    year, quarter = int(start[:4]), int(start[-1]) - 1
    found: dict[tuple[int, str], Table] = {}
    for _ in range(random.choice([1, 2, 5, 30])):
        k = quarter + random.randrange(quarters)
        kinds = [*SIZES, "market_regime", "anchor_loss"]
        event: Table = {"quarter": f"{year + k // 4}Q{k % 4 + 1}", "what": random.choice(kinds)}
        if event["what"] in SIZES:
            low, high = SIZES[event["what"]]
            event["size"] = random.choice([random.uniform(low, high), high - 1e-9, low + 1e-9])
        elif event["what"] == "market_regime":
            event["regime"] = random.choice(["open", "stressed", "shut"])
        found[k, event["what"]] = event
    return list(found.values())
