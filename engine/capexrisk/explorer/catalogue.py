"""What may be moved in a scenario, as a page takes it: names, values, ranges, units, evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from capexrisk.explorer.schedule import kinds
from capexrisk.explorer.subject import LEAST, MOST, Leaf, Subject, end_of
from capexrisk.model.vocabulary import CHANNELS
from capexrisk.report.writing.words import SECTIONS, in_a_sentence
from capexrisk.scenario import Scenario
from capexrisk.scenario.files.paths import write_path
from capexrisk.scenario.section import split_evidence
from capexrisk.uncertainty.ranges import range_by
from capexrisk.uncertainty.wording import law_in_words

__all__ = ["catalogue", "of_scenario"]

Json = dict[str, Any]
MOST_PAIRED: Final = 12  # issuers in the table of pairs, the first ones
MOST_KEPT: Final = 4  # catalogues, 0.3 MB each
YEAR: Final = re.compile(r"_([0-9]{4})_")
WIDER: Final = 0.5  # by which a slider goes beyond P5 and P95, of the range between


@lru_cache(MOST_KEPT)
def catalogue(subject: Subject) -> Json:
    """Everything that a page needs before the first answer; not to be written to."""
    return {
        **of_scenario(subject.scenario),
        "groups": list(_groups(subject)),
        "inputs": list(_inputs(subject)),
        "schedule": [
            {"quarter": event.quarter, "what": event.what, "value": event.value}
            for event in subject.scenario.events
        ],
        "kinds": list(kinds(subject.scenario)),
    }


def of_scenario(scenario: Scenario) -> Json:
    """What a page needs to draw estimates of a scenario."""
    words = scenario.words
    return {
        "name": scenario.name,
        "title": scenario.title or scenario.name,
        "as_of": scenario.as_of.isoformat(),
        "issuers": [issuer.name for issuer in scenario.issuers],
        "quarters": scenario.quarter_labels(),
        "end": end_of(scenario),
        "years": [year.label for year in scenario.calendar_years()],
        "words": {"bond_market": words.bond_market, "capacity": words.capacity},
        "channels": [
            {"name": name, "label": channel.label, "colour": channel.colour}
            for name, channel in CHANNELS.items()
        ],
        "paired": [issuer.name for issuer in scenario.issuers[:MOST_PAIRED]],
    }


def _groups(subject: Subject) -> Iterator[Json]:
    groups = subject.scenario.uncertainty.groups
    for name, draws in subject.draws.items():
        assert subject.design is not None
        group = groups[name]
        entries = [subject.design.entries[column] for draw in draws for column in draw.entries]
        yield {
            "name": name,
            "law": law_in_words(group),
            "share": subject.share_as_it_stands(name),
            "least": LEAST,
            "most": MOST,
            "moves": [
                {"path": entry.name, "input": write_path(entry.path), "value": entry.base}
                for entry in entries
            ],
            **_evidence(group.evidence),
        }


def _inputs(subject: Subject) -> Iterator[Json]:
    within = _ranges(subject)
    for path, leaf in subject.leaves.items():
        one = leaf.input
        yield {
            "path": path,
            "name": _name(leaf),
            "unit": one.unit,
            "value": leaf.value,
            "choices": list(one.choices),
            "confidence": one.confidence,
            "source": one.source,
            "address": one.address,
            "range": within.get(path),
            **_reach(leaf, within.get(path)),
        }


def _name(leaf: Leaf) -> str:
    """Whose input it is and what it means: "Market: spread to which it returns [2]"."""
    one = leaf.input
    whose = SECTIONS.get(one.table, one.table)
    if one.table == "events":
        whose = one.key.partition(" ")[0]  # the quarter
    elif (year := YEAR.search(one.key)) is not None:
        whose = f"{whose} {year[1]}"
    places = " ".join(str(position + 1) for position in leaf.positions)
    return f"{whose}: {in_a_sentence(one.meaning)}{f' [{places}]' if places else ''}"


def _ranges(subject: Subject) -> dict[str, tuple[float, float]]:
    """P5 and P95 of each number that groups move; the widest of its groups alone, where several."""
    found: dict[str, tuple[float, float]] = {}
    design = subject.design
    if design is None:
        return found
    for draw in design.draws:
        for column in draw.entries:
            entry = design.entries[column]
            low, high = range_by(draw, entry)
            least, most = found.get(entry.name, (low, high))
            found[entry.name] = min(low, least), max(high, most)
    return found


def _reach(leaf: Leaf, within: tuple[float, float] | None) -> Json:
    """What is accepted, and how far a slider goes; nothing for words."""
    bounds, value = leaf.input.bounds, leaf.value
    if bounds is None or isinstance(value, bool) or not isinstance(value, int | float):
        return {}
    if within is not None:
        margin = WIDER * (within[1] - within[0])
        low, high = within[0] - margin, within[1] + margin
    elif value:
        low, high = sorted((0.0, 2.0 * value))
    else:
        low, high = 0.0, 1.0
    low, high = min(low, value), max(high, value)
    return {
        "least": bounds.least,
        "most": bounds.most,
        "low": max(low, bounds.least),
        "high": min(high, bounds.most),
        "whole": isinstance(value, int),
    }


def _evidence(text: str) -> Json:
    confidence, source = split_evidence(text)
    return {"confidence": confidence, "source": source}
