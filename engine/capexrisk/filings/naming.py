"""An issuer's short name from the name of its registrant."""

from __future__ import annotations

import re
from typing import Final

from capexrisk.scenario.issuer import FORBIDDEN_IN_NAMES, LONGEST_NAME, RESERVED_NAMES, folded_name

__all__ = ["issuer_name"]

STATE: Final = re.compile(r"\s*[/\\][A-Za-z ]{2,12}[/\\]?\s*$")
LEGAL_FORM: Final = re.compile(
    r"[\s,]+(?:inc|incorporated|corp|corporation|company|co|ltd|limited|plc|llc|lp|n\.?v|s\.?a)\.?$",
    re.IGNORECASE,
)
SHORT: Final = 3  # letters of a word in capitals that may be initials, as those about an ampersand


def issuer_name(entity: str) -> str:
    """Name that an issuer may have: without the legal form, in usual capitals.

    >>> issuer_name("AMAZON.COM, INC."), issuer_name("Meta Platforms, Inc.")
    ('Amazon.com', 'Meta Platforms')
    >>> issuer_name("CARNIVAL CORP /DE/"), issuer_name("AT&T INC.")
    ('Carnival', 'AT&T')
    """
    name = STATE.sub("", entity)
    while (shorter := LEGAL_FORM.sub("", name)) not in ("", name):
        name = shorter
    name = "".join(" " if c in FORBIDDEN_IN_NAMES or not c.isprintable() else c for c in name)
    if name.isupper():
        name = " ".join(
            word if len(word) <= SHORT or "&" in word else word.capitalize()
            for word in name.split()
        )
    name = " ".join(name.split())[:LONGEST_NAME].rstrip(" .,-")
    name = re.sub(r"^[^A-Za-z0-9]+", "", name)
    return name if name and folded_name(name) not in RESERVED_NAMES else "Issuer"
