"""A scenario of three issuers with every kind of input, small enough to be read often."""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path

from capexrisk.scenario import Scenario, load_scenario
from tests.hostile.tables import default_tables
from tests.hostile.toml import write_toml

EVENTS = [
    {"quarter": "2026Q2", "what": "demand_shock", "size": 0.4},
    {"quarter": "2026Q2", "what": "market_regime", "regime": "shut"},
    {"quarter": "2026Q3", "what": "spread_jump", "size": 0.5},
    {"quarter": "2026Q3", "what": "linked_stress", "size": 0.2},
    {"quarter": "2026Q4", "what": "anchor_loss"},
]


def write_file(folder: Path) -> Path:
    """Write it: one issuer with plans by year, one with lists, one that begins small."""
    table = copy.deepcopy(default_tables())
    table["issuers"] = {name: table["issuers"][name] for name in ("Amazon", "Oracle", "CoreWeave")}
    table |= {"name": "three", "events": EVENTS}
    del table["words"]  # so that a test can give some
    table["issuers"]["CoreWeave"] |= {
        "seasonality": [0.9, 1.0, 1.0, 1.1],
        "private_debt_usd_bn": 1.5,
        "other_capital_usd_bn": 2.0,
        "finance_lease_share": 0.1,
    }
    listed = table["issuers"]["Oracle"]
    for key in [key for key in listed if key.startswith(("capex_", "maturities_", "lease"))]:
        if key not in ("capex_growth_sigma_per_year", "capex_sigma_per_sqrt_year", "capex_beta"):
            del listed[key]
    listed["incremental_margin"] = 0.3
    listed["capex_plan_usd_bn"] = [10.0 + k for k in range(12)]
    listed["maturities_usd_bn"] = [0.5 * k for k in range(12)]
    listed["leases_usd_bn"] = [0.1 * k for k in range(12)]
    path = folder / "three.toml"
    path.write_text(write_toml(table), "utf-8")
    return path


def three_issuers() -> Scenario:
    """The scenario in that file."""
    with tempfile.TemporaryDirectory() as folder:
        return load_scenario(write_file(Path(folder)))
