"""Random numbers of the searches: a stream for each purpose, whoever draws and in what order."""

from __future__ import annotations

import numpy as np

STAGES, FRESH, SPLITTING = 1, 2, 3  # first word of a purpose


def stream(seed: int, *purpose: int) -> np.random.Generator:
    """Generator of the numbers of a purpose, such as (SPLITTING, repetition)."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=purpose)))
