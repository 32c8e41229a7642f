"""Tables written as TOML; `tomllib` only reads."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any


def write_toml(table: dict[str, Any]) -> str:
    """A file with these tables; everything below the sections stands on one line each."""
    lines = [f"{_key(k)} = {_value(v)}" for k, v in table.items() if not _is_section(v)]
    for name, section in table.items():
        if _is_section(section):
            lines += _section((name,), section)
    return "\n".join(lines) + "\n"


def _section(path: tuple[str, ...], table: dict[str, Any]) -> list[str]:
    lines = [f"[{'.'.join(map(_key, path))}]"]
    deep = path == ("issuers",)
    lines += [f"{_key(k)} = {_value(v)}" for k, v in table.items() if not (deep and _is_section(v))]
    for name, inner in table.items() if deep else ():
        if _is_section(inner):
            lines += _section((*path, name), inner)
    return lines


def _is_section(value: object) -> bool:
    return isinstance(value, dict)


def _key(key: str) -> str:
    plain = key.replace("_", "").replace("-", "")
    return key if plain.isascii() and plain.isalnum() else _text(key)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case float() | int() | dt.date():
            return str(value)
        case str():
            return _text(value)
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
        case dict():
            return f"{{{', '.join(f'{_key(k)} = {_value(v)}' for k, v in value.items())}}}"
    raise TypeError(f"{value!r} is nothing that TOML knows")
