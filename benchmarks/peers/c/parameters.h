/*
 * The scenario as the loops want it: everything that all paths share is worked out beforehand.
 *
 * c_peer.py reads the fields and their order from this file: one `double name;` a line. Rates and
 * flows are those of a quarter, spreads are in basis points, triples are in the order of the
 * regimes: open, stressed, shut. Numbers in comments are the steps of MODEL.md.
 */
#ifndef PARAMETERS_H
#define PARAMETERS_H

#define YEARS (QUARTERS / 4)

typedef struct {
    double log_saturation;
    double saturation_sigma;
    double log_speed;
    double speed_sigma;
    double log_yield;
    double yield_sigma;

    double root[15];     // rows of the lower triangular root of the correlations
    double mixing_scale; // sqrt((nu - 2) / nu)
    double mixing_mean;  // 1 - 2 / (9 nu)
    double mixing_sigma; // sqrt(2 / (9 nu))

    double technology_probability;
    double technology_loss;
    double technology_multiple;
    double debt_share_start; // $bn
    double vigilante;
    double vigilante_share;
    double fear_spread;
    double log_fear_spread;
    double fear_glut;
    double fear_software;
    double fear_failure;
    double comfort_utilisation;
    double regime_start;
    double hazard_lower[3]; // to the lower-numbered other regime
    double hazard_upper[3]; // to the higher-numbered other regime

    double log_spread_start;
    double log_spread_mean[3];
    double spread_decay;
    double spread_step[3];
    double log_spread_cap;
    double jump_probability;
    double jump_mean;
    double jump_sigma;

    double demand_start;
    double log_demand_start;
    double demand_drift; // -sigma^2 / 2
    double demand_step;
    double software_decay;
    double software_beta;
    double software_step;

    double capital_decay;
    double utilisation_start;
    double utilisation_power;
    double scarcity;
    double tenant_hazard;
    double tenant_glut;
    double tenant_share;
    double log_tenant_kept; // ln(1 - tenant_share)
    double tenant_recovery;
    double variable_margin; // 1 - ai_variable_cost
    double fixed_cost;

    double obsolescence;
    double idio_decay;
    double spread_leverage;
    double leverage_cap;
    double spread_cap;
    double after_tax; // 1 - tax
    double cash_flow_noise;

    double race;
    double rivalry;
    double glut_discipline;
    double discipline_cap;

    double access_bonds[3];
    double access_secured[3];
    double access_private[3];
    double access_equity[3];
    double absorb_bonds;
    double absorb_secured;
    double absorb_private;
    double private_gamma;
    double private_glut;
    double equity_beta;
    double fail_tolerance;

    double risk_free;
    double secured_extra;
    double private_extra;
    double revolver_extra;
    double book_depreciation;
    double premium_start;
    double premium_decay;
    double premium_beta;
    double failure_jump; // over the starting debt of all; 0 where there is none
    double failure_jump_cap;

    double smallest; // index of the issuer of the least market value
    double profit_threshold;
} market_parameters;

typedef struct {
    double core_revenue;
    double core_margin;
    double core_growth;
    double core_growth_sigma;
    double core_drift; // -sigma^2 / 2
    double core_market; // sigma sqrt(1/4) rho
    double core_own;    // sigma sqrt(1/4) sqrt(1 - rho^2)
    double capex_growth_sigma;
    double capex_market;
    double capex_own;
    double idio_step;

    double ocf;
    double cash_flow_floor; // 7: of the leverage's denominator
    double cash;
    double bonds;
    double secured_debt;
    double private_debt;
    double coupon;
    double ai_capital;
    double construction;
    double relative_yield;
    double log_share_start; // ln of the starting share of capacity less ln of relative_yield
    double contracted_share;
    double pipeline_outflow;

    double spread;
    double log_spread_offset; // 7: all that is fixed in ln s
    double discipline;        // discipline (1 - committed) / 400
    double ai_share;
    double finance_lease_share;
    double own_share;         // 1 - finance_lease_share
    double inverse_own_share;
    double flexible;          // 10.8: of planned capex
    double dividends;
    double buybacks;
    double cash_target;
    double cash_min;
    double prefund;
    double prefund_below; // cash under which the issuer prefunds
    double leverage_limit;
    double bond_quarter_cap;
    double bond_access[3]; // access_bonds ^ credit_tier
    double secured_advance;
    double private_advance;
    double revolver;
    double equity; // 10.7: per unit of cash flow and market value
    double depreciation_amortisation;
    double depreciation_other;
} issuer_parameters;

typedef struct {
    double growth[QUARTERS];       // (1 + ig_growth)^(k/4)
    double share_factor[QUARTERS]; // 1: from $bn outstanding to a share of the bond market
} market_schedule;

typedef struct {
    double plan[QUARTERS];
    double maturities[QUARTERS];
    double leases[QUARTERS];
    double lease_debt[QUARTERS];
    double season[QUARTERS];
    double capex_drift[QUARTERS]; // 9: what all paths add to ln X + drift
} issuer_schedule;

/*
 * Schedules are kept apart, so that a loop can take a copy of a record of plain numbers: the
 * compiler knows that a copy is not written to and keeps what the loop uses of it in registers.
 */
typedef struct {
    market_parameters market;
    market_schedule market_schedule;
    issuer_parameters issuers[ISSUERS];
    issuer_schedule issuer_schedules[ISSUERS];
} parameters;

#endif
