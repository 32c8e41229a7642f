"""How far an estimate is from the error wanted of it, and what the rest takes."""

from __future__ import annotations

from math import inf, nan, sqrt

import pytest

from capexrisk.estimate.independent import Estimate, probability
from capexrisk.estimate.precision import Precision, least_paths, paths_needed, shortfall

MEAN = Estimate("mean", -20.0, 0.5, -21.0, -19.0, 1000)


def relative(size: float) -> Precision:
    return Precision(relative=True, size=size)


def absolute(size: float) -> Precision:
    return Precision(relative=False, size=size)


def test_how_it_is_written():
    assert str(relative(0.05)) == "rel 5%" and str(absolute(0.002)) == "abs 0.002"


@pytest.mark.parametrize(
    ("wanted", "short"), [(relative(0.025), 1.0), (relative(0.05), 0.5), (absolute(0.1), 5.0)]
)
def test_an_error_against_the_one_wanted(wanted, short):
    assert shortfall(MEAN, wanted) == pytest.approx(short, rel=1e-15)


def test_an_unknown_error_is_infinitely_far():
    unknown = MEAN._replace(standard_error=nan)
    assert shortfall(unknown, absolute(1e9)) == inf
    assert paths_needed(unknown, absolute(1e9), 1000) == inf


def test_nothing_is_relative_to_zero():
    assert shortfall(MEAN._replace(value=0.0), relative(0.5)) == inf
    assert shortfall(Estimate("mean", 0.0, 0.0, 0.0, 0.0, 1000), relative(0.5)) == 0.0


def test_a_bound_has_an_absolute_error_and_no_relative_one():
    none = probability(0, 1000)
    assert shortfall(none, relative(10.0)) == inf
    assert shortfall(none, absolute(none.ci_high / 3.0)) == pytest.approx(3.0 / 3.92, rel=1e-3)
    every = probability(1000, 1000)
    assert shortfall(every, absolute(0.001)) == pytest.approx(
        shortfall(none, absolute(0.001)), rel=1e-12
    )


def test_four_times_the_paths_for_half_the_error():
    assert paths_needed(MEAN, relative(0.0125), 1000) == pytest.approx(4000)


@pytest.mark.parametrize(("p", "paths"), [(0.05, 7_600), (0.01, 39_600), (0.001, 399_600)])
def test_paths_for_five_per_cent_of_a_probability(p, paths):
    """The published numbers: (1 - p) / (p 0.05^2)."""
    found = probability(round(p * 1e6), 10**6)
    assert paths_needed(found, relative(0.05), 10**6) == pytest.approx(paths, rel=1e-9)
    # Judged in its favour: at the upper end of the interval.
    high = found.ci_high
    least = least_paths(found, relative(0.05), 10**6, nets=False)
    assert least == pytest.approx((1 - high) / (high * 0.0025), rel=1e-3) and least < paths


def test_no_hit_still_rules_something_out():
    none = probability(0, 1000)
    assert least_paths(none, relative(0.1), 1000, nets=True) == pytest.approx(
        100 / none.ci_high, rel=0.01
    )
    assert least_paths(none, absolute(0.1), 1000, nets=True) == 0


def test_nets_are_believed_to_gain_what_they_have_gained_and_as_much_again():
    p = 0.3
    of_paths = Estimate("probability", p, sqrt(p * (1 - p) / 4096), 0.28, 0.32, 4096)
    better = of_paths._replace(standard_error=of_paths.standard_error / 2)
    few, many = (least_paths(e, absolute(1e-3), 4096, nets=True) for e in (better, of_paths))
    assert few == pytest.approx(many / 4, rel=1e-4)
    assert least_paths(of_paths, absolute(1e-3), 4096, nets=False) == pytest.approx(
        2 * many, rel=1e-4
    )


def test_smooth_amounts_may_gain_far_more_from_nets():
    plain = least_paths(MEAN, absolute(0.005), 1000, nets=False)
    nets = least_paths(MEAN, absolute(0.005), 1000, nets=True)
    assert plain == pytest.approx(1000 * 75**2, rel=1e-3)
    assert nets == pytest.approx(1000 * 75 ** (2 / 3), rel=1e-2)


def test_a_mean_of_unknown_error_is_given_its_chance():
    assert least_paths(MEAN._replace(standard_error=nan), absolute(1e-9), 1000, nets=True) == 0
