"""The metrics of an issuer, as data: see `metrics`."""

from __future__ import annotations

from functools import partial

from capexrisk.estimate.metric import AMOUNT, CASH_FLOW, MEAN, Impossible, Metric
from capexrisk.model.vocabulary import CAUSES, CHANNELS

FINE, NEGATIVE, FAILED, BOTH = range(4)  # levels of a year's state

amount = partial(Metric, of="issuer", estimator="amount", unit="$bn", statistics=AMOUNT)
flow = partial(amount, quantities={"year": "flows_year", "horizon": "flows_total"}, statistics=MEAN)
of_year = partial(Metric, quantities={"year": "year_state"}, of="issuer", worse="high")
distress = partial(Metric, of="issuer", estimator="by date", cumulative=True, worse="high")
cause = partial(Metric, of="issuer", estimator="by cause", over=tuple(CAUSES), worse="high")
pair = partial(Metric, quantities={"horizon": "joint"}, of="issuer", over="other", worse="high")

AMOUNTS = (
    amount(
        "free_cash_flow",
        "Free cash flow",
        {"quarter": "fcf_quarter", "year": "fcf_year"},
        statistics=CASH_FLOW,
        meaning="operating cash flow less own-funded capital spending",
        worse="low",
    ),
    amount(
        "operating_cash_flow",
        "Operating cash flow",
        {"quarter": "ocf_quarter", "year": "ocf_year"},
        worse="low",
    ),
    amount(
        "capex",
        "Capex",
        {"quarter": "capex_quarter", "year": "capex_year"},
        meaning="all that is spent, finance leases included",
        worse="high",
    ),
    amount("profit", "Profit", {"quarter": "profit_quarter", "year": "profit_year"}, worse="low"),
    amount(
        "peak_spread_bp",
        "Peak spread",
        {"horizon": "peak_spread"},
        unit="bp",
        meaning="the highest while alive",
        worse="high",
        caps=lambda market: (market.spread_cap,),
    ),
    amount(
        "final_spread_bp",
        "Spread at the end",
        {"horizon": "final_spread"},
        unit="bp",
        meaning="failed or not",
        worse="high",
        caps=lambda market: (market.spread_cap,),
    ),
    amount(
        "lowest_cash",
        "Lowest cash",
        {"horizon": "lowest_cash"},
        meaning="at quarter ends while alive",
        worse="low",
        targets=lambda issuer: (issuer.cash_target, issuer.cash_min),
    ),
    amount(
        "outside_funding",
        "Outside funding",
        {"horizon": "raised"},
        meaning="through all channels",
        worse="high",
    ),
    flow(
        "raised_{channel}",
        "{}",
        over=tuple(CHANNELS),
        meaning="raised in this way, gross",
        worse="high",
    ),
    flow(
        "capex_cut_amount",
        "Capex cut",
        over=("capex_cut",),
        meaning="own-funded spending that was not made",
        worse="high",
    ),
    flow("buybacks_amount", "Buybacks", over=("buybacks",), worse="low"),
)

NEGATIVE_YEARS = (
    of_year(
        "negative_fcf",
        "Negative free cash flow",
        hits=(NEGATIVE, BOTH),
        meaning="free cash flow of the year below 0",
    ),
    of_year(
        "negative_fcf_given_survival",
        "Negative free cash flow if it survives",
        hits=(NEGATIVE,),
        among=(FINE, NEGATIVE),
        meaning="the same among paths on which the issuer lives through the year",
    ),
    of_year(
        "negative_fcf_or_failed",
        "Negative free cash flow or failure",
        hits=(NEGATIVE, FAILED, BOTH),
        meaning="that, or failed by the end of the year",
    ),
)

DISTRESS = (
    distress(
        "first_negative_fcf",
        "A year of negative free cash flow",
        {"quarter": "tiers"},
        over=("F0",),
        meaning="F0: one has ended, or a failure has ended it",
    ),
    distress(
        "no_buyback",
        "A quarter without the planned buyback",
        {"quarter": "tiers"},
        over=("F1",),
        meaning="F1",
        impossible=Impossible("No buyback is planned", lambda issuer: issuer.buybacks == 0.0),
    ),
    distress(
        "need_beyond_cash",
        "Need beyond spare cash",
        {"quarter": "tiers"},
        over=("F2",),
        meaning="F2: one that cash above target did not cover",
    ),
    distress(
        "capex_cut",
        "Capex cut for want of funding",
        {"quarter": "tiers"},
        over=("F3",),
        meaning="F3",
    ),
    distress(
        "funding_failure",
        "Funding failure",
        {"quarter": "tiers"},
        over=("F4",),
        meaning="F4: commitments not funded",
    ),
    distress(
        "net_debt_positive",
        "Net debt",
        {"quarter": "net_debt"},
        meaning="a quarter end with more debt than cash",
    ),
    distress(
        "fallen_angel",
        "Fallen angel: above its leverage limit",
        {"quarter": "fallen_angel"},
        meaning="at two quarter ends running",
        impossible=Impossible(
            "Starts above its leverage limit", lambda issuer: not issuer.within_limit
        ),
    ),
)

CAUSES_OF_FAILURE = (
    cause(
        "funding_failure_by_{cause}",
        "Funding failure by {}",
        {"horizon": "failure_cause"},
        meaning="failure with this binding cause",
    ),
    cause(
        "funding_failure_by_{cause}_given_funding_failure",
        "Share of {} in funding failures",
        {"horizon": "failure_cause"},
        among="some",
        meaning="its share among the failures",
    ),
)

CAUSES_OF_CUTS = (
    cause(
        "capex_cut_by_{cause}",
        "First capex cut by {}",
        {"horizon": "cut_cause"},
        meaning="a cut, the first with this binding cause",
    ),
    cause(
        "capex_cut_by_{cause}_given_capex_cut",
        "Share of {} in first capex cuts",
        {"horizon": "cut_cause"},
        among="some",
        meaning="its share among the first cuts",
    ),
)

PAIRS = (
    pair("failure_with:{other}", "Failure together with {}", estimator="joint"),
    pair(
        "failure_given_failure_of:{other}",
        "Failure if {} fails",
        estimator="joint given",
        meaning="this issuer fails, given that the other does",
    ),
)
