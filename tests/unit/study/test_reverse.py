"""What would have to happen: on a small scenario, and its parts where the answer is known."""

from __future__ import annotations

from math import hypot

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import capexrisk as cr
from capexrisk.errors import ArgumentError, EventError
from capexrisk.estimate.weighted import weighted_mean, weighted_quantile, weighted_share
from capexrisk.kernel.simulate_distance import measure_distances
from capexrisk.lowering import lower
from capexrisk.points.draws import SuppliedDraws
from capexrisk.study.rare.on_model import uniforms_of
from capexrisk.study.rare.states import States
from capexrisk.study.rare.stories import adjusted_rand, resample, tell_stories
from capexrisk.study.reverse_table import reverse_from, reverse_table
from tests.unit.scenarios import small_scenario

SCENARIO = small_scenario(quarters=4)
EVENT = "funding_failure/CoreWeave"


@pytest.fixture(scope="module")
def found() -> cr.Reverse:
    return cr.reverse(SCENARIO, EVENT, max_paths=65_536, seed=1)


def test_the_design_point_fails_in_the_kernel_and_on_its_replay(found):
    lowered = lower(SCENARIO)
    draws = SuppliedDraws(uniforms_of(found.design.draws[None]), 3, 4)
    distances, broken = measure_distances(
        lowered.market, lowered.schedule, source=draws.source(0), quarters=4, paths=1
    )
    assert not broken[0]
    assert all(distances[i, 0] < 0.0 for i in found.event.members)
    last = found.path.groupby("issuer").tail(1).set_index("issuer")["failed"]
    assert last["CoreWeave"]
    assert found.design.closer == 0
    assert found.design.norm == pytest.approx(np.linalg.norm(found.design.draws))


@pytest.mark.slow
def test_the_chance_is_that_of_a_plain_run(found):
    """4 errors: one false alarm in 16,000 over fresh seeds."""
    with cr.Session(SCENARIO, [EVENT], points=512, seed=2) as session:
        plain = session.estimate()[EVENT].estimate
    error = hypot(found.probability.standard_error, plain.standard_error)
    assert abs(found.probability.value - plain.value) < 4.0 * error


def test_every_shock_has_its_figures(found):
    shocks = found.shocks
    ways = {"failing", "design point"} | (
        {"other way"} if found.design.other is not None else set()
    )
    assert set(shocks["whose"]) == ways
    one = shocks.query("name == 'spread' and quarter == '2026Q4'").set_index("statistic")["value"]
    assert one["p5"] <= one["p50"] <= one["p95"] and one["p5"] < one["mean"] < one["p95"]
    assert "spare" not in set(shocks["name"])
    squares = shocks.query("whose == 'design point'")["value"] ** 2
    # The draw that is nothing is not in the table, but may hold a trace.
    assert squares.sum() == pytest.approx(found.design.norm**2, rel=1e-3)


def test_stories_share_the_failing_paths(found):
    assert 2 <= len(found.stories) <= 5
    shares = [one.share.value for one in found.stories]
    assert sum(shares) == pytest.approx(1.0) and shares == sorted(shares, reverse=True)
    for one in found.stories:
        assert all(one.fails.values()) and all(one.causes.values())
        ends = one.path.groupby("issuer").tail(1).set_index("issuer")["failed"]
        assert ends[list(one.fails)].all()


def test_all_that_is_told_fits_one_table(found):
    table = reverse_table(found)
    again = reverse_from(table, SCENARIO, found.event.name, paths=found.paths, seed=found.seed)
    assert again.event == found.event and again.probability == found.probability
    assert again.design[1:] == found.design[1:] and again.silhouette == found.silhouette
    pd.testing.assert_frame_equal(again.to_frame(), found.to_frame())
    members = [SCENARIO.issuers[i].name for i in found.event.members]
    for one, other in zip((again, *again.stories), (found, *found.stories), strict=True):
        own = other.path[other.path["issuer"].isin(members)].reset_index(drop=True)
        pd.testing.assert_frame_equal(one.path, own, check_dtype=False)
    for one, other in zip(again.stories, found.stories, strict=True):
        assert (one.share, one.fails, one.causes) == (other.share, other.fails, other.causes)
    with pytest.raises(ArgumentError, match="was read from a run"):
        found.likeness(again)
    with pytest.raises(LookupError):
        reverse_from(table[table["kind"] != "story"], SCENARIO, found.event.name, paths=1, seed=1)


