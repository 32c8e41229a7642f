"""Points of the inputs whose scenario is refused are named, and end in no traceback."""

from __future__ import annotations

import numpy as np

from capexrisk.lowering import lower
from capexrisk.points.frozen import frozen_points
from capexrisk.study.two_levels import why_refused
from capexrisk.uncertainty import input_design
from capexrisk.uncertainty.outer import OuterPoints
from tests.unit.uncertain import uncertain

CAPACITY = {
    "inputs": ("issuers.*.relative_yield",),
    "how": "multiply",
    "law": "sample",
    "values": (0.0, 0.0, 1.0, 1.0, 1.0),
}


def test_a_refused_point_is_named():
    scenario = uncertain(groups={"a": CAPACITY})
    lowered = lower(scenario)
    points = frozen_points(lowered.market, lowered.schedule, 5)
    outer = OuterPoints(scenario, lowered, input_design(scenario), points, 128, 32)
    numbers = outer.numbers(0, 0, 32)
    refused = np.flatnonzero((numbers == 0.0).all(axis=1)).tolist()
    assert len(refused) == 8  # a quarter of the law, and a point in each 32nd of it
    here = list(outer.lowered(0, 0, 32))
    assert [point for point, one in enumerate(here) if one is None] == refused
    for point in refused:
        assert why_refused(0, point, outer) == (
            f"point {point} of net 0: issuers: no issuer has both buildout_capital_usd_bn and "
            "relative_yield"
        )
