"""Digest of what a scenario simulates."""

from __future__ import annotations

import hashlib
import json

from .schema import Scenario

__all__ = ["digest"]


def digest(scenario: Scenario) -> str:
    """SHA-256, in hexadecimal, of what is simulated.

    Covers the first quarter and `Scenario.model_case`: names and numbers, floats in their shortest
    exact form, keys sorted. Evidence, titles, words, how it is run and parameters at their neutral
    values are left out; the order of the issuers counts, since sums over them depend on it.
    """
    simulated = {"start": scenario.start, **scenario.model_case()}
    text = json.dumps(simulated, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
