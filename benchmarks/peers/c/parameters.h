/*
 * The scenario as the loops want it: everything that all paths share is worked out beforehand.
 *
 * c_peer.py fills the fields by their names from parameters.py, one `double name;` a line. Rates
 * and flows are a year's unless parameters.py says otherwise, spreads are in basis points, triples
 * are in the order of the regimes: open, stressed, shut. Numbers are the steps of MODEL.md.
 */
#ifndef PARAMETERS_H
#define PARAMETERS_H

#define YEARS (QUARTERS / 4)

typedef struct {
    double demand_saturation;
    double demand_saturation_sigma;
    double demand_speed;
    double demand_speed_sigma;
    double revenue_yield;
    double revenue_yield_sigma;

    double cholesky[25]; // of the correlations, by rows
    double mixing_scale; // sqrt((nu - 2) / nu)
    double mixing_mean;  // 1 - 2 / (9 nu)
    double mixing_sigma; // sqrt(2 / (9 nu))

    double shock_probability;
    double shock_loss_mean;
    double shock_hazard_multiple;
    double boom_debt0; // $bn
    double vigilante;
    double vigilante_share;
    double fear_spread;
    double log_fear_spread;
    double fear_glut;
    double fear_linked;
    double fear_failure;
    double comfort_utilisation;
    double regime0;
    double hazard_lower[3]; // to the lower-numbered other regime
    double hazard_upper[3]; // to the higher-numbered other regime

    double log_oas0;
    double log_oas_mean[3];
    double oas_decay;
    double oas_deviation[3];
    double log_oas_cap;
    double jump_probability;
    double jump_mean;
    double jump_sigma;

    double demand0;
    double demand_drift; // sigma^2 / 2
    double demand_deviation;
    double linked_decay;
    double linked_beta;
    double linked_deviation;

    double capital_decay;
    double utilisation0;
    double util_power;
    double scarcity;
    double anchor_hazard;
    double anchor_glut;
    double anchor_share;
    double anchor_recovery;
    double variable_cost;
    double fixed_cost;

    double obsolescence;
    double idio_decay;
    double spread_leverage;
    double fall_spread;
    double spread_cap_bp;
    double tax;
    double earned_rate; // 8: of an advance, a quarter

    double capex_decay;
    double race;
    double rivalry;
    double chase;
    double glut_discipline;
    double discipline_cap;

    double access_bonds[3];
    double access_high_yield[3];
    double access_secured[3];
    double access_private[3];
    double access_equity[3];
    double prefund_speed;
    double value_revenue;
    double private_gamma;
    double private_glut;
    double equity_beta;
    double fail_tolerance;
    double run_quarters[3];

    double risk_free;
    double secured_extra_bp;
    double private_extra_bp;
    double revolver_extra_bp;
    double book_depreciation;
    double premium_decay;
    double premium_loss_bonds; // a quarter's, of a premium that is counted from the start's
    double premium_loss_high_yield;
    double failure_jump;
    double failure_jump_cap;

    double smallest; // index of the issuer of the least market value
    double group_profit;
} market_parameters;

typedef struct {
    double bond_market[QUARTERS];
    double absorb_bonds[QUARTERS];
    double absorb_high_yield[QUARTERS];
    double absorb_secured[QUARTERS];
    double absorb_private[QUARTERS];
    double premium_rate_bonds[QUARTERS];
    double premium_rate_high_yield[QUARTERS];
} market_schedule;

typedef struct {
    double core_revenue0;
    double core_margin;
    double core_fixed;
    double core_growth;
    double core_growth_sigma;
    double core_convexity;
    double core_common;
    double core_own;
    double capex_growth_sigma;
    double capex_common;
    double capex_own;
    double idio_deviation;
    double cash_flow_noise;
    double flow_convexity;

    double ocf;
    double flow_floor; // 7: of the leverage's denominator
    double revenue0;
    double value0;
    double burn0;
    double cash;
    double bonds;
    double secured_debt;
    double private_debt;
    double debt0;
    double coupon;
    double high_yield;
    double buildout_capital;
    double other_capital;
    double construction;
    double relative_yield;
    double capacity_share0;
    double contracted_share;
    double pipeline_rate;

    double spread_bp;
    double log_spread0;     // 7: all that is fixed in ln s
    double discipline_rate; // discipline (1 - committed) / 400
    double buildout_share;
    double finance_lease_share;
    double own_share;    // 1 - finance_lease_share
    double cut_share;    // 10.8: of planned capex
    double prepaid_rate; // 10: of planned capex
    double cover_rate;   // 10: of planned capex
    double dividends;
    double buybacks;
    double investments;
    double target_floor;
    double cash_min;
    double equity_mix;
    double fall_leverage;
    double leverage_limit;
    double asset_limit;
    double bond_quarter_cap;
    double secured_advance;
    double private_advance;
    double revolver;
    double equity_access;
    double market_cap;
    double depreciation_amortisation;
    double depreciation_other;
} issuer_parameters;

typedef struct {
    double capex_plan[QUARTERS];
    double maturities[QUARTERS];
    double leases[QUARTERS];
    double lease_debt[QUARTERS];
    double seasonality[4];
    double capex_convexity[QUARTERS]; // 9: what all paths take off ln X + drift
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
