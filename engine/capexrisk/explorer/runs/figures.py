"""The figures of a page from the tables of a finished run, as far as it keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan
from typing import Any, Final

import numpy as np

from capexrisk.archive.results import Results
from capexrisk.estimate.density import Density
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.intervals import normal_half_width
from capexrisk.estimate.metrics import SYSTEM, failures_metric
from capexrisk.estimate.names import Name
from capexrisk.explorer.figures import (
    FAILURE,
    FAN,
    FREE_CASH_FLOW,
    NEGATIVE,
    PARTS,
    TAIL,
    Floats,
    edges_between,
    names_shown,
)
from capexrisk.explorer.runs.view import RunView
from capexrisk.report.writing.estimates import Estimates, last_quarters
from capexrisk.report.writing.spread import Spread, spread_in_per_cent, spread_of_amount

__all__ = ["estimates_of", "histogram", "missing", "over_inputs", "rows_of"]

Json = dict[str, Any]
MARKET_SPREAD: Final = "market_spread_bp"
NO_DISTRIBUTIONS: Final = (
    "The run keeps no distributions: it collected means only. "
    'simulate(..., collect="everything") keeps them.'
)
NO_GRADES: Final = "The run does not tell who falls to high yield: it collected means only."
NO_CAUSE: Final = "not kept"


def estimates_of(results: Results, issuer: str, year: str) -> dict[Name, Estimate]:
    """Estimates that a page shows of a run; those that it does not keep are left out.

    Parameters
    ----------
    results : Results
    issuer, year : str
        Whose free cash flow is looked at, and of which year.
    """
    names = (*names_shown(results, PARTS, issuer, year), *_fans(results, issuer))
    return {name: results.lookup[name] for name in names if name in results.lookup}


def _fans(results: Results, issuer: str) -> Iterator[Name]:
    for statistic in FAN:
        for quarter in results.quarters:
            yield Name(SYSTEM, quarter, MARKET_SPREAD, statistic)
        for period in (*results.quarters, *results.years):
            yield Name(issuer, period, FREE_CASH_FLOW, statistic)


def missing(results: Results) -> dict[str, str]:
    """What the run does not keep, by the part of the page that would show it, in a sentence."""
    kept = results.manifest.run.collect == "everything"
    if kept:
        return {}
    return {**dict.fromkeys(("fan", "year", "market"), NO_DISTRIBUTIONS), "grade": NO_GRADES}


def histogram(run: Results, behind: Results | None, view: RunView) -> Json | None:
    """Free cash flow of an issuer in a year, of a run and of the one behind it.

    A run keeps its histograms for all paths together, not net by net: the errors are those of as
    many independent paths, and usually too large for points of nets.

    Returns
    -------
    dict or None
        As `telling.told` has it; ``base`` is None where the run behind has no such histogram. None
        where the run has none.
    """
    own = _density(run, view)
    if own is None:
        return None
    other = None if behind is None else _density(behind, view)
    low, high = (other or own).quantile(np.array([TAIL, 1.0 - TAIL]))
    edges = edges_between(low, high)
    shares = _shares(own, edges)
    return {
        "edges": edges.tolist(),
        "shares": shares.tolist(),
        "half": (normal_half_width() * np.sqrt(shares * (1.0 - shares) / own.paths)).tolist(),
        "base": None if other is None else _shares(other, edges).tolist(),
    }


def _density(results: Results, view: RunView) -> Density | None:
    cells = results.distributions
    at = (cells["metric"] == FREE_CASH_FLOW) & (cells["issuer"] == view.issuer)
    cells = cells[at & (cells["period"] == view.year)]
    return Density.of(cells) if cells["count"].sum() else None


def _shares(density: Density, edges: Floats) -> Floats:
    """Share of paths in each bin; the outer bins are open."""
    shares: Floats = np.diff(density.cumulative(edges[1:-1]), prepend=0.0, append=1.0)
    return shares


def rows_of(results: Results, rows: Sequence[Json]) -> list[Json]:
    """Rows of the table with what a run adds: ranges over the inputs in words, what is missing."""
    if missing(results):
        rows = [{**row, "cause": NO_CAUSE} for row in rows]
    if results.inputs is not None:
        estimates, end = Estimates(results), results.quarters[-1]
        rows = [{**row, **_ranges(estimates, row, end)} for row in rows]
    return list(rows)


def _ranges(estimates: Estimates, row: Json, end: str) -> Json:
    if not row["issuer"]:
        several = estimates.spread(failures_metric(row["count"]), SYSTEM, end)
        return {"failure_over": spread_in_per_cent(several)}
    return {
        "failure_over": spread_in_per_cent(estimates.spread(FAILURE, row["issuer"], end)),
        "negative_over": spread_in_per_cent(estimates.spread(NEGATIVE, row["issuer"], row["year"])),
    }


def over_inputs(results: Results, view: RunView) -> Json | None:
    """How far what is looked at moves with the inputs; None where the run did not draw them.

    Returns
    -------
    dict or None
        ``curve`` has P5 and P95 of the chance that the issuer has failed, by quarter where that is
        known, in numbers and in words; ``cash_flow`` the range of its mean in the year in words.
    """
    if results.inputs is None:
        return None
    estimates = Estimates(results)
    curve = {}
    for quarter in last_quarters(results).values():
        spread = estimates.spread(FAILURE, view.issuer, quarter)
        ends = None if spread is None else _ends(spread)
        if ends is not None:
            curve[quarter] = [*ends, spread_in_per_cent(spread)]
    of_mean = estimates.spread(FREE_CASH_FLOW, view.issuer, view.year, "mean")
    return {"curve": curve, "cash_flow": spread_of_amount(of_mean)}


def _ends(spread: Spread) -> tuple[float, float] | None:
    """P5 and P95 of a chance; one that cannot be told from 0 or 1 stands at its interval's end."""
    low, high = (
        outer if isnan(end.value) else end.value
        for end, outer in ((spread.low, spread.low.ci_low), (spread.high, spread.high.ci_high))
    )
    return None if isnan(low) or isnan(high) else (low, high)
