"""The tables of inputs.md, printed from the records of a scenario (see `tables`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from capexrisk.scenario import Words
from capexrisk.scenario.case import inner_tables
from capexrisk.scenario.event import EVENTS
from capexrisk.scenario.field import InputField, input_field_of
from capexrisk.scenario.issuer import WITH_GUIDANCE, WITH_LEASES, Issuer
from capexrisk.scenario.market import Market, Thresholds
from capexrisk.scenario.section import StrictModel, by_year_key

PAGE = Path(__file__).with_name("inputs.md")
BEGIN, END = "<!-- {}: from the records -->", "<!-- end -->"
HEAD = "| key | meaning | unit | left out | range | where |\n|---|---|---|---|---|---|"
HEAD_OF_WORDS = "| key | left out | what |\n|---|---|---|"
HEAD_OF_EVENTS = "| what | meaning |\n|---|---|"
GENERAL = Words()
NEEDED_WITH = dict.fromkeys(WITH_GUIDANCE, "capex_YEAR_usd_bn") | dict.fromkeys(
    WITH_LEASES, "leases_not_commenced_usd_bn"
)


def page(text: str) -> str:
    """The page with its tables as the records have them."""
    tables = {
        "words": _words(),
        "market": "\n".join([HEAD, *_rows(Market)]),
        "issuer": "\n".join([HEAD, *_rows(Issuer)]),
        "thresholds": "\n".join([HEAD, *_rows(Thresholds)]),
        "events": _events(),
    }
    for name, table in tables.items():
        begin = BEGIN.format(name)
        before, _, rest = text.partition(f"{begin}\n")
        text = f"{before}{begin}\n{table}\n{END}{rest.partition(END)[2]}"
    return text


def _words() -> str:
    fields = Words.model_fields
    rows = [f"| `{key}` | {info.default} | {info.description} |" for key, info in fields.items()]
    return "\n".join([HEAD_OF_WORDS, *rows])


def _events() -> str:
    rows = [f"| `{what}` | {GENERAL.fill(entry.meaning)} |" for what, entry in EVENTS.items()]
    return "\n".join([HEAD_OF_EVENTS, *rows])


def _rows(record: type[StrictModel], above: str = "") -> Iterator[str]:
    """Every input of a record, in its order; those of an inner table stand where the table does."""
    for field, info in record.model_fields.items():
        declared = input_field_of(info)
        if declared is not None:
            schema = record.model_json_schema()["properties"][field]
            yield _row(above + by_year_key(field, "YEAR"), declared, info.is_required(), schema)
        elif field in inner_tables(record):
            yield from _rows(inner_tables(record)[field], f"{above}{field}.")


def _row(key: str, declared: InputField, needed: bool, schema: Mapping[str, Any]) -> str:
    neutral = declared.neutral
    left_out = "needed" if needed else "–" if neutral is None else _value(neutral)
    if key in NEEDED_WITH:
        left_out = f"needed with `{NEEDED_WITH[key]}`"
    cells = (GENERAL.fill(declared.meaning), declared.unit, left_out, _range(schema))
    return " ".join(f"| `{key}` | {' | '.join(cells)} | {declared.step} |".split())


def _value(neutral: object) -> str:
    """A neutral value as in a file."""
    if isinstance(neutral, tuple):
        return f"[{', '.join(map(_value, neutral))}]"
    return f"{neutral:g}" if isinstance(neutral, float) else str(neutral).lower()


def _range(schema: Mapping[str, Any]) -> str:
    """How many values, and which are accepted."""
    part, shape = schema, []
    while "type" not in part or part["type"] in ("array", "object"):
        if part.get("type") == "array":
            length = part.get("minItems")
            shape.append(f"{length}" if length == part.get("maxItems") and length else "any number")
        inner = [*part.get("anyOf", ()), part.get("items"), part.get("additionalProperties")]
        part = next(one for one in inner if one)
    if "enum" in part:
        accepted = ", ".join(part["enum"])
    elif part["type"] == "boolean":
        accepted = "true, false"
    else:
        # The narrower end, where a key narrows the bounds of its kind.
        low, above = max((part[key], key) for key in ("minimum", "exclusiveMinimum") if key in part)
        high, below = min(
            (part[key], key) for key in ("maximum", "exclusiveMaximum") if key in part
        )
        accepted = (
            f"{'above ' if above.startswith('ex') else ''}{_number(low)} to "
            f"{'below ' if below.startswith('ex') else ''}{_number(high)}"
        )
    return f"{' × '.join(shape)}: {accepted}" if shape else accepted


def _number(end: float) -> str:
    """An end of a range, in full."""
    return f"{end:,.6f}".rstrip("0").rstrip(".")
