"""When something first happened on a path."""

from __future__ import annotations

from capexrisk.numeric.jit import scalar
from capexrisk.numeric.vecmath import minimum, where

LATER = 1e6  # than any quarter


@scalar
def first_date(dated, happens, quarter):
    """The earlier of a date and of this quarter, if it happens now."""
    return minimum(dated, where(happens, quarter, LATER))
