/*
 * The model of MODEL.md by hand in C: blocks of paths side by side, rows of BLOCK doubles.
 *
 * A row holds one quantity of a block's paths, so that every loop over paths is vector code. Loops
 * are cut only where the model needs all issuers at once: for capacity, for the race and for the
 * rationed channels. ISSUERS, QUARTERS and BLOCK are set by the compiler's command line.
 */
#include <stdlib.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#define DRAWS ((4 * ISSUERS + 12) * BLOCK)

#include "draws.h"
#include "parameters.h"

typedef double row[BLOCK] __attribute__((aligned(64)));

enum { FLOWS = 11, ISSUER_AMOUNTS = 4 * YEARS + FLOWS, MARKET_AMOUNTS = 4 };
enum { AMOUNTS = ISSUERS * ISSUER_AMOUNTS + QUARTERS * MARKET_AMOUNTS + 1 };
enum { ISSUER_EVENTS = YEARS + QUARTERS + 1, MARKET_EVENTS = 3 };
enum { EVENTS = ISSUERS * ISSUER_EVENTS + QUARTERS * MARKET_EVENTS + 4 };

/* Totals in the order of contract.py. */
typedef struct {
    double sums[AMOUNTS];
    double squares[AMOUNTS];
    double counts[EVENTS];
} totals;

typedef struct {
    row saturation_inverse, speed, yield, log_yield;
    row regime, log_spread, demand, log_demand, linked, anchor_lost;
    row premium_bonds, premium_high_yield; // over those at the start
    row net_bonds, failure_jump;
    /* of the quarter */
    row share, oas, z_capex, z_macro, capital, log_capital;
    row idle, utilisation, spot, contracted, prepaid, health, equity_price, collateral;
    row pull, pull_weight, asked, served, asked_high_yield, served_high_yield, failing_debt;
} market_rows;

typedef struct {
    row growth, capex_growth;
    row alive, grade, revenue, idiosyncratic, cash_flow_year, sales_year, advance, burn;
    row capital, first_stage, second_stage, other_capital;
    row log_deviation, log_factor; // ln X, ln F
    row cash, bonds, secured, private, revolver, debt, coupon;
    /* of the quarter */
    row spread, run_rate, ocf, unearned, log_programme, planned, pledge, net, left, ask;
    row saleable, secured_room, bonds_sold, secured_sold;
    /* of the year and of the path */
    row year_ocf, year_capex, year_profit;
    row total_capex, total_programme, total_bonds, total_high_yield, total_secured;
    row total_revolver, total_equity, total_cut, total_prepaid, total_invested;
} issuer_rows;

/* Names of a quarter's draws, two for each counter; the normals come first. */
enum { Z_REVENUE, Z_FLOW, Z_CAPEX, Z_SPREAD, ISSUER_DRAWS };
enum { E_SPREAD, E_DEMAND, E_CAPEX, E_MACRO, E_LINKED, E_JUMP, E_MIXING, MARKET_NORMALS };
enum { U_JUMP = MARKET_NORMALS, U_REGIME, U_SHOCK, U_SIZE, U_ANCHOR, MARKET_DRAWS };
enum { SATURATION, SPEED, YIELD, SPARE, PATH_DRAWS };
enum { NAME_MARKET = 1, NAME_ISSUER = 32, NAME_PATH = 64, NAME_PATH_ISSUER = 96 };
enum { ONCE = 0xFFFF };

typedef struct {
    row issuer[ISSUERS][ISSUER_DRAWS];
    row market[MARKET_DRAWS];
    tail_list tails;
} draw_rows;

typedef struct {
    market_rows market;
    issuer_rows issuers[ISSUERS];
    draw_rows draws;
} block;

#define FOR_PATHS _Pragma("omp simd") for (int p = 0; p < BLOCK; p++)

INLINE double by_regime(double regime, const double triple[3])
{
    double open = triple[0], stressed = triple[1], shut = triple[2];
    return regime < 0.5 ? open : regime < 1.5 ? stressed : shut;
}

/* ------------------------------------------------------------------------------------- draws */

INLINE void draw_pairs(row *rows, int count, address at)
{
    for (int j = 0; j < count; j += 2, at.name++)
        uniform_rows(rows[j], rows[j + 1], at);
}

static void draw_quarter(draw_rows *z, uint64_t first_path, uint64_t seed, uint32_t k)
{
    for (uint32_t i = 0; i < ISSUERS; i++)
        draw_pairs(z->issuer[i], ISSUER_DRAWS,
                   (address){first_path, seed, k, NAME_ISSUER, i + 1});
    draw_pairs(z->market, MARKET_DRAWS, (address){first_path, seed, k, NAME_MARKET, 0});
    normals_in_place(z->issuer[0][0], (ISSUERS * ISSUER_DRAWS + MARKET_NORMALS) * BLOCK,
                     &z->tails);
}

/* ------------------------------------------------------------------------------------- start */

