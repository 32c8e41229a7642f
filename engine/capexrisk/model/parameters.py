"""Parameters of the equations: those of the market, and those of one issuer.

Constants that all paths share (decay factors, logs, triangular roots) are computed once in
`lowering`, so that the loops over paths compute only what differs between paths. A triple is in the
order of the regimes: open, stressed, shut; values by channel are in the order of the vocabulary.
Compiled code reads a record as a row of numbers, hence every tuple has its length in its type.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

from capexrisk.model.vocabulary import BOND_MARKETS, CHANNELS

Triple = tuple[float, float, float]
ByChannel = Annotated[tuple[float, ...], len(CHANNELS)]

DELTA = 0.25  # Δ, a quarter in years


class Market(NamedTuple):
    """Market parameters in the units of MODEL.md; rates are converted to quarterly factors."""

    saturation: float
    saturation_sigma: float
    speed: float
    speed_sigma: float
    log_revenue_yield: float
    revenue_yield_sigma: float

    root: Annotated[tuple[float, ...], 15]  # rows of the lower triangular L, L Lᵀ = correlation
    mixing_scale: float  # sqrt((nu - 2) / nu)
    mixing_mean: float  # 1 - 2 / (9 nu)
    mixing_sigma: float  # sqrt(2 / (9 nu))

    log_spread_start: float
    log_spread_mean: Triple
    spread_decay: float  # exp(-oas_speed / 4)
    spread_step: Triple  # standard deviation of a quarter's Ornstein-Uhlenbeck step
    log_spread_cap: float
    jump_probability: float
    jump_mean: float
    jump_sigma: float

    regime_start: float
    hazard_down: Triple  # rate to the lower-numbered other regime
    hazard_up: Triple  # rate to the higher-numbered other regime
    calm_to_open: Triple  # from each regime, P₀: the chance if no hazard is multiplied
    calm_to_stressed: Triple
    calm_to_shut: Triple
    shock_probability: float
    shock_loss: float
    shock_multiple: float
    vigilante: float
    vigilante_share: float
    fear_spread: float
    log_fear_spread: float
    fear_glut: float
    fear_linked: float
    fear_failure: float
    comfort_utilisation: float

    demand_start: float
    log_demand_start: float
    demand_sigma: float
    demand_step: float  # demand_sigma * sqrt(1/4)
    linked_decay: float
    linked_beta: float
    linked_step: float

    capital_decay: float
    utilisation_power: float
    utilisation_start: float
    scarcity: float
    spot_floor: float
    variable_cost: float
    fixed_cost: float
    anchor_hazard: float
    anchor_glut: float
    calm_anchor: float  # h₀, the chance of a quarter without a glut
    anchor_recovery: float
    anchor_share: float
    log_without_anchor: float  # ln(1 - anchor_share)

    obsolescence: float
    tax: float
    earned_share: float  # of an advance, in a quarter
    book_depreciation: float

    idio_decay: float
    spread_leverage: float
    fall_spread: float
    lease_multiple: float
    spread_cap: float

    capex_decay: float  # exp(-capex_speed / 4)
    rivalry: float
    race: float
    chase: float
    discipline_cap: float
    glut_discipline: float

    channel_access: Annotated[tuple[Triple, ...], len(CHANNELS)]  # by channel
    channel_absorb: ByChannel  # by channel, $bn a quarter, before growth and access
    private_gamma: float
    private_glut: float
    prefund_speed: float
    value_revenue: float
    run_quarters: Triple
    equity_beta: float
    fail_tolerance: float

    debt_share_start: float
    bond_market: float
    risk_free: float
    secured_extra: float
    channel_extra: ByChannel  # by channel, a year over the bond rate
    premium_start: Annotated[tuple[float, ...], len(BOND_MARKETS)]  # by bond market
    premium_decay: float
    premium_beta: float
    failure_jump: float
    failure_jump_cap: float
    debt_start: float  # of all issuers


class Scheduled(NamedTuple):
    """Effects of a scenario's events in one quarter, on every path; none in most quarters."""

    shock: float  # 1: a demand shock
    loss: float  # its log loss of demand
    regime: float  # the regime that the bond market is put into, -1 for none
    jump: float  # of the market spread, log points
    linked: float  # stress added
    anchor_loss: float  # 1: the anchor customer is lost


class Issuer(NamedTuple):
    """Parameters of one issuer, as plain floats in the units of MODEL.md; flows are quarterly."""

    core_revenue_start: float
    core_margin: float  # μ, of revenue that is added
    core_cost: float  # Φ, fixed
    revenue_year_start: float  # Y_0
    ocf: float
    cash_flow_floor: float  # L̲
    cash_flow_noise: float
    cash: float
    coupon: float
    buildout_capital: float
    construction: float
    other_capital: float
    dividends: float
    buybacks: float
    investments: float
    value_scale: float  # 1 / V_0, of the measure of a share's value
    saleable_start: float  # equity_access of market_cap, a quarter's
    spread: float
    log_spread_offset: float  # ln(spread_bp / oas0_bp) - spread_leverage ln(1 + v_0)
    high_yield: float  # 1: starts as high yield
    fall_leverage: float  # inf: never falls
    leverage_limit: float
    asset_limit: float
    equity_mix: float
    finance_lease_share: float
    prepaid: float  # of planned capex, before scarcity and the anchor
    depreciation_amortisation: float
    depreciation_other: float
    cash_target: float  # the larger of target and minimum
    cash_min: float
    cash_cover: float  # of a quarter's planned capex
    revolver: float
    core_growth: float
    core_growth_sigma: float
    core_sigma: float
    core_market_step: float  # core_sigma * core_beta * sqrt(1/4)
    core_own_step: float  # core_sigma * sqrt(1 - core_beta**2) * sqrt(1/4)
    capex_growth_sigma: float
    capex_sigma: float
    capex_market_step: float
    capex_own_step: float
    relative_yield: float
    log_capacity_share_start: float  # -inf without capacity
    contracted_share: float
    idio_step: float  # idio_sigma * sqrt(1/4)
    discipline: float  # discipline * (1 - committed)
    committed: float
    buildout_share: float
    bond_quarter_cap: float
    pipeline_outflow: float  # 1 - exp(-2 / (4 build_lag))
    burn_start: float  # β_0
    distance_least: float  # a tenth of a quarter's cash flow at the start, or of its floor
