"""Corrections of quantiles over inputs for inner noise, compared; and splits of a budget.

``python -m benchmarks.two_levels.corrections``: a minute or two. Conditional probabilities are
known functions of one input, the points a stratified sample of it, the inner paths independent.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np
from scipy.special import ndtr, ndtri

from benchmarks.markdown import table
from capexrisk.estimate.budget_split import propose_split
from capexrisk.estimate.inner_noise import smoothing, spread_ties
from capexrisk.estimate.over_inputs import LEVELS, over_inputs, variance_between

REPLICATES, SEEDS = 32, 200
RANGES = ((0.009, 0.22), (0.001, 0.03), (0.6, 0.99))  # 5 % and 95 % quantiles of the truth
POINTS, PATHS = (256, 1024, 4096), (128, 256, 1024)
BUDGETS = (2**16, 2**18, 2**20)
SPLITS = (64, 128, 256, 512, 1024, 2048)

Law = Callable[[np.ndarray], np.ndarray]  # quantile function of a conditional probability
Quantiles = np.ndarray  # (seeds, levels)


def probit(low: float, high: float) -> Law:
    start, end = ndtri([low, high])
    slope = (end - start) / (2.0 * ndtri(0.95))
    return lambda u: ndtr((start + end) / 2.0 + slope * ndtri(u))


def lognormal(low: float, high: float) -> Law:
    if high > 0.5:
        mirrored = lognormal(1.0 - high, 1.0 - low)
        return lambda u: 1.0 - mirrored(1.0 - u)
    slope = np.log(high / low) / (2.0 * ndtri(0.95))
    return lambda u: np.minimum(np.sqrt(low * high) * np.exp(slope * ndtri(u)), 1.0)


def two_humps(low: float, high: float) -> Law:
    start, end = ndtri([low, high])
    width = (end - start) / 8.0
    grid = np.linspace(start - 6.0 * width, end + 6.0 * width, 4001)
    below = 0.6 * ndtr((grid - start) / width - 1.3) + 0.4 * ndtr((grid - end) / width + 1.3)
    return lambda u: ndtr(np.interp(u, below, grid))


LAWS = {"probit": probit, "lognormal": lognormal, "two humps": two_humps}


def halves(law: Law, seeds: int, points: int, paths: int, rng: np.random.Generator) -> np.ndarray:
    """Estimated probabilities, (2, seeds, replicates, points each)."""
    each = points // REPLICATES
    stratum = np.argsort(rng.random((seeds, REPLICATES, each)), axis=-1)
    truth = law((stratum + rng.random(stratum.shape)) / each)
    half = paths // 2
    return rng.binomial(half, truth, size=(2, *truth.shape)) / half


def methods(a: np.ndarray, b: np.ndarray) -> dict[str, Quantiles]:
    """Quantiles by each method."""
    points = a.shape[-2] * a.shape[-1]
    position = np.array(LEVELS) * points - 0.5
    lower = position.astype(int)
    inside = position - lower

    def ordered(values: np.ndarray) -> np.ndarray:
        return spread_ties(np.sort(values.reshape(-1, points), axis=1))[0]

    def at(sorted_values: np.ndarray) -> Quantiles:
        return sorted_values[:, lower] * (1 - inside) + sorted_values[:, lower + 1] * inside

    def shrunken(a: np.ndarray, b: np.ndarray) -> list[np.ndarray]:
        """Sorted values of the mean and of both halves, shrunk to the variance between."""
        variance = np.maximum(variance_between(a, b).mean(axis=-1), 0.0)
        kept = []
        for values in (0.5 * (a + b), a, b):
            mean = values.mean(axis=(1, 2))[:, None]
            total = np.maximum(values.var(axis=(1, 2)), 1e-300)
            kept.append(mean + np.sqrt(variance / total)[:, None] * (ordered(values) - mean))
        return kept

    y, of_a, of_b = ordered(0.5 * (a + b)), ordered(a), ordered(b)
    x, x_of_a, x_of_b = shrunken(a, b)
    arcsine = shrunken(np.arcsin(np.sqrt(a)), np.arcsin(np.sqrt(b)))[0]
    left = x - 0.5 * (x_of_a + x_of_b)
    found = {
        "none": at(y),
        "jackknife": at(2.0 * y - 0.5 * (of_a + of_b)),
        "shrinkage": at(x),
        "shrinkage, arcsine": np.sin(np.clip(at(arcsine), 0.0, np.pi / 2)) ** 2,
        "shrinkage, jackknife": at(x + left),
        "the same, smoothed": at(x) + left @ smoothing(points, LEVELS),
    }
    return {name: np.clip(values, 0.0, 1.0) for name, values in found.items()}


def errors(found: Quantiles, truth: np.ndarray) -> tuple[float, float, float]:
    """Bias of p95 - p5, largest bias of a quantile, and r.m.s. error; in % of p95 - p5."""
    off = 100.0 * (found - truth) / (truth[-1] - truth[0])
    bias = off.mean(axis=0)
    return abs(bias[-1] - bias[0]), np.abs(bias).max(), float(np.sqrt((off**2).mean()))


def compare(seeds: int, rng: np.random.Generator) -> str:
    """A row for each law, range and number of paths, over the numbers of points."""
    rows, names = [], []
    for law_name, make in LAWS.items():
        for low, high in RANGES:
            law = make(low, high)
            truth = law(np.array(LEVELS))
            for paths in PATHS:
                each: dict[str, list[tuple[float, float, float]]] = {}
                for points in POINTS:
                    for name, found in methods(*halves(law, seeds, points, paths, rng)).items():
                        each.setdefault(name, []).append(errors(found, truth))
                names = list(each)
                cells = [
                    f"{np.mean([e[1] for e in found]):.1f} · {each[name][1][2]:.1f}"
                    for name, found in each.items()
                ]
                rows.append([f"{law_name}, {100 * low:g} to {100 * high:g} %", f"{paths}", *cells])
    return table(["law, its p5 to p95", "paths", *names], rows)


def splits(seeds: int, rng: np.random.Generator) -> str:
    """R.m.s. error of p5, p95 and sd by split, and the proposed one."""
    rows = []
    for law_name in ("probit", "lognormal"):
        for low, high in RANGES:
            law = LAWS[law_name](low, high)
            truth = law(np.array(LEVELS))
            middle = law((np.arange(10**6) + 0.5) / 10**6)
            for budget in BUDGETS:
                chosen = [
                    propose_split(*pilot, paths=128, budget=budget).paths
                    for pilot in np.moveaxis(halves(law, 50, 64, 128, rng), 0, 1)
                ]
                by_paths = {}
                for paths in SPLITS:
                    if budget // paths < 128:
                        continue
                    runs = halves(law, seeds, budget // paths, paths, rng)
                    figures = over_inputs(*runs, probability=True).figures
                    width = truth[-1] - truth[0]
                    off = np.stack(
                        [
                            (figures["p5"].value - truth[0]) / width,
                            (figures["p95"].value - truth[-1]) / width,
                            figures["sd"].value / middle.std() - 1.0,
                        ]
                    )
                    by_paths[paths] = 100.0 * np.sqrt((off**2).mean())
                best = min(by_paths, key=lambda n: by_paths[n])
                usual = int(np.median(chosen))
                rows.append(
                    [
                        f"{law_name}, {100 * low:g} to {100 * high:g} %",
                        f"2^{round(np.log2(budget))}",
                        *[f"{by_paths[n]:.2f}" if n in by_paths else "" for n in SPLITS],
                        f"{best}",
                        f"{usual} ({min(chosen)} to {max(chosen)})",
                    ]
                )
    heads = ["law, its p5 to p95", "budget", *(f"n = {n}" for n in SPLITS)]
    return table([*heads, "best n", "proposed, median (range)"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.two_levels.corrections")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    chosen = parser.parse_args()
    rng = np.random.default_rng(17)
    print(compare(chosen.seeds, rng), splits(chosen.seeds, rng), sep="\n\n")


if __name__ == "__main__":
    main()
