"""Variants of the builders' case: negative cash flow, lending on assets, falls, runs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.unit.kernel.blocks import builders_case, changed_case, with_quarters
from tests.unit.kernel.variant import (
    CLOSED,
    OPEN,
    PENNILESS,
    RATIONED,
    UNBANKED,
    Variant,
    all_fail_at_once,
    cause,
    falls,
    no_cause,
    rationed,
    regime,
    tier_seen,
    unused,
    used,
)

OPENED = (1.0, 0.5, 0.2)
NO_RUNS = {"run_quarters": [0.0, 0.0, 0.0]}


def _open(twin):
    """Whether the market is open, over (1, quarter, path)."""
    return (twin["regime"] == 0)[None]


def builders() -> Variant:
    return Variant(
        builders_case(),
        {
            "a share programme": used("share_programme"),
            "bonds of high yield": used("high_yield"),
            "and of investment grade": used("bonds"),
            "prepayments": used("prepayments"),
            "investments": used("investments"),
            "falls": falls,
            "runs": cause("failure", "run"),
            "after cuts with causes of their own": lambda c, b, t: bool(
                ((t["cause_cut"] > 1) & (t["cause_failure"] == 1)).any()
            ),
            "survivors of them": lambda c, b, t: bool((t["f4_quarter"] == 12).any()),
        },
    )


def builders_from_the_third_quarter() -> Variant:
    return Variant(
        with_quarters(builders_case(), 7),
        {"three calendar years": lambda c, b, t: b.outcome("fcf_year").shape[1] == 3},
        "2000Q3",
    )


def builders_for_eighty_quarters() -> Variant:
    return Variant(
        with_quarters(builders_case(), 80),
        {
            "late runs": lambda c, b, t: bool(
                ((t["f4_quarter"] > 30) & (t["f4_quarter"] < 80) & (t["cause_failure"] == 1)).any()
            ),
            "survivors": lambda c, b, t: bool((t["f4_quarter"] == 80).any()),
        },
    )


def sixty_four_builders() -> Variant:
    case = with_quarters(builders_case(), 5)
    models = case["issuers"]
    case["issuers"] = [
        {**models[i % 5], "name": f"Issuer {i}", "market_cap": 1.0 + (i * 37) % 64}
        for i in range(64)
    ]
    return Variant(case, {"rationing": rationed("high_yield"), "F4": tier_seen(4)})


def nothing_given() -> Variant:
    """Whatever may be left out is left out: no chance but demand's, no mechanism but the need's."""
    case = builders_case()
    market = {
        *("demand0", "demand_saturation", "demand_speed", "revenue_yield", "util_power"),
        *("comfort_utilisation", "depreciation", "regime0", "hazard", "oas0_bp", "oas_mean_bp"),
        *("oas_speed", "oas_sigma", "oas_cap_bp", "bond_market", "risk_free", "tail_dof"),
        *("cash_flow_floor", "spread_cap_bp", "capex_speed"),
    }
    issuer = {
        *("name", "core_revenue", "ocf", "cash", "market_cap", "spread_bp", "build_lag"),
        *("buildout_share", "committed", "leverage_limit", "bond_quarter_cap", "capex_plan"),
        "buildout_capital",
    }
    limits = {channel: case["market"][channel] for channel in ("access", "absorb")}
    case["market"] = {key: case["market"][key] for key in market}
    case["market"] |= {channel: {"bonds": limit["bonds"]} for channel, limit in limits.items()}
    case["issuers"] = [{key: firm[key] for key in issuer} for firm in case["issuers"][1:]]
    for firm in case["issuers"]:
        firm["capex_plan"] = [3 * planned for planned in firm["capex_plan"]]
    return Variant(
        case,
        {
            "bonds": used("bonds"),
            "failures": tier_seen(4),
            "nothing else": unused(
                *("share_programme", "high_yield", "secured", "private", "revolver", "equity"),
                *("finance_leases", "prepayments", "investments", "buyback", "dividends_paid"),
            ),
        },
    )


def programme() -> Variant:
    case = changed_case(
        builders_case(),
        market={"prefund_speed": 1.0, **NO_RUNS},
        issuers={"equity_mix": 1.0, "equity_access": 0.2, "cash_cover": 0.6},
    )
    return Variant(
        case,
        {
            "shares without a need": lambda c, b, t: bool(
                ((t["share_programme"] > 0) & (t["need"] == 0)).any()
            ),
            "shares for more than the need": lambda c, b, t: bool(
                ((t["share_programme"] > t["need"]) & (t["need"] > 0)).any()
            ),
            "and never but in an open market": lambda c, b, t: (
                not ((t["share_programme"] > 0) & ~_open(t)).any()
            ),
            "which is not always open": regime(1),
        },
    )


def no_programme() -> Variant:
    case = changed_case(builders_case(), issuers={"equity_mix": 0.0})
    return Variant(case, {"no programme": unused("share_programme"), "shares": used("equity")})


def last_resort() -> Variant:
    """Shares are all there is: some sold as a programme, the rest in the last resort."""
    case = changed_case(
        builders_case(),
        market={"access": {**CLOSED, "equity": list(OPENED)}, "prefund_speed": 0.0, **NO_RUNS},
        issuers={**PENNILESS, "equity_mix": 0.3, "equity_access": 0.6},
    )
    return Variant(
        case,
        {
            "both in one quarter": lambda c, b, t: bool(
                ((t["share_programme"] > 0) & (t["equity"] > 0)).any()
            ),
            "the last resort in a market that is not open": lambda c, b, t: bool(
                ((t["equity"] > 0) & ~_open(t)).any()
            ),
            "window": cause("cut", "window"),
        },
    )


def worthless_shares() -> Variant:
    """Shares that are worth their cash flow alone, which may be none."""
    case = changed_case(
        builders_case(),
        market={"value_revenue": 0.0, **NO_RUNS},
        issuers={"incremental_margin": 0.0, "core_growth": -0.5, "equity_access": 1.0},
    )
    case["issuers"] = case["issuers"][1:]
    return Variant(
        case,
        {
            "no cash flow": lambda c, b, t: bool((t["ltm"] < 0).any()),
            "shares": used("equity"),
            "and none without cash flow": lambda c, b, t: (
                not (t["equity"][:, 1:][t["ltm"][:, :-1] < 0].any())
            ),
        },
    )


def dear_shares() -> Variant:
    """Values of shares reach three times the start's, and not more."""
    case = changed_case(
        builders_case(),
        market={"equity_beta": 0.0, "prefund_speed": 1.0, **NO_RUNS},
        issuers={"core_growth": 1.5, "equity_mix": 1.0, "cash_cover": 9.0, "equity_access": 0.02},
    )

    def at_the_cap(c, b, t):
        most = [0.02 * firm["market_cap"] * 3 / 4 for firm in c["issuers"]]
        most = np.array(most)[:, None, None]
        reached = np.isclose(t["share_programme"], most, rtol=1e-12)
        return bool(reached.any() and not reached.all())

    return Variant(case, {"at the cap": at_the_cap})


