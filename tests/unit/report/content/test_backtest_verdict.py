"""The verdict of a backtest: direction and width, each told only where it shows."""

from __future__ import annotations

from math import nan

import pandas as pd
import pytest

from capexrisk.report.content.backtest_verdict import verdict


@pytest.mark.parametrize(
    ("percentile", "effective", "few", "many", "said"),
    [
        (0.8, 6.0, 0.5, 0.6, "The run was too low: 3 of 4 figures lie above the run's median. "),
        (0.2, 6.0, 0.05, 0.99, "The run was too high and too sure: 3 of 4 figures lie above"),
        (0.5, 6.0, 0.99, 0.05, "The run was too unsure: 3 of 4"),
        (0.8, 2.0, 0.5, 0.6, "Nothing shows that the run was off: 3 of 4"),
        (0.8, nan, nan, nan, "Whether the run was too low or too sure is not known: 3 of 4"),
    ],
)
def test_direction_and_width(percentile, effective, few, many, said):
    figures = pd.DataFrame({"actual": [1.0, 2.0, 3.0, 4.0], "p50": [0.0, 1.0, 2.0, 9.0]})
    cover = pd.Series({"chance_of_so_few": few, "chance_of_so_many": many})
    scores = pd.Series({"percentile": percentile, "effective": effective})
    assert verdict(figures, cover, scores).startswith(said)
