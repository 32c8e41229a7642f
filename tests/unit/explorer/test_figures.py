"""What the explorer draws is what the table of the same paths says."""

from __future__ import annotations

from capexrisk.estimate.table import EstimateTable
from capexrisk.explorer.figures import FAN, FREE_CASH_FLOW, read_figures
from capexrisk.explorer.schedule import Moves
from capexrisk.explorer.view import View
from capexrisk.lowering import lower
from capexrisk.run.execute import execute
from capexrisk.run.plan import RunPlan
from tests.unit.scenarios import ISSUERS, small_scenario


def test_each_fan_is_that_of_its_quarter() -> None:
    """Those of all quarters are estimated together."""
    lowered = lower(small_scenario())
    totals = execute(lowered, RunPlan(paths=1024, seed=1, jobs=1))
    view = View(ISSUERS[0], lowered.years[0], {}, {}, Moves())
    found = read_figures(totals, lowered, view).found
    table = EstimateTable(totals, lowered)
    fans = [name for name in found if name.statistic in FAN]
    own = [name for name in fans if (name.issuer, name.metric) == (view.issuer, FREE_CASH_FLOW)]
    assert {name.period for name in own} == {*lowered.quarters, view.year}
    for name in fans:
        assert repr(found[name]) == repr(table[name]), name
