"""From uniform numbers to inputs: what moves, in which order, within which bounds, to the bit."""

# ruff: noqa: E501  a group and its message read best on one line

from __future__ import annotations

import math
import pickle
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import ndtr, ndtri

from capexrisk.errors import ArgumentError, ScenarioError
from capexrisk.scenario import digest
from capexrisk.uncertainty import input_design
from tests.unit.uncertainty.conftest import scenario_with

GROWTH = "issuers.*.capex_growth_first_per_year"
CORE = "issuers.*.core_growth_per_year"


def design_of(scenario):
    design = input_design(scenario)
    assert design is not None
    return design


def middle(design, **others):
    """One point at the medians, but for the draws of some groups."""
    row = [others.get(draw.group, 0.5) for draw in design.draws]
    return design.values(np.array([row]))[0]


def test_a_scenario_without_groups_has_none(base):
    assert input_design(base) is None


def test_a_group_changes_no_digest(base, with_groups):
    assert digest(with_groups(a={"inputs": (GROWTH,)})) == digest(base)


def test_one_draw_moves_all_alike(base, with_groups):
    design = design_of(with_groups(a={"inputs": (GROWTH,), "sd": 0.02}))
    assert (design.dimensions, design.names) == (1, ("a",))
    moved = middle(design, a=float(ndtr(1.5)))
    given = [issuer.capex_growth_first_per_year for issuer in base.issuers]
    np.testing.assert_allclose(moved, np.array(given) + 0.03, rtol=1e-12)


def test_each_has_a_draw_of_its_own(base, with_groups):
    design = design_of(with_groups(a={"inputs": (GROWTH,), "draw": "each"}))
    assert design.dimensions == len(base.issuers) == len(design.entries)
    assert design.names[4] == "a: issuers.Oracle.capex_growth_first_per_year"
    uniforms = np.full((1, 6), 0.5)
    uniforms[0, 4] = 0.9
    moved = np.flatnonzero(design.values(uniforms) != design.values(np.full((1, 6), 0.5)))
    assert moved.tolist() == [4]


def test_all_entries_of_a_list_move_with_one_draw_even_where_each_has_its_own(with_groups):
    keys = {"how": "multiply", "law": "lognormal", "sigma": 0.1, "draw": "each"}
    design = design_of(with_groups(a={"inputs": ("market.oas_mean_bp", "market.oas0_bp")} | keys))
    assert (design.dimensions, len(design.entries)) == (2, 4)
    assert design.moved == (("market", "oas_mean_bp"), ("market", "oas0_bp"))


def test_set_comes_first_then_add_then_multiply_whatever_their_order(with_groups):
    law = {"inputs": ("market.oas0_bp",), "law": "uniform"}
    design = design_of(
        with_groups(
            times=law | {"how": "multiply", "low": 1.0, "high": 3.0},
            plus=law | {"how": "add", "low": 0.0, "high": 20.0},
            instead=law | {"how": "set", "low": 40.0, "high": 60.0},
        )
    )
    assert len(design.entries) == 1
    assert middle(design)[0] == (50.0 + 10.0) * 2.0


def test_a_number_that_several_move_out_is_put_on_the_bound(with_groups):
    keys = {"inputs": ("market.tax",), "law": "uniform", "low": -0.1, "high": 0.8}
    design = design_of(with_groups(a=keys, b=keys))
    assert middle(design, a=0.999, b=0.999)[0] == 1.0
    assert middle(design, a=0.001, b=0.001)[0] == 0.0


UNIFORMS = np.random.default_rng(3).random((257, 40))


