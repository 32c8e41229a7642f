"""The compiled core of one revision, in a process of its own: see `benchmarks.core`.

    python core_process.py SCENARIO CORE

`capexrisk` is the revision's, from PYTHONPATH; nothing else of a checkout is imported, so that
revisions with other benchmarks answer too. Each line of input, "everything PATHS" or "means PATHS",
is answered by seconds of the processor.
"""

from __future__ import annotations

import inspect
import os
import sys
import time
from collections.abc import Callable
from typing import Any, get_args, get_type_hints


def chunk_of(lowered: Any) -> Callable[[int], object]:
    """A function (paths) of a lowered scenario, whichever way its revision names draws."""
    from capexrisk.kernel.simulate import simulate_chunk

    draws: dict[str, Any] = {"seed": 1, "first_path": 0}
    if "source" in inspect.signature(simulate_chunk).parameters:
        from capexrisk.kernel.sources import independent_source

        draws = {"source": independent_source(1)}
    record = (lowered.market, lowered.schedule, lowered.layout)
    return lambda paths: simulate_chunk(*record, **draws, paths=paths)


def serve(scenario: str, core: int) -> None:
    os.sched_setaffinity(0, [core])
    import capexrisk as cr
    from capexrisk.lowering import lower

    # The second choice was called "figures" once.
    choices = get_args(get_type_hints(lower)["collect"])
    read = cr.load_scenario(scenario)
    chunks = {
        asked: chunk_of(lower(read, choice))
        for asked, choice in zip(("everything", "means"), choices, strict=True)
    }
    for chunk in chunks.values():
        chunk(1)
    print("ready", flush=True)
    for line in sys.stdin:
        asked, paths = line.split()
        clock = time.process_time()
        chunks[asked](int(paths))
        print(time.process_time() - clock, flush=True)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