def test_a_seed_is_like_itself(found):
    same = {"design_point": 1.0, "mean_shock": 1.0, "stories": 1.0}
    assert found.likeness(found) == pytest.approx(same)


@pytest.mark.slow
def test_any_number_of_workers_finds_the_same(found):
    again = cr.reverse(SCENARIO, EVENT, max_paths=65_536, seed=1, n_jobs=1)
    assert again.to_frame().equals(found.to_frame())


def test_the_plot_shows_the_mean_and_refuses_other_names(found):
    ax = found.plot.shocks("spread", ax=Figure().subplots())
    rows = found.shocks.query("name == 'spread' and whose == 'design point'")["value"]
    drawn = next(line for line in ax.lines if line.get_label() == "Likeliest path")
    assert list(drawn.get_ydata()) == pytest.approx(list(rows))
    with pytest.raises(ArgumentError, match="there is no 'spred' by quarter; did you mean spread"):
        found.plot.shocks("spred")
    with pytest.raises(ArgumentError, match="'Oracle' has no 'spread'; give one of system"):
        found.plot.shocks("spread", "Oracle")


def test_an_event_that_nobody_reaches_gets_a_bound():
    with pytest.raises(EventError, match=r"reached it.*chance is .*give more paths"):
        cr.reverse(SCENARIO, "funding_failure/Amazon/2026Q3", max_paths=65_536)


def test_too_few_paths_are_refused():
    with pytest.raises(ArgumentError, match="max_paths: 5 is out of range; give 65,536"):
        cr.reverse(SCENARIO, EVENT, max_paths=5)


def test_weighted_figures_of_a_shifted_normal():
    """Draws from N(1, 1) weighted to N(0, 1); 4 errors: one false alarm in 16,000 a figure."""
    values = np.random.default_rng(1).standard_normal(40_000) + 1.0
    weights = np.exp(0.5 - values)
    mean = weighted_mean(values, weights)
    assert abs(mean.value) < 4.0 * mean.standard_error < 0.1
    for level, truth in ((0.05, -1.6449), (0.5, 0.0), (0.95, 1.6449)):
        one = weighted_quantile(values, weights, level)
        assert abs(one.value - truth) < 4.0 * one.standard_error < 0.3
        assert one.ci_low <= one.value <= one.ci_high
    share = weighted_share(values > 1.0, weights)
    assert abs(share.value - 0.158655) < 4.0 * share.standard_error < 0.05
    assert share.ci_low < share.value < share.ci_high
    equal = weighted_mean(values, np.full(values.size, 3.0))
    assert equal.standard_error == pytest.approx(values.std() / 200.0)


def test_no_path_tells_nothing():
    empty = np.empty(0)
    assert np.isnan(weighted_mean(empty, empty).value)
    assert np.isnan(weighted_quantile(empty, empty, 0.5).value)
    assert np.isnan(weighted_share(empty > 0.0, empty).value)


def test_paths_are_chosen_by_their_weights():
    chosen = resample(np.array([1.0, 0.0, 3.0]), 400, np.random.default_rng(1))
    assert np.bincount(chosen, minlength=3) == pytest.approx([100, 0, 300], abs=1)


def test_two_kinds_of_paths_are_two_stories():
    random = np.random.default_rng(2)
    kind = random.random(900) < 0.3
    level = np.where(kind, 400.0, 100.0)[:, None] * np.exp(0.05 * random.standard_normal((900, 3)))
    plain = 1.0 + 0.01 * random.standard_normal((900, 3))
    states = States({"market_spread": level, "utilisation": plain, "demand": plain}, {}, {}, {})
    told = tell_stories(states, np.ones(900), random)
    assert len(told.medoids) == 2 and told.silhouette > 0.3
    assert adjusted_rand(told.story, kind.astype(np.int64)) > 0.99
    assert not kind[told.medoids[0]] and kind[told.medoids[1]]


def test_the_rand_index_of_chance_is_0():
    random = np.random.default_rng(3)
    first, second = random.integers(0, 3, (2, 5_000))
    assert abs(adjusted_rand(first, second)) < 0.01
    assert adjusted_rand(first, first) == 1.0
