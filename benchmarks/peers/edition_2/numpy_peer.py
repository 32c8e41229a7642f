"""NumPy over paths: arrays (issuers, paths) for issuers, (paths,) for the market, in batches.

As a quant would write it with care: normals from SFC64's ziggurat straight into arrays, in-place
operations on the state, matrix products where a sum over issuers or factors is wanted, and fancy
indexing for what is rare (jumps, shocks, changes of regime, the lost tenant, cuts). One thread.

Batches of 1,000 to 20,000 paths were measured in turns: 2,000 to 8,000 lie within 15 % of each
other, 3,000 (144 KiB an array of the issuers) is the fastest, 1,000 is 20 % slower for the calls,
20,000 nearly half as fast, for the cache.

The twin in `tests/oracle` is NumPy over paths as well, and no peer: it is written to be read beside
MODEL.md and changes with it, and it takes three times as long (one core, three rounds: 3.2 times in
batches of 3,000, 3.0 in batches of 12,000) before the contract's totals are made.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks.peers.edition_2.contract import figures
from benchmarks.peers.edition_2.parameters import BASIS_POINT, DELTA, parameters
from benchmarks.peers.figures import Case, Figures, Simulate

NAME = "NumPy, vectorised over paths"
BATCH = 3_000
TINY = 1e-300


def prepare(case: Case) -> Simulate:
    p = parameters(case, columns=True)

    def simulate(paths: int, seed: int) -> Figures:
        rng = np.random.Generator(np.random.SFC64(seed))
        totals = empty_totals(p)
        for first in range(0, paths, BATCH):
            simulate_batch(p, min(BATCH, paths - first), rng, totals)
        t = totals
        sums = join(t.sums, t.market_sums, t.outside[:1])
        squares = join(t.squares, t.market_squares, t.outside[1:])
        counts = join(t.counts, t.market_counts, t.system_counts)
        return figures(case, sums, squares, counts, paths)

    return simulate


def join(*parts: np.ndarray) -> np.ndarray:
    return np.concatenate([part.ravel() for part in parts])


def empty_totals(p: Any) -> SimpleNamespace:
    """Totals in the contract's order: rows for the issuers, for the quarters, the system."""
    columns = 4 * p.years + 7
    return SimpleNamespace(
        sums=np.zeros((p.firms, columns)),
        squares=np.zeros((p.firms, columns)),
        counts=np.zeros((p.firms, p.years + p.quarters + 1), dtype=np.int64),
        market_sums=np.zeros((p.quarters, 4)),
        market_squares=np.zeros((p.quarters, 4)),
        market_counts=np.zeros((p.quarters, 3), dtype=np.int64),
        outside=np.zeros(2),
        system_counts=np.zeros(4, dtype=np.int64),
    )


def simulate_batch(p: Any, paths: int, rng: np.random.Generator, totals: SimpleNamespace) -> None:
    state = start(p, paths, rng)
    for k in range(p.quarters):
        now = SimpleNamespace(k=k)
        regime_and_spread(p, state, now, rng)
        demand_and_capacity(p, state, now, rng)
        tenants_and_revenue(p, state, now, rng)
        core_and_issuer_spread(p, state, now, rng)
        cash_flow_and_plan(p, state, now, rng)
        need_and_bonds(p, state, now)
        secured_and_private(p, state, now)
        last_resorts(p, state, now)
        surplus_and_spending(p, state, now)
        debt_and_capital(p, state, now)
        collect_quarter(p, state, now, totals)
        feedback(p, state, now, totals)
    collect_path(p, state, totals)


