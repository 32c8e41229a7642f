"""Random streams of the searches, one per purpose, independent of who draws and in what order."""

from __future__ import annotations

import numpy as np

STAGES, FRESH, SPLITTING = 1, 2, 3  # first word of a purpose


def stream(seed: int, *purpose: int) -> np.random.Generator:
    """Random generator for a purpose, such as (SPLITTING, repetition)."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=purpose)))
