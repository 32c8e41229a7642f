"""Whole scenarios as tables of TOML: the default one changed a little, a lot, or everywhere."""

from __future__ import annotations

import copy
import tomllib
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import strategies as st

from capexrisk.scenario.field import input_field_of
from capexrisk.scenario.issuer import NEVER, Issuer
from capexrisk.scenario.market import Absorption, Access, Market
from tests.hostile.figures import correlation, figure, hazards, seasonality, split, table_schema
from tests.hostile.ranges import uncertainty
from tests.hostile.spoiling import spoil

ROOT = Path(__file__).parents[2]
DEFAULT = ROOT / "configs" / "hyperscalers-2026.toml"
SPARINGLY = 0.02  # of the figures of a scenario that is changed here and there
SIZES = {"demand_shock": (0.0, 1.0), "spread_jump": (-1.0, 100.0)}
SIZES["linked_stress"] = (-100.0, 100.0)
Table = dict[str, Any]
RECORDS = {"Market": Market, "Issuer": Issuer, "access": Access, "absorb": Absorption}
TURNS_OF_ISSUERS: tuple[Table, ...] = (
    {"ocf_usd_bn_per_year": -1.5, "incremental_margin": 0.4},
    {"ocf_usd_bn_per_year": -40.0, "high_yield": True, "asset_limit": 0.8},
    {"buildout_capital_usd_bn": 0.0, "construction_usd_bn": 0.0},
    {"bonds_usd_bn": 0.0, "secured_debt_usd_bn": 0.0, "private_debt_usd_bn": 0.0},
    {"high_yield": True, "other_capital_usd_bn": 20.0, "asset_limit": 0.9},
    {"high_yield": False, "fall_leverage": 1.0, "leverage_limit": 9.0},
    {"prepaid_share": 1.0, "buildout_share": 1.0, "finance_lease_share": 0.0},
    {"equity_mix": 1.0, "equity_access_per_year": 1.0},
    {"investments_usd_bn_per_year": 300.0},
    {"cash_cover_years": 3.0},
    {"cash_min_usd_bn": 500.0},
)
TURNS_OF_MARKETS: tuple[Table, ...] = (
    {"run_quarters": [0.0, 1.0, 8.0]},
    {"run_quarters": [1000.0, 1000.0, 1000.0]},
    {"absorb.high_yield_usd_bn_per_year": 1e-6},
    {"absorb.secured_usd_bn_per_year": 0.0, "absorb.private_usd_bn_per_year": 0.0},
    {"access.high_yield": [0.0, 0.0, 0.0]},
    {"prefund_speed": 1.0},
    {"prepaid_term_years": 0.25},
    {"chase_per_year": 8.0},
    {"value_revenue": 0.0},
)


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
        _turn(random, issuer, TURNS_OF_ISSUERS, changed)
    _turn(random, table["market"], TURNS_OF_MARKETS, changed)
    if random.random() < 0.9:
        _settle(table)
    if draw(st.booleans()):
        table["events"] = _events(random, start, quarters)
    if draw(st.booleans()):
        table["uncertainty"] = uncertainty(random, table)
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
    """Give some figures of a table other values within their bounds; add some, leave some out."""
    parts = table_schema(*schema)["properties"]
    for key, value in section.items():
        if isinstance(value, dict):
            _change(random, value, (*schema, key), share)
        elif key in parts and random.random() < share:
            section[key] = _figure(random, key, parts[key], value)
    for key in _optional(schema[-1]):
        if random.random() < share / 4 and section.pop(key, None) is None:
            section[key] = _figure(random, key, parts[key], None)


def _settle(table: Table) -> None:
    """Mend a start that contradicts itself, as far as a few lines can see it."""
    market, issuers = table["market"], list(table["issuers"].values())
    for issuer in issuers:
        cash_flow, revenue = issuer["ocf_usd_bn_per_year"], issuer["core_revenue_usd_bn_per_year"]
        debts = [issuer.get(f"{name}_usd_bn", 0.0) for name in ("bonds", "secured_debt")]
        owed = sum(debts) + issuer.get("private_debt_usd_bn", 0.0)
        falls_at = issuer.get("fall_leverage", NEVER)
        if falls_at >= issuer["leverage_limit"]:
            issuer.pop("fall_leverage", None)
        elif owed * 1.2 >= falls_at * max(cash_flow, market["cash_flow_floor"] * revenue):
            issuer["high_yield"] = True
        if issuer.get("high_yield") or "fall_leverage" in issuer:
            absorbed = market["absorb"].get("high_yield_usd_bn_per_year", 0.0)
            market["absorb"]["high_yield_usd_bn_per_year"] = max(absorbed, 1e-3)
        if cash_flow <= 0.0 and market.get("value_revenue", 0.0) * revenue < 1e-6:
            market["value_revenue"] = 1.0
    if not any(
        issuer.get("buildout_capital_usd_bn", 0.0) * issuer.get("relative_yield", 1.0) > 1e-6
        for issuer in issuers
    ):
        issuers[0] |= {"buildout_capital_usd_bn": 3.0, "relative_yield": 1.0}


def _optional(record: str) -> list[str]:
    """Keys of a record that have a neutral value."""
    fields = RECORDS[record].model_fields if record in RECORDS else {}
    found = {key: input_field_of(info) for key, info in fields.items()}
    return [key for key, given in found.items() if given and given.neutral is not None]


def _turn(random: Random, table: Table, turns: tuple[Table, ...], changed: float) -> None:
    """Now and then make an issuer or a market what the default scenario has none of."""
    for turn in turns:
        if changed and random.random() < 0.1:
            for key, value in turn.items():
                *outer, last = key.split(".")
                (table[outer[0]] if outer else table)[last] = value


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
