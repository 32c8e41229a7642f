/*
 * The model of MODEL.md by hand in C: blocks of paths side by side, rows of BLOCK doubles.
 *
 * A row holds one quantity of a block's paths, so that every loop over paths is vector code. Loops
 * are cut only where the model needs all issuers at once: for capacity, for the race and for the
 * three rationed channels. ISSUERS, QUARTERS and BLOCK are set by the compiler's command line.
 */
#include <stdlib.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#define DRAWS ((4 * ISSUERS + 12) * BLOCK)

#include "draws.h"
#include "parameters.h"

typedef double row[BLOCK] __attribute__((aligned(64)));

enum { CHANNELS = 6, ISSUER_AMOUNTS = 4 * YEARS + CHANNELS + 1, MARKET_AMOUNTS = 4 };
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
    row regime, log_spread, demand, log_demand, software, tenant_lost;
    row premium, net_bonds, failure_jump;
    /* of the quarter */
    row share, oas, z_capex, z_macro, capital, log_capital;
    row idle, utilisation, spot, contracted, health, equity_price, collateral;
    row pull, pull_weight, asked, served, bonds_sold, failing_debt;
} market_rows;

typedef struct {
    row growth, capex_growth;
    row alive, revenue, idiosyncratic, cash_flow_year;
    row capital, first_stage, second_stage, other_capital;
    row log_programme, log_factor; // ln X + drift; ln F
    row cash, bonds, secured, private, revolver, debt, coupon;
    /* of the quarter */
    row spread, run_rate, ocf, planned, net, left, ask, bonds_sold, secured_sold;
    /* of the year and of the path */
    row year_ocf, year_capex, year_profit;
    row total_capex, total_bonds, total_secured;
    row total_revolver, total_equity, total_cut;
} issuer_rows;

/* Names of a quarter's draws, two for each counter; the normals come first. */
enum { Z_REVENUE, Z_FLOW, Z_CAPEX, Z_SPREAD, ISSUER_DRAWS };
enum { E_SPREAD, E_DEMAND, E_CAPEX, E_MACRO, E_SOFTWARE, E_JUMP, E_MIXING, MARKET_NORMALS };
enum { U_JUMP = MARKET_NORMALS, U_REGIME, U_TECHNOLOGY, U_SIZE, U_TENANT, MARKET_DRAWS };
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
    FOR_PATHS {
        m->saturation_inverse[p] =
            vexp(-(c.log_saturation + c.saturation_sigma * z[SATURATION][p]));
        m->speed[p] = vexp(c.log_speed + c.speed_sigma * z[SPEED][p]);
        m->log_yield[p] = c.log_yield + c.yield_sigma * z[YIELD][p];
        m->yield[p] = vexp(m->log_yield[p]);
        m->regime[p] = c.regime_start;
        m->log_spread[p] = c.log_spread_start;
        m->demand[p] = c.demand_start;
        m->log_demand[p] = c.log_demand_start;
        m->software[p] = 0.0;
        m->idle[p] = positive(c.comfort_utilisation - c.utilisation_start);
        m->tenant_lost[p] = 0.0;
        m->premium[p] = c.premium_start;
        m->net_bonds[p] = 0.0;
        m->failure_jump[p] = 0.0;
    }
    for (int i = 0; i < ISSUERS; i++) {
        const issuer_parameters f = given->issuers[i];
        issuer_rows *s = &b->issuers[i];
        const double *z_growth = z[PATH_DRAWS + 2 * i], *z_capex = z[PATH_DRAWS + 2 * i + 1];
        FOR_PATHS {
            s->growth[p] =
                0.25 * (f.core_growth + f.core_growth_sigma * z_growth[p] + f.core_drift);
            s->capex_growth[p] = 0.25 * f.capex_growth_sigma * z_capex[p];
            s->alive[p] = 1.0;
            s->revenue[p] = f.core_revenue;
            s->cash_flow_year[p] = f.ocf;
            s->capital[p] = f.ai_capital;
            s->first_stage[p] = 0.5 * f.construction;
            s->second_stage[p] = 0.5 * f.construction;
            s->cash[p] = f.cash;
            s->bonds[p] = f.bonds;
            s->secured[p] = f.secured_debt;
            s->private[p] = f.private_debt;
            s->debt[p] = f.bonds + f.secured_debt + f.private_debt;
            s->coupon[p] = f.coupon;
        }
    }
}

