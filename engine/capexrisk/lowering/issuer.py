"""An issuer's record of the kernel: flows of a quarter, margins and offsets of the start."""

from __future__ import annotations

from math import inf
from math import log as log_of
from typing import Any

from capexrisk.lowering.columns import COLUMNS, exp, expm1, larger, lifted, log, power, sqrt
from capexrisk.lowering.market import as_they_are, ornstein_uhlenbeck_step
from capexrisk.model.parameters import DELTA, Issuer
from capexrisk.scenario.issuer import NEVER
from capexrisk.scenario.opening import Parameters, Start, opening_books

REVENUE_LEAD = 0.375  # years from the middle of the base year to its last quarter


def lower_issuer(i: Parameters, m: Parameters, start: Start, total_weight: Any) -> Issuer:
    """Lower an issuer, of one scenario or, as columns, of several.

    A field that has the name of a parameter takes its value as it is; the others, and those that
    are a quarter's, are written here.

    Parameters
    ----------
    i, m : dict
        Parameters of the issuer and of the market.
    start : Start
    total_weight : float or column
        Sum over all issuers of relative yield times build-out capital.
    """
    books = opening_books(i, m, start, COLUMNS)
    margin = larger(books.margin, i["incremental_margin"])
    own_share = 1.0 - i["finance_lease_share"]
    prepaid = i["prepaid_share"] * i["buildout_share"] * own_share
    share = i["relative_yield"] * i["buildout_capital"] / total_weight
    core_step = i["core_sigma"] * sqrt(DELTA)
    capex_step = ornstein_uhlenbeck_step(i["capex_sigma"], m["capex_speed"])
    written: dict[str, Any] = {
        "core_revenue_start": i["core_revenue"] * DELTA * exp(REVENUE_LEAD * i["core_growth"]),
        "core_margin": margin,
        "core_cost": (margin - books.margin) * i["core_revenue"] * DELTA,
        "revenue_year_start": books.revenue,
        "cash_flow_floor": books.floor,
        "dividends": i["dividends"] * DELTA,
        "buybacks": i["buybacks"] * DELTA,
        "investments": i["investments"] * DELTA,
        "value_scale": 1.0 / books.value,
        "saleable_start": i["equity_access"] * i["market_cap"] * DELTA,
        "spread": i["spread_bp"],
        "log_spread_offset": log(i["spread_bp"] / m["oas0_bp"])
        - m["spread_leverage"] * log(1.0 + books.leverage),
        "fall_leverage": _or_never(i["fall_leverage"]),
        "prepaid": prepaid,
        "depreciation_amortisation": i["depreciation_amortisation"] * DELTA,
        "depreciation_other": i["depreciation_other"] * DELTA,
        "cash_target": larger(i["cash_target"], i["cash_min"]),
        "cash_cover": i["cash_cover"] * 4.0 * own_share,
        "core_market_step": core_step * i["core_beta"],
        "core_own_step": core_step * sqrt(1.0 - power(i["core_beta"], 2)),
        "capex_market_step": capex_step * i["capex_beta"],
        "capex_own_step": capex_step * sqrt(1.0 - power(i["capex_beta"], 2)),
        "log_capacity_share_start": _log_or_none(share),
        "idio_step": i["idio_sigma"] * sqrt(DELTA),
        "discipline": i["discipline"] * (1.0 - i["committed"]),
        "pipeline_outflow": -expm1(-2.0 * DELTA / i["build_lag"]),
        "burn_start": books.burn,
        "distance_least": 0.1 * larger(i["ocf"], books.floor) * DELTA,
    }
    return Issuer(**as_they_are(Issuer._fields, i, written), **written)


@lifted
def _or_never(leverage: float) -> float:
    return leverage if leverage < NEVER else inf


@lifted
def _log_or_none(share: float) -> float:
    return log_of(share) if share > 0.0 else -inf
