"""JAX on the CPU in float64: one jitted program a batch, scans over years and their quarters.

Arrays (issuers, paths) for issuers and (paths,) for the market; XLA fuses the arithmetic. Compiled
once, in `prepare`; every later call is warm. The last batch of a run may be partly masked.

Measured in turns: batches of 500 to 4,000 paths lie within 4 %, 1,000 is the fastest; from 8,000 on
it gets slower. Threefry is 6 % faster than rbg and unsafe_rbg on this backend. Unrolling the
quarters of a year costs a third of the speed and three times the compilation; optimisation barriers
between the steps change nothing.

JAX takes every core the process may run on. For one core, set the affinity before jax is first
imported: `taskset -c 0 python ...`, or `os.sched_setaffinity(0, {0})`.
"""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.peers.edition_2.contract import figures
from benchmarks.peers.edition_2.parameters import BASIS_POINT, DELTA, QUARTERS_A_YEAR, parameters
from benchmarks.peers.figures import Case, Figures, Simulate

NAME = "JAX, jitted, float64, CPU"
BATCH = 1_000
GENERATOR = "threefry2x32"
TINY = 1e-300


def prepare(case: Case) -> Simulate:
    jax.config.update("jax_platforms", "cpu")
    jax.config.update("jax_enable_x64", True)
    p = parameters(case, columns=True)
    p = p._replace(**{k: jnp.asarray(v) for k, v in p._asdict().items() if np.ndim(v) > 0})
    batch = BATCH
    key = jax.random.key(0, impl=GENERATOR)
    batch_totals = jax.jit(partial(simulate_batch, p, batch)).lower(key, 0, batch).compile()

    def simulate(paths: int, seed: int) -> Figures:
        key = jax.random.key(seed, impl=GENERATOR)
        parts = [
            batch_totals(key, number, min(batch, paths - first))
            for number, first in enumerate(range(0, paths, batch))
        ]
        sums, squares, counts = (np.sum(part, axis=0) for part in zip(*parts, strict=True))
        return figures(case, sums, squares, counts, paths)

    return simulate


def simulate_batch(p: Any, paths: int, key: Any, number: Any, valid: Any) -> tuple[Any, Any, Any]:
    """Sums, squares and counts of the first `valid` paths of a batch, in the contract's order."""
    key = jax.random.fold_in(key, number)
    mask = jnp.arange(paths) < valid
    state = start(p, paths, jax.random.fold_in(key, p.quarters))

    def quarter(carry: dict, k: Any) -> tuple[dict, dict]:
        s = SimpleNamespace(**carry)
        now = SimpleNamespace(k=k, **draws(p, paths, jax.random.fold_in(key, k)))
        for step in STEPS:
            step(p, s, now)
        return vars(s), quarter_totals(s, now, mask)

    def year(carry: dict, y: Any) -> tuple[dict, tuple]:
        carry |= {flow: jnp.zeros((p.firms, paths)) for flow in ("ocf", "capex", "profit")}
        quarters = y * QUARTERS_A_YEAR + jnp.arange(QUARTERS_A_YEAR)
        carry, by_quarter = lax.scan(quarter, carry, quarters)
        return carry, (by_quarter, year_totals(p, SimpleNamespace(**carry), mask))

    state |= {flow: jnp.zeros((p.firms, paths)) for flow in ("ocf", "capex", "profit")}
    state, (quarters, years) = lax.scan(year, state, jnp.arange(p.years))
    # (years, 4, ...) -> (quarters, ...) for the market, (years, issuers, ...) -> (issuers, ...)
    market = {name: value.reshape(p.quarters, -1) for name, value in quarters.items()}
    firms = {name: jnp.swapaxes(v, 0, 1).reshape(p.firms, -1) for name, v in years.items()}
    path = path_totals(p, SimpleNamespace(**state), mask)

    def join(name: str) -> Any:
        rows = [firms[name], path[f"firm_{name}"]]
        if name == "counts":
            rows.insert(1, market["failed"].T)
        parts = (jnp.concatenate(rows, axis=1), market[name], path[name])
        return jnp.concatenate([part.ravel() for part in parts])

    return join("sums"), join("squares"), join("counts")


