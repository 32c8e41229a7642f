"""Failures in the first quarter: ruled out by the books at the start, or else counted."""

from __future__ import annotations

from math import exp, sqrt
from typing import Any, Final

from capexrisk.errors import DimensionError
from capexrisk.model.vocabulary import REGIMES
from capexrisk.scenario import Scenario
from capexrisk.scenario.opening import Books, Start, opening_books, start_of

__all__ = ["PATHS", "WORTH_A_WARNING", "first_quarter_failures"]

Parameters = dict[str, Any]  # under MODEL.md's names

PATHS: Final = 4_096
WORTH_A_WARNING: Final = 0.01  # of all paths
QUARTER: Final = 0.25  # of a year
BAD: Final = 3.0  # standard deviations


def first_quarter_failures(scenario: Scenario) -> dict[str, float]:
    """Share of paths on which each issuer fails in the first quarter, in whatever way.

    The books rule it out for most scenarios, which takes no compiled code. Where they do not, paths
    are simulated: half a second, and once on a machine half a minute for compiling.

    Returns
    -------
    dict of str to float
        Empty where no issuer can fail on as much as `WORTH_A_WARNING`.
    """
    if not _possible(scenario):
        return {}
    # Here, because it loads the compiled core.
    from capexrisk.study.outcomes import path_outcomes

    dates = [f"tiers/F4/{issuer.name}" for issuer in scenario.issuers]
    try:
        found = path_outcomes(scenario, dates, paths=PATHS, n_jobs=1)
    except DimensionError:  # too large for a net
        found = path_outcomes(scenario, dates, paths=PATHS, n_jobs=1, sampler="plain")
    shares = (found == 0.0).mean()
    return {i.name: float(shares[date]) for i, date in zip(scenario.issuers, dates, strict=True)}


def _possible(scenario: Scenario) -> bool:
    """Whether an issuer may fail on more than WORTH_A_WARNING, as far as the books say."""
    parameters = scenario.parameters
    market, start = parameters["market"], start_of(parameters)
    if any(event["quarter"] == 0 for event in parameters["events"]):
        return True
    chances = _regime_chances(market, start)
    season = int(scenario.start[-1]) - 1
    for i in parameters["issuers"]:
        books = opening_books(i, market, start)
        unsafe = (
            chance
            for regime, chance in enumerate(chances)
            if not _survives_a_bad_quarter(i, market, start, books, regime, season)
        )
        if sum(unsafe) > WORTH_A_WARNING:
            return True
    return False


def _regime_chances(market: Parameters, start: Start) -> list[float]:
    """Chances of the regimes after step 1 of the first quarter."""
    s, hazard = market["regime0"], market["hazard"]
    boost = 1.0 + market["vigilante"] * max(
        market["boom_debt_share0"] - market["vigilante_share"], 0
    )
    boost *= max(market["oas0_bp"] / market["fear_spread_bp"], 1.0) ** market["fear_spread"]
    unused = max(market["comfort_utilisation"] - start.utilisation, 0.0)
    boost *= 1.0 + market["fear_glut"] * unused
    shock = 1.0 - exp(-market["shock_rate"] * QUARTER)
    chances = [0.0] * len(REGIMES)
    for weight, times in ((1.0 - shock, 1.0), (shock, market["shock_hazard_multiple"])):
        rates = [
            0.0 if to == s else hazard[s][to] * (boost * times if to > s else 1.0)
            for to in range(len(REGIMES))
        ]
        leave = 1.0 - exp(-sum(rates) * QUARTER)
        for to, rate in enumerate(rates):
            chances[to] += weight * (1.0 - leave if to == s else leave * rate / (sum(rates) or 1.0))
    return chances


def _survives_a_bad_quarter(
    i: Parameters, market: Parameters, start: Start, books: Books, regime: int, season: int
) -> bool:
    """Whether cash, lines and collateral outlast a bad quarter without any other lender (step 10).

    Bad: capital spending and the noise of cash flow are `BAD` standard deviations off.
    """
    spent = (1.0 - i["finance_lease_share"]) * i["capex_plan"][0]
    spent *= exp(BAD * i["capex_sigma"] * sqrt(QUARTER))
    prepaid = i["prepaid_share"] * i["buildout_share"] * spent * min(1.0, start.spot)
    seasonal = i["ocf"] * i["seasonality"][season]
    cash_flow = (seasonal - BAD * i["cash_flow_noise"] * abs(seasonal)) * QUARTER + prepaid
    due = min(i["maturities"][0], i["bonds"] + i["secured_debt"])
    paid_out = (i["dividends"] + i["investments"]) * QUARTER
    collateral = max(i["secured_advance"] * books.pledge - i["secured_debt"], 0.0)
    liquidity = max(i["cash"] - i["cash_min"], 0.0) + i["revolver"]
    liquidity += collateral * market["access"]["secured"][regime]
    burn = 0.5 * books.burn + 0.5 * max(i["committed"] * spent + due - cash_flow, 0.0)
    wanted = market["run_quarters"][regime] * burn
    return bool(liquidity - (spent + paid_out + due - cash_flow) >= wanted)