/* --------------------------------------------------------------------- steps 1 to 5: markets */

static void open_market(market_rows *restrict m, row *restrict z,
                        const parameters *restrict given, int k)
{
    const market_parameters c = given->market;
    const double *r = c.root, share_factor = given->market_schedule.share_factor[k];
    FOR_PATHS {
        double v = most(c.mixing_mean + c.mixing_sigma * z[E_MIXING][p], 0.1);
        double scale = c.mixing_scale / (v * sqrt(v));
        double e0 = z[E_SPREAD][p], e1 = z[E_DEMAND][p], e2 = z[E_CAPEX][p];
        double e3 = z[E_MACRO][p], e4 = z[E_SOFTWARE][p];
        double z_spread = scale * (r[0] * e0);
        double z_demand = scale * (r[1] * e0 + r[2] * e1);
        double z_software =
            scale * (r[10] * e0 + r[11] * e1 + r[12] * e2 + r[13] * e3 + r[14] * e4);
        m->z_capex[p] = scale * (r[3] * e0 + r[4] * e1 + r[5] * e2);
        m->z_macro[p] = scale * (r[6] * e0 + r[7] * e1 + r[8] * e2 + r[9] * e3);

        /* 1 */
        double shock = z[U_TECHNOLOGY][p] < c.technology_probability ? 1.0 : 0.0;
        double loss = -c.technology_loss * shock * vlog(z[U_SIZE][p]);
        double share = (c.debt_share_start + m->net_bonds[p]) * share_factor;
        double x = m->log_spread[p], software = m->software[p], jump = m->failure_jump[p];
        double boost = (shock > 0.0 ? c.technology_multiple : 1.0) *
                       (1.0 + c.vigilante * positive(share - c.vigilante_share)) *
                       vexp(c.fear_spread * positive(x - c.log_fear_spread)) *
                       (1.0 + c.fear_glut * m->idle[p]) *
                       (1.0 + c.fear_software * positive(software)) *
                       (1.0 + c.fear_failure * jump);
        double regime = m->regime[p], u = z[U_REGIME][p];
        double lower = by_regime(regime, c.hazard_lower) * (regime < 0.5 ? boost : 1.0);
        double upper = by_regime(regime, c.hazard_upper) * (regime < 1.5 ? boost : 1.0);
        double total = lower + upper, leave = 1.0 - vexp(-0.25 * total);
        double to_lower = regime < 0.5 ? 1.0 : 0.0, to_upper = regime > 1.5 ? 1.0 : 2.0;
        double other = u * total <= leave * lower ? to_lower : to_upper;
        regime = u <= leave ? other : regime;

        /* 2 */
        double mean = by_regime(regime, c.log_spread_mean);
        x = mean + (x - mean) * c.spread_decay + by_regime(regime, c.spread_step) * z_spread + jump;
        x += z[U_JUMP][p] < c.jump_probability ? c.jump_mean + c.jump_sigma * z[E_JUMP][p] : 0.0;
        x = least(x, c.log_spread_cap);

        /* 3 */
        double crowding = 1.0 - m->demand[p] * m->saturation_inverse[p];
        double d = 0.25 * (m->speed[p] * crowding + c.demand_drift) + c.demand_step * z_demand -
                   loss;
        m->share[p] = share;
        m->regime[p] = regime;
        m->log_spread[p] = x;
        m->log_demand[p] += d;
        m->software[p] =
            software * c.software_decay + c.software_beta * d + c.software_step * z_software;
        m->oas[p] = vexp(x);
        m->equity_price[p] = vexp(c.equity_beta * (c.log_spread_start - x));
        m->collateral[p] = vexp(x + m->premium[p] - c.premium_start) + c.secured_extra;
        m->capital[p] = 0.0;
    }
}

