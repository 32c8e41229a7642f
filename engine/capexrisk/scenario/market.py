"""The market of a scenario: spreads, demand, channels, feedback."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from capexrisk.model.vocabulary import REGIMES

from .field import input_field
from .quantities import (
    BasisPoints,
    Chase,
    Correlation,
    Decay,
    DegreesOfFreedom,
    Dispersion,
    EarningTerm,
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
    PositiveShare,
    RaceWeight,
    Rate,
    Rivalry,
    Share,
    ShareBelowOne,
    SignedFactor,
    Speed,
    Volatility,
)
from .section import Refused, Section, StrictModel

__all__ = ["Absorption", "Access", "Market", "Thresholds"]

SMALLEST_EIGENVALUE = 1e-9  # rounding leaves about 1e-16 on a singular matrix of this size

IssuanceByGrade = Annotated[tuple[Money, ...], Field(min_length=2, max_length=2)]
RegimeShares = Annotated[tuple[Share, ...], Field(min_length=3, max_length=3)]
RegimeQuarters = Annotated[tuple[Factor, ...], Field(min_length=3, max_length=3)]
RegimeRates = Annotated[tuple[Rate, ...], Field(min_length=3, max_length=3)]
RegimeVolatilities = Annotated[tuple[Volatility, ...], Field(min_length=3, max_length=3)]
RegimeSpreads = Annotated[tuple[PositiveBasisPoints, ...], Field(min_length=3, max_length=3)]
RegimeHazards = Annotated[tuple[RegimeRates, ...], Field(min_length=3, max_length=3)]

UNCORRELATED = tuple(tuple(float(row == column) for column in range(5)) for row in range(5))
CLOSED = (0.0, 0.0, 0.0)


class Access(StrictModel):
    """Share of each funding channel that is open, by regime (open, stressed, shut)."""

    bonds: RegimeShares = input_field("Step 10.2", "Investment-grade bonds, share in each regime")
    high_yield: RegimeShares = input_field(
        "Step 10.2", "High-yield bonds, share in each regime", neutral=CLOSED
    )
    secured: RegimeShares = input_field(
        "Step 10.3", "ABS and CMBS, share in each regime", neutral=CLOSED
    )
    private: RegimeShares = input_field(
        "Step 10.4", "Private credit, share in each regime", neutral=CLOSED
    )
    equity: RegimeShares = input_field("Step 10.7", "Equity, share in each regime", neutral=CLOSED)


class Absorption(StrictModel):
    """Most that the market takes from all issuers together in an open year, by channel."""

    bonds_usd_bn_per_year: PositiveMoney = input_field(
        "Step 10.2", "Investment-grade bonds", unit="$bn a year"
    )
    high_yield_usd_bn_per_year: Money = input_field(
        "Step 10.2", "High-yield bonds", unit="$bn a year", neutral=0.0
    )
    secured_usd_bn_per_year: Money = input_field(
        "Step 10.3", "ABS and CMBS", unit="$bn a year", neutral=0.0
    )
    private_usd_bn_per_year: Money = input_field(
        "Step 10.4", "Private credit", unit="$bn a year", neutral=0.0
    )


class Thresholds(Section):
    """Amounts with which results are compared; no path depends on them."""

    group_profit_usd_bn_per_year: PositiveMoney = input_field(
        "", "Group profit that earns the usual return on the capital", unit="$bn a year"
    )
    outside_funding_usd_bn: PositiveMoney = input_field(
        "", "Outside funding over the horizon", unit="$bn"
    )


class Market(Section):
    """Everything that is not an issuer's own; keys as in MODEL.md, with the unit."""

    # Demand and its shocks
    demand0_usd_bn_per_year: PositiveMoney = input_field(
        "Start", "Demand for {capacity}", unit="$bn a year"
    )
    demand_saturation_usd_bn_per_year: PositiveMoney = input_field(
        "Step 3", "Demand at which growth ends, median", unit="$bn a year"
    )
    demand_saturation_sigma: Dispersion = input_field(
        "Once a path", "Log standard deviation of the saturation", neutral=0.0
    )
    demand_speed_per_year: Speed = input_field(
        "Step 3", "Growth rate of demand far below saturation, median", unit="a year"
    )
    demand_speed_sigma: Dispersion = input_field(
        "Once a path", "Log standard deviation of the speed", neutral=0.0
    )
    demand_sigma_per_sqrt_year: Volatility = input_field(
        "Step 3", "Volatility of demand", unit="per square root of a year", neutral=0.0
    )
    shock_rate_per_year: Rate = input_field("Step 1", "Demand shocks", unit="a year", neutral=0.0)
    shock_loss_mean: Volatility = input_field(
        "Step 1", "Mean loss of demand in a demand shock", unit="log points", neutral=0.0
    )
    shock_hazard_multiple: Factor = input_field(
        "Step 1", "Worsening hazards are multiplied by this in a shock quarter", neutral=1.0
    )
    # Capacity and what it earns
    revenue_yield_per_year: PositiveRate = input_field(
        "Step 4", "Revenue per $ of build-out capital at full use, median", unit="a year"
    )
    revenue_yield_sigma: Dispersion = input_field(
        "Once a path", "Log standard deviation of the yield", neutral=0.0
    )
    util_power: PositiveFactor = input_field(
        "Step 5", "Sharpness of the smooth minimum of demand and capacity"
    )
    comfort_utilisation: Share = input_field(
        "Steps 1, 5, 9, 10", "Utilisation below which a glut is felt"
    )
    scarcity: Elasticity = input_field(
        "Step 5", "Elasticity of the price of what is scarce", neutral=0.0
    )
    spot_floor: Share = input_field("Step 5", "Least spot earnings of capacity", neutral=0.0)
    depreciation_per_year: Decay = input_field(
        "Step 4", "Economic decay of build-out capital", unit="a year"
    )
    variable_cost: Share = input_field(
        "Step 5", "Cash cost per $ of build-out revenue", neutral=0.0
    )
    fixed_cost: Share = input_field(
        "Step 5", "Cash cost per $ of revenue capacity, used or not", neutral=0.0
    )
    tax: Share = input_field("Step 8", "Cash tax rate", neutral=0.0)
    book_depreciation_per_year: Rate = input_field(
        "Step 11", "Book depreciation of new capital", unit="a year", neutral=0.0
    )
    obsolescence_per_year: Factor = input_field(
        "Step 6",
        "Core growth lost per log point of lost capacity share",
        unit="a year",
        neutral=0.0,
    )
    # The bond market: regimes and spreads
    regime0: Literal["open", "stressed", "shut"] = input_field("Start", "Regime of the bond market")
    hazard_per_year: RegimeHazards = input_field(
        "Step 1", "Rate from regime (row) to regime (column), diagonal 0", unit="a year"
    )
    oas0_bp: PositiveBasisPoints = input_field(
        "Start", "Option-adjusted spread of the investment-grade index", unit="bp"
    )
    oas_mean_bp: RegimeSpreads = input_field(
        "Step 2", "Spread to which each regime pulls (open, stressed, shut)", unit="bp"
    )
    oas_speed_per_year: PositiveRate = input_field("Step 2", "Speed of that pull", unit="a year")
    oas_sigma_per_sqrt_year: RegimeVolatilities = input_field(
        "Step 2", "Volatility of the log spread, each regime", unit="per square root of a year"
    )
    oas_cap_bp: PositiveBasisPoints = input_field("Step 2", "Highest index spread", unit="bp")
    jump_rate_per_year: Rate = input_field("Step 2", "Spread jumps", unit="a year", neutral=0.0)
    jump_mean: JumpMean = input_field("Step 2", "Mean of a jump", unit="log points", neutral=0.0)
    jump_sigma: Dispersion = input_field(
        "Step 2", "Standard deviation of a jump", unit="log points", neutral=0.0
    )
    # What frightens it
    fear_spread: Volatility = input_field(
        "Step 1", "Exponent of the spread in worsening hazards", neutral=0.0
    )
    fear_spread_bp: PositiveBasisPoints = input_field(
        "Step 1", "Index spread above which fear feeds on it", unit="bp", neutral=100.0
    )
    fear_glut: Factor = input_field(
        "Step 1", "Hazard added per unit of utilisation below comfort", neutral=0.0
    )
    fear_linked: Factor = input_field(
        "Step 1", "Hazard added per unit of stress of {linked}", neutral=0.0
    )
    fear_failure: Factor = input_field(
        "Step 1", "Hazard added per unit of the failure jump", neutral=0.0
    )
    vigilante: Factor = input_field(
        "Step 1",
        "Hazard added per unit of the share of {boom} above the vigilantes' mark",
        neutral=0.0,
    )
    vigilante_share: Share = input_field(
        "Step 1", "Share of {boom} in the {bond_market} above which vigilantes act", neutral=1.0
    )
    boom_debt_share0: Share = input_field(
        "Step 1", "Share of {boom} in the {bond_market} at the start", neutral=0.0
    )
    bond_market_usd_bn: PositiveMoney = input_field(
        "Step 1", "Size of the {bond_market}", unit="$bn"
    )
    bond_market_growth_per_year: Annotated[Growth, Field(gt=-0.9)] = input_field(
        "Step 1", "Growth of the {bond_market} and of all channels", unit="a year", neutral=0.0
    )
    # Funding
    access: Access
    absorb: Absorption
    issuance0_usd_bn_per_year: IssuanceByGrade = input_field(
        "Start",
        "Last year's bond issuance of the issuers, investment grade and high yield",
        unit="$bn a year",
        neutral=(0.0, 0.0),
    )
    prefund_speed: Share = input_field(
        "Step 10.2",
        "Share of the cash missing to the target that is raised in a quarter",
        unit="a quarter",
        neutral=0.0,
    )
    run_quarters: RegimeQuarters = input_field(
        "Run",
        "Quarters of burn below which liquidity starts a run (open, stressed, shut)",
        unit="quarters",
        neutral=(0.0, 0.0, 0.0),
    )
    prepaid_term_years: EarningTerm = input_field(
        "Step 8", "Mean time in which prepayments are earned", unit="years", neutral=1.0
    )
    equity_beta: EquityBeta = input_field(
        "Step 10.7", "Fall of equity value per log point of the index spread", neutral=0.0
    )
    value_revenue: Factor = input_field(
        "Step 10.2",
        "Value of shares per $ of revenue, beside that of cash flow",
        unit="years",
        neutral=0.0,
    )
    private_gamma: Factor = input_field(
        "Step 10.4", "Sensitivity of private credit to its own stress", neutral=0.0
    )
    private_glut: Factor = input_field(
        "Step 10.4", "Weight of idle capacity in that stress", neutral=0.0
    )
    fail_tolerance: Share = input_field(
        "Step 10.10", "Unmet share of the need that is not yet a failure", neutral=0.0
    )
    # The price of debt
    risk_free_per_year: Interest = input_field("Step 11", "Risk-free rate", unit="a year")
    secured_extra_bp: BasisPoints = input_field(
        "Step 11", "Secured debt and leases over the index", unit="bp", neutral=0.0
    )
    private_extra_bp: BasisPoints = input_field(
        "Step 11", "Private credit over the issuer's bonds", unit="bp", neutral=0.0
    )
    revolver_extra_bp: BasisPoints = input_field(
        "Step 11", "Revolver over the issuer's bonds", unit="bp", neutral=0.0
    )
    spread_leverage: Volatility = input_field(
        "Step 7", "Elasticity of the spread to 1 + leverage", neutral=0.0
    )
    cash_flow_floor: PositiveShare = input_field(
        "Step 7", "Least cash flow in measures of leverage, as a share of revenue"
    )
    fall_spread: Volatility = input_field(
        "Step 7", "Widening of an issuer that falls to high yield", unit="log points", neutral=0.0
    )
    lease_multiple: Factor = input_field(
        "Conventions", "Debt per $ of yearly lease payment", neutral=0.0
    )
    spread_cap_bp: Annotated[PositiveBasisPoints, Field(ge=1)] = input_field(
        "Step 7", "Highest issuer spread", unit="bp"
    )
    idio_speed_per_year: Rate = input_field(
        "Step 7", "Speed at which an issuer's own spread shock fades", unit="a year", neutral=0.0
    )
    premium_speed_per_year: PositiveRate = input_field(
        "Step 12", "Speed at which the supply premium fades", unit="a year", neutral=1.0
    )
    premium_beta: Volatility = input_field(
        "Step 12", "Log spread per year's absorption of bonds sold", neutral=0.0
    )
    # Planned capex
    capex_speed_per_year: PositiveRate = input_field(
        "Step 9", "Speed at which a deviation from the plan fades", unit="a year"
    )
    rivalry_per_year: Rivalry = input_field(
        "Step 9", "Speed at which capex follows the others'", unit="a year", neutral=0.0
    )
    race: RaceWeight = input_field(
        "Step 9", "Weight of the others' shocks in what is followed", neutral=0.0
    )
    chase_per_year: Chase = input_field(
        "Step 9",
        "Growth of capex per unit of utilisation above comfort",
        unit="a year",
        neutral=0.0,
    )
    discipline_cap: Factor = input_field(
        "Step 9", "Most of the widening that slows capex", unit="100 bp", neutral=0.0
    )
    glut_discipline_per_year: Factor = input_field(
        "Step 9",
        "Slowing of capex per unit of utilisation below comfort",
        unit="a year",
        neutral=0.0,
    )
    # Contagion: the anchor customer, the linked sector, failures
    anchor_hazard_per_year: Rate = input_field(
        "Step 5", "Rate of the loss of {anchor}", unit="a year", neutral=0.0
    )
    anchor_glut: Factor = input_field(
        "Step 5", "Anchor hazard added per unit of utilisation below comfort", neutral=0.0
    )
    anchor_recovery: Share = input_field(
        "Step 5",
        "Share of spot earnings that contracted capacity makes after the loss",
        neutral=0.0,
    )
    anchor_share: ShareBelowOne = input_field(
        "Step 5", "Share of demand lost with {anchor}", neutral=0.0
    )
    linked_speed_per_year: Rate = input_field(
        "Step 3", "Speed at which stress of {linked} fades", unit="a year", neutral=0.0
    )
    linked_beta: SignedFactor = input_field(
        "Step 3", "Stress of {linked} per log point of demand", neutral=0.0
    )
    linked_sigma_per_sqrt_year: Volatility = input_field(
        "Step 3",
        "Volatility of stress of {linked}",
        unit="per square root of a year",
        neutral=0.0,
    )
    failure_jump: Factor = input_field(
        "Step 12", "Log spread jump per share of the starting debt that fails", neutral=0.0
    )
    failure_jump_cap: Volatility = input_field(
        "Step 12", "Largest failure jump", unit="log points", neutral=0.0
    )
    # Dependence of the market's draws
    correlation: Correlation = input_field(
        "Draws",
        "Correlation of spread, demand, capex, macro and linked normals",
        neutral=UNCORRELATED,
    )
    tail_dof: DegreesOfFreedom = input_field(
        "Draws", "Degrees of freedom of the market's joint Student-t tails"
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

        if (smallest := float(eigvalsh(matrix)[0])) < SMALLEST_EIGENVALUE:
            raise Refused(
                f"not positive definite, its smallest eigenvalue is {smallest:.3g}",
                "move the correlations towards 0",
            )
        return matrix
