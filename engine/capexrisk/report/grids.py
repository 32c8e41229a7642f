"""The page's tables, as rows of written cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from capexrisk.estimate.estimates import CFAR_LEVEL
from capexrisk.estimate.measures import Estimate
from capexrisk.report.estimates import Estimates, observed
from capexrisk.report.numbers import UNKNOWN, basis_points, money, percentage, share
from capexrisk.report.words import CAUSES, CHANNELS, IMPOSSIBLE, TIERS, at_least
from capexrisk.run.results import Results
from capexrisk.run.summary import HORIZON, SYSTEM, flow_metric
from capexrisk.scenario.market import REGIMES

MOST_COUNTS = 6
Writer = Callable[[Estimate], str]


class Cell(NamedTuple):
    """Text, and how dark its ground is, 0 to 1."""

    text: str
    shade: float = 0.0


@dataclass(frozen=True)
class Grid:
    """A table: what it shows, the heading of its first column, the others, and its rows."""

    caption: str
    corner: str
    columns: list[str]
    rows: list[tuple[str, list[Cell]]]


def chance(estimate: Estimate, sign: str = "") -> Cell:
    """A probability as a cell, shaded by its size; with its sign where no caption says per cent."""
    return Cell(percentage(estimate, sign), round(observed(estimate), 2))


@dataclass(frozen=True)
class Grids:
    """Builds the tables of one run's page.

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
            (i, [chance(self.estimates.probability("negative_fcf", i, y)) for y in self.years])
            for i in self.results.issuers
        ]
        return Grid("Chance of negative free cash flow in the year, %", "Issuer", self.years, rows)

    def failure(self) -> Grid:
        """Chance of funding failure by the end of each year, by issuer, and its main cause."""
        rows = []
        for issuer in self.results.issuers:
            cells = self._by_year_end("funding_failure", issuer)
            found = self.estimates.main_cause(issuer)
            cause = UNKNOWN if found is None else f"{CAUSES[found[0]]} {percentage(found[1], '')}"
            rows.append((issuer, [*cells, Cell(cause)]))
        columns = [*self.years, "Main cause"]
        return Grid("Chance of funding failure by the end of, %", "Issuer", columns, rows)

    def failures_together(self) -> Grid:
        """Chance that so many issuers have failed by the end of each year."""
        most = len(self.results.issuers)
        counts = [*range(1, min(most, MOST_COUNTS) + 1)]
        if most > MOST_COUNTS:
            counts.append(most)
        rows = []
        for k in counts:
            metric = "any_failure" if k == 1 else f"failures_at_least_{k}"
            rows.append((at_least(k, most), self._by_year_end(metric, SYSTEM)))
        smallest = self._smallest()
        if smallest is not None:
            cells = self._by_year_end(f"any_failure_without:{smallest}", SYSTEM)
            rows.append((f"Any but {smallest}, the smallest", cells))
        return Grid("Chance of funding failures by the end of, %", "Failures", self.years, rows)

    def joint(self, issuers: Sequence[str]) -> Grid:
        """Chance that two issuers both fail within the horizon."""
        return self._matrix(
            "Chance that both fail within the horizon, %", "Both", issuers, "failure_with:"
        )

    def conditional(self, issuers: Sequence[str]) -> Grid:
        """Chance that the issuer of the row fails where that of the column does."""
        caption = "Chance that the issuer of the row fails, where that of the column does, %"
        return self._matrix(caption, "Fails \\ where", issuers, "failure_given_failure_of:")

    def market(self) -> Grid:
        """Market and demand at the end of each year."""
        rows: list[tuple[str, list[Cell]]] = []
        quantities: tuple[tuple[str, str, Writer], ...] = (
            ("Market spread, bp", "market_spread_bp", basis_points),
            ("AI share of the bond market, quarter's opening", "ai_share_of_bond_market", share),
            ("Utilisation of AI capacity", "utilisation", share),
            ("AI demand, $bn a year", "ai_demand", money),
        )
        for label, metric, write in quantities:
            rows += self._spread_of(label, metric, SYSTEM, list(self.ends.values()), write)
        for regime in REGIMES:
            cells = self._by_year_end(f"regime_{regime}", SYSTEM, " %")
            rows.append((f"Bond market {regime}", cells))
        lost = self._by_year_end("tenant_lost", SYSTEM, " %")
        rows.append(("Big AI tenant lost by then", lost))
        return Grid("The market at the end of", "Quantity", self.years, rows)

    def group_profit(self, threshold: str) -> Grid:
        """Profit of all issuers by year, and the chance that it exceeds the threshold."""
        rows = self._spread_of("Group profit, $bn", "group_profit", SYSTEM, self.years, money)
        found = (
            self.estimates.probability("group_profit_above_threshold", SYSTEM, year)
            for year in self.years
        )
        cells = [chance(estimate, " %") for estimate in found]
        return Grid("Group profit", "", self.years, [*rows, (f"Above {threshold}", cells)])

    def outside_funding(self, threshold: str) -> Grid:
        """Outside funding over the horizon, in total and by channel."""
        rows = self._spread_of("All channels, $bn", "outside_funding", SYSTEM, [HORIZON], money)
        above = self.estimates.probability("outside_funding_above_threshold")
        rows.append((f"Above {threshold}", [chance(above, " %")]))
        for channel, label in CHANNELS.items():
            estimate = self.estimates.amount(flow_metric(channel))
            rows.append((f"{label}, mean", [Cell(money(estimate))]))
        return Grid("Outside funding of all issuers", "", ["Whole horizon"], rows)

    def amounts(self, issuer: str) -> Grid:
        """Cash flow, capex and profit of an issuer by year."""
        flow = "free_cash_flow"
        level = f"{100 * CFAR_LEVEL:g}"
        rows = self._spread_of("Free cash flow", flow, issuer, self.years, money)
        rows.append(("CFaR: mean less P5", self._amounts(flow, issuer, f"cfar{level}")))
        if self.estimates.has(flow, issuer, self.years[0], f"es{level}"):  # not in older runs
            rows.append(("Mean below P5", self._amounts(flow, issuer, f"es{level}")))
        rows.append(("Operating cash flow, mean", self._amounts("operating_cash_flow", issuer)))
        rows.append(("Capex, mean", self._amounts("capex", issuer)))
        if self._model(issuer)["finance_lease_share"]:
            leased = self._amounts(flow_metric("finance_leases"), issuer)
            rows.append(("of it, by finance leases", leased))
        rows.append(("Profit, mean", self._amounts("profit", issuer)))
        return Grid("Cash flow and profit, $bn", "", self.years, rows)

    def distress(self, issuer: str) -> Grid:
        """Chance of each tier of distress by the end of each year."""
        rows = []
        for metric, label in TIERS.items():
            if self.estimates.has(metric, issuer, next(iter(self.ends.values()))):
                rows.append((label, self._by_year_end(metric, issuer)))
            else:
                rows.append((IMPOSSIBLE[metric], [Cell("–")] * len(self.years)))
        return Grid("Chance of distress by the end of, %", "Tier", self.years, rows)

    def causes(self, issuer: str) -> Grid:
        """What the first capex cut and the failure come from."""
        rows = []
        for cause, label in CAUSES.items():
            cells = [
                chance(self.estimates.probability(f"{event}_by_{cause}_given_{event}", issuer))
                for event in ("capex_cut", "funding_failure")
            ]
            rows.append((label.capitalize(), cells))
        columns = ["First capex cut", "Funding failure"]
        return Grid("Cause, % of the paths that have one", "Cause", columns, rows)

    def extremes(self, issuer: str) -> Grid:
        """Spread, cash and funding of an issuer over the whole horizon."""
        statistics = ("mean", "p5", "p50", "p95")
        quantities: tuple[tuple[str, str, Writer], ...] = (
            ("Peak spread, bp", "peak_spread_bp", basis_points),
            ("Spread at the end, bp", "final_spread_bp", basis_points),
            ("Lowest cash, $bn", "lowest_cash", money),
            ("Outside funding, $bn", "outside_funding", money),
        )
        rows = [
            (label, [Cell(write(self._horizon(metric, issuer, s))) for s in statistics])
            for label, metric, write in quantities
        ]
        return Grid("Over the whole horizon", "", ["Mean", "P5", "P50", "P95"], rows)

    def _model(self, issuer: str) -> dict[str, Any]:
        """An issuer's parameters."""
        issuers = self.results.manifest["scenario"]["model"]["issuers"]
        return dict(issuers[self.results.issuers.index(issuer)])

    def _horizon(self, metric: str, issuer: str, statistic: str) -> Estimate:
        return self.estimates.amount(metric, issuer, HORIZON, statistic)

    def _amounts(self, metric: str, issuer: str, statistic: str = "mean") -> list[Cell]:
        found = (self.estimates.amount(metric, issuer, year, statistic) for year in self.years)
        return [Cell(money(estimate)) for estimate in found]

    def _by_year_end(self, metric: str, issuer: str, sign: str = "") -> list[Cell]:
        ends = self.ends.values()
        return [chance(self.estimates.probability(metric, issuer, end), sign) for end in ends]

    def _spread_of(
        self, label: str, metric: str, issuer: str, periods: list[str], write: Writer
    ) -> list[tuple[str, list[Cell]]]:
        """Rows of mean, P5, P50 and P95."""
        names = {"mean": f"{label}: mean", "p5": "P5", "p50": "P50", "p95": "P95"}
        return [
            (
                name,
                [Cell(write(self.estimates.amount(metric, issuer, p, key))) for p in periods],
            )
            for key, name in names.items()
        ]

    def _matrix(self, caption: str, corner: str, issuers: Sequence[str], prefix: str) -> Grid:
        rows = []
        for first in issuers:
            cells = [
                Cell("–")
                if first == second
                else chance(self.estimates.probability(prefix + second, first))
                for second in issuers
            ]
            rows.append((first, cells))
        return Grid(caption, corner, list(issuers), rows)

    def _smallest(self) -> str | None:
        """The issuer that the table leaves out of a second count, if there is one."""
        prefix = "any_failure_without:"
        metrics = self.results.summary["metric"].unique()
        return next((m.removeprefix(prefix) for m in metrics if m.startswith(prefix)), None)
