"""The answer as a table: who burns cash, who cannot fund its commitments, how sure that is."""

from __future__ import annotations

import pandas as pd
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from capexrisk.archive.results import Results
from capexrisk.estimate.table import SYSTEM
from capexrisk.report.writing.estimates import Estimates, last_quarters
from capexrisk.report.writing.numbers import UNKNOWN, money, percentage
from capexrisk.report.writing.words import at_least, counted

NEGATIVE = "Negative FCF"
FAILURE = "Funding failure by end of"
MEAN = "Mean FCF, $bn"
CAUSE = "Main cause of failure"
YEARS_IN_TERMINAL = 3
KEY = (
    "± is half of a 95 % interval and covers sampling error only, not the model's inputs. "
    "A range stands where fewer than ten paths decide, < or > where all paths agree. A year after "
    "its failure counts for an issuer as not negative."
)


def headline(results: Results, *, percent_sign: str = " %") -> pd.DataFrame:
    """One row an issuer: negative FCF, mean FCF and funding failure by year, and the main cause.

    Parameters
    ----------
    results : Results
    percent_sign : str
        What stands for per cent in a cell; "" where the heading says it.

    Returns
    -------
    DataFrame
        Text with errors (see `report.numbers`). Columns are pairs: group and year.
    """
    estimates = Estimates(results)
    ends = last_quarters(results)
    rows = []
    for issuer in results.issuers:
        row: dict[tuple[str, str], str] = {}
        for year in results.years:
            chance = estimates.probability("negative_fcf", issuer, year)
            row[NEGATIVE, year] = percentage(chance, percent_sign)
        for year in results.years:
            row[MEAN, year] = money(estimates.amount("free_cash_flow", issuer, year))
        for year in results.years:
            chance = estimates.probability("funding_failure", issuer, ends[year])
            row[FAILURE, year] = percentage(chance, percent_sign)
        row[CAUSE, ""] = main_cause(estimates, issuer, percent_sign)
        rows.append(row)
    return pd.DataFrame(
        rows,
        index=pd.Index(results.issuers, name="issuer"),
        columns=pd.MultiIndex.from_tuples(rows[0]),
    )


def main_cause(estimates: Estimates, issuer: str, percent_sign: str = " %") -> str:
    """Write the commonest cause of an issuer's failure and its share among its failures."""
    found = estimates.main_cause(issuer)
    if found is None:
        return UNKNOWN
    cause, among = found
    return f"{cause} {percentage(among, percent_sign)}"


def joint_failures(results: Results, *, percent_sign: str = " %") -> pd.DataFrame:
    """Chances that any, two or more, and all issuers have failed by the end of each year.

    Returns
    -------
    DataFrame
        Text with errors; one row a number of issuers, one column a year.
    """
    estimates = Estimates(results)
    issuers = len(results.issuers)
    rows = {}
    for count in sorted({1, min(2, issuers), issuers}):
        metric = "any_failure" if count == 1 else f"failures_at_least_{count}"
        rows[at_least(count, issuers)] = {
            year: percentage(estimates.probability(metric, SYSTEM, quarter), percent_sign)
            for year, quarter in last_quarters(results).items()
        }
    return pd.DataFrame.from_dict(rows, orient="index", columns=results.years)


class Headline:
    """The headline in a terminal.

    Parameters
    ----------
    results : Results
    """

    def __init__(self, results: Results) -> None:
        self._results = results
        self._years = results.years[:YEARS_IN_TERMINAL]
        self._issuers = headline(results, percent_sign="").to_dict("index")
        self._system = joint_failures(results, percent_sign="").to_dict("index")

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """What rich prints."""
        results = self._results
        scenario, run = results.manifest["scenario"], results.manifest["run"]
        paths = counted(results.paths, "path")
        yield Text(scenario["title"] or scenario["name"], style="bold")
        yield Text(f"{scenario['name']}, {paths}, seed {run['seed']}; chances in per cent")
        yield Text()
        yield self._burning()
        yield Text()
        yield self._failing()
        yield Text()
        yield Text(KEY, style="dim")
        if len(results.years) > len(self._years):
            later = results.years[len(self._years) :]
            yield Text(f"{' to '.join({later[0]: 0, later[-1]: 0})}: see report.html", style="dim")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Columns that its tables take; text wraps."""
        tables = (self._burning(), self._failing())
        widest = max(console.measure(table, options=options).maximum for table in tables)
        return Measurement(widest, widest)

    def _burning(self) -> Table:
        table = self._table("FCF < 0")
        for issuer in self._results.issuers:
            cells = (self._issuers[issuer][NEGATIVE, year] for year in self._years)
            table.add_row(Text(issuer), *cells)
        return table

    def _failing(self) -> Table:
        table = self._table("Fails by")
        table.add_column("Main cause\nof failure", no_wrap=True)
        for issuer in self._results.issuers:
            row = self._issuers[issuer]
            table.add_row(
                Text(issuer), *(row[FAILURE, year] for year in self._years), row[CAUSE, ""]
            )
        table.add_row()
        for label, row in self._system.items():
            table.add_row(str(label), *(row[year] for year in self._years), style="bold")
        return table

    def _table(self, event: str) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
        table.add_column("Issuer", overflow="fold", min_width=9)
        for year in self._years:
            table.add_column(f"{event}\n{year}", justify="right", no_wrap=True)
        return table


def headline_table(results: Results) -> Headline:
    """What ``capexrisk run`` prints at its end; ``Console().print`` it.

    Parameters
    ----------
    results : Results

    Returns
    -------
    Headline
        A rich renderable; up to some ten million paths it fits a terminal of 80 columns.
    """
    return Headline(results)
