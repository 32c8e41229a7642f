"""The metrics of the group and the market, as data: see `metrics`."""

from __future__ import annotations

from functools import partial
from math import exp

from capexrisk.estimate.metric import AMOUNT, MEAN, Metric
from capexrisk.model.vocabulary import CHANNELS, REGIMES

amount = partial(Metric, of="system", estimator="amount", unit="$bn", statistics=AMOUNT)
chance = partial(Metric, of="system", estimator="chance")
failures = partial(
    Metric, quantities={"quarter": "failures"}, of="system", cumulative=True, worse="high"
)

AMOUNTS = (
    amount(
        "market_spread_bp",
        "Spread of the {bond_market}",
        {"quarter": "market_spread"},
        unit="bp",
        meaning="option-adjusted",
        worse="high",
        caps=lambda market: (exp(market.log_spread_cap),),
        axis="Option-adjusted spread, bp",
        level=("fear_spread_bp", "Fear begins"),
    ),
    amount(
        "utilisation",
        "Utilisation of {capacity}",
        {"quarter": "utilisation"},
        unit="fraction",
        worse="low",
        axis="% in use",
        level=("comfort_utilisation", "Comfort level"),
    ),
    amount(
        "demand", "Demand for {capacity}", {"quarter": "demand"}, unit="$bn a year", worse="low"
    ),
    amount(
        "boom_share_of_bond_market",
        "Share of {boom} in the {bond_market}",
        {"quarter": "bond_share"},
        unit="fraction",
        meaning="at the quarter's opening, before its sales",
        worse="high",
        axis="% of the {bond_market}",
        level=("vigilante_share", "Vigilance begins"),
    ),
    amount(
        "outside_funding",
        "Outside funding of all issuers",
        {"horizon": "outside_funding"},
        worse="high",
    ),
    amount(
        "group_profit",
        "Group profit",
        {"year": "group_profit"},
        meaning="of all issuers; a failed one counts with zero",
    ),
    amount(
        "raised_{channel}",
        "{}",
        {"horizon": "outside_total"},
        statistics=MEAN,
        over=tuple(CHANNELS),
        meaning="raised in this way by all issuers, gross",
        worse="high",
    ),
    Metric(
        "outside_funding_above_threshold",
        "Outside funding above its threshold",
        {"horizon": "funding_above"},
        of="system",
        meaning="above `thresholds.outside_funding_usd_bn`",
        worse="high",
    ),
    Metric(
        "group_profit_above_threshold",
        "Group profit above its threshold",
        {"year": "profit_above"},
        of="system",
        meaning="above `thresholds.group_profit_usd_bn_per_year`, a year's; in part of a "
        "year above that part of it",
    ),
)

CHANCES = (
    chance(
        "regime_{regime}",
        "Bond market {}",
        {"quarter": "regime_chance"},
        over=REGIMES,
        meaning="its state in that quarter; from the paths' chances of it, not from counts",
    ),
    chance(
        "anchor_lost",
        "Loss of {anchor}",
        {"quarter": "anchor_lost_chance"},
        cumulative=True,
        meaning="the anchor customer has gone; from chances in the same way",
        worse="high",
    ),
)

FAILURES = (
    failures("any_failure", "Any funding failure", meaning="of at least one issuer"),
    failures(
        "failures_at_least_{count}",
        "{} funding failures or more",
        estimator="failures",
        over="count",
        meaning="of at least so many issuers",
    ),
)

EXPECTED = (
    failures(
        "expected_failures",
        "Expected number of funding failures",
        estimator="count",
        statistics=MEAN,
        unit="issuers",
    ),
)

FAILURES_OF_OTHERS = (
    failures(
        "any_failure_without:{smallest}",
        "Any funding failure but of {}",
        quantities={"quarter": "failures_but_smallest"},
        over="smallest",
        meaning="the same without the smallest issuer",
    ),
    failures(
        "failures_at_least_{count}_without:{smallest}",
        "{} funding failures or more without the smallest issuer",
        quantities={"quarter": "failures_but_smallest"},
        estimator="failures",
        over="count_but_smallest",
        meaning="the same without the smallest issuer",
    ),
)
