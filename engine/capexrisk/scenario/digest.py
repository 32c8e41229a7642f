"""A scenario's fingerprint."""

from __future__ import annotations

import hashlib
import json

from .schema import Scenario

__all__ = ["digest"]


def digest(scenario: Scenario) -> str:
    """SHA-256, in hexadecimal, of what is simulated.

    Covers the first quarter and `Scenario.model_case`: names and numbers, floats in their shortest
    exact form, keys sorted. Evidence, titles and how it is run are left out; the order of the
    issuers counts, since sums over them do.
    """
    simulated = {"start": scenario.start, **scenario.model_case()}
    text = json.dumps(simulated, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
