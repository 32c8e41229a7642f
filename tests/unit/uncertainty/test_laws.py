"""Laws against scipy.stats, numpy and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, stats

from capexrisk.scenario.uncertainty import MOST_SKEW, Group
from capexrisk.uncertainty.laws import (
    Cut,
    Lognormal,
    Metalog,
    Normal,
    Pert,
    Sample,
    Triangular,
    Uniform,
    laws_of,
)

SHARES = np.concatenate(
    [np.array([1e-12, 1e-6, 0.05, 0.95, 1 - 1e-6]), np.linspace(0.01, 0.99, 99)]
)
VALUES = (3.0, -1.0, 2.0, 2.0, 7.5)

# Ours, scipy's, relative tolerance: rounding where it is closed, scipy's own where it is not.
KNOWN = {
    "normal": (Normal(0.3, 2.0), stats.norm(0.3, 2.0), 1e-12),
    "lognormal": (Lognormal(2.0, 0.7), stats.lognorm(0.7, scale=2.0), 1e-12),
    "uniform": (Uniform(-1.0, 3.0), stats.uniform(-1.0, 4.0), 1e-12),
    "triangular": (Triangular(1.0, 2.0, 5.0), stats.triang(0.25, 1.0, 4.0), 1e-12),
    "triangular, mode low": (Triangular(1.0, 1.0, 5.0), stats.triang(0.0, 1.0, 4.0), 1e-12),
    "triangular, mode high": (Triangular(1.0, 5.0, 5.0), stats.triang(1.0, 1.0, 4.0), 1e-12),
    "PERT": (Pert(1.0, 2.0, 5.0), stats.beta(2.0, 4.0, 1.0, 4.0), 1e-10),
    "PERT, mode low": (Pert(1.0, 1.0, 5.0), stats.beta(1.0, 5.0, 1.0, 4.0), 1e-10),
    "quantiles, even": (
        Metalog(-1.0, 0.0, 1.0),
        stats.logistic(0.0, 1.0 / math.log(19.0)),
        1e-12,
    ),
    "cut normal": (Cut(Normal(0.0, 1.0), -2.5, 3.0), stats.truncnorm(-2.5, 3.0), 1e-9),
}
LAWS = {name: law for name, (law, _, _) in KNOWN.items()} | {
    "quantiles": Metalog(0.0, 1.0, 4.0),
    "sample": Sample(VALUES),
    "cut quantiles": Cut(Metalog(0.0, 1.0, 4.0), -0.8, math.inf),
}


@pytest.mark.parametrize("name", KNOWN)
def test_quantiles_are_scipy_s(name):
    law, known, tolerance = KNOWN[name]
    np.testing.assert_allclose(law.quantile(SHARES), known.ppf(SHARES), tolerance, 1e-13)


@pytest.mark.parametrize("name", KNOWN)
def test_distributions_are_scipy_s(name):
    law, known, tolerance = KNOWN[name]
    x = np.concatenate([known.ppf(SHARES), [known.ppf(1e-9) - 0.1, known.ppf(1 - 1e-9) + 0.1]])
    np.testing.assert_allclose(law.distribution(x), known.cdf(x), max(tolerance, 1e-9), 1e-12)


@pytest.mark.parametrize("name", LAWS)
def test_the_distribution_undoes_the_quantile(name):
    law, shares = LAWS[name], SHARES[2:]
    if name == "sample":
        shares = shares[(shares < 0.25) | (shares > 0.5)]  # between two equal values is one step
    np.testing.assert_allclose(law.distribution(law.quantile(shares)), shares, 1e-9)


@pytest.mark.parametrize("name", LAWS)
def test_quantiles_rise_and_stay_in_the_support(name):
    law = LAWS[name]
    found = law.quantile(np.sort(SHARES))
    least, most = law.support
    assert (np.diff(found) >= 0.0).all() and least <= found[0] and found[-1] <= most
    assert law.distribution(np.array([-math.inf, math.inf])).tolist() == [0.0, 1.0]


def test_a_sample_is_numpy_s_linear_quantile():
    np.testing.assert_allclose(
        Sample(VALUES).quantile(SHARES), np.quantile(VALUES, SHARES), 1e-12, 1e-12
    )


def test_the_distribution_of_a_sample_jumps_at_equal_values():
    just_below, at = Sample(VALUES).distribution(np.array([np.nextafter(2.0, 0.0), 2.0]))
    assert just_below == pytest.approx(0.25) and at == pytest.approx(0.5)


@pytest.mark.parametrize("middle", [0.0, 1.0, 1.9, 3.9])
def test_a_metalog_has_its_three_quantiles(middle):
    p5, p95 = middle - 1.0, middle + 3.0
    found = Metalog(p5, middle, p95).quantile([0.05, 0.5, 0.95])
    np.testing.assert_allclose(found, [p5, middle, p95], 1e-13, 1e-13)


def test_keelin_s_limit_is_where_the_density_ends():
    """a2 = a3 max of 1/2 - u - u(1-u) ln(u/(1-u)): there the quantile stops to rise."""
    worst = optimize.minimize_scalar(
        lambda u: -(0.5 - u - u * (1.0 - u) * math.log(u / (1.0 - u))),
        bounds=(1e-6, 0.5),
        method="bounded",
    )
    assert abs(MOST_SKEW + 1.0 / worst.fun) < 1e-5


def group(**keys):
    return Group.model_validate({"inputs": ("a",), "evidence": "assumed: a test"} | keys)


def test_the_middle_at_the_limit_and_beyond():
    share = 0.225 * MOST_SKEW
    Q = group(how="set", law="quantiles", p5=0.0, p50=0.5 - share + 1e-6, p95=1.0)
    (law,) = laws_of(Q, 1)
    assert (np.diff(law.quantile(np.linspace(1e-6, 1 - 1e-6, 100_001))) > 0.0).all()
    with pytest.raises(ValueError, match="no smooth law"):
        group(how="set", law="quantiles", p5=0.0, p50=0.5 - share - 1e-6, p95=1.0)


def test_laws_lie_where_nothing_moves_if_nothing_is_said():
    for keys, law in (
        ({"how": "add", "law": "normal", "sd": 0.1}, Normal(0.0, 0.1)),
        ({"how": "multiply", "law": "normal", "sd": 0.1}, Normal(1.0, 0.1)),
        ({"how": "multiply", "law": "lognormal", "sigma": 0.1}, Lognormal(1.0, 0.1)),
        ({"how": "set", "law": "normal", "mean": 4.0, "sd": 0.1}, Normal(4.0, 0.1)),
        ({"how": "set", "law": "lognormal", "median": 4.0, "sigma": 0.1}, Lognormal(4.0, 0.1)),
    ):
        assert laws_of(group(**keys), 1) == [law]


def test_a_covariance_has_a_law_for_each_row():
    rows = ((0.04, 0.01), (0.01, 0.09))
    found = laws_of(group(how="add", law="normal", covariance=rows), 2)
    assert found == [Normal(0.0, 0.2), Normal(0.0, 0.3)]


def test_what_is_cut_is_the_share_outside():
    cut = Cut(Normal(0.0, 1.0), -3.0, 2.5)
    assert cut.share == pytest.approx(stats.norm.cdf(-3.0) + stats.norm.sf(2.5), rel=1e-12)
    assert cut.support == (-3.0, 2.5)


def test_the_last_share_of_a_law_that_is_cut_below_is_finite():
    law = Cut(Normal(0.0, 1.0), -2.5, math.inf)
    assert np.isfinite(law.quantile(np.array([1.0 - 2.0**-53, 5e-324]))).all()
