"""Outcomes of a path: the catalogue of quantities, and their rows in a block's outcomes.

There are three kinds. A *distribution* is summed, squared and put into a histogram; a *mean* is
summed and squared; a *count* is a small whole number (a quarter, a cause, a regime) whose values
are counted. Rows are in that order. A date is a count whose last level means never.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel.block import ABSENT, BLOCK
from capexrisk.model.vocabulary import CAUSES, CHANNELS, FLOWS, REGIMES, TIERS
from capexrisk.scenario.plan import Collect

Kind = Literal["distribution", "mean", "count"]


@dataclass(frozen=True)
class Quantity:
    """A quantity of the catalogue.

    Parameters
    ----------
    name : str
        Field of `OutcomeRows`.
    kind : {"distribution", "mean", "count"}
    axes : tuple of str
        Axes of its rows, slowest first: "issuer", "quarter", "year", "flow", "channel", "tier",
        "regime".
    levels : int or str
        Number of values of a count, or the axis that has one value fewer; 0 for an amount.
    detail : bool
        Whether a run that collects "means" leaves it out: issuers by quarter, extremes, causes.
    money : bool
        Whether it is a distribution of money: its histogram is in the issuer's or system's unit.
    """

    name: str
    kind: Kind
    axes: tuple[str, ...] = ()
    levels: int | str = 0
    detail: bool = False
    money: bool = False


DATE = "quarter"  # levels of a date: each quarter, and never
CATALOGUE = (
    Quantity("fcf_quarter", "distribution", ("issuer", "quarter"), detail=True, money=True),
    Quantity("fcf_year", "distribution", ("issuer", "year"), money=True),
    Quantity("ocf_year", "distribution", ("issuer", "year"), money=True),
    Quantity("capex_year", "distribution", ("issuer", "year"), money=True),
    Quantity("profit_year", "distribution", ("issuer", "year"), money=True),
    Quantity("peak_spread", "distribution", ("issuer",), detail=True),
    Quantity("final_spread", "distribution", ("issuer",), detail=True),
    Quantity("lowest_cash", "distribution", ("issuer",), detail=True, money=True),
    Quantity("final_cash", "distribution", ("issuer",), detail=True, money=True),
    Quantity("raised", "distribution", ("issuer",), money=True),
    Quantity("market_spread", "distribution", ("quarter",)),
    Quantity("utilisation", "distribution", ("quarter",)),
    Quantity("demand", "distribution", ("quarter",), money=True),
    Quantity("bond_share", "distribution", ("quarter",)),
    Quantity("outside_funding", "distribution", money=True),
    Quantity("group_profit", "distribution", ("year",), money=True),
    Quantity("ocf_quarter", "mean", ("issuer", "quarter"), detail=True),
    Quantity("capex_quarter", "mean", ("issuer", "quarter"), detail=True),
    Quantity("profit_quarter", "mean", ("issuer", "quarter"), detail=True),
    Quantity("interest_year", "mean", ("issuer", "year")),
    Quantity("advances_year", "mean", ("issuer", "year")),
    Quantity("final_advance", "mean", ("issuer",), detail=True),
    Quantity("flows_year", "mean", ("flow", "issuer", "year"), detail=True),
    Quantity("flows_total", "mean", ("flow", "issuer")),
    Quantity("outside_total", "mean", ("channel",)),
    Quantity("regime_chance", "mean", ("regime", "quarter")),
    Quantity("anchor_lost_chance", "mean", ("quarter",)),
    Quantity("year_state", "count", ("issuer", "year"), 4),
    Quantity("tiers", "count", ("tier", "issuer"), DATE),
    Quantity("net_debt", "count", ("issuer",), DATE, detail=True),
    Quantity("fall_to_high_yield", "count", ("issuer",), DATE, detail=True),
    Quantity("cut_cause", "count", ("issuer",), len(CAUSES) + 1, detail=True),
    Quantity("failure_cause", "count", ("issuer",), len(CAUSES) + 1, detail=True),
    Quantity("regime", "count", ("quarter",), len(REGIMES)),
    Quantity("anchor_lost", "count", (), DATE),
    Quantity("failures", "count", ("quarter",), "issuer"),
    Quantity("failures_but_smallest", "count", ("quarter",), "issuer"),
    Quantity("profit_above", "count", ("year",), 2),
    Quantity("funding_above", "count", (), 2),
)
# Offset of each quantity's first row in a block's outcomes; ABSENT if it is not collected. Rows of
# one quantity follow each other by issuer (if it has issuers), then by period.
OutcomeRows: Any = namedtuple(  # type: ignore[misc]
    "OutcomeRows", [quantity.name for quantity in CATALOGUE]
)


@dataclass(frozen=True)
class OutcomeLayout:
    """Layout of the rows that hold the quantities of a scenario's paths.

    Attributes
    ----------
    quantities : dict of str to Quantity
        The collected quantities by name, in the order of their rows; with "means", distributions
        become means.
    axes : dict of str to int
        Length of each axis.
    first : dict of str to int
        Number of each quantity's first row.
    distributions, amounts, rows : int
        Rows with a histogram; rows with a sum (those and the means); all rows.
    levels : int
        Most levels of any count.
    """

    quantities: dict[str, Quantity]
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
            "regime": len(REGIMES),
        }
        return cls._laid_out(_collected(collect), axes)

    @classmethod
    def _laid_out(cls, collected: Iterable[Quantity], axes: dict[str, int]) -> OutcomeLayout:
        """Lay out quantities of which the distributions come first, then the means."""
        quantities = {quantity.name: quantity for quantity in collected}
        first: dict[str, int] = {}
        ends = {"distribution": 0, "mean": 0, "count": 0}
        row = 0
        for quantity in quantities.values():
            first[quantity.name] = row
            row += prod(axes[axis] for axis in quantity.axes)
            ends[quantity.kind] = row
        return cls(
            quantities=quantities,
            axes=axes,
            first=first,
            distributions=ends["distribution"],
            amounts=ends["mean"],
            rows=row,
            levels=max(_levels(quantity, axes) for quantity in quantities.values()),
        )

    def __hash__(self) -> int:
        # Of its sizes: what is worked out of a layout is worked out once.
        return hash((self.distributions, self.amounts, self.rows, self.levels))

    def with_histograms(self, names: Collection[str]) -> OutcomeLayout:
        """The same quantities, of which only these have histograms: the others become means."""
        fewer = [
            replace(quantity, kind="mean")
            if quantity.kind == "distribution" and quantity.name not in names
            else quantity
            for quantity in self.quantities.values()
        ]
        fewer.sort(key=lambda quantity: get_args(Kind).index(quantity.kind))
        return self._laid_out(fewer, self.axes)

    @property
    def detailed(self) -> bool:
        """Whether any quantity is detail."""
        return any(quantity.detail for quantity in self.quantities.values())

    def shape(self, name: str) -> tuple[int, ...]:
        """Lengths of the axes of a quantity."""
        return tuple(self.axes[axis] for axis in self.quantities[name].axes)

    def levels_of(self, name: str) -> int:
        """Number of values of a count; 0 for an amount."""
        return _levels(self.quantities[name], self.axes)

    def units(self, money_units: NDArray[np.float64]) -> NDArray[np.float64]:
        """Unit of each row with a histogram, (distributions,).

        Parameters
        ----------
        money_units : ndarray, shape (issuers + 1,)
            See `Schedule`.
        """
        units: NDArray[np.float64] = np.append(money_units, 1.0)[_money_units(self)]
        return units

    def offsets(self) -> OutcomeRows:
        """The layout for the kernel: first rows as offsets into a block's flat outcomes."""
        collected = {name: row * BLOCK for name, row in self.first.items()}
        return OutcomeRows(*(collected.get(quantity.name, ABSENT) for quantity in CATALOGUE))


@lru_cache
def _money_units(layout: OutcomeLayout) -> NDArray[np.int64]:
    """Number of each histogram's unit: an issuer's, of all issuers together, or 1."""
    issuers = layout.axes["issuer"]
    together, one = issuers, issuers + 1
    found = np.full(layout.distributions, one)
    for name, quantity in layout.quantities.items():
        if quantity.kind == "distribution" and quantity.money:
            own = np.arange(issuers) if "issuer" in quantity.axes else np.array([together])
            begin, rows = layout.first[name], prod(layout.shape(name))
            found[begin : begin + rows] = np.repeat(own, rows // own.size)
    return found


def _collected(collect: Collect) -> tuple[Quantity, ...]:
    if collect == "everything":
        return CATALOGUE
    return tuple(
        replace(quantity, kind="mean") if quantity.kind == "distribution" else quantity
        for quantity in CATALOGUE
        if not quantity.detail
    )


def _levels(quantity: Quantity, axes: dict[str, int]) -> int:
    levels = quantity.levels
    return axes[levels] + 1 if isinstance(levels, str) else levels
