"""Stressed variants of the reference case, each with what it must show to be worth comparing.

How to read it. A variant is a function without arguments, listed in `VARIANTS` under its name:

- it changes the reference case (`changed_case` for figures of the market and of every issuer), with
  ready-made changes where they fit: `CALM` takes chance out of the market, `UNBANKED` and
  `PENNILESS` take an issuer's money away, `OPEN` and `CLOSED` are access to every channel;
- it says what the paths must show, or comparing them would prove nothing: a name, and a function of
  (case, block of the kernel, series of the twin) that is true where it was seen. `_used`,
  `_unused`, `_tier_seen`, `_cause`, `_regime` and `_rationed` make the usual ones.

`test_against_twin` runs each variant on the same draws through the kernel and through the twin of
`tests/oracle`, path by path; asks that each thing was seen in one of its blocks; and that all
variants together walk every channel, tier and cause. A mechanism that is added needs a variant in
which it matters, and stands in `shows` there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tests.unit.kernel.blocks import (
    Array,
    Block,
    Case,
    changed_case,
    reference_case,
    with_quarters,
)

Twin = dict[str, Array]
Shown = Callable[[Case, Block, Twin], bool]

CLOSED = {channel: [0.0] * 3 for channel in ("bonds", "secured", "private", "equity")}
OPEN = {channel: [1.0] * 3 for channel in ("bonds", "secured", "private", "equity")}
CALM = {  # an open market that stays open and at its price
    "hazard": [[0.0] * 3 for _ in range(3)],
    "oas_mean_bp": [79.0] * 3,
    "oas_sigma": [0.0] * 3,
    "jump_rate": 0.0,
    "premium_beta": 0.0,
    "failure_jump": 0.0,
    "spread_leverage": 0.0,
}
UNBANKED = {  # nothing to borrow on, so that no lender can be said to withdraw
    "bond_quarter_cap": 0.0,
    "secured_advance": 0.0,
    "private_advance": 0.0,
    "equity_access": 0.0,
}
PENNILESS = {"cash": 0.0, "cash_target": 0.0, "cash_min": 0.0, "revolver": 0.0}


class Variant(NamedTuple):
    """A case, where its calendar starts, and what its paths must show."""

    case: Case
    shows: dict[str, Shown]
    start: str = "2026Q1"


def _tier_seen(number: int) -> Shown:
    return lambda case, block, twin: bool((twin[f"f{number}_quarter"] < case["quarters"]).any())


def _used(series: str) -> Shown:
    return lambda case, block, twin: bool((twin[series] > 0).any())


def _unused(*series: str) -> Shown:
    return lambda case, block, twin: not any(twin[name].any() for name in series)


def _cause(of: str, number: int) -> Shown:
    return lambda case, block, twin: bool((twin[f"cause_{of}"] == number).any())


def _all_fail_at_once(case: Case, block: Block, twin: Twin) -> bool:
    return bool((twin["f4_quarter"] == 0).all())


def _nobody_left_in_the_race(case: Case, block: Block, twin: Twin) -> bool:
    return bool((block.market("PULL_WEIGHT")[1:] == 0).all())


def _regime(number: int) -> Shown:
    return lambda case, block, twin: bool((twin["regime"] == number).any())


def _rationed(channel: str) -> Shown:
    """Some quarter in which a channel sold its whole capacity, to within rounding."""

    def shown(case: Case, block: Block, twin: Twin) -> bool:
        m = case["market"]
        growth = (1 + m["bond_market_growth"]) ** (np.arange(case["quarters"]) / 4)
        access = np.array(m["access"][channel])[twin["regime"].astype(int)]
        capacity = m["absorb"][channel] / 4 * growth[:, None] * access
        if channel == "private":
            capacity = capacity * block.market("HEALTH")
        return bool(np.isclose(twin[channel].sum(axis=0), capacity, rtol=1e-9, atol=0).any())

    return shown


def _reference() -> Variant:
    return Variant(
        reference_case(),
        {
            **{f"F{number}": _tier_seen(number) for number in range(5)},
            "stressed": _regime(1),
            "bonds": _used("bonds"),
            "secured": _used("secured"),
            "private": _used("private"),
            "revolver": _used("revolver"),
            "finance leases": _used("finance_leases"),
        },
    )


def _third_quarter() -> Variant:
    case = with_quarters(reference_case(), 7)
    return Variant(
        case,
        {"three calendar years": lambda c, b, t: b.outcome("fcf_year").shape[1] == 3},
        "2025Q3",
    )


def _one_issuer() -> Variant:
    case = reference_case()
    case["issuers"] = case["issuers"][-1:]
    return Variant(
        case,
        {
            "failures": _tier_seen(4),
            "nobody fails but the smallest": lambda c, b, t: (
                not b.outcome("failures_but_smallest").any()
            ),
        },
    )


def _one_quarter() -> Variant:
    case = with_quarters(reference_case(), 1)
    return Variant(case, {"F0": _tier_seen(0), "bonds": _used("bonds")}, "2026Q4")


def _eighty_quarters() -> Variant:
    case = with_quarters(reference_case(), 80)
    return Variant(
        case,
        {
            "late failures": lambda c, b, t: bool(
                ((t["f4_quarter"] > 40) & (t["f4_quarter"] < 80)).any()
            ),
            "survivors": lambda c, b, t: bool((t["f4_quarter"] == 80).any()),
            "shut": _regime(2),
        },
        "2026Q2",
    )


def _sixty_four_issuers() -> Variant:
    case = with_quarters(reference_case(), 5)
    models = case["issuers"]
    case["issuers"] = [
        {**models[i % 6], "name": f"Issuer {i}", "market_cap": 50.0 + (i * 37) % 64}
        for i in range(64)
    ]
    return Variant(case, {"F4": _tier_seen(4), "rationing": _rationed("bonds")})


def _all_fail() -> Variant:
    case = changed_case(
        reference_case(),
        market={"access": CLOSED},
        issuers={**PENNILESS, "committed": 1.0, "dividends": 0.0, "finance_lease_share": 0.0},
    )
    for issuer in case["issuers"]:
        issuer["capex_plan"] = [10 * issuer["ocf"]] * case["quarters"]
    return Variant(
        case,
        {
            "everyone fails in the first quarter": _all_fail_at_once,
            "no pack": _nobody_left_in_the_race,
            "window": _cause("failure", 1),
        },
    )


def _no_access() -> Variant:
    case = changed_case(
        reference_case(),
        market={"access": CLOSED, "cash_flow_noise": 0.3},
        issuers={"revolver": 5.0, "dividends": 4.0},
    )
    return Variant(
        case,
        {
            "no market money": _unused("bonds", "secured", "private", "equity"),
            "revolver": _used("revolver"),
            "repaid": _used("revolver_repaid"),
            "dividends cut": _used("dividend_cut"),
            "last cash": _used("cash_used_last"),
        },
    )


def _no_debt_no_plan() -> Variant:
    case = changed_case(
        reference_case(),
        issuers={
            "bonds": 0.0,
            "secured_debt": 0.0,
            "private_debt": 0.0,
            "capex_plan": [0.0] * 12,
            "prefund": 0.0,
        },
    )
    return Variant(
        case,
        {
            "no capex": _unused("capex", "planned_capex"),
            "no pack": _nobody_left_in_the_race,
            "still no debt somewhere": lambda c, b, t: bool((t["debt"] == 0).any()),
            "buybacks": _used("buyback"),
        },
    )


def _glut() -> Variant:
    case = changed_case(
        reference_case(),
        market={"demand0": 20.0, "demand_saturation": 40.0, "util_power": 30.0, "access": OPEN},
        issuers={**PENNILESS, **UNBANKED, "contracted_share": 0.0, "core_growth": -0.5},
    )
    return Variant(
        case,
        {
            "idle capacity": lambda c, b, t: bool((t["utilisation"] < 0.2).all()),
            "glut is a cause": _cause("cut", 5),
        },
    )


def _anchor_leaves() -> Variant:
    case = changed_case(
        reference_case(),
        market={"anchor_hazard": 3.0, "anchor_recovery": 0.0, "anchor_share": 0.9, "access": OPEN},
        issuers={"contracted_share": 1.0, "leverage_limit": 60.0, "bond_quarter_cap": 1.0},
    )
    return Variant(
        case,
        {
            "lost at once, and later": lambda c, b, t: bool(
                t["anchor_lost"][0].any() and not t["anchor_lost"][0].all()
            ),
            "anchor is a cause": _cause("cut", 4),
        },
    )


def _events() -> Variant:
    """Every kind of event, two in one quarter; shocks and losses that are drawn as well."""
    case = changed_case(reference_case(), market={"shock_rate": 1.0, "anchor_hazard": 0.4})
    case["events"] = [
        {"quarter": 1, "what": "demand_shock", "size": 0.4},
        {"quarter": 1, "what": "market_regime", "regime": 2},
        {"quarter": 2, "what": "spread_jump", "size": 0.5},
        {"quarter": 3, "what": "linked_stress", "size": 0.6},
        {"quarter": 4, "what": "demand_shock", "size": 0.1},  # which multiplies hazards
        {"quarter": 5, "what": "anchor_loss"},
        {"quarter": 6, "what": "market_regime", "regime": 0},
    ]
    return Variant(
        case,
        {
            "the regimes that are scheduled": lambda c, b, t: bool(
                (b.market("REGIME")[1] == 2).all() and (b.market("REGIME")[6] == 0).all()
            ),
            "and drawn ones between": lambda c, b, t: bool(
                len(np.unique(b.market("REGIME")[4])) > 1
            ),
            "lost before, or then": lambda c, b, t: bool(
                (b.market("ANCHOR_QUARTER")[-1] <= 5).all()
                and (b.market("ANCHOR_QUARTER")[-1] == 5).any()
            ),
            "stress": lambda c, b, t: bool((t["linked"][3] - t["linked"][2]).mean() > 0.3),
        },
    )


def _rationing() -> Variant:
    case = changed_case(
        reference_case(),
        market={"absorb": {"bonds": 1.0, "secured": 1.0, "private": 1.0}, "premium_beta": 0.001},
        issuers={"cash": 5.0, "cash_target": 4.0, "cash_min": 1.0},
    )
    for issuer in case["issuers"]:
        issuer["leverage_limit"] = 30.0
    return Variant(
        case,
        {
            **{f"{channel} rationed": _rationed(channel) for channel in case["market"]["absorb"]},
            "rationing is a cause of cuts": _cause("cut", 3),
            "and of failures": _cause("failure", 3),
        },
    )


def _finance_leases() -> Variant:
    case = changed_case(reference_case(), issuers={"finance_lease_share": 0.9, "core_growth": -0.4})
    return Variant(
        case,
        {"leases": _used("finance_leases"), "cuts": _used("capex_cut"), "F4": _tier_seen(4)},
    )


def _huge_maturities() -> Variant:
    case = changed_case(
        reference_case(),
        issuers={"maturities": [30.0, 0.0, 1e5] * 4, "secured_debt": 25.0, "private_debt": 7.0},
    )
    return Variant(
        case,
        {
            "excess on secured debt": lambda c, b, t: bool((b.issuers("DUE_SECURED") > 0).any()),
            "the rest lapses": lambda c, b, t: bool((t["due"][:, 2] < 1e5).all()),
        },
    )


def _prefunding() -> Variant:
    case = changed_case(
        reference_case(),
        market={"prefund_until": 5.0},
        issuers={"prefund": 2.0, "leverage_limit": 9.0},
    )
    return Variant(
        case,
        {
            "bonds without a need": lambda c, b, t: bool(
                ((t["bonds"] > 0) & (t["need"] == 0)).any()
            ),
            "low on cash and not": lambda c, b, t: bool(
                (
                    t["cash"]
                    > 5.0 * np.array([i["cash_target"] for i in c["issuers"]])[:, None, None]
                ).any()
            ),
        },
    )


def _revolver() -> Variant:
    case = changed_case(
        reference_case(),
        market={"access": CLOSED, "cash_flow_noise": 0.4},
        issuers={"revolver": 400.0, "seasonality": [-1.0, 3.0, -1.0, 3.0], "core_growth": 0.3},
    )
    return Variant(
        case,
        {
            "draws": _used("revolver"),
            "full repayment": lambda c, b, t: bool(
                ((t["revolver_repaid"] > 0) & (b.issuers("revolver.balance") == 0)).any()
            ),
            "negative operating cash flow": lambda c, b, t: bool((t["ocf"] < 0).any()),
        },
    )


def _caps() -> Variant:
    case = changed_case(
        reference_case(),
        market={
            "oas_cap_bp": 120.0,
            "spread_cap_bp": 150.0,
            "leverage_cap_spread": 0.5,
            "discipline_cap": 0.1,
            "failure_jump": 50.0,
            "failure_jump_cap": 0.2,
        },
    )
    case["issuers"][0]["spread_bp"] = 0.9
    return Variant(
        case,
        {
            "market spread at its cap": lambda c, b, t: bool(np.isclose(t["oas"], 120.0).any()),
            "issuer spread at its cap": lambda c, b, t: bool((t["spread"] == 150.0).any()),
            "issuer spread at its floor": lambda c, b, t: bool((t["spread"] == 1.0).any()),
            "failure jump at its cap": lambda c, b, t: bool((t["failure_jump"] == 0.2).any()),
        },
    )


def _negative_cash_flow() -> Variant:
    case = changed_case(
        reference_case(),
        market={"fixed_cost": 1.0, "demand_speed": 0.0, "tax": 0.0},
        issuers={"contracted_share": 0.0, "equity_access": 1.0, "leverage_limit": 4.0},
    )
    return Variant(
        case,
        {
            "a negative year": lambda c, b, t: bool((t["ltm"] < 0).any()),
            "equity": _used("equity"),
            "leverage is a cause": _cause("cut", 2),
            "F4": _tier_seen(4),
        },
    )


def _demand_collapse() -> Variant:
    case = changed_case(
        reference_case(),
        market={"shock_rate": 8.0, "shock_loss_mean": 1.5, "tail_dof": 5.0, "linked_beta": -0.8},
    )
    return Variant(
        case,
        {
            "hardly any demand": lambda c, b, t: bool((t["demand"][-1] < 1e-3).any()),
            "quarters without a shock": lambda c, b, t: bool(
                (b.market("U_SHOCK") > 1 - np.exp(-2.0)).any()
            ),
            "shut": _regime(2),
        },
    )


def _overspending() -> Variant:
    """Nothing stands in the way but the plan outgrown; and where nothing does, the last cause."""
    case = changed_case(
        reference_case(),
        market={**CALM, "access": OPEN, "anchor_hazard": 0.0, "cash_flow_noise": 1.0},
        issuers={
            **PENNILESS,
            **UNBANKED,
            "contracted_share": 1.0,
            "capex_growth_sigma": 1.0,
        },
    )
    return Variant(
        case,
        {
            "cuts": _cause("cut", 6),
            "failures": _cause("failure", 6),
            "above the plan": lambda c, b, t: bool(
                (
                    t["planned_capex"][0] > 1.5 * np.array(c["issuers"][0]["capex_plan"])[:, None]
                ).any()
            ),
        },
    )


def _starts_shut() -> Variant:
    case = changed_case(
        reference_case(),
        market={"regime0": 2, "hazard": [[0, 0, 0.5], [0, 0, 0], [0.8, 0.8, 0]]},
        issuers={"core_growth": -0.2},
    )
    return Variant(
        case,
        {
            "open": _regime(0),
            "stressed, where nothing leaves": _regime(1),
            "shut": _regime(2),
            "window is a cause": _cause("cut", 1),
            "window fails": _cause("failure", 1),
        },
    )


def _fallen_angels() -> Variant:
    case = changed_case(
        reference_case(),
        market={"fail_tolerance": 0.0},
        issuers={"core_growth": -0.5, "leverage_limit": 2.6, "secured_advance": 1.0},
    )
    return Variant(
        case,
        {
            "fallen angels": lambda c, b, t: bool((t["fallen_angel_quarter"] < 12).any()),
            "who starts above has no grade to lose": lambda c, b, t: bool(
                (t["fallen_angel_quarter"][4] == 12).all()
            ),
            "net debt": lambda c, b, t: bool((t["net_debt_quarter"] < 12).any()),
        },
    )


def _newcomers() -> Variant:
    """Shares of capacity that are 0 at the start, at the end, or always."""
    case = reference_case()
    case["issuers"][0]["buildout_capital"] = 0.0
    case["issuers"][1]["relative_yield"] = 0.0
    case["issuers"][2] |= {"buildout_share": 0.0, "build_lag": 30.0, "relative_yield": 3.0}
    case["market"] |= {"depreciation": 2.0, "obsolescence": 2.0, "scarcity": 2.0}
    return Variant(
        case,
        {
            "no capacity": lambda c, b, t: bool((t["capacity"][1] == 0).all()),
            "capacity from nothing": lambda c, b, t: bool((t["capacity"][0] > 0).all()),
            "scarcity": lambda c, b, t: bool((b.market("SPOT") > 1).any()),
        },
    )


VARIANTS: dict[str, Callable[[], Variant]] = {
    function.__name__[1:]: function
    for function in (
        _reference,
        _third_quarter,
        _one_issuer,
        _one_quarter,
        _eighty_quarters,
        _sixty_four_issuers,
        _all_fail,
        _no_access,
        _no_debt_no_plan,
        _glut,
        _anchor_leaves,
        _events,
        _rationing,
        _finance_leases,
        _huge_maturities,
        _prefunding,
        _revolver,
        _caps,
        _negative_cash_flow,
        _demand_collapse,
        _overspending,
        _starts_shut,
        _fallen_angels,
        _newcomers,
    )
}
