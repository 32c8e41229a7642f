"""The market of a scenario: spreads, demand, channels, feedback."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from .quantities import (
    BasisPoints,
    Correlation,
    Decay,
    DegreesOfFreedom,
    Dispersion,
    Elasticity,
    EquityBeta,
    Factor,
    Growth,
    Interest,
    JumpMean,
    Money,
    PositiveBasisPoints,
    PositiveFactor,
    PositiveMoney,
    PositiveRate,
    RaceWeight,
    Rate,
    Rivalry,
    Share,
    ShareBelowOne,
    SignedFactor,
    Speed,
    Volatility,
)
from .section import Record, Refused, Section

__all__ = ["REGIMES", "Absorption", "Access", "Market", "Thresholds"]

REGIMES = ("open", "stressed", "shut")
SMALLEST_EIGENVALUE = 1e-9  # rounding leaves about 1e-16 on a singular matrix of this size

RegimeShares = Annotated[tuple[Share, ...], Field(min_length=3, max_length=3)]
RegimeRates = Annotated[tuple[Rate, ...], Field(min_length=3, max_length=3)]
RegimeVolatilities = Annotated[tuple[Volatility, ...], Field(min_length=3, max_length=3)]
RegimeSpreads = Annotated[tuple[PositiveBasisPoints, ...], Field(min_length=3, max_length=3)]
RegimeHazards = Annotated[tuple[RegimeRates, ...], Field(min_length=3, max_length=3)]


class Access(Record):
    """Share of a channel that is open in each regime (open, stressed, shut)."""

    bonds: RegimeShares = Field(description="Step 10.2. Bond market, share in each regime.")
    secured: RegimeShares = Field(description="Step 10.3. ABS and CMBS, share in each regime.")
    private: RegimeShares = Field(description="Step 10.4. Private credit, share in each regime.")
    equity: RegimeShares = Field(description="Step 10.7. Equity, share in each regime.")


class Absorption(Record):
    """What the market takes from all issuers together in an open year."""

    bonds_usd_bn_per_year: PositiveMoney = Field(description="Step 10. Bonds, $bn a year.")
    secured_usd_bn_per_year: PositiveMoney = Field(description="Step 10. ABS and CMBS, $bn a year.")
    private_usd_bn_per_year: PositiveMoney = Field(
        description="Step 10. Private credit, $bn a year."
    )


class Thresholds(Section):
    """Figures that results are held against; they do not touch a path."""

    group_profit_usd_bn_per_year: PositiveMoney = Field(
        description="Group profit that earns the usual return on the capital, $bn a year."
    )
    outside_funding_usd_bn: PositiveMoney = Field(
        description="Outside funding over the horizon, $bn."
    )


class Market(Section):
    """Everything that is not an issuer's own; one figure a key, as in MODEL.md."""

    oas0_bp: PositiveBasisPoints = Field(
        description="Start. Option-adjusted spread of the investment-grade index, bp."
    )
    oas_mean_bp: RegimeSpreads = Field(
        description="Step 2. Spread to which each regime pulls (open, stressed, shut), bp."
    )
    oas_speed_per_year: PositiveRate = Field(description="Step 2. Speed of that pull, a year.")
    oas_sigma_per_sqrt_year: RegimeVolatilities = Field(
        description="Step 2. Volatility of the log spread, each regime, per square root of a year."
    )
    oas_cap_bp: PositiveBasisPoints = Field(description="Step 2. Highest index spread, bp.")
    jump_rate_per_year: Rate = Field(description="Step 2. Spread jumps a year.")
    jump_mean: JumpMean = Field(description="Step 2. Mean of a jump, log points.")
    jump_sigma: Dispersion = Field(description="Step 2. Standard deviation of a jump, log points.")
    regime0: Literal["open", "stressed", "shut"] = Field(
        description="Start. Regime of the bond market."
    )
    hazard_per_year: RegimeHazards = Field(
        description="Step 1. Rate a year from regime (row) to regime (column); diagonal 0."
    )
    tech_rate_per_year: Rate = Field(description="Step 1. Technology shocks a year.")
    tech_loss_mean: Volatility = Field(
        description="Step 1. Mean log loss of demand in a technology shock."
    )
    tech_hazard_multiple: Factor = Field(
        description="Step 1. Worsening hazards are multiplied by this in a shock quarter."
    )
    vigilante: Factor = Field(
        description="Step 1. Hazard added per unit of AI share above the vigilantes' mark."
    )
    vigilante_share: Share = Field(
        description="Step 1. AI share of the bond market above which vigilantes act."
    )
    fear_spread: Volatility = Field(
        description="Step 1. Exponent of the spread in worsening hazards."
    )
    fear_spread_bp: PositiveBasisPoints = Field(
        description="Step 1. Index spread above which fear feeds on it, bp."
    )
    fear_glut: Factor = Field(
        description="Step 1. Hazard added per unit of utilisation below comfort."
    )
    fear_software: Factor = Field(description="Step 1. Hazard added per unit of software stress.")
    fear_failure: Factor = Field(description="Step 1. Hazard added per unit of the failure jump.")
    demand0_usd_bn_per_year: PositiveMoney = Field(
        description="Start. Demand for AI capacity, $bn a year."
    )
    demand_saturation_usd_bn_per_year: PositiveMoney = Field(
        description="Step 3. Demand at which growth ends, median, $bn a year."
    )
    demand_saturation_sigma: Dispersion = Field(
        description="Once a path. Log standard deviation of the saturation."
    )
    demand_speed_per_year: Speed = Field(
        description="Step 3. Growth rate of demand far below saturation, median, a year."
    )
    demand_speed_sigma: Dispersion = Field(
        description="Once a path. Log standard deviation of the speed."
    )
    demand_sigma_per_sqrt_year: Volatility = Field(
        description="Step 3. Volatility of demand, per square root of a year."
    )
    scarcity: Elasticity = Field(description="Step 5. Elasticity of the price of what is scarce.")
    revenue_yield_per_year: PositiveRate = Field(
        description="Step 4. Revenue a year per $ of AI capital at full use, median."
    )
    revenue_yield_sigma: Dispersion = Field(
        description="Once a path. Log standard deviation of the yield."
    )
    util_power: PositiveFactor = Field(
        description="Step 5. Sharpness of the smooth minimum of demand and capacity."
    )
    comfort_utilisation: Share = Field(
        description="Steps 1, 5, 9, 10. Utilisation below which a glut is felt."
    )
    depreciation_per_year: Decay = Field(
        description="Step 4. Economic decay of AI capital, a year."
    )
    ai_variable_cost: Share = Field(description="Step 5. Cash cost per $ of AI revenue.")
    ai_fixed_cost: Share = Field(
        description="Step 5. Cash cost per $ of revenue capacity, used or not."
    )
    tax: Share = Field(description="Step 8. Cash tax rate.")
    obsolescence_per_year: Factor = Field(
        description="Step 6. Core growth lost a year per log point of lost capacity share."
    )
    tail_dof: DegreesOfFreedom = Field(
        description="Draws. Degrees of freedom of the market's joint Student-t tails."
    )
    book_depreciation_per_year: Rate = Field(
        description="Step 11. Book depreciation of new capital, a year."
    )
    cash_flow_noise: Volatility = Field(
        description="Step 8. Log standard deviation of a quarter's core cash flow."
    )
    tenant_hazard_per_year: Rate = Field(
        description="Step 5. Rate a year at which the big AI tenant is lost."
    )
    tenant_glut: Factor = Field(
        description="Step 5. Tenant hazard added per unit of utilisation below comfort."
    )
    tenant_recovery: Share = Field(
        description="Step 5. Share of spot earnings that contracted capacity makes after the loss."
    )
    tenant_share: ShareBelowOne = Field(description="Step 5. Share of demand lost with the tenant.")
    software_speed_per_year: Rate = Field(
        description="Step 3. Speed at which software stress fades, a year."
    )
    software_beta: SignedFactor = Field(
        description="Step 3. Software stress per log point of AI demand."
    )
    software_sigma_per_sqrt_year: Volatility = Field(
        description="Step 3. Volatility of software stress, per square root of a year."
    )
    private_gamma: Factor = Field(
        description="Step 10.4. Sensitivity of private credit to its own stress."
    )
    private_glut: Factor = Field(description="Step 10.4. Weight of idle capacity in that stress.")
    spread_leverage: Volatility = Field(description="Step 7. Log spread per turn of leverage.")
    leverage_cap_spread: Rate = Field(
        description="Step 7. Leverage above which the spread no longer rises, turns."
    )
    lease_multiple: Factor = Field(description="Conventions. Debt per $ of yearly lease payment.")
    spread_cap_bp: Annotated[PositiveBasisPoints, Field(ge=1)] = Field(
        description="Step 7. Highest issuer spread, bp."
    )
    idio_speed_per_year: Rate = Field(
        description="Step 7. Speed at which an issuer's own spread shock fades, a year."
    )
    rivalry_per_year: Rivalry = Field(
        description="Step 9. Speed at which capex follows the others', a year."
    )
    race: RaceWeight = Field(
        description="Step 9. Weight of the others' shocks in what is followed."
    )
    discipline_cap: Factor = Field(
        description="Step 9. Most of the widening, in 100 bp, that slows capex."
    )
    glut_discipline_per_year: Factor = Field(
        description="Step 9. Slowing a year per unit of utilisation below comfort."
    )
    access: Access
    absorb: Absorption
    issuance0_usd_bn_per_year: Money = Field(
        description="Start. Last year's bond issuance of the issuers, $bn."
    )
    ig_market_usd_bn: PositiveMoney = Field(
        description="Step 1. US investment-grade bond market, $bn."
    )
    ig_growth_per_year: Annotated[Growth, Field(gt=-0.9)] = Field(
        description="Step 1. Growth of the bond market and of all channels, a year."
    )
    ai_debt_share0: Share = Field(description="Step 1. AI share of the bond market at the start.")
    secured_extra_bp: BasisPoints = Field(
        description="Step 11. Secured debt and leases over the index, bp."
    )
    private_extra_bp: BasisPoints = Field(
        description="Step 11. Private credit over the issuer's bonds, bp."
    )
    revolver_extra_bp: BasisPoints = Field(
        description="Step 11. Revolver over the issuer's bonds, bp."
    )
    risk_free_per_year: Interest = Field(description="Step 11. Risk-free rate, a year.")
    premium_speed_per_year: PositiveRate = Field(
        description="Step 12. Speed at which the supply premium fades, a year."
    )
    premium_beta: Volatility = Field(
        description="Step 12. Log spread per year's absorption of bonds sold."
    )
    failure_jump: Factor = Field(
        description="Step 12. Log spread jump per share of the starting debt that fails."
    )
    failure_jump_cap: Volatility = Field(description="Step 12. Largest failure jump, log points.")
    equity_beta: EquityBeta = Field(
        description="Step 10.7. Fall of equity value per log point of the index spread."
    )
    fail_tolerance: Share = Field(
        description="Step 10.10. Unmet share of the need that is not yet a failure."
    )
    prefund_until: Factor = Field(
        description="Step 10.2. Prefunding stops at this multiple of the cash target."
    )
    correlation: Correlation = Field(
        description="Draws. Correlation of spread, demand, capex, macro and software normals."
    )

    @field_validator("hazard_per_year")
    @classmethod
    def _no_hazard_of_staying(cls, hazard: RegimeHazards) -> RegimeHazards:
        for row, rates in enumerate(hazard):
            if rates[row] != 0:
                raise Refused(
                    f"{rates[row]!r} is a rate from {REGIMES[row]} to itself",
                    "give 0 on the diagonal",
                    (row, row),
                )
        return hazard

    @field_validator("correlation")
    @classmethod
    def _a_correlation_matrix(cls, matrix: Correlation) -> Correlation:
        for row, values in enumerate(matrix):
            if values[row] != 1:
                raise Refused(f"{values[row]!r} stands on the diagonal", "give 1 there", (row, row))
            for column in range(row):
                if values[column] != matrix[column][row]:
                    raise Refused(
                        f"not symmetric, {values[column]!r} is {matrix[column][row]!r} in "
                        f"[{column}][{row}]",
                        "give the same number in both places",
                        (row, column),
                    )
        from numpy.linalg import eigvalsh  # late: a scenario is also read where nothing is run

        smallest = float(eigvalsh(matrix)[0])
        if smallest < SMALLEST_EIGENVALUE:
            raise Refused(
                f"not positive definite, its smallest eigenvalue is {smallest:.3g}",
                "move the correlations towards 0",
            )
        return matrix