def prefunding_of_builders() -> Variant:
    case = changed_case(
        builders_case(),
        market={"prefund_speed": 1.0, "access": OPEN},
        issuers={"cash_cover": 2.0, "asset_limit": 0.95, "bond_quarter_cap": 3.0},
    )
    return Variant(
        case,
        {
            "bonds without a need": lambda c, b, t: bool(
                ((t["high_yield"] > 0) & (t["need"] == 0)).any()
            ),
            "rationed": rationed("high_yield"),
        },
    )


def no_prefunding() -> Variant:
    case = changed_case(builders_case(), market={"prefund_speed": 0.0})
    return Variant(
        case,
        {
            "bonds": used("high_yield"),
            "never without a need": lambda c, b, t: (
                not any(
                    ((t[name] > 0) & (t["need"] == 0)).any()
                    for name in ("bonds", "high_yield", "share_programme")
                )
            ),
        },
    )


def cash_cover() -> Variant:
    """The target of cash moves with capex; below the least cash it is that."""
    case = changed_case(builders_case(), issuers={"cash_cover": 0.4, "cash": 5.0})
    case["issuers"][0] |= {"cash_cover": 0.0, "cash_target": 1.0, "cash_min": 1.0}
    case["issuers"][1] |= {"cash_cover": 1e-6, "cash_target": 0.0, "cash_min": 1.0}
    return Variant(
        case,
        {
            "cash above the target": used("cash_used_first"),
            "and below it": used("cash_used_last"),
            "never below the least": lambda c, b, t: bool((t["lowest_cash"][:2] >= 1.0).all()),
        },
    )


