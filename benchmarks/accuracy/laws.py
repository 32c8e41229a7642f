"""How often 95 % intervals hold the truth where it has a closed form.

Laws of the field whose figures are known to all digits; samples go through the engine's estimators.
Points of nets are SciPy's, scrambled as the engine's are.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any, NamedTuple

import joblib
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import norm, qmc

from capexrisk.estimate import by_replicate as replicated
from capexrisk.estimate import independent as measures
from capexrisk.estimate.distribution import Distribution
from capexrisk.estimate.independent import Estimate
from capexrisk.kernel.cells import CELLS, CELLS_SIDE, cell_edges

REPLICATES, POINTS = 32, 512
SAMPLERS = ("plain", "sobol")
QUARTER = 0.25
Floats = NDArray[np.float64]


class Law(NamedTuple):
    """Amounts from standard normals (paths, dimensions), and what is known of them.

    `truth` has "mean", quantiles "p5", "cfar95", "es95", and "below X" or "above X".
    """

    dimensions: int
    amounts: Callable[[Floats], Floats]
    truth: dict[str, float]


def _firm(z: Floats) -> Floats:
    """ln of a firm's value, quarter by quarter, from 100: Merton (1974), Black and Cox (1976)."""
    drift, volatility = 0.05 - 0.25**2 / 2.0, 0.25
    steps = drift * QUARTER + volatility * np.sqrt(QUARTER) * z
    return np.asarray(np.log(100.0) + np.cumsum(steps, axis=1))


def _merton(z: Floats) -> Floats:
    return np.asarray(np.exp(_firm(z)[:, -1]))


def _watched(z: Floats) -> Floats:
    return np.asarray(np.exp(_firm(z).min(axis=1)))


def _mean_reverting(z: Floats) -> Floats:
    """Ornstein and Uhlenbeck's process after twenty quarters, in thousandths."""
    keep = np.exp(-QUARTER)
    step = 10.0 * np.sqrt((1.0 - keep**2) / 2.0)
    x = np.full(len(z), 10.0)
    for k in range(z.shape[1]):
        x = 15.0 + (x - 15.0) * keep + step * z[:, k]
    return x


def _pool(z: Floats) -> Floats:
    """Loss of a large pool, per cent: Vasicek (2002)."""
    return np.asarray(100.0 * ndtr((ndtri(0.01) + np.sqrt(0.2) * z[:, 0]) / np.sqrt(0.8)))


OU_MEAN, OU_SD = 14.9663103, 1000.0 * np.sqrt(4.999773e-5)
TAIL = norm.pdf(ndtri(0.05)) / 0.05
LAWS = {
    "Merton, a year": Law(4, _merton, {"below 70": 0.0665873309}),
    "Merton, five years": Law(20, _merton, {"below 70": 0.2101950538}),
    "Black and Cox, 20 dates": Law(20, _watched, {"below 70": 0.38888380}),
    "Ornstein and Uhlenbeck": Law(
        20,
        _mean_reverting,
        {
            "mean": OU_MEAN,
            "p5": OU_MEAN + OU_SD * ndtri(0.05),
            "p50": OU_MEAN,
            "p95": OU_MEAN - OU_SD * ndtri(0.05),
            "cfar95": -OU_SD * ndtri(0.05),
            "es95": OU_MEAN - OU_SD * TAIL,
            "above 30": 0.0167460911,
        },
    ),
    "Vasicek's pool": Law(1, _pool, {"mean": 1.0, "p99.9": 14.55252661, "above 10": 0.0041603846}),
    "plane in ten dimensions": Law(
        10, lambda z: z.sum(axis=1), {f"above {3.0 * 10.0**0.5!r}": 1.34990e-3}
    ),
}


def of_laws(seeds: int) -> list[dict[str, Any]]:
    """A record for each sampler, law and figure."""
    records = []
    for sampler, (name, law) in product(SAMPLERS, LAWS.items()):
        tasks = (joblib.delayed(_estimates)(name, sampler, seed) for seed in range(seeds))
        found = joblib.Parallel(n_jobs=-1)(tasks)
        for figure, true in law.truth.items():
            intervals = [run[figure] for run in found]
            held = sum(e.ci_low <= true <= e.ci_high for e in intervals)
            records.append(
                {
                    "sampler": sampler,
                    "law": name,
                    "figure": figure,
                    "truth": true,
                    "intervals": seeds,
                    "held": int(held),
                }
            )
    return records


def _estimates(name: str, sampler: str, seed: int) -> dict[str, Estimate]:
    """The figures of one sample."""
    law = LAWS[name]
    rng = np.random.default_rng([seed, law.dimensions])
    if sampler == "plain":
        z = rng.standard_normal((REPLICATES * POINTS, law.dimensions))
        parts = [law.amounts(z)]
    else:
        nets = (qmc.Sobol(law.dimensions, rng=rng).random(POINTS) for _ in range(REPLICATES))
        parts = [law.amounts(ndtri(np.clip(net, 1e-16, 1.0 - 1e-16))) for net in nets]
    return _figures(np.array(parts), list(law.truth))


def _figures(x: Floats, figures: list[str]) -> dict[str, Estimate]:
    """Figures of amounts by replicate, (R, paths); one replicate is independent paths."""
    estimate = _of_paths if len(x) == 1 else _of_nets
    return {figure: estimate(x, figure) for figure in figures}


def _of_paths(x: Floats, figure: str) -> Estimate:
    law = Distribution(_histogram(x))
    average = measures.mean(float(x.mean()), float(((x - x.mean()) ** 2).sum()), x.size)
    lowest = measures.quantiles(law, (0.05,))[0]
    if figure == "mean":
        return average
    if figure == "cfar95":
        return measures.cash_flow_at_risk([average], [lowest], law, 0.95)[0]
    if figure == "es95":
        return measures.expected_shortfall([lowest], law, 0.95)[0]
    if figure.startswith("p"):
        return measures.quantiles(law, (float(figure[1:]) / 100.0,))[0]
    return measures.probability(int(_hits(x, figure).sum()), x.size)


def _of_nets(x: Floats, figure: str) -> Estimate:
    counts = [np.array([_histogram(part) for part in x])]
    law, paths = Distribution(counts[0].sum(axis=0)), np.full(len(x), x.shape[1])
    average = replicated.mean(x.mean(axis=1), paths)
    lowest = replicated.quantiles(law, counts, (0.05,))[0]
    if figure == "mean":
        return average.estimate
    if figure == "cfar95":
        return replicated.cash_flow_at_risk([average], [lowest], law, 0.95)[0].estimate
    if figure == "es95":
        return replicated.expected_shortfall([lowest], law, counts, 0.95)[0].estimate
    if figure.startswith("p"):
        return replicated.quantiles(law, counts, (float(figure[1:]) / 100.0,))[0].estimate
    return replicated.share(_hits(x, figure), paths).estimate


def _hits(x: Floats, figure: str) -> NDArray[np.int64]:
    """Paths of each replicate that are "below X" or "above X"."""
    side, limit = figure.split()
    return ((x < float(limit)) if side == "below" else (x > float(limit))).sum(axis=1)


def _histogram(x: Floats) -> NDArray[np.int64]:
    x = x.ravel()
    distance = np.minimum(np.searchsorted(cell_edges(), np.abs(x), side="right"), CELLS_SIDE)
    cells = np.where(x < 0, CELLS_SIDE - distance, CELLS_SIDE + distance)
    return np.bincount(cells, minlength=CELLS)
