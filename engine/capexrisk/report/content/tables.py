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
from capexrisk.report.content.over_inputs import NOT_DRAWN, OVER_INPUTS, TOO_FEW, what_is_drawn
from capexrisk.report.content.provenance import changes
from capexrisk.report.writing.estimates import Estimates
from capexrisk.report.writing.numbers import UNKNOWN, percentage
from capexrisk.report.writing.plain_table import as_wide_as, plain_table
from capexrisk.report.writing.spread import Spread, predictive_in_per_cent, spread_in_per_cent
from capexrisk.report.writing.words import counted

YEARS_IN_TERMINAL = 3
KEY = (
    "± is half of a 95 % interval and covers the sampling of paths alone. Where fewer than ten "
    "paths decide, a–b is the interval itself, and < or > a bound. FCF < 0 is told of the paths on "
    "which the issuer survives the year, and failures apart."
)
KEY_OF_TWO = " Of two constraints either may be the commoner."
KEY_OF_UNKNOWN = " n/a: no path can tell."


class Headline:
    """What ``capexrisk run`` prints at its end, two tables of the answer; rich prints it.

    Up to some ten million paths it fits a terminal of 80 columns.

    Parameters
    ----------
    results : Results
    """

    def __init__(self, results: Results) -> None:
        self._results = results
        self._years = _shown(results.years)
        self._answer = answer(results, Estimates(results))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """What rich prints."""
        results = self._results
        scenario, seed = results.manifest.scenario, results.manifest.run.seed
        paths = counted(results.paths, "path")
        yield Text(scenario.title or scenario.name, style="bold")
        if changed := changes(results):
            yield Text(f"changed: {changed}")
        yield Text(f"{scenario.name}, {paths}, seed {seed}; chances in per cent")
        yield Text()
        yield self._burning()
        yield Text()
        yield self._failing()
        yield Text()
        yield Text(self._key(), style="dim")
        if results.inputs is not None:
            yield Text(self._over_inputs(), style="dim")
        elif results.manifest.scenario.uncertainty.groups:
            yield Text(NOT_DRAWN, style="dim")
        others = [year for year in results.years if year not in self._years]
        if others:
            span = " to ".join(dict.fromkeys((others[0], others[-1])))
            yield Text(f"{span}: see report.html", style="dim")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Columns that its tables take; text wraps."""
        return as_wide_as((self._burning(), self._failing()), console, options)

    def _burning(self) -> Table:
        table = self._table("FCF < 0")
        for issuer in self._answer.issuers:
            table.add_row(Text(issuer.name), *self._chances(issuer.negative))
            self._add_spread(table, issuer.negative_over_inputs)
        return table

    def _failing(self) -> Table:
        table = self._table("Fails by")
        table.add_column("Bound in the\nfailing quarter", no_wrap=True)
        for issuer in self._answer.issuers:
            table.add_row(Text(issuer.name), *self._chances(issuer.failed), _cause(issuer))
            self._add_spread(table, issuer.failed_over_inputs)
        together = self._answer.together if len(self._answer.issuers) > 1 else []
        if together:
            table.add_row()
        for each in together:
            table.add_row(each.label, *self._chances(each.failed), style="bold")
            self._add_spread(table, each.over_inputs)
        return table

    def _key(self) -> str:
        two = any(len(issuer.causes) > 1 for issuer in self._answer.issuers)
        return KEY + KEY_OF_TWO * two + KEY_OF_UNKNOWN * self._holds_unknown()

    def _holds_unknown(self) -> bool:
        issuers, together = self._answer.issuers, self._answer.together
        chances = [by_year for each in issuers for by_year in (each.negative, each.failed)]
        chances += [each.failed for each in together]
        return not all(each.causes for each in issuers) or any(
            UNKNOWN in self._chances(by_year) for by_year in chances
        )

    def _chances(self, by_year: Mapping[str, Estimate]) -> Iterator[str]:
        return (percentage(by_year[year], "") for year in self._years)

    def _add_spread(self, table: Table, by_year: Mapping[str, Spread | None]) -> None:
        if self._results.inputs is not None:
            spreads = [by_year[year] for year in self._years]
            table.add_row(" predictive", *(predictive_in_per_cent(one, "") for one in spreads))
            ends = (spread_in_per_cent(one, "") for one in spreads)
            table.add_row(" P5 to P95", *ends, style="dim")

    def _over_inputs(self) -> str:
        unknown = any(
            spread_in_per_cent(by_year[year]) == UNKNOWN
            for by_year in self._spreads()
            for year in self._years
        )
        return f"{OVER_INPUTS} {what_is_drawn(self._results)}{f' {TOO_FEW}' * unknown}"

    def _spreads(self) -> Iterator[Mapping[str, Spread | None]]:
        for issuer in self._answer.issuers:
            yield from (issuer.negative_over_inputs, issuer.failed_over_inputs)
        yield from (each.over_inputs for each in self._answer.together)

    def _table(self, event: str) -> Table:
        table = plain_table()
        table.add_column("Issuer", overflow="fold", min_width=9)
        for year in self._years:
            table.add_column(f"{event}\n{year}", justify="right", no_wrap=True)
        return table


def _shown(years: list[str]) -> list[str]:
    """Years that fit: the first ones and, of many, the last, by which all has happened."""
    if len(years) <= YEARS_IN_TERMINAL:
        return years
    return [*years[: YEARS_IN_TERMINAL - 1], years[-1]]


def _cause(issuer: IssuerAnswer) -> str:
    """The commonest cause of an issuer's failure with its share of the failures, or both of two."""
    if not issuer.causes:
        return UNKNOWN
    if len(issuer.causes) > 1:
        return " or ".join(cause for cause, _ in issuer.causes)
    ((cause, share),) = issuer.causes
    return f"{cause} {percentage(share, '')}"