def start(p: Any, paths: int, rng: np.random.Generator) -> SimpleNamespace:
    """Once a path, and the state before the first quarter."""
    shape = (p.firms, paths)

    def market(value: float) -> np.ndarray:
        return np.full(paths, value)

    def each(value: Any) -> np.ndarray:
        return np.repeat(value, paths, axis=1)

    def lognormal(median: float, sigma: float) -> np.ndarray:
        return median * np.exp(sigma * rng.standard_normal(paths))

    core_growth = p.core_growth + p.core_growth_sigma * rng.standard_normal(shape)
    return SimpleNamespace(
        saturation=lognormal(p.demand_saturation, p.demand_saturation_sigma),
        speed=lognormal(p.demand_speed, p.demand_speed_sigma),
        revenue_yield=lognormal(p.revenue_yield, p.revenue_yield_sigma),
        core_drift=core_growth * DELTA - p.core_convexity,
        capex_growth=p.capex_growth_sigma * DELTA * rng.standard_normal(shape),
        regime=np.full(paths, p.regime0),
        x=market(p.log_oas0),
        demand=market(p.demand0),
        software=np.zeros(paths),
        jump=np.zeros(paths),
        premium=market(p.premium0),
        net_bonds=np.zeros(paths),
        idle=market(max(p.comfort_utilisation - p.utilisation0, 0.0)),
        tenant_lost=np.zeros(paths, dtype=bool),
        log_eta=np.zeros(shape),
        log_x=np.zeros(shape),  # with the drift of the plan
        log_f=np.zeros(shape),
        capital=each(p.ai_capital),
        stage_1=each(p.construction / 2),
        stage_2=each(p.construction / 2),
        other=np.zeros(shape),
        bonds=each(p.bonds),
        secured=each(p.secured_debt),
        private=each(p.private_debt),
        revolver=np.zeros(shape),
        debt=each(p.debt0),
        cash=each(p.cash),
        coupon=each(p.coupon),
        ltm=each(p.ocf),
        core_revenue=each(p.core_revenue0),
        alive=np.ones(shape),
        year=np.zeros((3, *shape)),  # OCF, capex, profit
        total=np.zeros((7, *shape)),  # six channels, capex cut
    )


def positive(value: np.ndarray) -> np.ndarray:
    """x⁺, in place."""
    return np.maximum(value, 0.0, out=value)


def regime_and_spread(p: Any, s: Any, now: Any, rng: np.random.Generator) -> None:
    """Steps 1 and 2."""
    paths = s.x.size
    factor = rng.standard_normal(paths) * p.mixing_sigma + p.mixing_mean
    np.maximum(factor, 0.1, out=factor)
    factor *= np.sqrt(factor)
    np.divide(p.mixing_scale, factor, out=factor)
    normals = p.cholesky @ rng.standard_normal((5, paths))
    normals *= factor
    now.z_spread, now.z_demand, now.z_capex, now.z_macro, now.z_software = normals

    now.shocked = np.flatnonzero(rng.random(paths) < p.tech_probability)
    now.ai_share = (s.net_bonds + p.ai_debt0) / p.bond_market[now.k]
    boost = np.exp(p.fear_spread * positive(s.x - p.log_fear_spread))
    boost *= 1 + p.vigilante * positive(now.ai_share - p.vigilante_share)
    boost *= 1 + p.fear_glut * s.idle
    boost *= 1 + p.fear_software * np.maximum(s.software, 0.0)
    boost *= 1 + p.fear_failure * s.jump
    boost[now.shocked] *= p.tech_hazard_multiple
    first = p.hazard_calm[:, 0].take(s.regime) + p.hazard_worse[:, 0].take(s.regime) * boost
    both = p.hazard_calm[:, 1].take(s.regime) + p.hazard_worse[:, 1].take(s.regime) * boost
    both += first
    leave = -np.expm1(both * -DELTA)
    u = rng.random(paths)
    moved = np.flatnonzero(u < leave)
    second = u[moved] * both[moved] > leave[moved] * first[moved]
    s.regime[moved] = p.other_regime[s.regime[moved], second.astype(int)]

    mean = p.log_oas_mean.take(s.regime)
    s.x -= mean
    s.x *= p.oas_decay
    s.x += mean
    s.x += p.oas_deviation.take(s.regime) * now.z_spread
    s.x += s.jump
    jumped = np.flatnonzero(rng.random(paths) < p.jump_probability)
    s.x[jumped] += p.jump_mean + p.jump_sigma * rng.standard_normal(jumped.size)
    np.minimum(s.x, p.log_oas_cap, out=s.x)


