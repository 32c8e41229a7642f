"""The run in step 10 of the twin: lenders and suppliers leave before the last cash is gone."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from tests.oracle.twin_base import positive


def step_10_run(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Fail who survives step 10.10 with too little liquidity for what it burns."""
    # 10, run
    quarters = np.array(case["market"]["run_quarters"], dtype=float)[state.s]
    now.running = np.zeros_like(state.failed)
    now.beyond_run = []
    for i, firm in enumerate(case["issuers"]):
        burn = firm["committed"] * now.own_funded[i] + now.due[i] - now.ocf[i]
        state.beta[i] = 0.5 * state.beta[i] + 0.5 * positive(burn)
        drawn = state.revolver[i] + now.revolver_drawn[i] - now.revolver_repaid[i]
        liquidity = (
            positive(state.cash[i] - firm["cash_min"])
            + positive(firm["revolver"] - drawn)
            + now.room["secured"][i]
            - now.sold["secured"][i]
        )
        # Nobody runs where no quarter's burn is asked for, however little liquidity there is.
        beyond = np.where(quarters > 0, liquidity - quarters * state.beta[i], np.inf)
        now.beyond_run.append(beyond)
        now.running[i] = now.alive[i] & ~now.failing[i] & (beyond < 0)
    now.failing = now.failing | now.running
