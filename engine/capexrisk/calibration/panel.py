"""Quarters of many firms: operating cash flow and capex, in logs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.errors import HistoryError
from capexrisk.scenario.issuer import LONGEST_NAME

from .table import column_of, number_in, quarter_label, quarter_of, read_rows

__all__ = ["CAPEX", "CASH_FLOW", "LEAST_QUARTERS", "Flow", "Panel", "read_panel"]

LEAST_QUARTERS: Final = (
    8  # two years: each season is seen twice; five numbers go to these and a trend
)
LEAST_FIRMS: Final = 3  # of two, one cannot say how firms differ
NEAR_ZERO: Final = 0.1  # of a flow's median: the log of what lies below makes noise of a small sum
CASH_FLOW: Final = "operating_cash_flow_usd_bn"
CAPEX: Final = "capex_usd_bn"


class Flow(NamedTuple):
    """A firm's flow over quarters without a gap.

    Attributes
    ----------
    first : int
        First quarter, as `table.quarter_of` counts.
    log_usd_bn : (T,) array
    """

    first: int
    log_usd_bn: NDArray[np.float64]

    @property
    def quarters(self) -> NDArray[np.int64]:
        """Number of each quarter."""
        return self.first + np.arange(self.log_usd_bn.size)


@dataclass(frozen=True)
class Panel:
    """Firms' quarters.

    Attributes
    ----------
    name : str
        The file.
    flows : dict of str to dict of str to Flow
        By column, then by firm.
    left_out : tuple of str
        Sentences: what was not used, and why.
    """

    name: str
    flows: dict[str, dict[str, Flow]]
    left_out: tuple[str, ...]


def read_panel(path: Path) -> Panel:
    """Read a table with the columns issuer, quarter, operating_cash_flow_usd_bn, capex_usd_bn.

    Other columns are ignored; an empty cell is a quarter that is not known. Of each flow the last
    quarters without a gap count, and of these only those after the last one below a tenth of their
    median. A flow with a quarter at or below 0 has no logs, and one of fewer than 8 quarters tells
    no season: they are left out and named.

    Raises
    ------
    HistoryError
        What cannot be read, a quarter that a firm has twice, fewer than three firms that are left.
    """
    names, rows = read_rows(path)
    for wanted in ("issuer", "quarter", CASH_FLOW, CAPEX):
        column_of(path, names, wanted)
    amounts: dict[str, dict[str, dict[int, float]]] = {CASH_FLOW: {}, CAPEX: {}}
    seen: set[tuple[str, int]] = set()
    for row in rows:
        firm = row.cells["issuer"]
        if not 0 < len(firm) <= LONGEST_NAME or not firm.isprintable():
            what = f"issuer is {firm!r}" if firm else "issuer is empty"
            raise HistoryError(row.where, what, f"name the firm in up to {LONGEST_NAME} letters")
        quarter, _ = quarter_of(row, "quarter")
        if (firm, quarter) in seen:
            what = f"{firm} has {quarter_label(quarter)} twice"
            raise HistoryError(row.where, what, "give each quarter once")
        seen.add((firm, quarter))
        for column, by_firm in amounts.items():
            own = by_firm.setdefault(firm, {})
            if row.cells[column]:
                own[quarter] = number_in(row, column)
    flows: dict[str, dict[str, Flow]] = {}
    left_out: list[str] = []
    for column, by_firm in amounts.items():
        flows[column] = {}
        for firm, own in by_firm.items():
            flow = _last_run(own)
            small = _last_small(flow)
            if small is not None:
                label = quarter_label(flow.first + small)
                left_out.append(
                    f"{firm}, {column}: the quarters to {label}, which is below a tenth of the "
                    "median: its logarithm would make noise of a small sum."
                )
                flow = Flow(flow.first + small + 1, flow.log_usd_bn[small + 1 :])
            problem = _problem(own, flow)
            if problem is None:
                flows[column][firm] = flow
            else:
                left_out.append(f"{firm}, {column}: {problem}.")
        if len(flows[column]) < LEAST_FIRMS:
            what = f"{len(flows[column])} firms have {LEAST_QUARTERS} quarters of {column}"
            raise HistoryError(str(path), what, f"give {LEAST_FIRMS} or more")
    return Panel(path.name, flows, tuple(left_out))


def _last_run(own: dict[int, float]) -> Flow:
    """The last quarters without a gap; logs are NaN where an amount is not positive."""
    last = max(own, default=0)
    first = last
    while first - 1 in own:
        first -= 1
    values = np.array([own[quarter] for quarter in range(first, last + 1) if quarter in own])
    logs = np.full(values.size, np.nan)
    logs[values > 0.0] = np.log(values[values > 0.0])
    return Flow(first, logs)


def _last_small(flow: Flow) -> int | None:
    """Position of the last quarter below a tenth of the median, if there is one."""
    if np.isnan(flow.log_usd_bn).any() or not flow.log_usd_bn.size:
        return None  # it is refused
    small = np.flatnonzero(flow.log_usd_bn < np.median(flow.log_usd_bn) + np.log(NEAR_ZERO))
    return int(small[-1]) if small.size else None


def _problem(own: dict[int, float], flow: Flow) -> str | None:
    """Why a flow cannot be used, if so."""
    negative = int(np.isnan(flow.log_usd_bn).sum())
    if negative:
        words = "quarter is" if negative == 1 else "quarters are"
        return f"{negative} {words} at or below 0, which has no logarithm; give its noise by hand"
    if flow.log_usd_bn.size < LEAST_QUARTERS:
        gap = " since the last gap" if len(own) > flow.log_usd_bn.size else ""
        return f"{flow.log_usd_bn.size} quarters{gap} are fewer than {LEAST_QUARTERS}"
    if np.ptp(flow.log_usd_bn) == 0.0:
        return "it never moves"
    return None