def falls_of_builders() -> Variant:
    case = changed_case(
        builders_case(),
        market={
            "fall_spread": 1.0,
            "access": OPEN,
            "absorb": dict.fromkeys(RATIONED, 40.0),
            **NO_RUNS,
        },
        issuers={
            "high_yield": False,
            "core_growth": -0.4,
            "fall_leverage": 8.0,
            "leverage_limit": 9.0,
        },
    )
    case["issuers"] = case["issuers"][2:]
    case["issuers"][1]["fall_leverage"] = 2.1
    return Variant(
        case,
        {
            "falls": falls,
            "early and late": lambda c, b, t: bool(
                np.ptp(t["high_yield_quarter"][t["high_yield_quarter"] < 12]) > 3
            ),
            "bonds of both grades from one issuer": lambda c, b, t: bool(
                ((t["bonds"] > 0).any(axis=1) & (t["high_yield"] > 0).any(axis=1)).any()
            ),
        },
    )


def falls_by_leases() -> Variant:
    """Leases count as owed; a fall that changes no price."""
    case = changed_case(
        builders_case(),
        market={"lease_multiple": 8.0, "fall_spread": 0.0},
        issuers={"high_yield": False, "fall_leverage": 8.0, "leverage_limit": 20.0},
    )
    case["issuers"] = case["issuers"][3:]
    for firm in case["issuers"]:
        firm["leases"] = [0.04 * (k + 1) * firm["ocf"] / 4 for k in range(12)]
    return Variant(case, {"falls": falls, "high yield": used("high_yield")})


def no_falls() -> Variant:
    case = changed_case(builders_case(), issuers={"high_yield": False, "core_growth": -0.4})
    for firm in case["issuers"]:
        del firm["fall_leverage"]
    return Variant(
        case, {"nobody falls": lambda c, b, t: not falls(c, b, t), "bonds": used("bonds")}
    )


def high_yield_shut() -> Variant:
    case = builders_case()
    case["market"]["access"]["high_yield"] = [0.0, 0.0, 0.0]
    return Variant(
        case,
        {
            "no bonds of high yield": unused("high_yield"),
            "window": cause("failure", "window"),
        },
    )


def high_yield_rationed() -> Variant:
    case = changed_case(builders_case(), market=NO_RUNS)
    case["market"]["absorb"]["high_yield"] = 0.5
    return Variant(
        case,
        {
            "rationed": rationed("high_yield"),
            "and the other market not": lambda c, b, t: not rationed("bonds")(c, b, t),
            "rationing": cause("cut", "rationing"),
        },
    )


def asset_limit() -> Variant:
    """Lending on assets alone."""
    case = changed_case(
        builders_case(), issuers={"leverage_limit": 0.0, "asset_limit": 0.95, "high_yield": True}
    )
    return Variant(
        case,
        {
            "bonds": used("high_yield"),
            "of who has no cash flow": lambda c, b, t: bool(
                (t["high_yield"][:, 1:][t["ltm"][:, :-1] < 0] > 0).any()
            ),
            "leverage": cause("failure", "leverage"),
        },
    )


def no_asset_limit() -> Variant:
    case = changed_case(builders_case(), issuers={"asset_limit": 0.0, "other_capital": 0.0})
    return Variant(
        case,
        {
            "no bonds of who has no cash flow": lambda c, b, t: (
                not (t["high_yield"][:, 1:][t["ltm"][:, :-1] < 0].any())
            )
        },
    )


