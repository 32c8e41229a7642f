"""What a path yields: the catalogue of quantities, and the row each has in a block's outcomes.

Three kinds. A *distribution* is summed, squared and put into a histogram; a *mean* is summed and
squared; a *count* is a small whole number (a quarter, a cause, a regime) whose values are counted.
Rows stand in that order. A date is a count whose last level means never.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from capexrisk.kernel.block import BLOCK

Kind = Literal["distribution", "mean", "count"]
Collect = Literal["everything", "means"]
ABSENT = -1  # the offset of a quantity that is not collected
CHANNELS = ("bonds", "secured", "private", "revolver", "equity", "finance_leases")
FLOWS = (*CHANNELS, "capex_cut", "buybacks")
TIERS = ("F0", "F1", "F2", "F3", "F4")
CAUSES = ("window", "leverage", "rationing", "tenant", "glut", "overspending")  # from 1; 0: none


class OutcomeRows(NamedTuple):
    """Offset of each quantity's first row in a block's outcomes; ABSENT if it is not collected.

    Rows of one quantity follow each other by issuer (if it has issuers), then by period.
    """

    fcf_quarter: int
    fcf_year: int
    ocf_year: int
    capex_year: int
    profit_year: int
    peak_spread: int
    final_spread: int
    lowest_cash: int
    raised: int
    market_spread: int
    utilisation: int
    demand: int
    bond_share: int
    outside_funding: int
    group_profit: int

    ocf_quarter: int
    capex_quarter: int
    profit_quarter: int
    flows_year: int  # by flow, issuer, year
    flows_total: int  # by flow, issuer
    outside_total: int  # by channel
    regime_chance: int  # by regime, quarter
    tenant_lost_chance: int

    year_state: int
    tiers: int  # by tier, issuer
    net_debt: int
    fallen_angel: int
    cut_cause: int
    failure_cause: int
    regime: int
    tenant_lost: int
    failures: int
    failures_but_smallest: int
    profit_above: int
    funding_above: int


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One line of the catalogue.

    Parameters
    ----------
    name : str
        Field of `OutcomeRows`.
    kind : {"distribution", "mean", "count"}
    shape : tuple of str
        Axes of its rows, slowest first: "issuer", "quarter", "year", "flow", "channel", "tier",
        "regime".
    levels : int
        Number of values of a count; 0 otherwise.
    """

    name: str
    kind: Kind
    shape: tuple[str, ...]
    levels: int = 0


# What a run that collects "means" has no use for: issuers by quarter, extremes, causes.
DETAIL = frozenset(
    {
        *("fcf_quarter", "ocf_quarter", "capex_quarter", "profit_quarter", "flows_year"),
        *("peak_spread", "final_spread", "lowest_cash", "net_debt", "fallen_angel"),
        *("cut_cause", "failure_cause"),
    }
)


