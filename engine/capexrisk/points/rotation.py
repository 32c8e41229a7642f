"""Rotation of draws, so that a few coordinates of a point decide the issuers' cash flows.

Free cash flow of a calendar year is nearly linear in the normals behind it: an issuer's own ones
explain most of it, the market's capex and macro shocks most of the rest. An orthogonal matrix turns
coordinates into draws, which stay independent standard normals whatever it is. If its first columns
span the gradients of the first years' cash flows, as many coordinates explain nearly all of them
(J. Imai and K. S. Tan, "A general dimension reduction technique for derivative pricing", Journal of
Computational Finance 10, 2006); these get early dimensions of the sequence.

The gradients have a closed form in the scenario, without a pilot run: those of an issuer alone on
its median path, with revenue that grows at its mean rate, capital spending as planned and no
reaction from others. On the default scenario each has a cosine of 0.998 or more with the gradient
estimated from 131,072 paths, 0.97 for CoreWeave, which fails often; 0.94 or more for the market's
draws, 0.78 for CoreWeave.

The yield, drawn once a path, decides more than the macro shocks do, but not linearly: rotated with
the others it spoils the means (2026, large issuers: 120 to 340 instead of 390 to 1,160; see
`layout`).

Two scenarios whose issuers differ have slightly different rotations, which make their random
numbers a little less common: where one issuer's plan changes, mainly its own draws. For
Oracle's capex of 2026 at $40bn the error of what that does to the others' mean free cash flow of
2027 is 0.9 to 1.6 of that without rotations. Points that are frozen (`frozen`) avoid it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel.rotated import LEADS, SHARED_DRAWS, Rotation
from capexrisk.kernel.schedule import Schedule
from capexrisk.model.parameters import DELTA, Issuer, Market

Floats = NDArray[np.float64]
CAPEX_ROW, MACRO_ROW = slice(3, 6), slice(6, 10)  # of `Market.root`
NEGLIGIBLE = 1e-9  # of a gradient's length: a smaller remainder is rounding


class Gradients(NamedTuple):
    """Gradients of n issuers' free cash flow in each calendar year at draws of 0, $bn."""

    own: Floats  # (n, draws, years) in the issuer's: once a path, then by quarter
    shared: Floats  # (n, draws, years) in the first `SHARED_DRAWS` of the market of each quarter


def cash_flow_gradients(market: Market, schedule: Schedule, quarters: int) -> Gradients:
    """Gradients of free cash flow with respect to draws, for the years in the first `quarters`."""
    issuers = Issuer(*schedule.issuers.T[..., None, None])  # each (n, 1, 1)
    passed = (np.arange(quarters) + 1.0) * DELTA
    year = schedule.year[:quarters]
    in_year = (year == np.arange(year[-1] + 1)[:, None]).astype(float)
    season, plan = schedule.season[:, None, :quarters], schedule.capex_plan[:, None, :quarters]
    revenue = issuers.core_revenue_start * np.exp(issuers.core_growth * passed)
    core = issuers.core_margin * revenue * season * in_year  # (n, years, quarters)
    noisy = np.abs(issuers.core_margin * revenue - issuers.core_cost) * season * in_year
    spent = (issuers.finance_lease_share - 1.0) * plan * in_year
    felt_core = _from_then_on(core, decay=1.0)
    felt_spent = _from_then_on(spent, decay=market.capex_decay)
    own = [
        issuers.core_growth_sigma * (core * passed).sum(axis=-1, keepdims=True),
        issuers.capex_growth_sigma * (spent * passed).sum(axis=-1, keepdims=True),
        _by_quarter(
            issuers.core_own_step * felt_core,
            issuers.cash_flow_noise * noisy,
            issuers.capex_own_step * felt_spent,
            np.zeros_like(core),  # the spread: through interest alone
        ),
    ]
    root = np.array(market.root)
    capex, macro = np.append(root[CAPEX_ROW], 0.0), root[MACRO_ROW]
    by_capex, by_macro = (
        issuers.capex_market_step * felt_spent,
        issuers.core_market_step * felt_core,
    )
    shared = _by_quarter(
        *(capex[draw] * by_capex + macro[draw] * by_macro for draw in range(SHARED_DRAWS))
    )
    return Gradients(own=np.concatenate(own, axis=-1).swapaxes(1, 2), shared=shared.swapaxes(1, 2))


