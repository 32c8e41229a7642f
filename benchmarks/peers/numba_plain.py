"""Plain numba: one compiled loop, one path at a time, as MODEL.md reads.

The kind of program most people write first: @njit with fastmath, np.random inside, scalars for the
market, one small array per state variable of the issuers, allocated once and filled again for every
path. What is rare (the size of a jump, of a shock) is drawn only where it happens. One thread.

Two variants: np.random inside numba, as most people draw (a Mersenne Twister with the polar method,
whose normals are about half of the time), and a numpy.random.Generator handed to the same loop.
"""

# ruff: noqa: NPY002 - inside numba np.random is the plain way, and the state is its own

from __future__ import annotations

from math import exp, log
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload

from benchmarks.peers.contract import figures
from benchmarks.peers.figures import Case, Figures, Simulate
from benchmarks.peers.parameters import BASIS_POINT, DELTA, parameters

NAME = "numba, plain loop over paths"
FLOWS, CHANNELS = 11, 8
NP_RANDOM, GENERATOR = f"{NAME}, np.random", f"{NAME}, a Generator"


def available() -> dict[str, str | None]:
    """Both variants, None with each: nothing keeps them away."""
    return dict.fromkeys((NP_RANDOM, GENERATOR))


def prepare(case: Case, variant: str = NP_RANDOM) -> Simulate:
    p = parameters(case)

    def simulate(paths: int, seed: int) -> Figures:
        sums, squares, counts = totals(p)
        if variant == GENERATOR:
            rng = np.random.Generator(np.random.SFC64(seed))
        else:
            rng = None
            seed_np_random(seed)
        run(p, paths, rng, *sums, *squares, *counts)
        return figures(case, join(sums), join(squares), join(counts), paths)

    simulate(1, 0)  # compiles
    return simulate


@njit
def seed_np_random(seed):
    np.random.seed(seed)


# Draws from a Generator, or from np.random where there is none.


def normal(rng): ...


def uniform(rng): ...


def exponential(rng): ...


@overload(normal)
def _normal(rng):
    if rng is types.npy_rng:
        return lambda rng: rng.standard_normal()
    return lambda rng: np.random.normal()


@overload(uniform)
def _uniform(rng):
    if rng is types.npy_rng:
        return lambda rng: rng.random()
    return lambda rng: np.random.random()


@overload(exponential)
def _exponential(rng):
    if rng is types.npy_rng:
        return lambda rng: rng.standard_exponential()
    return lambda rng: np.random.exponential(1.0)


def totals(p: Any) -> tuple[tuple, tuple, tuple]:
    """Zeros for sums, squares (issuers, market, system) and counts, in the contract's order."""
    shapes = ((p.firms, 4 * p.years + FLOWS), (p.quarters, 4), (1,))
    sums, squares = (tuple(np.zeros(shape) for shape in shapes) for _ in range(2))
    shapes = ((p.firms, p.years + p.quarters + 1), (p.quarters, 3), (4,))
    return sums, squares, tuple(np.zeros(shape, np.int64) for shape in shapes)


def join(parts: tuple) -> np.ndarray:
    return np.concatenate([part.ravel() for part in parts])


@njit(fastmath=True, error_model="numpy")
def add(sums, squares, place, value):
    sums[place] += value
    squares[place] += value * value


@njit(fastmath=True, error_model="numpy")
def next_regime(p, s, boost, rng):
    h1 = p.hazard_lower[s] * (boost if s == 0 else 1.0)
    h2 = p.hazard_upper[s] * (boost if s < 2 else 1.0)
    if h1 + h2 > 0.0:
        leave = 1.0 - exp(-(h1 + h2) * DELTA)
        u = uniform(rng)
        if u < leave * h1 / (h1 + h2):
            return 1 if s == 0 else 0
        if u < leave:
            return 1 if s == 2 else 2
    return s


