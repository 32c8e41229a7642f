"""The tests' twin of the engine under the peers' contract: NumPy, arrays over paths.

It is written to be read beside MODEL.md, and keeps every series of every path: slower than NumPy
must be.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.peers import contract
from benchmarks.peers.figures import Case, Figures, Simulate
from tests.oracle import twin
from tests.oracle.draws import random_draws

NAME = "NumPy, the twin of the tests"
BATCH = 2_000  # paths: more need more memory, and are no faster
SERIES = {"boom_share": "buildout_share"}  # of the market, where the twin's name is another


def prepare(case: Case) -> Simulate:
    """A function (paths, seed) -> Figures."""
    shape = (2, len(list(contract.amounts(case))))
    events = len(list(contract.events(case)))

    def simulate(paths: int, seed: int) -> Figures:
        rng = np.random.default_rng(seed)
        (sums, squares), counts = np.zeros(shape), np.zeros(events)
        for first in range(0, paths, BATCH):
            result = twin.simulate(case, random_draws(case, min(BATCH, paths - first), rng))
            amounts = np.array(list(amounts_of(case, result)))
            sums += amounts.sum(axis=1)
            squares += (amounts * amounts).sum(axis=1)
            counts += [seen.sum() for seen in events_of(case, result)]
        return contract.figures(case, sums, squares, counts, paths)

    return simulate


def of_years(series: np.ndarray) -> np.ndarray:
    """Sums of a series (quarter, path) by year."""
    return series.reshape(-1, 4, series.shape[-1]).sum(axis=1)


def amounts_of(case: Case, result: dict[str, Any]) -> Iterator[np.ndarray]:
    """Amounts of each path, in the contract's order."""
    outside = 0.0
    for i in range(len(case["issuers"])):
        years = [of_years(result[amount][i]) for amount in contract.AMOUNTS_OF_YEAR]
        for year in range(case["quarters"] // 4):
            yield from (amount[year] for amount in years)
        flows = [result[flow][i].sum(axis=0) for flow in contract.FLOWS]
        outside = outside + sum(flows[: contract.CHANNELS])
        yield from flows
    for k in range(case["quarters"]):
        for name in ("oas", "utilisation", "demand", "boom_share"):
            yield result[SERIES.get(name, name)][k]
    yield np.asarray(outside)


def events_of(case: Case, result: dict[str, Any]) -> Iterator[np.ndarray]:
    """Whether each path saw each event, in the contract's order."""
    quarters = case["quarters"]
    failed = result["f4_quarter"] < quarters
    for i in range(len(case["issuers"])):
        yield from of_years(result["fcf"][i]) < 0.0
        yield from (result["f4_quarter"][i] <= k for k in range(quarters))
        yield (result["capex_cut"][i] > 0.0).any(axis=0)
    for k in range(quarters):
        yield result["regime"][k] == 1
        yield result["regime"][k] == 2
        yield result["anchor_lost"][k]
    failures = failed.sum(axis=0)
    smallest = np.argmin([firm["market_cap"] for firm in case["issuers"]])
    group_profit = of_years(result["profit"].sum(axis=0))[-1]
    yield failures > 0
    yield failures > failed[smallest]
    yield failures > 1
    yield group_profit > case["thresholds"]["group_profit"]
