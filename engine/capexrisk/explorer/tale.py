"""One path of the year's free cash flow that is looked at, told quarter by quarter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from capexrisk.errors import ArgumentError
from capexrisk.estimate.lines import Line, Lines
from capexrisk.explorer.figures import FREE_CASH_FLOW
from capexrisk.explorer.view import View
from capexrisk.kernel.points import path_number
from capexrisk.lowering import LoweredScenario
from capexrisk.points.draws import Draws
from capexrisk.report.content.story import story
from capexrisk.report.writing.numbers import signed
from capexrisk.run.outcomes import chunk_outcomes
from capexrisk.run.plan import REPLICATES, RunPlan
from capexrisk.study.replay import replay_number

__all__ = ["path_at", "path_between", "refuse_unknown_path", "tale"]

Json = dict[str, Any]
Floats = NDArray[np.float64]
BETWEEN: Final = "no path of these lies there; choose a higher bar"


def path_between(
    lowered: LoweredScenario, draws: Draws, points: int, view: View, low: float, high: float
) -> int:
    """Number of a path of which the free cash flow lies between two, $bn.

    Of the first chunk of paths that has any there, it is the one in their middle.

    Parameters
    ----------
    lowered : LoweredScenario
    draws : Draws
    points : int
        Of each net.
    view : View
        Whose free cash flow, and of which year.
    low, high : float
        -inf and inf for no end.

    Raises
    ------
    ArgumentError
        If there is none.
    """
    for values, paths in _chunks(lowered, draws, points, view):
        inside = np.flatnonzero((values >= low) & (values < high))
        if inside.size:
            ordered = inside[np.argsort(values[inside], kind="stable")]
            return int(paths[ordered[inside.size // 2]])
    raise ArgumentError("path", BETWEEN)


def path_at(lowered: LoweredScenario, draws: Draws, points: int, view: View, share: float) -> int:
    """Number of the path below which a share of the first net's paths lies; see `path_between`."""
    if not 0.0 <= share <= 1.0:
        raise ArgumentError("share", f"{share:g} is out of range; give 0 to 1")
    values, paths = next(_chunks(lowered, draws, points, view))
    alive = np.flatnonzero(~np.isnan(values))
    if not alive.size:
        raise ArgumentError("path", "it has failed before on all of them; choose an earlier year")
    ordered = alive[np.argsort(values[alive], kind="stable")]
    return int(paths[ordered[min(int(share * alive.size), alive.size - 1)]])


def refuse_unknown_path(path: int, points: int) -> None:
    """Refuse a number that is not one of the paths of the charts.

    Raises
    ------
    ArgumentError
    """
    if not any(0 <= path - path_number(net, 0) < points for net in range(REPLICATES)):
        raise ArgumentError("path", f"{path} is not among the paths of the charts; choose another")


def tale(lowered: LoweredScenario, draws: Draws, path: int, view: View) -> Json:
    """A path in the words of `capexrisk replay`: its market and one issuer, by quarter."""
    table = replay_number(lowered, draws, path)
    own = table[table["issuer"] == view.issuer]
    of_year = own["quarter"].str.startswith(view.year[:4])
    lines = list(story(table, lowered.scenario.words, [view.issuer]))
    quarters = []
    for market, issuer in zip(lines[::2], lines[1::2], strict=True):
        quarter, _, said = market.partition(": ")
        quarters.append({"quarter": quarter, "market": said, "issuer": issuer.strip()})
    return {
        "path": path,
        "flow": signed(float(own["free_cash_flow"][of_year].sum()), 1),
        "quarters": quarters,
    }


def _chunks(
    lowered: LoweredScenario, draws: Draws, points: int, view: View
) -> Iterator[tuple[Floats, NDArray[np.int64]]]:
    """The free cash flow on each path, NaN where it has failed before, and the paths' numbers."""
    lines = Lines(lowered)
    line = _line(lines, view)
    rows = [lines.row(line), lines.row_of_failure(line.who)]
    for chunk in RunPlan(paths=REPLICATES * points, seed=0).chunks():
        flow, failure = chunk_outcomes(lowered, draws, chunk, rows).T
        paths = chunk.first_path + np.arange(chunk.paths)
        yield np.where(failure >= lines.first_quarter(line), flow, np.nan), paths


def _line(lines: Lines, view: View) -> Line:
    of_year = (line for line in lines.of(FREE_CASH_FLOW) if line.period == view.year)
    return next(line for line in of_year if line.issuer == view.issuer)