def old_plant() -> Variant:
    """Plant outside the build-out that wears out, to less than nothing, under lending on assets."""
    case = changed_case(
        builders_case(),
        issuers={
            "high_yield": True,
            "leverage_limit": 0.0,
            "asset_limit": 0.95,
            "other_capital": 0.0,
            "depreciation_other": 0.5,
            "buildout_share": 1.0,
        },
    )
    return Variant(case, {"bonds": used("high_yield"), "leverage": cause("failure", "leverage")})


def runs_at_once() -> Variant:
    case = changed_case(
        builders_case(),
        market={"run_quarters": [1000.0, 1000.0, 1000.0]},
        issuers={"incremental_margin": 0.0, "committed": 1.0},
    )
    for firm in case["issuers"]:
        firm["capex_plan"] = [firm["core_revenue"]] * 12
    return Variant(
        case,
        {
            "everyone fails at once": all_fail_at_once,
            "by a run": cause("failure", "run"),
            "with cash in the bank": lambda c, b, t: bool((t["cash"][:, 0] > 0).any()),
            "while nothing is unmet": lambda c, b, t: bool((t["unmet"][:, 0] == 0).any()),
        },
    )


def runs_in_an_open_market() -> Variant:
    case = changed_case(
        builders_case(),
        market={"run_quarters": [3.0, 3.0, 3.0], "failure_jump": 5.0},
        issuers={"revolver": 0.3, "secured_advance": 0.6},
    )
    return Variant(
        case,
        {
            "runs": cause("failure", "run"),
            "in an open market": lambda c, b, t: bool(
                (
                    (t["f4_quarter"][:, None] == np.arange(12)[:, None])
                    & (t["cause_failure"] == 1)[:, None]
                    & _open(t)
                ).any()
            ),
            "which move the market": used("failure_jump"),
            "survivors": lambda c, b, t: bool((t["f4_quarter"] == 12).any()),
        },
    )


def no_runs() -> Variant:
    case = changed_case(builders_case(), market=NO_RUNS)
    return Variant(case, {"F4": tier_seen(4), "no run": no_cause("failure", "run")})


def chase() -> Variant:
    case = changed_case(
        builders_case(),
        market={"chase": 6.0, "comfort_utilisation": 0.5, "demand_saturation": 400.0},
    )
    return Variant(
        case,
        {
            "twice the plan": lambda c, b, t: bool(
                (
                    t["planned_capex"]
                    > 2 * np.array([firm["capex_plan"] for firm in c["issuers"]])[:, :, None]
                ).any()
            ),
            "wide spreads": lambda c, b, t: bool((t["spread"] > 1500).any()),
        },
    )


def no_chase() -> Variant:
    case = changed_case(
        builders_case(), market={"chase": 0.0, "comfort_utilisation": 0.5, "rivalry": 0.0}
    )
    return Variant(case, {"capex": used("capex"), "cuts": tier_seen(3)})


def slow_capex() -> Variant:
    """Nearly the random walk of old."""
    case = changed_case(builders_case(), market={"capex_speed": 1e-3}, issuers={"capex_sigma": 0.9})
    return Variant(case, {"capex": used("capex"), "overspending": cause("cut", "overspending")})


def fast_capex() -> Variant:
    """Nearly noise, of everybody alike."""
    case = changed_case(
        builders_case(),
        market={"capex_speed": 30.0},
        issuers={"capex_sigma": 2.0, "capex_beta": 1.0},
    )
    return Variant(case, {"capex": used("capex")})


def prepayments() -> Variant:
    case = changed_case(
        builders_case(),
        market={"anchor_hazard": 0.5, "prepaid_term": 1.5, "run_quarters": [0.0, 0.5, 1.0]},
        issuers={"prepaid_share": 1.0, "buildout_share": 1.0, "finance_lease_share": 0.2},
    )

    def after_failure(c, b, t):
        gone = ~t["alive"][:, 1:].astype(bool)
        ratio = t["advance"][:, 1:][gone] / t["advance"][:, :-1][gone]
        return bool(ratio.size and np.allclose(ratio, 1 - 0.25 / 1.5))

    return Variant(
        case,
        {
            "prepayments": used("prepayments"),
            "an advance that is earned after failure": after_failure,
            "before the anchor's loss and after it": lambda c, b, t: bool(
                t["anchor_lost"].any() and not t["anchor_lost"].all()
            ),
            "a glut for which less is prepaid": lambda c, b, t: bool(
                (t["utilisation"] < 0.7).any()
            ),
        },
    )