def everything(with_groups):
    """Every law, both kinds of draws, correlations of all kinds."""
    one = {"inputs": (GROWTH,)}
    return with_groups(
        ("a", "b", 0.5),
        ("b", "c", -0.2),
        ("c", "d", 0.3),
        a=one,
        b=one | {"law": "triangular", "low": -0.1, "mode": 0.0, "high": 0.2},
        c={"inputs": (CORE,), "draw": "each"},
        d=one | {"draw": "each", "law": "quantiles", "p5": -0.02, "p50": 0.0, "p95": 0.05},
        e={"inputs": ("market.absorb.*",), "how": "multiply", "law": "lognormal", "sigma": 0.2},
        f={"inputs": ("market.tax",), "how": "set", "law": "pert", "low": 0.1, "mode": 0.15, "high": 0.2},
        g={"inputs": ("market.jump_mean",), "law": "sample", "values": (-0.1, 0.0, 0.1)},
        h={"inputs": ("market.oas0_bp", "market.oas_cap_bp"), "how": "multiply", "law": "lognormal", "covariance": ((0.04, 0.01), (0.01, 0.04))},
        i={"inputs": ("market.scarcity",), "law": "uniform", "low": -0.1, "high": 0.1},
    )  # fmt: skip


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 64, 255])
def test_a_row_depends_on_its_own_uniforms_alone(with_groups, count):
    design = design_of(everything(with_groups))
    uniforms = UNIFORMS[:, : design.dimensions]
    whole = design.values(uniforms)
    for start in (0, 1, 100):
        part = design.values(uniforms[start : start + count])
        assert np.array_equal(part, whole[start : start + count])
    assert np.array_equal(design.values(np.asfortranarray(uniforms)), whole)
    assert np.array_equal(design.values(uniforms[::-1])[::-1], whole)


def test_a_design_travels(with_groups):
    design = design_of(everything(with_groups))
    uniforms = UNIFORMS[:, : design.dimensions]
    again = pickle.loads(pickle.dumps(design))
    assert np.array_equal(again.values(uniforms), design.values(uniforms))
    assert again.entries == design.entries and again.names == design.names


@given(st.integers(0, 2**32 - 1))
def test_every_number_stays_in_its_bounds(with_groups_once, seed):
    random = np.random.default_rng(seed)
    uniforms = 1.0 - random.random((20, with_groups_once.dimensions)) ** random.choice([1, 8, 40])
    values = with_groups_once.values(np.clip(uniforms, 5e-324, 1.0 - 2.0**-53))
    bounds = np.array([entry.bounds for entry in with_groups_once.entries])
    assert np.isfinite(values).all()
    assert ((bounds[:, 0] <= values) & (values <= bounds[:, 1])).all()


@pytest.fixture(scope="module")
def with_groups_once(base):
    return design_of(everything(partial(scenario_with, base)))


@pytest.mark.parametrize(
    ("uniforms", "problem"),
    [
        (np.full(1, 0.5), r"the shape is \(1,\); give \(points, 1\)"),
        (np.full((3, 2), 0.5), r"the shape is \(3, 2\); give \(points, 1\)"),
        (np.array([[0.0]]), "not all are inside"),
        (np.array([[1.0]]), "not all are inside"),
        (np.array([[math.nan]]), "not all are inside"),
    ],
)
def test_uniforms_that_are_none(with_groups, uniforms, problem):
    design = design_of(with_groups(a={"inputs": (GROWTH,)}))
    with pytest.raises(ArgumentError, match=problem):
        design.values(uniforms)


# ------------------------------------------------------------------------------------------- correlations


def correlation_of(design):
    """Correlations of all draws, from what unit vectors become."""
    size = design.dimensions
    columns = []
    for draw in range(size):
        uniforms = np.full((size, 1), 0.5)
        uniforms[draw] = ndtr(1.0)
        columns.append(ndtri(design.copula.shares(uniforms)[:, 0]))
    root = np.array(columns).T
    return root @ root.T


def test_correlations_of_one_and_each(with_groups):
    scenario = with_groups(
        ("a", "b", 0.6),
        ("b", "c", 0.1),
        ("c", "d", -0.3),
        a={"inputs": ("market.tax",)},
        b={"inputs": ("market.jump_mean",)},
        c={"inputs": (CORE,), "draw": "each"},
        d={"inputs": ("market.jump_sigma", GROWTH), "draw": "each"},
        e={"inputs": ("market.scarcity",)},
    )
    above = np.zeros((16, 16))
    above[0, 1] = 0.6
    above[1, 2:8] = 0.1
    for issuer in range(6):
        above[2 + issuer, 9 + issuer] = -0.3  # 8 is of the market, and of no issuer
    expected = np.eye(16) + above + above.T
    np.testing.assert_allclose(correlation_of(design_of(scenario)), expected, atol=1e-12)