static void start(block *b, const parameters *given, uint64_t first_path, uint64_t seed)
{
    const market_parameters c = given->market;
    market_rows *m = &b->market;
    row z[PATH_DRAWS + 2 * ISSUERS];
    draw_pairs(z, PATH_DRAWS, (address){first_path, seed, ONCE, NAME_PATH, 0});
    for (uint32_t i = 0; i < ISSUERS; i++)
        draw_pairs(z + PATH_DRAWS + 2 * i, 2,
                   (address){first_path, seed, ONCE, NAME_PATH_ISSUER, i + 1});
    normals_in_place(z[0], (PATH_DRAWS + 2 * ISSUERS) * BLOCK, &b->draws.tails);

    memset(b->issuers, 0, sizeof b->issuers);
    const double log_yield = log(c.revenue_yield), log_demand = log(c.demand0);
    FOR_PATHS {
        m->saturation_inverse[p] =
            vexp(-c.demand_saturation_sigma * z[SATURATION][p]) / c.demand_saturation;
        m->speed[p] = c.demand_speed * vexp(c.demand_speed_sigma * z[SPEED][p]);
        m->log_yield[p] = log_yield + c.revenue_yield_sigma * z[YIELD][p];
        m->yield[p] = vexp(m->log_yield[p]);
        m->regime[p] = c.regime0;
        m->log_spread[p] = c.log_oas0;
        m->demand[p] = c.demand0;
        m->log_demand[p] = log_demand;
        m->linked[p] = 0.0;
        m->idle[p] = positive(c.comfort_utilisation - c.utilisation0);
        m->anchor_lost[p] = 0.0;
        m->premium_bonds[p] = 0.0;
        m->premium_high_yield[p] = 0.0;
        m->net_bonds[p] = 0.0;
        m->failure_jump[p] = 0.0;
    }
    for (int i = 0; i < ISSUERS; i++) {
        const issuer_parameters f = given->issuers[i];
        issuer_rows *s = &b->issuers[i];
        const double *z_growth = z[PATH_DRAWS + 2 * i], *z_capex = z[PATH_DRAWS + 2 * i + 1];
        FOR_PATHS {
            s->growth[p] = 0.25 * (f.core_growth + f.core_growth_sigma * z_growth[p]) -
                           f.core_convexity;
            s->capex_growth[p] = f.capex_growth_sigma * z_capex[p];
            s->alive[p] = 1.0;
            s->grade[p] = f.high_yield;
            s->revenue[p] = f.core_revenue0;
            s->cash_flow_year[p] = f.ocf;
            s->sales_year[p] = f.revenue0;
            s->burn[p] = f.burn0;
            s->capital[p] = f.buildout_capital;
            s->first_stage[p] = 0.5 * f.construction;
            s->second_stage[p] = 0.5 * f.construction;
            s->cash[p] = f.cash;
            s->bonds[p] = f.bonds;
            s->secured[p] = f.secured_debt;
            s->private[p] = f.private_debt;
            s->debt[p] = f.debt0;
            s->coupon[p] = f.coupon;
        }
    }
}

/* --------------------------------------------------------------------- steps 1 to 5: markets */

static void open_market(market_rows *restrict m, row *restrict z,
                        const parameters *restrict given, int k)
{
    const market_parameters c = given->market;
    const double *r = c.cholesky, share_factor = 1.0 / given->market_schedule.bond_market[k];
    FOR_PATHS {
        double v = most(c.mixing_mean + c.mixing_sigma * z[E_MIXING][p], 0.1);
        double scale = c.mixing_scale / (v * sqrt(v));
        double e0 = z[E_SPREAD][p], e1 = z[E_DEMAND][p], e2 = z[E_CAPEX][p];
        double e3 = z[E_MACRO][p], e4 = z[E_LINKED][p];
        double z_spread = scale * (r[0] * e0);
        double z_demand = scale * (r[5] * e0 + r[6] * e1);
        double z_linked =
            scale * (r[20] * e0 + r[21] * e1 + r[22] * e2 + r[23] * e3 + r[24] * e4);
        m->z_capex[p] = scale * (r[10] * e0 + r[11] * e1 + r[12] * e2);
        m->z_macro[p] = scale * (r[15] * e0 + r[16] * e1 + r[17] * e2 + r[18] * e3);

        /* 1 */
        double shock = z[U_SHOCK][p] < c.shock_probability ? 1.0 : 0.0;
        double loss = -c.shock_loss_mean * shock * vlog(z[U_SIZE][p]);
        double share = (c.boom_debt0 + m->net_bonds[p]) * share_factor;
        double x = m->log_spread[p], linked = m->linked[p], jump = m->failure_jump[p];
        double boost = (shock > 0.0 ? c.shock_hazard_multiple : 1.0) *
                       (1.0 + c.vigilante * positive(share - c.vigilante_share)) *
                       vexp(c.fear_spread * positive(x - c.log_fear_spread)) *
                       (1.0 + c.fear_glut * m->idle[p]) *
                       (1.0 + c.fear_linked * positive(linked)) *
                       (1.0 + c.fear_failure * jump);
        double regime = m->regime[p], u = z[U_REGIME][p];
        double lower = by_regime(regime, c.hazard_lower) * (regime < 0.5 ? boost : 1.0);
        double upper = by_regime(regime, c.hazard_upper) * (regime < 1.5 ? boost : 1.0);
        double total = lower + upper, leave = 1.0 - vexp(-0.25 * total);
        double to_lower = regime < 0.5 ? 1.0 : 0.0, to_upper = regime > 1.5 ? 1.0 : 2.0;
        double other = u * total <= leave * lower ? to_lower : to_upper;
        regime = u <= leave ? other : regime;

        /* 2 */
        double mean = by_regime(regime, c.log_oas_mean);
        x = mean + (x - mean) * c.oas_decay + by_regime(regime, c.oas_deviation) * z_spread + jump;
        x += z[U_JUMP][p] < c.jump_probability ? c.jump_mean + c.jump_sigma * z[E_JUMP][p] : 0.0;
        x = least(x, c.log_oas_cap);

        /* 3 */
        double crowding = 1.0 - m->demand[p] * m->saturation_inverse[p];
        double d = 0.25 * (m->speed[p] * crowding - c.demand_drift) +
                   c.demand_deviation * z_demand - loss;
        m->share[p] = share;
        m->regime[p] = regime;
        m->log_spread[p] = x;
        m->log_demand[p] += d;
        m->linked[p] = linked * c.linked_decay + c.linked_beta * d + c.linked_deviation * z_linked;
        m->oas[p] = vexp(x);
        m->equity_price[p] =
            vexp(c.equity_beta * (c.log_oas0 - x)) * by_regime(regime, c.access_equity);
        m->collateral[p] = vexp(x + m->premium_bonds[p]) + c.secured_extra_bp;
        m->capital[p] = 0.0;
    }
}

