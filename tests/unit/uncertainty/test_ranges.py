"""Ranges of inputs, alone and together, and laws in words."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from capexrisk.cli.uncertain import ranges_by_input
from capexrisk.scenario.uncertainty import Group
from capexrisk.uncertainty import input_design
from capexrisk.uncertainty.ranges import on_bounds, range_by, ranges
from capexrisk.uncertainty.wording import law_in_words

Z = stats.norm.ppf(0.95)


def test_the_range_of_one_draw_is_exact(base, with_groups):
    design = input_design(with_groups(a={"inputs": ("market.oas0_bp",), "sd": 4.0}))
    expected = base.market.oas0_bp + np.array([-4.0, 4.0]) * Z
    np.testing.assert_allclose(ranges(design), [expected], rtol=1e-9)


def test_a_negative_number_that_is_multiplied_has_its_ends_in_order(base, with_groups):
    inputs = ("issuers.Oracle.capex_growth_first_per_year", "market.jump_mean")
    keys = {"how": "multiply", "law": "uniform", "low": -1.0, "high": 2.0, "inputs": inputs}
    design = input_design(with_groups(a=keys))
    (draw,) = design.draws
    for entry, (low, high) in zip(design.entries, ranges(design), strict=True):
        assert (low, high) == range_by(draw, entry)
        assert (low, high) == pytest.approx(sorted(entry.base * x for x in (-0.85, 1.85)))


def test_the_range_of_several_draws_is_theirs_together(base, with_groups):
    """Of 16,384 points: an end has an error of 1.6 % of the spread; four of them are allowed."""
    keys = {"inputs": ("market.oas0_bp",), "sd": 3.0}
    design = input_design(with_groups(a=keys, b=keys | {"sd": 4.0}))
    found = (ranges(design)[0] - base.market.oas0_bp) / 5.0
    np.testing.assert_allclose(found, [-Z, Z], atol=0.07)
    assert (ranges(design) == ranges(design)).all()
    assert range_by(design.draws[0], design.entries[0])[0] == pytest.approx(
        base.market.oas0_bp - 3.0 * Z
    )


def test_what_several_draws_put_on_a_bound_is_said(with_groups):
    """0.15 and two numbers from -0.1 to 0.8: it lies 0.05 below 0 at the least, 0.75 above 1."""
    keys = {"inputs": ("market.tax",), "law": "uniform", "low": -0.1, "high": 0.8}
    design = input_design(with_groups(a=keys, b=keys, c={"inputs": ("market.oas0_bp",)}))
    expected = (0.05**2 + 0.75**2) / 2.0 / 0.9**2
    share, none = on_bounds(design)
    assert share == pytest.approx(expected, abs=0.016)  # four errors of 16,384 points
    assert none == 0.0
    tax, spread = ranges_by_input(design).values()
    assert tax.endswith(f"({100.0 * share:.2g} % on a bound)") and "bound" not in spread


WORDS = {
    "normal, mean 1, sd 0.1; multiplies": {"how": "multiply", "law": "normal", "sd": 0.1},
    "lognormal, median 3, sigma 0.1; takes the place": {
        "how": "set",
        "law": "lognormal",
        "median": 3.0,
        "sigma": 0.1,
    },
    "uniform, -1 to 2; added; each its own": {
        "law": "uniform",
        "low": -1.0,
        "high": 2.0,
        "draw": "each",
    },
    "PERT, 0 to 4, likeliest 1; added": {"law": "pert", "low": 0.0, "mode": 1.0, "high": 4.0},
    "triangular, 0 to 4, likeliest 1; added": {
        "law": "triangular",
        "low": 0.0,
        "mode": 1.0,
        "high": 4.0,
    },
    "P5 0, P50 1, P95 3; added": {"law": "quantiles", "p5": 0.0, "p50": 1.0, "p95": 3.0},
    "sample of 3, -1 to 5; added": {"law": "sample", "values": (2.0, -1.0, 5.0)},
    "normal, covariance of 1; added; each its own": {"law": "normal", "covariance": ((0.1,),)},
}


@pytest.mark.parametrize("words", WORDS)
def test_laws_in_words(words):
    usual = {"inputs": ("a",), "how": "add", "evidence": "assumed: a test"}
    assert law_in_words(Group.model_validate(usual | WORDS[words])) == words
