"""Dotted paths of keys: read, written, and the issuers named in them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias

from capexrisk.errors import ScenarioError, suggest

__all__ = ["Table", "leaves", "nested", "read_path", "refuse_unknown_issuer", "write_path"]

Table: TypeAlias = dict[str, Any]

LONGEST_PATH = 64  # dots; reading a path takes the square of its length
# Nearly all paths: read without the parser, which takes ten times as long.
BARE: Final = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
LONGEST_KEY = 60  # characters of a key in a message; a file may hold one of a megabyte


def read_path(written: object, place: str) -> tuple[str, ...]:
    """Keys of a dotted path; names with spaces or dots are quoted.

    Raises
    ------
    ScenarioError
        If it is none; `place` is where it was given.
    """
    short = isinstance(written, str) and written.count(".") <= LONGEST_PATH
    if short and BARE.fullmatch(str(written)):
        return tuple(str(written).split("."))
    try:
        parsed = tomllib.loads(f"{written} = 0") if short else {}
        paths = list(leaves(parsed))
    except (ValueError, RecursionError):
        paths = []
    if len(paths) != 1:
        raise ScenarioError(
            place,
            f"{written!r} is not a path of keys",
            'join keys with dots and quote a name with spaces, issuers."Blue Co".cash_usd_bn',
        )
    return paths[0]


def write_path(path: Sequence[str | int]) -> str:
    """Dotted TOML path; other than bare keys are quoted, long ones cut, positions in brackets."""
    written = ""
    for part in path:
        if isinstance(part, int):
            written += f"[{part}]"
        else:
            shown = part if len(part) <= LONGEST_KEY else f"{part[:LONGEST_KEY]}..."
            bare = shown.replace("_", "").replace("-", "")
            plain = bare.isascii() and bare.isalnum()
            key = shown if plain else json.dumps(shown, ensure_ascii=not shown.isprintable())
            written += f".{key}" if written else key
    return written


def leaves(table: Table, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Paths of everything in a table that is not itself a table with entries."""
    for key, value in table.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, (*at, key))
        else:
            yield (*at, key)


def nested(path: Sequence[str], value: Any) -> Any:
    """A value inside tables, one for each key of a path."""
    for key in reversed(path):
        value = {key: value}
    return value


def refuse_unknown_issuer(name: str, issuers: Iterable[str], where: str) -> None:
    """Refuse a name that no issuer has, and suggest one that is close.

    Raises
    ------
    ScenarioError
    """
    names = list(issuers)
    if name not in names:
        hint = suggest(name, (write_path([known]) for known in names))
        raise ScenarioError(where, f"no issuer is named {name!r}", hint)
