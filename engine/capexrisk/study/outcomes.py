"""Outcomes of every single path, for chosen quantities and in memory."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from capexrisk.lowering import lower
from capexrisk.run.outcomes import collect_outcomes
from capexrisk.run.plan import RunPlan
from capexrisk.scenario import Scenario
from capexrisk.scenario.plan import DEFAULT_PATHS, Backend, Sampler


def path_outcomes(
    scenario: Scenario,
    names: Sequence[str],
    *,
    paths: int = DEFAULT_PATHS,
    seed: int = 0,
    sampler: Sampler = "sobol",
    n_jobs: int | None = -1,
    backend: Backend | None = None,
) -> pd.DataFrame:
    """Simulate a scenario and return chosen outcomes of every path.

    Parameters
    ----------
    scenario : Scenario
        From `load_scenario`.
    names : sequence of str
        Columns of the files that ``--keep-paths`` writes: ``"fcf_year/Amazon/2026"``,
        ``"tiers/F4/Oracle"``, ``"market_spread/2026Q4"``, ``"outside_funding"``.
    paths, seed, sampler, n_jobs, backend
        As for `simulate`: the same arguments give the same paths.

    Returns
    -------
    DataFrame
        One column per name, in $bn, basis points or as a count (a date is the quarter's number from
        0; the number of quarters means never); one row per path, 8 bytes per value. The index holds
        the path numbers that `replay` takes: net after net by blocks of points, in the order in
        which a run adds them up. Paths that are not finite are NaN.

    Raises
    ------
    UnknownName
        If a path has no such outcome; the message names the nearest.
    ValueError
        If an argument is out of range.
    KernelFault
        If more than one path in 10,000 is not finite.

    Examples
    --------
    >>> import capexrisk as cr
    >>> scenario = cr.load_scenario("configs/hyperscalers-2026.toml")
    >>> found = cr.path_outcomes(scenario, ["fcf_year/Oracle/2026"], paths=4_096, seed=1)
    >>> found["fcf_year/Oracle/2026"].quantile(0.05).item()
    -42.2
    """
    plan = RunPlan(
        paths=paths,
        seed=seed,
        sampler=sampler,
        jobs=n_jobs,
        backend=backend,
    )
    return collect_outcomes(lower(scenario), plan, list(names))