def start(p: Any, paths: int, key: Any) -> dict[str, Any]:
    """Once a path, and the state before the first quarter."""
    n = p.firms
    z = jax.random.normal(key, (3 + 2 * n, paths))

    def market(value: Any) -> Any:
        return jnp.full(paths, value)

    def each(value: Any) -> Any:
        return jnp.broadcast_to(value, (n, paths))

    zero = jnp.zeros((n, paths))
    flows = ("bonds", "secured", "private", "revolver", "equity", "leased", "cut")
    return {f"total_{name}": zero for name in flows} | {
        "saturation": p.demand_saturation * jnp.exp(p.demand_saturation_sigma * z[0]),
        "speed": p.demand_speed * jnp.exp(p.demand_speed_sigma * z[1]),
        "revenue_yield": p.revenue_yield * jnp.exp(p.revenue_yield_sigma * z[2]),
        "core_drift": (p.core_growth + p.core_growth_sigma * z[3 : 3 + n]) * DELTA
        - p.core_convexity,
        "capex_growth": p.capex_growth_sigma * DELTA * z[3 + n :],
        "regime": jnp.full(paths, p.regime0),
        "x": market(p.log_oas0),
        "demand": market(p.demand0),
        "software": market(0.0),
        "jump": market(0.0),
        "premium": market(p.premium0),
        "net_bonds": market(0.0),
        "utilisation": market(p.utilisation0),
        "tenant_lost": jnp.zeros(paths, bool),
        "log_eta": zero,
        "log_x": zero,  # with the drift of the plan
        "log_f": zero,
        "capital": each(p.ai_capital),
        "stage_1": each(p.construction / 2),
        "stage_2": each(p.construction / 2),
        "other": zero,
        "bonds": each(p.bonds),
        "secured": each(p.secured_debt),
        "private": each(p.private_debt),
        "revolver": zero,
        "cash": each(p.cash),
        "coupon": each(p.coupon),
        "ltm": each(p.ocf),
        "core_revenue": each(p.core_revenue0),
        "failed": jnp.zeros((n, paths), bool),
    }


def draws(p: Any, paths: int, key: Any) -> dict[str, Any]:
    """The draws of one quarter."""
    normals_key, uniforms_key = jax.random.split(key)
    z = jax.random.normal(normals_key, (7 + 4 * p.firms, paths))
    u = 1.0 - jax.random.uniform(uniforms_key, (5, paths))
    chi_square = p.mixing_mean + p.mixing_sigma * z[5]
    factor = p.mixing_scale * jnp.maximum(0.1, chi_square) ** -1.5
    rows = [sum(p.cholesky[row, j] * z[j] for j in range(row + 1)) for row in range(5)]
    names = ("z_spread", "z_demand", "z_capex", "z_macro", "z_software")
    own = ("own_core", "own_cash_flow", "own_capex", "own_spread")
    out = {name: factor * row for name, row in zip(names, rows, strict=True)}
    out |= dict(zip(own, z[7:].reshape(4, p.firms, paths), strict=True))
    return (
        out
        | {"jump_size": z[6]}
        | dict(zip(("u_jump", "u_regime", "u_tech", "u_size", "u_tenant"), u, strict=True))
    )


def positive(value: Any) -> Any:
    return jnp.maximum(value, 0.0)


def by_regime(table: Any, regime: Any) -> Any:
    """table[regime], by selection: cheaper than a gather, and it fuses."""
    return jnp.where(regime == 0, table[0], jnp.where(regime == 1, table[1], table[2]))


def debt(s: Any) -> Any:
    return s.bonds + s.secured + s.private + s.revolver


def regime_and_spread(p: Any, s: Any, now: Any) -> None:
    """Steps 1 and 2."""
    now.shock = now.u_tech < p.tech_probability
    now.ai_share = (p.ai_debt0 + s.net_bonds) / p.bond_market[now.k]
    boost = (
        jnp.where(now.shock, p.tech_hazard_multiple, 1.0)
        * (1 + p.vigilante * positive(now.ai_share - p.vigilante_share))
        * jnp.exp(p.fear_spread * positive(s.x - p.log_fear_spread))
        * (1 + p.fear_glut * positive(p.comfort_utilisation - s.utilisation))
        * (1 + p.fear_software * positive(s.software))
        * (1 + p.fear_failure * s.jump)
    )
    calm, worse = p.hazard_calm, p.hazard_worse
    h1 = by_regime(calm[:, 0], s.regime) + by_regime(worse[:, 0], s.regime) * boost
    h2 = by_regime(calm[:, 1], s.regime) + by_regime(worse[:, 1], s.regime) * boost
    leave = 1 - jnp.exp(-(h1 + h2) * DELTA)
    to_first = now.u_regime * (h1 + h2) <= leave * h1
    first = by_regime(p.other_regime[:, 0], s.regime)
    second = by_regime(p.other_regime[:, 1], s.regime)
    moved = jnp.where(to_first, first, second)
    s.regime = jnp.where(now.u_regime <= leave, moved, s.regime)

    mean = by_regime(p.log_oas_mean, s.regime)
    jump = jnp.where(now.u_jump < p.jump_probability, p.jump_mean + p.jump_sigma * now.jump_size, 0)
    noise = by_regime(p.oas_deviation, s.regime) * now.z_spread
    s.x = jnp.minimum(p.log_oas_cap, mean + (s.x - mean) * p.oas_decay + noise + jump + s.jump)