static void enter_service(market_rows *restrict m, issuer_rows *restrict s,
                          const parameters *restrict given, int i)
{
    const issuer_parameters f = given->issuers[i];
    const double decay = given->market.capital_decay;
    FOR_PATHS {
        double out_first = f.pipeline_rate * s->first_stage[p];
        double out_second = f.pipeline_rate * s->second_stage[p];
        double capital = s->capital[p] * decay + out_second;
        s->capital[p] = capital;
        s->second_stage[p] += out_first - out_second;
        s->first_stage[p] -= out_first;
        m->capital[p] += f.relative_yield * capital;
    }
}

/* Step 5 but for the issuers' part, and what the quarter's sums over issuers start from. */
static void use_capacity(market_rows *restrict m, row *restrict z,
                         const parameters *restrict given)
{
    const market_parameters c = given->market;
    const double p_inverse = 1.0 / c.util_power;
    const double log_kept = log(most(1.0 - c.anchor_share, 1e-30));
    double any_leaves = 0.0;
    row log_gluts, logs_used, leaving;
#pragma omp simd reduction(max : any_leaves)
    for (int p = 0; p < BLOCK; p++) {
        double log_capital = vlog(m->capital[p]);
        double log_demand = m->log_demand[p];
        /* ln of the glut needs no logarithm of its own: demand and yield are kept as logs too. */
        double log_glut = m->log_yield[p] + log_capital - log_demand;
        double log_used = -p_inverse * vlog(1.0 + vexp(c.util_power * log_glut));
        double idle = positive(c.comfort_utilisation - vexp(log_used));
        double stays = vexp(-0.25 * c.anchor_hazard * (1.0 + c.anchor_glut * idle));
        double lost = m->anchor_lost[p];
        double leaves = lost < 0.5 && z[U_ANCHOR][p] < 1.0 - stays ? 1.0 : 0.0;
        any_leaves = most(any_leaves, leaves);
        leaving[p] = leaves;
        log_gluts[p] = log_glut;
        logs_used[p] = log_used;
        m->log_capital[p] = log_capital;
    }
    /* The anchor leaves once at most: most blocks have nothing to work out again. */
    if (any_leaves > 0.0)
        FOR_PATHS {
            double log_glut = log_gluts[p] - leaving[p] * log_kept;
            m->log_demand[p] += leaving[p] * log_kept;
            log_gluts[p] = log_glut;
            logs_used[p] = -p_inverse * vlog(1.0 + vexp(c.util_power * log_glut));
        }
    FOR_PATHS {
        double log_glut = log_gluts[p], log_used = logs_used[p], log_demand = m->log_demand[p];
        double lost = m->anchor_lost[p] + leaving[p];
        double used = vexp(log_used);
        double spot = vexp(log_used + c.scarcity * positive(-log_glut));
        double idle = positive(c.comfort_utilisation - used);

        m->demand[p] = vexp(log_demand);
        m->anchor_lost[p] = lost;
        m->utilisation[p] = used;
        m->idle[p] = idle;
        m->spot[p] = spot;
        m->contracted[p] = lost > 0.5 ? c.anchor_recovery * spot : 1.0;
        m->prepaid[p] = least(spot, 1.0) * (lost > 0.5 ? c.anchor_recovery : 1.0);
        m->health[p] = vexp(-c.private_gamma * (positive(m->linked[p]) + c.private_glut * idle));
        m->pull[p] = 0.0;
        m->pull_weight[p] = 0.0;
        m->asked[p] = 0.0;
        m->asked_high_yield[p] = 0.0;
        m->failing_debt[p] = 0.0;
    }
}

/* --------------------------------------------------------------------- steps 5 to 9: issuers */

