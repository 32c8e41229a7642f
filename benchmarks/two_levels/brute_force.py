"""Brute force over the inputs of a scenario, and how often default runs agree with it.

The scenario is the default one of `REVISION`, whose inputs have moved since: what is measured are
the estimators, and 4,096 points of 65,536 paths take half an hour of two processors.

``python -m benchmarks.two_levels.brute_force points --first N --count M`` runs the outer points of
M nets, 128 of 65,536 paths each; ``collect`` puts all 32 together into `REFERENCE`; ``seeds`` runs
the default budget with M seeds, and ``agree`` counts how often the intervals of P5 and P95 hold
the reference.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from capexrisk.estimate.conditional import ConditionalEstimates
from capexrisk.estimate.names import Name
from capexrisk.estimate.over_inputs import over_inputs
from capexrisk.estimate.totals import Totals
from capexrisk.kernel.points import path_number
from capexrisk.lowering import lower
from capexrisk.points.frozen import frozen_points
from capexrisk.run.chunks import all_draws_of
from capexrisk.run.execute import execute
from capexrisk.run.outer import run_outer_chunk
from capexrisk.run.plan import REPLICATES, Chunk, RunPlan
from capexrisk.scenario import Scenario, load_scenario
from capexrisk.scenario.plan import DEFAULT_INNER, DEFAULT_OUTER
from capexrisk.uncertainty import input_design
from capexrisk.uncertainty.outer import OuterPoints

SCENARIO, REVISION = "configs/hyperscalers-2026.toml", "38b9e98"
REFERENCE = Path(__file__).with_name("reference.csv")
POINTS, PATHS, SEED = 128, 65_536, 20_260_213  # of each net; 4,096 x 65,536 in all
ENDS = ("p5", "p95")
OF_THE_SYSTEM = ("any_failure", "failures_at_least_2")


def load() -> Scenario:
    """The scenario of `REVISION`, from the history of this repository."""
    shown = subprocess.run(
        ["git", "show", f"{REVISION}:{SCENARIO}"], check=True, capture_output=True
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(SCENARIO).name
        path.write_bytes(shown.stdout)
        return load_scenario(path)


def headline_names(scenario: Scenario) -> list[Name]:
    """The probabilities that `capexrisk run` prints, but for all issuers together."""
    years = [year.label for year in scenario.calendar_years()]
    ends = [quarter for quarter in scenario.quarter_labels() if quarter.endswith("Q4")]
    found = []
    for issuer in scenario.issuers:
        found += [Name(issuer.name, end, "funding_failure", "probability") for end in ends]
        found += [
            Name(issuer.name, year, "negative_fcf_given_survival", "probability") for year in years
        ]
    for metric in OF_THE_SYSTEM:
        found += [Name("system", end, metric, "probability") for end in ends]
    return found


def run_net(net: int, folder: Path) -> None:
    """Conditional estimates at the points of one net, to folder/NET.npy (names, points, halves)."""
    scenario = load()
    lowered = lower(scenario, "means")
    points = frozen_points(lowered.market, lowered.schedule, SEED)
    design = input_design(scenario)
    assert design is not None
    outer = OuterPoints(scenario, lowered, design, points, PATHS, POINTS)
    began = time.process_time()
    totals = Totals(lowered.layout, 1, independent=False, two_levels=True)
    for point in range(POINTS):
        first = path_number(net, point * PATHS)
        chunk = run_outer_chunk(outer, Chunk(point, net, first, PATHS))
        assert totals.outer is not None
        assert chunk.outer is not None
        totals.outer[0].append(chunk.outer)
    conditional = ConditionalEstimates(totals, lowered)
    found = [np.stack(conditional[name], axis=-1)[0] for name in headline_names(scenario)]
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / f"{net}.npy", np.array(found))
    print(f"net {net}: {time.process_time() - began:.0f} s of processor time", flush=True)


def collect(folder: Path) -> pd.DataFrame:
    """P5 and P95 of each probability over the inputs, with standard error and interval."""
    names = headline_names(load())
    halves = np.stack([np.load(folder / f"{net}.npy") for net in range(REPLICATES)], axis=1)
    figures = over_inputs(halves[..., 0], halves[..., 1], probability=True).figures
    rows = [
        (str(name), end, *(float(part[row]) for part in figures[end]))
        for row, name in enumerate(names)
        for end in ENDS
    ]
    columns = ["name", "end", "value", "standard_error", "ci_low", "ci_high"]
    return pd.DataFrame(rows, columns=columns)


def run_seeds(first: int, count: int, out: Path) -> None:
    """P5 and P95 with their intervals at the default budget, a row for each seed and name."""
    scenario = load()
    names = headline_names(scenario)
    lowered = lower(scenario)
    for seed in range(first, first + count):
        plan = RunPlan(
            paths=1,
            seed=seed,
            jobs=1,
            backend="sequential",
            outer=DEFAULT_OUTER,
            inner=DEFAULT_INNER,
        ).over_inputs
        assert plan is not None
        totals = execute(lowered, plan, draws=all_draws_of(lowered, plan))
        conditional = ConditionalEstimates(totals, lowered)
        halves = np.array([np.stack(conditional[name]) for name in names])
        behind = np.array([conditional.paths(name) for name in names])
        figures = over_inputs(halves[:, 0], halves[:, 1], probability=True, paths=behind).figures
        rows = [
            (seed, str(name), end, *(float(part[row]) for part in figures[end]))
            for row, name in enumerate(names)
            for end in ENDS
        ]
        columns = ["seed", "name", "end", "value", "standard_error", "ci_low", "ci_high"]
        table = pd.DataFrame(rows, columns=columns)
        table.to_csv(out, mode="a", header=not out.exists(), index=False)
        print(f"seed {seed}", flush=True)


def agreement(folder: Path) -> pd.DataFrame:
    """Share of seeds whose interval holds the reference, by name and end.

    An interval without an end holds what lies on that side; one that is unknown holds nothing. The
    reference has an error of its own, which widens no interval.
    """
    truth = pd.read_csv(REFERENCE).set_index(["name", "end"])["value"]
    tables = [pd.read_csv(path) for path in sorted(folder.glob("seeds-*.csv"))]
    seeds = pd.concat(tables, ignore_index=True).set_index(["name", "end"])
    wanted = truth.reindex(seeds.index)
    known = seeds["ci_low"].notna() | seeds["ci_high"].notna()
    holds = (seeds["ci_low"].fillna(0.0) <= wanted) & (wanted <= seeds["ci_high"].fillna(1.0))
    found = pd.DataFrame({"holds": (holds & known), "known": known, "value": seeds["value"]})
    by_name = found.groupby(level=["name", "end"], sort=False)
    table = by_name.agg({"holds": "mean", "known": "mean", "value": "mean"})
    table["truth"] = truth
    table["seeds"] = by_name.size()
    return table


def main() -> None:
    """Run one of the parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=["points", "collect", "seeds", "agree"])
    parser.add_argument("--folder", type=Path, default=Path("build/brute_force"))
    parser.add_argument("--first", type=int, default=0, help="net or seed")
    parser.add_argument("--count", type=int, default=REPLICATES)
    asked = parser.parse_args()
    if asked.part == "points":
        for net in range(asked.first, asked.first + asked.count):
            if not (asked.folder / f"{net}.npy").exists():
                run_net(net, asked.folder)
    elif asked.part == "collect":
        collect(asked.folder).to_csv(REFERENCE, index=False, float_format="%.6g")
    elif asked.part == "agree":
        print(agreement(asked.folder).to_string())
    else:
        asked.folder.mkdir(parents=True, exist_ok=True)
        run_seeds(asked.first, asked.count, asked.folder / f"seeds-{asked.first}.csv")


if __name__ == "__main__":
    main()
