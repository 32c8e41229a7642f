"""Digest of what a scenario simulates."""

from __future__ import annotations

import hashlib
import json

from .schema import Scenario

__all__ = ["digest", "digest_of_uncertainty"]


def digest(scenario: Scenario) -> str:
    """SHA-256, in hexadecimal, of what is simulated.

    Covers the first quarter and `Scenario.model_case`: names and numbers, floats in their shortest
    exact form, keys sorted. Evidence, titles, words, how it is run and parameters at their neutral
    values are left out; the order of the issuers counts, since sums over them depend on it.
    """
    return _sha256({"start": scenario.start, **scenario.model_case()})


def digest_of_uncertainty(scenario: Scenario) -> str:
    """SHA-256, in hexadecimal, of how the inputs are distributed: all but evidence."""
    return _sha256(
        scenario.uncertainty.model_dump(
            mode="json",
            exclude={
                "groups": {"__all__": {"evidence"}},
                "correlations": {"__all__": {"evidence"}},
            },
        )
    )


def _sha256(content: object) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