/* Revenues, grade and spread, cash flow; the issuer's pull in the race. */
static void operate(market_rows *restrict m, issuer_rows *restrict s, row *restrict z,
                    const parameters *restrict given, int i, int k)
{
    const market_parameters c = given->market;
    const issuer_parameters f = given->issuers[i];
    const issuer_schedule *of = &given->issuer_schedules[i];
    const double plan = of->capex_plan[k], leases = of->leases[k], lease_debt = of->lease_debt[k];
    const double season = of->seasonality[k % 4], capex_convexity = of->capex_convexity[k];
    const double t = 0.25 * (k + 1), after_tax = 1.0 - c.tax, margin = 1.0 - c.variable_cost;
    const double log_share = log(most(f.capacity_share0, 1e-300)) - log(f.relative_yield);
    const double equity = 0.25 * f.equity_access * f.market_cap;
    const double inverse_value = 1.0 / f.value0;
    FOR_PATHS {
        /* 5 */
        double capital = s->capital[p];
        double capacity = 0.25 * m->yield[p] * f.relative_yield * capital;
        double sales = capacity * (f.contracted_share * m->contracted[p] +
                                   (1.0 - f.contracted_share) * m->spot[p]);
        double profit = margin * sales - c.fixed_cost * capacity;
        /* 6; an issuer that starts without capacity does not fall behind */
        double lag = positive(log_share + m->log_capital[p] - vlog(most(capital, 1e-300)));
        double revenue = s->revenue[p] * vexp(s->growth[p] - 0.25 * c.obsolescence * lag +
                                              f.core_common * m->z_macro[p] +
                                              f.core_own * z[Z_REVENUE][p]);
        /* 7 */
        double debt = s->debt[p], cash = s->cash[p], alive = s->alive[p];
        double year = s->cash_flow_year[p];
        double floored = most(year, f.flow_floor), owed = debt + lease_debt;
        double falls = alive > 0.5 && owed > f.fall_leverage * floored ? 1.0 : 0.0;
        double grade = most(s->grade[p], falls);
        double leverage = positive(owed - cash) / floored;
        double eta = s->idiosyncratic[p] * c.idio_decay + f.idio_deviation * z[Z_SPREAD][p];
        double premium = grade > 0.5 ? m->premium_high_yield[p] : m->premium_bonds[p];
        double spread = vexp(m->log_spread[p] + premium + eta + f.log_spread0 +
                             c.spread_leverage * vlog(1.0 + leverage) +
                             c.fall_spread * (grade - f.high_yield));
        /* 8 */
        double core = f.core_margin * revenue - f.core_fixed;
        double interest = 0.25 * (s->coupon[p] * debt - c.risk_free * (cash - f.cash));
        double extra = after_tax * (profit - interest - leases);
        double earned = s->advance[p] * c.earned_rate;
        double noise = vexp(f.cash_flow_noise * z[Z_FLOW][p] - f.flow_convexity);
        /* 9 */
        double deviation = s->log_deviation[p] * c.capex_decay +
                           f.capex_common * m->z_capex[p] + f.capex_own * z[Z_CAPEX][p];
        double programme = deviation + s->capex_growth[p] * t - capex_convexity;
        double weight = plan * alive;
        /* 10.2a */
        double value = least(3.0, (positive(year) + c.value_revenue * s->sales_year[p]) *
                                      inverse_value);

        s->revenue[p] = revenue;
        s->idiosyncratic[p] = eta;
        s->grade[p] = grade;
        s->spread[p] = most(least(spread, c.spread_cap_bp), 1.0);
        s->run_rate[p] = core + extra;
        s->advance[p] -= earned;
        s->unearned[p] = -alive * earned;
        s->ocf[p] = alive * (season * (core + fabs(core) * (noise - 1.0)) + extra - earned);
        s->log_deviation[p] = deviation;
        s->log_programme[p] = programme;
        s->saleable[p] = equity * value * m->equity_price[p];
        s->sales_year[p] = 0.75 * s->sales_year[p] + revenue + sales;
        m->pull[p] += weight * (s->log_factor[p] + c.race * programme);
        m->pull_weight[p] += weight;
    }
}

/* The pack, and how much it pulls a quarter: not at all where there is none. */
static void find_pack(market_rows *restrict m, const parameters *restrict given)
{
    const double rivalry = 0.25 * given->market.rivalry;
    FOR_PATHS {
        double weight = m->pull_weight[p];
        m->pull[p] /= most(weight, 1e-300);
        m->pull_weight[p] = weight > 0.0 ? rivalry : 0.0;
    }
}

/* ----------------------------------------------------------------------------------- step 10 */

