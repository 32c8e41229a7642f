"""The figures of both references, found again by a quarter of a million paths of the NumPy twin.

The references are another implementation of the third edition, with other random numbers. Of two
million paths, `python -m tests.oracle.compare` tells the same, in eight times the time.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.oracle.compare import run_batches, scores_of

pytestmark = pytest.mark.slow

FIGURES = {"": 331, "builders-": 282}
BATCHES = 40
LIMIT = 4.0  # combined standard errors


@pytest.fixture(scope="module", params=FIGURES, ids=["firms", "builders"])
def scores(request: pytest.FixtureRequest) -> dict[str, float]:
    batches, imbalance = run_batches(request.param, BATCHES, seed=1, workers=2)
    assert imbalance < 1e-9
    found = scores_of(request.param, batches)
    assert len(found) == FIGURES[request.param]
    return found


def test_every_figure_lies_within_four_standard_errors(scores):
    """False alarms: 331 figures at 2.7e-4 each (39 degrees of freedom), 9 % of seeds at most.

    Fewer, as figures correlate. That is more than other tests are allowed: four is what the model
    promises to whoever implements it again, and the seed is fixed.
    """
    assert not {figure: score for figure, score in scores.items() if not abs(score) <= LIMIT}


def test_the_scores_as_a_whole_are_those_of_chance(scores):
    """The mean square of 30 independent scores is above 2.3 once in 15,000 seeds."""
    assert np.mean(np.square(list(scores.values()))) < 2.3
