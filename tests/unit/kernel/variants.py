"""Stressed variants of the reference cases, each with what it must show to be worth comparing.

How to read it. A variant is a function without arguments, listed in `VARIANTS` under its name:

- it changes a reference case (`changed_case` for figures of the market and of every issuer), with
  ready-made changes where they fit: `CALM` takes chance out of the market, `UNBANKED` and
  `PENNILESS` take an issuer's money away, `OPEN` and `CLOSED` are access to every channel;
- it says what the paths must show, or comparing them would prove nothing: a name, and a function of
  (case, block of the kernel, series of the twin) that is true where it was seen. `variant.py` makes
  the usual ones.

`test_against_twin` runs each variant on the same draws through the kernel and through the twin of
`tests/oracle`, path by path; asks that each thing was seen in one of its blocks; and that all
variants together walk every channel, tier and cause. A mechanism that is added needs a variant in
which it matters, and stands in `shows` there.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.unit.kernel.blocks import changed_case, reference_case, with_quarters
from tests.unit.kernel.variant import (
    CALM,
    CLOSED,
    OPEN,
    PENNILESS,
    RATIONED,
    UNBANKED,
    Variant,
    all_fail_at_once,
    cause,
    falls,
    nobody_left_in_the_race,
    rationed,
    regime,
    tier_seen,
    unused,
    used,
)
from tests.unit.kernel.variants_of_builders import BUILDERS


def reference() -> Variant:
    return Variant(
        reference_case(),
        {
            **{f"F{number}": tier_seen(number) for number in range(5)},
            "stressed": regime(1),
            "bonds": used("bonds"),
            "secured": used("secured"),
            "private": used("private"),
            "revolver": used("revolver"),
            "finance leases": used("finance_leases"),
        },
    )


def third_quarter() -> Variant:
    case = with_quarters(reference_case(), 7)
    return Variant(
        case,
        {"three calendar years": lambda c, b, t: b.outcome("fcf_year").shape[1] == 3},
        "2025Q3",
    )


def one_issuer() -> Variant:
    case = reference_case()
    case["issuers"] = case["issuers"][-1:]
    return Variant(
        case,
        {
            "failures": tier_seen(4),
            "nobody fails but the smallest": lambda c, b, t: (
                not b.outcome("failures_but_smallest").any()
            ),
        },
    )


def one_quarter() -> Variant:
    case = with_quarters(reference_case(), 1)
    return Variant(case, {"F0": tier_seen(0), "bonds": used("bonds")}, "2026Q4")


def eighty_quarters() -> Variant:
    case = with_quarters(reference_case(), 80)
    return Variant(
        case,
        {
            "late failures": lambda c, b, t: bool(
                ((t["f4_quarter"] > 40) & (t["f4_quarter"] < 80)).any()
            ),
            "survivors": lambda c, b, t: bool((t["f4_quarter"] == 80).any()),
            "shut": regime(2),
        },
        "2026Q2",
    )


def sixty_four_issuers() -> Variant:
    case = with_quarters(reference_case(), 5)
    models = case["issuers"]
    case["issuers"] = [
        {**models[i % 6], "name": f"Issuer {i}", "market_cap": 50.0 + (i * 37) % 64}
        for i in range(64)
    ]
    return Variant(case, {"F4": tier_seen(4), "rationing": rationed("bonds")})


def all_fail() -> Variant:
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
            "everyone fails in the first quarter": all_fail_at_once,
            "no pack": nobody_left_in_the_race,
            "window": cause("failure", "window"),
        },
    )


def no_access() -> Variant:
    case = changed_case(
        reference_case(),
        market={"access": CLOSED},
        issuers={"revolver": 5.0, "dividends": 4.0, "cash_flow_noise": 0.3},
    )
    return Variant(
        case,
        {
            "no market money": unused("bonds", "secured", "private", "equity"),
            "revolver": used("revolver"),
            "repaid": used("revolver_repaid"),
            "dividends cut": used("dividend_cut"),
            "last cash": used("cash_used_last"),
        },
    )


def no_debt_no_plan() -> Variant:
    case = changed_case(
        reference_case(),
        issuers={
            "bonds": 0.0,
            "secured_debt": 0.0,
            "private_debt": 0.0,
            "capex_plan": [0.0] * 12,
        },
    )
    return Variant(
        case,
        {
            "no capex": unused("capex", "planned_capex"),
            "no pack": nobody_left_in_the_race,
            "still no debt somewhere": lambda c, b, t: bool((t["debt"] == 0).any()),
            "buybacks": used("buyback"),
        },
    )


def glut() -> Variant:
    case = changed_case(
        reference_case(),
        market={"demand0": 20.0, "demand_saturation": 40.0, "util_power": 30.0, "access": OPEN},
        issuers={**PENNILESS, **UNBANKED, "contracted_share": 0.0, "core_growth": -0.5},
    )
    return Variant(
        case,
        {
            "idle capacity": lambda c, b, t: bool((t["utilisation"] < 0.2).all()),
            "glut is a cause": cause("cut", "glut"),
        },
    )


def paid_in_a_glut() -> Variant:
    """Idle capacity that is paid for: a floor of spot earnings that binds from the start."""
    found = glut()
    found.case["market"]["spot_floor"] = 0.7
    return Variant(
        found.case,
        {
            "idle capacity": lambda c, b, t: bool((t["utilisation"] < 0.2).all()),
            "the floor binds": lambda c, b, t: bool((b.market("SPOT") == 0.7).all()),
        },
    )


def anchor_leaves() -> Variant:
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
            "anchor is a cause": cause("cut", "anchor"),
        },
    )


def events() -> Variant:
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


def rationing() -> Variant:
    case = changed_case(
        reference_case(),
        market={"absorb": dict.fromkeys(RATIONED, 1.0), "premium_beta": 0.001},
        issuers={"cash": 5.0, "cash_target": 4.0, "cash_min": 1.0},
    )
    for issuer in case["issuers"]:
        issuer["leverage_limit"] = 30.0
    return Variant(
        case,
        {
            **{f"{channel} rationed": rationed(channel) for channel in case["market"]["absorb"]},
            "rationing is a cause of cuts": cause("cut", "rationing"),
            "and of failures": cause("failure", "rationing"),
        },
    )


def finance_leases() -> Variant:
    case = changed_case(reference_case(), issuers={"finance_lease_share": 0.9, "core_growth": -0.4})
    return Variant(
        case,
        {"leases": used("finance_leases"), "cuts": used("capex_cut"), "F4": tier_seen(4)},
    )


def huge_maturities() -> Variant:
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


def prefunding() -> Variant:
    case = changed_case(
        reference_case(),
        market={"prefund_speed": 1.0, "access": OPEN},
        issuers={"cash_target": 300.0, "leverage_limit": 30.0},
    )
    return Variant(
        case,
        {
            "bonds without a need": lambda c, b, t: bool(
                ((t["bonds"] > 0) & (t["need"] == 0)).any()
            ),
            "low on cash and not": lambda c, b, t: bool(
                (t["cash"] < 300.0).any() and (t["cash"] >= 300.0).any()
            ),
        },
    )


def revolver() -> Variant:
    case = changed_case(
        reference_case(),
        market={"access": CLOSED},
        issuers={
            "cash_flow_noise": 0.4,
            "revolver": 400.0,
            "seasonality": [-1.0, 3.0, -1.0, 3.0],
            "core_growth": 0.3,
        },
    )
    return Variant(
        case,
        {
            "draws": used("revolver"),
            "full repayment": lambda c, b, t: bool(
                ((t["revolver_repaid"] > 0) & (b.issuers("revolver.balance") == 0)).any()
            ),
            "negative operating cash flow": lambda c, b, t: bool((t["ocf"] < 0).any()),
        },
    )


def caps() -> Variant:
    case = changed_case(
        reference_case(),
        market={
            "oas_cap_bp": 120.0,
            "spread_cap_bp": 150.0,
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


def negative_cash_flow() -> Variant:
    case = changed_case(
        reference_case(),
        market={"fixed_cost": 1.0, "demand_speed": 0.0, "tax": 0.0},
        issuers={"contracted_share": 0.0, "equity_access": 1.0, "leverage_limit": 4.0},
    )
    del case["issuers"][4]["fall_leverage"]
    return Variant(
        case,
        {
            "a negative year": lambda c, b, t: bool((t["ltm"] < 0).any()),
            "equity": used("equity"),
            "leverage is a cause": cause("cut", "leverage"),
            "F4": tier_seen(4),
        },
    )


def demand_collapse() -> Variant:
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
            "shut": regime(2),
        },
    )


def overspending() -> Variant:
    """Nothing stands in the way but the plan outgrown; and where nothing does, the last cause."""
    case = changed_case(
        reference_case(),
        market={**CALM, "access": OPEN, "anchor_hazard": 0.0},
        issuers={
            **PENNILESS,
            **UNBANKED,
            "cash_flow_noise": 1.0,
            "contracted_share": 1.0,
            "capex_growth_sigma": 1.0,
        },
    )
    return Variant(
        case,
        {
            "cuts": cause("cut", "overspending"),
            "failures": cause("failure", "overspending"),
            "above the plan": lambda c, b, t: bool(
                (
                    t["planned_capex"][0] > 1.5 * np.array(c["issuers"][0]["capex_plan"])[:, None]
                ).any()
            ),
        },
    )


def starts_shut() -> Variant:
    case = changed_case(
        reference_case(),
        market={"regime0": 2, "hazard": [[0, 0, 0.5], [0, 0, 0], [0.8, 0.8, 0]]},
        issuers={"core_growth": -0.2},
    )
    return Variant(
        case,
        {
            "open": regime(0),
            "stressed, where nothing leaves": regime(1),
            "shut": regime(2),
            "window is a cause": cause("cut", "window"),
            "window fails": cause("failure", "window"),
        },
    )


def falling() -> Variant:
    """Firms that lose their grade, and one that has none to lose."""
    case = changed_case(
        reference_case(),
        market={"fail_tolerance": 0.0},
        issuers={"core_growth": -0.5, "leverage_limit": 9.5, "secured_advance": 1.0},
    )
    for issuer, limit in zip(case["issuers"], (0.6, 0.8, 0.7, 0.8, 8.0), strict=False):
        issuer["fall_leverage"] = limit
    case["issuers"][5] |= {"high_yield": True, "fall_leverage": 0.1}
    return Variant(
        case,
        {
            "falls": falls,
            "who starts as high yield has no grade to lose": lambda c, b, t: bool(
                (t["high_yield_quarter"][5] == 12).all()
            ),
            "bonds of both grades from one issuer": lambda c, b, t: bool(
                ((t["bonds"] > 0).any(axis=1) & (t["high_yield"] > 0).any(axis=1)).any()
            ),
            "net debt": lambda c, b, t: bool((t["net_debt_quarter"] < 12).any()),
        },
    )


def newcomers() -> Variant:
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
    function.__name__: function
    for function in (
        reference,
        third_quarter,
        one_issuer,
        one_quarter,
        eighty_quarters,
        sixty_four_issuers,
        all_fail,
        no_access,
        no_debt_no_plan,
        glut,
        paid_in_a_glut,
        anchor_leaves,
        events,
        rationing,
        finance_leases,
        huge_maturities,
        prefunding,
        revolver,
        caps,
        negative_cash_flow,
        demand_collapse,
        overspending,
        starts_shut,
        falling,
        newcomers,
    )
} | BUILDERS