def test_draws_without_correlations_stay_as_they_are(with_groups):
    design = design_of(
        with_groups(("a", "c", 0.5), a={"inputs": (GROWTH,)}, b={"inputs": (CORE,)}, c={"inputs": ("market.tax",)})
    )  # fmt: skip
    uniforms = np.ascontiguousarray(UNIFORMS[:, :3].T)
    shares = design.copula.shares(uniforms)
    assert np.array_equal(shares[1], uniforms[1])
    np.testing.assert_allclose(shares[0], uniforms[0], rtol=1e-12)
    assert not np.allclose(shares[2], uniforms[2])


def test_a_covariance_is_that_of_the_numbers(base, with_groups):
    """By 2^14 points of a scrambled net, whose error here is far below the tolerance."""
    covariance = np.array([[0.02, 0.012, 0.0], [0.012, 0.01, -0.003], [0.0, -0.003, 0.03]])
    inputs = ("market.oas0_bp", "market.oas_cap_bp", "market.demand0_usd_bn_per_year")
    keys = {"how": "multiply", "law": "lognormal", "covariance": tuple(map(tuple, covariance))}
    design = design_of(with_groups(a={"inputs": inputs} | keys))
    points = stats.qmc.Sobol(3, rng=np.random.default_rng(1)).random(2**14)
    logs = np.log(design.values(np.clip(points, 1e-12, 1 - 1e-12)))
    np.testing.assert_allclose(np.cov(logs.T), covariance, atol=2e-4)
    given = (base.market.oas0_bp, base.market.oas_cap_bp, base.market.demand0_usd_bn_per_year)
    np.testing.assert_allclose(np.median(logs, axis=0), np.log(given), atol=2e-3)


# ------------------------------------------------------------------------------------------------ refusals


def spread(**keys):
    return {"inputs": ("market.tax",)} | keys  # 0.15, of 0 to 1


