"""Outer points that are given one by one."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy.special import ndtri

from capexrisk.lowering import lower
from capexrisk.points.frozen import frozen_points
from capexrisk.run.outer import run_outer_chunk
from capexrisk.run.plan import RunPlan
from capexrisk.scenario.uncertainty import Uncertainty
from capexrisk.uncertainty.design import input_design
from capexrisk.uncertainty.given import (
    GivenPoints,
    correlation_of,
    groups_of,
    values_of_normals,
)
from capexrisk.uncertainty.outer import OuterPoints
from tests.unit.uncertain import EVIDENCE, GROUPS, uncertain

SEED, INNER, POINTS = 5, 128, 4


@pytest.fixture(scope="module")
def correlated():
    told = {name: {**group, "evidence": EVIDENCE} for name, group in GROUPS.items()}
    pair = {"groups": ("cash flow", "demand"), "correlation": 0.5, "evidence": EVIDENCE}
    read = Uncertainty.model_validate({"groups": told, "correlations": [pair]})
    return uncertain().model_copy(update={"uncertainty": read})


def points_of(scenario):
    lowered, design = lower(scenario), input_design(scenario)
    paths = frozen_points(lowered.market, lowered.schedule, SEED)
    return OuterPoints(scenario, lowered, design, paths, INNER, POINTS)


def test_normals_give_the_numbers_of_their_uniforms(correlated):
    design = input_design(correlated)
    uniforms = np.random.default_rng(1).uniform(0.01, 0.99, (8, design.dimensions))
    normals = ndtri(design.copula.shares(np.ascontiguousarray(uniforms.T))).T
    np.testing.assert_allclose(
        values_of_normals(design, normals.reshape(2, 4, -1)).reshape(8, -1),
        design.values(uniforms),
        rtol=1e-10,
    )


def test_correlations_and_draws_of_groups(correlated):
    design = input_design(correlated)
    groups = groups_of(design)
    assert list(groups) == list(GROUPS)
    assert len(groups["growth of the core"]) == 3
    wanted = np.eye(design.dimensions)
    (cash,), (demand,) = groups["cash flow"], groups["demand"]
    wanted[cash, demand] = wanted[demand, cash] = 0.5
    np.testing.assert_allclose(correlation_of(design), wanted, atol=1e-15)


def test_given_the_points_of_nets_totals_are_the_same_to_the_bit(correlated):
    outer = points_of(correlated)
    given = np.array([outer.numbers(r, 0, POINTS) for r in range(32)])
    same = GivenPoints(*outer.__reduce__()[1], given, np.arange(POINTS))
    plan = RunPlan(paths=32 * POINTS * INNER, seed=SEED, inner=INNER, two_levels=True)
    chunk = next(one for one in plan.chunks() if one.replicate == 3)
    for points in (same, pickle.loads(pickle.dumps(same))):
        assert run_outer_chunk(points, chunk).checksum() == run_outer_chunk(outer, chunk).checksum()


def test_points_of_one_stretch_share_their_paths(correlated):
    outer = points_of(correlated)
    given = np.repeat(outer.numbers(0, 0, 1)[None], 32, axis=0).repeat(POINTS, axis=1)
    points = GivenPoints(*outer.__reduce__()[1], given, np.array([7, 7, 0, 2]))
    starts = [[int(half.source.first_path) for half in pair] for pair in points.halves(3, 0, 4)]
    assert starts[0] == starts[1] != starts[2]
    nets = [[int(half.source.first_path) for half in pair] for pair in outer.halves(3, 0, 3)]
    assert starts[2:] == [nets[0], nets[2]]
