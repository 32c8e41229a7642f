"""The tables of manifest.md, printed from the records of a manifest (see `tables`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from capexrisk.archive.manifest import ComparisonManifest, Manifest, ManifestRecord

PAGE = Path(__file__).with_name("manifest.md")
BEGIN, END = "<!-- {}: from the records -->", "<!-- end -->"
HEAD = "| field | unit | what |\n|---|---|---|"
RECORDS: dict[str, type[ManifestRecord]] = {"run": Manifest, "comparison": ComparisonManifest}


def page(text: str) -> str:
    """The page with its tables as the records have them."""
    for name, record in RECORDS.items():
        begin = BEGIN.format(name)
        before, _, rest = text.partition(f"{begin}\n")
        text = f"{before}{begin}\n{table(record)}\n{END}{rest.partition(END)[2]}"
    return text


def table(record: type[ManifestRecord]) -> str:
    """Every field of a record: its path, unit and meaning."""
    return "\n".join([HEAD, *_rows(record, "")])


def _rows(record: type[ManifestRecord], above: str) -> Iterator[str]:
    for name, field in record.model_fields.items():
        extra = field.json_schema_extra
        unit = extra["unit"] if isinstance(extra, dict) else ""
        if field.description:
            yield f"| `{above}{name}` | {unit} | {field.description} |"
        inner, mark = _inner(field.annotation)
        if inner is not None:
            yield from _rows(inner, f"{above}{name}{mark}.")


def _inner(annotation: Any) -> tuple[type[ManifestRecord] | None, str]:
    """The record that a field holds, and the mark of a list or a table of them."""
    marks = {str: ".NAME", type(None): ""}  # of a table, and of what may be null
    for part in (annotation, *get_args(annotation)):
        if isinstance(part, type) and issubclass(part, ManifestRecord):
            if part is annotation:
                return part, ""
            found = (marks[other] for other in get_args(annotation) if other in marks)
            return part, next(found, "[]")
    return None, ""
