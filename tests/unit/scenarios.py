"""The reference parameter set cut to size: a run takes a moment, and everything still happens."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from capexrisk.scenario import Scenario, scenario_from_case

REFERENCE = Path(__file__).parents[1] / "reference" / "case.json"
# The strongest, the one that fails most often, and the smallest.
ISSUERS = ("Amazon", "Oracle", "CoreWeave")


def reference_case(quarters: int = 12, issuers: Sequence[str] | None = None) -> dict[str, Any]:
    """The reference case over fewer quarters, with some of its issuers in the order given."""
    case: dict[str, Any] = json.loads(REFERENCE.read_text("utf-8"))
    by_name = {issuer["name"]: issuer for issuer in case["issuers"]}
    case["issuers"] = [by_name[name] for name in issuers or by_name]
    case["quarters"] = quarters
    for issuer in case["issuers"]:
        for key in ("capex_plan", "maturities", "leases"):
            issuer[key] = issuer[key][:quarters]
    return case


def small_scenario(
    quarters: int = 7, issuers: Sequence[str] | None = ISSUERS, start: str = "2026Q3"
) -> Scenario:
    """Two parts of years and a whole one, three issuers."""
    return scenario_from_case(reference_case(quarters, issuers), name="small", start=start)
