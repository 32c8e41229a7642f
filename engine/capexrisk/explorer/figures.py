"""The figures of a page: which estimates, their values in every net, and one histogram."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import permutations
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from capexrisk.estimate.by_replicate import ByReplicate, shares_below
from capexrisk.estimate.distribution import Distribution
from capexrisk.estimate.estimates import distribution, estimator_of
from capexrisk.estimate.lines import Line, Lines
from capexrisk.estimate.metric import QUANTILES
from capexrisk.estimate.metrics import HORIZON, SYSTEM, failures_metric
from capexrisk.estimate.names import Name
from capexrisk.estimate.table import EstimateTable, sample_of
from capexrisk.explorer.catalogue import MOST_PAIRED
from capexrisk.explorer.view import View
from capexrisk.model.vocabulary import CAUSES, CHANNELS

if TYPE_CHECKING:
    from capexrisk.archive.results import Results
    from capexrisk.estimate.totals import Totals
    from capexrisk.lowering import LoweredScenario

__all__ = [
    "FAILURE",
    "FAN",
    "FREE_CASH_FLOW",
    "NEGATIVE",
    "PARTS",
    "SHARE_OF_CAUSE",
    "TAIL",
    "Figures",
    "Floats",
    "Part",
    "edges_between",
    "names_shown",
    "read_figures",
]

Floats = NDArray[np.float64]

Part = Literal["failures", "fan", "year", "funding", "market", "grade", "together"]
PARTS: Final[tuple[Part, ...]] = get_args(Part)
FAILURE: Final = "funding_failure"
FALL: Final = "fall_to_high_yield"
NEGATIVE: Final = "negative_fcf_given_survival"
FREE_CASH_FLOW: Final = "free_cash_flow_while_alive"
SHARE_OF_CAUSE: Final = "funding_failure_by_{}_given_funding_failure"
FAN: Final = tuple(f"p{100.0 * level:g}" for level in QUANTILES)
BINS: Final = 48
TAIL: Final = 0.01
LEAST_MARGIN: Final = 1e-3  # $bn


class Figures(NamedTuple):
    """Estimates of a scenario, as it stands or moved.

    Attributes
    ----------
    found : dict of Name to ByReplicate
    edges : ndarray, shape (BINS + 1,)
        Of a histogram of the free cash flow that is looked at; the outer bins are open.
    bins : ndarray, shape (32, BINS)
        Share of paths in each, as each net tells it.
    """

    found: dict[Name, ByReplicate]
    edges: Floats
    bins: Floats


def read_figures(
    totals: Totals,
    lowered: LoweredScenario,
    view: View,
    parts: Collection[Part] = PARTS,
    ghost: Floats | None = None,
) -> Figures:
    """Estimate what a view shows.

    Parameters
    ----------
    totals : Totals
    lowered : LoweredScenario
    view : View
    parts : collection of str
        Charts that are drawn, beside the table.
    ghost : ndarray, optional
        Edges of the histogram to compare with.
    """
    names = list(names_shown(lowered, parts, view.issuer, view.year))
    table = EstimateTable(totals, lowered, dict.fromkeys(name.metric for name in names))
    found = {name: table[name] for name in names if name in table}
    lines = Lines(lowered)
    edges = np.linspace(-1.0, 1.0, BINS + 1) if ghost is None else ghost
    bins = np.zeros((totals.replicates, BINS))
    fans = []
    for line in _lines_with_fans(lines, parts, view):
        sample, row = sample_of(line, totals, lines)
        if sample.counted:  # somebody is alive
            pooled = distribution(sample, row, lines.atoms(line), lines.unit(line))
            fans.append((line, pooled, sample.histogram[:, row]))
    if fans:
        together = Distribution.of_several([pooled for _, pooled, _ in fans])
        each = [counts for *_, counts in fans]
        quantiles = iter(estimator_of(totals).quantiles(together, each, QUANTILES))
        for line, _, _ in fans:
            for statistic in FAN:
                found[Name(line.issuer, line.period, line.name, statistic)] = next(quantiles)
    for line, pooled, counts in fans:
        if line.name == FREE_CASH_FLOW and line.period == view.year:
            if ghost is None:
                edges = edges_between(*pooled.quantile(np.array([TAIL, 1.0 - TAIL])))
            below = shares_below(pooled, [counts], edges[1:-1])
            bins = np.diff(below, axis=1, prepend=0.0, append=1.0)
    return Figures(found, edges, bins)


def _lines_with_fans(lines: Lines, parts: Collection[Part], view: View) -> Iterator[Line]:
    """The market's spread by quarter, the issuer's free cash flow by quarter and in the year."""
    if "market" in parts:
        yield from lines.of("market_spread_bp")
    for line in lines.of(FREE_CASH_FLOW):
        part: Part = "year" if line.period == view.year else "fan"
        drawn = line.period in (*lines.lowered.quarters, view.year)
        if line.issuer == view.issuer and part in parts and drawn:
            yield line


def edges_between(low: float, high: float) -> Floats:
    """Edges of bins from P1 to P99, and half of that beyond on either side."""
    margin = max(0.5 * (high - low), LEAST_MARGIN)
    edges: Floats = np.linspace(low - margin, high + margin, BINS + 1)
    return edges


def names_shown(
    of: LoweredScenario | Results, parts: Collection[Part], issuer: str, year: str
) -> Iterator[Name]:
    """Estimates of a view but for fans; some may not exist, such as pairs of a single issuer.

    Parameters
    ----------
    of : LoweredScenario or Results
        Whose issuers, quarters and years are shown.
    parts : collection of str
        Charts that are drawn, beside the table.
    issuer, year : str
        Whose free cash flow is looked at, and of which year.
    """
    end = of.quarters[-1]
    for firm in of.issuers:
        for quarter in of.quarters if "failures" in parts else (end,):
            yield Name(firm, quarter, FAILURE, "probability")
        for quarter in of.quarters if "grade" in parts else ():
            yield Name(firm, quarter, FALL, "probability")
        for label in of.years:
            yield Name(firm, label, NEGATIVE, "probability")
        for cause in CAUSES:
            yield Name(firm, HORIZON, SHARE_OF_CAUSE.format(cause), "probability")
        for channel in CHANNELS if "funding" in parts else ():
            yield Name(firm, HORIZON, f"raised_{channel}", "mean")
    paired = of.issuers[:MOST_PAIRED] if "together" in parts else ()
    for firm, other in permutations(paired, 2):
        yield Name(firm, HORIZON, f"failure_given_failure_of:{other}", "probability")
    for quarter in of.quarters if "market" in parts else ():
        yield Name(SYSTEM, quarter, "utilisation", "mean")
    for count in range(1, len(of.issuers) + 1):
        yield Name(SYSTEM, end, failures_metric(count), "probability")
    yield Name(SYSTEM, end, "expected_failures", "mean")
    yield Name(issuer, year, FREE_CASH_FLOW, "mean")
