"""What would have to happen as one tidy table, and back: what is left with a run.

Columns: kind, name, quarter, issuer, whose, statistic, text; value, standard_error, ci_low,
ci_high; n. Kinds: shock and state, as in `Reverse.to_frame`; event, with its probability, the
distance of the likeliest path and how that was checked; story, with its share, who fails on it and
why; path, what `replay` says of the event's issuers on the likeliest path and on each story's own.
What is no number stands in the column text.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import nan
from typing import Final

import pandas as pd

from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.metrics import SYSTEM
from capexrisk.lowering import lower
from capexrisk.scenario import Scenario
from capexrisk.study.rare.design_point import OTHER_WAY, DesignPoint
from capexrisk.study.rare.failure import find_event
from capexrisk.study.replay import COLUMNS as OF_PATH
from capexrisk.study.reverse import FIGURES, KEYS, Reverse, Story

TEXTS: Final = ("kind", "name", *KEYS, "text")
COLUMNS: Final = (*TEXTS, *FIGURES)
LIKELIEST: Final = "design point"
WORDS: Final = frozenset({"regime", "grade", "cause"})  # of a path: all else are numbers

Row = tuple[object, ...]
NOTHING: Final = (nan, nan, nan, nan, 0)


def reverse_table(found: Reverse) -> pd.DataFrame:
    """All that is told of an event, in the columns of this module."""
    rows = [*_of_event(found), *_of_path(found.path, LIKELIEST, found)]
    for number, story in enumerate(found.stories, start=1):
        rows += [*_of_story(story, _story(number)), *_of_path(story.path, _story(number), found)]
    told = found.to_frame().assign(text="")[list(COLUMNS)]
    return pd.concat([pd.DataFrame(rows, columns=list(COLUMNS)), told], ignore_index=True)


def reverse_from(
    table: pd.DataFrame, scenario: Scenario, event: str, *, paths: int, seed: int
) -> Reverse:
    """What `reverse_table` was made of, but for what compares it with another seed's.

    Raises
    ------
    LookupError, ValueError
        If the table lacks anything.
    """
    by_kind = dict(iter(table.groupby("kind", sort=False)))
    of_event = by_kind["event"].set_index("name")
    shocks = by_kind["shock"][["name", *KEYS, *FIGURES]].reset_index(drop=True)
    draws, other = (
        shocks.loc[shocks["whose"] == whose, "value"].to_numpy(dtype=float)
        for whose in (LIKELIEST, OTHER_WAY)
    )
    stories = by_kind["story"].groupby("whose", sort=False)
    paths_of = {whose: _path(rows) for whose, rows in by_kind["path"].groupby("whose", sort=False)}
    number = of_event["value"]
    return Reverse(
        scenario=scenario,
        event=find_event(event, lower(scenario, "means")),
        probability=_estimate(of_event.loc[["probability"]]),
        design=DesignPoint(
            draws,
            float(number["norm"]),
            int(number["checked"]),
            int(number["closer"]),
            other if other.size else None,
        ),
        path=paths_of[LIKELIEST],
        shocks=shocks,
        states=by_kind["state"][["name", *KEYS, *FIGURES]].reset_index(drop=True),
        stories=tuple(_story_from(rows, paths_of[str(whose)]) for whose, rows in stories),
        silhouette=float(number["silhouette"]),
        paths=paths,
        seed=seed,
    )


def _of_event(found: Reverse) -> Iterator[Row]:
    yield _row("event", "probability", figures=found.probability[1:])
    design = found.design
    for name, value in (
        ("norm", design.norm),
        ("checked", design.checked),
        ("closer", design.closer),
        ("silhouette", found.silhouette),
    ):
        yield _row("event", name, figures=_one(value))


def _of_story(story: Story, whose: str) -> Iterator[Row]:
    yield _row("story", "share", whose=whose, figures=story.share[1:])
    for issuer, quarter in story.fails.items():
        yield _row("story", "fails", issuer=issuer, whose=whose, text=quarter)
        yield _row("story", "cause", issuer=issuer, whose=whose, text=story.causes[issuer])


def _of_path(path: pd.DataFrame, whose: str, found: Reverse) -> Iterator[Row]:
    issuers = {found.scenario.issuers[i].name for i in found.event.members}
    for row in path[path["issuer"].isin(issuers)].to_dict("records"):
        for name in OF_PATH:
            if name in ("quarter", "issuer"):
                continue
            words = name in WORDS
            yield _row(
                "path",
                name,
                quarter=row["quarter"],
                issuer=row["issuer"],
                whose=whose,
                text=row[name] if words else "",
                figures=NOTHING if words else _one(row[name]),
            )


def _row(
    kind: str,
    name: str,
    *,
    quarter: str = "",
    issuer: str = SYSTEM,
    whose: str = "",
    text: str = "",
    figures: tuple[object, ...] = NOTHING,
) -> Row:
    statistic = "probability" if name in ("probability", "share") else "value"
    return (kind, name, quarter, issuer, whose, statistic, text, *figures)


def _one(value: float) -> tuple[object, ...]:
    """A number that is what it is, without an error."""
    return (float(value), nan, nan, nan, 1)


def _story(number: int) -> str:
    return f"story {number}"


def _path(rows: pd.DataFrame) -> pd.DataFrame:
    """A path in the columns of `replay`."""
    quarters, issuers = (list(dict.fromkeys(rows[name])) for name in ("quarter", "issuer"))
    every = pd.MultiIndex.from_product([quarters, issuers], names=["quarter", "issuer"])
    by_name = rows.set_index(["name", "quarter", "issuer"])
    columns = {
        name: by_name.loc[name]["text" if name in WORDS else "value"].reindex(every).to_numpy()
        for name in OF_PATH
        if name not in every.names
    }
    path = pd.DataFrame(columns, index=every).reset_index()
    return path.assign(failed=path["failed"] > 0.0)[list(OF_PATH)]


def _story_from(rows: pd.DataFrame, path: pd.DataFrame) -> Story:
    by_name = rows.set_index(["name", "issuer"]).sort_index(sort_remaining=False)
    fails, causes = (
        {str(who): str(text) for who, text in by_name.loc[name]["text"].items()}
        for name in ("fails", "cause")
    )
    return Story(_estimate(by_name.loc[["share"]]), path, fails, causes)


def _estimate(row: pd.DataFrame) -> Estimate:
    """The estimate of a single row."""
    value, error, low, high = (float(row[name].iloc[0]) for name in FIGURES[:4])
    return Estimate("probability", value, error, low, high, int(row["n"].iloc[0]))
