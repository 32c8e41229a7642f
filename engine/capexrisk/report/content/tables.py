"""The answer in a terminal: chances of negative cash flow and of failure, by year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from capexrisk.archive.results import Results
from capexrisk.estimate.independent import Estimate
from capexrisk.report.content.answer import IssuerAnswer, answer
from capexrisk.report.writing.estimates import Estimates
from capexrisk.report.writing.numbers import UNKNOWN, percentage
from capexrisk.report.writing.plain_table import plain_table
from capexrisk.report.writing.words import counted

YEARS_IN_TERMINAL = 3
KEY = (
    "± is half of a 95 % interval and covers sampling error only, not the model's inputs. "
    "A range stands where fewer than ten paths decide, < or > where all paths agree. FCF < 0 is "
    "told of the paths on which the issuer survives the year, and failures apart."
)


class Headline:
    """Two tables of the answer, printed by rich.

    Parameters
    ----------
    results : Results
    """

    def __init__(self, results: Results) -> None:
        self._results = results
        self._years = results.years[:YEARS_IN_TERMINAL]
        self._answer = answer(results, Estimates(results))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """What rich prints."""
        results = self._results
        scenario, seed = results.manifest.scenario, results.manifest.run.seed
        paths = counted(results.paths, "path")
        yield Text(scenario.title or scenario.name, style="bold")
        yield Text(f"{scenario.name}, {paths}, seed {seed}; chances in per cent")
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
        for issuer in self._answer.issuers:
            table.add_row(Text(issuer.name), *self._chances(issuer.negative))
        return table

    def _failing(self) -> Table:
        table = self._table("Fails by")
        table.add_column("Main cause\nof failure", no_wrap=True)
        for issuer in self._answer.issuers:
            table.add_row(Text(issuer.name), *self._chances(issuer.failed), _cause(issuer))
        table.add_row()
        for each in self._answer.together:
            table.add_row(each.label, *self._chances(each.failed), style="bold")
        return table

    def _chances(self, by_year: Mapping[str, Estimate]) -> Iterator[str]:
        return (percentage(by_year[year], "") for year in self._years)

    def _table(self, event: str) -> Table:
        table = plain_table()
        table.add_column("Issuer", overflow="fold", min_width=9)
        for year in self._years:
            table.add_column(f"{event}\n{year}", justify="right", no_wrap=True)
        return table


def _cause(issuer: IssuerAnswer) -> str:
    """The commonest cause of an issuer's failure, and its share of the failures."""
    if issuer.cause is None:
        return UNKNOWN
    cause, share = issuer.cause
    return f"{cause} {percentage(share, '')}"


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
