"""Followed figures of a comparison in words, the largest changes first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from math import isnan, nan
from typing import Any, Literal, NamedTuple

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from capexrisk.archive.results import Results
from capexrisk.estimate.intervals import CONFIDENCE
from capexrisk.estimate.metric import AT_RISK
from capexrisk.estimate.metrics import HORIZON, SYSTEM, failures_metric, metric_of, of_whom
from capexrisk.report.writing.estimates import FREE_CASH_FLOW, NEGATIVE
from capexrisk.report.writing.numbers import MINUS, one_digit, rounded_up, scale_of, sign_of, signed
from capexrisk.report.writing.plain_table import as_wide_as, plain_table
from capexrisk.report.writing.words import counted, dated_words
from capexrisk.scenario.words import capitalised
from capexrisk.study.comparison import MOST_FALSE, Comparison

When = Literal["year", "end", "horizon"]

MOST_IN_TERMINAL = 12
MOST_DIGITS = 3
MOST_IN_SENTENCE = 4
FIRST = (failures_metric(1), "funding_failure")
KEY = (
    "± is half of a 95 % interval of the difference, rounded up; sampling error only. Amounts are "
    "means: an issuer's of a year while it is alive, all others with nothing after a failure. "
    "Ordered by the difference as a share of the base's range from P5 to P95, of a chance by the "
    "difference itself."
)
HEADING_OVER_INPUTS = "Over inputs"
KEY_OVER_INPUTS = (
    f" {HEADING_OVER_INPUTS}: P5 to P95 of the difference as the inputs move over their ranges, in "
    "both scenarios alike."
)
KEY_OF_BLANK = " Nothing stands there where it cannot be told from the noise of the paths."


class Followed(NamedTuple):
    """A figure that a committee will ask for; by default its mean, or the probability."""

    metric: str
    when: When
    statistic: str = ""


OF_ISSUERS = (
    # Of survivors: one that has failed has no cash flow, and would look better for it.
    Followed(FREE_CASH_FLOW, "year"),
    Followed(FREE_CASH_FLOW, "year", AT_RISK),
    Followed(NEGATIVE, "year"),
    Followed("funding_failure", "end"),
    Followed("capex_while_alive", "year"),
    Followed("outside_funding", "horizon"),
)
OF_THE_SYSTEM = (
    Followed(failures_metric(1), "end"),
    Followed(failures_metric(2), "end"),
    Followed("utilisation", "end"),
    Followed("demand", "end"),
    Followed("market_spread_bp", "end"),
    Followed("regime_shut", "end"),
    Followed("boom_share_of_bond_market", "end"),
    Followed("anchor_lost", "end"),
    Followed("group_profit", "year"),
    Followed("outside_funding", "horizon"),
)


class Change(NamedTuple):
    """A headline figure of a scenario beside the base's.

    Attributes
    ----------
    issuer : str
        A name, or "system".
    metric : str
    words : str
        What it is, with its period.
    unit : str
        As it is written: "$bn", "bp", "%".
    base, value, difference, half_width : float
        In the unit; differences of per cent are points, `half_width` is of their 95 % interval.
    change : float
        See `Comparison`.
    gain : float
        By what factor common random numbers made the error smaller.
    low, high : float
        P5 and P95 of the difference over the inputs; NaN where they are not known.
    end_half : float
        Half of the wider of their 95 % intervals.
    """

    issuer: str
    metric: str
    words: str
    unit: str
    base: float
    value: float
    difference: float
    half_width: float
    change: float
    gain: float
    low: float = nan
    high: float = nan
    end_half: float = nan

    @property
    def label(self) -> str:
        """Whose figure it is, and which."""
        if self.issuer != SYSTEM:
            return f"{self.issuer}: {self.words}"
        return capitalised(self.words)

    @property
    def over_inputs(self) -> str:
        """How far the difference moves with the inputs; "" where that is not known.

        Both ends have the decimals that the less certain of them supports.
        """
        if isnan(self.low) or isnan(self.high):
            return ""
        digits = max(0, 1 + one_digit(max(abs(self.low), abs(self.high)) or 1.0))
        if self.end_half > 0.0:
            digits = min(digits, max(0, one_digit(self.end_half)))
        return f"{plus(self.low, digits)} to {plus(self.high, digits)}"

    def texts(self) -> tuple[str, str, str]:
        """Base, value and difference with its error, as written."""
        decimals = _decimals(self.half_width, max(abs(self.base), abs(self.value)))
        of_difference = max(decimals, _decimals(self.half_width, abs(self.difference)))
        half = rounded_up(self.half_width, of_difference)
        return (
            signed(self.base, decimals),
            signed(self.value, decimals),
            f"{plus(self.difference, of_difference)} ± {half:,.{of_difference}f}",
        )


def key(shown: Iterable[Change]) -> str:
    """How to read what changes most; of ranges over the inputs where one is shown."""
    told = [bool(change.over_inputs) for change in shown]
    return KEY + (KEY_OVER_INPUTS + KEY_OF_BLANK * (not all(told))) * any(told)


def headline_changes(comparison: Comparison, scenario: str) -> list[Change]:
    """Followed figures of one of the other scenarios, the largest changes first.

    Figures that may not differ at all are left out, by the false discovery rate of 5 % over all
    that is compared, and those that no path can tell.
    """
    table = comparison.table
    followed = {headline.metric for headline in (*OF_ISSUERS, *OF_THE_SYSTEM)}
    wanted = (table["scenario"] == scenario) & table["metric"].isin(followed)
    wanted &= table["false_discovery_rate"] <= MOST_FALSE  # false for NaN
    rows = {
        (row["issuer"], row["metric"], row["statistic"], row["period"]): row
        for row in table[wanted].to_dict("records")
    }
    found = []
    for issuer, headline, period in _wanted(comparison, scenario):
        metric = metric_of(headline.metric, of_whom(issuer))
        key = (issuer, headline.metric, headline.statistic or metric.statistics[0], period)
        if row := rows.get(key):
            words = dated_words(
                headline.metric, issuer, period, comparison.words, headline.statistic
            )
            found.append(_change(issuer, headline, words, row))
    found.sort(key=lambda one: -abs(one.change) if not isnan(one.change) else 0.0)
    return found


def _wanted(comparison: Comparison, scenario: str) -> Iterator[tuple[str, Followed, str]]:
    base, other = comparison.runs[comparison.base], comparison.runs[scenario]
    issuers = [issuer for issuer in base.issuers if issuer in other.issuers]
    groups = ((issuers, OF_ISSUERS), ([SYSTEM], OF_THE_SYSTEM))
    for names, headlines in groups:
        for name in names:
            for headline in headlines:
                for period in _periods(headline.when, base, other):
                    yield name, headline, period


def _periods(when: When, base: Results, other: Results) -> list[str]:
    if when == "horizon":
        return [HORIZON]
    if when == "year":
        return [year for year in base.years if year in other.years]
    return [quarter for quarter in base.quarters if quarter in other.quarters][-1:]


def _change(issuer: str, headline: Followed, words: str, row: Mapping[Any, Any]) -> Change:
    unit = metric_of(headline.metric, of_whom(issuer)).unit
    half = 0.5 * (row["ci_high"] - row["ci_low"])
    numbers = (row["base"], row["value"], row["difference"], half)
    ends = [row[f"inputs_{level}"] for level in ("p5", "p95")]
    end_half = max(
        0.5 * (row[f"inputs_{level}_high"] - row[f"inputs_{level}_low"]) for level in ("p5", "p95")
    )
    base, value, difference, half, low, high, end_half = (
        scale_of(unit) * float(number) for number in (*numbers, *ends, end_half)
    )
    return Change(
        issuer=issuer,
        metric=headline.metric,
        words=words,
        unit=sign_of(unit),
        base=base,
        value=value,
        difference=difference,
        half_width=half,
        change=float(row["change"]),
        gain=float(row["gain"]),
        low=low,
        high=high,
        end_half=end_half,
    )


def chance_line(comparison: Comparison, name: str) -> str:
    """How many differences of a run are told from 0, and how many would be by chance."""
    if comparison.runs[comparison.base] == comparison.runs[name]:
        return "The same scenario on the same draws, so no figure differs at all"
    of_run = comparison.table[comparison.table["scenario"] == name]
    # What no path moves in either run is no test: chance cannot make it differ.
    uncertain = of_run["ci_low"] < of_run["ci_high"]
    known = int((uncertain | (of_run["difference"].ne(0.0) & of_run["ci_low"].notna())).sum())
    outside = int(((of_run["ci_low"] > 0.0) | (of_run["ci_high"] < 0.0)).sum())
    sure = int((of_run["false_discovery_rate"] <= MOST_FALSE).sum())
    expected = round((1.0 - CONFIDENCE) * int(uncertain.sum()))
    return (
        f"{outside:,} of {known:,} differences have a 95 % interval without 0, where chance "
        f"alone gives {expected:,}; {sure:,} are told at a false discovery rate of 5 %"
    )


def sentence(changes: list[Change]) -> str:
    """The largest change of each kind in a sentence, failures first."""
    kinds: dict[str, Change] = {}
    for change in changes:
        kinds.setdefault(change.metric, change)
    if not kinds:
        return "No headline figure differs beyond sampling error."
    order = sorted(kinds, key=lambda metric: FIRST.index(metric) if metric in FIRST else len(FIRST))
    parts = [_phrase(kinds[metric]) for metric in order[:MOST_IN_SENTENCE]]
    text = "; ".join(parts)
    return f"{capitalised(text)}."


def _phrase(change: Change) -> str:
    """A change in words."""
    before, here, difference = change.texts()
    if change.unit.startswith("$bn"):
        difference = re.sub(r"^([+−]?)([0-9.,]+)", r"\1$\2bn", difference)
    unit = {"%": " points", "bp": " bp"}.get(change.unit, "")
    whose = "" if change.issuer == SYSTEM else f"{change.issuer}, "
    before, here = (_with_unit(number, change.unit) for number in (before, here))
    return f"{whose}{change.words}: {here} instead of {before} ({difference}{unit})"


def _with_unit(number: str, unit: str) -> str:
    if unit.startswith("$"):
        minus = f"{MINUS}\N{WORD JOINER}" if number.startswith(MINUS) else ""
        return f"{minus}${number.removeprefix(MINUS)}{unit.removeprefix('$')}"
    return f"{number}\N{NO-BREAK SPACE}{unit}"


def plus(value: float, decimals: int) -> str:
    """A difference with its sign; 0 has none."""
    text = signed(value, decimals)
    return f"+{text}" if value > 0.0 and float(text.replace(",", "")) else text


def _decimals(half: float, value: float) -> int:
    """Decimals that show one digit of the error, and at most three digits of the value."""
    of_error = one_digit(half) if half > 0.0 else MOST_DIGITS
    return max(0, min(of_error, MOST_DIGITS - 1 + one_digit(value)))


class Changes:
    """What ``capexrisk compare`` prints at its end, in 80 columns; rich prints it.

    Parameters
    ----------
    comparison : Comparison
    """

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """What rich prints."""
        comparison = self._comparison
        base = comparison.runs[comparison.base]
        paths = counted(base.paths, "path")
        yield Text(f"Held against {comparison.base} ({paths}), what changed most", style="bold")
        for name in comparison.others:
            yield Text()
            yield self._table(name)
            yield Text(f"{chance_line(comparison, name)}.", style="dim")
        yield Text()
        shown = [change for name in comparison.others for change in self._shown(name)]
        yield Text(key(shown), style="dim")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Columns that its tables take; text wraps."""
        return as_wide_as(map(self._table, self._comparison.others), console, options)

    def _shown(self, name: str) -> list[Change]:
        return headline_changes(self._comparison, name)[:MOST_IN_TERMINAL]

    def _table(self, name: str) -> Table:
        table = plain_table()
        table.add_column(Text(name), overflow="fold")
        for heading in ("base", "here", "difference"):
            table.add_column(heading, justify="right", no_wrap=True)
        table.add_column("", no_wrap=True)
        changes = self._shown(name)
        told = any(change.over_inputs for change in changes)
        if told:
            table.add_column(HEADING_OVER_INPUTS.lower(), justify="right", no_wrap=True)
        for change in changes:
            over_inputs = (change.over_inputs,) if told else ()
            table.add_row(Text(change.label), *change.texts(), change.unit, *over_inputs)
        if not table.row_count:
            table.add_row("nothing differs beyond sampling error")
        return table
