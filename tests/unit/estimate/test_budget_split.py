"""The split of a budget: what more noise, more budget and dearer points do to it."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.estimate import budget_split
from capexrisk.estimate.budget_split import Split, propose_split

PILOT = 128  # paths of a point


def pilot(noise_ratio: float):
    """Halves whose noise per path is so many times the variance between inputs."""
    rng = np.random.default_rng(3)
    inputs = rng.permutation(np.linspace(-1.0, 1.0, 4096)).reshape(32, 128)
    half = np.sqrt(2.0 * noise_ratio * inputs.var() / PILOT)
    return inputs + half * rng.normal(size=(2, *inputs.shape))


def split(noise_ratio: float, budget: float = 2**20, **options: float) -> Split:
    return propose_split(*pilot(noise_ratio), paths=PILOT, budget=budget, **options)


def test_it_spends_the_budget_in_powers_of_two():
    found = split(20.0, 1_500_000)
    assert found.points * found.paths == 2**20
    assert found.points & (found.points - 1) == found.paths & (found.paths - 1) == 0


def test_more_noise_needs_more_paths():
    found = [split(ratio).paths for ratio in (1.0, 10.0, 100.0, 1000.0)]
    assert found == sorted(found) and found[0] == budget_split.FEWEST_PATHS < found[-1]


def test_paths_grow_with_the_cube_root_of_a_large_budget():
    small, large = (split(300.0, 2.0**power, fewest_paths=2).paths for power in (24, 36))
    assert large == 2**4 * small


def test_without_a_bias_they_stay_bounded(monkeypatch):
    monkeypatch.setattr(budget_split, "LEFT_OVER", 0.0)
    found = {split(90.0, 2.0**power).paths for power in (20, 30, 40)}
    assert found == {128}  # √2 times 90 is 127


def test_dear_points_get_more_paths():
    assert split(5.0, cost_of_point=2_000.0).paths > split(5.0).paths
    found = split(5.0, cost_of_point=2_000.0)
    assert found.points * (found.paths + 2_000.0) <= 2**20


def test_the_split_serves_all_metrics():
    several = np.stack([pilot(1.0), pilot(300.0)], axis=1)
    both = propose_split(*several, paths=PILOT, budget=2**20).paths
    assert split(1.0).paths < both < split(300.0).paths


def test_metrics_that_do_not_vary_have_no_say():
    never = np.zeros((32, 128))
    with_it = [np.stack([half, never]) for half in pilot(50.0)]
    assert propose_split(*with_it, paths=PILOT, budget=2**20) == split(50.0)
    assert propose_split(never, never, paths=PILOT, budget=2**20) == Split(2**14, 64)


def test_it_keeps_the_fewest_points():
    assert split(1e6, 2**16) == Split(256, 256)


def test_it_keeps_the_most_paths():
    assert split(1e6, 2**30).paths > 8192
    assert split(1e6, 2**30, most_paths=8192) == Split(2**17, 8192)


def test_a_budget_that_does_not_suffice_is_refused():
    with pytest.raises(ValueError, match="need 16384"):
        split(1.0, 10_000)