/* Planned capex, the need, cash above target, shares as a programme, what is asked of bonds. */
static void plan_and_ask_bonds(market_rows *restrict m, issuer_rows *restrict s,
                               const parameters *restrict given, int i, int k)
{
    const market_parameters c = given->market;
    const issuer_parameters f = given->issuers[i];
    const issuer_schedule *of = &given->issuer_schedules[i];
    const double plan = of->capex_plan[k], maturing = of->maturities[k];
    const double lease_debt = of->lease_debt[k];
    const double glut_discipline = 0.25 * c.glut_discipline, chase = 0.25 * c.chase;
    const double discipline_cap = 100.0 * c.discipline_cap;
    const double dividends = 0.25 * f.dividends, investments = 0.25 * f.investments;
    FOR_PATHS {
        /* 9 */
        double alive = s->alive[p], spread = s->spread[p], regime = m->regime[p];
        double log_factor = s->log_factor[p], price = least(f.spread_bp / spread, 1.0);
        double wider = least(positive(spread - f.spread_bp), discipline_cap);
        double scarce = positive(m->utilisation[p] - c.comfort_utilisation);
        log_factor += m->pull_weight[p] * (m->pull[p] - log_factor) - f.discipline_rate * wider +
                      chase * scarce * price - glut_discipline * m->idle[p];
        double planned = alive * plan * vexp(s->log_programme[p] + log_factor);

        /* 10 */
        double due = alive * maturing;
        double due_bonds = least(due, s->bonds[p]);
        double due_secured = least(due - due_bonds, s->secured[p]);
        due = due_bonds + due_secured;
        double prepaid = f.prepaid_rate * planned * m->prepaid[p];
        double invested = regime < 0.5 ? alive * investments : 0.0;
        double ocf = s->ocf[p] + prepaid;
        double net = f.own_share * planned + alive * dividends + invested + due - ocf;
        double target = most(f.target_floor, f.cover_rate * planned);
        double left = positive(net), cash = s->cash[p];
        double from_cash = least(left, positive(cash - target));
        cash -= from_cash;
        left -= from_cash;
        double ahead = c.prefund_speed * positive(target - cash - positive(-net));
        double wanted = alive * most(left, ahead);
        double saleable = s->saleable[p];
        double shares = regime < 0.5 ? least(f.equity_mix * wanted, saleable) : 0.0;
        double used = least(left, shares);
        cash += shares - used;
        left -= used;

        double capital = s->capital[p], in_work = s->first_stage[p] + s->second_stage[p];
        double pledge = capital + in_work + f.buildout_share * planned;
        double assets = pledge + positive(f.other_capital + s->other_capital[p]) + cash;
        double limit =
            most(f.leverage_limit * positive(s->cash_flow_year[p]), f.asset_limit * assets);
        double room = positive(limit - (s->debt[p] + lease_debt - due));
        double grade = s->grade[p];
        double access = grade > 0.5 ? by_regime(regime, c.access_high_yield)
                                    : by_regime(regime, c.access_bonds);
        double ask = least(wanted - shares, least(room, f.bond_quarter_cap) * price * access);

        s->log_factor[p] = log_factor;
        s->planned[p] = planned;
        s->pledge[p] = pledge;
        s->bonds[p] -= due_bonds;
        s->secured[p] -= due_secured;
        s->advance[p] += prepaid;
        s->unearned[p] += prepaid;
        s->ocf[p] = ocf;
        s->net[p] = net;
        s->cash[p] = cash;
        s->left[p] = left;
        s->saleable[p] = saleable - shares;
        s->ask[p] = ask;
        s->total_programme[p] += shares;
        s->total_prepaid[p] += prepaid;
        s->total_invested[p] += invested;
        m->net_bonds[p] -= (1.0 - grade) * due_bonds;
        m->asked[p] += (1.0 - grade) * ask;
        m->asked_high_yield[p] += grade * ask;
    }
}

INLINE double share_served(double asked, double capacity)
{
    return capacity / most(most(asked, capacity), 1e-300);
}

/* The share of the asks that a channel's lenders serve; clears the sum for the next channel. */
INLINE void ration(market_rows *restrict m, const double access[3], double absorb, int by_health)
{
    FOR_PATHS {
        double capacity = absorb * by_regime(m->regime[p], access);
        capacity *= by_health ? m->health[p] : 1.0;
        m->served[p] = share_served(m->asked[p], capacity);
        m->asked[p] = 0.0;
    }
}

/* The same of both bond markets; what they sell moves their premiums and the boom's share. */
static void ration_bonds(market_rows *restrict m, const parameters *restrict given, int k)
{
    const market_parameters c = given->market;
    const market_schedule *of = &given->market_schedule;
    const double absorb = of->absorb_bonds[k], absorb_high_yield = of->absorb_high_yield[k];
    const double rate = of->premium_rate_bonds[k];
    const double rate_high_yield = of->premium_rate_high_yield[k];
    FOR_PATHS {
        double regime = m->regime[p], asked = m->asked[p];
        double asked_high_yield = m->asked_high_yield[p];
        double served = share_served(asked, absorb * by_regime(regime, c.access_bonds));
        double served_high_yield = share_served(
            asked_high_yield, absorb_high_yield * by_regime(regime, c.access_high_yield));
        double sold = asked * served;
        m->served[p] = served;
        m->served_high_yield[p] = served_high_yield;
        m->premium_bonds[p] =
            m->premium_bonds[p] * c.premium_decay + rate * sold - c.premium_loss_bonds;
        m->premium_high_yield[p] = m->premium_high_yield[p] * c.premium_decay +
                                   rate_high_yield * asked_high_yield * served_high_yield -
                                   c.premium_loss_high_yield;
        m->net_bonds[p] += sold;
        m->asked[p] = 0.0;
    }
}

