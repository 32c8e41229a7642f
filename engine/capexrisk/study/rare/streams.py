"""Random streams of the searches, one per purpose, independent of who draws and in what order."""

from __future__ import annotations

import numpy as np

# First word of a purpose.
STAGES, FRESH, SPLITTING, NEIGHBOURS, TYPICAL, CHOSEN = 1, 2, 3, 4, 5, 6


def stream(seed: int, *purpose: int) -> np.random.Generator:
    """Random generator for a purpose, such as (SPLITTING, repetition)."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=purpose)))
