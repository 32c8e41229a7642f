"""Points for scenarios of any shape, and supplied draws that are the engine's own."""

from __future__ import annotations

import numba
import numpy as np

from capexrisk.kernel import independent
from capexrisk.lowering import LoweredScenario
from capexrisk.points.frozen import FrozenPoints, frozen_points
from capexrisk.points.layout import supplied_order
from tests.unit.kernel.blocks import lowered, reference_case, with_quarters


def points_of(issuers: int, quarters: int) -> FrozenPoints:
    """Points for the reference case with so many issuers, some of them alike."""
    case = with_quarters(reference_case(), quarters)
    several = [{**case["issuers"][i % 6], "name": f"Issuer {i}"} for i in range(issuers)]
    scenario = lowered({**case, "issuers": several})
    return frozen_points(scenario.market, scenario.schedule, 1)


@numba.njit
def fill(rows, quarter, name, key, seed):
    """Numbers of two draws at their addresses into two rows; paths below 2**32."""
    high = quarter << independent.QUARTER_SHIFT
    for p in range(rows.shape[1]):
        rows[0, p], rows[1, p] = independent.uniform_pair(np.uint64(p), high, name, key, seed)


def philox_numbers(scenario: LoweredScenario, seed: int, paths: int) -> np.ndarray:
    """The numbers of independent draws, as `SuppliedDraws` takes them."""
    places = supplied_order(*scenario.schedule.capex_plan.shape).places
    uniforms = np.empty((len(places), paths))
    for row, (draw, issuer, quarter) in list(enumerate(places))[::2]:
        key = independent.MARKET_KEY if issuer is None else scenario.schedule.issuer_keys[issuer]
        when = independent.ONCE if quarter is None else np.uint64(quarter)
        fill(uniforms[row : row + 2], when, np.uint64(draw.pair), key, np.uint64(seed))
    return uniforms
