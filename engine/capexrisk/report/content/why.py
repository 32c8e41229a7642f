"""Why failures happen: what prevents them, and which inputs move the chance, as a committee reads.

Nothing is computed here: it is said of what was left with the run (`study.why`).
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from math import ceil, isnan
from typing import TYPE_CHECKING

from capexrisk.archive.results import Results
from capexrisk.archive.why import key_of
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.metrics import SYSTEM
from capexrisk.report.content import causes as content
from capexrisk.report.content import sensitivity as moves
from capexrisk.report.content.findings import Finding
from capexrisk.report.content.part import Part
from capexrisk.report.writing.cells import SHARE, Cell, Grid, Row
from capexrisk.report.writing.estimates import likeliest_to_fail
from capexrisk.report.writing.numbers import UNKNOWN, percentage, scale_of, sign_of
from capexrisk.report.writing.words import counted, in_a_sentence, listed, unbroken
from capexrisk.run.plan import REPLICATES
from capexrisk.scenario.words import capitalised
from capexrisk.study.mechanisms import ALL, NONE
from capexrisk.study.why import Why

if TYPE_CHECKING:
    from capexrisk.study.causes import Causes
    from capexrisk.study.sensitivity.analysis import Sensitivity

MOST_NAMED = 4
MOST_MOVES = 3
SHARES = ("shapley", "first_order", "total", "narrowing")  # of the spread over the inputs
ENDS = set(moves.HEADINGS) - {"swing", *SHARES}
NOTE = (
    "Bars: Shapley values, the mean gain over {orders} of switching on; they sum to the difference "
    "of the two chances. Table: what goes away if a mechanism alone is switched off; below 0 it "
    "protects. ± is half of a 95 % interval from 32 nets of {points:,} paths with the same draws, "
    "inputs as they stand. Left out: what too few paths show to tell."
)
LEAST_ALONE = 0.02  # of the chance: less is none


def parts_of_why(why: Why) -> list[Part]:
    """A part for each event and answer: causes first, then what moves the chances."""
    return [*map(_causes, why.causes), *map(_sensitivity, why.sensitivities)]


def questions(results: Results, why: Why, run: str) -> list[str]:
    """The commands that answer what nobody has asked of a run yet: causes, sensitivity."""
    likeliest = likeliest_to_fail(results, 1)[0]
    name, event = shlex.quote(run), shlex.quote(f"funding_failure/{likeliest}")
    asked = []
    if not why.causes:
        asked.append(f"capexrisk causes {name} --event {event}")
    if not why.sensitivities:
        asked.append(f"capexrisk sensitivity {name} --of {event}")
    return asked


def _causes(found: Causes) -> Part:
    return Part(
        key=key_of("causes", found.event),
        heading=f"What causes it? {content.event_words(found)}",
        findings=list(_of_causes(found)),
        grids=[prevented_grid(found)],
        note=NOTE.format(orders=content.orders_of(found), points=found.paths // REPLICATES),
    )


def _of_causes(found: Causes) -> Iterator[Finding]:
    """What the absence of each mechanism would prevent, what protects, and what one does alone."""
    words = {name: in_a_sentence(text) for name, text in content.in_words(found).items()}
    chance, alone, share = (
        content.estimates(found, measure) for measure in ("chance", "alone", "prevented_share")
    )
    told = {name: one for name, one in share.items() if not isnan(one.value)}
    order = sorted(told, key=lambda name: -told[name].value)
    yield Finding(
        "How likely",
        f"{_chance(chance[ALL])}; with none of {counted(len(words), 'mechanism')} of the model "
        f"acting {_chance(chance[NONE])}.",
    )
    prevent = [name for name in order if told[name].ci_low > 0.0][:MOST_NAMED]
    if prevent:
        first, *others = prevent
        named = [f"without {words[name]} {_share(told[name])}" for name in others]
        begins = f"Without {words[first]} {_share(told[first])} of these failures would not happen"
        largest = max(alone, key=lambda name: alone[name].value)
        by_itself = (
            "none of them brings it about alone"
            if alone[largest].ci_high < LEAST_ALONE * chance[ALL].value
            else f"alone, {words[largest]} would add most, {_points(alone[largest])}"
        )
        yield Finding(
            "What would prevent it",
            f"{', '.join([begins, *named])}. These shares overlap and do not add up, since a "
            f"failure needs several things at once; {by_itself}.",
        )
    protect = [name for name in order[::-1] if told[name].ci_high < 0.0]
    if protect:
        named = [f"without {words[name]} {_share(_turned(told[name]))} more" for name in protect]
        yield Finding("What protects", f"{capitalised(listed(named))} would fail.")


def prevented_grid(found: Causes) -> Grid:
    """Share of each issuer's failures, and of joint ones, that each mechanism alone prevents."""
    events = [event for event in found.events if ":" not in event]
    events.sort(key=lambda event: event.split("/")[1] == SYSTEM)  # joint ones last
    columns = [content.estimates(found, "prevented_share", event) for event in events]
    kept = [
        (content.short(found, event), column)
        for event, column in zip(events, columns, strict=True)
        if not all(isnan(one.value) for one in column.values())
    ]
    words = content.in_words(found)
    rows = [
        Row(words[name], [_prevented(column[name]) for _, column in kept])
        for name in content.in_order(found)
    ]
    caption = f"What each mechanism’s absence would prevent, % of the failures by {found.until}"
    return Grid(caption, "Mechanism", [name for name, _ in kept], rows, sortable=True)


