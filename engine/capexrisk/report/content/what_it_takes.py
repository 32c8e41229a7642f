"""What would have to happen: the likeliest path, failing paths beside all, stories, in sentences.

Nothing is computed here: it is said of what was left with the run (`study.why`).
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from capexrisk.archive.results import Results
from capexrisk.archive.why import key_of
from capexrisk.estimate.metrics import SYSTEM
from capexrisk.model.vocabulary import DRAWS
from capexrisk.report.content import reversed as content
from capexrisk.report.content.findings import Finding
from capexrisk.report.content.part import Details, Part
from capexrisk.report.content.story import story
from capexrisk.report.writing.cells import Cell, Grid, Row
from capexrisk.report.writing.estimates import likeliest_to_fail
from capexrisk.report.writing.numbers import decimals_for, one_digit, percentage, rounded_up, signed
from capexrisk.report.writing.words import REASONS, in_a_sentence, listed, unbroken
from capexrisk.scenario.words import capitalised
from capexrisk.study.why import Why

if TYPE_CHECKING:
    from capexrisk.study.reverse import Reverse, Story

MOST_NAMED = 4
MOST_QUARTERS = 6
MOST_DECIMALS = 2
MOST_ISSUERS = 3  # whose states are tabled
SMALLEST = 0.02  # of the squared distance: less is not named
ONE_SIDED = 0.5  # of a shock's size over the quarters, that its sum has
LAWS = {draw.name: draw.law for draw in DRAWS}
OWN = "an issuer's "
ROWS = (*content.STATES, *content.OF_ISSUER)
NOTE = (
    "± is half of a 95 % interval, from failing paths drawn by importance sampling and weighted "
    "back. A single path, such as the likeliest, has no error. An issuer counts until it fails."
)


def parts_of_paths(why: Why) -> list[Part]:
    """A part for each event."""
    return [_part(found) for found in why.reverses]


def question(results: Results, run: str) -> str:
    """The command that answers what nobody has asked of a run yet."""
    likeliest = likeliest_to_fail(results, 2)
    event = f"funding_failure/{likeliest[0]}"
    if len(likeliest) > 1:
        event = f"failure_with:{likeliest[0]}/{likeliest[1]}"
    return f"capexrisk reverse {shlex.quote(run)} --event {shlex.quote(event)}"


def _part(found: Reverse) -> Part:
    members = [found.scenario.issuers[i].name for i in found.event.members]
    details = [Details("The likeliest path, quarter by quarter", _told(found.path, found, members))]
    for number, one in enumerate(found.stories, start=1):
        lines = _told(one.path, found, list(one.fails))
        details.append(Details(f"Story {number}, quarter by quarter", lines))
    return Part(
        key=key_of("reverse", found.event.name),
        heading=content.event_words(found),
        findings=[*_likeliest(found, members), *_stories(found)],
        grids=[states_grid(found)],
        details=details,
        note=NOTE,
    )


def _likeliest(found: Reverse, members: list[str]) -> Iterator[Finding]:
    """How likely the event is, of what its likeliest path is made, and where that ends."""
    shocks = listed([f"{words} {unbroken(share)}" for words, share in _largest_shocks(found)])
    yield Finding("How likely", f"{unbroken(percentage(found.probability))} of paths.")
    yield Finding(
        "The likeliest way",
        f"It lies {found.design.norm:.2f} standard deviations from the middle of all draws. What "
        f"it takes, by its share of that distance squared: {shocks}. "
        f"{capitalised(_where_it_fails(found.path, found, members))}.",
    )


def _largest_shocks(found: Reverse) -> Iterator[tuple[str, str]]:
    """The draws that make most of the likeliest path, over all quarters, and their shares."""
    design = found.shocks.query("whose == 'design point'")
    keys = ["name", "issuer"]
    squares = (design["value"] ** 2).groupby([design[key] for key in keys], sort=False).sum()
    by_shock = design["value"].groupby([design[key] for key in keys], sort=False)
    sums, sizes = by_shock.sum(), design["value"].abs().groupby([design[key] for key in keys]).sum()
    shares = squares / max(found.design.norm**2, 1e-12)
    largest = shares[shares >= SMALLEST].sort_values(ascending=False, kind="stable")
    for name, issuer in largest.index[:MOST_NAMED]:
        yield (
            _shock(name, issuer, sums[name, issuer] / sizes[name, issuer], found),
            f"{100.0 * shares[name, issuer]:.0f} %",
        )


def _shock(name: str, issuer: str, side: float, found: Reverse) -> str:
    """A draw in words: "Amazon's growth of the capex programme above its middle".

    `side` is the sum of its values over that of their sizes; one that goes both ways has none.
    """
    words = next(draw.words for draw in DRAWS if draw.name == name).removeprefix(OWN)
    words = words.replace("capacity", found.scenario.words.capacity)
    who = "" if issuer == SYSTEM else f"{issuer}’s "
    if LAWS[name] != "normal" or abs(side) < ONE_SIDED:
        return f"{who}{words}"
    return f"{who}{words} {'above' if side > 0.0 else 'below'} its middle"


def _where_it_fails(path: pd.DataFrame, found: Reverse, members: list[str]) -> str:
    """State of the market and of the failing issuers in the quarter of the last failure."""
    whole = content.until_the_end(path)
    market, first = whole.iloc[-1], whole.iloc[0]
    parts = []
    for issuer in members:
        own = whole[whole["issuer"] == issuer]
        fails = own[own["failed"] & (own["cause"] != "")]
        if not fails.empty:
            parts.append(_failure(issuer, fails.iloc[0], found))
    text = (
        f"the bond market is {market['regime']} in {market['quarter']}, its spread "
        f"{signed(market['market_spread_bp'], 0)} bp ({signed(first['market_spread_bp'], 0)} in "
        f"{first['quarter']}), utilisation {100.0 * market['utilisation']:.0f} % "
        f"({100.0 * first['utilisation']:.0f} %), demand for {found.scenario.words.capacity} "
        f"${signed(market['demand'], 0)}bn a year (${signed(first['demand'], 0)}bn); "
        f"{'; '.join(parts) or 'nobody fails'}"
    )
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def _failure(issuer: str, row: pd.Series, found: Reverse) -> str:
    flow, capex, due = (row[name] for name in ("operating_cash_flow", "capex_to_fund", "due"))
    return (
        f"{issuer} fails in {row['quarter']} with {_dollars(flow)} of operating cash flow against "
        f"{_dollars(capex)} of capex to fund and {_dollars(due)} of debt due in the quarter, bound "
        f"by {found.scenario.words.fill(REASONS[str(row['cause'])])}"
    )


def _stories(found: Reverse) -> Iterator[Finding]:
    """What failing paths have in common, told by typical ones."""
    for number, one in enumerate(found.stories, start=1):
        yield Finding(
            f"Story {number}, {unbroken(percentage(one.share))} of failing paths",
            f"{content.who_fails(one, found)}. On its typical path "
            f"{_where_it_fails(one.path, found, _failing(one))}.",
        )
    if found.silhouette < content.BLURRED:
        yield Finding(
            "How distinct they are",
            f"The stories shade into each other (mean silhouette {found.silhouette:.2f}); read "
            "them as examples, not as kinds.",
        )


def _failing(one: Story) -> list[str]:
    return [issuer for issuer, quarter in one.fails.items() if quarter]


def _told(path: pd.DataFrame, found: Reverse, issuers: list[str]) -> list[str]:
    return list(story(content.until_the_end(path), found.scenario.words, issuers))


def states_grid(found: Reverse) -> Grid:
    """Means of market and issuers on failing paths, and below each the mean of all paths."""
    means = found.states.query("statistic == 'mean'")
    every = list(dict.fromkeys(means["quarter"]))
    step = -(-len(every) // MOST_QUARTERS)
    quarters = every[::-1][::step][::-1]
    keys = zip(*(means[key] for key in ("name", "issuer", "quarter", "whose")), strict=True)
    numbers = zip(*(means[end].tolist() for end in ("value", "ci_low", "ci_high")), strict=True)
    by = dict(zip(keys, numbers, strict=True))
    named = list(dict.fromkeys(zip(means["name"], means["issuer"], strict=True)))
    issuers = list(dict.fromkeys(issuer for _, issuer in named if issuer != SYSTEM))[:MOST_ISSUERS]
    shown = [(name, who) for who in (SYSTEM, *issuers) for name in ROWS if (name, who) in named]
    rows = []
    for name, issuer in shown:
        cells = []
        for quarter in quarters:
            key = (name, issuer, quarter)
            failing, of_all = (_mean(by[*key, whose], name) for whose in ("failing", "all"))
            cells.append(Cell(failing, note=f"all {of_all}"))
        words = content.STATE_WORDS[name]
        label = words if issuer == SYSTEM else f"{issuer}: {in_a_sentence(words)}"
        rows.append(Row(label, cells))
    caption = "Failing paths: means, and below them those of all paths"
    return Grid(caption, "Quantity", quarters, rows)


def _mean(numbers: tuple[float, ...], name: str) -> str:
    value, low, high = (content.SCALES.get(name, 1.0) * number for number in numbers)
    if value != value:  # nobody is left
        return "–"
    half = 0.5 * (high - low)
    if not half > 0.0:  # the same on all paths
        return signed(value, decimals_for(value))
    decimals = max(0, min(one_digit(half), MOST_DECIMALS))
    return f"{signed(value, decimals)} ± {rounded_up(half, decimals):.{decimals}f}"


def _dollars(amount: float) -> str:
    return f"${signed(amount, 1)}bn" if amount >= 0.0 else f"−${signed(-amount, 1)}bn"
