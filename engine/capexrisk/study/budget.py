"""How to split a budget of paths between points of the inputs and paths at each, from a pilot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from capexrisk.errors import ArgumentError, refuse_type, whole_number, whole_number_in_range
from capexrisk.estimate.budget_split import Split, propose_split
from capexrisk.estimate.conditional import ConditionalEstimates
from capexrisk.estimate.names import resolve
from capexrisk.lowering import lower
from capexrisk.run.chunks import all_draws_of
from capexrisk.run.execute import execute
from capexrisk.run.plan import REPLICATES, RunPlan
from capexrisk.scenario import Scenario
from capexrisk.scenario.plan import INNER, MOST_PATHS
from capexrisk.scenario.schema import FROM_A_FILE

__all__ = ["Split", "budget_split"]

POINTS: Final = 2 * REPLICATES  # of the pilot
COST_OF_POINT: Final = 150.0  # in paths: a scenario is lowered in half a millisecond, and totalled


def budget_split(
    scenario: Scenario, names: Sequence[str], *, paths: int = 262_144, seed: int = 0
) -> Split:
    """Propose points of the inputs and paths at each, so that the spread is best known.

    A pilot of 64 points with 128 paths each tells how much of the spread of the estimates is that
    of the paths; see `estimate.budget_split.propose_split`.

    Parameters
    ----------
    scenario : Scenario
        With distributions of its inputs.
    names : sequence of str
        Estimates that matter, by names such as ``"funding_failure/Oracle"``.
    paths : int
        Paths of all points together, up to 10**12.
    seed : int
        0 to 2**64 - 1.

    Returns
    -------
    Split
        ``points`` and ``paths``, for `outer` and `inner` of `simulate`.

    Raises
    ------
    ArgumentError
        If no input has a distribution, there are no names, or the paths are too few to split.
    UnknownName
        If the scenario has no such estimate at each point of the inputs.

    Examples
    --------
    >>> import capexrisk as cr
    >>> scenario = cr.load_scenario("configs/hyperscalers-2026.toml")
    >>> split = cr.budget_split(scenario, ["negative_fcf/Amazon/2027"], paths=2**18)
    >>> split.points * split.paths <= 2**18
    True
    """
    refuse_type("scenario", scenario, Scenario, FROM_A_FILE)
    paths = whole_number_in_range("paths", paths, 1, MOST_PATHS)
    seed = whole_number("seed", seed)
    if not scenario.uncertainty.groups:
        raise ArgumentError("scenario", f"no input of {scenario.name} has a distribution")
    if isinstance(names, str) or not names:
        raise ArgumentError("names", f"{names!r} is not a list of names")
    lowered = lower(scenario)
    wanted = [resolve(name, lowered) for name in names]
    plan = RunPlan(paths=1, seed=seed, outer=POINTS, inner=INNER[0]).over_inputs
    assert plan is not None
    totals = execute(lowered, plan, draws=all_draws_of(lowered, plan))
    conditional = ConditionalEstimates(totals, lowered)
    found = [conditional[name] for name in wanted if name in conditional]
    told = [halves for halves in found if halves.everywhere]
    if not told:
        raise ArgumentError("names", "nothing is told of these at each point; give others")
    first, second = (np.array(half) for half in zip(*told, strict=True))
    try:
        return propose_split(
            first,
            second,
            paths=INNER[0],
            budget=float(paths),
            cost_of_point=COST_OF_POINT,
            fewest_paths=INNER[0],
            most_paths=INNER[-1],
        )
    except ValueError as error:
        raise ArgumentError("paths", str(error)) from None
