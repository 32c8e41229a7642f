"""How many outer points and inner paths a two-level simulation should have, judged from a pilot."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from capexrisk.estimate.intervals import standard_error
from capexrisk.estimate.over_inputs import variance_between

LEFT_OVER = (
    0.1  # bias of the corrected p5 to p95, over noise ratio and width: benchmarks.two_levels
)
FEWEST_POINTS = 256  # the 5 % quantile of 128 independent points has an interval; twice that
FEWEST_PATHS = 64  # two halves of 32


class Split(NamedTuple):
    """Outer points, and inner paths of each; both powers of two."""

    points: int
    paths: int


def propose_split(
    first: ArrayLike,
    second: ArrayLike,
    *,
    paths: int,
    budget: float,
    cost_of_point: float = 0.0,
    fewest_points: int = FEWEST_POINTS,
    fewest_paths: int = FEWEST_PATHS,
    most_paths: int | None = None,
) -> Split:
    """Split a budget of paths so that the spread over inputs is best known.

    With n paths at each of N points the noise of an estimate is r = v / (n B) times the variance B
    between inputs, v being the variance of one path. Two errors of the spread, relative to it, add
    up in squares:

    - Its variance. For normal values and noise, the product of the halves' deviations has variance
      2 B² (1 + 2 r + 2 r²), so the standard deviation has (1 + 2 r + 2 r²) / (2 N). Alone it would
      be least at n = √2 v / B whatever the budget: the number of inner paths stays bounded (Y. Sun,
      D. W. Apley and J. Staum, Operations Research 59, 2011).
    - The bias that the correction for noise leaves, about `LEFT_OVER` r. As it falls with 1 / n and
      the variance with 1 / N, n grows with the cube root of the budget (M. B. Gordy and S. Juneja,
      Management Science 56, 2010).

    The split has the least geometric mean of that error over the metrics.

    Parameters
    ----------
    first, second : array_like, shape (..., R, P)
        Estimates of a pilot from either half of the inner paths: see `over_inputs`. Metrics that do
        not vary in it are left out.
    paths : int
        Inner paths of a point of the pilot, both halves together.
    budget : float
        Paths of all points together.
    cost_of_point : float
        What a point costs besides its paths, in paths.
    fewest_points, fewest_paths, most_paths : int
        Powers of two; by default there is no most.

    Returns
    -------
    Split

    Raises
    ------
    ValueError
        If the budget does not suffice for the fewest points with the fewest paths.

    Examples
    --------
    >>> rng = np.random.default_rng(7)
    >>> chances = np.linspace(0.01, 0.2, 64).reshape(32, 2)
    >>> first, second = rng.binomial(64, chances, (2, 32, 2)) / 64
    >>> propose_split(first, second, paths=128, budget=2**20)
    Split(points=4096, paths=256)
    """
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    least = fewest_points * (fewest_paths + cost_of_point)
    if budget < least:
        raise ValueError(
            f"budget of {budget:g} paths: {fewest_points} points of {fewest_paths} paths, each "
            f"costing {cost_of_point:g} more, need {least:g}"
        )
    found = variance_between(a, b)
    # A variance that the pilot cannot tell from 0 counts as its error.
    between = np.maximum(found.mean(axis=-1), standard_error(found))
    of_path = paths * (0.25 * (a - b) ** 2).mean(axis=(-2, -1))
    known = between > 0.0
    most = int(np.log2(budget / fewest_points - cost_of_point))
    if most_paths is not None:
        most = min(most, round(np.log2(most_paths)))
    choices = 2 ** np.arange(round(np.log2(fewest_paths)), most + 1)
    points = 2 ** np.floor(np.log2(budget / (choices + cost_of_point)))
    if not known.any():
        return Split(int(points[0]), int(choices[0]))
    errors = squared_error((of_path[known] / between[known])[:, None] / choices, points)
    best = int(np.argmin(np.log(errors).mean(axis=0)))
    return Split(int(points[best]), int(choices[best]))


def squared_error(
    noise_ratio: NDArray[np.float64], points: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Squared relative error of the spread: see `propose_split`."""
    variance = (1.0 + 2.0 * noise_ratio + 2.0 * noise_ratio**2) / (2.0 * points)
    error: NDArray[np.float64] = variance + (LEFT_OVER * noise_ratio) ** 2
    return error
