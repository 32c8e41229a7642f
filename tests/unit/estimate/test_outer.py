"""Totals of single outer points: the quantiles that are kept of them are numpy's."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.estimate.metric import QUANTILES
from capexrisk.estimate.outer import OuterTotals, quantile_rows
from capexrisk.kernel.outcomes import OutcomeLayout
from capexrisk.kernel.tally import empty_tally, finished

LAYOUT = OutcomeLayout.of(quarters=2, years=1, issuers=2)


def put(kept: np.ndarray, counted: int) -> np.ndarray:
    """Quantiles of one half whose amounts are these, of so many paths that are counted."""
    found, tally = OuterTotals.room(LAYOUT, 2), empty_tally(LAYOUT)
    tally.paths[0] = counted
    found.put(1, finished(tally), kept)
    assert np.isnan(found.quantiles[0]).all()
    return found.quantiles[1]


@pytest.mark.parametrize("paths", [1, 2, 513, 1000])
def test_quantiles_are_numpys_to_the_bit(paths):
    rng = np.random.default_rng(paths)
    kept = rng.normal(size=(paths, len(quantile_rows(LAYOUT)))) * 10.0 ** rng.integers(-3, 6)
    np.testing.assert_array_equal(put(kept, paths), np.quantile(kept, QUANTILES, axis=0).T)


def test_broken_paths_count_nowhere():
    kept = np.random.default_rng(1).normal(size=(600, len(quantile_rows(LAYOUT))))
    kept[[3, 400]] = np.nan
    sound = np.delete(kept, [3, 400], axis=0)
    np.testing.assert_array_equal(put(kept, 598), np.quantile(sound, QUANTILES, axis=0).T)
    assert np.isnan(put(kept * np.nan, 0)).all()


def test_what_is_not_kept_has_no_quantiles():
    assert np.isnan(put(np.empty((128, 0)), 128)).all()