def prepaid_for_a_quarter() -> Variant:
    """What is prepaid is earned at once, in the next quarter."""
    case = changed_case(
        builders_case(),
        market={"prepaid_term": 0.25},
        issuers={"prepaid_share": 0.9, "incremental_margin": 0.0},
    )
    return Variant(
        case,
        {
            "all of it": lambda c, b, t: bool(
                np.allclose(t["advance"], t["prepayments"], rtol=1e-12, atol=0)
            ),
            "negative operating cash flow": lambda c, b, t: bool((t["ocf"] < 0).any()),
        },
    )


def investments() -> Variant:
    case = builders_case()
    for firm in case["issuers"]:
        firm["investments"] = 2.0 * firm["core_revenue"]
    return Variant(
        case,
        {
            "in the open regime alone": lambda c, b, t: bool(
                (t["investments"] > 0).any() and not (t["investments"] * ~_open(t)).any()
            ),
            "in the failing quarter too": lambda c, b, t: bool(
                (
                    (t["investments"] > 0) & (t["f4_quarter"][:, None] == np.arange(12)[:, None])
                ).any()
            ),
            "never after it": lambda c, b, t: (
                not (t["investments"] * ~t["alive"].astype(bool)).any()
            ),
        },
    )


def growth_helps() -> Variant:
    """Fixed cost and a margin of what is added above the mean's, for all."""
    case = changed_case(
        builders_case(),
        market={"tax": 0.3},
        issuers={"incremental_margin": 0.9, "cash_flow_noise": 0.5, "core_sigma": 0.4},
    )
    return Variant(
        case,
        {
            "cash flow of both signs": lambda c, b, t: bool(
                (t["ocf"][0] < 0).any() and (t["ocf"][0] > 0).any()
            )
        },
    )


def growth_does_not_help() -> Variant:
    """No cash from what is added to a core that loses money."""
    case = changed_case(
        builders_case(), issuers={"incremental_margin": 0.0, "cash_flow_noise": 0.5}
    )
    return Variant(case, {"a loss that grows": lambda c, b, t: bool((t["ltm"][0] < -0.5).any())})


def negative_cash_flow_of_all() -> Variant:
    case = builders_case()
    for firm in case["issuers"]:
        firm |= {"ocf": -0.3 * firm["core_revenue"], "high_yield": True, "asset_limit": 0.9}
        firm |= {"seasonality": [0.5, 1.5, 1.5, 0.5], "cash_target": firm["core_revenue"]}
        firm["cash"] = firm["core_revenue"]
    return Variant(
        case,
        {
            "at the floor": lambda c, b, t: bool((t["ltm"] < 0).any()),
            "shares": used("share_programme"),
            "bonds": used("high_yield"),
            "F4": tier_seen(4),
        },
    )


def no_debt() -> Variant:
    case = changed_case(
        builders_case(),
        market={"access": CLOSED},
        # Dividends keep a year in which all cash is spent from a free cash flow of exactly 0.
        issuers={"bonds": 0.0, "coupon": 0.0, "dividends": 0.01},
    )
    return Variant(
        case,
        {
            "no debt": unused("debt"),
            "failures that move no market": lambda c, b, t: bool(
                (t["f4_quarter"] < 12).any() and not t["failure_jump"].any()
            ),
        },
    )