def demand_and_capacity(p: Any, s: Any, now: Any, rng: np.random.Generator) -> None:
    """Steps 3 and 4."""
    d = 1 - s.demand / s.saturation
    d *= s.speed
    d -= p.demand_drift
    d *= DELTA
    d += p.demand_deviation * now.z_demand
    d[now.shocked] -= p.tech_loss_mean * rng.standard_exponential(now.shocked.size)
    s.demand *= np.exp(d)
    s.software *= p.software_decay
    s.software += p.software_beta * d + p.software_deviation * now.z_software

    flow = s.stage_2 * p.pipeline_rate
    s.stage_2 -= flow
    s.capital *= p.capital_decay
    s.capital += flow
    np.multiply(s.stage_1, p.pipeline_rate, out=flow)
    s.stage_1 -= flow
    s.stage_2 += flow
    now.capacity = s.capital * p.relative_yield
    now.capacity *= s.revenue_yield
    now.capacity_all = now.capacity.sum(axis=0)


def utilisation(p: Any, glut: np.ndarray) -> np.ndarray:
    """U, its powers by way of logarithms, which are the cheaper."""
    powered = np.exp(p.util_power * np.log(glut))
    return np.exp(np.log1p(powered) * (-1 / p.util_power))


def tenants_and_revenue(p: Any, s: Any, now: Any, rng: np.random.Generator) -> None:
    """Step 5; `ai_profit` is π."""
    glut = now.capacity_all / s.demand
    now.utilisation = utilisation(p, glut)
    idle = positive(p.comfort_utilisation - now.utilisation)
    probability = -np.expm1((1 + p.tenant_glut * idle) * (-DELTA * p.tenant_hazard))
    lost = np.flatnonzero((rng.random(idle.size) < probability) & ~s.tenant_lost)
    s.tenant_lost[lost] = True
    s.demand[lost] *= 1 - p.tenant_share
    glut[lost] = now.capacity_all[lost] / s.demand[lost]
    now.utilisation[lost] = utilisation(p, glut[lost])
    s.idle = positive(p.comfort_utilisation - now.utilisation)

    spot = np.minimum(glut, 1.0)
    scarce = np.flatnonzero(spot < 1.0)
    spot[scarce] = np.exp(np.log(spot[scarce]) * -p.scarcity)
    spot *= now.utilisation
    contracted = np.where(s.tenant_lost, p.tenant_recovery * spot, 1.0)
    margin, b = (1 - p.ai_variable_cost) * DELTA, p.contracted_share
    terms = np.hstack([margin * b, margin * (1 - b)])
    now.ai_profit = terms @ np.stack([contracted, spot])
    now.ai_profit -= p.ai_fixed_cost * DELTA
    now.ai_profit *= now.capacity


def core_and_issuer_spread(p: Any, s: Any, now: Any, rng: np.random.Generator) -> None:
    """Steps 6 and 7."""
    change = p.capacity_share0 * now.capacity_all
    change /= np.maximum(now.capacity, TINY, out=now.capacity)
    np.log(np.maximum(change, 1.0, out=change), out=change)  # the lag
    change *= -p.obsolescence * DELTA
    change += s.core_drift
    change += p.core_common * now.z_macro
    noise = rng.standard_normal(change.shape)
    noise *= p.core_own
    change += noise
    s.core_revenue *= np.exp(change, out=change)

    rng.standard_normal(out=noise)
    noise *= p.idio_deviation
    s.log_eta *= p.idio_decay
    s.log_eta += noise
    now.owed = s.debt + p.lease_multiple * 4 * p.leases[:, now.k, None]
    leverage = positive(now.owed - s.cash)
    leverage /= np.maximum(s.ltm, 0.05 * p.ocf)
    np.minimum(leverage, p.leverage_cap_spread, out=leverage)
    leverage *= p.spread_leverage
    leverage += s.log_eta
    now.supply = s.x + s.premium - p.premium0
    leverage += now.supply
    leverage += p.log_spread0 - p.spread_leverage * p.leverage0
    now.spread = np.exp(leverage, out=leverage)
    np.clip(now.spread, 1.0, p.spread_cap_bp, out=now.spread)


