"""Blocks of the compiled kernel as named arrays, and the same block by the NumPy twin."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel import issuer_rows, market_rows
from capexrisk.kernel.block import ABSENT, BLOCK
from capexrisk.kernel.simulate import trace_block
from capexrisk.kernel.sources import independent_source
from capexrisk.lowering import LoweredScenario, lower
from capexrisk.scenario import scenario_from_case
from tests.oracle.twin import simulate as simulate_twin

Array = NDArray[np.float64]
Case = dict[str, Any]

REFERENCE = Path(__file__).parents[2] / "reference"

# The twin's name of each draw, and the kernel's row.
PATH_DRAWS = {"saturation": "Z_SATURATION", "speed": "Z_SPEED", "yield": "Z_YIELD"}
MARKET_DRAWS = {
    "e_spread": "E_SPREAD",
    "e_demand": "E_DEMAND",
    "e_capex": "E_CAPEX",
    "e_macro": "E_MACRO",
    "e_linked": "E_LINKED",
    "jump_size": "Z_JUMP",
    "mixing": "Z_MIXING",
    "u_jump": "U_JUMP",
    "u_regime": "U_REGIME",
    "u_shock": "U_SHOCK",
    "u_shock_size": "U_SHOCK_SIZE",
    "u_anchor": "U_ANCHOR",
}
PATH_ISSUER_DRAWS = {"core_growth": "Z_GROWTH", "capex_growth_issuer": "Z_CAPEX_GROWTH"}
ISSUER_DRAWS = {
    "core_revenue": "Z_REVENUE",
    "cash_flow": "Z_FLOW",
    "capex": "Z_CAPEX",
    "spread": "Z_SPREAD",
}
# Offsets of an issuer's rows by name; a flow's are "bonds.amount", "bonds.total", "bonds.balance".
ROWS = {
    **{name: row for name, row in vars(issuer_rows).items() if type(row) is int},
    **{
        f"{flow}.{part}": getattr(rows, part)
        for flow, rows in issuer_rows.FLOW.items()
        for part in ("amount", "total", "balance")
        if getattr(rows, part) != ABSENT
    },
}
del ROWS["SIZE"], ROWS["ABSENT"]


def reference_case() -> Case:
    """The reference parameter set, a copy of one's own."""
    case: Case = json.loads((REFERENCE / "case.json").read_text("utf-8"))
    return case


def builders_case() -> Case:
    """The builders' parameter set, a copy of one's own."""
    case: Case = json.loads((REFERENCE / "builders-case.json").read_text("utf-8"))
    return case


def with_quarters(case: Case, quarters: int) -> Case:
    """The case over another horizon: lists are cut, or their last figure goes on."""
    changed = copy.deepcopy(case)
    changed["quarters"] = quarters
    for issuer in changed["issuers"]:
        for key in ("capex_plan", "maturities", "leases"):
            values = issuer[key]
            issuer[key] = (values + [values[-1]] * quarters)[:quarters]
    return changed


def changed_case(
    case: Case,
    *,
    market: Mapping[str, Any] | None = None,
    issuers: Mapping[str, Any] | None = None,
) -> Case:
    """The case with some figures of the market and of every issuer replaced."""
    changed = copy.deepcopy(case)
    changed["market"].update(copy.deepcopy(dict(market or {})))
    for issuer in changed["issuers"]:
        issuer.update(copy.deepcopy(dict(issuers or {})))
    return changed


def lowered(case: Case, start: str = "2026Q1") -> LoweredScenario:
    """Lower a parameter set."""
    return lower(scenario_from_case(case, start=start))


class Block(NamedTuple):
    """One traced block: every row of the state at every quarter's end, and the outcomes."""

    scenario: LoweredScenario
    trace: Array  # (T, state)
    rows: Array  # (rows, BLOCK)

    def market(self, row: str) -> Array:
        """A row of the market, (T, BLOCK)."""
        begin = getattr(market_rows, row)
        return self.trace[:, begin : begin + BLOCK]

    def issuers(self, row: str) -> Array:
        """A row of the issuers, by its name in `ROWS`, (n, T, BLOCK)."""
        quarters = self.trace.shape[0]
        issuers = self.trace[:, market_rows.SIZE :].reshape(quarters, -1, issuer_rows.SIZE)
        begin = ROWS[row]
        return issuers[:, :, begin : begin + BLOCK].transpose(1, 0, 2)

    def outcome(self, name: str) -> Array:
        """A quantity of the catalogue, (*axes, BLOCK)."""
        shape = self.scenario.layout.shape(name)
        first = self.scenario.layout.first[name]
        size = int(np.prod(shape))
        return self.rows[first : first + size].reshape(*shape, BLOCK)

    def draws(self) -> dict[str, Array]:
        """The block's draws in the form of `tests.oracle.draws.random_draws`."""
        draws = {name: self.market(row)[0] for name, row in PATH_DRAWS.items()}
        draws |= {name: self.market(row) for name, row in MARKET_DRAWS.items()}
        for name, row in PATH_ISSUER_DRAWS.items():
            draws[name] = self.issuers(row)[:, 0]
        for name, row in ISSUER_DRAWS.items():
            draws[name] = self.issuers(row).transpose(1, 0, 2)
        return draws


def trace(case: Case, *, seed: int = 1, first_path: int = 0, start: str = "2026Q1") -> Block:
    """Trace one block of a parameter set."""
    return trace_lowered(lowered(case, start), seed=seed, first_path=first_path)


def trace_lowered(scenario: LoweredScenario, *, seed: int, first_path: int) -> Block:
    """Trace one block of what a parameter set was lowered to, or of what none can say."""
    states, outcomes = trace_block(
        scenario.market,
        scenario.schedule,
        scenario.layout,
        source=independent_source(seed, first_path),
    )
    return Block(scenario, states, outcomes)


def twin_of(case: Case, block: Block, start: str = "2026Q1") -> dict[str, Array]:
    """The twin on the block's own draws, given what the scenario makes of the case."""
    parameters = scenario_from_case(case, start=start).parameters
    return simulate_twin(parameters, block.draws(), start_quarter=int(start[-1]))