def demand_and_capacity(p: Any, s: Any, now: Any) -> None:
    """Steps 3 and 4."""
    d = (s.speed * (1 - s.demand / s.saturation) - p.demand_drift) * DELTA
    d += p.demand_deviation * now.z_demand
    d += jnp.where(now.shock, p.tech_loss_mean * jnp.log(now.u_size), 0.0)
    s.demand *= jnp.exp(d)
    noise = p.software_deviation * now.z_software
    s.software = s.software * p.software_decay + p.software_beta * d + noise
    out_2, out_1 = p.pipeline_rate * s.stage_2, p.pipeline_rate * s.stage_1
    s.stage_2 += out_1 - out_2
    s.stage_1 -= out_1
    s.capital = s.capital * p.capital_decay + out_2
    now.capacity = s.revenue_yield * p.relative_yield * s.capital
    now.capacity_all = now.capacity.sum(axis=0)


def utilisation(p: Any, glut: Any) -> Any:
    return jnp.exp(jnp.log(1 + jnp.exp(p.util_power * jnp.log(glut))) * (-1 / p.util_power))


def tenants_and_revenue(p: Any, s: Any, now: Any) -> None:
    """Step 5."""
    idle = positive(p.comfort_utilisation - utilisation(p, now.capacity_all / s.demand))
    rate = p.tenant_hazard * (1 + p.tenant_glut * idle)
    lost_now = (now.u_tenant < 1 - jnp.exp(-rate * DELTA)) & ~s.tenant_lost
    s.demand = jnp.where(lost_now, s.demand * (1 - p.tenant_share), s.demand)
    s.tenant_lost |= lost_now
    glut = now.capacity_all / s.demand
    s.utilisation = utilisation(p, glut)
    now.idle = positive(p.comfort_utilisation - s.utilisation)
    spot = s.utilisation * jnp.exp(p.scarcity * positive(-jnp.log(glut)))
    contracted = jnp.where(s.tenant_lost, p.tenant_recovery * spot, 1.0)
    b = p.contracted_share
    earning = (1 - p.ai_variable_cost) * (b * contracted + (1 - b) * spot)
    now.ai_profit = (earning - p.ai_fixed_cost) * now.capacity * DELTA


def core_and_issuer_spread(p: Any, s: Any, now: Any) -> None:
    """Steps 6 and 7."""
    fall = p.capacity_share0 * now.capacity_all / jnp.maximum(now.capacity, TINY)
    drift = s.core_drift - p.obsolescence * DELTA * jnp.log(jnp.maximum(fall, 1.0))
    noise = p.core_common * now.z_macro + p.core_own * now.own_core
    s.core_revenue *= jnp.exp(drift + noise)
    s.log_eta = s.log_eta * p.idio_decay + p.idio_deviation * now.own_spread
    now.leases = p.leases[:, now.k, None]
    now.debt = debt(s)
    now.owed = now.debt + p.lease_multiple * 4 * now.leases
    leverage = positive(now.owed - s.cash) / jnp.maximum(s.ltm, 0.05 * p.ocf)
    leverage = jnp.minimum(p.leverage_cap_spread, leverage)
    now.supply = s.x + s.premium - p.premium0
    log_spread = now.supply + p.log_spread0 + s.log_eta
    log_spread += p.spread_leverage * (leverage - p.leverage0)
    now.spread = jnp.clip(jnp.exp(log_spread), 1.0, p.spread_cap_bp)


def cash_flow_and_plan(p: Any, s: Any, now: Any) -> None:
    """Steps 8 and 9; `recurring` is core + extra."""
    core = p.core_margin * s.core_revenue
    extra = (1 - p.tax) * (now.ai_profit - s.coupon * now.debt * DELTA - now.leases)
    season = p.seasonality[:, now.k % QUARTERS_A_YEAR, None]
    noise = jnp.exp(p.cash_flow_noise * now.own_cash_flow - 0.5 * p.cash_flow_noise**2)
    now.ocf = jnp.where(s.failed, 0.0, core * season * noise + extra)
    now.recurring = core + extra
    drift = s.capex_growth - p.drift_convexity[:, now.k, None]
    s.log_x += drift + p.capex_common * now.z_capex + p.capex_own * now.own_capex
    plan = p.capex_plan[:, now.k, None]
    weight = jnp.where(s.failed, 0.0, plan)
    weights = weight.sum(axis=0)
    others = (weight * (s.log_f + p.race * s.log_x)).sum(axis=0) / jnp.maximum(weights, TINY)
    rivalry = jnp.where(weights > 0, p.rivalry * DELTA, 0.0) * (others - s.log_f)
    widening = jnp.minimum(100 * p.discipline_cap, positive(now.spread - p.spread_bp))
    s.log_f += rivalry - p.discipline_rate * widening - p.glut_discipline * DELTA * now.idle
    now.plan = weight * jnp.exp(s.log_x + s.log_f)


