"""Values, keys and lines of evidence as they stand in a scenario file."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator

__all__ = ["comment", "heading", "write_key", "write_line", "write_value"]

WIDTH = 120
BARE = re.compile(r"[A-Za-z0-9_-]+")


def write_value(value: object) -> str:
    """A number, word, flag or list as in TOML, which is read as the same bits.

    >>> write_value((1.0, 0.25)), write_value(True), write_value(126.84300000000002)
    ('[1, 0.25]', 'true', '126.84300000000002')
    """
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(write_value, value))}]"
    if isinstance(value, bool | str):
        # JSON's escapes are among TOML's, which wants one more.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, float):
        return repr(float(value)).removesuffix(".0")
    return repr(value)


def write_key(key: str) -> str:
    """A key, quoted where TOML wants it.

    >>> write_key("cash_usd_bn"), write_key("access.bonds"), write_key("Blue Co")
    ('cash_usd_bn', '"access.bonds"', '"Blue Co"')
    """
    return key if BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def write_line(key: str, value: object, evidence: str) -> Iterator[str]:
    """The lines of an input and of its evidence; the key of a sub-table has a dot."""
    yield f"{key} = {write_value(value)}"
    if evidence:
        yield f"evidence.{write_key(key)} = {write_value(evidence)}"


def comment(text: str) -> Iterator[str]:
    """Text as lines of comment; an empty line stays one."""
    for paragraph in text.splitlines() or [""]:
        indent = paragraph[: len(paragraph) - len(paragraph.lstrip())]
        wrapped = textwrap.wrap(
            paragraph, WIDTH - 2, subsequent_indent=indent, break_on_hyphens=False
        ) or [""]
        yield from (f"# {line}".rstrip() for line in wrapped)


def heading(title: str) -> str:
    """A line of dashes that ends with a title, as the library's files have them."""
    return f"# {'-' * (WIDTH - 3 - len(title))} {title}"