static void serve_bonds_ask_secured(market_rows *restrict m, issuer_rows *restrict s,
                                    const parameters *restrict given, int i)
{
    const market_parameters c = given->market;
    const issuer_parameters f = given->issuers[i];
    FOR_PATHS {
        double served = s->grade[p] > 0.5 ? m->served_high_yield[p] : m->served[p];
        double sold = s->ask[p] * served, left = s->left[p];
        double used = least(sold, left);
        left -= used;
        double room = positive(f.secured_advance * s->pledge[p] - s->secured[p]) *
                      by_regime(m->regime[p], c.access_secured);
        double ask = least(left, room);
        s->bonds_sold[p] = sold;
        s->cash[p] += sold - used;
        s->left[p] = left;
        s->secured_room[p] = room;
        s->ask[p] = ask;
        m->asked[p] += ask;
    }
}

static void serve_secured_ask_private(market_rows *restrict m, issuer_rows *restrict s,
                                      const parameters *restrict given, int i)
{
    const market_parameters c = given->market;
    const issuer_parameters f = given->issuers[i];
    FOR_PATHS {
        double sold = s->ask[p] * m->served[p], left = s->left[p] - sold;
        double room = positive(f.private_advance * s->pledge[p] - s->private[p]);
        double willing = by_regime(m->regime[p], c.access_private) * m->health[p];
        double ask = least(left, room * willing);
        s->secured_sold[p] = sold;
        s->left[p] = left;
        s->ask[p] = ask;
        m->asked[p] += ask;
    }
}

/* From private credit to the cut, the surplus, a run, step 11, the issuer's part of step 12. */
static void settle(market_rows *restrict m, issuer_rows *restrict s,
                   const parameters *restrict given, int i)
{
    const market_parameters c = given->market;
    const issuer_parameters f = given->issuers[i];
    const double dividends = 0.25 * f.dividends, buybacks = 0.25 * f.buybacks;
    const double investments = 0.25 * f.investments, inverse_own_share = 1.0 / f.own_share;
    const double private_extra = 1e-4 * c.private_extra_bp;
    const double revolver_extra = 1e-4 * c.revolver_extra_bp;
    double any_cut = 0.0;
    row capex;
#pragma omp simd reduction(max : any_cut)
    for (int p = 0; p < BLOCK; p++) {
        /* 10.4 to 10.10 */
        double private_sold = s->ask[p] * m->served[p], left = s->left[p] - private_sold;
        double cash = s->cash[p], revolver = s->revolver[p], planned = s->planned[p];
        double from_cash = least(left, positive(cash - f.cash_min));
        left -= from_cash;
        cash -= from_cash;
        double drawn = least(left, positive(f.revolver - revolver));
        left -= drawn;
        double equity = least(left, s->saleable[p]);
        left -= equity;
        double cut = least(left, f.cut_share * planned);
        left -= cut;
        left -= least(left, dividends);
        double alive = s->alive[p], net = s->net[p], regime = m->regime[p];

        /* A surplus; with a need all of it is 0. */
        double surplus = positive(-net);
        double repaid = least(surplus, revolver);
        surplus -= repaid;
        double target = most(f.target_floor, f.cover_rate * planned);
        double refill = least(surplus, positive(target - cash));
        surplus -= refill;
        cash += refill + surplus - least(surplus, buybacks);
        revolver -= repaid;
        double spent = positive(planned - cut * inverse_own_share);
        capex[p] = spent;
        any_cut = most(any_cut, cut);

        /* A run: what must be paid is the net outflow less what can be left out. */
        double bonds_sold = s->bonds_sold[p], secured_sold = s->secured_sold[p];
        double invested = regime < 0.5 ? investments : 0.0;
        double must = positive(net - f.cut_share * planned - dividends - invested);
        double burn = 0.5 * (s->burn[p] + must);
        double liquid = positive(cash - f.cash_min) + positive(f.revolver - revolver - drawn) +
                        s->secured_room[p] - secured_sold;
        double runs = liquid < by_regime(regime, c.run_quarters) * burn ? 1.0 : 0.0;
        double unmet = left > c.fail_tolerance * positive(net) ? 1.0 : 0.0;
        double fails = alive * most(unmet, runs);

        /* 11 */
        double spread = s->spread[p];
        double secured_new = secured_sold + f.finance_lease_share * spent;
        double rate = c.risk_free + 1e-4 * spread;
        double secured_rate = c.risk_free + 1e-4 * least(spread, m->collateral[p]);
        double bonds = s->bonds[p], secured = s->secured[p], private = s->private[p];
        double remaining = bonds + secured + private + revolver;
        double debt = remaining + bonds_sold + secured_new + private_sold + drawn;
        double interest = s->coupon[p] * remaining + secured_rate * secured_new +
                          rate * (bonds_sold + private_sold + drawn) +
                          private_extra * private_sold + revolver_extra * drawn;
        s->coupon[p] = debt > 0.0 ? interest / debt : s->coupon[p];
        s->bonds[p] = bonds + bonds_sold;
        s->secured[p] = secured + secured_new;
        s->private[p] = private + private_sold;
        s->revolver[p] = revolver + drawn;
        s->debt[p] = debt;
        s->cash[p] = cash;
        s->burn[p] = burn;

        double ocf = s->ocf[p], other = s->other_capital[p];
        double new_capital = s->capital[p] - f.buildout_capital + other;
        double written_off =
            0.25 * (f.depreciation_amortisation + c.book_depreciation * new_capital);
        s->first_stage[p] += f.buildout_share * spent;
        s->other_capital[p] =
            other + (1.0 - f.buildout_share) * spent - 0.25 * f.depreciation_other;

        /* 12 */
        s->cash_flow_year[p] = 0.75 * s->cash_flow_year[p] + s->run_rate[p];
        s->alive[p] = alive - fails;
        m->failing_debt[p] += fails * debt;

        double high_yield_sold = s->grade[p] * bonds_sold;
        s->year_ocf[p] += ocf;
        s->year_capex[p] += spent;
        s->year_profit[p] += ocf - s->unearned[p] - alive * written_off;
        s->total_bonds[p] += bonds_sold - high_yield_sold;
        s->total_high_yield[p] += high_yield_sold;
        s->total_secured[p] += secured_sold;
        s->total_revolver[p] += drawn;
        s->total_equity[p] += equity;
        s->total_cut[p] += cut;
    }
    /* Cuts are rare: most blocks have none to take the logarithm of. */
    if (any_cut > 0.0)
        FOR_PATHS {
            double kept = capex[p] / most(s->planned[p], 1e-300);
            s->log_factor[p] += capex[p] < s->planned[p] ? vlog(most(kept, 0.05)) : 0.0;
        }
}

