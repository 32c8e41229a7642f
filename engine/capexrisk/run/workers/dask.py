"""Running tasks on a Dask cluster and yielding their results in order."""

from __future__ import annotations

import asyncio
import logging
import pickle
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from capexrisk.code import code_identity
from capexrisk.errors import ClusterError, WorkersLost
from capexrisk.run.workers.serialisation import Parcel, pack, unpack

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT = 10.0  # seconds to wait for the scheduler, and for a first worker
LOOK = 3.0  # seconds between checks for live workers, which take 2 ms each
PATIENCE = 30.0  # seconds without any worker before a run is given up
SHOWN = 12  # digits of a digest in a message
AHEAD = 3  # tasks in flight for each thread


@contextmanager
def connected(scheduler: str) -> Iterator[Client]:
    """Connect a client to a running cluster.

    Raises
    ------
    ClusterError
        If Dask is not installed, no scheduler answers at the address, or there are no workers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ClusterError(
            "backend: dask is not installed here; install it with pip install 'capexrisk[dask]', "
            "or with make dask in a checkout"
        ) from None
    with _quiet():
        try:
            # Probe first: a client waits for ever if something other than Dask listens there.
            with ThreadPoolExecutor(1) as elsewhere:  # an event loop may run in this thread
                elsewhere.submit(asyncio.run, _knock(scheduler)).result()
            client = Client(scheduler, timeout=CONNECT, set_as_default=False)
        except (OSError, TypeError, ValueError):  # no answer, TLS not set up, no address
            raise ClusterError(
                f"scheduler: no scheduler answers at {scheduler!r}; start `dask scheduler` there, "
                "or give the address that it prints, tcp://HOST:8786"
            ) from None
        try:
            try:
                client.wait_for_workers(1, timeout=CONNECT)
            except TimeoutError:
                raise ClusterError(
                    f"scheduler: {scheduler!r} has had no workers for {CONNECT:.0f} s; "
                    f"start some: dask worker {scheduler}"
                ) from None
            yield client
        finally:
            with suppress(TimeoutError):  # all results have arrived
                client.close(timeout=LOOK)


async def _knock(scheduler: str) -> None:
    from distributed import Security
    from distributed.comm.core import connect

    async def ask() -> Any:
        secure = Security().get_connection_args("client")
        comm = await connect(scheduler, timeout=CONNECT, **secure)
        try:
            await comm.write({"op": "identity", "reply": True})
            return await comm.read()
        finally:
            comm.abort()

    answer = await asyncio.wait_for(ask(), CONNECT)
    if answer.get("type") != "Scheduler":
        raise ValueError(scheduler)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence Dask's log: a cluster's failure is reported as one error."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def run_on_cluster(
    client: Client, work: Callable[..., Any], tasks: Iterable[tuple[Any, ...]]
) -> Iterator[Any]:
    """Run ``work(*task)`` on a cluster and yield the results in the order of the tasks.

    The number of tasks in flight is bounded, however many there are and however long one of them
    takes; results wait on the workers. If a worker dies, others run its tasks again; a worker that
    joins gets the next ones.

    joblib's own back end for Dask is not used: it keeps taking tasks while the first result is
    missing, computes in this process where the cluster has one thread, and waits for ever for a
    task that killed its workers.

    Raises
    ------
    WorkersLost
        If the scheduler or all workers are gone, or one task killed several workers.
    ClusterError
        If a worker has another Python or other libraries than this process.
    """
    from distributed import CancelledError

    rest = iter(tasks)
    waiting: deque[Future[Parcel]] = deque()
    try:
        while True:
            room = AHEAD * max(_threads(client), 1) - len(waiting)
            for task in islice(rest, max(room, 0)):
                packed = pickle.dumps((work, task), protocol=pickle.HIGHEST_PROTOCOL)
                waiting.append(client.submit(run_task, packed, code_identity(), pure=False))
            if not waiting:
                return
            yield unpack(_result(client, waiting[0]))
            waiting.popleft()
    except (CancelledError, OSError) as error:
        raise WorkersLost(
            "the connection to the scheduler broke off; see whether it still runs"
        ) from error
    finally:
        if client.status == "running":
            client.cancel(list(waiting))


def run_task(packed: bytes, versions: dict[str, str]) -> Parcel:
    """Run a task, in a Dask worker.

    Raises
    ------
    ClusterError
        If a version on which bits depend differs on this worker.
    """
    here = code_identity()
    for name, wanted in versions.items():
        if here[name] != wanted:
            raise ClusterError(
                f"scheduler: a worker has {name} {here[name][:SHOWN]}, "
                f"this process {wanted[:SHOWN]}, and results might differ; "
                "install the same on all machines"
            )
    work, task = pickle.loads(packed)
    return pack(work(*task))


def _threads(client: Client) -> int:
    """Number of threads of all workers; raises if the scheduler does not answer."""
    if client.scheduler is None:  # closed
        return 0
    # As client.nthreads(), which would wait for ever.
    found = client.sync(client.scheduler.ncores, callback_timeout=CONNECT)
    return sum(found.values())


def _result(client: Client, future: Future[Parcel]) -> Parcel:
    from distributed.scheduler import KilledWorker

    error = _wait(client, future)
    if error is None:
        return future.result()
    if isinstance(error, KilledWorker):
        raise WorkersLost(
            f"{error.allowed_failures + 1} workers died of the same task; see whether their "
            "memory is enough"
        )
    if isinstance(error, ModuleNotFoundError):
        raise ClusterError(
            f"scheduler: a worker has no {error.name}; install the same on all machines"
        )
    if isinstance(error, OSError):  # its own, not the connection's
        raise WorkersLost(f"a worker failed: {error}") from error
    raise error


def _wait(client: Client, future: Future[Parcel]) -> BaseException | None:
    """Wait until a task is done or has failed, as long as there are workers.

    Returns
    -------
    BaseException or None
        Why the task failed; None if it did not.
    """
    seen = time.monotonic()
    while True:
        try:
            return future.exception(timeout=LOOK)  # type: ignore[no-any-return]
        except TimeoutError:
            if _threads(client) > 0:
                seen = time.monotonic()
            elif time.monotonic() > seen + PATIENCE:
                raise WorkersLost(
                    f"the cluster has had no workers for {PATIENCE:.0f} s; start some"
                ) from None
