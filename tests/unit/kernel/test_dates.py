"""The first quarter of what happens on a path."""

from __future__ import annotations

import numba
import pytest

from capexrisk.kernel.dates import first_date

NEVER = 12.0


@numba.njit
def dated_by(dated, happens, quarter):
    return first_date(dated, happens, quarter)


@pytest.mark.parametrize(
    ("dated", "happens", "found"),
    [(NEVER, True, 3.0), (NEVER, False, NEVER), (1.0, True, 1.0), (1.0, False, 1.0)],
)
def test_the_first_date_stays(dated, happens, found):
    assert dated_by(dated, happens, 3.0) == found
