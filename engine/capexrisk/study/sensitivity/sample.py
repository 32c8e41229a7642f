"""Estimates at points of the uncertain inputs: those of a run, or of points given one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from capexrisk.archive.results import Results
from capexrisk.errors import ArgumentError
from capexrisk.estimate.conditional import ConditionalEstimates, Halves
from capexrisk.estimate.names import Name
from capexrisk.estimate.nested_effects import NestedDesign
from capexrisk.lowering import LoweredScenario, lower
from capexrisk.points.frozen import frozen_points, scrambled_directions
from capexrisk.run.chunks import all_draws_of
from capexrisk.run.execute import execute
from capexrisk.run.plan import REPLICATES, RunPlan
from capexrisk.uncertainty import InputDesign
from capexrisk.uncertainty.given import GivenPoints, values_of_normals
from capexrisk.uncertainty.outer import OF_INPUTS, net_points

Floats = NDArray[np.float64]

AT_ONCE: Final = 64  # points of a net whose totals are held together: 26 kB each, 32 nets
FOR_QUANTILES: Final = 1024  # paths of a point, see `estimate.outer.LEAST_FOR_QUANTILES`


class Sample(NamedTuple):
    """Points of the inputs and what was estimated there.

    Attributes
    ----------
    normals : ndarray, shape (R, P, draws)
        The inputs before their laws, correlated.
    halves : dict of Name to Halves
        Each estimate at every point, twice.
    """

    normals: Floats
    halves: dict[Name, Halves]


def sample_of_run(
    results: Results, design: InputDesign, names: Sequence[Name], n_jobs: int | None
) -> Sample:
    """The outer points of a run; simulated again only if it has not kept these estimates."""
    assert results.inputs is not None
    record, run = results.inputs.record, results.manifest.run
    points = results.inputs.points
    if all(str(name) in points for name in names):
        shape = (REPLICATES, -1, 2)
        halves = {
            name: Halves(*np.moveaxis(points[str(name)].to_numpy(float).reshape(shape), -1, 0))
            for name in names
        }
        normals = _normals(design, run.seed, record.outer // REPLICATES)
        return Sample(normals, halves)
    lowered = lower(results.manifest.scenario)
    plan = RunPlan(
        paths=1, seed=run.seed, outer=record.outer, inner=record.inner, jobs=n_jobs
    ).over_inputs
    assert plan is not None
    return sample(lowered, plan, design, names)


def sample(
    lowered: LoweredScenario, plan: RunPlan, design: InputDesign, names: Sequence[Name]
) -> Sample:
    """Simulate the outer points of a plan, and estimate these there.

    Raises
    ------
    ArgumentError
        If one cannot be told at each point.
    """
    totals = execute(lowered, plan, draws=all_draws_of(lowered, plan))
    conditional = ConditionalEstimates(totals, lowered)
    halves = {name: _told(conditional, name) for name in names}
    return Sample(_normals(design, plan.seed, plan.outer_points // REPLICATES), halves)


def at_points(
    lowered: LoweredScenario,
    plan: RunPlan,
    design: InputDesign,
    nested: NestedDesign,
    names: Sequence[Name],
) -> dict[Name, Halves]:
    """Estimates at the points of a nested design; the points of an order share their paths.

    Parameters
    ----------
    lowered : LoweredScenario
    plan : RunPlan
        Seed, paths of a point, and workers.
    design : InputDesign
    nested : NestedDesign
        Of 32 replicates.
    names : sequence of Name
    """
    count = nested.points.shape[1]
    values = values_of_normals(design, nested.points)
    paths = frozen_points(lowered.market, lowered.schedule, plan.seed)
    batch = replace(plan, paths=REPLICATES * AT_ONCE * plan.inner, outer=0, two_levels=True)
    found: dict[Name, list[Floats]] = {name: [] for name in names}
    for begin in range(0, count, AT_ONCE):
        # The last batch is filled up with points that are there already.
        here = np.arange(begin, begin + AT_ONCE) % count
        outer = GivenPoints(
            lowered.scenario,
            lowered,
            design,
            paths,
            plan.inner,
            AT_ONCE,
            np.ascontiguousarray(values[:, here]),
            nested.walks[here],
        )
        conditional = ConditionalEstimates(execute(lowered, batch, draws=outer), lowered)
        for name in names:
            found[name].append(np.stack(_told(conditional, name)))
    return {
        name: Halves(*np.concatenate(parts, axis=2)[:, :, :count]) for name, parts in found.items()
    }


def _told(conditional: ConditionalEstimates, name: Name) -> Halves:
    """The estimates at each point; quantiles of too few paths are refused before."""
    halves = conditional.get(name)
    if halves is None or not halves.everywhere:
        raise ArgumentError(
            "metrics",
            f"{name}: is not told at each point of the inputs; give one of a year, of the end of "
            "one or of the horizon, and of quantiles those of free_cash_flow or outside_funding",
        )
    return halves


def _normals(design: InputDesign, seed: int, points: int) -> Floats:
    """The normals behind the outer points of a run, (R, points, draws)."""
    found = []
    for replicate in range(REPLICATES):
        directions = scrambled_directions(design.dimensions, seed, OF_INPUTS + replicate)
        uniforms = net_points(directions, np.arange(points))
        found.append(ndtri(design.copula.shares(np.ascontiguousarray(uniforms.T))).T)
    return np.array(found)
