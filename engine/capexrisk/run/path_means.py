"""Means over paths of what is worked out of each path, for many changed scenarios."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import local
from typing import Self

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel.simulate import Workspace, simulate_chunk, workspace
from capexrisk.lowering import LoweredScenario
from capexrisk.run.chunks import draws_of
from capexrisk.run.execute import refuse_broken
from capexrisk.run.outcomes import outcome_rows
from capexrisk.run.plan import REPLICATES, Chunk, RunPlan
from capexrisk.run.workers.backends import worker_count

Floats = NDArray[np.float64]
Reduce = Callable[[LoweredScenario, Floats], Floats]


class PathMeans:
    """Means, net by net, of numbers that a function makes of each path's outcomes.

    Every scenario has the points of the base, so that what two have in common cancels in their
    difference; the points of a short answer are the first of a long one.

    Parameters
    ----------
    base : LoweredScenario
    names : sequence of str
        Outcomes of a path that `reduce` is given; see `outcomes.outcome_names`.
    reduce : callable
        From a lowered scenario and outcomes (paths, names) to numbers (paths, k).
    seed : int
    n_jobs : int
        Threads; -1 for one per core.
    """

    def __init__(
        self,
        base: LoweredScenario,
        names: Sequence[str],
        reduce: Reduce,
        *,
        seed: int = 0,
        n_jobs: int | None = -1,
    ) -> None:
        plan = RunPlan(paths=REPLICATES, seed=seed, jobs=n_jobs)
        self._rows, self._reduce = outcome_rows(names, base), reduce
        self._plan, self._draws = plan, draws_of(base, plan)
        self._pool = ThreadPoolExecutor(worker_count(plan), thread_name_prefix="capexrisk")
        self._of_thread = local()

    def of(self, scenarios: Sequence[LoweredScenario], points: int) -> Floats:
        """Means of each scenario on each net, (scenarios, 32, k).

        Parameters
        ----------
        scenarios : sequence of LoweredScenario
            The base with other inputs; see `with_inputs`.
        points : int
            Of each net; rounded up to a power of two.

        Raises
        ------
        KernelFault
            If more than one path in 10,000 is not finite.
        """
        chunks = list(replace(self._plan, paths=REPLICATES * points).chunks())
        tasks = [(lowered, chunk) for lowered in scenarios for chunk in chunks]
        sums: dict[tuple[int, int], Floats] = {}
        counts = np.zeros((len(scenarios), REPLICATES), dtype=np.int64)
        paths = sum(chunk.paths for chunk in chunks)
        # In the order of the tasks, whoever computes them: the same bits for any number of workers.
        for number, (added, finite) in enumerate(self._pool.map(self._simulate, tasks)):
            scenario, chunk = divmod(number, len(chunks))
            place = (scenario, chunks[chunk].replicate)
            sums[place] = sums[place] + added if place in sums else added
            counts[place] += finite
        refuse_broken(int(paths - counts.sum(axis=1).min()), paths)
        totals = [[sums[row, net] for net in range(REPLICATES)] for row in range(len(scenarios))]
        means: Floats = np.array(totals) / counts[..., None]
        return means

    def close(self) -> None:
        """End the worker threads."""
        self._pool.shutdown(cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _simulate(self, task: tuple[LoweredScenario, Chunk]) -> tuple[Floats, int]:
        lowered, chunk = task
        work: Workspace | None = getattr(self._of_thread, "work", None)
        if work is None:
            work = self._of_thread.work = workspace(lowered.layout)
        _, outcomes = simulate_chunk(
            lowered.market,
            lowered.schedule,
            lowered.layout,
            source=self._draws.source(chunk.first_path),
            paths=chunk.paths,
            keep=self._rows,
            work=work,
        )
        numbers = self._reduce(lowered, outcomes[~np.isnan(outcomes).any(axis=1)])
        return numbers.sum(axis=0), len(numbers)
