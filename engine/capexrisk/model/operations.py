"""Steps 6 to 8: the core business, the issuer's spread, operating cash flow."""

from __future__ import annotations

from capexrisk.model.parameters import DELTA
from capexrisk.numeric.jit import scalar
from capexrisk.numeric.vecmath import at_least, at_most, exp, log, maximum, positive_part, where


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
def grade_of(grade, alive, owed, cash_flow, issuer):
    """Grade of an issuer, 0 investment grade, 1 high yield: who owes too much falls; step 7."""
    falls = alive and owed > issuer.fall_leverage * at_least(cash_flow, issuer.cash_flow_floor)
    return maximum(grade, where(falls, 1.0, 0.0))


@scalar
def leverage(owed, cash, cash_flow, issuer):
    """Net debt and leases in years of operating cash flow, as spreads see it; step 7."""
    return positive_part(owed - cash) / at_least(cash_flow, issuer.cash_flow_floor)


@scalar
def idiosyncratic(eta, z, issuer, market):
    """The issuer's own log spread factor, η; step 7."""
    return eta * market.idio_decay + issuer.idio_step * z


@scalar
def stretch(geared, grade, issuer, market):
    """What leverage and a fall to high yield add to an issuer's log spread; step 7."""
    fallen = grade - issuer.high_yield
    return market.spread_leverage * log(1.0 + geared) + market.fall_spread * fallen


@scalar
def issuer_spread(x, eta, stretched, premium, issuer, market):
    """Spread of an issuer in bp; `premium` is what its bond market's has risen by; step 7."""
    log_spread = x + premium + eta + stretched + issuer.log_spread_offset
    return at_least(at_most(exp(log_spread), market.spread_cap), 1.0)


@scalar
def net_interest(debt, coupon, cash, issuer, market):
    """Interest a year, before tax, less what cash beyond the start's earns; step 8."""
    return coupon * debt - market.risk_free * (cash - issuer.cash)


@scalar
def cash_flow_noise(z, issuer):
    """Noise of a quarter's core cash flow, a factor less 1; step 8."""
    noise = issuer.cash_flow_noise
    return exp(noise * z - 0.5 * noise * noise) - 1.0


@scalar
def operating_cash_flow(
    revenue, buildout_profit, debt, coupon, cash, leases, season, noise, issuer, market
):
    """(OCF before advances, core + extra): the second is without season and noise; step 8."""
    core = issuer.core_margin * revenue - issuer.core_cost
    interest = net_interest(debt, coupon, cash, issuer, market)
    extra = (1.0 - market.tax) * (buildout_profit - interest * DELTA - leases)
    return season * (core + abs(core) * noise) + extra, core + extra


@scalar
def accounting_profit(cash_flow, advance, capital, other, issuer, market):
    """Profit of a quarter: cash flow less what customers advance, less book depreciation; step 11.

    `advance` is what was prepaid less what was earned of it.
    """
    new_capital = capital - issuer.buildout_capital + other
    written_off = issuer.depreciation_amortisation + market.book_depreciation * new_capital * DELTA
    return cash_flow - advance - written_off
