"""The tables of a run, the same on the page and in the workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from capexrisk.archive.results import Results
from capexrisk.estimate.metric import AT_RISK, SHORTFALL, Metric
from capexrisk.estimate.metrics import (
    HORIZON,
    METRICS,
    SYSTEM,
    amounts_of,
    failures_metric,
    flow_metric,
    metric_of,
)
from capexrisk.model.vocabulary import CAUSES, CHANNELS, REGIMES
from capexrisk.report.writing.cells import EMPTY, Cell, Grid, Row, chance, dollars, written
from capexrisk.report.writing.estimates import NEGATIVE, Estimates
from capexrisk.report.writing.words import at_least, is_whole, with_unit, words_of
from capexrisk.scenario.issuer import Issuer
from capexrisk.scenario.words import capitalised

MOST_COUNTS = 6


@dataclass(frozen=True)
class Grids:
    """Builds the tables of one run.

    Parameters
    ----------
    results : Results
    estimates : Estimates
    ends : dict of str to str
        Each year to show, and its last quarter.
    """

    results: Results
    estimates: Estimates
    ends: dict[str, str]

    @property
    def years(self) -> list[str]:
        """Years to show."""
        return list(self.ends)

    def negative_cash_flow(self) -> Grid:
        """Chance of negative free cash flow of those that survive, by issuer and year."""
        rows = [
            Row(i, [self._chance(NEGATIVE, i, y) for y in self.years]) for i in self.results.issuers
        ]
        caption = "Chance of negative free cash flow in the year, if the issuer survives it, %"
        return Grid(caption, "Issuer", self.years, rows, sortable=True)

    def failure(self) -> Grid:
        """Chance of funding failure by the end of each year, by issuer."""
        ends = self.ends.values()
        rows = [
            Row(i, [self._chance("funding_failure", i, end) for end in ends])
            for i in self.results.issuers
        ]
        caption = "Chance of funding failure by the end of each year, %"
        return Grid(caption, "Issuer", self.years, rows, sortable=True)

    def failures_together(self) -> Grid:
        """Chance that at least one, two and more issuers have failed by the end of each year."""
        most = len(self.results.issuers)
        counts = [*range(1, min(most, MOST_COUNTS) + 1)]
        if most > MOST_COUNTS:
            counts.append(most)
        rows = [
            Row(
                at_least(k, most),
                [self._chance(failures_metric(k), SYSTEM, end) for end in self.ends.values()],
            )
            for k in counts
        ]
        smallest = self._smallest()
        if smallest is not None:
            cells = self._by_year_end(f"any_failure_without:{smallest}", SYSTEM)
            rows.append(Row(f"Any but {smallest}, the smallest", cells))
        expected = metric_of("expected_failures", "system")
        periods = list(self.ends.values())
        if self.estimates.has(expected.name, SYSTEM, periods[0], "mean"):  # older runs have none
            found = (self.estimates.amount(expected.name, SYSTEM, end) for end in periods)
            rows.append(Row(f"{expected.words}, no %", [written(e, expected.unit) for e in found]))
        caption = "Chance of funding failures by the end of each year, %"
        return Grid(caption, "Failures", self.years, rows)

    def joint(self, issuers: Sequence[str]) -> Grid:
        """Chance that two issuers both fail within the horizon."""
        return self._matrix(
            "Chance that both fail within the horizon, %", "Both", issuers, "failure_with:"
        )

    def conditional(self, issuers: Sequence[str]) -> Grid:
        """Chance that the issuer of the row fails if that of the column does."""
        caption = "Chance that the issuer of the row fails, where that of the column does, %"
        return self._matrix(caption, "Fails \\ where", issuers, "failure_given_failure_of:")

    def market(self) -> Grid:
        """Market and demand in the last quarter of each year."""
        rows: list[Row] = []
        for metric in amounts_of("system", "quarter"):
            rows += self._spread_of(
                with_unit(metric, self.results.words), metric, list(self.ends.values())
            )
        for name in (f"regime_{regime}" for regime in REGIMES):
            rows.append(
                Row(
                    words_of(name, SYSTEM, self.results.words),
                    self._by_year_end(name, SYSTEM, " %"),
                )
            )
        lost = self._by_year_end("anchor_lost", SYSTEM, " %")
        rows.append(Row(f"{words_of('anchor_lost', SYSTEM, self.results.words)} by then", lost))
        return Grid("The market in the last quarter of each year", "Quantity", self.years, rows)

    def group_profit(self, threshold: str) -> Grid:
        """Profit of all issuers by year, and the chance that it exceeds the threshold."""
        profit = metric_of("group_profit", "system")
        rows = self._spread_of(with_unit(profit, self.results.words), profit, self.years)
        above = "group_profit_above_threshold"
        cells = [
            chance(self.estimates.probability(above, SYSTEM, year), " %")
            if is_whole(year)  # less of a year is no match for a year's threshold
            else Cell(EMPTY)
            for year in self.years
        ]
        rows.append(Row(f"Above {threshold}", cells))
        caption = f"{profit.words}; a failed issuer adds nothing to it"
        return Grid(caption, "Quantity", self.years, rows)

    def outside_funding(self, threshold: str) -> Grid:
        """Outside funding over the horizon, in total and by channel."""
        funding = metric_of("outside_funding", "system")
        rows = self._spread_of(f"All channels, {funding.unit}", funding, [HORIZON])
        above = self.estimates.probability("outside_funding_above_threshold")
        rows.append(Row(f"Above {threshold}", [chance(above, " %")]))
        for name, channel in CHANNELS.items():
            estimate = self.estimates.amount(flow_metric(name))
            rows.append(Row(f"{channel.label}, $bn: mean", [dollars(estimate)]))
        return Grid(funding.words, "Quantity", ["Whole horizon"], rows)

    def amounts(self, issuer: str) -> Grid:
        """Cash flow, capex and profit of an issuer by year, on the paths on which it is alive."""
        cash, operating, capex, profit = (
            metric_of(f"{name}_while_alive", "issuer")
            for name in ("free_cash_flow", "operating_cash_flow", "capex", "profit")
        )
        inputs = self._inputs_of(issuer)
        rows = self._spread_of(cash.words, cash, self.years, issuer)
        rows.append(Row("CFaR: mean less P5", self._amounts(cash.name, issuer, AT_RISK)))
        rows.append(Row("Mean below P5", self._amounts(cash.name, issuer, SHORTFALL)))
        rows.append(Row(f"{operating.words}, mean", self._amounts(operating.name, issuer)))
        if inputs.prepaid_share:
            prepaid = self._amounts("prepayments_while_alive", issuer)
            rows.append(Row("of which customers prepay", prepaid, of=operating.words))
        rows.append(Row(f"{capex.words}, mean", self._amounts(capex.name, issuer)))
        if inputs.finance_lease_share:
            leased = self._amounts("finance_leases_while_alive", issuer)
            rows.append(Row("of which by finance leases", leased, of=capex.words))
        if inputs.investments_usd_bn_per_year:
            invested = self._amounts("investments_while_alive", issuer)
            rows.append(Row("Acquisitions and stakes, mean", invested))
        rows.append(Row(f"{profit.words}, mean", self._amounts(profit.name, issuer)))
        failed = (self.estimates.failed_before(issuer, year) for year in self.years)
        cells = [Cell(EMPTY) if one is None else chance(one, " %") for one in failed]
        rows.append(Row("Failed before the year, and left out", cells))
        return Grid("Cash flow and profit while it is alive, $bn", "Quantity", self.years, rows)

    def distress(self, issuer: str) -> Grid:
        """Chance of each tier of distress by the end of each year."""
        rows = []
        for metric in METRICS:
            if metric.estimator != "by date":
                continue
            if self.estimates.has(metric.name, issuer, next(iter(self.ends.values()))):
                rows.append(Row(metric.words, self._by_year_end(metric.name, issuer)))
            elif metric.impossible:
                rows.append(Row(self._why_never(metric, issuer), [Cell(EMPTY)] * len(self.years)))
        caption = "Chance of distress by the end of each year, %"
        return Grid(caption, "Tier", self.years, rows, sortable=True)

    def causes(self, issuer: str) -> Grid:
        """Constraints that bound in the quarters of the first capex cut and of the failure."""
        rows = []
        for cause, label in CAUSES.items():
            cells = [
                self._share_of(event, cause, issuer) for event in ("capex_cut", "funding_failure")
            ]
            rows.append(Row(capitalised(self.results.words.fill(label)), cells))
        columns = ["First capex cut", "Funding failure"]
        caption = "Constraint that bound, % of these events"
        return Grid(caption, "Constraint", columns, rows, sortable=True)

    def _share_of(self, event: str, cause: str, issuer: str) -> Cell:
        """Share of a cause in an issuer's first cuts or failures; empty where it never is one."""
        metric = f"{event}_by_{cause}_given_{event}"
        known = self.estimates.has(metric, issuer, HORIZON)
        return chance(self.estimates.probability(metric, issuer)) if known else Cell(EMPTY)

    def extremes(self, issuer: str) -> Grid:
        """Spread, cash and funding of an issuer over the whole horizon."""
        rows = []
        for metric in amounts_of("issuer", "horizon"):
            found = (
                self.estimates.amount(metric.name, issuer, HORIZON, statistic)
                for statistic in ("mean", "p5", "p50", "p95")
            )
            rows.append(
                Row(with_unit(metric, self.results.words), [written(e, metric.unit) for e in found])
            )
        if self._inputs_of(issuer).prepaid_share:
            advance = metric_of("final_advance", "issuer")
            cells = [dollars(self.estimates.amount(advance.name, issuer)), *[Cell(EMPTY)] * 3]
            rows.append(Row(with_unit(advance, self.results.words), cells))
        return Grid("Over the whole horizon", "Quantity", ["Mean", "P5", "P50", "P95"], rows)

    def _why_never(self, metric: Metric, issuer: str) -> str:
        """Why a metric is impossible for an issuer."""
        known = self.results.manifest.scenario.parameters["issuers"]
        its = known[self.results.issuers.index(issuer)]
        return next(never.words for never in metric.impossible if never.of(its[never.parameter]))

    def _inputs_of(self, issuer: str) -> Issuer:
        """An issuer's inputs."""
        return next(one for one in self.results.manifest.scenario.issuers if one.name == issuer)

    def _amounts(self, metric: str, issuer: str, statistic: str = "mean") -> list[Cell]:
        found = (self.estimates.amount(metric, issuer, year, statistic) for year in self.years)
        return [dollars(estimate) for estimate in found]

    def _chance(self, metric: str, issuer: str, period: str) -> Cell:
        """A chance, in per cent, and what the run tells of it over the inputs."""
        spread = self.estimates.spread(metric, issuer, period)
        return chance(self.estimates.probability(metric, issuer, period), over_inputs=spread)

    def _by_year_end(self, metric: str, issuer: str, sign: str = "") -> list[Cell]:
        ends = self.ends.values()
        return [chance(self.estimates.probability(metric, issuer, end), sign) for end in ends]

    def _spread_of(
        self, label: str, metric: Metric, periods: list[str], issuer: str = SYSTEM
    ) -> list[Row]:
        """Rows of mean, P5, P50 and P95."""
        names = {"mean": f"{label}: mean", "p5": "P5", "p50": "P50", "p95": "P95"}
        return [
            Row(
                name,
                [
                    written(self.estimates.amount(metric.name, issuer, period, key), metric.unit)
                    for period in periods
                ],
                of="" if key == "mean" else label,
            )
            for key, name in names.items()
        ]

    def _matrix(self, caption: str, corner: str, issuers: Sequence[str], prefix: str) -> Grid:
        rows = []
        for first in issuers:
            cells = [
                Cell(EMPTY)
                if first == second
                else chance(self.estimates.probability(prefix + second, first))
                for second in issuers
            ]
            rows.append(Row(first, cells))
        return Grid(caption, corner, list(issuers), rows, sortable=True)

    def _smallest(self) -> str | None:
        """The issuer that the table leaves out of a second count, if there is one."""
        prefix = "any_failure_without:"
        metrics = self.results.summary["metric"].unique()
        return next((m.removeprefix(prefix) for m in metrics if m.startswith(prefix)), None)