static void close_market(market_rows *restrict m, const parameters *restrict given)
{
    const market_parameters c = given->market;
    double owed = 0.0;
    for (int i = 0; i < ISSUERS; i++)
        owed += given->issuers[i].debt0;
    const double jump = owed > 0.0 ? c.failure_jump / owed : 0.0;
    FOR_PATHS m->failure_jump[p] = least(jump * m->failing_debt[p], c.failure_jump_cap);
}

/* ------------------------------------------------------------------------------------ totals */

/* `live` paths of a block are added up: all of it but for the last block of a run. */
INLINE void add_amount(totals *t, int slot, const double *restrict values, int live)
{
    double sum = 0.0, square = 0.0;
#pragma omp simd reduction(+ : sum, square)
    for (int p = 0; p < live; p++) {
        sum += values[p];
        square += values[p] * values[p];
    }
    t->sums[slot] += sum;
    t->squares[slot] += square;
}

#define COUNT(totals_, slot, condition)              \
    do {                                             \
        double count = 0.0;                          \
        _Pragma("omp simd reduction(+ : count)")     \
        for (int p = 0; p < live; p++)               \
            count += (condition) ? 1.0 : 0.0;        \
        (totals_)->counts[slot] += count;            \
    } while (0)

INLINE void add_quarter(totals *t, const block *b, int k, int live)
{
    const market_rows *m = &b->market;
    const int amount = ISSUERS * ISSUER_AMOUNTS + MARKET_AMOUNTS * k;
    add_amount(t, amount, m->oas, live);
    add_amount(t, amount + 1, m->utilisation, live);
    add_amount(t, amount + 2, m->demand, live);
    add_amount(t, amount + 3, m->share, live);
    const int event = ISSUERS * ISSUER_EVENTS + MARKET_EVENTS * k;
    COUNT(t, event, m->regime[p] == 1.0);
    COUNT(t, event + 1, m->regime[p] == 2.0);
    COUNT(t, event + 2, m->anchor_lost[p] > 0.5);
    for (int i = 0; i < ISSUERS; i++)
        COUNT(t, i * ISSUER_EVENTS + YEARS + k, b->issuers[i].alive[p] < 0.5);
}

/* The year's amounts of every issuer; they start again at 0. */
INLINE void add_year(totals *t, block *b, const parameters *given, int year, int live)
{
    row group_profit = {0.0};
    for (int i = 0; i < ISSUERS; i++) {
        issuer_rows *s = &b->issuers[i];
        const double own_share = given->issuers[i].own_share;
        row free_cash_flow;
        FOR_PATHS {
            free_cash_flow[p] = s->year_ocf[p] - own_share * s->year_capex[p];
            s->total_capex[p] += s->year_capex[p];
            group_profit[p] += s->year_profit[p];
        }
        const int amount = i * ISSUER_AMOUNTS + 4 * year;
        add_amount(t, amount, free_cash_flow, live);
        add_amount(t, amount + 1, s->year_ocf, live);
        add_amount(t, amount + 2, s->year_capex, live);
        add_amount(t, amount + 3, s->year_profit, live);
        COUNT(t, i * ISSUER_EVENTS + year, free_cash_flow[p] < 0.0);
        FOR_PATHS s->year_ocf[p] = s->year_capex[p] = s->year_profit[p] = 0.0;
    }
    if (year == YEARS - 1)
        COUNT(t, EVENTS - 1, group_profit[p] > given->market.group_profit);
}

