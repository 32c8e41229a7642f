"""Outcomes of single paths: their names, and chosen ones of every path in memory."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from capexrisk.errors import UnknownName, suggest
from capexrisk.kernel.simulate import simulate_chunk
from capexrisk.lowering import LoweredScenario
from capexrisk.model.vocabulary import CHANNELS, FLOWS, REGIMES, TIERS
from capexrisk.points.draws import Draws
from capexrisk.run.chunks import draws_of
from capexrisk.run.execute import refuse_broken
from capexrisk.run.plan import Chunk, RunPlan
from capexrisk.run.workers.backends import run_in_order

if TYPE_CHECKING:
    import pandas as pd


def outcome_names(lowered: LoweredScenario) -> list[str]:
    """Names of a path's outcomes in the order of rows: "fcf_year/Amazon/2026"."""
    labels = {
        "issuer": lowered.issuers,
        "quarter": lowered.quarters,
        "year": lowered.years,
        "flow": FLOWS,
        "channel": CHANNELS,
        "tier": TIERS,
        "regime": REGIMES,
    }
    return [
        "/".join((quantity.name, *place))
        for quantity in lowered.layout.quantities.values()
        for place in product(*(labels[axis] for axis in quantity.axes))
    ]


def outcome_rows(names: Sequence[object], lowered: LoweredScenario) -> list[int]:
    """Rows of the layout that hold the outcomes with these names.

    Raises
    ------
    UnknownName
        If a path has no such outcome.
    """
    rows = {name: row for row, name in enumerate(outcome_names(lowered))}
    for name in names:
        if not isinstance(name, str) or name not in rows:
            hint = suggest(name, rows, "give a name such as fcf_year/ISSUER/YEAR")
            raise UnknownName(f"{name}: is not an outcome of a path; {hint}")
    return [rows[str(name)] for name in names]


def collect_outcomes(
    lowered: LoweredScenario, plan: RunPlan, names: Sequence[str], draws: Draws | None = None
) -> pd.DataFrame:
    """Chosen outcomes of all paths of a plan; its targets and time limit are ignored.

    Parameters
    ----------
    lowered : LoweredScenario
        Lowered for "everything".
    plan : RunPlan
    names : sequence of str
        See `outcome_names`.
    draws : Draws, optional
        Draws to use instead of the plan's own, as for `execute`.

    Returns
    -------
    DataFrame
        One column per name, one row per path; see `study.outcomes.path_outcomes`.

    Raises
    ------
    UnknownName
        If a path has no such outcome.
    KernelFault
        If more than one path in 10,000 is not finite.
    DimensionError
        If a path has more draws than the plan's sampler can give.
    """
    import pandas as pd  # late: a run needs none while its paths are simulated

    rows = outcome_rows(names, lowered)
    draws = draws_of(lowered, plan) if draws is None else draws
    values, paths = np.empty((plan.run_paths, len(rows))), np.empty(plan.run_paths, dtype=np.int64)
    chunks = list(plan.chunks())
    tasks = ((lowered, draws, chunk, rows) for chunk in chunks)
    done = 0
    for chunk, found in zip(chunks, run_in_order(plan, chunk_outcomes, tasks), strict=True):
        own = slice(done, done + chunk.paths)
        values[own], paths[own] = found, chunk.first_path + np.arange(chunk.paths)
        done += chunk.paths
    refuse_broken(int(np.isnan(values).all(axis=1).sum()) if rows else 0, done)
    return pd.DataFrame(values, pd.Index(paths, name="path"), list(names))


def chunk_outcomes(
    lowered: LoweredScenario, draws: Draws, chunk: Chunk, rows: Sequence[int]
) -> NDArray[np.float64]:
    """Rows of the layout for every path of a chunk, (paths, rows); NaN for broken paths."""
    _, kept = simulate_chunk(
        lowered.market,
        lowered.schedule,
        lowered.layout,
        source=draws.source(chunk.first_path),
        paths=chunk.paths,
        keep=rows,
    )
    return kept
