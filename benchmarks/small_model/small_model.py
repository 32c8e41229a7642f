"""One issuer, three shocks, one year: the part of the model that any Monte Carlo tool can run.

`small_case` is a scenario of the engine in which three standard normals decide everything: the
growth of core revenue, the growth of capex and the revenue yield of capacity, each drawn once a
path. All other randomness is switched off. `SmallModel` is the same year as a plain function of
the three; `agreement` holds it against the engine, path by path.

It keeps what one issuer can show: capacity under construction, utilisation, cash flow, the funding
waterfall from cash to a cut of capex, and failure. It leaves out what needs more than one issuer,
or more randomness: rationing between issuers, contagion, regimes, jumps, the loss of the anchor
customer.

Symbols and steps are those of `engine/capexrisk/model/MODEL.md`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from benchmarks.peers.figures import Case
from benchmarks.small_model.small_scenario import QUARTERS, small_case, small_scenario

__all__ = ["ARRAYS", "NUMBERS", "SHOCKS", "SmallModel", "Year", "small_case", "small_scenario"]

DELTA = 1 / QUARTERS
BASIS_POINT = 1e-4
SHOCKS = ("core_growth", "capex_growth", "revenue_yield")


class Arithmetic(NamedTuple):
    """What the model needs beyond + - * / and powers, for arrays or for single numbers."""

    exp: Callable[[Any], Any]
    maximum: Callable[[Any, Any], Any]
    minimum: Callable[[Any, Any], Any]
    where: Callable[[Any, Any, Any], Any]


ARRAYS = Arithmetic(np.exp, np.maximum, np.minimum, np.where)
# NumPy takes many times as long over a single number as plain Python does.
NUMBERS = Arithmetic(math.exp, max, min, lambda condition, yes, no: yes if condition else no)


class Year(NamedTuple):
    """What a path yields: arrays over samples, or single values."""

    fcf: Any  # $bn
    capex_cut: Any
    failed: Any


class SmallModel:
    """The year as a function of three standard normals.

    Parameters
    ----------
    case : dict
        `small_case()`: one issuer without finance leases, from the first quarter of a year on.
    """

    def __init__(self, case: Case) -> None:
        self.market, self.firm = case["market"], case["issuers"][0]
        market, firm = self.market, self.firm
        # Step 3: without noise, demand is the same on every path.
        self.demand, D = [], market["demand0"]
        for _ in range(QUARTERS):
            D *= math.exp(market["demand_speed"] * (1 - D / market["demand_saturation"]) * DELTA)
            self.demand.append(D)
        self.core_margin = self._core_margin()
        # The market's terms: access in the one regime there is, capacity and rates of each channel.
        regime = market["regime0"]
        self.access = {name: shares[regime] for name, shares in market["access"].items()}
        self.capacity = {
            name: [
                money
                * DELTA
                * (1 + market["bond_market_growth"]) ** (k * DELTA)
                * self.access[name]
                for k in range(QUARTERS)
            ]
            for name, money in market["absorb"].items()
        }
        bonds = market["risk_free"] + firm["spread_bp"] * BASIS_POINT
        asset_backed = min(firm["spread_bp"], market["oas0_bp"] + market["secured_extra_bp"])
        self.rates = {
            "bonds": bonds,
            "secured": market["risk_free"] + asset_backed * BASIS_POINT,
            "private": bonds + market["private_extra_bp"] * BASIS_POINT,
            "revolver": bonds + market["revolver_extra_bp"] * BASIS_POINT,
        }

    def _core_margin(self) -> Any:
        """m of "Start": what the core earns before interest and the build-out, per $ of revenue."""
        market, firm = self.market, self.firm
        Q = market["revenue_yield"] * firm["relative_yield"] * firm["buildout_capital"]
        profit = self._buildout_profit(Q, market["demand0"], NUMBERS)
        interest = firm["coupon"] * (firm["bonds"] + firm["secured_debt"] + firm["private_debt"])
        return (firm["ocf"] + (1 - market["tax"]) * (interest - profit)) / firm["core_revenue"]

    def _buildout_profit(self, Q: Any, D: float, ops: Arithmetic) -> Any:
        """Step 5: cash profit a year of revenue capacity Q at demand D."""
        market, b, p = self.market, self.firm["contracted_share"], self.market["util_power"]
        G = Q / D
        U = (1 + G**p) ** (-1 / p)
        S = U * ops.maximum(1.0, 1 / G) ** market["scarcity"]
        return Q * ((1 - market["variable_cost"]) * (b + (1 - b) * S) - market["fixed_cost"])

    def __call__(
        self, z_core_growth: Any, z_capex_growth: Any, z_yield: Any, ops: Arithmetic = ARRAYS
    ) -> Year:
        """Walk the four quarters: arrays over samples, or single numbers with `ops=NUMBERS`."""
        market, firm, access, rates = self.market, self.firm, self.access, self.rates
        exp, maximum, minimum, where = ops
        # Once a path
        y = market["revenue_yield"] * exp(market["revenue_yield_sigma"] * z_yield)
        growth = exp((firm["core_growth"] + firm["core_growth_sigma"] * z_core_growth) * DELTA)
        c = firm["capex_growth_sigma"] * z_capex_growth
        # Start
        N = firm["core_revenue"] * DELTA * math.exp(0.375 * firm["core_growth"])
        K, P1, P2 = firm["buildout_capital"], firm["construction"] / 2, firm["construction"] / 2
        bonds, secured, private = firm["bonds"], firm["secured_debt"], firm["private_debt"]
        revolver, cash, coupon, L, F = 0.0, firm["cash"], firm["coupon"], firm["ocf"], 1.0
        target = max(firm["cash_target"], firm["cash_min"])
        decay = math.exp(-market["depreciation"] * DELTA)
        q = 1 - math.exp(-2 * DELTA / firm["build_lag"])
        fcf, was_cut, alive = 0.0 * y, y < 0, y > 0  # in the shape of the samples
        for k in range(QUARTERS):
            t = (k + 1) * DELTA
            # 4, 5. Capacity and what it earns
            out_1, out_2 = q * P1, q * P2
            P1, P2, K = P1 - out_1, P2 - out_2 + out_1, K * decay + out_2
            profit = (
                self._buildout_profit(y * firm["relative_yield"] * K, self.demand[k], ops) * DELTA
            )
            # 6, 8. Core revenue and cash flow
            N = N * growth
            debt = bonds + secured + private + revolver
            core = self.core_margin * N
            interest = (coupon * debt - market["risk_free"] * (cash - firm["cash"])) * DELTA
            extra = (1 - market["tax"]) * (profit - interest - firm["leases"][k])
            ocf = core * firm["seasonality"][k] + extra
            # 9. Planned capex
            W = firm["capex_plan"][k] * F * exp(c * t - 0.5 * (firm["capex_growth_sigma"] * t) ** 2)
            # 10. Need and surplus
            due = firm["maturities"][k]
            net = W + firm["dividends"] * DELTA + due - ocf
            need, surplus = maximum(net, 0.0), maximum(-net, 0.0)
            # 10.1 Cash above the target
            used = minimum(need, maximum(cash - target, 0.0))
            cash, left = cash - used, need - used
            # 10.2 Bonds
            owed = debt + market["lease_multiple"] * 4 * firm["leases"][k]
            room = firm["leverage_limit"] * maximum(L, 0.0) - (owed - due)
            room = minimum(firm["bond_quarter_cap"], maximum(room, 0.0))
            room = room * access["bonds"]
            sold_bonds = minimum(minimum(left, room), self.capacity["bonds"][k])
            left = left - sold_bonds
            # 10.3, 10.4 Secured and private credit
            pledge = K + P1 + P2 + firm["buildout_share"] * W
            room = maximum(firm["secured_advance"] * pledge - secured, 0.0) * access["secured"]
            sold_secured = minimum(minimum(left, room), self.capacity["secured"][k])
            left = left - sold_secured
            room = maximum(firm["private_advance"] * pledge - private, 0.0) * access["private"]
            sold_private = minimum(minimum(left, room), self.capacity["private"][k])
            left = left - sold_private
            # 10.5 to 10.7 Cash to the minimum, revolver, equity
            used = minimum(left, maximum(cash - firm["cash_min"], 0.0))
            cash, left = cash - used, left - used
            drawn = minimum(left, firm["revolver"] - revolver)
            left = left - drawn
            value = firm["market_cap"] * minimum(3.0, maximum(L, 0.0) / firm["ocf"])
            left = left - minimum(left, firm["equity_access"] * value * DELTA * access["equity"])
            # 10.8 to 10.10 Cuts, and what is unmet
            cut = minimum(left, (1 - firm["committed"]) * W)
            left = left - cut
            unmet = left - minimum(left, firm["dividends"] * DELTA)
            spent = W - cut
            F = F * maximum(0.05, spent / W)
            # What a path yields; after the failing quarter it yields nothing more
            fcf = fcf + where(alive, ocf - spent, 0.0)
            was_cut = was_cut | (alive & (cut > 0))
            alive = alive & (unmet <= market["fail_tolerance"] * need)
            # 10, surplus
            repaid = minimum(surplus, revolver)
            surplus = surplus - repaid
            refill = minimum(surplus, maximum(target - cash, 0.0))
            surplus = surplus - refill
            cash = cash + refill + maximum(surplus - firm["buybacks"] * DELTA, 0.0)
            # 11, 12. Debt and its coupon, capital, cash flow of the last year
            interest = coupon * (debt - due - repaid)
            interest = interest + rates["bonds"] * sold_bonds + rates["secured"] * sold_secured
            interest = interest + rates["private"] * sold_private + rates["revolver"] * drawn
            bonds, secured = bonds - due + sold_bonds, secured + sold_secured
            private, revolver = private + sold_private, revolver - repaid + drawn
            coupon = interest / (bonds + secured + private + revolver)
            P1 = P1 + firm["buildout_share"] * spent
            L = 0.75 * L + core + extra
        return Year(fcf, was_cut, alive ^ True)
