"""Simulation of a scenario, from a job to its results."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from capexrisk.archive.checkpoint import checkpoint_in
from capexrisk.archive.job import Job
from capexrisk.archive.paths import PathFiles
from capexrisk.archive.provenance import build_manifest, code_record
from capexrisk.errors import refuse_type
from capexrisk.estimate.ledger import ChunkEntry
from capexrisk.estimate.table import EstimateTable
from capexrisk.run.execute import NO_HOOKS, Hooks, execute
from capexrisk.run.plan import RunPlan, default_paths
from capexrisk.run.stopping import execute_until
from capexrisk.run.targets import Standing
from capexrisk.scenario import Scenario
from capexrisk.scenario.plan import (
    DEFAULT_INNER,
    Backend,
    Collect,
    Sampler,
    refuse_paths_of_no_points,
    refuse_points_of,
)
from capexrisk.scenario.schema import FROM_A_FILE
from capexrisk.study.two_levels import (
    PointsRun,
    inputs_of,
    refuse_beyond_memory,
    simulate_points,
)

if TYPE_CHECKING:
    from capexrisk.archive.results import Results


def simulate(  # noqa: PLR0913 - all by keyword, each a user's choice
    scenario: Scenario,
    *,
    paths: int | None = None,
    seed: int = 0,
    sampler: Sampler = "sobol",
    n_jobs: int | None = -1,
    backend: Backend | None = None,
    scheduler: str | None = None,
    collect: Collect = "everything",
    targets: Sequence[str] = (),
    max_seconds: float | None = None,
    outer: int = 0,
    inner: int = DEFAULT_INNER,
    keep_paths: Path | str | None = None,
    checkpoint: Path | str | None = None,
    progress: Callable[[int], None] | None = None,
) -> Results:
    """Simulate a scenario.

    Parameters
    ----------
    scenario : Scenario
        From `load_scenario`.
    paths : int
        Number of paths, 1 to 10**12; for "sobol" at most 2**36, and rounded up to 32 times a power
        of two. A larger run contains the paths of a smaller one. Default: 262,144; with targets the
        number is a maximum, 134,217,728 by default.
    seed : int
        0 to 2**64 - 1. The same seed gives the same bits for any number of workers and back end.
    sampler : {"sobol", "plain"}
        "sobol": 32 scrambled Sobol nets, whose points fill the space of draws evenly: means have
        far smaller errors than from as many independent paths, probabilities smaller ones. Errors
        come from the spread of the nets. "plain": independent paths.
    n_jobs : int
        Workers; -1 for one per core, None to follow an active `joblib.parallel_config`.
    backend : {"threading", "loky", "sequential", "dask"}, optional
        Default: an active `joblib.parallel_config`, else threading.
    scheduler : str, optional
        With backend "dask": the address of a running scheduler, ``"tcp://HOST:8786"``. Its
        cluster sets the number of workers; `n_jobs` has no effect.
    collect : {"everything", "means"}
        "means" takes less time: means and probabilities only, without quantiles and CFaR, and for
        issuers without amounts by quarter, flows by year, extremes, net debt, fallen angels and
        causes. Plots and the report need everything.
    targets : sequence of str
        Standard errors; the run stops when all are reached: ``"funding_failure/Oracle: rel 5%"``,
        ``"negative_fcf/Amazon/2026: abs 0.002"``. What was reached is in ``manifest.run``.
    max_seconds : float, optional
        The run stops before it would take longer, checked after 262,144 paths, then each time
        their number has doubled.
    outer : int
        Points of the uncertain inputs, for `Results.inputs`; rounded up to 32 times a power of two.
        0: none.
    inner : int
        Paths at each of these, a power of two from 128 to 8,192.
    keep_paths : path-like, optional
        Existing directory into which single paths are written, one Parquet file per chunk.
    checkpoint : path-like, optional
        Separate directory for a checkpoint of the run in progress, made if it is missing. The same
        call resumes from it, whatever ended the first one; a call with more paths reuses every
        whole chunk of the shorter run (8,192 points of a net, 16,384 independent paths). The
        results are those of an uninterrupted run, to the bit.
    progress : callable, optional
        Called with the number of paths finished so far.

    Returns
    -------
    Results

    Raises
    ------
    TypeError
        If `scenario` is not a Scenario.
    ValueError
        If an argument is out of range.
    KernelFault
        If more than one path in 10,000 is not finite.
    TargetError, UnknownName
        If a target cannot be parsed, or the paths and the time allowed cannot reach it.
    ClusterError
        If the scheduler cannot be reached, has no workers, or its workers have other versions.
    WorkersLost
        If workers died, and none is left to do their work.
    DimensionError
        If the scenario is too large for the Sobol sequence: more than 21,201 draws a path.
    ResumeMismatch
        If the checkpoint is of another scenario, seed, sampler or code, or of a machine that gives
        other bits.

    Examples
    --------
    >>> import capexrisk as cr
    >>> scenario = cr.load_scenario("configs/hyperscalers-2026.toml")
    >>> results = cr.simulate(scenario, paths=4_096, seed=1)
    >>> results
    Results('hyperscalers-2026': 6 issuers, 2026Q1 to 2028Q4, 4,096 paths, seed 1)
    >>> results.estimate("negative_fcf/Amazon/2026").value
    0.835
    """
    refuse_type("scenario", scenario, Scenario, FROM_A_FILE)
    plan = RunPlan(
        paths=default_paths(targets) if paths is None else paths,
        seed=seed,
        sampler=sampler,
        jobs=n_jobs,
        backend=backend,
        scheduler=scheduler,
        collect=collect,
        targets=(targets,) if isinstance(targets, str) else tuple(targets),
        max_seconds=max_seconds,
        outer=outer,
        inner=inner,
    )
    refuse_points_of(outer, scenario)
    if inner != DEFAULT_INNER:
        refuse_paths_of_no_points(outer, scenario)
    sink = PathFiles(Path(keep_paths)) if keep_paths else None
    if checkpoint is None:
        return simulate_job(Job(scenario=scenario, plan=plan), Hooks(sink, progress))
    job = Job(scenario=scenario, plan=plan, keep_paths=sink is not None)
    with checkpoint_in(Path(checkpoint), job) as kept:
        results = simulate_job(job, Hooks(sink, progress, kept), Hooks(keeper=kept.over_inputs))
    for note in kept.notes:
        warnings.warn(note, stacklevel=2)
    return results


def simulate_job(job: Job, hooks: Hooks = NO_HOOKS, over_inputs: Hooks = NO_HOOKS) -> Results:
    """Run a job, or the part of it that its checkpoint lacks; otherwise as `simulate_paths`."""
    return over_the_inputs(*simulate_paths(job, hooks, over_inputs))


def over_the_inputs(results: Results, points: PointsRun | None) -> Results:
    """Results with what the points of their inputs tell, if there are any."""
    if points is None:
        return results
    inputs = inputs_of(points)
    manifest = results.manifest.model_copy(update={"inputs": inputs.record})
    return replace(results, manifest=manifest, inputs=inputs)


def simulate_paths(
    job: Job, hooks: Hooks = NO_HOOKS, over_inputs: Hooks = NO_HOOKS
) -> tuple[Results, PointsRun | None]:
    """Simulate the paths of a job, or those that its checkpoint lacks.

    Parameters
    ----------
    job : Job
    hooks, over_inputs : Hooks
        Side outputs of its paths, and of those of its outer points.

    Returns
    -------
    tuple
        Results, as yet without what is told over the inputs, and the points of these, if the job
        has any.
    """
    refuse_beyond_memory(job)
    lowered, plan = job.lowered, job.plan
    code_record()  # now, since the sources may be edited while the paths run
    started = datetime.now(UTC)
    clock = time.perf_counter()
    standings: list[Standing] = []
    if plan.targets or plan.max_seconds is not None:
        totals, standings = execute_until(lowered, plan, hooks)
    else:
        totals = execute(lowered, plan, hooks)
    if hooks.keeper is not None:
        hooks.keeper.close()
    seconds = time.perf_counter() - clock
    import pandas as pd  # late: loaded while the paths were simulated

    from capexrisk.archive.results import Results

    points = None if job.over_inputs is None else simulate_points(job.over_inputs, over_inputs)
    resumed = 0 if hooks.keeper is None else hooks.keeper.restored
    table = EstimateTable(totals, lowered)
    manifest = build_manifest(
        job.scenario,
        lowered,
        plan,
        totals,
        standings,
        resumed=resumed,
        started=started,
        seconds=seconds,
    )
    results = Results(
        summary=table.to_frame(plan.sampler),
        replicates=table.replicates(),
        distributions=table.distributions(),
        chunks=pd.DataFrame(totals.entries(), columns=list(ChunkEntry._fields)),
        manifest=manifest,
    )
    return results, points
