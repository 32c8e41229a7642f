"""The field's words for what the tidy table calls by short names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from capexrisk.estimate.metric import AT_RISK, SHORTFALL, Metric
from capexrisk.estimate.metrics import HORIZON, SYSTEM, metric_of, of_whom
from capexrisk.model.vocabulary import CAUSES, CHANNELS
from capexrisk.report.writing.numbers import PER_CENT, sign_of
from capexrisk.scenario import Words
from capexrisk.scenario.words import capitalised

# Of metrics that go by a label.
LABELS = {
    **CAUSES,
    **{name: channel.label for name, channel in CHANNELS.items()},
    "prepayments": "Customers' prepayments",
    "investments": "Acquisitions and stakes",
}
# What a failure comes from, in a sentence.
REASONS = {
    "run": "a run",
    "window": "a shut market",
    "leverage": "the leverage limit",
    "rationing": "rationing",
    "anchor": "the loss of {anchor}",
    "glut": "a glut",
    "overspending": "overspending",
}
UNSAID = ("", "mean", "probability")  # statistics that go without saying
OF_STATISTICS = {AT_RISK: "Cash flow at risk", SHORTFALL: "Expected shortfall"}
# Parts of a scenario that are no issuer's.
SECTIONS = {"market": "Market", "thresholds": "Thresholds", "events": "Events"}
LONGEST_LABEL = 20
# All but those between two words, after a semicolon and before a bracket.
BESIDE_FIGURE = re.compile(r" (?!\()(?<!; )(?:(?<![^\W\d_] )|(?![^\W\d_]))")
LEGAL_FORM = re.compile(
    r"[\s,]+(?:inc|incorporated|corp|corporation|company|co|ltd|limited|plc|ag|se|n\.?v|s\.?a)\.?$",
    re.IGNORECASE,
)
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


def at_least(count: int, issuers: int) -> str:
    """Label of "this many issuers or more".

    >>> [at_least(k, 3) for k in (1, 2, 3)], at_least(2, 2)
    (['Any issuer', 'Two or more', 'All three'], 'Both')
    """
    number = NUMBERS[count] if count < len(NUMBERS) else str(count)
    if count == 1:
        return "Any issuer"
    if count == issuers == 2:
        return "Both"
    return f"All {number.lower()}" if count == issuers else f"{number} or more"


def words_of(name: str, issuer: str, words: Words) -> str:
    """What a metric of the tidy table is called, in a scenario's words.

    >>> words_of("raised_private", "Acme", Words()), words_of("demand", "system", Words())
    ('Private credit', 'Demand for capacity')
    """
    metric = metric_of(name, of_whom(issuer))
    found = metric.pattern.fullmatch(name)
    label = found[1] if found else ""
    return words.fill(metric.words, words.fill(LABELS[label]) if label in LABELS else label)


def figure_words(metric: str, issuer: str, period: str, words: Words, statistic: str = "") -> str:
    """A figure of the tidy table: whose it is, what and when.

    >>> figure_words("funding_failure", "Acme", "2028Q4", Words())
    'Acme: funding failure by 2028Q4'
    >>> figure_words("any_failure", "system", "2028Q4", Words())
    'Any funding failure by 2028Q4'
    """
    text = dated_words(metric, issuer, period, words, statistic)
    return capitalised(text) if issuer == SYSTEM else f"{issuer}: {text}"


def dated_words(name: str, issuer: str, period: str, words: Words, statistic: str = "") -> str:
    """What a figure is and when, to go on with in a sentence.

    >>> dated_words("free_cash_flow_while_alive", "Acme", "2027", Words(), "p5")
    'free cash flow 2027, p5'
    """
    metric = metric_of(name, of_whom(issuer))
    named = in_a_sentence(OF_STATISTICS.get(statistic) or words_of(name, issuer, words))
    suffix = "" if statistic in (*UNSAID, *OF_STATISTICS) else f", {statistic}"
    if metric.unit != "probability":
        return f"{named}{'' if period == HORIZON else f' {period}'}{suffix}"
    if period == HORIZON:
        return f"{named} within the horizon"
    return f"{named} {'by' if metric.cumulative else 'in'} {period}"


def in_a_sentence(words: str) -> str:
    """With a small first letter, but for an abbreviation.

    >>> in_a_sentence("Free cash flow"), in_a_sentence("FCF below 0")
    ('free cash flow', 'FCF below 0')
    """
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def with_unit(metric: Metric, words: Words) -> str:
    """Words of a metric that has no label, with its unit unless its numbers carry it.

    >>> with_unit(metric_of("lowest_cash", "issuer"), Words())
    'Lowest cash, $bn'
    """
    named = words.fill(metric.words)
    return named if metric.unit in PER_CENT else f"{named}, {metric.unit}"


def axis_words(metric: Metric, words: Words) -> str:
    """What an axis says on which numbers of this metric stand.

    >>> axis_words(metric_of("boom_share_of_bond_market", "system"), Words())
    '% of the bond market'
    """
    return words.fill(metric.axis) or sign_of(metric.unit)


def a_year(years: list[str]) -> str:
    """What amounts of a run's years are of, where one may be part of a year.

    >>> a_year(["2026", "2027"]), a_year(["2026Q3-Q4", "2027"])
    ('a year', 'in the period')
    """
    return "a year" if all(map(is_whole, years)) else "in the period"


def is_whole(year: str) -> bool:
    """Whether a period is a whole calendar year: "2027", not "2026Q3-Q4"."""
    return year.isdigit()


def counted(number: int, noun: str) -> str:
    """A number with its noun.

    >>> counted(1, "path"), counted(20_000, "path")
    ('1 path', '20,000 paths')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shortened(name: str) -> str:
    """A name for a label; of a long one without its legal form, the beginning and the end.

    >>> shortened("Nebulous Compute Holdings 12"), shortened("Brookfield Renewable Corporation")
    ('Nebulous Co…dings 12', 'Brookfield Renewable')
    """
    if len(name) > LONGEST_LABEL:
        name = LEGAL_FORM.sub("", name) or name
    if len(name) <= LONGEST_LABEL:
        return name
    return f"{name[: LONGEST_LABEL - 9]}…{name[-8:]}"


