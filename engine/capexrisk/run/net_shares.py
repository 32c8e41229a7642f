"""Shares of paths on single nets, for many changed scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from capexrisk.errors import UnknownName
from capexrisk.estimate.lines import Line, Lines
from capexrisk.estimate.names import resolve
from capexrisk.estimate.table import hits_of
from capexrisk.estimate.totals import Totals
from capexrisk.kernel.simulate import workspace
from capexrisk.lowering import LoweredScenario
from capexrisk.points.draws import Draws
from capexrisk.run.chunks import draws_of, run_chunk
from capexrisk.run.execute import refuse_broken
from capexrisk.run.plan import REPLICATES, Chunk, RunPlan
from capexrisk.run.workers.backends import run_in_groups

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
OnNet = tuple[LoweredScenario, Sequence[Chunk]]  # a scenario, and the chunks of a net

EXAMPLE = "funding_failure/Oracle"


class NetShares:
    """Shares of paths on which events happen, net by net, of scenarios with the points of the base.

    Nets are independent of each other, so that 32 different questions cost one answer. Bits of a
    net's share depend on its own scenario alone.

    Parameters
    ----------
    base : LoweredScenario
    events : sequence of str
        Names of estimates that count paths, such as ``"funding_failure/Oracle"``; see
        `names.resolve`.
    plan : RunPlan
        Points of each net, seed and workers.

    Raises
    ------
    UnknownName
        If the base has no such estimate, or it is no share of paths.
    """

    def __init__(self, base: LoweredScenario, events: Sequence[str], plan: RunPlan) -> None:
        _counted(base, events)
        self._base, self._events = base, tuple(events)
        self._plan, self._draws = plan, draws_of(base, plan)
        self._chunks: list[list[Chunk]] = [[] for _ in range(REPLICATES)]
        for chunk in plan.chunks():
            self._chunks[chunk.replicate].append(chunk)

    def of(self, wanted: Sequence[tuple[int, LoweredScenario]]) -> Floats:
        """Share of paths for each pair of a net and a scenario, (pairs, events).

        Scenarios have the issuers and quarters of the base, and may differ in inputs and events;
        see `lower`. NaN where no path is counted.

        Raises
        ------
        KernelFault
            If more than one path in 10,000 is not finite.
        WorkersLost, ClusterError
            As `run_in_groups`.
        """
        layout = self._base.layout
        pairs = [(replace(lowered, layout=layout), self._chunks[net]) for net, lowered in wanted]
        common = self._base, self._draws, self._events
        found = list(run_in_groups(self._plan, _count, common, pairs, self._plan.points))
        refuse_broken(sum(broken for *_, broken in found), len(pairs) * self._plan.points)
        hits, among = (np.array([one[part] for one in found]) for part in (0, 1))
        shares: Floats = np.where(among > 0, hits / np.maximum(among, 1), np.nan)
        return shares


def _count(
    base: LoweredScenario, draws: Draws, events: Sequence[str], pairs: Sequence[OnNet]
) -> list[tuple[Integers, Integers, int]]:
    """Of each pair hits and the paths among which they are counted, by event, and broken paths."""
    lines, wanted = _counted(base, events)
    work, totals = workspace(base.layout), Totals(base.layout, independent=False)
    found = []
    for lowered, chunks in pairs:
        totals.clear()
        for chunk in chunks:
            alone = chunk._replace(replicate=0)  # of the totals; its points are by its first path
            totals.add(run_chunk(lowered, draws, alone, work=work))
        counts = np.array([[part[0] for part in hits_of(of, totals, lines)] for of in wanted])
        found.append((counts[:, 0], counts[:, 1], totals.quarantined))
    return found


def _counted(base: LoweredScenario, events: Sequence[str]) -> tuple[Lines, list[Line]]:
    """The lines of events, which are shares of paths."""
    lines, found = Lines(base), []
    for text in events:
        name = resolve(text, base)
        of_name = (line for line in lines.of(name.metric) if line.issuer == name.issuer)
        line = next(line for line in of_name if line.period == name.period)
        if line.metric.estimator in ("amount", "chance", "count"):
            raise UnknownName(f"{text}: is no share of paths; give an event such as {EXAMPLE}")
        found.append(line)
    return lines, found