def catalogue(quarters: int, issuers: int, collect: Collect = "everything") -> tuple[Quantity, ...]:
    """Every quantity a path yields, in the order of its rows.

    With "means": without DETAIL, and distributions as means.
    """
    if collect == "means":
        everything = catalogue(quarters, issuers)
        wanted = [q for q in everything if q.name not in DETAIL]
        return tuple(replace(q, kind="mean") if q.kind == "distribution" else q for q in wanted)
    distribution: list[tuple[str, tuple[str, ...]]] = [
        ("fcf_quarter", ("issuer", "quarter")),
        ("fcf_year", ("issuer", "year")),
        ("ocf_year", ("issuer", "year")),
        ("capex_year", ("issuer", "year")),
        ("profit_year", ("issuer", "year")),
        ("peak_spread", ("issuer",)),
        ("final_spread", ("issuer",)),
        ("lowest_cash", ("issuer",)),
        ("raised", ("issuer",)),
        ("market_spread", ("quarter",)),
        ("utilisation", ("quarter",)),
        ("demand", ("quarter",)),
        ("bond_share", ("quarter",)),
        ("outside_funding", ()),
        ("group_profit", ("year",)),
    ]
    mean: list[tuple[str, tuple[str, ...]]] = [
        ("ocf_quarter", ("issuer", "quarter")),
        ("capex_quarter", ("issuer", "quarter")),
        ("profit_quarter", ("issuer", "quarter")),
        ("flows_year", ("flow", "issuer", "year")),
        ("flows_total", ("flow", "issuer")),
        ("outside_total", ("channel",)),
        ("regime_chance", ("regime", "quarter")),
        ("tenant_lost_chance", ("quarter",)),
    ]
    date = quarters + 1
    count: list[tuple[str, tuple[str, ...], int]] = [
        ("year_state", ("issuer", "year"), 4),
        ("tiers", ("tier", "issuer"), date),
        ("net_debt", ("issuer",), date),
        ("fallen_angel", ("issuer",), date),
        ("cut_cause", ("issuer",), len(CAUSES) + 1),
        ("failure_cause", ("issuer",), len(CAUSES) + 1),
        ("regime", ("quarter",), 3),
        ("tenant_lost", (), date),
        ("failures", ("quarter",), issuers + 1),
        ("failures_but_smallest", ("quarter",), issuers + 1),
        ("profit_above", ("year",), 2),
        ("funding_above", (), 2),
    ]
    return (
        *(Quantity(name=n, kind="distribution", shape=s) for n, s in distribution),
        *(Quantity(name=n, kind="mean", shape=s) for n, s in mean),
        *(Quantity(name=n, kind="count", shape=s, levels=k) for n, s, k in count),
    )


@dataclass(frozen=True)
class OutcomeLayout:
    """Where every quantity of a scenario's paths is kept.

    Attributes
    ----------
    quantities : tuple of Quantity
    axes : dict of str to int
        Length of each axis.
    first : dict of str to int
        Number of each quantity's first row.
    distributions, amounts, rows : int
        Rows with a histogram; rows with a sum (those and the means); all rows.
    levels : int
        Most levels of any count.
    """

    quantities: tuple[Quantity, ...]
    axes: dict[str, int]
    first: dict[str, int]
    distributions: int
    amounts: int
    rows: int
    levels: int

    @classmethod
    def of(
        cls, *, quarters: int, years: int, issuers: int, collect: Collect = "everything"
    ) -> OutcomeLayout:
        """Lay out the outcomes of a scenario of this size."""
        axes = {
            "issuer": issuers,
            "quarter": quarters,
            "year": years,
            "flow": len(FLOWS),
            "channel": len(CHANNELS),
            "tier": len(TIERS),
            "regime": 3,  # open, stressed, shut
        }
        quantities = catalogue(quarters, issuers, collect)
        first: dict[str, int] = {}
        ends = {"distribution": 0, "mean": 0, "count": 0}
        row = 0
        for quantity in quantities:
            first[quantity.name] = row
            row += cls._size(quantity, axes)
            ends[quantity.kind] = row
        return cls(
            quantities=quantities,
            axes=axes,
            first=first,
            distributions=ends["distribution"],
            amounts=ends["mean"],
            rows=row,
            levels=max(q.levels for q in quantities),
        )

    @property
    def detailed(self) -> bool:
        """Whether any of it is DETAIL."""
        return not DETAIL.isdisjoint(self.first)

    @staticmethod
    def _size(quantity: Quantity, axes: dict[str, int]) -> int:
        size = 1
        for axis in quantity.shape:
            size *= axes[axis]
        return size

    def shape(self, name: str) -> tuple[int, ...]:
        """Lengths of the axes of a quantity."""
        quantity = next(q for q in self.quantities if q.name == name)
        return tuple(self.axes[axis] for axis in quantity.shape)

    def offsets(self) -> OutcomeRows:
        """The record the kernel takes: first rows as offsets into a block's flat outcomes."""
        absent = dict.fromkeys(OutcomeRows._fields, ABSENT)
        return OutcomeRows(**absent | {name: row * BLOCK for name, row in self.first.items()})