def told_apart(names: Sequence[str]) -> list[str]:
    """Labels of several names, no two the same: where shortened ones are, from where they differ.

    >>> told_apart(["Brookfield Solar Power Partners", "Brookfield Sonar Power Partners", "Meta"])
    ['Brookf…lar Power Par', 'Brookf…nar Power Par', 'Meta']
    """
    found = [shortened(name) for name in names]
    for label in {label for label in found if found.count(label) > 1}:
        alike = [place for place, own in enumerate(found) if own == label]
        letters = zip(*(names[place] for place in alike), strict=False)
        same = sum(1 for _ in takewhile(lambda row: len(set(row)) == 1, letters))
        for number, place in enumerate(alike, 1):
            found[place] = f"{names[place][:6]}…{names[place][same:][: LONGEST_LABEL - 7]}"
            if found[place] in found[:place]:  # these differ even later
                found[place] = f"{label[: LONGEST_LABEL - 4]}… {number}"
    return found


def listed(names: list[str], most: int | None = None) -> str:
    """Names in a sentence; at most `most` of them, then how many more there are.

    >>> listed(["A", "B", "C"]), listed(["A", "B", "C", "D"], 2)
    ('A, B and C', 'A, B and 2 more')
    """
    if most is not None and len(names) > most:
        names = [*names[:most], f"{len(names) - most:,} more"]
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def either(names: list[str]) -> str:
    """Names of which it may be any.

    >>> either(["A"]), either(["A", "B", "C"])
    ('A', 'A, B or C')
    """
    *before, last = names
    return f"{', '.join(before)} or {last}" if before else last


def unbroken(text: str) -> str:
    r"""Replace spaces beside figures and signs by non-breaking ones.

    A line may end between two words, after a semicolon and before a bracket.

    >>> unbroken("about 1 in 20 (5.0–5.4 %); with the inputs drawn").split(" ")
    ['about\xa01\xa0in\xa020', '(5.0–5.4\xa0%);', 'with', 'the', 'inputs', 'drawn']
    """
    return BESIDE_FIGURE.sub("\N{NO-BREAK SPACE}", text)
