"""Text for a stream that cannot write all of Unicode: plain signs instead of an error."""

from __future__ import annotations

import codecs
from unicodedata import normalize

PLAIN = "capexrisk.plain"
SIGNS = {"±": "+/-", "–": "-", "−": "-", "×": "x", "…": "...", "≤": "<=", "≥": ">=", "·": "-"}


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