def no_buildout() -> Variant:
    """Who has no capital in the build-out and adds none."""
    case = builders_case()
    case["issuers"][0] |= {"buildout_capital": 0.0, "construction": 0.0, "buildout_share": 0.0}
    case["issuers"][3] |= {"buildout_capital": 0.0, "construction": 0.0}
    return Variant(
        case,
        {
            "no capacity": lambda c, b, t: not t["capacity"][0].any(),
            "capacity from nothing": lambda c, b, t: bool((t["capacity"][3, 1:] > 0).any()),
            "no prepayments": lambda c, b, t: not t["prepayments"][0].any(),
            "capex": lambda c, b, t: bool((t["capex"][0] > 0).any()),
        },
    )


def frozen() -> Variant:
    """Nothing of a failed issuer moves but its business, its spread and its advance."""
    case = changed_case(
        builders_case(),
        issuers={**PENNILESS, **UNBANKED, "asset_limit": 0.0, "cash": 0.5, "prepaid_share": 0.5},
    )

    def still(c, b, t):
        gone = ~t["alive"][:, 1:].astype(bool)
        series = ("cash", "debt", "coupon", "grade")
        return bool(gone.any()) and all((np.diff(t[s], axis=1)[gone] == 0).all() for s in series)

    return Variant(
        case,
        {
            "balances stay": still,
            "overdue money lapses": lambda c, b, t: bool((t["due"][:, -1] == 0).any()),
            "overspending or glut": cause("failure", "glut"),
        },
    )


def interest_on_cash() -> Variant:
    case = changed_case(
        builders_case(),
        market={"risk_free": 0.5, "tax": 0.4, **NO_RUNS},
        issuers={"cash": 9.0, "cash_target": 4.0, "buybacks": 0.2, "dividends": 0.1},
    )
    return Variant(case, {"buybacks": used("buyback"), "dividends": used("dividends_paid")})


def no_access_of_builders() -> Variant:
    case = changed_case(builders_case(), market={"access": CLOSED}, issuers={"revolver": 0.4})
    return Variant(
        case,
        {
            "no market money": unused(
                "share_programme", "bonds", "high_yield", "secured", "private", "equity"
            ),
            "revolver": used("revolver"),
            "repaid": used("revolver_repaid"),
            "runs": cause("failure", "run"),
        },
    )


def _with_event(**event) -> Variant:
    case = builders_case()
    case["events"] = [{"quarter": 2, **event}]
    return Variant(case, {"F4": tier_seen(4), "runs": cause("failure", "run")})


def event_demand_shock() -> Variant:
    return _with_event(what="demand_shock", size=0.6)


def event_shut_market() -> Variant:
    variant = _with_event(what="market_regime", regime=2)
    shut = {"shut": lambda c, b, t: bool((t["regime"][2] == 2).all())}
    return variant._replace(shows=variant.shows | shut)


def event_spread_jump() -> Variant:
    return _with_event(what="spread_jump", size=1.5)


def event_linked_stress() -> Variant:
    return _with_event(what="linked_stress", size=1.2)


def event_anchor_loss() -> Variant:
    variant = _with_event(what="anchor_loss")
    lost = {"lost": lambda c, b, t: bool(t["anchor_lost"][2].all())}
    return variant._replace(shows=variant.shows | lost)


BUILDERS: dict[str, Callable[[], Variant]] = {
    function.__name__: function
    for function in (
        builders,
        builders_from_the_third_quarter,
        builders_for_eighty_quarters,
        sixty_four_builders,
        nothing_given,
        programme,
        no_programme,
        last_resort,
        worthless_shares,
        dear_shares,
        prefunding_of_builders,
        no_prefunding,
        cash_cover,
        falls_of_builders,
        falls_by_leases,
        no_falls,
        high_yield_shut,
        high_yield_rationed,
        asset_limit,
        no_asset_limit,
        old_plant,
        runs_at_once,
        runs_in_an_open_market,
        no_runs,
        chase,
        no_chase,
        slow_capex,
        fast_capex,
        prepayments,
        prepaid_for_a_quarter,
        investments,
        growth_helps,
        growth_does_not_help,
        negative_cash_flow_of_all,
        no_debt,
        no_buildout,
        frozen,
        interest_on_cash,
        no_access_of_builders,
        event_demand_shock,
        event_shut_market,
        event_spread_jump,
        event_linked_stress,
        event_anchor_loss,
    )
}
