"""Back ends that run tasks: threads or processes through joblib, or a cluster."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from itertools import chain
from typing import Any, Final, TypeVar

import joblib
from joblib.parallel import get_active_backend

from capexrisk.errors import WorkersLost
from capexrisk.run.plan import RunPlan

T = TypeVar("T")
# Chunks whose totals are added up before they travel: work of a second or two, beside which Dask's
# overhead is small, 28 MB before it is added up, and what a worker that dies takes with it.
MOST_IN_BATCH: Final = 32
TASK_PATHS: Final = 32_768  # a tenth of a second's work, of one scenario or of several
MOST_WITH_POINTS: Final = 4  # of a two-level run: 25 kB for each outer point, which nobody adds up


def run_in_order(
    plan: RunPlan, work: Callable[..., T], tasks: Iterable[tuple[Any, ...]]
) -> Iterator[T]:
    """Run ``work(*task)`` on the plan's workers and yield the results in the order of the tasks.

    Threads by default: the compiled core releases the GIL, and threads share memory and start at
    once.

    Raises
    ------
    WorkersLost
        If workers died, and none is left to do their work.
    ClusterError
        If the plan names a Dask cluster that cannot be used; see `cluster`.
    """
    if plan.backend == "sequential":
        return (work(*task) for task in tasks)
    if on_cluster(plan):
        return _run_on_dask(plan, work, tasks)
    options: dict[str, Any] = {"n_jobs": plan.jobs, "return_as": "generator"}
    if plan.backend is None:
        # A soft hint: an active joblib.parallel_config takes precedence.
        options["prefer"] = "threads"
    else:
        options["backend"] = plan.backend
    # A memory-mapped array has another type, for which numba would compile again.
    options["max_nbytes"] = None
    return _in_order(joblib.Parallel(**options)(joblib.delayed(work)(*task) for task in tasks))


def run_in_groups(
    plan: RunPlan,
    work: Callable[..., Sequence[T]],
    common: tuple[Any, ...],
    parts: Sequence[Any],
    paths: int,
) -> Iterator[T]:
    """Run ``work(*common, group)`` for groups of parts too short for a task of their own.

    Parameters
    ----------
    plan : RunPlan
    work : callable
        Gives a result for each part of a group.
    common : tuple
    parts : sequence
    paths : int
        Of each part, at least 1.

    Yields
    ------
    object
        The results in the order of the parts.

    Raises
    ------
    WorkersLost, ClusterError
        As `run_in_order`.
    """
    size = max(TASK_PATHS // paths, 1)
    groups = (parts[first : first + size] for first in range(0, len(parts), size))
    return chain.from_iterable(run_in_order(plan, work, ((*common, group) for group in groups)))


def _in_order(results: Generator[T, None, None]) -> Iterator[T]:
    """Yield the results in order, without a warning if the caller stops early."""
    try:
        # Not `yield from`: that would pass the close on to joblib, which warns.
        for result in results:  # noqa: UP028
            yield result
    except BrokenProcessPool as error:
        raise WorkersLost(
            "a worker process was killed, perhaps because memory was full; give fewer --jobs, or "
            "threads"
        ) from error
    except GeneratorExit:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            results.close()
        raise


def on_cluster(plan: RunPlan) -> bool:
    """Whether the work may run on other machines."""
    return plan.scheduler is not None or _active_client(plan) is not None


def most_in_batch(plan: RunPlan) -> int:
    """Most chunks of a batch; on one machine a chunk's totals need no network."""
    if not on_cluster(plan):
        return 1
    return MOST_WITH_POINTS if plan.two_levels else MOST_IN_BATCH


def _run_on_dask(
    plan: RunPlan, work: Callable[..., T], tasks: Iterable[tuple[Any, ...]]
) -> Iterator[T]:
    from capexrisk.run.workers.dask import connected, run_on_cluster

    if plan.scheduler is None:
        yield from run_on_cluster(_active_client(plan), work, tasks)
        return
    with connected(plan.scheduler) as client:
        yield from run_on_cluster(client, work, tasks)


def _active_client(plan: RunPlan) -> Any:
    """Client of an active ``joblib.parallel_config("dask")``; only this back end has one."""
    return getattr(get_active_backend()[0], "client", None) if plan.backend is None else None


def worker_count(plan: RunPlan) -> int:
    """Number of workers the plan gets on this machine; 0 if a cluster sets it."""
    if plan.backend == "dask":
        return 0
    if plan.backend == "sequential":
        return 1
    if plan.backend is not None:
        with joblib.parallel_config(backend=plan.backend):
            return int(joblib.effective_n_jobs(plan.jobs))
    # joblib's own question is about processes, of which a process of a pool may have none.
    backend, usual = get_active_backend(prefer="threads")
    return int(backend.effective_n_jobs(usual if plan.jobs is None else plan.jobs))
