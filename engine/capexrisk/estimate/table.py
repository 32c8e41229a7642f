"""The tidy table of a run: one row per estimate, computed lazily.

Columns: issuer ("system" for the group and the market), period ("2026", "2026Q3", "2026Q3-Q4" for
part of a year, "horizon"), metric, statistic, value, standard_error, ci_low, ci_high, n, method
("sobol" or "plain"). Money in $bn, spreads in bp, shares and probabilities as fractions.
Probabilities by quarter are cumulative: they count what has happened by its end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from math import nan
from typing import TYPE_CHECKING

import numpy as np

from capexrisk.estimate.by_replicate import ByReplicate
from capexrisk.estimate.distribution import Distribution
from capexrisk.estimate.estimates import atoms_of, estimator_of
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.lines import Line, Lines
from capexrisk.estimate.metric import AMOUNT, CASH_FLOW, QUANTILES, Levels
from capexrisk.estimate.names import Name
from capexrisk.estimate.survivors import without_failed
from capexrisk.kernel.cells import CELLS_SIDE

if TYPE_CHECKING:
    import pandas as pd

    from capexrisk.estimate.totals import Floats, Integers, Totals
    from capexrisk.lowering import LoweredScenario

LEAST_BATCHES = 8  # fewer have too uncertain a spread
AT_ONCE = 32  # amounts that are estimated together; those of survivors take half a megabyte each
COLUMNS = (
    "issuer",
    "period",
    "metric",
    "statistic",
    "value",
    "standard_error",
    "ci_low",
    "ci_high",
    "n",
    "method",
)
DISTRIBUTION_COLUMNS = ("issuer", "period", "metric", "lower", "upper", "count")


class EstimateTable(Mapping[Name, ByReplicate]):
    """Lazy mapping from names to the estimates of a run; each is computed once.

    Iterating over it follows the order of the tidy table and computes nothing.

    Parameters
    ----------
    totals : Totals
    lowered : LoweredScenario
        Of the run.
    metrics : collection of str, optional
        Only these, in their order: listing all takes as long as estimating a few.
    """

    def __init__(
        self, totals: Totals, lowered: LoweredScenario, metrics: Collection[str] | None = None
    ) -> None:
        self._totals = totals.filled()
        self._lines = Lines(lowered)
        self._metrics = metrics
        self._found: dict[Name, ByReplicate] = {}

    def __getitem__(self, name: Name) -> ByReplicate:
        if name not in self._found:
            self._compute(self._by_name[name], name.statistic)
        return self._found[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name  # without computing it, as a mapping would

    def __iter__(self) -> Iterator[Name]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def all(self) -> dict[Name, ByReplicate]:
        """Every row: amounts are estimated together, in a third of the time of one by one."""
        self._compute_all_amounts()
        return dict(self)

    def to_frame(self, method: str) -> pd.DataFrame:
        """The tidy table; `method` is how the paths were sampled."""
        import pandas as pd  # late: a warm session asks for estimates and no table

        rows = [
            (name.issuer, name.period, name.metric, *found.estimate, method)
            for name, found in self.all().items()
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def distributions(self) -> pd.DataFrame:
        """Histograms of every quantity that has one, without empty cells.

        Columns: issuer, period, metric, lower, upper, count. The cell with lower = upper = 0 counts
        the paths nearly at zero (see `kernel.cells`). What an issuer has only while alive counts
        the paths on which it has not failed before.
        """
        import pandas as pd

        by_quantity: dict[str, list[Line]] = {}
        for line in self._lines:
            if not line.without_histogram:
                by_quantity.setdefault(line.quantity, []).append(line)
        tables: dict[tuple[str, str, str], tuple[Floats, Floats, Integers]] = {}
        for quantity in self._totals.layout.quantities:
            for line in by_quantity.get(quantity, ()):
                table = Distribution(self._counts(line), unit=self._lines.unit(line)).table()
                tables.setdefault((line.issuer, line.period, line.name), table)  # as in the summary
        if not tables:
            return pd.DataFrame(columns=list(DISTRIBUTION_COLUMNS))
        cells = [len(lower) for lower, _, _ in tables.values()]
        labels = (pd.array(list(label), dtype="str") for label in zip(*tables, strict=True))
        numbers = (np.concatenate(part) for part in zip(*tables.values(), strict=True))
        columns = [*(label.repeat(cells) for label in labels), *numbers]
        return pd.DataFrame(dict(zip(DISTRIBUTION_COLUMNS, columns, strict=True)))

    def replicates(self) -> Floats:
        """Values of each row of the table in each replicate, (rows, R): see `ByReplicate`.

        R = 0 for independent paths in fewer than `LEAST_BATCHES` batches.
        """
        enough = self._totals.replicates >= LEAST_BATCHES
        rows = self.all().values()
        return np.array([found.values if enough else found.values[:0] for found in rows])

    @cached_property
    def _by_name(self) -> dict[Name, Line]:
        """The line of every row, in the order of the table."""
        lines: dict[Name, Line] = {}
        some = (line for metric in self._metrics or () for line in self._lines.of(metric))
        for line in self._lines if self._metrics is None else some:
            for statistic in line.statistics:
                # A year with one quarter inside the horizon has that quarter's label and row.
                lines.setdefault(Name(line.issuer, line.period, line.name, statistic), line)
        return lines

    def _compute(self, line: Line, statistic: str) -> None:
        """Compute an estimate of a line, and the others that come with it."""
        totals, estimator = self._totals, estimator_of(self._totals)
        if line.metric.estimator in ("amount", "chance"):
            if statistic != line.statistics[0]:
                self._compute_amounts([line])
                return
            found = _expectation(line, *sample_of(line, totals, self._lines))
        elif line.metric.estimator == "count":
            found = estimator.mean_count(counts_of(line, totals, self._lines))
        else:
            found = estimator.probability(*hits_of(line, totals, self._lines))
        self._keep(line, (statistic,), [found])

    def _compute_all_amounts(self) -> None:
        """Compute the amounts that have histograms and are not computed yet."""
        for statistics in (AMOUNT, CASH_FLOW):
            lines = [
                line
                for name, line in self._by_name.items()
                if name.statistic == AMOUNT[1] and line.statistics == statistics
                if name not in self._found
            ]
            for first in range(0, len(lines), AT_ONCE):
                self._compute_amounts(lines[first : first + AT_ONCE])

    def _compute_amounts(self, lines: Sequence[Line]) -> None:
        """Compute all statistics of amounts that have histograms, and have the same statistics."""
        amounts = []
        for line in lines:
            totals, row = sample_of(line, self._totals, self._lines)
            if totals.counted:
                atoms = atoms_of(totals, row, self._lines.atoms(line))
                own = Distribution(self._counts(line), atoms, self._lines.unit(line))
                amounts.append((line, totals, row, own))
            else:
                self._keep(line, line.statistics, [_unknown(s, totals) for s in line.statistics])
        if not amounts:
            return
        estimator = estimator_of(self._totals)
        pooled = Distribution.of_several([own for *_, own in amounts])
        counts = [totals.histogram[:, row] for _, totals, row, _ in amounts]
        averages = [estimator_of(totals).mean(row) for _, totals, row, _ in amounts]
        quantiles = estimator.quantiles(pooled, counts, QUANTILES)
        levels = [quantiles[k :: len(QUANTILES)] for k in range(len(QUANTILES))]
        found = [averages, *levels]
        if lines[0].statistics == CASH_FLOW:
            found.append(estimator.cash_flow_at_risk(pooled, averages, levels[0]))
            found.append(estimator.expected_shortfall(pooled, counts, levels[0]))
        for (line, *_), of_line in zip(amounts, zip(*found, strict=True), strict=True):
            self._keep(line, line.statistics, of_line)

    @cached_property
    def _histograms(self) -> Integers:
        """Paths of all replicates by cell, of every amount that has a histogram."""
        counts, paths = self._totals.histogram, self._totals.counted
        wide = np.int64 if paths > np.iinfo(counts.dtype).max else counts.dtype  # slower, if wider
        together: Integers = counts.sum(axis=0, dtype=wide).astype(np.int64)
        return together

    def _counts(self, line: Line) -> Integers:
        """The paths that a line counts, of all replicates, by cell."""
        counts: Integers = self._histograms[self._lines.row(line)]
        if line.metric.survivors:
            counts = counts.copy()
            counts[CELLS_SIDE] -= failed_before(line, self._totals, self._lines).sum()
        return counts

    def _keep(self, line: Line, statistics: Sequence[str], found: Sequence[ByReplicate]) -> None:
        for statistic, estimate in zip(statistics, found, strict=True):
            self._found[Name(line.issuer, line.period, line.name, statistic)] = estimate


def _expectation(line: Line, totals: Totals, row: int) -> ByReplicate:
    """Mean of an amount, or of a chance."""
    if totals.counted == 0:
        return _unknown(line.statistics[0], totals)
    estimator = estimator_of(totals)
    return estimator.chance(row) if line.metric.estimator == "chance" else estimator.mean(row)


def _unknown(statistic: str, totals: Totals) -> ByReplicate:
    """An estimate of no paths."""
    unknown = Estimate(statistic, nan, nan, nan, nan, 0)
    return ByReplicate(unknown, np.full(totals.replicates, nan))


def counts_of(line: Line, totals: Totals, lines: Lines) -> Integers:
    """Paths at each level of a line's count, by replicate, (R, levels)."""
    counts: Integers = totals.counts[:, lines.row(line) - totals.layout.amounts]
    return counts


