"""Results of a run: the tidy table, the distributions, the manifest; in memory or from disk."""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capexrisk.errors import ResultsError
from capexrisk.estimate.totals import ChunkEntry
from capexrisk.run.checkpoint import checkpoint_in
from capexrisk.run.checksums import file_checksums, refuse_other_record
from capexrisk.run.code import code_record
from capexrisk.run.execute import NOTHING, Aside, execute, quarantine_note
from capexrisk.run.job import Job, new_job
from capexrisk.run.manifest import build_manifest
from capexrisk.run.places import UNFINISHED, finished, holds_job, resume_command, unfinished
from capexrisk.run.plan import RunPlan, default_paths
from capexrisk.run.stopping import execute_until
from capexrisk.run.stored_manifest import read_manifest
from capexrisk.run.stored_tables import (
    CHUNK,
    DISTRIBUTION,
    MOST_ROWS,
    SUMMARY,
    read_replicates,
    read_table,
    refuse_odd_numbers,
    refuse_other_chunks,
    refuse_other_labels,
    write_table,
)
from capexrisk.run.summary import HORIZON, SYSTEM, distribution_table, summarise
from capexrisk.run.targets import Standing, sentence
from capexrisk.scenario import Scenario

if TYPE_CHECKING:
    from capexrisk.report.plotting import Plotting

MANIFEST = "manifest.json"
SUMMARY_CSV = "summary.csv"
SUMMARY_PARQUET = "summary.parquet"
DISTRIBUTIONS = "distributions.parquet"
REPLICATES = "replicates.parquet"
CHUNKS = "chunks.parquet"
TABLES = (SUMMARY_CSV, SUMMARY_PARQUET, DISTRIBUTIONS, REPLICATES, CHUNKS)


@dataclass(frozen=True)
class Results:
    """What a run found.

    Attributes
    ----------
    summary : DataFrame
        One row an estimate: issuer, period, metric, statistic, value, standard_error, ci_low,
        ci_high, n, method. Money in $bn, spreads in bp, probabilities as fractions.
    replicates : ndarray, shape (rows of the summary, R)
        What each of the R nets, or batches of independent paths, says of each estimate: their mean
        is its value, and 0 or 1 where it is a bound. Differences between runs take their errors
        from it. NaN of quantiles of independent paths; R = 0 of fewer than eight batches.
    distributions : DataFrame
        Histogram cells: issuer, period, metric, lower, upper, count.
    chunks : DataFrame
        Chunks in the order in which they were added up: replicate, first_path, paths, checksum.
        Empty of runs of earlier versions.
    manifest : dict
        What was run, by which versions, on what machine, when.
    """

    summary: pd.DataFrame
    replicates: NDArray[np.float64]
    distributions: pd.DataFrame
    chunks: pd.DataFrame
    manifest: dict[str, Any]

    @property
    def issuers(self) -> list[str]:
        """Names of the issuers, in the scenario's order."""
        return list(self.manifest["scenario"]["issuers"])

    @property
    def quarters(self) -> list[str]:
        """Labels of the quarters."""
        return list(self.manifest["scenario"]["quarters"])

    @property
    def years(self) -> list[str]:
        """Labels of the calendar years; a part of a year names its quarters."""
        return list(self.manifest["scenario"]["years"])

    @property
    def paths(self) -> int:
        """Number of paths counted."""
        return int(self.manifest["run"]["paths_counted"])

    @property
    def sources(self) -> list[dict[str, Any]]:
        """Every figure of the scenario with its evidence; none in the record of an older run."""
        return list(self.manifest["scenario"].get("sources", ()))

    @property
    def targets(self) -> list[str]:
        """One line on each target of the run: whether it was reached, or how much is missing."""
        return [sentence(record, self.paths) for record in self.manifest["run"].get("targets", ())]

    @property
    def quarantine_note(self) -> str | None:
        """One line on paths that were left out because they were not finite, if there are any."""
        run = self.manifest["run"]
        if not run["paths_quarantined"]:
            return None
        first = run["quarantine"][0]
        return quarantine_note(
            run["paths_quarantined"], run["paths"], first["path"], first["quarter"]
        )

    def to_frame(self) -> pd.DataFrame:
        """A copy of the tidy table."""
        return self.summary.copy()

    def estimates(
        self,
        metric: str,
        *,
        issuer: str | None = None,
        period: str | None = None,
        statistic: str | None = None,
    ) -> pd.DataFrame:
        """Rows of the tidy table with this metric and, where given, issuer, period, statistic."""
        rows = self.summary["metric"] == metric
        wanted = {"issuer": issuer, "period": period, "statistic": statistic}
        for column, value in wanted.items():
            if value is not None:
                rows &= self.summary[column] == value
        return self.summary[rows]

    @property
    def plot(self) -> Plotting:
        """Plots of these results: ``results.plot.fan("Amazon")``."""
        # Drawing stands above running; it is loaded only where somebody draws.
        from importlib import import_module

        plotting: Plotting = import_module("capexrisk.report.plotting").Plotting(self)
        return plotting

    def write(self, directory: Path) -> None:
        """Write the tables, and last the manifest, with their check sums, into a directory."""
        self.summary.to_csv(directory / SUMMARY_CSV, index=False, lineterminator="\n")
        write_table(self.summary, directory / SUMMARY_PARQUET)
        if self.replicates.size:
            numbers = map(str, range(1, self.replicates.shape[1] + 1))
            by_number = pd.DataFrame(self.replicates, columns=list(numbers))
            write_table(by_number, directory / REPLICATES)
        write_table(self.distributions, directory / DISTRIBUTIONS)
        write_table(self.chunks, directory / CHUNKS)
        manifest = {**self.manifest, "files": file_checksums(directory, TABLES)}
        text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
        (directory / MANIFEST).write_text(text + "\n", encoding="utf-8")

    def __repr__(self) -> str:
        scenario = self.manifest["scenario"]["name"]
        seed = self.manifest["run"]["seed"]
        return (
            f"Results({scenario!r}: {len(self.issuers)} issuers, "
            f"{self.quarters[0]} to {self.quarters[-1]}, {self.paths:,} paths, seed {seed})"
        )