INLINE void add_path(totals *t, const block *b, const parameters *given, int live)
{
    const int smallest = (int)given->market.smallest;
    row outside = {0.0}, failures = {0.0}, failures_but_smallest = {0.0};
    for (int i = 0; i < ISSUERS; i++) {
        const issuer_rows *s = &b->issuers[i];
        const double lease_share = given->issuers[i].finance_lease_share;
        const double private_debt = given->issuers[i].private_debt;
        row leases, private;
        FOR_PATHS {
            private[p] = s->private[p] - private_debt; // none of it is ever repaid
            leases[p] = lease_share * s->total_capex[p];
            outside[p] += s->total_programme[p] + s->total_bonds[p] + s->total_high_yield[p] +
                          s->total_secured[p] + private[p] + s->total_revolver[p] +
                          s->total_equity[p] + leases[p];
            failures[p] += 1.0 - s->alive[p];
            failures_but_smallest[p] += i == smallest ? 0.0 : 1.0 - s->alive[p];
        }
        const double *flows[FLOWS] = {
            s->total_programme, s->total_bonds,  s->total_high_yield, s->total_secured,
            private,            s->total_revolver, s->total_equity,   leases,
            s->total_cut,       s->total_prepaid, s->total_invested};
        const int amount = i * ISSUER_AMOUNTS + 4 * YEARS;
        for (int flow = 0; flow < FLOWS; flow++)
            add_amount(t, amount + flow, flows[flow], live);
        COUNT(t, i * ISSUER_EVENTS + YEARS + QUARTERS, s->total_cut[p] > 0.0);
    }
    add_amount(t, AMOUNTS - 1, outside, live);
    COUNT(t, EVENTS - 4, failures[p] > 0.5);
    COUNT(t, EVENTS - 3, failures_but_smallest[p] > 0.5);
    COUNT(t, EVENTS - 2, failures[p] > 1.5);
}

/* --------------------------------------------------------------------------------- the whole */

static void run_quarter(block *b, const parameters *given, uint64_t first_path, uint64_t seed,
                        int k)
{
    const market_parameters *c = &given->market;
    market_rows *m = &b->market;
    draw_rows *z = &b->draws;
    const market_schedule *of = &given->market_schedule;
    draw_quarter(z, first_path, seed, (uint32_t)k);
    open_market(m, z->market, given, k);
    for (int i = 0; i < ISSUERS; i++)
        enter_service(m, &b->issuers[i], given, i);
    use_capacity(m, z->market, given);
    for (int i = 0; i < ISSUERS; i++)
        operate(m, &b->issuers[i], z->issuer[i], given, i, k);
    find_pack(m, given);
    for (int i = 0; i < ISSUERS; i++)
        plan_and_ask_bonds(m, &b->issuers[i], given, i, k);
    ration_bonds(m, given, k);
    for (int i = 0; i < ISSUERS; i++)
        serve_bonds_ask_secured(m, &b->issuers[i], given, i);
    ration(m, c->access_secured, of->absorb_secured[k], 0);
    for (int i = 0; i < ISSUERS; i++)
        serve_secured_ask_private(m, &b->issuers[i], given, i);
    ration(m, c->access_private, of->absorb_private[k], 1);
    for (int i = 0; i < ISSUERS; i++)
        settle(m, &b->issuers[i], given, i);
    close_market(m, given);
}

INLINE void run_block(block *b, const parameters *given, uint64_t first_path, uint64_t seed,
                      int live, totals *t)
{
    start(b, given, first_path, seed);
    for (int k = 0; k < QUARTERS; k++) {
        run_quarter(b, given, first_path, seed, k);
        add_quarter(t, b, k, live);
        if (k % 4 == 3)
            add_year(t, b, given, k / 4, live);
    }
    add_path(t, b, given, live);
}

enum { SLICE = 64 * 64 }; // paths added up by one thread; a multiple of any BLOCK

static void run_slice(block *b, const parameters *given, int64_t from, int64_t to, uint64_t seed,
                      totals *t)
{
    for (int64_t path = from; path < to; path += BLOCK) {
        if (to - path >= BLOCK)
            run_block(b, given, (uint64_t)path, seed, BLOCK, t);
        else
            run_block(b, given, (uint64_t)path, seed, (int)(to - path), t);
    }
}

/*
 * Totals of paths 0 to paths - 1 in the order of contract.py; 0, or 1 without memory. Slices are
 * added in their order, so that the totals do not depend on the number of threads.
 */
int simulate(const parameters *given, uint64_t seed, int64_t paths, int threads, totals *result)
{
    const int64_t slices = (paths + SLICE - 1) / SLICE;
    totals *parts = calloc((size_t)slices, sizeof *parts);
    block *blocks = aligned_alloc(64, (size_t)threads * sizeof *blocks);
    if (!parts || !blocks) {
        free(parts);
        free(blocks);
        return 1;
    }
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (int64_t slice = 0; slice < slices; slice++) {
        int64_t from = slice * SLICE, to = from + SLICE < paths ? from + SLICE : paths;
#ifdef _OPENMP
        int thread = omp_get_thread_num();
#else
        int thread = 0;
#endif
        run_slice(&blocks[thread], given, from, to, seed, &parts[slice]);
    }
    memset(result, 0, sizeof *result);
    for (int64_t slice = 0; slice < slices; slice++) {
        for (int j = 0; j < AMOUNTS; j++) {
            result->sums[j] += parts[slice].sums[j];
            result->squares[j] += parts[slice].squares[j];
        }
        for (int j = 0; j < EVENTS; j++)
            result->counts[j] += parts[slice].counts[j];
    }
    free(parts);
    free(blocks);
    return 0;
}