def _prevented(share: Estimate) -> Cell:
    known = not isnan(share.value)
    text = content.in_points(share) if known else UNKNOWN
    shade = round(min(max(share.value, 0.0), 1.0), 2) if known and share.ci_low > 0.0 else 0.0
    return Cell(text, shade, estimate=share, unit=SHARE)


def _sensitivity(found: Sensitivity) -> Part:
    (name,) = found.names
    return Part(
        key=key_of("sensitivity", name),
        heading=f"What moves it? {moves.answer_words(found, name)}",
        findings=list(_of_moves(found)),
        grids=[moves_grid(found)],
        note=moves.key(found),
    )


def _of_moves(found: Sensitivity) -> Iterator[Finding]:
    """How the answer spreads over the inputs, what moves it most, and what knowing one is worth."""
    (name,) = found.names
    unit = moves.unit_of(name)
    scale = scale_of(unit)
    told = moves.headline(found, name).removeprefix(f"{moves.answer_words(found, name)}: ")
    yield Finding("How likely" if unit == "probability" else "How much", f"{told}.")
    low, high = (known for measure, known in _columns(found).items() if measure in ENDS)
    largest = [group for group in moves.by_swing(found, name) if not isnan(low[group].value)]
    largest = largest[:MOST_MOVES]
    if largest:
        ends = [
            f"{group}, from {unbroken(moves.with_error(low[group], scale))} to "
            f"{unbroken(f'{moves.with_error(high[group], scale)} {sign_of(unit)}')}"
            for group in largest
        ]
        how = "10 % down and up" if found.default_ranges else "from its P5 to its P95"
        yield Finding("What moves it most", f"Alone, {how}: {'; '.join(ends)}.")
    narrowing = moves.numbers(found, "narrowing", name)
    if narrowing:
        best = max(narrowing, key=lambda group: narrowing[group].ci_low)
        most = 100.0 * max(one.ci_high for one in narrowing.values())
        worth = f"by {unbroken(moves.with_error(narrowing[best], 100.0))} % with {best}"
        if narrowing[best].ci_low <= 0.0:
            worth = "for none of them by more than the noise"
        yield Finding(
            "What it is worth to know one",
            f"If one were known for sure, the standard deviation over the inputs would shrink by "
            f"at most {ceil(most)} %, the largest upper end of their 95 % intervals; {worth}.",
        )


def moves_grid(found: Sensitivity) -> Grid:
    """The inputs that move an answer most."""
    (name,) = found.names
    scale = scale_of(moves.unit_of(name))
    columns = _columns(found)
    rows = []
    for group in moves.listed_groups(found, name):
        cells = []
        for measure, known in columns.items():
            one, by = known.get(group), 100.0 if measure in SHARES else scale
            cells.append(Cell("" if one is None else moves.with_error(one, by)))
        rows.append(Row(group, cells))
    corner = "Input" if found.default_ranges else "Group of inputs"
    caption = f"What moves it: {moves.answer_words(found, name)}"
    return Grid(caption, corner, [moves.HEADINGS[measure] for measure in columns], rows)


def _columns(found: Sensitivity) -> dict[str, dict[str, Estimate]]:
    """The measures that are known, in the order of the columns."""
    columns = {measure: moves.numbers(found, measure) for measure in moves.HEADINGS}
    return {measure: known for measure, known in columns.items() if known}


def _chance(estimate: Estimate) -> str:
    return unbroken(percentage(estimate))


def _share(estimate: Estimate) -> str:
    return unbroken(content.in_points(estimate, " %"))


def _points(estimate: Estimate) -> str:
    return unbroken(f"{content.in_points(estimate)} points")


def _turned(estimate: Estimate) -> Estimate:
    """The same with the other sign."""
    return estimate._replace(
        value=-estimate.value, ci_low=-estimate.ci_high, ci_high=-estimate.ci_low
    )
