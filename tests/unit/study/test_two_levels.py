"""Points of the inputs whose scenario is refused: none ends in a traceback, each is named."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.lowering import lower
from capexrisk.points.frozen import frozen_points
from capexrisk.scenario.section import Refused
from capexrisk.study.two_levels import why_refused
from capexrisk.uncertainty import input_design
from capexrisk.uncertainty.outer import OuterPoints
from tests.unit.uncertain import uncertain

PLACES = ("[0][1]", "[1][0]", "[0][2]", "[2][0]", "[1][2]", "[2][1]")
CORRELATION = {
    "inputs": tuple(f"market.correlation{place}" for place in PLACES),
    "how": "set",
    "law": "uniform",
    "low": -0.99,
    "high": 0.99,
}
CAPACITY = {
    "inputs": ("issuers.*.relative_yield",),
    "how": "multiply",
    "law": "sample",
    "values": (0.0, 0.0, 1.0, 1.0, 1.0),
}


@pytest.mark.parametrize(
    ("group", "where"),
    [
        (CORRELATION, "market.correlation: not positive definite"),
        (CAPACITY, "issuers: no issuer has both buildout_capital_usd_bn and relative_yield"),
    ],
    ids=["correlation", "capacity"],
)
def test_a_refused_point_is_named(group, where):
    scenario = uncertain(groups={"a": group})
    lowered = lower(scenario)
    points = frozen_points(lowered.market, lowered.schedule, 5)
    outer = OuterPoints(scenario, input_design(scenario), points, 128)
    numbers = outer.numbers(0, 0, 32)
    refused = []
    for point in range(32):
        try:
            outer.lowered(lowered, numbers[point])
        except Refused:
            refused.append(point)
    # The net has a point in every 32nd of the law: the lowest is refused, and some are not.
    assert int(np.argmin(numbers[:, 0])) in refused
    assert len(refused) < 32
    found = why_refused(0, refused[0], outer, lowered)
    assert found == f"point {refused[0]} of net 0: {where}"
