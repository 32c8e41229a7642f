"""The engine's kernel alone: paths on one core, everything collected, no tables and no workers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def kernel(lowered: Any) -> Callable[[int], object]:
    """A function (paths) for a lowered scenario; compiled, or loaded, when this returns."""
    from capexrisk.kernel.simulate import simulate_chunk
    from capexrisk.kernel.sources import independent_source

    record, source = (lowered.market, lowered.schedule, lowered.layout), independent_source(1)

    def work(paths: int) -> object:
        return simulate_chunk(*record, source=source, paths=paths)

    work(1)
    return work