static void enter_service(market_rows *restrict m, issuer_rows *restrict s,
                          const parameters *restrict given, int i)
{
    const issuer_parameters f = given->issuers[i];
    const double decay = given->market.capital_decay;
    FOR_PATHS {
        double out_first = f.pipeline_outflow * s->first_stage[p];
        double out_second = f.pipeline_outflow * s->second_stage[p];
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
    const double p_inverse = 1.0 / c.utilisation_power;
    double any_leaves = 0.0;
    row log_gluts, logs_used, leaving;
#pragma omp simd reduction(max : any_leaves)
    for (int p = 0; p < BLOCK; p++) {
        double log_capital = vlog(m->capital[p]);
        double log_demand = m->log_demand[p];
        /* ln of the glut needs no logarithm of its own: demand and yield are kept as logs too. */
        double log_glut = m->log_yield[p] + log_capital - log_demand;
        double log_used = -p_inverse * vlog(1.0 + vexp(c.utilisation_power * log_glut));
        double idle = positive(c.comfort_utilisation - vexp(log_used));
        double stays = vexp(-0.25 * c.tenant_hazard * (1.0 + c.tenant_glut * idle));
        double lost = m->tenant_lost[p];
        double leaves = lost < 0.5 && z[U_TENANT][p] < 1.0 - stays ? 1.0 : 0.0;
        any_leaves = most(any_leaves, leaves);
        leaving[p] = leaves;
        log_gluts[p] = log_glut;
        logs_used[p] = log_used;
        m->log_capital[p] = log_capital;
    }
    /* Tenants leave once at most: most blocks have nothing to work out again. */
    if (any_leaves > 0.0)
        FOR_PATHS {
            double log_glut = log_gluts[p] - leaving[p] * c.log_tenant_kept;
            m->log_demand[p] += leaving[p] * c.log_tenant_kept;
            log_gluts[p] = log_glut;
            logs_used[p] = -p_inverse * vlog(1.0 + vexp(c.utilisation_power * log_glut));
        }
    FOR_PATHS {
        double log_glut = log_gluts[p], log_used = logs_used[p], log_demand = m->log_demand[p];
        double lost = m->tenant_lost[p] + leaving[p];
        double used = vexp(log_used);
        double spot = vexp(log_used + c.scarcity * positive(-log_glut));
        double idle = positive(c.comfort_utilisation - used);

        m->demand[p] = vexp(log_demand);
        m->tenant_lost[p] = lost;
        m->utilisation[p] = used;
        m->idle[p] = idle;
        m->spot[p] = spot;
        m->contracted[p] = lost > 0.5 ? c.tenant_recovery * spot : 1.0;
        m->health[p] =
            vexp(-c.private_gamma * (positive(m->software[p]) + c.private_glut * idle));
        m->pull[p] = 0.0;
        m->pull_weight[p] = 0.0;
        m->asked[p] = 0.0;
        m->bonds_sold[p] = 0.0;
        m->failing_debt[p] = 0.0;
    }
}

/* --------------------------------------------------------------------- steps 5 to 9: issuers */

/* AI revenue, core revenue, spread, cash flow; the issuer's pull in the race. */
static void operate(market_rows *restrict m, issuer_rows *restrict s, row *restrict z,
                    const parameters *restrict given, int i, int k)
{
    const market_parameters c = given->market;
    const issuer_parameters f = given->issuers[i];
    const issuer_schedule *of = &given->issuer_schedules[i];
    const double plan = of->plan[k], leases = of->leases[k], lease_debt = of->lease_debt[k];
    const double season = of->season[k], capex_drift = of->capex_drift[k];
    const double half_variance = 0.5 * c.cash_flow_noise * c.cash_flow_noise;
    FOR_PATHS {
        /* 5 */
        double capital = s->capital[p];
        double earned = f.contracted_share * m->contracted[p] +
                        (1.0 - f.contracted_share) * m->spot[p];
        double ai_profit = 0.25 * m->yield[p] * f.relative_yield * capital *
                           (c.variable_margin * earned - c.fixed_cost);
        /* 6 */
        double lag = positive(f.log_share_start + m->log_capital[p] - vlog(capital));
        double revenue = s->revenue[p] * vexp(s->growth[p] - 0.25 * c.obsolescence * lag +
                                              f.core_market * m->z_macro[p] +
                                              f.core_own * z[Z_REVENUE][p]);
        /* 7 */
        double debt = s->debt[p];
        double net_debt = positive(debt + lease_debt - s->cash[p]);
        double geared = least(net_debt / most(s->cash_flow_year[p], f.cash_flow_floor),
                              c.leverage_cap);
        double eta = s->idiosyncratic[p] * c.idio_decay + f.idio_step * z[Z_SPREAD][p];
        double spread = vexp(m->log_spread[p] + m->premium[p] + eta +
                             c.spread_leverage * geared + f.log_spread_offset);
        /* 8 */
        double core = f.core_margin * revenue;
        double extra =
            c.after_tax * (ai_profit - 0.25 * s->coupon[p] * debt - leases);
        double noise = vexp(c.cash_flow_noise * z[Z_FLOW][p] - half_variance);
        /* 9 */
        double log_programme = s->log_programme[p] + s->capex_growth[p] + capex_drift +
                               f.capex_market * m->z_capex[p] + f.capex_own * z[Z_CAPEX][p];
        double weight = plan * s->alive[p];

        s->revenue[p] = revenue;
        s->idiosyncratic[p] = eta;
        s->spread[p] = most(least(spread, c.spread_cap), 1.0);
        s->run_rate[p] = core + extra;
        s->ocf[p] = s->alive[p] * (core * season * noise + extra);
        s->log_programme[p] = log_programme;
        m->pull[p] += weight * (s->log_factor[p] + c.race * log_programme);
        m->pull_weight[p] += weight;
    }
}

static void find_pack(market_rows *restrict m)
{
    /* Without a survivor the pack pulls nobody: any finite number will do. */
    FOR_PATHS m->pull[p] /= most(m->pull_weight[p], 1e-300);
}

/* ----------------------------------------------------------------------------------- step 10 */

/* Planned capex, the need, cash above target, and what is asked of the bond market. */
static void plan_and_ask_bonds(market_rows *restrict m, issuer_rows *restrict s,
                               const parameters *restrict given, int i, int k)
{
    const market_parameters c = given->market;
    const issuer_parameters f = given->issuers[i];
    const issuer_schedule *of = &given->issuer_schedules[i];
    const double plan = of->plan[k], maturing = of->maturities[k], lease_debt = of->lease_debt[k];
    const double rivalry = 0.25 * c.rivalry, glut_discipline = 0.25 * c.glut_discipline;
    const double discipline_cap = 100.0 * c.discipline_cap;
    FOR_PATHS {
        double alive = s->alive[p], spread = s->spread[p];
        double log_factor = s->log_factor[p];
        double wider = least(positive(spread - f.spread), discipline_cap);
        log_factor += rivalry * (m->pull[p] - log_factor) - f.discipline * wider -
                      glut_discipline * m->idle[p];
        double planned = alive * plan * vexp(s->log_programme[p] + log_factor);

        double due = alive * maturing;
        double due_bonds = least(due, s->bonds[p]);
        double due_secured = least(due - due_bonds, s->secured[p]);
        due = due_bonds + due_secured;
        double net = f.own_share * planned + alive * f.dividends + due - s->ocf[p];
        double left = positive(net), cash = s->cash[p];
        double from_cash = least(left, positive(cash - f.cash_target));
        cash -= from_cash;
        left -= from_cash;

        double room = f.leverage_limit * positive(s->cash_flow_year[p]) -
                      (s->debt[p] + lease_debt - due);
        double price = least(f.spread / spread, 1.0);
        double limit = least(positive(room), f.bond_quarter_cap) * price *
                       by_regime(m->regime[p], f.bond_access);
        double wish = cash < f.prefund_below ? f.prefund * planned : 0.0;
        double ask = least(most(left, wish), limit);

        s->log_factor[p] = log_factor;
        s->planned[p] = planned;
        s->bonds[p] -= due_bonds;
        s->secured[p] -= due_secured;
        s->net[p] = net;
        s->cash[p] = cash;
        s->left[p] = left;
        s->ask[p] = ask;
        m->net_bonds[p] -= due_bonds;
        m->asked[p] += ask;
    }
}

/* The share of the asks that a channel's lenders serve; clears the sum for the next channel. */
INLINE void ration(market_rows *restrict m, const double access[3], double absorb, int by_health)
{
    FOR_PATHS {
        double capacity = absorb * by_regime(m->regime[p], access);
        capacity *= by_health ? m->health[p] : 1.0;
        m->served[p] = capacity / most(most(m->asked[p], capacity), 1e-300);
        m->asked[p] = 0.0;
    }
}

static void serve_bonds_ask_secured(market_rows *restrict m, issuer_rows *restrict s,
                                    const parameters *restrict given, int i)
{
    const market_parameters c = given->market;
    const issuer_parameters f = given->issuers[i];
    FOR_PATHS {
        double sold = s->ask[p] * m->served[p], left = s->left[p];
        double used = least(sold, left);
        left -= used;
        double pledge = s->capital[p] + s->first_stage[p] + s->second_stage[p] +
                        f.ai_share * s->planned[p];
        double room = positive(f.secured_advance * pledge - s->secured[p]);
        double ask = least(left, room * by_regime(m->regime[p], c.access_secured));
        s->bonds_sold[p] = sold;
        s->cash[p] += sold - used;
        s->left[p] = left;
        s->ask[p] = ask;
        m->asked[p] += ask;
        m->bonds_sold[p] += sold;
    }
}

static void serve_secured_ask_private(market_rows *restrict m, issuer_rows *restrict s,
                                      const parameters *restrict given, int i)
{
    const market_parameters c = given->market;
    const issuer_parameters f = given->issuers[i];
    FOR_PATHS {
        double sold = s->ask[p] * m->served[p], left = s->left[p] - sold;
        double pledge = s->capital[p] + s->first_stage[p] + s->second_stage[p] +
                        f.ai_share * s->planned[p];
        double room = positive(f.private_advance * pledge - s->private[p]);
        double willing = by_regime(m->regime[p], c.access_private) * m->health[p];
        double ask = least(left, room * willing);
        s->secured_sold[p] = sold;
        s->left[p] = left;
        s->ask[p] = ask;
        m->asked[p] += ask;
    }
}

/* From private credit to the cut, the surplus, step 11, and the issuer's part of step 12. */
static void settle(market_rows *restrict m, issuer_rows *restrict s,
                   const parameters *restrict given, int i)
{
    const market_parameters c = given->market;
    const issuer_parameters f = given->issuers[i];
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
        double year = s->cash_flow_year[p];
        double saleable = f.equity * positive(year) * m->equity_price[p];
        double equity = least(left, saleable * by_regime(m->regime[p], c.access_equity));
        left -= equity;
        double cut = least(left, f.flexible * planned);
        left -= cut;
        left -= least(left, f.dividends);
        double alive = s->alive[p], net = s->net[p];
        double fails = alive > 0.5 && left > c.fail_tolerance * positive(net) ? 1.0 : 0.0;

        /* A surplus; with a need all of it is 0. */
        double surplus = positive(-net);
        double repaid = least(surplus, revolver);
        surplus -= repaid;
        double refill = least(surplus, positive(f.cash_target - cash));
        surplus -= refill;
        cash += refill + surplus - least(surplus, f.buybacks);
        double spent = positive(planned - cut * f.inverse_own_share);
        capex[p] = spent;
        any_cut = most(any_cut, cut);

        /* 11 */
        double spread = s->spread[p];
        double bonds_sold = s->bonds_sold[p], secured_sold = s->secured_sold[p];
        double secured_new = secured_sold + f.finance_lease_share * spent;
        double rate = c.risk_free + 1e-4 * spread;
        double secured_rate = c.risk_free + 1e-4 * least(spread, m->collateral[p]);
        double bonds = s->bonds[p], secured = s->secured[p], private = s->private[p];
        revolver -= repaid;
        double remaining = bonds + secured + private + revolver;
        double debt = remaining + bonds_sold + secured_new + private_sold + drawn;
        double interest = s->coupon[p] * remaining + secured_rate * secured_new +
                          rate * (bonds_sold + private_sold + drawn) +
                          c.private_extra * private_sold + c.revolver_extra * drawn;
        s->coupon[p] = debt > 0.0 ? interest / debt : s->coupon[p];
        s->bonds[p] = bonds + bonds_sold;
        s->secured[p] = secured + secured_new;
        s->private[p] = private + private_sold;
        s->revolver[p] = revolver + drawn;
        s->debt[p] = debt;
        s->cash[p] = cash;

        double ocf = s->ocf[p], other = s->other_capital[p];
        double new_capital = s->capital[p] - f.ai_capital + other;
        double written_off =
            f.depreciation_amortisation + 0.25 * c.book_depreciation * new_capital;
        s->first_stage[p] += f.ai_share * spent;
        s->other_capital[p] = other + (1.0 - f.ai_share) * spent - f.depreciation_other;

        /* 12 */
        s->cash_flow_year[p] = 0.75 * year + s->run_rate[p];
        s->alive[p] = alive - fails;
        m->failing_debt[p] += fails * debt;

        s->year_ocf[p] += ocf;
        s->year_capex[p] += spent;
        s->year_profit[p] += ocf - alive * written_off;
        s->total_bonds[p] += bonds_sold;
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

static void close_market(market_rows *restrict m, const parameters *restrict given, int k)
{
    const market_parameters c = given->market;
    const double supply = c.premium_beta / (c.absorb_bonds * given->market_schedule.growth[k]);
    FOR_PATHS {
        m->premium[p] = m->premium[p] * c.premium_decay + supply * m->bonds_sold[p];
        m->net_bonds[p] += m->bonds_sold[p];
        m->failure_jump[p] = least(c.failure_jump * m->failing_debt[p], c.failure_jump_cap);
    }
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
    COUNT(t, event + 2, m->tenant_lost[p] > 0.5);
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
        COUNT(t, EVENTS - 1, group_profit[p] > given->market.profit_threshold);
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
            outside[p] += s->total_bonds[p] + s->total_secured[p] + private[p] +
                          s->total_revolver[p] + s->total_equity[p] + leases[p];
            failures[p] += 1.0 - s->alive[p];
            failures_but_smallest[p] += i == smallest ? 0.0 : 1.0 - s->alive[p];
        }
        const double *channels[CHANNELS] = {s->total_bonds,    s->total_secured, private,
                                            s->total_revolver, s->total_equity,  leases};
        const int amount = i * ISSUER_AMOUNTS + 4 * YEARS;
        for (int channel = 0; channel < CHANNELS; channel++)
            add_amount(t, amount + channel, channels[channel], live);
        add_amount(t, amount + CHANNELS, s->total_cut, live);
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
    const double growth = given->market_schedule.growth[k];
    draw_quarter(z, first_path, seed, (uint32_t)k);
    open_market(m, z->market, given, k);
    for (int i = 0; i < ISSUERS; i++)
        enter_service(m, &b->issuers[i], given, i);
    use_capacity(m, z->market, given);
    for (int i = 0; i < ISSUERS; i++)
        operate(m, &b->issuers[i], z->issuer[i], given, i, k);
    find_pack(m);
    for (int i = 0; i < ISSUERS; i++)
        plan_and_ask_bonds(m, &b->issuers[i], given, i, k);
    ration(m, c->access_bonds, c->absorb_bonds * growth, 0);
    for (int i = 0; i < ISSUERS; i++)
        serve_bonds_ask_secured(m, &b->issuers[i], given, i);
    ration(m, c->access_secured, c->absorb_secured * growth, 0);
    for (int i = 0; i < ISSUERS; i++)
        serve_secured_ask_private(m, &b->issuers[i], given, i);
    ration(m, c->access_private, c->absorb_private * growth, 1);
    for (int i = 0; i < ISSUERS; i++)
        settle(m, &b->issuers[i], given, i);
    close_market(m, given, k);
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