def cash_flow_and_plan(p: Any, s: Any, now: Any, rng: np.random.Generator) -> None:
    """Steps 8 and 9; `recurring` is core + extra."""
    k = now.k
    core = s.core_revenue * p.core_margin
    interest = s.coupon * s.debt
    interest *= DELTA
    extra = now.ai_profit
    extra -= interest
    extra -= p.leases[:, k, None]
    extra *= 1 - p.tax
    noise = rng.standard_normal(core.shape)
    noise *= p.cash_flow_noise
    noise -= 0.5 * p.cash_flow_noise**2
    now.ocf = np.exp(noise, out=noise)
    now.ocf *= core
    now.ocf *= p.seasonality[:, k % 4, None]
    now.ocf += extra
    now.ocf *= s.alive
    now.recurring = core
    now.recurring += extra

    noise = rng.standard_normal(core.shape)
    noise *= p.capex_own
    noise += p.capex_common * now.z_capex
    noise += s.capex_growth
    noise -= p.drift_convexity[:, k, None]
    s.log_x += noise
    plan = p.capex_plan[:, k]
    pull = np.multiply(s.log_x, p.race, out=noise)
    pull += s.log_f
    pull *= s.alive
    weights = plan @ s.alive
    others = plan @ pull
    others /= np.maximum(weights, TINY)
    change = np.subtract(others, s.log_f, out=pull)
    change *= (p.rivalry * DELTA) * (weights > 0)
    change -= (p.glut_discipline * DELTA) * s.idle
    widening = positive(now.spread - p.spread_bp)
    np.minimum(widening, 100 * p.discipline_cap, out=widening)
    widening *= p.discipline_rate
    change -= widening
    s.log_f += change
    now.plan = np.exp(np.add(s.log_x, s.log_f, out=change), out=change)
    now.plan *= plan[:, None]
    now.plan *= s.alive


