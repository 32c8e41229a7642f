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

from benchmarks.peers.contract import Case, Figures, Simulate, figures
from benchmarks.peers.parameters import BASIS_POINT, DELTA, parameters

NAME = "numba, plain loop over paths"
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
    shapes = ((p.firms, 4 * p.years + 7), (p.quarters, 4), (1,))
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
    h1 = p.hazard_calm[s, 0] + p.hazard_worse[s, 0] * boost
    h2 = p.hazard_calm[s, 1] + p.hazard_worse[s, 1] * boost
    if h1 + h2 > 0.0:
        leave = 1.0 - exp(-(h1 + h2) * DELTA)
        u = uniform(rng)
        if u < leave * h1 / (h1 + h2):
            return p.other_regime[s, 0]
        if u < leave:
            return p.other_regime[s, 1]
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
    growth_rate, capex_growth = np.empty(n), np.empty(n)  # g, c·Δ
    core_revenue, ltm, spread, eta = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    ln_x, ln_f = np.empty(n), np.empty(n)  # ln X holds the drift too
    capital, stage_1, stage_2, other = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    bonds, secured, private, revolver = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    cash, coupon, debt, capacity = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    core, extra, ocf, plan = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    due_bonds, due_secured, need, left = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    surplus, pledge, ask = np.empty(n), np.empty(n), np.empty(n)
    new_bonds, new_secured, new_private = np.empty(n), np.empty(n), np.empty(n)
    failed = np.empty(n, np.bool_)
    year = np.empty((n, 3))  # OCF, capex, profit
    total = np.empty((n, 7))  # six channels, capex cut

    for _ in range(paths):
        # Once a path
        saturation = p.demand_saturation * exp(p.demand_saturation_sigma * normal(rng))
        speed = p.demand_speed * exp(p.demand_speed_sigma * normal(rng))
        revenue_yield = p.revenue_yield * exp(p.revenue_yield_sigma * normal(rng))
        for i in range(n):
            growth_rate[i] = p.core_growth[i] + p.core_growth_sigma[i] * normal(rng)
            capex_growth[i] = p.capex_growth_sigma[i] * normal(rng) * DELTA
        # Start
        regime, x, demand, software, jump = p.regime0, p.log_oas0, p.demand0, 0.0, 0.0
        premium, utilisation, net_bonds, tenant_lost = p.premium0, p.utilisation0, 0.0, False
        for i in range(n):
            core_revenue[i], ltm[i], eta[i] = p.core_revenue0[i], p.ocf[i], 0.0
            ln_x[i], ln_f[i], other[i] = 0.0, 0.0, 0.0
            capital[i], stage_1[i], stage_2[i] = (
                p.ai_capital[i],
                p.construction[i] / 2,
                p.construction[i] / 2,
            )
            bonds[i], secured[i], private[i] = p.bonds[i], p.secured_debt[i], p.private_debt[i]
            revolver[i], debt[i], cash[i], coupon[i] = 0.0, p.debt0[i], p.cash[i], p.coupon[i]
            failed[i] = False
        total[:] = 0.0

        for k in range(p.quarters):
            if k % 4 == 0:
                year[:] = 0.0
            # 1. Technology shock and market regime
            market_normals(p, z, rng)
            shock = uniform(rng) < p.tech_probability
            ai_share = (p.ai_debt0 + net_bonds) / p.bond_market[k]
            idle = max(p.comfort_utilisation - utilisation, 0.0)
            boost = (
                (p.tech_hazard_multiple if shock else 1.0)
                * (1.0 + p.vigilante * max(ai_share - p.vigilante_share, 0.0))
                * exp(p.fear_spread * max(x - p.log_fear_spread, 0.0))
                * (1.0 + p.fear_glut * idle)
                * (1.0 + p.fear_software * max(software, 0.0))
                * (1.0 + p.fear_failure * jump)
            )
            regime = next_regime(p, regime, boost, rng)

            # 2. Market spread
            mean = p.log_oas_mean[regime]
            x = mean + (x - mean) * p.oas_decay + p.oas_deviation[regime] * z[0] + jump
            if uniform(rng) < p.jump_probability:
                x += p.jump_mean + p.jump_sigma * normal(rng)
            x = min(p.log_oas_cap, x)

            # 3. AI demand and software stress
            d = (speed * (1.0 - demand / saturation) - p.demand_drift) * DELTA
            d += p.demand_deviation * z[1]
            if shock:
                d -= p.tech_loss_mean * exponential(rng)
            demand *= exp(d)
            software *= p.software_decay
            software += p.software_beta * d + p.software_deviation * z[4]

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

            # 5. Utilisation and tenants
            glut = capacity_all / demand
            utilisation = (1.0 + glut**p.util_power) ** (-1.0 / p.util_power)
            if not tenant_lost:
                idle = max(p.comfort_utilisation - utilisation, 0.0)
                rate = p.tenant_hazard * (1.0 + p.tenant_glut * idle)
                if uniform(rng) < 1.0 - exp(-rate * DELTA):
                    tenant_lost = True
                    demand *= 1.0 - p.tenant_share
                    glut = capacity_all / demand
                    utilisation = (1.0 + glut**p.util_power) ** (-1.0 / p.util_power)
            idle = max(p.comfort_utilisation - utilisation, 0.0)
            spot = utilisation
            if glut < 1.0:
                spot *= (1.0 / glut) ** p.scarcity
            contracted = p.tenant_recovery * spot if tenant_lost else 1.0

            weights, pull = 0.0, 0.0
            for i in range(n):
                # 5. AI cash profit
                b = p.contracted_share[i]
                earning = (1.0 - p.ai_variable_cost) * (b * contracted + (1.0 - b) * spot)
                ai_profit = (earning - p.ai_fixed_cost) * capacity[i] * DELTA
                # 6. Core business
                drift = growth_rate[i] * DELTA - p.core_convexity[i]
                share = capacity[i] / capacity_all
                if 0.0 < share < p.capacity_share0[i]:
                    drift -= p.obsolescence * DELTA * log(p.capacity_share0[i] / share)
                noise = p.core_common[i] * z[3] + p.core_own[i] * normal(rng)
                core_revenue[i] *= exp(drift + noise)
                # 7. Issuer spread
                eta[i] = eta[i] * p.idio_decay + p.idio_deviation[i] * normal(rng)
                owed = debt[i] + p.lease_multiple * 4.0 * p.leases[i, k]
                leverage = max(owed - cash[i], 0.0) / max(ltm[i], 0.05 * p.ocf[i])
                leverage = min(p.leverage_cap_spread, leverage)
                log_spread = x + p.log_spread0[i] + eta[i] + premium - p.premium0
                log_spread += p.spread_leverage * (leverage - p.leverage0[i])
                spread[i] = min(max(exp(log_spread), 1.0), p.spread_cap_bp)
                # 8. Cash flow
                core[i] = p.core_margin[i] * core_revenue[i]
                interest = coupon[i] * debt[i] * DELTA
                extra[i] = (1.0 - p.tax) * (ai_profit - interest - p.leases[i, k])
                sigma = p.cash_flow_noise
                noise = exp(sigma * normal(rng) - 0.5 * sigma * sigma)
                ocf[i] = core[i] * p.seasonality[i, k % 4] * noise + extra[i]
                # 9. Planned capex: the noise, and where the others are
                noise = p.capex_common[i] * z[2] + p.capex_own[i] * normal(rng)
                ln_x[i] += capex_growth[i] - p.drift_convexity[i, k] + noise
                if not failed[i]:
                    weights += p.capex_plan[i, k]
                    pull += p.capex_plan[i, k] * (ln_f[i] + p.race * ln_x[i])

            # 9. Planned capex, 10. need, 10.1 cash above target, 10.2 what is asked of bonds
            for i in range(n):
                if failed[i]:
                    ask[i], left[i], plan[i] = 0.0, 0.0, 0.0
                    continue
                change = -p.glut_discipline * DELTA * idle
                if weights > 0.0:
                    change += p.rivalry * DELTA * (pull / weights - ln_f[i])
                widening = max(spread[i] - p.spread_bp[i], 0.0)
                change -= p.discipline_rate[i] * min(100.0 * p.discipline_cap, widening)
                ln_f[i] += change
                plan[i] = p.capex_plan[i, k] * exp(ln_x[i] + ln_f[i])

                due_bonds[i] = min(p.maturities[i, k], bonds[i])
                due_secured[i] = min(p.maturities[i, k] - due_bonds[i], secured[i])
                due = due_bonds[i] + due_secured[i]
                net = p.own_share[i] * plan[i] + p.dividends[i] * DELTA + due - ocf[i]
                need[i], surplus[i] = max(net, 0.0), max(-net, 0.0)
                used = min(need[i], max(cash[i] - p.cash_target[i], 0.0))
                cash[i] -= used
                left[i] = need[i] - used
                low = cash[i] < p.prefund_until * p.cash_target[i]
                wish = p.prefund[i] * plan[i] if low else 0.0
                owed = debt[i] + p.lease_multiple * 4.0 * p.leases[i, k]
                room = max(p.leverage_limit[i] * max(ltm[i], 0.0) - (owed - due), 0.0)
                room = min(p.bond_quarter_cap[i], room) * p.bond_access[regime, i]
                room *= min(1.0, p.spread_bp[i] / spread[i])
                ask[i] = min(max(left[i], wish), room)

            # 10.2 bonds sold, 10.3 asked of secured debt
            scale = ration(ask, p.absorb_bonds[k] * p.access_bonds[regime], n)
            sold_all = 0.0
            for i in range(n):
                new_bonds[i] = ask[i] * scale
                sold_all += new_bonds[i]
                ask[i] = 0.0
                if not failed[i]:
                    cash[i] += max(new_bonds[i] - left[i], 0.0)
                    left[i] = max(left[i] - new_bonds[i], 0.0)
                    pledge[i] = capital[i] + stage_1[i] + stage_2[i] + p.ai_share[i] * plan[i]
                    room = p.secured_advance[i] * pledge[i] - (secured[i] - due_secured[i])
                    ask[i] = min(left[i], max(room, 0.0) * p.access_secured[regime])
            # 10.3 secured debt sold, 10.4 asked of private credit
            scale = ration(ask, p.absorb_secured[k] * p.access_secured[regime], n)
            stress = max(software, 0.0) + p.private_glut * idle
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

            equity_open = p.access_equity[regime] * exp(-p.equity_beta * (x - p.log_oas0))
            asset_backed = exp(x + premium - p.premium0) + p.secured_extra_bp
            failing_debt, due_all = 0.0, 0.0
            for i in range(n):
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
                    raised = min(left[i], p.equity_room[i] * max(ltm[i], 0.0) * equity_open)
                    left[i] -= raised
                    cut = min(left[i], p.cut_share[i] * plan[i])
                    left[i] -= cut
                    left[i] -= min(left[i], p.dividends[i] * DELTA)
                    failing = left[i] > p.fail_tolerance * need[i]
                # 10, surplus
                repaid = min(surplus[i], revolver[i])
                over = surplus[i] - repaid
                refill = min(over, max(p.cash_target[i] - cash[i], 0.0))
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
                stage_1[i] += p.ai_share[i] * spent
                added = capital[i] - p.ai_capital[i] + other[i]
                depreciation = p.depreciation_amortisation[i] + p.book_depreciation * added
                profit = ocf[i] - depreciation * DELTA
                other[i] += (1.0 - p.ai_share[i]) * spent - p.depreciation_other[i] * DELTA

                # 12. Feedback
                ltm[i] = 0.75 * ltm[i] + core[i] + extra[i]
                due_all += due_bonds[i]
                if failing:
                    failed[i] = True
                    failing_debt += debt[i]

                # What the path yields
                year[i, 0] += ocf[i]
                year[i, 1] += spent
                year[i, 2] += profit
                total[i, 0] += new_bonds[i]
                total[i, 1] += new_secured[i]
                total[i, 2] += new_private[i]
                total[i, 3] += drawn
                total[i, 4] += raised
                total[i, 5] += leased
                total[i, 6] += cut

            # 12. Feedback
            premium *= p.premium_decay
            premium += p.premium_beta * sold_all / p.absorb_bonds[k]
            net_bonds += sold_all - due_all
            jump = 0.0
            if failing_debt > 0.0:
                jump = min(p.failure_jump_cap, p.failure_jump * failing_debt / p.debt0.sum())

            # What the quarter yields
            add(m_sums, m_squares, (k, 0), exp(x))
            add(m_sums, m_squares, (k, 1), utilisation)
            add(m_sums, m_squares, (k, 2), demand)
            add(m_sums, m_squares, (k, 3), ai_share)
            m_counts[k, 0] += regime == 1
            m_counts[k, 1] += regime == 2
            m_counts[k, 2] += tenant_lost
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
            for j in range(7):
                add(sums, squares, (i, 4 * years + j), total[i, j])
                if j < 6:
                    outside += total[i, j]
            counts[i, -1] += total[i, 6] > 0.0
        add(s_sums, s_squares, 0, outside)
        s_counts[0] += failures > 0
        s_counts[1] += failures > failed[p.smallest]
        s_counts[2] += failures >= 2
        s_counts[3] += group_profit > p.group_profit
