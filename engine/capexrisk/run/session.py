"""Warm session: chosen estimates of a scenario, again and again with other inputs, in a blink.

What each run has to set up is set up once: the points, the memory of each worker and of the totals,
and the workers themselves. Nothing is written, and no other estimate is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock, local
from types import MappingProxyType
from typing import Final, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from capexrisk.errors import (
    ArgumentError,
    RunStopped,
    SessionClosed,
    UnknownName,
    whole_number,
    whole_number_in_range,
)
from capexrisk.estimate.batch import ChunkTotals
from capexrisk.estimate.by_replicate import ByReplicate
from capexrisk.estimate.lines import Lines
from capexrisk.estimate.names import Name, resolve
from capexrisk.estimate.table import EstimateTable
from capexrisk.estimate.totals import Totals
from capexrisk.kernel.simulate import Workspace, workspace
from capexrisk.lowering import LoweredScenario, lower, with_inputs, with_scenario
from capexrisk.points.draws import Draws
from capexrisk.run.chunks import draws_of, run_chunk
from capexrisk.run.execute import refuse_faulty
from capexrisk.run.plan import MOST_POINTS, REPLICATES, Chunk, RunPlan
from capexrisk.run.workers.backends import worker_count
from capexrisk.scenario import Scenario
from capexrisk.scenario.plan import JOBS, Collect, are_jobs

Floats = NDArray[np.float64]
Read = TypeVar("Read")

UNCHANGED: Final[Mapping[str, object]] = MappingProxyType({})
EXAMPLE: Final = "funding_failure/Oracle"
WITHOUT_HISTOGRAM: Final = ("mean", "probability")


class Session:
    """Warm session that estimates chosen metrics of a scenario as its inputs change.

    All answers come from the same points, those that `simulate` takes for the unchanged scenario:
    what two answers have in common cancels in their difference, and the estimates of the unchanged
    scenario equal those of a run with as many paths, to the bit.

    Parameters
    ----------
    scenario : Scenario
    metrics : sequence of str
        Estimates to compute, by names such as ``"funding_failure/Oracle"``, with a period and a
        statistic if wanted; see `names.resolve`. They are those of the scenario as it stands. Only
        the distributions that they need are collected, none for means and probabilities, which
        halves the time.
    points : int
        Points of each of the 32 nets, 1 to 2**31; rounded up to a power of two.
    seed : int
        0 to 2**64 - 1. The same seed gives the same bits for any number of workers.
    n_jobs : int
        Threads; -1 for one per core.

    Raises
    ------
    UnknownName
        If the scenario has no such estimate.
    ArgumentError
        If a number is out of range, or there are no metrics.
    DimensionError
        If the scenario is too large for the Sobol sequence.

    Examples
    --------
    >>> import capexrisk as cr
    >>> scenario = cr.load_scenario("configs/hyperscalers-2026.toml")
    >>> failure = "funding_failure/Oracle"
    >>> with cr.Session(scenario, [failure], points=256, seed=1) as session:
    ...     base = session.estimate()[failure].estimate
    ...     less = session.estimate({"issuers.Oracle.capex_2026_usd_bn": 40})[failure].estimate
    >>> base.ci_low > less.ci_high
    True
    """

    def __init__(
        self,
        scenario: Scenario,
        metrics: Sequence[str],
        *,
        points: int = 1024,
        seed: int = 0,
        n_jobs: int | None = -1,
    ) -> None:
        whole = whole_number_in_range("points", points, 1, MOST_POINTS)
        if n_jobs is not None and not are_jobs(whole_number("n_jobs", n_jobs)):
            raise ArgumentError("n_jobs", f"{n_jobs} is out of range; give {JOBS}")
        if isinstance(metrics, str) or not metrics:
            problem = f"{metrics!r} is not a list of names; give [{EXAMPLE!r}]"
            raise ArgumentError("metrics", problem)
        plan = RunPlan(paths=REPLICATES * whole, seed=seed, jobs=n_jobs)
        self._base, self._names = _lowered_for(metrics, scenario)
        self._draws = draws_of(self._base, plan)
        self._plan = plan
        self._totals = Totals(self._base.layout, REPLICATES, independent=False)
        self._pool = ThreadPoolExecutor(worker_count(plan), thread_name_prefix="capexrisk")
        self._of_thread = local()
        self._one_at_a_time = Lock()
        self._closed = False

    @property
    def points(self) -> int:
        """Points of each net: those asked for, rounded up to a power of two."""
        return self._plan.points

    def estimate(self, changes: Mapping[str, object] = UNCHANGED) -> dict[str, ByReplicate]:
        """Estimate the metrics with some inputs changed.

        Parameters
        ----------
        changes : mapping of str to value
            Path of an input to its new value, such as ``{"issuers.Oracle.cash_usd_bn": 5}``.
            Changes do not accumulate: each call starts from the scenario that was given.

        Returns
        -------
        dict of str to ByReplicate
            Under the names that were given: each estimate with its interval, and its value on each
            net, from which the errors of differences come; see `estimate.paired`.

        Raises
        ------
        ScenarioError
            If there is no such input, or a value is refused.
        UnknownName
            If an estimate does not exist with these inputs, such as a buyback that is not planned.
        KernelFault
            If more than one path in 10,000 is not finite.
        SessionClosed
            After `close`.
        """

        def found(totals: Totals, lowered: LoweredScenario) -> dict[str, ByReplicate]:
            metrics = dict.fromkeys(name.metric for name in self._names.values())
            table = EstimateTable(totals, lowered, metrics)
            return {text: _found(table, name, text, lowered) for text, name in self._names.items()}

        return self.read(found, changes)

    def read(
        self,
        reader: Callable[[Totals, LoweredScenario], Read],
        changes: Mapping[str, object] | Scenario = UNCHANGED,
        *,
        points: int | None = None,
        abandoned: Callable[[], bool] = lambda: False,
    ) -> Read:
        """Read the totals of the scenario with some inputs changed, or of another on its points.

        Parameters
        ----------
        reader : callable
            Takes the totals, which are overwritten by the next answer, and the lowered scenario.
        changes : mapping of str to value, or Scenario
            As for `estimate`; or another scenario with the same issuers and quarters.
        points : int, optional
            The first points of each net alone, at most those of the session; rounded up to a power
            of two.
        abandoned : callable
            Asked from time to time, by every thread: whether nobody waits for the answer any more.

        Returns
        -------
        object
            What the reader returns.

        Raises
        ------
        RunStopped
            If it is abandoned.
        ScenarioError, KernelFault, SessionClosed
            As `estimate`.
        """
        plan = self._plan
        if points is not None:
            fewer = whole_number_in_range("points", points, 1, plan.points)
            plan = replace(plan, paths=REPLICATES * fewer)
        lowered = self.lowered(changes)
        with self._totals_of(lowered, plan, abandoned) as totals:
            refuse_faulty(totals, lowered)
            return reader(totals, lowered)

    @property
    def draws(self) -> Draws:
        """The points of the session."""
        return self._draws

    def lowered(self, changes: Mapping[str, object] | Scenario = UNCHANGED) -> LoweredScenario:
        """The scenario with some inputs changed, or another one, as the session simulates it.

        Parameters and errors are those of `read`.
        """
        if isinstance(changes, Scenario):
            return with_scenario(self._base, changes)
        return with_inputs(self._base, changes) if changes else self._base

    def close(self) -> None:
        """End the worker threads, after the answer that is being computed."""
        with self._one_at_a_time:
            self._closed = True
            self._pool.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _totals_of(
        self, lowered: LoweredScenario, plan: RunPlan, abandoned: Callable[[], bool]
    ) -> Iterator[Totals]:
        """The totals of a scenario, until the next answer."""

        def simulated(chunk: Chunk) -> ChunkTotals:
            if abandoned():
                raise RunStopped("abandoned; nobody waits for its answer")
            return self._simulate(lowered, chunk)

        with self._one_at_a_time:
            if self._closed:
                raise SessionClosed("the session is closed; make another")
            self._totals.clear()
            for found in self._pool.map(simulated, plan.chunks()):
                self._totals.add(found)
            yield self._totals

    def _simulate(self, lowered: LoweredScenario, chunk: Chunk) -> ChunkTotals:
        work: Workspace | None = getattr(self._of_thread, "work", None)
        if work is None:
            work = self._of_thread.work = workspace(lowered.layout)
        return run_chunk(lowered, self._draws, chunk, work=work)


def _lowered_for(
    metrics: Sequence[str], scenario: Scenario
) -> tuple[LoweredScenario, dict[str, Name]]:
    """Lower the scenario with as little collected as the metrics need, and resolve their names."""
    lowered = lower(scenario)
    names = {text: resolve(text, lowered) for text in metrics}
    if all(name.statistic in WITHOUT_HISTOGRAM for name in names.values()):
        means: Collect = "means"
        fewer = lower(scenario, means)
        known = EstimateTable(Totals(fewer.layout), fewer)
        if all(name in known for name in names.values()):
            return fewer, names
    lines = Lines(lowered)
    with_histograms = {
        line.quantity
        for name in names.values()
        if name.statistic not in WITHOUT_HISTOGRAM
        for line in lines.of(name.metric)
    }
    return replace(lowered, layout=lowered.layout.with_histograms(with_histograms)), names


def _found(table: EstimateTable, name: Name, text: str, lowered: LoweredScenario) -> ByReplicate:
    if name not in table:
        resolve(text, lowered)  # which says what is wrong with it, and suggests another
        raise UnknownName(f"{text}: there is no such estimate with these inputs")
    return table[name]
