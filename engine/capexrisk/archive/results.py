"""Results of a run, in memory or on disk: tidy table, distributions and manifest."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capexrisk.archive.checksums import file_checksums, refuse_other_record
from capexrisk.archive.content import ComparedByContent
from capexrisk.archive.directory import (
    CHUNK_FILES,
    MANIFEST,
    PATHS,
    refuse_without_results,
)
from capexrisk.archive.inputs import INPUT_TABLES, InputResults, read_inputs
from capexrisk.archive.manifest import (
    Manifest,
    TargetRecord,
    read_manifest,
    write_manifest,
)
from capexrisk.archive.tables import (
    CHUNK,
    DISTRIBUTION,
    MOST_ROWS,
    SUMMARY,
    read_replicates,
    read_table,
    refuse_odd_numbers,
    refuse_other_chunks,
    refuse_other_labels,
    replicate_table,
    with_spans,
    write_csv_table,
    write_table,
)
from capexrisk.errors import ArgumentError, RunDirectoryError, refuse_type
from capexrisk.estimate.independent import OBSERVED, Estimate
from capexrisk.estimate.lookup import Lookup
from capexrisk.estimate.metric import CASH_FLOW, PROBABILITY
from capexrisk.estimate.metrics import HORIZON, METRICS, SYSTEM
from capexrisk.estimate.names import refuse_unknown
from capexrisk.run.quarantine import quarantine_note
from capexrisk.scenario import Words

if TYPE_CHECKING:
    from capexrisk.report.plots.accessors import Plotting

SUMMARY_CSV = "summary.csv"
SUMMARY_PARQUET = "summary.parquet"
DISTRIBUTIONS = "distributions.parquet"
REPLICATES = "replicates.parquet"
CHUNKS = "chunks.parquet"
TABLES = (SUMMARY_CSV, SUMMARY_PARQUET, DISTRIBUTIONS, REPLICATES, CHUNKS)


@dataclass(frozen=True, eq=False)
class Results(ComparedByContent):
    """Results of a run: estimates, distributions, chunks and manifest.

    Attributes
    ----------
    summary : DataFrame
        One row per estimate: issuer, period, metric, statistic, value, standard_error, ci_low,
        ci_high, n, method. Money in $bn, spreads in bp, probabilities as fractions.
    replicates : ndarray, shape (rows of the summary, R)
        Each estimate from each of the R nets, or batches of independent paths: their mean is its
        value, or 0 or 1 where that is a bound. Errors of differences between runs come from these.
        NaN for quantiles of independent paths; R = 0 with fewer than eight batches.
    distributions : DataFrame
        Histogram cells: issuer, period, metric, lower, upper, count.
    chunks : DataFrame
        Chunks in the order in which they were added up: replicate, first_path, paths, checksum.
    manifest : Manifest
        The scenario, and how, with which versions, on which machine and when it was run.
    inputs : InputResults, optional
        How the estimates spread over the uncertain inputs; None without ``outer=1024``, say: unlike
        the command line, `simulate` draws no inputs unless it is asked to.
    """

    summary: pd.DataFrame
    replicates: NDArray[np.float64]
    distributions: pd.DataFrame
    chunks: pd.DataFrame
    manifest: Manifest = field(compare=False)
    inputs: InputResults | None = None

    def __eq__(self, other: object) -> bool:
        """Whether it is of the same scenario and seed, with the same tables to the bit.

        Machine, time and number of workers do not count.
        """
        same = isinstance(other, Results) and self._question == other._question
        return same and super().__eq__(other)

    def __hash__(self) -> int:
        return hash(self._question)

    @property
    def _question(self) -> tuple[str, int, str, int, str]:
        """What was asked: the scenario's digest, seed, sampler, paths and what was collected."""
        manifest, run = self.manifest, self.manifest.run
        return manifest.scenario_digest, run.seed, run.sampler, run.paths, run.collect

    @property
    def issuers(self) -> list[str]:
        """Names of the issuers, in the scenario's order."""
        return [issuer.name for issuer in self.manifest.scenario.issuers]

    @property
    def quarters(self) -> list[str]:
        """Labels of the quarters."""
        return self.manifest.scenario.quarter_labels()

    @property
    def years(self) -> list[str]:
        """Labels of the calendar years; a part of a year names its quarters."""
        return [year.label for year in self.manifest.scenario.calendar_years()]

    @property
    def paths(self) -> int:
        """Number of paths counted."""
        return self.manifest.run.paths_counted

    @property
    def words(self) -> Words:
        """What reports call the boom and what belongs to it."""
        return self.manifest.scenario.words

    @property
    def targets(self) -> list[str]:
        """One line per target of the run: reached, or how much is missing."""
        return [target_line(record, self.paths) for record in self.manifest.run.targets]

    @property
    def quarantine_note(self) -> str | None:
        """One line on paths left out because they were not finite, if any."""
        run = self.manifest.run
        if not run.paths_quarantined:
            return None
        first = run.quarantine[0]
        return quarantine_note(run.paths_quarantined, run.paths, first.path, first.quarter)

    def to_frame(self) -> pd.DataFrame:
        """The tidy table as its files have it: a copy, with columns that mark sums.

        `whose` is "issuer", or "system" for a row of all issuers; `span` is "quarter", "year" or
        "horizon". A sum over rows of one span of the issuers counts nothing twice.
        """
        return with_spans(self.summary, self.quarters, self.years)

    @cached_property
    def lookup(self) -> Lookup:
        """The estimates by name."""
        return Lookup(self.summary)

    def estimate(self, name: str) -> Estimate:
        """Look up an estimate, with its error, by name.

        Parameters
        ----------
        name : str
            ``metric/issuer``, ``metric/issuer/period`` or ``metric/issuer/period/statistic`` in the
            words of the tidy table; the issuer is "system" for the group and the market. Default
            period: the whole horizon, or its last year or quarter. Default statistic: the
            probability (or its bound), or the mean.

        Raises
        ------
        UnknownName
            If there is no such row; the message names the part that is wrong and the nearest right
            one.

        Examples
        --------
        ``results.estimate("funding_failure/Oracle")``,
        ``results.estimate("free_cash_flow/Meta/2027/p5").value``.
        """
        return self.lookup.find(name)

    def estimates(
        self,
        metric: str,
        *,
        issuer: str | None = None,
        period: str | None = None,
        statistic: str | None = None,
    ) -> pd.DataFrame:
        """Rows of the tidy table for a metric and, if given, issuer, period and statistic.

        Raises
        ------
        UnknownName
            For a name that the run does not have; the message suggests the nearest.
        """
        # A metric that is impossible here, or was not collected, is a valid name without rows.
        others = [other.name for other in METRICS if "{" not in other.name]
        refuse_unknown("metric", metric, [*self.lookup.metrics, *others], metric)
        rows = self.summary.iloc[self.lookup.rows_of(metric)]
        wanted = {"issuer": issuer, "period": period, "statistic": statistic}
        known = {
            "issuer": [*self.issuers, SYSTEM],
            "period": [*self.quarters, *self.years, HORIZON],
            "statistic": [*CASH_FLOW, *PROBABILITY, *OBSERVED],
        }
        for column, value in wanted.items():
            if value is not None:
                refuse_unknown(column, value, known[column], metric)
                rows = rows[rows[column] == value]
        return rows

    def pivot(self, rows: pd.DataFrame, *, index: str = "issuer", columns: str) -> pd.DataFrame:
        """Estimates side by side: of a bound what was seen, on no path or on all.

        Bounds themselves do not add up: shares of causes that no path shows would take a sum
        beyond 1.

        Parameters
        ----------
        rows : DataFrame
            Some rows of `to_frame`, columns added or not, one for each place in the result.
        index, columns : str
            Columns of `rows` whose values name the result's rows, sorted as here, and columns.

        Raises
        ------
        UnknownName
            If `rows` has no such column.
        ArgumentError
            If several of the rows fall into one place.
        TypeError
            If `rows` is no table.

        Examples
        --------
        >>> import capexrisk as cr
        >>> results = cr.simulate(cr.load_scenario("anchor-loss"), paths=4_096, seed=1)
        >>> rows = results.estimates("funding_failure")
        >>> float(results.pivot(rows, columns="period").loc["Alphabet", "2026Q1"])
        0.0
        """
        refuse_type("rows", rows, pd.DataFrame, "give some rows of to_frame()")
        for name in (index, columns, "statistic", "value"):
            refuse_unknown("column", name, list(rows.columns), "rows")
        if rows.duplicated([index, columns]).any():
            problem = f"several have the same {index} and {columns}"
            raise ArgumentError("rows", f"{problem}; give one for each, of one statistic, say")
        seen = rows["statistic"].map(OBSERVED).fillna(rows["value"])
        table = rows.assign(value=seen).set_index([index, columns])["value"].unstack()  # noqa: PD010
        order = [name for name in (*self.issuers, SYSTEM) if name in table.index]
        return table.loc[order] if index == "issuer" else table

    @property
    def plot(self) -> Plotting:
        """Plots of these results: ``results.plot.fan("Amazon")``."""
        # Plots are a higher layer, imported lazily: only when something is drawn.
        from capexrisk.report.plots.accessors import Plotting

        return Plotting(self)

    def write(self, directory: Path | str) -> None:
        """Write the tables, then the manifest with their checksums.

        Parameters
        ----------
        directory : path-like
            Made if it is missing, with those above it. As everywhere it stands as it is written:
            "~" is no home of anybody.

        Raises
        ------
        RunDirectoryError
            If it cannot be made.
        """
        refuse_type("directory", directory, str | PathLike, "give a path")
        directory = Path(directory)
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            said = f"{directory}: cannot be written ({error.strerror}); give another directory"
            raise RunDirectoryError(said) from None
        table = self.to_frame()
        write_csv_table(table, directory / SUMMARY_CSV)
        write_table(table, directory / SUMMARY_PARQUET)
        marked = partial(with_spans, quarters=self.quarters, years=self.years)
        if self.replicates.size:
            replicates = replicate_table(self.summary, self.replicates)
            write_table(marked(replicates), directory / REPLICATES)
        write_table(marked(self.distributions), directory / DISTRIBUTIONS)
        write_table(self.chunks, directory / CHUNKS)
        if self.inputs is not None:
            self.inputs.write(directory)
        paths = sorted(f"{PATHS}/{path.name}" for path in (directory / PATHS).glob(CHUNK_FILES))
        checksums = {"files": file_checksums(directory, (*TABLES, *INPUT_TABLES, *paths))}
        write_manifest(self.manifest.model_copy(update=checksums), directory)

    def __repr__(self) -> str:
        return (
            f"Results({self.manifest.scenario.name!r}: {len(self.issuers)} issuers, "
            f"{self.quarters[0]} to {self.quarters[-1]}, {self.paths:,} paths, "
            f"seed {self.manifest.run.seed})"
        )