def sell(asks: Any, capacity: Any) -> Any:
    """What a rationed channel takes of the asks."""
    asked = asks.sum(axis=0)
    return asks * jnp.where(asked > capacity, capacity / jnp.maximum(asked, TINY), 1.0)


def need_and_bonds(p: Any, s: Any, now: Any) -> None:
    """Steps 10 to 10.2."""
    maturing = jnp.where(s.failed, 0.0, p.maturities[:, now.k, None])
    now.due_bonds = jnp.minimum(maturing, s.bonds)
    now.due_secured = jnp.minimum(maturing - now.due_bonds, s.secured)
    due = now.due_bonds + now.due_secured
    now.dividends = jnp.where(s.failed, 0.0, p.dividends * DELTA)
    net = p.own_share * now.plan + now.dividends + due - now.ocf
    now.need, now.surplus = positive(net), positive(-net)
    used = jnp.minimum(now.need, positive(s.cash - p.cash_target))
    s.cash -= used
    now.left = now.need - used
    wish = jnp.where(s.cash < p.prefund_until * p.cash_target, p.prefund * now.plan, 0.0)
    room = positive(p.leverage_limit * positive(s.ltm) - (now.owed - due))
    room = jnp.minimum(p.bond_quarter_cap, room) * by_regime(p.bond_access[..., None], s.regime)
    room *= jnp.minimum(1.0, p.spread_bp / now.spread)
    ask = jnp.minimum(jnp.maximum(now.left, wish), room)
    now.new_bonds = sell(ask, p.absorb_bonds[now.k] * by_regime(p.access_bonds, s.regime))
    s.cash += positive(now.new_bonds - now.left)
    now.left = positive(now.left - now.new_bonds)


def secured_and_private(p: Any, s: Any, now: Any) -> None:
    """Steps 10.3 and 10.4."""
    pledge = s.capital + s.stage_1 + s.stage_2 + p.ai_share * now.plan
    access = by_regime(p.access_secured, s.regime)
    room = positive(p.secured_advance * pledge - (s.secured - now.due_secured)) * access
    now.new_secured = sell(jnp.minimum(now.left, room), p.absorb_secured[now.k] * access)
    now.left -= now.new_secured
    stress = positive(s.software) + p.private_glut * now.idle
    access = by_regime(p.access_private, s.regime) * jnp.exp(-p.private_gamma * stress)
    room = positive(p.private_advance * pledge - s.private) * access
    now.new_private = sell(jnp.minimum(now.left, room), p.absorb_private[now.k] * access)
    now.left -= now.new_private


def last_resorts(p: Any, s: Any, now: Any) -> None:
    """Steps 10.5 to 10.10, the surplus and the capex spent."""
    used = jnp.minimum(now.left, positive(s.cash - p.cash_min))
    s.cash -= used
    left = now.left - used
    now.drawn = jnp.minimum(left, positive(p.revolver - s.revolver))
    left -= now.drawn
    access = by_regime(p.access_equity, s.regime) * jnp.exp(-p.equity_beta * (s.x - p.log_oas0))
    now.equity = jnp.minimum(left, p.equity_room * positive(s.ltm) * access)
    left -= now.equity
    now.cut = jnp.minimum(left, p.cut_share * now.plan)
    left -= now.cut
    left -= jnp.minimum(left, now.dividends)
    now.failing = left > p.fail_tolerance * now.need

    now.repaid = jnp.minimum(now.surplus, s.revolver)
    over = now.surplus - now.repaid
    refill = jnp.minimum(over, positive(p.cash_target - s.cash))
    over -= refill
    s.cash += refill + positive(over - p.buybacks * DELTA)
    now.spent = now.plan - now.cut / p.own_share
    ratio = jnp.where(now.cut > 0, now.spent / jnp.maximum(now.plan, TINY), 1.0)
    s.log_f += jnp.log(jnp.maximum(0.05, ratio))
    now.leased = p.finance_lease_share * now.spent


