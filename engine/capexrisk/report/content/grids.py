"""The tables of a run, the same on the page and in the workbook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from capexrisk.archive.results import Results
from capexrisk.estimate.estimates import CFAR_LEVEL
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.table import HORIZON, SYSTEM, flow_metric
from capexrisk.report.writing.cells import EMPTY, Cell, Grid, Row, chance, dollars, fraction, spread
from capexrisk.report.writing.estimates import Estimates
from capexrisk.report.writing.words import CAUSES, CHANNELS, IMPOSSIBLE, TIERS, at_least
from capexrisk.scenario.market import REGIMES

MOST_COUNTS = 6
Writer = Callable[[Estimate], Cell]


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
        """Chance of negative free cash flow, by issuer and year."""
        rows = [
            Row(i, [chance(self.estimates.probability("negative_fcf", i, y)) for y in self.years])
            for i in self.results.issuers
        ]
        caption = "Chance of negative free cash flow in the year, %"
        return Grid(caption, "Issuer", self.years, rows, sortable=True)

    def failure(self) -> Grid:
        """Chance of funding failure by the end of each year, by issuer."""
        rows = [Row(i, self._by_year_end("funding_failure", i)) for i in self.results.issuers]
        caption = "Chance of funding failure by the end of each year, %"
        return Grid(caption, "Issuer", self.years, rows, sortable=True)

    def failures_together(self) -> Grid:
        """Chance that at least one, two and more issuers have failed by the end of each year."""
        most = len(self.results.issuers)
        counts = [*range(1, min(most, MOST_COUNTS) + 1)]
        if most > MOST_COUNTS:
            counts.append(most)
        rows = []
        for k in counts:
            metric = "any_failure" if k == 1 else f"failures_at_least_{k}"
            rows.append(Row(at_least(k, most), self._by_year_end(metric, SYSTEM)))
        smallest = self._smallest()
        if smallest is not None:
            cells = self._by_year_end(f"any_failure_without:{smallest}", SYSTEM)
            rows.append(Row(f"Any but {smallest}, the smallest", cells))
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
        """Market and demand at the end of each year."""
        rows: list[Row] = []
        quantities: tuple[tuple[str, str, Writer], ...] = (
            ("Market spread, bp", "market_spread_bp", spread),
            ("AI share of the bond market, quarter's opening", "ai_share_of_bond_market", fraction),
            ("Utilisation of AI capacity", "utilisation", fraction),
            ("AI demand, $bn a year", "ai_demand", dollars),
        )
        for label, metric, write in quantities:
            rows += self._spread_of(label, metric, SYSTEM, list(self.ends.values()), write)
        for regime in REGIMES:
            cells = self._by_year_end(f"regime_{regime}", SYSTEM, " %")
            rows.append(Row(f"Bond market {regime}", cells))
        lost = self._by_year_end("tenant_lost", SYSTEM, " %")
        rows.append(Row("Big AI tenant lost by then", lost))
        return Grid("The market at the end of each year", "Quantity", self.years, rows)

    def group_profit(self, threshold: str) -> Grid:
        """Profit of all issuers by year, and the chance that it exceeds the threshold."""
        rows = self._spread_of("Group profit, $bn", "group_profit", SYSTEM, self.years, dollars)
        found = (
            self.estimates.probability("group_profit_above_threshold", SYSTEM, year)
            for year in self.years
        )
        cells = [chance(estimate, " %") for estimate in found]
        return Grid(
            "Group profit", "Quantity", self.years, [*rows, Row(f"Above {threshold}", cells)]
        )

    def outside_funding(self, threshold: str) -> Grid:
        """Outside funding over the horizon, in total and by channel."""
        rows = self._spread_of("All channels, $bn", "outside_funding", SYSTEM, [HORIZON], dollars)
        above = self.estimates.probability("outside_funding_above_threshold")
        rows.append(Row(f"Above {threshold}", [chance(above, " %")]))
        for channel, label in CHANNELS.items():
            estimate = self.estimates.amount(flow_metric(channel))
            rows.append(Row(f"{label}, $bn: mean", [dollars(estimate)]))
        return Grid("Outside funding of all issuers", "Quantity", ["Whole horizon"], rows)

    def amounts(self, issuer: str) -> Grid:
        """Cash flow, capex and profit of an issuer by year."""
        flow = "free_cash_flow"
        level = f"{100 * CFAR_LEVEL:g}"
        rows = self._spread_of("Free cash flow", flow, issuer, self.years, dollars)
        rows.append(Row("CFaR: mean less P5", self._amounts(flow, issuer, f"cfar{level}")))
        if self.estimates.has(flow, issuer, self.years[0], f"es{level}"):  # not in older runs
            mean_below = self._amounts(flow, issuer, f"es{level}")
            rows.append(Row("Mean below P5", mean_below))
        rows.append(Row("Operating cash flow, mean", self._amounts("operating_cash_flow", issuer)))
        rows.append(Row("Capex, mean", self._amounts("capex", issuer)))
        if self._model(issuer)["finance_lease_share"]:
            leased = self._amounts(flow_metric("finance_leases"), issuer)
            rows.append(Row("by finance leases", leased, of="Capex"))
        rows.append(Row("Profit, mean", self._amounts("profit", issuer)))
        return Grid("Cash flow and profit, $bn", "Quantity", self.years, rows)

    def distress(self, issuer: str) -> Grid:
        """Chance of each tier of distress by the end of each year."""
        rows = []
        for metric, label in TIERS.items():
            if self.estimates.has(metric, issuer, next(iter(self.ends.values()))):
                rows.append(Row(label, self._by_year_end(metric, issuer)))
            else:
                rows.append(Row(IMPOSSIBLE[metric], [Cell(EMPTY)] * len(self.years)))
        caption = "Chance of distress by the end of each year, %"
        return Grid(caption, "Tier", self.years, rows, sortable=True)

    def causes(self, issuer: str) -> Grid:
        """Causes of the first capex cut and of the failure."""
        rows = []
        for cause, label in CAUSES.items():
            cells = [
                chance(self.estimates.probability(f"{event}_by_{cause}_given_{event}", issuer))
                for event in ("capex_cut", "funding_failure")
            ]
            rows.append(Row(label.capitalize(), cells))
        columns = ["First capex cut", "Funding failure"]
        caption = "Cause, % of the paths that have one"
        return Grid(caption, "Cause", columns, rows, sortable=True)

    def extremes(self, issuer: str) -> Grid:
        """Spread, cash and funding of an issuer over the whole horizon."""
        statistics = ("mean", "p5", "p50", "p95")
        quantities: tuple[tuple[str, str, Writer], ...] = (
            ("Peak spread, bp", "peak_spread_bp", spread),
            ("Spread at the end, bp", "final_spread_bp", spread),
            ("Lowest cash, $bn", "lowest_cash", dollars),
            ("Outside funding, $bn", "outside_funding", dollars),
        )
        rows = [
            Row(label, [write(self._horizon(metric, issuer, s)) for s in statistics])
            for label, metric, write in quantities
        ]
        return Grid("Over the whole horizon", "Quantity", ["Mean", "P5", "P50", "P95"], rows)

    def _model(self, issuer: str) -> dict[str, Any]:
        """An issuer's parameters."""
        issuers = self.results.manifest["scenario"]["model"]["issuers"]
        return dict(issuers[self.results.issuers.index(issuer)])

    def _horizon(self, metric: str, issuer: str, statistic: str) -> Estimate:
        return self.estimates.amount(metric, issuer, HORIZON, statistic)

    def _amounts(self, metric: str, issuer: str, statistic: str = "mean") -> list[Cell]:
        found = (self.estimates.amount(metric, issuer, year, statistic) for year in self.years)
        return [dollars(estimate) for estimate in found]

    def _by_year_end(self, metric: str, issuer: str, sign: str = "") -> list[Cell]:
        ends = self.ends.values()
        return [chance(self.estimates.probability(metric, issuer, end), sign) for end in ends]

    def _spread_of(
        self, label: str, metric: str, issuer: str, periods: list[str], write: Writer
    ) -> list[Row]:
        """Rows of mean, P5, P50 and P95."""
        names = {"mean": f"{label}: mean", "p5": "P5", "p50": "P50", "p95": "P95"}
        return [
            Row(
                name,
                [write(self.estimates.amount(metric, issuer, p, key)) for p in periods],
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
