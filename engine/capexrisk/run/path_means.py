"""Means over paths of what is worked out of each path, for many changed scenarios."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel.simulate import simulate_chunk, workspace
from capexrisk.lowering import LoweredScenario
from capexrisk.points.draws import Draws
from capexrisk.run.chunks import draws_of
from capexrisk.run.execute import refuse_broken
from capexrisk.run.outcomes import outcome_rows
from capexrisk.run.plan import REPLICATES, Chunk, RunPlan
from capexrisk.run.workers.backends import run_in_groups

Floats = NDArray[np.float64]
Reduce = Callable[[Floats], Floats]  # of outcomes (paths, names), numbers (paths, k)
Simulated = tuple[LoweredScenario, Reduce, Chunk]


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
        From a lowered scenario to a function of outcomes (paths, names) that gives numbers (paths,
        k), and pickles: workers do not have the scenario's inputs.
    plan : RunPlan
        Seed and workers; its paths are ignored.
    """

    def __init__(
        self,
        base: LoweredScenario,
        names: Sequence[str],
        reduce: Callable[[LoweredScenario], Reduce],
        plan: RunPlan,
    ) -> None:
        self._rows, self._reduce = outcome_rows(names, base), reduce
        self._plan, self._draws = plan, draws_of(base, plan)

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
        WorkersLost, ClusterError
            As `run_in_groups`.
        """
        chunks = list(replace(self._plan, paths=REPLICATES * points).chunks())
        own = ((lowered, self._reduce(lowered)) for lowered in scenarios)
        wanted = [(*scenario, chunk) for scenario in own for chunk in chunks]
        sums: dict[tuple[int, int], Floats] = {}
        counts = np.zeros((len(scenarios), REPLICATES), dtype=np.int64)
        paths = sum(chunk.paths for chunk in chunks)
        # In the order of the chunks, whoever computes them: the same bits for any workers.
        common = self._draws, self._rows
        found = run_in_groups(self._plan, _sums, common, wanted, chunks[0].paths)
        for number, (added, finite) in enumerate(found):
            scenario, chunk = divmod(number, len(chunks))
            place = (scenario, chunks[chunk].replicate)
            sums[place] = sums[place] + added if place in sums else added
            counts[place] += finite
        refuse_broken(int(paths - counts.sum(axis=1).min()), paths)
        totals = [[sums[row, net] for net in range(REPLICATES)] for row in range(len(scenarios))]
        means: Floats = np.array(totals) / counts[..., None]
        return means


def _sums(
    draws: Draws, rows: Sequence[int], wanted: Sequence[Simulated]
) -> list[tuple[Floats, int]]:
    """Of each chunk of paths the sums of what `reduce` makes of them, and how many are finite."""
    work = workspace(wanted[0][0].layout)
    found = []
    for lowered, reduce, chunk in wanted:
        _, outcomes = simulate_chunk(
            lowered.market,
            lowered.schedule,
            lowered.layout,
            source=draws.source(chunk.first_path),
            paths=chunk.paths,
            keep=rows,
            work=work,
        )
        numbers = reduce(outcomes[~np.isnan(outcomes).any(axis=1)])
        found.append((numbers.sum(axis=0), len(numbers)))
    return found
