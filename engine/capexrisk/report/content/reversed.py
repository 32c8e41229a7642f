"""What would have to happen for a failure, in words and in tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from rich.table import Table

from capexrisk.estimate.metrics import SYSTEM
from capexrisk.model.vocabulary import CAUSES, DRAWS
from capexrisk.report.content.story import story
from capexrisk.report.writing.numbers import decimals_for, percentage, signed
from capexrisk.report.writing.plain_table import plain_table
from capexrisk.report.writing.words import figure_words, listed
from capexrisk.study.rare.design_point import OTHER_WAY

if TYPE_CHECKING:
    from capexrisk.study.reverse import Reverse, Story

LARGEST = 12  # shocks that are listed
MENTIONED = 4  # of the other way
BLURRED = 0.25  # mean silhouette below which stories shade into each other
STATES = ("market_spread", "shut", "utilisation", "demand")
OF_ISSUER = ("operating_cash_flow", "capex", "cash")
STATE_WORDS = {
    "market_spread": "Market spread, bp",
    "shut": "Bond market shut, % of paths",
    "utilisation": "Utilisation, %",
    "demand": "Demand, $bn a year",
    "operating_cash_flow": "Operating cash flow, $bn",
    "capex": "Capex, $bn",
    "free_cash_flow": "Free cash flow, $bn",
    "cash": "Cash, $bn",
    "debt": "Debt, $bn",
}
SCALES = {"shut": 100.0, "utilisation": 100.0}


def event_words(found: Reverse) -> str:
    """The event in words: "Oracle: funding failure by 2028Q4"."""
    event = found.event
    return figure_words(event.metric, event.issuer, event.period, found.scenario.words)


def sentences(found: Reverse) -> Iterator[str]:
    """How likely it is, and how far away the likeliest path to it."""
    design = found.design
    yield f"{event_words(found)}: {percentage(found.probability)} of paths, inputs as they stand."
    yield (
        f"The likeliest shocks that bring it about lie {design.norm:.2f} standard deviations from "
        f"the middle of all draws. A single shock as large as that, in one direction given "
        f"beforehand, has a chance of {100.0 * found.as_one_shock:.2g} %; the event's own chance "
        f"is that of a shock beyond {found.equivalent_distance:.2f}. It says nothing of how usual "
        "the path is as a whole: no path of so many draws lies near the middle."
    )
    if design.other is not None:
        yield (
            f"The nearest other way that was found lies at {np.linalg.norm(design.other):.2f}: "
            f"{listed(list(_largest(found, OTHER_WAY)))}."
        )
    closer = "none fails" if not design.closer else f"{design.closer:,} fail"
    yield (
        f"Of {design.checked:,} points around it that lie nearer to the middle {closer}; a nearer "
        "one elsewhere cannot be ruled out."
    )


def _largest(found: Reverse, whose: str) -> Iterator[str]:
    """The largest shocks of a point: "growth of the capex programme (Amazon) +1.20"."""
    words = {draw.name: draw.words for draw in DRAWS}
    shocks = found.shocks[found.shocks["whose"] == whose]
    order = shocks["value"].abs().sort_values(ascending=False, kind="stable").index[:MENTIONED]
    for _, row in shocks.loc[order].iterrows():
        where = [row["quarter"], "" if row["issuer"] == SYSTEM else row["issuer"]]
        place = ", ".join(part for part in where if part)
        yield f"{words[row['name']]}{f' ({place})' if place else ''} {signed(row['value'], 2)}"


def shocks_table(found: Reverse) -> Table:
    """The largest shocks of the design point, beside the mean on failing paths."""
    words = {draw.name: draw.words for draw in DRAWS}
    table = plain_table()
    for heading in ("what it decides", "whose", "quarter"):
        table.add_column(heading)
    table.add_column("likeliest path", justify="right")
    table.add_column("mean of failing paths", justify="right")
    keys = ["name", "issuer", "quarter"]
    means = found.shocks.query("statistic == 'mean'").set_index(keys)
    design = found.shocks.query("whose == 'design point'").set_index(keys)["value"]
    for key in design.abs().sort_values(ascending=False, kind="stable").index[:LARGEST]:
        name, issuer, quarter = key
        mean = means.loc[key]
        half = 0.5 * (mean["ci_high"] - mean["ci_low"])
        table.add_row(
            words[name],
            "market" if issuer == SYSTEM else issuer,
            quarter or "whole path",
            signed(design[key], 2),
            f"{signed(mean['value'], 2)} ± {half:.2f}",
        )
    return table


def states_table(found: Reverse) -> Table:
    """Means of market and issuers by quarter, of failing paths and of all."""
    means = found.states.query("statistic == 'mean'")
    issuers = list(dict.fromkeys(means.query("issuer != @SYSTEM")["issuer"]))
    columns = [(name, SYSTEM) for name in STATES]
    columns += [(name, issuer) for issuer in issuers[:2] for name in OF_ISSUER]
    table = plain_table()
    table.add_column("mean: failing | all")
    for name, issuer in columns:
        who = "" if issuer == SYSTEM else f"{issuer} "
        unit = ", %" if name in SCALES else ", bp" if name == "market_spread" else ", $bn"
        table.add_column(f"{who}{name.replace('_', ' ')}{unit}", justify="right")
    keys = zip(*(means[key] for key in ("quarter", "name", "issuer", "whose")), strict=True)
    numbers = zip(*(means[end].tolist() for end in ("value", "ci_low", "ci_high")), strict=True)
    rows = dict(zip(keys, numbers, strict=True))
    for quarter in dict.fromkeys(means["quarter"]):
        cells = (_pair(rows, (quarter, *column)) for column in columns)
        table.add_row(quarter, *cells)
    return table


def _pair(rows: dict[tuple[str, ...], tuple[float, ...]], key: tuple[str, str, str]) -> str:
    scale = SCALES.get(key[1], 1.0)
    texts = []
    for whose in ("failing", "all"):
        value, low, high = (scale * number for number in rows[*key, whose])
        decimals = 0 if key[1] in STATES else decimals_for(value)
        texts.append(f"{signed(value, decimals)} ± {0.5 * (high - low):.{max(decimals, 1)}f}")
    return " | ".join(texts)


def stories_in_words(found: Reverse) -> Iterator[str]:
    """Each story: its share, who fails when and why, and its path told."""
    yield f"{len(found.stories)} typical stories."
    if found.silhouette < BLURRED:
        yield (
            f"They shade into each other (mean silhouette {found.silhouette:.2f}): read them as "
            "examples, not as kinds."
        )
    for number, one in enumerate(found.stories, start=1):
        yield ""
        yield f"Story {number}, {percentage(one.share)} of failing paths: {who_fails(one, found)}"
        yield from story(until_the_end(one.path), found.scenario.words, list(one.fails))


def design_in_words(found: Reverse) -> Iterator[str]:
    """The likeliest path, told."""
    issuers = [found.scenario.issuers[i].name for i in found.event.members]
    yield from story(until_the_end(found.path), found.scenario.words, issuers)


def until_the_end(path: pd.DataFrame) -> pd.DataFrame:
    """The quarters of a path until the last of the failures in it."""
    begun = path[path["failed"] & (path["cause"] != "")]
    if begun.empty:
        return path
    return path.loc[: path.index[path["quarter"] == begun["quarter"].iloc[-1]][-1]]


def who_fails(one: Story, found: Reverse) -> str:
    """Who fails on a story's typical path, when, and what binds most often on the story's paths."""
    parts = []
    for issuer, quarter in one.fails.items():
        if quarter:
            cause = found.scenario.words.fill(CAUSES[one.causes[issuer]])
            parts.append(f"{issuer} fails in {quarter} (most often on its paths: {cause})")
    return listed(parts)