def debt_and_capital(p: Any, s: Any, now: Any) -> None:
    """Step 11."""
    backed = now.new_secured + now.leased
    bond_rate = p.risk_free + now.spread * BASIS_POINT
    asset_backed = jnp.exp(now.supply) + p.secured_extra_bp
    backed_rate = p.risk_free + jnp.minimum(now.spread, asset_backed) * BASIS_POINT
    s.bonds -= now.due_bonds
    s.secured -= now.due_secured
    s.revolver -= now.repaid
    interest = (
        s.coupon * debt(s)
        + bond_rate * (now.new_bonds + now.new_private + now.drawn)
        + backed_rate * backed
        + p.private_extra_bp * BASIS_POINT * now.new_private
        + p.revolver_extra_bp * BASIS_POINT * now.drawn
    )
    s.bonds += now.new_bonds
    s.secured += backed
    s.private += now.new_private
    s.revolver += now.drawn
    now.debt = debt(s)
    s.coupon = jnp.where(now.debt > 0, interest / jnp.maximum(now.debt, TINY), s.coupon)
    s.stage_1 += p.ai_share * now.spent
    depreciation = p.depreciation_amortisation + p.book_depreciation * (
        s.capital - p.ai_capital + s.other
    )
    now.profit = jnp.where(s.failed, 0.0, now.ocf - depreciation * DELTA)
    s.other += (1 - p.ai_share) * now.spent - p.depreciation_other * DELTA


def feedback(p: Any, s: Any, now: Any) -> None:
    """Step 12, and the flows of the year and of the path."""
    s.ltm = 0.75 * s.ltm + now.recurring
    sold = now.new_bonds.sum(axis=0)
    s.premium = s.premium * p.premium_decay + p.premium_beta * sold / p.absorb_bonds[now.k]
    s.net_bonds += sold - now.due_bonds.sum(axis=0)
    failing_debt = jnp.where(now.failing, now.debt, 0.0).sum(axis=0)
    jump = p.failure_jump * failing_debt / jnp.maximum(p.debt0.sum(), TINY)
    s.jump = jnp.minimum(p.failure_jump_cap, jump)
    s.failed |= now.failing
    s.ocf += now.ocf
    s.capex += now.spent
    s.profit += now.profit
    s.total_bonds += now.new_bonds
    s.total_secured += now.new_secured
    s.total_private += now.new_private
    s.total_revolver += now.drawn
    s.total_equity += now.equity
    s.total_leased += now.leased
    s.total_cut += now.cut


STEPS = (
    regime_and_spread,
    demand_and_capacity,
    tenants_and_revenue,
    core_and_issuer_spread,
    cash_flow_and_plan,
    need_and_bonds,
    secured_and_private,
    last_resorts,
    debt_and_capital,
    feedback,
)


def moments(values: tuple, mask: Any) -> dict[str, Any]:
    """Sums and squares over paths, one column for each of the values."""
    kept = [jnp.where(mask, value, 0.0) for value in values]
    return {
        "sums": jnp.stack([value.sum(axis=-1) for value in kept], axis=-1),
        "squares": jnp.stack([(value * value).sum(axis=-1) for value in kept], axis=-1),
    }


def count(events: tuple, mask: Any) -> Any:
    return jnp.stack([jnp.sum(event & mask, axis=-1) for event in events], axis=-1)


def quarter_totals(s: Any, now: Any, mask: Any) -> dict[str, Any]:
    out = moments((jnp.exp(s.x), s.utilisation, s.demand, now.ai_share), mask)
    out["failed"] = jnp.sum(s.failed & mask, axis=1)
    return out | {"counts": count((s.regime == 1, s.regime == 2, s.tenant_lost), mask)}


def year_totals(p: Any, s: Any, mask: Any) -> dict[str, Any]:
    fcf = s.ocf - p.own_share * s.capex
    out = moments((fcf, s.ocf, s.capex, s.profit), mask)
    return out | {"counts": count((fcf < 0,), mask)}


def path_totals(p: Any, s: Any, mask: Any) -> dict[str, Any]:
    raised = (s.total_bonds, s.total_secured, s.total_private)
    raised += (s.total_revolver, s.total_equity, s.total_leased)
    firms = moments((*raised, s.total_cut), mask)
    out = {f"firm_{name}": value for name, value in firms.items()}
    out["firm_counts"] = count((s.total_cut > 0,), mask)
    failures = s.failed.sum(axis=0)
    above = s.profit.sum(axis=0) > p.group_profit
    two = failures >= 2
    out["counts"] = count((failures > 0, failures > s.failed[p.smallest], two, above), mask)
    return out | moments((sum(raised).sum(axis=0),), mask)
