"""`backtest`: a finished run against what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from capexrisk.archive.content import ComparedByContent
from capexrisk.archive.results import Results
from capexrisk.archive.tables import write_csv_table
from capexrisk.errors import ArgumentError, refuse_type
from capexrisk.scenario.plan import DEFAULT_TRACED
from capexrisk.study.backtest import DRAWN, FIXED
from capexrisk.study.backtest.amounts import coverage_table, figure_table, score_table
from capexrisk.study.backtest.failures import failure_scores, issuer_table, reliability_table
from capexrisk.study.backtest.matching import match
from capexrisk.study.quarters import Quarters, quarters
from capexrisk.tables.actuals import Actual, read_actuals

GIVE = "give the path of a table, or the rows that read_actuals() returns"
TABLES = ("figures", "coverage", "scores", "issuers", "failures", "reliability")


@dataclass(frozen=True, eq=False)
class Backtest(ComparedByContent):
    """A run against what happened: tables of one kind of row each.

    `inputs` says in each whether inputs were held "as they stand", or "drawn" from their ranges
    together with the paths; the latter only of a run over the inputs.

    Attributes
    ----------
    results : Results
    figures : DataFrame
        One row a figure: what happened, its percentile with error and 95 % interval, quantiles of
        its distribution, whether it is inside the central intervals of 50, 80 and 95 %, CRPS in the
        figure's unit, log score in nats (NaN where fewer than ten paths lie beyond), distance from
        the median, the naive forecast and its distance.
    coverage : DataFrame
        By metric, kind of period and interval: figures inside; of how many this is unsure, because
        an end of the interval is within the percentile's error; how many independent figures there
        are; Wilson's interval with these; and, from the run's own paths, how likely so few and so
        many would be if the run were right.
    scores : DataFrame
        By metric and kind of period: mean CRPS, log score, distance from the median, and the same
        beside the naive forecast where there is one, with the gain over it.
    issuers : DataFrame
        By date and issuer: chance of having failed by then, with error, and whether it had.
    failures : DataFrame
        By date and forecast, the run and its rivals: Brier score and its parts, the area under the
        curve, and how far a rival's is from the run's. The error of an area takes issuers for
        independent.
    reliability : DataFrame
        By date and class of the chance: failures expected, P5 and P95 of their number on the run's
        paths, and failures that happened.
    left_out : tuple of str
        What the actuals tell and the run does not, so that it is not scored.

    Tables of what the actuals do not have are empty.
    """

    results: Results
    figures: pd.DataFrame
    coverage: pd.DataFrame
    scores: pd.DataFrame
    issuers: pd.DataFrame
    failures: pd.DataFrame
    reliability: pd.DataFrame
    left_out: tuple[str, ...]

    def write(self, directory: Path) -> None:
        """Write every table that is not empty into an existing directory, as CSV."""
        for name in TABLES:
            table: pd.DataFrame = getattr(self, name)
            if len(table):
                write_csv_table(table, directory / f"{name}.csv")

    def __repr__(self) -> str:
        name = self.results.manifest.scenario.name
        figures, issuers = (
            len(table[table["inputs"] == FIXED].drop_duplicates(keys)) if len(table) else 0
            for table, keys in (
                (self.figures, ["issuer", "period", "metric"]),
                (self.issuers, ["issuer"]),
            )
        )
        return f"Backtest({name!r}: {figures} figures, {issuers} issuers)"


def backtest(
    results: Results, actual: Path | str | Iterable[Actual], *, paths: int = DEFAULT_TRACED
) -> Backtest:
    """Score a finished run against what happened.

    Figures of quarters and of years to date are placed among paths that are traced again, as
    `quarters` does; other amounts in the run's histograms. Failures are scored by the run's
    chances, all paths counted. Of a run over the inputs all is told twice: with the inputs as they
    stand, and drawn.

    Parameters
    ----------
    results : Results
    actual : Path, str, or iterable of Actual
        A table, CSV or a workbook, or the rows of one (docs/backtests.md says how it is written).
    paths : int
        Paths to trace, as of `quarters`.

    Returns
    -------
    Backtest

    Raises
    ------
    TableError
        If a row is wrong, or names an issuer that the run does not have.
    ArgumentError
        If no row can be scored.
    TypeError
        If an argument is of another type.

    Examples
    --------
    >>> import capexrisk as cr
    >>> results = cr.simulate(cr.load_scenario("configs/hyperscalers-2026.toml"), paths=4096)
    >>> cr.backtest(results, "configs/data/actual_2026.csv")
    Backtest('hyperscalers-2026': 41 figures, 6 issuers)
    """
    refuse_type("results", results, Results, "give Results, as load_results() returns them")
    if isinstance(actual, Path | str):
        rows, without = read_actuals(actual)
    else:
        refuse_type("actual", actual, Iterable, GIVE)
        rows, without = list(actual), []
        for row in rows:
            refuse_type("actual", row, Actual, GIVE)
    told = f"{actual}: " if isinstance(actual, Path | str) else ""
    if not rows:
        raise ArgumentError("actual", f"{told}there is no row; give one for each figure")
    figures, fates, left_out = match(results, rows)
    if not figures and not fates:
        covers = f"{results.quarters[0]} to {results.quarters[-1]}"
        mend = f"give figures of {covers}, by the names that the run's summary has"
        raise ArgumentError("actual", f"{told}no row can be scored: {'; '.join(left_out)}; {mend}")
    traced: dict[str, Quarters] = {FIXED: quarters(results, paths=paths)}
    if results.inputs is not None:
        traced[DRAWN] = quarters(results, paths=paths, over_inputs=True)
    placed, issuers = _none(), _none()
    if figures:
        placed = _joined(figure_table(results, traced[how], figures, how) for how in traced)
    if fates:
        issuers = _joined(issuer_table(results, fates, how) for how in traced)
    return Backtest(
        results=results,
        figures=placed,
        coverage=coverage_table(placed, traced) if figures else _none(),
        scores=score_table(placed, traced) if figures else _none(),
        issuers=issuers,
        failures=failure_scores(results, issuers, traced) if fates else _none(),
        reliability=reliability_table(issuers, traced) if fates else _none(),
        left_out=(*left_out, *([f"not in numbers: {'; '.join(without)}"] if without else [])),
    )


def _joined(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat([table for table in tables if len(table)], ignore_index=True)


def _none() -> pd.DataFrame:
    return pd.DataFrame()
