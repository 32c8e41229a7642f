"""Steps 6 to 8: the core business, the issuer's spread, operating cash flow."""

from __future__ import annotations

from capexrisk.model.parameters import DELTA
from capexrisk.numeric.jit import scalar
from capexrisk.numeric.vecmath import at_least, at_most, exp, log, positive_part

SMALLEST_CASH_FLOW = 0.05  # of the starting cash flow: a floor under the leverage's denominator


@scalar
def capacity_lag(capacity, log_total, issuer):
    """Fall in the share of capacity: (ln(χ_0 / χ))⁺, 0 if either is 0; step 6."""
    lag = positive_part(issuer.log_capacity_share_start + log_total - log(capacity))
    return lag if capacity > 0.0 else 0.0


@scalar
def revenue_drift(z_growth, issuer):
    """Drift of ln N a quarter, (g - σ²/2)Δ with the path's own growth g; step 6."""
    sigma = issuer.core_sigma
    growth = issuer.core_growth + issuer.core_growth_sigma * z_growth
    return (growth - 0.5 * sigma * sigma) * DELTA


@scalar
def core_revenue(revenue, drift, lag, z_macro, z_own, issuer, market):
    """Core revenue of a quarter, N; step 6."""
    shock = issuer.core_market_step * z_macro + issuer.core_own_step * z_own
    return revenue * exp(drift - market.obsolescence * DELTA * lag + shock)


@scalar
def leverage(owed, cash, cash_flow, issuer, market):
    """Net debt and leases in years of operating cash flow, capped, as spreads see it; step 7."""
    denominator = at_least(cash_flow, SMALLEST_CASH_FLOW * issuer.ocf)
    return at_most(positive_part(owed - cash) / denominator, market.leverage_cap)


@scalar
def idiosyncratic(eta, z, issuer, market):
    """The issuer's own log spread factor, η; step 7."""
    return eta * market.idio_decay + issuer.idio_step * z


@scalar
def issuer_spread(x, eta, geared, premium, issuer, market):
    """Spread of an issuer in bp; step 7."""
    log_spread = x + premium + eta + market.spread_leverage * geared + issuer.log_spread_offset
    return at_least(at_most(exp(log_spread), market.spread_cap), 1.0)


@scalar
def operating_cash_flow(revenue, buildout_profit, debt, coupon, leases, season, z, issuer, market):
    """(OCF, core + extra): with season and noise, and without them as step 12 needs it; step 8."""
    core = issuer.core_margin * revenue
    extra = (1.0 - market.tax) * (buildout_profit - coupon * debt * DELTA - leases)
    noise = market.cash_flow_noise
    return core * season * exp(noise * z - 0.5 * noise * noise) + extra, core + extra


@scalar
def accounting_profit(cash_flow, capital, other, issuer, market):
    """Profit of a quarter: cash flow minus book depreciation of old and new capital; step 11."""
    new_capital = capital - issuer.buildout_capital + other
    written_off = issuer.depreciation_amortisation + market.book_depreciation * new_capital * DELTA
    return cash_flow - written_off
