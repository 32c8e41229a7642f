"""Compare the twin with the reference figures: ``python -m tests.oracle.compare CASE PATHS``."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from tests.oracle.draws import random_draws
from tests.oracle.figures import figures
from tests.oracle.identities import waterfall_imbalance
from tests.oracle.twin import simulate

REFERENCE = Path(__file__).parent.parent / "reference"
CASES = {"": "the six firms of 2026", "builders-": "five telecom builders"}
BATCH = 6_250
# How the names of figures end that are shares of paths.
SHARES = (
    *("negative", "failed_by_q4", "failed_by_q8", "failed_by_q12", "failed_by_run"),
    *("high_yield_end", "capex_cut_ever", "stressed", "shut", "anchor_lost"),
    *("any_failure", "two_or_more_failures", "above_20", "above_1000"),
)
RARE = 1e-4  # $bn


def stored(name: str) -> dict:
    """A file of the reference."""
    return json.loads((REFERENCE / f"{name}.json").read_text("utf-8"))


def one_batch(prefix: str, seed: np.random.SeedSequence) -> tuple[dict[str, float], float]:
    """Figures of one batch, and its largest imbalance of sources and uses."""
    case = stored(f"{prefix}case")
    result = simulate(case, random_draws(case, BATCH, np.random.default_rng(seed)))
    opening = np.array([firm["cash"] for firm in case["issuers"]])
    return figures(case, result), float(np.abs(waterfall_imbalance(result, opening)).max())


def is_share(name: str) -> bool:
    """Whether a figure of the reference is a share of paths."""
    return name.endswith(SHARES)


def standard_score(
    name: str,
    value: float,
    error: float,
    expected: Mapping[str, float],
    *,
    paths: int,
    reference_paths: int,
) -> float:
    """Distance from the expected value in combined standard errors.

    The error of a share is the given or the binomial one, whichever is larger: batches say little
    of what few paths show. An amount that rests on a handful of paths, so that its standard error
    is above a fifth of it (or 0), may differ by `RARE` besides. A constant may differ by rounding.
    """
    known = expected["value"]
    difference = value - known
    given = expected["standard_error"]
    if is_share(name):
        # One path more than was seen, so that a share of 0 or 1 has an error as well.
        shares = [
            (min(max(share, 1 / n), 1 - 1 / n), n)
            for share, n in ((value, paths), (known, reference_paths))
        ]
        binomial = [np.sqrt(share * (1 - share) / n) for share, n in shares]
        return float(difference / np.hypot(max(error, binomial[0]), max(given, binomial[1])))
    if abs(difference) <= 1e-9 * abs(known):
        return 0.0
    if error > abs(value) / 5 or given > abs(known) / 5 or 0.0 in (error, given):
        difference = np.copysign(max(abs(difference) - RARE, 0.0), difference)
    return float(difference / np.hypot(error, given)) if difference else 0.0


def scores_of(prefix: str, batches: list[dict[str, float]]) -> dict[str, float]:
    """Standard score of every figure of the reference, from batches of the twin."""
    reference = stored(f"{prefix}expected")
    scores = {}
    for name, expected in reference["figures"].items():
        values = np.array([batch[name] for batch in batches])
        scores[name] = standard_score(
            name,
            float(values.mean()),
            float(values.std(ddof=1) / np.sqrt(len(values))),
            expected,
            paths=BATCH * len(batches),
            reference_paths=reference["paths"],
        )
    return scores


def run_batches(
    prefix: str, batches: int, *, seed: int, workers: int
) -> tuple[list[dict[str, float]], float]:
    """Figures of so many batches, and the largest imbalance of all."""
    seeds = np.random.SeedSequence(seed).spawn(batches)
    with ProcessPoolExecutor(workers) as pool:
        outcomes = list(pool.map(partial(one_batch, prefix), seeds))
    return [batch for batch, _ in outcomes], max(imbalance for _, imbalance in outcomes)


def main() -> None:
    """Run the batches and print every figure's standard score, the worst first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("prefix", choices=CASES, help="prefix of the reference's files")
    parser.add_argument("paths", type=int, nargs="?", default=8 * BATCH)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--show", type=int, default=15)
    options = parser.parse_args()
    batches = max(2, -(-options.paths // BATCH))
    began = time.perf_counter()
    found, imbalance = run_batches(
        options.prefix, batches, seed=options.seed, workers=options.workers
    )
    seconds = time.perf_counter() - began
    expected = stored(f"{options.prefix}expected")["figures"]
    scores = scores_of(options.prefix, found)
    for name in sorted(scores, key=lambda name: -abs(scores[name]))[: options.show]:
        mean = np.mean([batch[name] for batch in found])
        print(
            f"{scores[name]:8.2f}  {name:40s} {mean:14.6g} expected {expected[name]['value']:14.6g}"
        )
    within = sum(abs(score) <= 4 for score in scores.values())
    squares = np.mean(np.square(list(scores.values())))
    print(f"{within} of {len(scores)} within 4 standard errors; mean squared score {squares:.3f}")
    print(f"largest imbalance {imbalance:.2e} $bn")
    paths = batches * BATCH
    print(f"{paths} paths, {seconds:.0f} s, {paths / seconds:.0f} paths/s")


if __name__ == "__main__":
    main()