def sell(asks: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    """What a rationed channel takes of the asks, in place."""
    asked = asks.sum(axis=0)
    short = np.flatnonzero(asked > capacity)
    asks[:, short] *= capacity[short] / asked[short]
    return asks


def need_and_bonds(p: Any, s: Any, now: Any) -> None:
    """Steps 10 to 10.2."""
    k = now.k
    maturing = p.maturities[:, k, None] * s.alive
    now.due_bonds = np.minimum(maturing, s.bonds)
    maturing -= now.due_bonds
    now.due_secured = np.minimum(maturing, s.secured, out=maturing)
    due = now.due_bonds + now.due_secured
    net = now.plan * p.own_share
    net -= now.ocf
    net += due
    now.dividends = (p.dividends * DELTA) * s.alive
    net += now.dividends
    now.need = np.maximum(net, 0.0)
    now.surplus = np.subtract(now.need, net, out=net)
    used = positive(s.cash - p.cash_target)
    np.minimum(used, now.need, out=used)
    s.cash -= used
    now.left = np.subtract(now.need, used, out=used)

    ask = p.prefund * now.plan
    ask *= s.cash < p.prefund_until * p.cash_target
    np.maximum(ask, now.left, out=ask)
    room = np.maximum(s.ltm, 0.0)
    room *= p.leverage_limit
    room -= now.owed
    room += due
    np.minimum(positive(room), p.bond_quarter_cap, out=room)
    room *= p.bond_access.T.take(s.regime, axis=1)
    price = np.divide(p.spread_bp, now.spread, out=due)
    room *= np.minimum(price, 1.0, out=price)
    np.minimum(ask, room, out=ask)
    now.new_bonds = sell(ask, p.absorb_bonds[k] * p.access_bonds.take(s.regime))
    now.left -= now.new_bonds
    s.cash -= np.minimum(now.left, 0.0, out=room)
    positive(now.left)


def secured_and_private(p: Any, s: Any, now: Any) -> None:
    """Steps 10.3 and 10.4."""
    pledge = now.plan * p.ai_share
    pledge += s.capital
    pledge += s.stage_1
    pledge += s.stage_2
    s.bonds -= now.due_bonds
    s.secured -= now.due_secured
    access = p.access_secured.take(s.regime)
    room = pledge * p.secured_advance
    room -= s.secured
    positive(room)
    room *= access
    np.minimum(room, now.left, out=room)
    now.new_secured = sell(room, p.absorb_secured[now.k] * access)
    now.left -= now.new_secured

    stress = np.maximum(s.software, 0.0) + p.private_glut * s.idle
    access = p.access_private.take(s.regime) * np.exp(-p.private_gamma * stress)
    room = pledge
    room *= p.private_advance
    room -= s.private
    positive(room)
    room *= access
    np.minimum(room, now.left, out=room)
    now.new_private = sell(room, p.absorb_private[now.k] * access)
    now.left -= now.new_private


def last_resorts(p: Any, s: Any, now: Any) -> None:
    """Steps 10.5 to 10.10."""
    left = now.left
    used = positive(s.cash - p.cash_min)
    np.minimum(used, left, out=used)
    s.cash -= used
    left -= used
    now.drawn = np.subtract(p.revolver, s.revolver, out=used)
    np.minimum(positive(now.drawn), left, out=now.drawn)
    left -= now.drawn
    now.equity = np.maximum(s.ltm, 0.0)
    now.equity *= p.equity_room
    now.equity *= p.access_equity.take(s.regime) * np.exp(p.equity_beta * (p.log_oas0 - s.x))
    np.minimum(now.equity, left, out=now.equity)
    left -= now.equity
    now.cut = now.plan * p.cut_share
    np.minimum(now.cut, left, out=now.cut)
    left -= now.cut
    left -= np.minimum(now.dividends, left, out=now.dividends)
    now.need *= p.fail_tolerance
    now.failing = left > now.need


def surplus_and_spending(p: Any, s: Any, now: Any) -> None:
    """The surplus and the capex spent of step 10."""
    over = now.surplus
    now.repaid = np.minimum(over, s.revolver)
    over -= now.repaid
    refill = positive(p.cash_target - s.cash)
    np.minimum(refill, over, out=refill)
    over -= refill
    s.cash += refill
    over -= p.buybacks * DELTA
    s.cash += positive(over)

    rows = np.flatnonzero(now.cut)
    plan, cut = now.plan.ravel()[rows], now.cut.ravel()[rows]
    spent = plan - cut / p.own_share[rows // s.x.size, 0]
    now.spent = now.plan
    now.spent.ravel()[rows] = spent
    s.log_f.ravel()[rows] += np.log(np.maximum(spent / plan, 0.05))


def debt_and_capital(p: Any, s: Any, now: Any) -> None:
    """Step 11."""
    s.revolver -= now.repaid
    s.debt -= now.due_bonds
    s.debt -= now.due_secured
    s.debt -= now.repaid
    interest = s.coupon * s.debt
    s.bonds += now.new_bonds
    s.private += now.new_private
    s.revolver += now.drawn
    unsecured = now.new_bonds + now.new_private
    unsecured += now.drawn
    now.backed = now.spent * p.finance_lease_share
    now.backed += now.new_secured
    s.secured += now.backed
    s.debt += unsecured
    s.debt += now.backed
    bond_rate = now.spread * BASIS_POINT
    bond_rate += p.risk_free
    asset_backed = (np.exp(now.supply) + p.secured_extra_bp) * BASIS_POINT + p.risk_free
    backed_rate = np.minimum(bond_rate, asset_backed)
    bond_rate *= unsecured
    interest += bond_rate
    backed_rate *= now.backed
    interest += backed_rate
    interest += np.multiply(now.new_private, p.private_extra_bp * BASIS_POINT, out=bond_rate)
    interest += np.multiply(now.drawn, p.revolver_extra_bp * BASIS_POINT, out=bond_rate)
    # A dollar at least: the coupon of no debt is never read, and what is left may round below 0
    np.divide(interest, np.maximum(s.debt, 1e-9, out=bond_rate), out=s.coupon)

    now.profit = s.capital + s.other
    now.profit -= p.ai_capital
    now.profit *= -p.book_depreciation * DELTA
    now.profit += now.ocf
    now.profit -= p.depreciation_amortisation * DELTA
    now.profit *= s.alive
    ai_spent = now.spent * p.ai_share
    s.stage_1 += ai_spent
    s.other -= ai_spent
    s.other += now.spent
    s.other -= p.depreciation_other * DELTA


def feedback(p: Any, s: Any, now: Any, totals: SimpleNamespace) -> None:
    """Step 12."""
    s.ltm *= 0.75
    s.ltm += now.recurring
    sold = now.new_bonds.sum(axis=0)
    s.premium *= p.premium_decay
    s.premium += sold * (p.premium_beta / p.absorb_bonds[now.k])
    s.net_bonds += sold
    s.net_bonds -= now.due_bonds.sum(axis=0)
    s.jump.fill(0.0)
    if now.failing.any():
        failing_debt = (s.debt * now.failing).sum(axis=0)
        start_debt = p.debt0.sum()
        if start_debt > 0:
            np.minimum(failing_debt * (p.failure_jump / start_debt), p.failure_jump_cap, out=s.jump)
        s.alive[now.failing] = 0.0
    failed = s.alive.shape[1] - s.alive.sum(axis=1)
    totals.counts[:, p.years + now.k] += failed.astype(np.int64)


def collect_quarter(p: Any, s: Any, now: Any, totals: SimpleNamespace) -> None:
    """The market's figures, and at a year's end those of the year."""
    k, t = now.k, totals
    for j, value in enumerate((np.exp(s.x), now.utilisation, s.demand, now.ai_share)):
        t.market_sums[k, j] += value.sum()
        t.market_squares[k, j] += value @ value
    for j, event in enumerate((s.regime == 1, s.regime == 2, s.tenant_lost)):
        t.market_counts[k, j] += np.count_nonzero(event)
    s.year[0] += now.ocf
    s.year[1] += now.spent
    s.year[2] += now.profit
    parts = (now.new_bonds, now.new_secured, now.new_private, now.drawn, now.equity)
    for row, value in zip((0, 1, 2, 3, 4, 6), (*parts, now.cut), strict=True):
        s.total[row] += value
    if k % 4 < 3:
        return
    year = k // 4
    s.total[5] += s.year[1] * p.finance_lease_share
    fcf = s.year[0] - s.year[1] * p.own_share
    t.counts[:, year] += np.count_nonzero(fcf < 0, axis=1)
    for j, value in enumerate((fcf, *s.year), start=4 * year):
        collect(t, j, value)
    if k + 1 < p.quarters:
        s.year.fill(0.0)


def collect(totals: SimpleNamespace, column: int, value: np.ndarray) -> None:
    totals.sums[:, column] += value.sum(axis=1)
    totals.squares[:, column] += np.einsum("ij,ij->i", value, value)


def collect_path(p: Any, s: Any, totals: SimpleNamespace) -> None:
    """Figures of the whole horizon."""
    t = totals
    for j, value in enumerate(s.total, start=4 * p.years):
        collect(t, j, value)
    t.counts[:, -1] += np.count_nonzero(s.total[6] > 0, axis=1)
    outside = s.total[:6].sum(axis=(0, 1))
    t.outside += outside.sum(), outside @ outside
    failed = s.alive == 0
    failures = failed.sum(axis=0)
    t.system_counts += (
        np.count_nonzero(failures),
        np.count_nonzero(failures > failed[p.smallest]),
        np.count_nonzero(failures >= 2),
        np.count_nonzero(s.year[2].sum(axis=0) > p.group_profit),
    )
