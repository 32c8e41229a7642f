"""The causes of an event in words and in tables for a terminal."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from rich.table import Table

from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.lookup import estimates_of
from capexrisk.estimate.metrics import SYSTEM
from capexrisk.report.writing.numbers import UNKNOWN, one_digit, percentage, rounded_up, signed
from capexrisk.report.writing.plain_table import plain_table
from capexrisk.report.writing.words import at_least, counted, figure_words, in_a_sentence, listed
from capexrisk.study.mechanisms import ALL, NONE

if TYPE_CHECKING:
    from capexrisk.study.causes import Causes

MOST_EVENTS = 9  # beside each other
MOST_DECIMALS = 3


def in_words(causes: Causes) -> dict[str, str]:
    """The mechanisms that act, in the scenario's words."""
    return {one.name: causes.scenario.words.fill(one.words) for one in causes.mechanisms}


def estimates(causes: Causes, measure: str, event: str | None = None) -> dict[str, Estimate]:
    """Estimates of one measure by mechanism; arguments as of `Causes.of`."""
    rows = causes.of(measure, event)
    statistic = "probability" if measure == "chance" else measure
    return dict(zip(rows.index, estimates_of(rows, statistic), strict=True))


def in_order(causes: Causes, event: str | None = None) -> list[str]:
    """The mechanisms, the largest Shapley value first."""
    shapley = estimates(causes, "shapley", event)
    return sorted(shapley, key=lambda name: -shapley[name].value)


def main_mechanisms(causes: Causes, issuer: str) -> list[tuple[str, Estimate]]:
    """The mechanism whose absence would prevent most failures of an issuer, in words; its share.

    With it all whose intervals overlap its own: which prevents more cannot be told of these. None
    where too few paths fail to tell, or nothing prevents any.
    """
    share = estimates(causes, "prevented_share", f"funding_failure/{issuer}/{causes.until}")
    told = {name: one for name, one in share.items() if one.ci_low > 0.0}
    order = sorted(told, key=lambda name: -told[name].value)
    words = in_words(causes)
    return [
        (in_a_sentence(words[name]), told[name])
        for name in order
        if told[name].ci_high >= told[order[0]].ci_low
    ]


def event_words(causes: Causes, event: str | None = None) -> str:
    """An event in words: "Oracle: funding failure by 2028Q4"."""
    metric, issuer, period = causes.named(event).split("/")
    return figure_words(metric, issuer, period, causes.scenario.words)


def in_points(gain: Estimate, sign: str = "") -> str:
    """A difference of chances in percentage points; ± is half of its 95 % interval, rounded up.

    `sign` stands behind the number where no heading says what it is.
    """
    if isnan(gain.value):
        return UNKNOWN
    half = 50.0 * (gain.ci_high - gain.ci_low)
    decimals = max(0, min(one_digit(half), MOST_DECIMALS))
    written = f"{signed(100.0 * gain.value, decimals)}{sign}"
    return f"{written} ± {rounded_up(half, decimals):.{decimals}f}"


def headline(causes: Causes) -> str:
    """The event's chance with all mechanisms and with none."""
    chance = estimates(causes, "chance")
    act, none = (percentage(chance[name]) for name in (ALL, NONE))
    return (
        f"{event_words(causes)}: {act}; with none of these mechanisms {none}; inputs as they stand"
    )


def orders_of(causes: Causes) -> str:
    """Over how many orders of switching mechanisms on a Shapley value is a mean."""
    return "all orders" if not causes.orders else counted(causes.orders, "random order")


def key(causes: Causes) -> str:
    """What the tables' numbers mean, and how sure they are."""
    text = (
        f"Shapley: mean gain over {orders_of(causes)} of switching on; they sum to the difference "
        "of the two chances. Alone: gain where no other acts. Prevented: what goes away if this "
        f"alone is switched off. Percentage points. ± is half of a 95 % interval from 32 nets of "
        f"{causes.paths // 32:,} paths, with the same draws in all. Below 0: it protects. "
        "What the model does without a mechanism is not what the world would do."
    )
    if causes.off:
        off = listed([causes.scenario.words.fill(one.words) for one in causes.off])
        text += f" Off in this scenario already: {off}."
    return text


def causes_table(causes: Causes) -> Table:
    """Every mechanism, the largest Shapley value first."""
    table = plain_table()
    table.add_column("Mechanism", overflow="fold")
    for heading in ("Shapley", "Alone", "Prevented", "% of its chance"):
        table.add_column(heading, justify="right", no_wrap=True)
    measures = [
        estimates(causes, measure)
        for measure in ("shapley", "alone", "prevented", "prevented_share")
    ]
    words = in_words(causes)
    for name in in_order(causes):
        table.add_row(words[name], *(in_points(measure[name]) for measure in measures))
    return table


def prevented_table(causes: Causes) -> Table:
    """Share of every issuer's failures, and of joint ones, that each mechanism alone prevents."""
    table = plain_table()
    table.add_column("Prevented, % of the chance", overflow="fold")
    shown = [event for event in causes.events if ":" not in event]
    chances = {event: estimates(causes, "chance", event)[ALL].value for event in shown}
    largest = sorted(shown, key=lambda event: -chances[event])[:MOST_EVENTS]
    events = [event for event in shown if event in largest]
    for event in events:
        table.add_column(short(causes, event), justify="right", no_wrap=True)
    columns = [estimates(causes, "prevented_share", event) for event in events]
    words = in_words(causes)
    for name in in_order(causes):
        table.add_row(words[name], *(in_points(column[name]) for column in columns))
    return table


def short(causes: Causes, event: str) -> str:
    """Whom an event is about, for a column."""
    metric, issuer, _ = event.split("/")
    if issuer != SYSTEM:
        return issuer
    count = 1 if metric == "any_failure" else int(metric.rpartition("_")[2])
    return at_least(count, len(causes.scenario.issuers))
