"""The metrics of an issuer, as data: see `metrics`."""

from __future__ import annotations

from functools import partial

from capexrisk.estimate.metric import AMOUNT, CASH_FLOW, MEAN, Impossible, Metric
from capexrisk.model.vocabulary import CAUSES, CAUSES_OF_CUTS, CHANNELS
from capexrisk.scenario.issuer import NEVER

FINE, NEGATIVE, FAILED, BOTH = range(4)  # levels of a year's state
FAILS = "cannot fund its commitments, or loses its lenders (a run)"  # in words

amount = partial(Metric, of="issuer", estimator="amount", unit="$bn", statistics=AMOUNT)
alive = partial(
    amount, survivors=True, meaning="on the paths on which it has not failed before the period"
)
flow = partial(amount, quantities={"year": "flows_year", "horizon": "flows_total"}, statistics=MEAN)
of_year = partial(Metric, quantities={"year": "year_state"}, of="issuer", worse="high")
distress = partial(Metric, of="issuer", estimator="by date", cumulative=True, worse="high")
failure_cause = partial(
    Metric,
    quantities={"horizon": "failure_cause"},
    of="issuer",
    estimator="by cause",
    over=tuple(CAUSES),
    worse="high",
)
cut_cause = partial(failure_cause, quantities={"horizon": "cut_cause"}, over=CAUSES_OF_CUTS)
pair = partial(Metric, quantities={"horizon": "joint"}, of="issuer", over="other", worse="high")

# A failed issuer has no flows: over all paths its zeros pull every statistic towards 0.
FLOWS_WHILE_ALIVE = (
    alive(
        "free_cash_flow_while_alive",
        "Free cash flow",
        {"quarter": "fcf_quarter", "year": "fcf_year"},
        statistics=CASH_FLOW,
        worse="low",
    ),
    alive(
        "operating_cash_flow_while_alive", "Operating cash flow", {"year": "ocf_year"}, worse="low"
    ),
    alive("capex_while_alive", "Capex", {"year": "capex_year"}, worse="high"),
    alive("profit_while_alive", "Profit", {"year": "profit_year"}, worse="low"),
    alive(
        "{flow}_while_alive",
        "{}",
        {"year": "flows_year"},
        over=("finance_leases", "prepayments", "investments"),
        statistics=MEAN,
    ),
)

AMOUNTS = (
    amount(
        "free_cash_flow",
        "Free cash flow of all paths",
        {"quarter": "fcf_quarter", "year": "fcf_year"},
        statistics=CASH_FLOW,
        meaning="operating cash flow less own-funded capital spending; 0 after a failure",
        worse="low",
    ),
    amount(
        "operating_cash_flow",
        "Operating cash flow of all paths",
        {"quarter": "ocf_quarter", "year": "ocf_year"},
        meaning="0 after a failure",
        worse="low",
    ),
    amount(
        "capex",
        "Capex of all paths",
        {"quarter": "capex_quarter", "year": "capex_year"},
        meaning="all that is spent, finance leases included; 0 after a failure",
        worse="high",
    ),
    amount(
        "profit",
        "Profit of all paths",
        {"quarter": "profit_quarter", "year": "profit_year"},
        meaning="0 after a failure",
        worse="low",
    ),
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
        meaning="failed or not: the spread of a failed issuer goes on",
        worse="high",
        caps=lambda market: (market.spread_cap,),
    ),
    amount(
        "lowest_cash",
        "Lowest cash",
        {"horizon": "lowest_cash"},
        meaning="at quarter ends while alive",
        worse="low",
        targets=lambda issuer: (issuer.cash, issuer.cash_target, issuer.cash_min),
    ),
    amount(
        "final_cash",
        "Cash at the end",
        {"horizon": "final_cash"},
        meaning="failed or not",
        worse="low",
        targets=lambda issuer: (issuer.cash, issuer.cash_target, issuer.cash_min),
    ),
    amount(
        "final_advance",
        "Customers' advances at the end",
        {"horizon": "final_advance"},
        statistics=MEAN,
        meaning="prepaid and not yet earned, failed or not",
        worse="high",
    ),
    amount(
        "outside_funding",
        "Outside funding",
        {"horizon": "raised"},
        meaning="through all channels, until a failure",
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
    flow(
        "prepayments_amount",
        "Prepayments",
        over=("prepayments",),
        meaning="by customers, part of operating cash flow",
        worse="low",
    ),
    flow(
        "investments_amount",
        "Investments",
        over=("investments",),
        meaning="acquisitions and stakes, not in free cash flow",
    ),
)

NEGATIVE_YEARS = (
    of_year(
        "negative_fcf",
        "Negative free cash flow",
        hits=(NEGATIVE, BOTH),
        meaning="free cash flow of the year below 0; after its failure it counts as not negative",
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
        impossible=(Impossible("No buyback is planned", "buybacks", lambda usd_bn: usd_bn == 0.0),),
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
        meaning=f"F4: it {FAILS}",
    ),
    distress(
        "net_debt_positive",
        "Net debt",
        {"quarter": "net_debt"},
        meaning="a quarter end with more debt than cash",
    ),
    distress(
        "fall_to_high_yield",
        "Fall to high yield",
        {"quarter": "fall_to_high_yield"},
        meaning="its grade is lost, for good",
        impossible=(
            Impossible("Starts as high yield", "high_yield", lambda flag: flag > 0.0),
            Impossible(
                "No leverage is given at which it falls to high yield",
                "fall_leverage",
                lambda leverage: leverage >= NEVER,
            ),
        ),
    ),
)

METRICS_OF_FAILURES = (
    failure_cause(
        "funding_failure_by_{cause}",
        "Funding failure by {}",
        meaning="failure with this binding cause",
    ),
    failure_cause(
        "funding_failure_by_{cause}_given_funding_failure",
        "Share of {} in funding failures",
        among="some",
        meaning="its share among the failures",
    ),
)

METRICS_OF_CUTS = (
    cut_cause(
        "capex_cut_by_{obstacle}",
        "First capex cut by {}",
        meaning="a cut, the first with this binding cause",
    ),
    cut_cause(
        "capex_cut_by_{obstacle}_given_capex_cut",
        "Share of {} in first capex cuts",
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
