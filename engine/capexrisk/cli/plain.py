"""Text for a terminal: nothing that drives it, and plain signs where it cannot write Unicode."""

from __future__ import annotations

import codecs
from unicodedata import normalize

PLAIN = "capexrisk.plain"
SIGNS = {"±": "+/-", "–": "-", "−": "-", "×": "x", "…": "...", "≤": "<=", "≥": ">=", "·": "-"}


def printable(text: str) -> str:
    r"""Text that drives no terminal: what cannot be printed is written as Python does.

    >>> printable("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def _plain(error: UnicodeError) -> tuple[str, int]:
    """What stands for the characters that an encoding lacks: letters without accents, or "?"."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(map(_sign, lacking)), error.end


def _sign(character: str) -> str:
    if character in SIGNS:
        return SIGNS[character]
    return normalize("NFKD", character).encode("ascii", "ignore").decode() or "?"


codecs.register_error(PLAIN, _plain)
