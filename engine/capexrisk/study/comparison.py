"""Comparison of runs: the difference of every estimate that they share, with its error."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capexrisk.archive.content import ComparedByContent
from capexrisk.archive.manifest import (
    FORMAT_VERSION,
    ComparedRun,
    ComparisonManifest,
    write_manifest,
)
from capexrisk.archive.results import Results
from capexrisk.archive.tables import write_csv_table
from capexrisk.errors import ComparisonError, refuse_type, some_of
from capexrisk.estimate.differences import OVER_INPUTS, differences_over_inputs
from capexrisk.estimate.false_discovery import false_discovery_rates
from capexrisk.estimate.independent import OBSERVED
from capexrisk.estimate.intervals import FEW, student_half_width
from capexrisk.estimate.lookup import KEY
from capexrisk.estimate.metrics import HORIZON, SYSTEM
from capexrisk.estimate.names import Name
from capexrisk.estimate.paired import LEAST_DIFFERING, Differences, Sides, paired, unpaired
from capexrisk.run.plan import REPLICATES
from capexrisk.scenario import Words
from capexrisk.study.run_names import by_name
from capexrisk.uncertainty import input_design

if TYPE_CHECKING:
    from capexrisk.report.plots.accessors import Overlays

COMPARISON_CSV = "comparison.csv"
COMPARISON_PARQUET = "comparison.parquet"
COLUMNS = (
    "scenario",
    *KEY,
    "base",
    "value",
    "difference",
    "standard_error",
    "ci_low",
    "ci_high",
    "false_discovery_rate",
    "change",
    "gain",
    *OVER_INPUTS,
)
LISTED = 4
MOST_FALSE = 0.05  # of the differences that are told as such
SLACK = 1.5  # intervals of quantiles are not quite symmetric


@dataclass(frozen=True, eq=False)
class Comparison(ComparedByContent):
    """Runs compared with a base run.

    Attributes
    ----------
    runs : dict
        Results by name; the first is the base.
    table : DataFrame
        One row for each estimate of each other run. The largest changes come first, those with a
        false discovery rate above 5 % last. Columns: scenario, issuer, period, metric, statistic,
        base and value (the two estimates; 0 or 1 where the summary has a bound), difference with
        standard_error (NaN for bounds of runs that make no pairs), ci_low and ci_high (95 %),
        false_discovery_rate (the share of mere chance among all rows of the run that are as sure),
        change, gain. `change` is the difference as a
        share of the base's range from P5 to P95, or for a probability the difference itself; NaN
        where the quantity has no such range. `gain` is the factor by which common random numbers
        reduced the standard error, 1 where there are none. `inputs_p5`, `inputs_p50`, `inputs_p95`:
        how the difference spreads over the inputs, where both runs drew the same points of them and
        it can be told from the noise of their paths; each with `_low` and `_high`, the ends of its
        95 % interval.
    notes : tuple of str
        What could not be compared, and what weakens the comparison.
    """

    runs: dict[str, Results]
    table: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def base(self) -> str:
        """Name of the run with which the others are compared."""
        return next(iter(self.runs))

    @property
    def others(self) -> list[str]:
        """Names of the other runs."""
        return list(self.runs)[1:]

    @property
    def words(self) -> Words:
        """Words of the base, in which all runs are told."""
        return self.runs[self.base].words

    @property
    def common_numbers(self) -> bool:
        """Whether all runs draw the same random numbers."""
        base = self.runs[self.base]
        return all(_apart(base, self.runs[name]) is None for name in self.others)

    @property
    def plot(self) -> Overlays:
        """Plots of all runs on the same axes: ``comparison.plot.failure("Oracle")``."""
        # Plots are a higher layer, imported lazily: only when something is drawn.
        from capexrisk.report.plots.accessors import Overlays

        return Overlays(self.runs)

    def to_frame(self) -> pd.DataFrame:
        """A copy of the table."""
        return self.table.copy()

    def write(self, directory: Path) -> None:
        """Write table and manifest into an existing directory."""
        write_csv_table(self.table, directory / COMPARISON_CSV)
        with (directory / COMPARISON_PARQUET).open("wb") as file:
            self.table.to_parquet(file, index=False)
        manifest = ComparisonManifest(
            format_version=FORMAT_VERSION,
            kind="comparison",
            base=self.base,
            runs={name: _compared(run) for name, run in self.runs.items()},
            notes=self.notes,
        )
        write_manifest(manifest, directory)

    def __repr__(self) -> str:
        return f"Comparison({' and '.join(self.others)} with {self.base}: {len(self.table):,} rows)"


def compare(runs: Mapping[str, Results] | Sequence[Results]) -> Comparison:
    """Compare runs with the first of them.

    Runs with equal seeds have common random numbers, path by path: their differences are known more
    exactly than either run. The default sampler's nets show how exactly.

    Parameters
    ----------
    runs : mapping or sequence of Results
        Two or more, by name, or under the names of their scenarios.

    Raises
    ------
    ComparisonError
        If there are fewer than two, or a run shares no estimate with the base.
    TypeError
        If one is not the results of a run.

    Examples
    --------
    >>> import capexrisk as cr
    >>> names = ("hyperscalers-2026", "global-crossing")
    >>> scenarios = [cr.load_scenario(f"configs/{name}.toml") for name in names]
    >>> cr.compare([cr.simulate(scenario, paths=4_096, seed=1) for scenario in scenarios])
    Comparison(global-crossing with hyperscalers-2026: 4,038 rows)
    """
    refuse_type("runs", runs, Collection, "give a list of Results, or a mapping of names to them")
    for run in runs.values() if isinstance(runs, Mapping) else runs:
        refuse_type("runs", run, Results, "give Results alone, as load_results() returns them")
    named = dict(runs) if isinstance(runs, Mapping) else by_name(runs)
    if len(named) < 2:
        raise ComparisonError(f"{len(named)} run is nothing to compare; give two or more")
    (base_name, base), *others = named.items()
    tables: list[pd.DataFrame] = []
    notes: list[str] = []
    for name, other in others:
        notes += _notes(base_name, base, name, other)
        tables.append(_difference(base_name, base, name, other))
    table = pd.concat(tables, ignore_index=True)
    sure = table["false_discovery_rate"] <= MOST_FALSE
    rank = pd.DataFrame({"sure": sure, "change": table["change"].abs()})
    order = rank.sort_values(["sure", "change"], ascending=False, kind="stable").index
    return Comparison(named, table.loc[order].reset_index(drop=True), tuple(dict.fromkeys(notes)))


def _compared(results: Results) -> ComparedRun:
    manifest, run = results.manifest, results.manifest.run
    return ComparedRun(
        scenario=manifest.scenario.name,
        digest=manifest.scenario_digest,
        paths=run.paths,
        seed=run.seed,
        sampler=run.sampler,
    )


def _rows(results: Results) -> pd.DataFrame:
    """Estimates of a run by key: value (0 or 1 for a bound), error, interval, paths and place."""
    table = results.summary
    observed = table["statistic"].map(OBSERVED)
    bound = observed.notna()
    rows = pd.DataFrame(
        {
            **{part: table[part] for part in ("issuer", "period", "metric")},
            "statistic": table["statistic"].mask(bound, "probability"),
            "value": observed.fillna(table["value"]),
            "error": table["standard_error"],
            "low": table["ci_low"],
            "high": table["ci_high"],
            "paths": table["n"],
            **_unresolved(table),
            "place": range(len(table)),
        }
    )
    return rows.set_index(KEY)


def _unresolved(table: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    """Width on either side of a quantile that its histogram cannot resolve.

    It shows where an interval is wider than its error makes it.
    """
    value, error = _numbers(table["value"]), _numbers(table["standard_error"])
    most = SLACK * student_half_width(REPLICATES) * error
    of_quantiles = table["statistic"].str.match(r"p\d|cfar").to_numpy(dtype=bool)
    sides = {
        "unresolved_low": value - _numbers(table["ci_low"]),
        "unresolved_high": _numbers(table["ci_high"]) - value,
    }
    return {name: np.where(of_quantiles & (side > most), side, 0.0) for name, side in sides.items()}


def _difference(base_name: str, base: Results, name: str, other: Results) -> pd.DataFrame:
    first, second = _rows(base), _rows(other)
    common = first.index.intersection(second.index, sort=False)
    if base.quarters != other.quarters:
        common = common[common.get_level_values("period") != HORIZON]
    if common.empty:
        raise ComparisonError(
            f"{name}: shares no issuer and no period with {base_name}; compare others"
        )
    first, second = first.assign(range=_ranges(first)).loc[common], second.loc[common]
    found = _differences(base, first, other, second)
    table = common.to_frame(index=False)
    table.insert(0, "scenario", name)
    table["base"], table["value"] = _numbers(first["value"]), _numbers(second["value"])
    table["difference"], table["standard_error"] = found.value, found.standard_error
    table["ci_low"], table["ci_high"] = found.ci_low, found.ci_high
    table["false_discovery_rate"] = false_discovery_rates(
        found.value, found.ci_low, found.ci_high, REPLICATES
    )
    table["change"] = found.value / _numbers(first["range"])
    table["gain"] = found.gain
    table[list(OVER_INPUTS)] = _over_inputs(base, other, table)
    return table[list(COLUMNS)]


def _over_inputs(base: Results, other: Results, table: pd.DataFrame) -> NDArray[np.float64]:
    """How each difference spreads over the inputs; NaN where the points are not the same."""
    if not _same_points(base, other):
        return np.full((len(table), len(OVER_INPUTS)), np.nan)
    assert base.inputs is not None
    assert other.inputs is not None
    keys = (table[column] for column in Name._fields)
    names = [str(Name(*key)) for key in zip(*keys, strict=True)]
    return differences_over_inputs(base.inputs.points, other.inputs.points, names).to_numpy()


def _same_points(base: Results, other: Results) -> bool:
    """Whether two runs drew the same points of the same inputs."""
    if base.inputs is None or other.inputs is None:
        return False
    mine, theirs = base.inputs.record, other.inputs.record
    same_seed = base.manifest.run.seed == other.manifest.run.seed
    if not same_seed or (mine.outer, mine.inner) != (theirs.outer, theirs.inner):
        return False
    if base.issuers != other.issuers or base.quarters != other.quarters:
        return False
    draws = (input_design(results.manifest.scenario) for results in (base, other))
    first, second = (() if design is None else design.names for design in draws)
    return first == second


def _differences(
    base: Results, first: pd.DataFrame, other: Results, second: pd.DataFrame
) -> Differences:
    apart = unpaired(_sides(first), _sides(second))
    if _apart(base, other) is not None:
        return _without_errors(apart, _by_few(apart, first, second))
    parts = base.replicates[first["place"]], other.replicates[second["place"]]
    nets = parts[0].shape[1]
    fewest = np.maximum(np.minimum(first["paths"], second["paths"]), 1)
    of_chances = first.index.get_level_values("statistic") == "probability"
    together = paired(*parts, unseen=np.where(of_chances, nets / _numbers(fewest), 0.0))
    # If a run has too few paths to show an error, or few nets differ, the difference has none.
    differing = (parts[0] != parts[1]).sum(axis=1)
    few = ~of_chances & (differing > 0) & (differing < min(LEAST_DIFFERING, nets))
    unknown = np.isnan(apart.ci_low) | few
    together = _without_errors(_widened(together, first, second), unknown)
    # Quantiles are unknown for single batches of independent paths.
    known = ~np.isnan(_numbers(together.value))
    found = Differences(*(np.where(known, *both) for both in zip(together, apart, strict=True)))
    return _without_errors(found, _by_few(found, first, second))


def _sides(rows: pd.DataFrame) -> Sides:
    return Sides(*(_numbers(rows[name]) for name in Sides._fields))


def _by_few(found: Differences, first: pd.DataFrame, second: pd.DataFrame) -> NDArray[np.bool_]:
    """Where nothing scatters because few paths count, not because nothing can: a path alone."""
    few = np.minimum(_numbers(first["paths"]), _numbers(second["paths"])) < FEW
    bare: NDArray[np.bool_] = few & (found.value != 0.0) & (found.ci_low == found.ci_high)
    return bare


def _widened(found: Differences, first: pd.DataFrame, second: pd.DataFrame) -> Differences:
    """Intervals widened by what either run's histogram cannot resolve."""
    low = found.value - _numbers(second["unresolved_low"]) - _numbers(first["unresolved_high"])
    high = found.value + _numbers(second["unresolved_high"]) + _numbers(first["unresolved_low"])
    return found._replace(
        ci_low=np.minimum(found.ci_low, low), ci_high=np.maximum(found.ci_high, high)
    )