@njit(fastmath=True, error_model="numpy")
def market_normals(p, z, rng):
    """Five correlated normals with the tails of a Student-t."""
    chi_square = p.mixing_mean + p.mixing_sigma * normal(rng)
    factor = p.mixing_scale * max(0.1, chi_square) ** -1.5
    for j in range(5):
        z[j] = factor * normal(rng)
    for row in range(4, -1, -1):  # from below, in place
        total = 0.0
        for column in range(row + 1):
            total += p.cholesky[row, column] * z[column]
        z[row] = total


@njit(fastmath=True, error_model="numpy")
def ration(ask, capacity, firms):
    """The share of the asks that the market takes."""
    asked = 0.0
    for i in range(firms):
        asked += ask[i]
    return capacity / asked if asked > capacity else 1.0


@njit(fastmath=True, error_model="numpy")
def run(
    p, paths, rng, sums, m_sums, s_sums, squares, m_squares, s_squares, counts, m_counts, s_counts
):
    n, years = p.firms, p.years
    z = np.empty(5)
    growth_rate, capex_growth = np.empty(n), np.empty(n)  # g, c
    core_revenue, ltm, sales_year, eta = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    ln_x, ln_f, programme, other = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    capital, stage_1, stage_2, capacity = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    bonds, secured, private, revolver = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    debt, cash, coupon, spread = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    advance, burn, equity_room = np.empty(n), np.empty(n), np.empty(n)
    core, extra, ocf, sales, plan = np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    unearned, invested, target = np.empty(n), np.empty(n), np.empty(n)
    due_bonds, due_secured, need, surplus = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    pledge, left, ask, secured_room = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    new_bonds, new_secured, new_private = np.empty(n), np.empty(n), np.empty(n)
    failed, high_yield = np.empty(n, np.bool_), np.empty(n, np.bool_)
    asked, served, absorbed = np.empty(2), np.empty(2), np.empty(2)  # of both bond markets
    premium = np.empty(2)  # over those at the start
    year, total = np.empty((n, 3)), np.empty((n, FLOWS))  # ocf, capex, profit; flows

    for _ in range(paths):
        # Once a path
        saturation = p.demand_saturation * exp(p.demand_saturation_sigma * normal(rng))
        speed = p.demand_speed * exp(p.demand_speed_sigma * normal(rng))
        revenue_yield = p.revenue_yield * exp(p.revenue_yield_sigma * normal(rng))
        for i in range(n):
            growth_rate[i] = p.core_growth[i] + p.core_growth_sigma[i] * normal(rng)
            capex_growth[i] = p.capex_growth_sigma[i] * normal(rng)
        # Start
        regime, x, demand, linked, jump = p.regime0, p.log_oas0, p.demand0, 0.0, 0.0
        utilisation, net_bonds, anchor_lost = p.utilisation0, 0.0, False
        premium[:] = 0.0
        for i in range(n):
            core_revenue[i], ltm[i], eta[i] = p.core_revenue0[i], p.ocf[i], 0.0
            sales_year[i], burn[i], advance[i] = p.revenue0[i], p.burn0[i], 0.0
            ln_x[i], ln_f[i], other[i] = 0.0, 0.0, 0.0
            capital[i], stage_1[i], stage_2[i] = (
                p.buildout_capital[i],
                p.construction[i] / 2,
                p.construction[i] / 2,
            )
            bonds[i], secured[i], private[i] = p.bonds[i], p.secured_debt[i], p.private_debt[i]
            revolver[i], debt[i], cash[i], coupon[i] = 0.0, p.debt0[i], p.cash[i], p.coupon[i]
            failed[i], high_yield[i] = False, p.high_yield[i] > 0.0
        total[:] = 0.0

        for k in range(p.quarters):
            if k % 4 == 0:
                year[:] = 0.0
            # 1. Demand shock and market regime
            market_normals(p, z, rng)
            shock = uniform(rng) < p.shock_probability
            boom_share = (p.boom_debt0 + net_bonds) / p.bond_market[k]
            idle = max(p.comfort_utilisation - utilisation, 0.0)
            boost = (
                (p.shock_hazard_multiple if shock else 1.0)
                * (1.0 + p.vigilante * max(boom_share - p.vigilante_share, 0.0))
                * exp(p.fear_spread * max(x - p.log_fear_spread, 0.0))
                * (1.0 + p.fear_glut * idle)
                * (1.0 + p.fear_linked * max(linked, 0.0))
                * (1.0 + p.fear_failure * jump)
            )
            regime = next_regime(p, regime, boost, rng)

            # 2. Market spread
            mean = p.log_oas_mean[regime]
            x = mean + (x - mean) * p.oas_decay + p.oas_deviation[regime] * z[0] + jump
            if uniform(rng) < p.jump_probability:
                x += p.jump_mean + p.jump_sigma * normal(rng)
            x = min(p.log_oas_cap, x)

            # 3. Demand, and stress of the linked sector
            d = (speed * (1.0 - demand / saturation) - p.demand_drift) * DELTA
            d += p.demand_deviation * z[1]
            if shock:
                d -= p.shock_loss_mean * exponential(rng)
            demand *= exp(d)
            linked *= p.linked_decay
            linked += p.linked_beta * d + p.linked_deviation * z[4]

            # 4. Capacity
            capacity_all = 0.0
            for i in range(n):
                out_2 = p.pipeline_rate[i] * stage_2[i]
                out_1 = p.pipeline_rate[i] * stage_1[i]
                stage_2[i] += out_1 - out_2
                stage_1[i] -= out_1
                capital[i] = capital[i] * p.capital_decay + out_2
                capacity[i] = revenue_yield * p.relative_yield[i] * capital[i]
                capacity_all += capacity[i]

            # 5. Utilisation and the anchor customer
            glut = capacity_all / demand
            utilisation = (1.0 + glut**p.util_power) ** (-1.0 / p.util_power)
            if not anchor_lost:
                idle = max(p.comfort_utilisation - utilisation, 0.0)
                rate = p.anchor_hazard * (1.0 + p.anchor_glut * idle)
                if uniform(rng) < 1.0 - exp(-rate * DELTA):
                    anchor_lost = True
                    demand *= 1.0 - p.anchor_share
                    glut = capacity_all / demand
                    utilisation = (1.0 + glut**p.util_power) ** (-1.0 / p.util_power)
            idle = max(p.comfort_utilisation - utilisation, 0.0)
            scarce = max(utilisation - p.comfort_utilisation, 0.0)
            spot = utilisation
            if glut < 1.0:
                spot *= (1.0 / glut) ** p.scarcity
            contracted = p.anchor_recovery * spot if anchor_lost else 1.0
            prepaid_price = min(1.0, spot) * (p.anchor_recovery if anchor_lost else 1.0)
            equity_open = p.access_equity[regime] * exp(-p.equity_beta * (x - p.log_oas0))

            weights, pull = 0.0, 0.0
            for i in range(n):
                # 5. Revenue and cash profit of the build-out
                b = p.contracted_share[i]
                sales[i] = capacity[i] * (b * contracted + (1.0 - b) * spot) * DELTA
                profit = (1.0 - p.variable_cost) * sales[i] - p.fixed_cost * capacity[i] * DELTA
                # 6. Core business
                drift = growth_rate[i] * DELTA - p.core_convexity[i]
                share = capacity[i] / capacity_all
                if 0.0 < share < p.capacity_share0[i]:
                    drift -= p.obsolescence * DELTA * log(p.capacity_share0[i] / share)
                noise = p.core_common[i] * z[3] + p.core_own[i] * normal(rng)
                core_revenue[i] *= exp(drift + noise)
                # 7. Issuer spread and grade
                eta[i] = eta[i] * p.idio_decay + p.idio_deviation[i] * normal(rng)
                owed = debt[i] + p.lease_debt[i, k]
                floored = max(ltm[i], p.flow_floor[i])
                if not failed[i] and owed > p.fall_leverage[i] * floored:
                    high_yield[i] = True
                leverage = max(owed - cash[i], 0.0) / floored
                log_spread = x + p.log_spread0[i] + eta[i] + premium[int(high_yield[i])]
                log_spread += p.spread_leverage * log(1.0 + leverage)
                if high_yield[i] and p.high_yield[i] == 0.0:
                    log_spread += p.fall_spread
                spread[i] = min(max(exp(log_spread), 1.0), p.spread_cap_bp)
                # 8. Cash flow
                core[i] = p.core_margin[i] * core_revenue[i] - p.core_fixed[i]
                interest = (coupon[i] * debt[i] - p.risk_free * (cash[i] - p.cash[i])) * DELTA
                extra[i] = (1.0 - p.tax) * (profit - interest - p.leases[i, k])
                earned = advance[i] * p.earned_rate
                advance[i] -= earned
                unearned[i] = -earned
                noise = exp(p.cash_flow_noise[i] * normal(rng) - p.flow_convexity[i])
                flow = core[i] + abs(core[i]) * (noise - 1.0)
                ocf[i] = p.seasonality[i, k % 4] * flow + extra[i] - earned
                # 9. Planned capex: the noise, and where the others are
                noise = p.capex_common[i] * z[2] + p.capex_own[i] * normal(rng)
                ln_x[i] = ln_x[i] * p.capex_decay + noise
                drift = capex_growth[i] * (k + 1) * DELTA - p.capex_convexity[i, k]
                programme[i] = ln_x[i] + drift
                if not failed[i]:
                    weights += p.capex_plan[i, k]
                    pull += p.capex_plan[i, k] * (ln_f[i] + p.race * programme[i])

            # 9. Planned capex, 10. need, 10.1 cash above target, 10.2 what is asked of markets
            asked[:] = 0.0
            for i in range(n):
                if failed[i]:
                    ask[i], left[i], plan[i] = 0.0, 0.0, 0.0
                    continue
                price = min(1.0, p.spread_bp[i] / spread[i])
                change = DELTA * (p.chase * scarce * price - p.glut_discipline * idle)
                if weights > 0.0:
                    change += p.rivalry * DELTA * (pull / weights - ln_f[i])
                widening = max(spread[i] - p.spread_bp[i], 0.0)
                change -= p.discipline_rate[i] * min(100.0 * p.discipline_cap, widening)
                ln_f[i] += change
                plan[i] = p.capex_plan[i, k] * exp(programme[i] + ln_f[i])

                due_bonds[i] = min(p.maturities[i, k], bonds[i])
                due_secured[i] = min(p.maturities[i, k] - due_bonds[i], secured[i])
                due = due_bonds[i] + due_secured[i]
                prepaid = p.prepaid_rate[i] * plan[i] * prepaid_price
                advance[i] += prepaid
                unearned[i] += prepaid
                ocf[i] += prepaid
                invested[i] = p.investments[i] * DELTA if regime == 0 else 0.0
                net = p.own_share[i] * plan[i] + p.dividends[i] * DELTA + invested[i] + due - ocf[i]
                need[i], surplus[i] = max(net, 0.0), max(-net, 0.0)
                burning = max(
                    net - p.cut_share[i] * plan[i] - p.dividends[i] * DELTA - invested[i], 0.0
                )
                burn[i] = 0.5 * (burn[i] + burning)
                target[i] = max(p.target_floor[i], p.cover_rate[i] * plan[i])
                used = min(need[i], max(cash[i] - target[i], 0.0))
                cash[i] -= used
                left[i] = need[i] - used
                # 10.2
                short = max(target[i] - cash[i] - surplus[i], 0.0)
                wanted = max(left[i], p.prefund_speed * short)
                value = max(ltm[i], 0.0) + p.value_revenue * sales_year[i]
                value = p.market_cap[i] * min(3.0, value / p.value0[i])
                equity_room[i] = p.equity_access[i] * value * DELTA * equity_open
                shares = min(p.equity_mix[i] * wanted, equity_room[i]) if regime == 0 else 0.0
                equity_room[i] -= shares
                cash[i] += max(shares - left[i], 0.0)
                left[i] = max(left[i] - shares, 0.0)
                pledge[i] = capital[i] + stage_1[i] + stage_2[i] + p.buildout_share[i] * plan[i]
                assets = pledge[i] + max(p.other_capital[i] + other[i], 0.0) + cash[i]
                limit = max(p.leverage_limit[i] * max(ltm[i], 0.0), p.asset_limit[i] * assets)
                room = max(limit - (debt[i] + p.lease_debt[i, k] - due), 0.0)
                room = min(p.bond_quarter_cap[i], room) * price
                if high_yield[i]:
                    room *= p.access_high_yield[regime]
                else:
                    room *= p.access_bonds[regime]
                ask[i] = min(wanted - shares, room)
                asked[int(high_yield[i])] += ask[i]
                total[i, 0] += shares
                total[i, 9] += prepaid
                total[i, 10] += invested[i]

            # 10.2 bonds sold, 10.3 asked of secured debt
            absorbed[0] = p.absorb_bonds[k] * p.access_bonds[regime]
            absorbed[1] = p.absorb_high_yield[k] * p.access_high_yield[regime]
            for grade in range(2):
                served[grade] = 1.0
                if asked[grade] > absorbed[grade]:
                    served[grade] = absorbed[grade] / asked[grade]
            for i in range(n):
                new_bonds[i] = ask[i] * served[int(high_yield[i])]
                ask[i] = 0.0
                if not failed[i]:
                    cash[i] += max(new_bonds[i] - left[i], 0.0)
                    left[i] = max(left[i] - new_bonds[i], 0.0)
                    room = p.secured_advance[i] * pledge[i] - (secured[i] - due_secured[i])
                    secured_room[i] = max(room, 0.0) * p.access_secured[regime]
                    ask[i] = min(left[i], secured_room[i])
            # 10.3 secured debt sold, 10.4 asked of private credit
            scale = ration(ask, p.absorb_secured[k] * p.access_secured[regime], n)
            stress = max(linked, 0.0) + p.private_glut * idle
            access_private = p.access_private[regime] * exp(-p.private_gamma * stress)
            for i in range(n):
                new_secured[i] = ask[i] * scale
                left[i] -= new_secured[i]
                ask[i] = 0.0
                if left[i] > 0.0:
                    room = max(p.private_advance[i] * pledge[i] - private[i], 0.0)
                    ask[i] = min(left[i], room * access_private)
            # 10.4 private credit
            scale = ration(ask, p.absorb_private[k] * access_private, n)
            for i in range(n):
                new_private[i] = ask[i] * scale
                left[i] -= new_private[i]

            asset_backed = exp(x + premium[0]) + p.secured_extra_bp
            failing_debt = 0.0
            for i in range(n):
                sales_year[i] = 0.75 * sales_year[i] + core_revenue[i] + sales[i]
                if failed[i]:
                    ltm[i] = 0.75 * ltm[i] + core[i] + extra[i]
                    continue
                # 10.5 to 10.10
                drawn, raised, cut, failing = 0.0, 0.0, 0.0, False
                if left[i] > 0.0:
                    used = min(left[i], max(cash[i] - p.cash_min[i], 0.0))
                    cash[i] -= used
                    left[i] -= used
                    drawn = min(left[i], max(p.revolver[i] - revolver[i], 0.0))
                    left[i] -= drawn
                    raised = min(left[i], equity_room[i])
                    left[i] -= raised
                    cut = min(left[i], p.cut_share[i] * plan[i])
                    left[i] -= cut
                    left[i] -= min(left[i], p.dividends[i] * DELTA)
                    failing = left[i] > p.fail_tolerance * need[i]
                # 10, surplus
                repaid = min(surplus[i], revolver[i])
                over = surplus[i] - repaid
                refill = min(over, max(target[i] - cash[i], 0.0))
                over -= refill
                cash[i] += refill + over - min(over, p.buybacks[i] * DELTA)
                # 10, capex spent
                spent = plan[i]
                if cut > 0.0:
                    spent -= cut / p.own_share[i]
                    ln_f[i] += log(max(0.05, spent / plan[i]))
                leased = p.finance_lease_share[i] * spent

                # 11. Debt and capital
                bond_rate = p.risk_free + spread[i] * BASIS_POINT
                secured_rate = p.risk_free + min(spread[i], asset_backed) * BASIS_POINT
                private_rate = bond_rate + p.private_extra_bp * BASIS_POINT
                revolver_rate = bond_rate + p.revolver_extra_bp * BASIS_POINT
                bonds[i] -= due_bonds[i]
                secured[i] -= due_secured[i]
                revolver[i] -= repaid
                interest = coupon[i] * (bonds[i] + secured[i] + private[i] + revolver[i])
                interest += bond_rate * new_bonds[i] + private_rate * new_private[i]
                interest += secured_rate * (new_secured[i] + leased) + revolver_rate * drawn
                bonds[i] += new_bonds[i]
                secured[i] += new_secured[i] + leased
                private[i] += new_private[i]
                revolver[i] += drawn
                debt[i] = bonds[i] + secured[i] + private[i] + revolver[i]
                if debt[i] > 0.0:
                    coupon[i] = interest / debt[i]
                # 10, a run
                liquid = max(cash[i] - p.cash_min[i], 0.0) + max(p.revolver[i] - revolver[i], 0.0)
                liquid += secured_room[i] - new_secured[i]
                failing = failing or liquid < p.run_quarters[regime] * burn[i]
                # 11. Debt and capital
                stage_1[i] += p.buildout_share[i] * spent
                added = capital[i] - p.buildout_capital[i] + other[i]
                depreciation = p.depreciation_amortisation[i] + p.book_depreciation * added
                profit = ocf[i] - unearned[i] - depreciation * DELTA
                other[i] += (1.0 - p.buildout_share[i]) * spent - p.depreciation_other[i] * DELTA

                # 12. Feedback
                ltm[i] = 0.75 * ltm[i] + core[i] + extra[i]
                if not high_yield[i]:
                    net_bonds += new_bonds[i] - due_bonds[i]
                if failing:
                    failed[i] = True
                    failing_debt += debt[i]

                # What the path yields
                year[i, 0] += ocf[i]
                year[i, 1] += spent
                year[i, 2] += profit
                total[i, 2 if high_yield[i] else 1] += new_bonds[i]
                total[i, 3] += new_secured[i]
                total[i, 4] += new_private[i]
                total[i, 5] += drawn
                total[i, 6] += raised
                total[i, 7] += leased
                total[i, 8] += cut

            # 12. Feedback
            premium[0] = premium[0] * p.premium_decay - p.premium_loss_bonds
            premium[0] += p.premium_rate_bonds[k] * asked[0] * served[0]
            premium[1] = premium[1] * p.premium_decay - p.premium_loss_high_yield
            premium[1] += p.premium_rate_high_yield[k] * asked[1] * served[1]
            jump = 0.0
            if failing_debt > 0.0:
                jump = min(p.failure_jump_cap, p.failure_jump * failing_debt / p.debt0.sum())

            # What the quarter yields
            add(m_sums, m_squares, (k, 0), exp(x))
            add(m_sums, m_squares, (k, 1), utilisation)
            add(m_sums, m_squares, (k, 2), demand)
            add(m_sums, m_squares, (k, 3), boom_share)
            m_counts[k, 0] += regime == 1
            m_counts[k, 1] += regime == 2
            m_counts[k, 2] += anchor_lost
            for i in range(n):
                counts[i, years + k] += failed[i]
            if k % 4 == 3:
                y = k // 4
                for i in range(n):
                    fcf = year[i, 0] - p.own_share[i] * year[i, 1]
                    counts[i, y] += fcf < 0.0
                    add(sums, squares, (i, 4 * y), fcf)
                    for j in range(3):
                        add(sums, squares, (i, 4 * y + 1 + j), year[i, j])

        # What the path yields
        failures, outside, group_profit = 0, 0.0, 0.0
        for i in range(n):
            failures += failed[i]
            group_profit += year[i, 2]
            for j in range(FLOWS):
                add(sums, squares, (i, 4 * years + j), total[i, j])
                if j < CHANNELS:
                    outside += total[i, j]
            counts[i, -1] += total[i, 8] > 0.0
        add(s_sums, s_squares, 0, outside)
        s_counts[0] += failures > 0
        s_counts[1] += failures > failed[p.smallest]
        s_counts[2] += failures >= 2
        s_counts[3] += group_profit > p.group_profit