def simulate(  # noqa: PLR0913 - all by keyword, and each a choice of the user
    scenario: Scenario,
    *,
    paths: int | None = None,
    seed: int = 0,
    sampler: str = "sobol",
    n_jobs: int | None = -1,
    backend: str | None = None,
    scheduler: str | None = None,
    collect: str = "everything",
    targets: Sequence[str] = (),
    max_seconds: float | None = None,
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
        number is the most that may be run, 134,217,728 by default.
    seed : int
        0 to 2**64 - 1. The same seed gives the same bits for any workers and back end.
    sampler : {"sobol", "plain"}
        "sobol": 32 scrambled Sobol nets, whose points fill the space of draws evenly: means have
        far smaller errors than from as many independent paths, probabilities smaller ones. Errors
        come from how the nets differ. "plain": independent paths.
    n_jobs : int
        Workers; -1 is one for each core, None what an active `joblib.parallel_config` says.
    backend : {"threading", "loky", "sequential", "dask"}, optional
        Default: an active `joblib.parallel_config`, else threading.
    scheduler : str, optional
        With backend "dask": the address of a running scheduler, ``"tcp://HOST:8786"``. Its
        cluster says how many workers there are; `n_jobs` has no effect.
    collect : {"everything", "figures"}
        "figures" takes less time: means and probabilities only, without quantiles and CFaR, and of
        an issuer without amounts by quarter, flows by year, extremes, net debt, fallen angels and
        causes. Plots and the report need everything.
    targets : sequence of str
        Standard errors at which the run stops, all of them: ``"funding_failure/Oracle: rel 5%"``,
        ``"negative_fcf/Amazon/2026: abs 0.002"``. What was reached is in ``manifest["run"]``.
    max_seconds : float, optional
        The run stops before it would take longer: it is looked at after 262,144 paths, then
        whenever they have doubled.
    keep_paths : path, optional
        Existing directory into which single paths are written, a Parquet file a chunk.
    checkpoint : path, optional
        Directory in which the run is kept while it goes on, made if it is missing. The same call
        goes on with what is there, whatever ended the first; with more paths it uses every whole
        chunk of the fewer. The results are those of a run in one go, to the bit.
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
        If a target cannot be read, or is out of reach of the paths and the time allowed.
    ClusterError
        If the scheduler cannot be reached, or its workers are none or of other versions.
    WorkersLost
        If workers died, and nobody is left to do their work.
    DimensionError
        If the scenario is too large for the Sobol sequence: more than 21,201 draws a path.
    ResumeMismatch
        If the checkpoint is of another scenario, seed, sampler or code, or of a machine that gives
        other bits.

    Examples
    --------
    >>> import capexrisk as cr
    >>> scenario = cr.load_scenario("configs/hyperscalers-2026.toml")  # doctest: +SKIP
    >>> cr.simulate(scenario, paths=100_000, seed=1).to_frame()  # doctest: +SKIP
    """
    if not isinstance(scenario, Scenario):
        raise TypeError(
            f"scenario: {scenario!r} is no Scenario; give capexrisk.load_scenario(path)"
        )
    plan = RunPlan(
        paths=default_paths(targets) if paths is None else paths,
        seed=seed,
        sampler=sampler,  # type: ignore[arg-type]
        jobs=n_jobs,
        backend=backend,  # type: ignore[arg-type]
        scheduler=scheduler,
        collect=collect,  # type: ignore[arg-type]
        targets=(targets,) if isinstance(targets, str) else tuple(targets),
        max_seconds=max_seconds,
    )
    keep_in = Path(keep_paths) if keep_paths else None
    if checkpoint is None:
        return simulate_plan(scenario, plan, Aside(keep_in, progress))
    job = new_job(scenario, plan, keep_paths=keep_in is not None)
    with checkpoint_in(Path(checkpoint), job) as kept:
        results = simulate_job(job, Aside(keep_in, progress, kept))
    for note in kept.notes:
        warnings.warn(note, stacklevel=2)
    return results


def simulate_plan(scenario: Scenario, plan: RunPlan, aside: Aside = NOTHING) -> Results:
    """`simulate`, for a plan that is already made."""
    return simulate_job(new_job(scenario, plan), aside)


def simulate_job(job: Job, aside: Aside = NOTHING) -> Results:
    """Do a job, or what is left of it."""
    lowered, plan = job.lowered, job.plan
    code_record()  # now: somebody may edit the sources while the paths run
    started = datetime.now(UTC)
    clock = time.perf_counter()
    standings: list[Standing] = []
    if plan.targets or plan.max_seconds is not None:
        totals, standings = execute_until(lowered, plan, aside)
    else:
        totals = execute(lowered, plan, aside)
    if aside.checkpoint is not None:
        aside.checkpoint.end(totals)
    seconds = time.perf_counter() - clock
    resumed = 0 if aside.checkpoint is None else aside.checkpoint.restored
    summary = summarise(totals, lowered, plan.sampler)
    return Results(
        summary=summary.table,
        replicates=summary.replicates,
        distributions=distribution_table(totals, lowered),
        chunks=pd.DataFrame(totals.entries(), columns=list(ChunkEntry._fields)),
        manifest=build_manifest(
            job.scenario,
            lowered,
            plan,
            totals,
            standings,
            resumed=resumed,
            started=started,
            seconds=seconds,
        ),
    )


def _absence(folder: Path) -> str:
    """Why there is no manifest."""
    if unfinished(folder).is_dir():
        return f"is not finished; go on with {resume_command(folder)}"
    if not folder.is_dir():
        return "is no directory; give that of a finished run"
    if holds_job(folder):
        return f"is not finished; name it {unfinished(folder).name}, then {resume_command(folder)}"
    return f"no {MANIFEST} here; give the directory of a finished run"


def load_results(directory: Path | str) -> Results:
    """Read a run directory, and check that it is one: somebody else may have written it.

    Raises
    ------
    ResultsError
        If it is not a finished run, was written in a newer format, or does not hold what it should.
    """
    folder = Path(directory)
    if folder.name.endswith(UNFINISHED):  # its tables may be those of another sitting
        out = finished(folder)
        raise ResultsError(f"{folder}: is not finished; go on with {resume_command(out)}")
    try:
        manifest = read_manifest(folder / MANIFEST)
    except FileNotFoundError:
        raise ResultsError(f"{folder}: {_absence(folder)}") from None
    scenario = manifest["scenario"]
    issuers = [*scenario["issuers"], SYSTEM]
    periods = [*scenario["quarters"], *scenario["years"], HORIZON]
    tables = []
    for name, columns in ((SUMMARY_PARQUET, SUMMARY), (DISTRIBUTIONS, DISTRIBUTION)):
        table = read_table(folder / name, columns, MOST_ROWS[Path(name).stem])
        refuse_other_labels(folder / name, table, issuers, periods)
        refuse_odd_numbers(folder / name, table)
        tables.append(table)
    summary, distributions = tables
    replicates = read_replicates(folder / REPLICATES, len(summary))
    chunks = pd.DataFrame(columns=list(ChunkEntry._fields))
    if (folder / CHUNKS).exists():  # not in older runs
        chunks = read_table(folder / CHUNKS, CHUNK, MOST_ROWS["chunks"])
        refuse_other_chunks(folder / CHUNKS, chunks, manifest["run"]["paths"])
        refuse_other_record(folder / CHUNKS, chunks, manifest.get("chunks"))
    return Results(summary, replicates, distributions, chunks, manifest)