def hits_of(line: Line, totals: Totals, lines: Lines) -> tuple[Integers, Integers]:
    """Hits of a line, and the paths among which they are counted, by replicate, (R,)."""
    metric = line.metric
    if metric.estimator == "joint":
        return totals.joint[:, line.who, line.which], totals.paths
    if metric.estimator == "joint given":
        both, other = totals.joint[:, line.who], totals.joint[:, line.which]
        return both[:, line.which], other[:, line.which]
    counts = counts_of(line, totals, lines)
    if metric.estimator == "by date":
        hits = counts[:, : line.when + 1].sum(axis=1)
    elif metric.estimator == "failures":
        hits = counts[:, line.which :].sum(axis=1)
    elif metric.estimator == "by cause":
        hits = counts[:, line.which + 1]
    else:
        hits = _sum(counts, metric.hits)
    return hits, _sum(counts, metric.among)


def sample_of(line: Line, totals: Totals, lines: Lines) -> tuple[Totals, int]:
    """The paths that a line counts, as totals, and its row in them."""
    row = lines.row(line)
    if not line.metric.survivors:
        return totals, row
    return without_failed(totals, row, failed_before(line, totals, lines)), 0


def failed_before(line: Line, totals: Totals, lines: Lines) -> Integers:
    """Paths of each replicate that a line of survivors does not count, (R,)."""
    dates = totals.counts[:, lines.row_of_failure(line.who) - totals.layout.amounts]
    failed: Integers = dates[:, : lines.first_quarter(line)].sum(axis=1)
    return failed


def _sum(counts: Integers, levels: Levels) -> Integers:
    """Number of paths at some levels of a count, by replicate."""
    if levels == "all" or levels == "some":
        chosen = counts[:, 1:] if levels == "some" else counts
    else:
        chosen = counts[:, list(levels)]
    total: Integers = chosen.sum(axis=1)
    return total
