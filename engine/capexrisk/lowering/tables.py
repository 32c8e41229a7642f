"""Tables of the kernel: issuers, plans and seasons by quarter, scheduled events, the calendar."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numpy as np

from capexrisk.errors import ScenarioError
from capexrisk.kernel.schedule import Floats, Schedule
from capexrisk.lowering.columns import cases, tables, total
from capexrisk.lowering.issuer import lower_issuer
from capexrisk.model.parameters import DELTA, Market, Scheduled
from capexrisk.model.vocabulary import CHANNELS
from capexrisk.scenario import Scenario
from capexrisk.scenario.opening import Parameters, Start, balances, opening_books


def lower_tables(scenario: Scenario, start: Start, market: Market) -> Schedule:
    """Lower what differs from issuer to issuer and from quarter to quarter.

    Raises
    ------
    ScenarioError
        If the names of two issuers share a key for their draws.
    """
    parameters = scenario.parameters
    issuers = parameters["issuers"]
    year, year_ends = _calendar(scenario)
    share_of_year = np.bincount(year) / 4.0
    of_inputs = tables_of_inputs(parameters, start, scenario.start_quarter, 1)
    return Schedule(
        **{name: table[0] for name, table in of_inputs.items()},
        issuer_keys=_issuer_keys([issuer["name"] for issuer in issuers]),
        events=_events(parameters),
        year=year,
        year_ends=year_ends,
        money_units=_money_units(parameters, start),
        smallest=int(np.argmin([issuer["market_cap"] for issuer in issuers])),
        group_profit_threshold=parameters["thresholds"]["group_profit"] * share_of_year,
        outside_funding_threshold=float(parameters["thresholds"]["outside_funding"]),
    )


def tables_of_inputs(
    parameters: Parameters, start: Start, start_quarter: int, points: int
) -> dict[str, Floats]:
    """The tables of a `Schedule` that its inputs decide, by name; the rest is calendar and units.

    Parameters
    ----------
    parameters : dict
        As of `Scenario.parameters`; numbers may be columns.
    start : Start
    start_quarter : int
        Calendar quarter of the first quarter, 1 to 4.
    points : int
        Entries of a column: each table has one for each point, along its first axis.
    """
    issuers = parameters["issuers"]
    market = parameters["market"]
    weight = total(issuer["relative_yield"] * issuer["buildout_capital"] for issuer in issuers)
    k = np.arange(parameters["quarters"])
    lists = {
        name: tables([issuer[name] for issuer in issuers], points)
        for name in ("capex_plan", "maturities", "leases", "seasonality")
    }
    season = lists.pop("seasonality")
    speed = np.array(cases(market["capex_speed"], points))[:, None]
    growth = np.array(cases(market["bond_market_growth"], points))
    return {
        "issuers": tables(
            [lower_issuer(issuer, market, start, weight) for issuer in issuers], points
        ),
        **lists,
        "capex_variance": -np.expm1(-2.0 * speed * DELTA * (k + 1)) / (2.0 * speed),
        "opening": tables([balances(issuer) for issuer in issuers], points),
        "advance": tables([_advances(issuer) for issuer in issuers], points),
        "season": np.ascontiguousarray(season[:, :, (start_quarter - 1 + k) % 4]),
        "growth": np.array([(1.0 + each) ** (k * DELTA) for each in growth]),
    }


def issuer_key(name: str) -> int:
    """Word of an issuer in the address of its draws: 32 bits of a hash of its name.

    The name, not the place in the list: an issuer keeps its draws when others come and go.
    """
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")


def _money_units(parameters: Parameters, start: Start) -> Floats:
    """A power of two near a thousandth of each issuer's books, and of all with their demand."""
    sizes = []
    for issuer in parameters["issuers"]:
        books = opening_books(issuer, parameters["market"], start)
        flows = books.revenue + abs(issuer["ocf"]) + 4.0 * max(issuer["capex_plan"])
        sizes.append(flows + books.debt + issuer["cash"])
    _, exponents = np.frexp([*sizes, math.fsum(sizes) + parameters["market"]["demand0"]])
    units: Floats = np.ldexp(1.0, exponents - 11)
    return units


def _advances(issuer: Parameters) -> list[Any]:
    """Share of its pledge that each channel lends an issuer."""
    return [issuer.get(f"{name}_advance", 0.0) for name in CHANNELS]


def _calendar(scenario: Scenario) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Position of each quarter's year among the years, and 1 in each year's last quarter."""
    year = np.empty(scenario.quarters, dtype=np.int64)
    year_ends = np.zeros(scenario.quarters, dtype=np.int64)
    for index, calendar_year in enumerate(scenario.calendar_years()):
        year[calendar_year.quarters] = index
        year_ends[calendar_year.quarters[-1]] = 1
    return year, year_ends


def _events(parameters: Parameters) -> Floats:
    """What happens in each quarter, a row each."""
    nothing = Scheduled(0.0, 0.0, -1.0, 0.0, 0.0, 0.0)
    rows = [nothing] * parameters["quarters"]
    for event in parameters["events"]:
        k = event["quarter"]
        rows[k] = rows[k]._replace(**_scheduled(event))
    return np.array(rows, dtype=float)


def _scheduled(event: Parameters) -> dict[str, float]:
    match event["what"]:
        case "demand_shock":
            return {"shock": 1.0, "loss": -float(np.log1p(-event["size"]))}
        case "spread_jump":
            return {"jump": float(np.log1p(event["size"]))}
        case "market_regime":
            return {"regime": float(event["regime"])}
        case "linked_stress":
            return {"linked": float(event["size"])}
        case "anchor_loss":
            return {"anchor_loss": 1.0}
    raise ValueError(f"event {event['what']!r} is not known")


def _issuer_keys(names: list[str]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    keys = [issuer_key(name) for name in names]
    for index, key in enumerate(keys):
        if key in keys[:index]:
            raise ScenarioError(
                f"issuers.{names[index]}",
                f"draws the same random numbers as {names[keys.index(key)]!r}",
                "spell the name a little differently",
            )
    return np.array(keys, dtype=np.uint64)