def target_line(target: TargetRecord, paths: int) -> str:
    """A target's progress after a run of `paths`, in words."""
    if target.standard_error is None:
        found = f"its error is unknown after {paths:,} paths"
    else:
        found = f"{target.value:.5g} with a standard error of {target.standard_error:.2g}"
        found = f"{found} after {paths:,} paths"
    if target.reached:
        return f"{target.target}: reached, {found}"
    if target.paths_needed is None:
        return f"{target.target}: not reached, {found}; try capexrisk rare"
    needed = f"{float(f'{target.paths_needed:.2g}'):,.0f}"  # known to two digits at best
    return f"{target.target}: not reached, {found}; about {needed} paths in all would be enough"


def load_results(directory: Path | str) -> Results:
    """Read and validate a run directory, which may come from an untrusted source.

    Raises
    ------
    ResultsError
        If it is not a finished run, has another format, or lacks anything a run must hold.
    """
    folder = Path(directory)
    refuse_without_results(folder)
    manifest = read_manifest(folder / MANIFEST)
    scenario = manifest.scenario
    issuers = [*(issuer.name for issuer in scenario.issuers), SYSTEM]
    years = (year.label for year in scenario.calendar_years())
    periods = [*scenario.quarter_labels(), *years, HORIZON]
    tables = []
    for name, columns in ((SUMMARY_PARQUET, SUMMARY), (DISTRIBUTIONS, DISTRIBUTION)):
        table = read_table(folder / name, columns, MOST_ROWS[Path(name).stem])
        refuse_other_labels(folder / name, table, issuers, periods)
        refuse_odd_numbers(folder / name, table)
        tables.append(table)
    summary, distributions = tables
    replicates = np.empty((len(summary), 0))
    if REPLICATES in manifest.files:
        replicates = read_replicates(folder / REPLICATES, summary)
    chunks = read_table(folder / CHUNKS, CHUNK, MOST_ROWS["chunks"])
    refuse_other_chunks(folder / CHUNKS, chunks, manifest.run.paths)
    refuse_other_record(folder / CHUNKS, chunks, manifest.chunks)
    inputs = None
    if manifest.inputs is not None:
        inputs = read_inputs(folder, manifest.inputs, issuers, periods)
    return Results(summary, replicates, distributions, chunks, manifest, inputs)