def _without_errors(found: Differences, unknown: NDArray[np.bool_]) -> Differences:
    value, *errors = found
    return Differences(value, *(np.where(unknown, np.nan, error) for error in errors))


def _apart(base: Results, other: Results) -> str | None:
    """Reason why two runs draw different random numbers; None if they draw the same."""
    mine, theirs = base.manifest.run, other.manifest.run
    if mine.seed != theirs.seed:
        return "another seed"
    if mine.sampler != theirs.sampler:
        return "another sampler"
    if mine.paths != theirs.paths:
        return "another number of paths"
    # The points of a net have a dimension for each draw; independent draws are addressed by name.
    same = base.issuers == other.issuers and base.quarters == other.quarters
    if mine.sampler == "sobol" and not same:
        return "other issuers or quarters, and so other points"
    if base.replicates.shape[1] < 2 or base.replicates.shape[1] != other.replicates.shape[1]:
        return "too few batches of paths to tell an error"
    return None


def _ranges(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Range from P5 to P95 of each quantity; 1 for probabilities, NaN where there is none."""
    by_statistic = {
        name: part.droplevel("statistic") for name, part in rows["value"].groupby("statistic")
    }
    empty = rows["value"].iloc[:0].droplevel("statistic")  # for a run without distributions
    low, high = (by_statistic.get(level, empty) for level in ("p5", "p95"))
    width = (high - low).where(high > low)
    quantities = rows.reset_index("statistic").index
    of_chances = rows.index.get_level_values("statistic") == "probability"
    return np.where(of_chances, 1.0, _numbers(width.reindex(quantities)))


def _numbers(column: Any) -> NDArray[np.float64]:
    return np.asarray(column, dtype=np.float64)


def _notes(base_name: str, base: Results, name: str, other: Results) -> Iterator[str]:
    for what, first, second in (
        ("issuers", base.issuers, other.issuers),
        ("quarters", base.quarters, other.quarters),
    ):
        for here, mine, theirs in ((base_name, first, second), (name, second, first)):
            missing = [label for label in mine if label not in theirs]
            if missing:
                yield f"{what} only in {here}, left out: {some_of(missing, LISTED)}"
    if set(base.issuers) != set(other.issuers):
        yield f'figures of "{SYSTEM}" are of other issuers in {name} than in {base_name}'
    if base.quarters != other.quarters:
        yield f"figures over the whole horizon are left out: {name} has another than {base_name}"
    reason = _apart(base, other)
    inputs = base.inputs is not None or other.inputs is not None
    if inputs and not _same_points(base, other):
        yield f"{name}, {base_name}: not over the same points of the inputs; no ranges over these"
    if reason is not None:
        yield f"{name}, {base_name}: {reason}; errors are those of two runs, not of pairs"
