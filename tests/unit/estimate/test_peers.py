"""First-order and total effects beside SALib and OpenTURNS, where they are installed."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("SALib")
pytest.importorskip("openturns")

pytestmark = pytest.mark.filterwarnings("ignore")  # theirs


@pytest.mark.parametrize("tool", ["SALib", "OpenTURNS"])
def test_another_tool_finds_the_same_effects(tool):
    """Six comparisons of 4 errors: one false alarm in 2,600 over fresh seeds."""
    from benchmarks.sensitivity.peers import CASES, EFFECTS, TOOLS

    ours, theirs = (TOOLS[name](CASES["Ishigami"], 3) for name in ("capexrisk", tool))
    for effect in EFFECTS:
        error = np.hypot(
            *((one.effects[effect][2] - one.effects[effect][1]) / 3.92 for one in (ours, theirs))
        )
        assert (np.abs(ours.effects[effect][0] - theirs.effects[effect][0]) < 4.0 * error).all()