REFUSED = {
    "no input": (
        {"a": {"inputs": ("market.tac",)}},
        "groups.a.inputs[0]: 'market.tac' is no input that the scenario gives; did you mean market.tax?",
    ),
    "named twice in a group": (
        {"a": {"inputs": (GROWTH, "issuers.Oracle.capex_growth_first_per_year")}},
        "groups.a.inputs[1]: issuers.Oracle.capex_growth_first_per_year is named before; name it once",
    ),
    "set twice": (
        {"a": spread(how="set", mean=0.2), "b": spread(how="set", mean=0.3)},
        "groups.b.inputs: market.tax is set by 'a' as well; set it in one group; others may add and multiply",
    ),
    "tails beyond 1 %": (
        {"a": spread(sd=0.1)},
        (
            "groups.a.law: 6.68 % of it takes market.tax out of its bounds, 0 to 1; "
            "narrow it, or give a law with bounds, such as pert; 1 % at most is cut off"
        ),
    ),
    "all outside": (
        {"a": spread(mean=5.0, sd=0.1)},
        (
            "groups.a.law: 100 % of it takes market.tax out of its bounds, 0 to 1; "
            "narrow it, or give a law with bounds, such as pert; 1 % at most is cut off"
        ),
    ),
    "bounds left below": (
        {"a": spread(law="uniform", low=-0.2, high=0.1)},
        "groups.a.law: takes market.tax to -0.05, out of its bounds, 0 to 1; give a narrower law",
    ),
    "bounds left above": (
        {"a": spread(law="sample", values=(1.0, 7.0), how="multiply")},
        "groups.a.law: takes market.tax to 1.05, out of its bounds, 0 to 1; give a narrower law",
    ),
    "nothing to multiply": (
        {"a": {"inputs": ("market.hazard_per_year[0][0]",), "how": "multiply"}},
        (
            "groups.a.how: market.hazard_per_year[0][0] is 0, and stays 0 whatever multiplies it; "
            'give how = "add" or "set"'
        ),
    ),
    "rows of a covariance": (
        {"a": {"inputs": ("market.tax",), "law": "normal", "covariance": ((1e-4, 0.0), (0.0, 1e-4))}},
        "groups.a.covariance: has 2 rows; give 1, one for each input",
    ),
    "what binds several": (
        {"a": {"inputs": ("market.hazard_per_year",), "law": "uniform", "low": 0.0, "high": 1.0}},
        (
            "groups.a.inputs: market.hazard_per_year[0][0] is a rate from a regime to itself, and stays 0; "
            'name the others, such as [0][1], or give how = "multiply"'
        ),
    ),
    "a rate to itself, where nearly all values are 0": (
        {"a": {"inputs": ("market.hazard_per_year[1][1]",), "how": "set", "law": "sample", "values": (0.0, 0.0, 0.0, 0.0, 3.0)}},
        (
            "groups.a.inputs: market.hazard_per_year[1][1] is a rate from a regime to itself, and stays 0; "
            'name the others, such as [0][1], or give how = "multiply"'
        ),
    ),
    "what the middle breaks": (
        {"a": {"inputs": ("issuers.*.relative_yield",), "how": "multiply", "law": "uniform", "low": 0.0, "high": 1e-12}},
        (
            "groups: near the middle of all laws issuers is refused (no issuer has both buildout_capital_usd_bn "
            "and relative_yield); move it so that it still holds: give at least one issuer both, a product of "
            "0.000001 or more"
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_groups_that_cannot_be_drawn_are_refused_with_their_place(with_groups, name):
    groups, message = REFUSED[name]
    with pytest.raises(ScenarioError) as caught:
        input_design(with_groups(**groups), "x.toml")
    assert str(caught.value) == f"x.toml: uncertainty.{message}"


def test_correlations_that_cannot_be(with_groups):
    """One draw against six independent ones: the smallest eigenvalue is 1 - 0.5 sqrt(6)."""
    groups = {"a": {"inputs": ("market.tax",)}, "b": {"inputs": (CORE,), "draw": "each"}}
    with pytest.raises(ScenarioError) as caught:
        input_design(with_groups(("a", "b", 0.5), **groups))
    assert str(caught.value) == (
        "hyperscalers-2026: uncertainty.correlations: not positive definite, their smallest "
        f"eigenvalue is {1.0 - 0.5 * math.sqrt(6.0):.3g}; move the correlations towards 0"
    )


def test_groups_with_no_issuer_in_common(with_groups):
    groups = {
        "a": {"inputs": ("market.tax", "market.scarcity"), "draw": "each"},
        "b": {"inputs": (CORE,), "draw": "each"},
    }
    with pytest.raises(ScenarioError, match="'a' and 'b' move inputs of no issuer in common"):
        input_design(with_groups(("a", "b", 0.5), **groups))


def test_too_many_draws(with_groups):
    groups = {f"g{number}": {"inputs": (CORE,), "draw": "each"} for number in range(167)}
    with pytest.raises(ScenarioError, match="has 1002 draws; give 1000 at most"):
        input_design(with_groups(**groups))


def test_what_is_cut_is_told(with_groups):
    design = design_of(with_groups(a={"inputs": ("market.tax",), "sd": 0.06}))
    (draw,) = design.draws
    assert draw.cut == pytest.approx(stats.norm.cdf(-0.15 / 0.06), rel=1e-9)
    low = design.values(np.array([[1e-12]]))[0, 0]
    assert 0.0 <= low < 1e-6


def test_the_narrowest_input_of_a_draw_cuts_it(base, with_groups):
    """0.06 of the largest share would be cut for one issuer alone: for all, one draw is cut once."""
    shares = [issuer.committed for issuer in base.issuers]
    design = design_of(
        with_groups(a={"inputs": ("issuers.*.committed",), "sd": (1.0 - max(shares)) / 2.5})
    )
    (draw,) = design.draws
    assert draw.law.support[1] == pytest.approx(1.0 - max(shares))
    assert design.values(np.array([[1.0 - 1e-12]])).max() <= 1.0


def test_rounding_at_a_bound_is_none(with_groups):
    """0.15 + 0.85 may be a little more than 1, or less."""
    for low, high in ((-0.15, 0.85), (-0.15, 0.0)):
        design = design_of(with_groups(a=spread(law="uniform", low=low, high=high)))
        assert design.draws[0].cut == 0.0