def _from_then_on(flow: Floats, *, decay: float) -> Floats:
    """Effect of a shock: the flows of its quarter and of all that follow, what is left of it."""
    total = flow.copy()
    for k in range(flow.shape[-1] - 2, -1, -1):
        total[..., k] += decay * total[..., k + 1]
    return total


def _by_quarter(*by_draw: Floats) -> Floats:
    """Gradients in several draws of a quarter, (n, years, quarters) each, draw after draw."""
    several: Floats = np.stack(by_draw, axis=-1)
    return several.reshape(*several.shape[:2], -1)


def reflections(columns: Floats) -> tuple[Floats, Floats, Floats]:
    """Householder reflections whose product has first columns that span these in turn.

    The reflection of column j leaves the first j coordinates alone. It turns the remainder of its
    column, after the reflections before, to the positive side of its axis (G. H. Golub and C. F.
    Van Loan, Matrix Computations, algorithm 5.1.1): a small change of the columns is then a small
    change of the product. A zero column, one in the span of those before it, and one that lies on
    its axis get none.

    Parameters
    ----------
    columns : ndarray, shape (n, m, c)
        n matrices; c at most m.

    Returns
    -------
    v, u : ndarray, shape (n, m, c)
        Of the products I - U Vᵀ: the compact form (R. Schreiber and C. Van Loan, SIAM Journal on
        Scientific and Statistical Computing 10, 1989).
    ndarray, shape (n, m, c)
        The columns in rotated coordinates: zero below the diagonal.
    """
    left = columns.copy()
    v, u = np.zeros_like(columns), np.zeros_like(columns)
    length = np.sqrt((columns**2).sum(axis=1))
    for j in range(columns.shape[2]):
        x = left[:, j:, j]
        below = (x[:, 1:] ** 2).sum(axis=1)
        norm = np.sqrt(x[:, 0] ** 2 + below)
        far = x[:, 0] + norm  # if x0 is positive, x0 - norm would cancel
        first = np.where(x[:, 0] > 0.0, -below / np.where(far > 0.0, far, 1.0), x[:, 0] - norm)
        size = first**2 + below
        # On its axis already, up to rounding, a column would be turned in any direction.
        wanted = (norm > NEGLIGIBLE * length[:, j]) & (size > (NEGLIGIBLE * norm) ** 2)
        scale = np.where(wanted, 2.0 / np.where(wanted, size, 1.0), 0.0)
        axis = np.zeros(left.shape[:2])
        axis[:, j], axis[:, j + 1 :] = first, x[:, 1:]
        axis *= np.sqrt(scale)[:, None]
        # (I - U Vᵀ) (I - a aᵀ) = I - U Vᵀ - (a - U Vᵀa) aᵀ
        onto = (v * axis[:, :, None]).sum(axis=1)
        v[:, :, j] = axis
        u[:, :, j] = axis - (u * onto[:, None]).sum(axis=2)
        left -= axis[:, :, None] * (axis[:, :, None] * left).sum(axis=1)[:, None]
    return v, u, left


def rotation(market: Market, schedule: Schedule) -> Rotation:
    """Rotations of a scenario's draws, from its cash flows of the first `LEADS` years.

    Each issuer's own draws are rotated first, then the leads of all issuers together with the
    market's draws: a lead coordinate, those before it fixed, moves one issuer's cash flow of one
    year.
    """
    quarters = int((schedule.year < LEADS).sum())
    gradients = cash_flow_gradients(market, schedule, quarters)
    n, draws, years = gradients.own.shape
    columns = np.zeros((n, draws, LEADS))
    columns[..., :years] = gradients.own
    own_v, own_u, left = reflections(columns)
    shared = np.zeros((LEADS, n, gradients.shared.shape[1]))
    shared[:years] = gradients.shared.transpose(2, 0, 1)
    # By year, then issuer; the remainder of an issuer's own gradient is in its own leads.
    leads = np.einsum("ndy,nm->dnym", left[:, :LEADS], np.eye(n)).reshape(LEADS * n, LEADS * n)
    together = np.concatenate([leads, shared.reshape(LEADS * n, -1).T])
    all_v, all_u, _ = (part[0] for part in reflections(together[None]))
    return Rotation(quarters, own_v, own_u, all_v, all_u)
