"""Workers: the only room that knows joblib."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

import joblib

from capexrisk.errors import WorkersLost
from capexrisk.run.plan import RunPlan

T = TypeVar("T")


def run_in_order(
    plan: RunPlan, work: Callable[..., T], tasks: Iterable[tuple[Any, ...]]
) -> Iterator[T]:
    """Results of ``work(*task)`` in the order of the tasks, as they become known.

    Threads by default: the compiled core releases the GIL, shares memory and starts at once.
    """
    if plan.backend == "sequential":
        return (work(*task) for task in tasks)
    options: dict[str, Any] = {"n_jobs": plan.jobs, "return_as": "generator"}
    if plan.backend is None:
        # A soft hint: an active joblib.parallel_config goes before it.
        options["prefer"] = "threads"
    else:
        options["backend"] = plan.backend
    # Arrays a worker would map from a file come in as another type, which would compile anew.
    options["max_nbytes"] = None
    return _in_order(joblib.Parallel(**options)(joblib.delayed(work)(*task) for task in tasks))


def _in_order(results: Iterator[T]) -> Iterator[T]:
    """The results; who takes no more of them is not told what else had been computed."""
    try:
        # Not `yield from`: closing would be handed on to joblib, which warns.
        for result in results:  # noqa: UP028
            yield result
    except BrokenProcessPool as error:
        raise WorkersLost(
            "a worker process was killed, perhaps because the memory was full; fewer --jobs, or "
            "threads, take less"
        ) from error
    except GeneratorExit:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            results.close()  # type: ignore[attr-defined]
        raise


def worker_count(plan: RunPlan) -> int:
    """How many workers the plan gets on this machine."""
    return 1 if plan.backend == "sequential" else int(joblib.effective_n_jobs(plan.jobs))
