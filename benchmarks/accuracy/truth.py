"""The default scenario's figures from 10**9 independent paths: what intervals are held against.

    python -m benchmarks.accuracy.truth [--paths N]

writes `truth.parquet`, the tidy table of the run, and `truth.json`, what was run; half an hour to
an hour on two cores.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pandas as pd

import capexrisk as cr
from benchmarks import machine
from benchmarks.scenarios import default

TABLE = Path(__file__).parent / "truth.parquet"
RECORD = TABLE.with_suffix(".json")
SEED = 20260101
PROBABILITIES = ("probability", "upper_bound", "lower_bound")
KEY = ["issuer", "period", "metric", "statistic"]


def read() -> pd.DataFrame:
    """The table by `KEY`; bounds are probabilities.

    Raises
    ------
    ValueError
        If the scenario has changed since.
    """
    from capexrisk.scenario import digest

    if record()["scenario"]["digest"] != digest(default()):
        raise ValueError("the scenario is not that of truth.parquet: run benchmarks.accuracy.truth")
    return by_key(pd.read_parquet(TABLE))


def record() -> dict[str, Any]:
    """What was run: the manifest without the scenario itself."""
    found: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return found


def by_key(summary: pd.DataFrame) -> pd.DataFrame:
    """A tidy table with `KEY` as its index, bounds as probabilities."""
    bounds = summary["statistic"].isin(PROBABILITIES)
    return summary.assign(statistic=summary["statistic"].mask(bounds, "probability")).set_index(KEY)


def keep(results: cr.Results) -> None:
    """Write table and record."""
    results.summary.to_parquet(TABLE, index=False)
    manifest = results.manifest
    scenario = {
        "name": manifest.scenario.name,
        "as_of": manifest.scenario.as_of.isoformat(),
        "digest": manifest.scenario_digest,
    }
    known = {"scenario": scenario, "revision": machine.revision()}
    text = json.dumps(manifest.model_dump(mode="json", exclude={"scenario"}) | known, indent=1)
    RECORD.write_text(text + "\n", encoding="utf-8")


@click.command
@click.option("--paths", type=int, default=10**9, help="Independent paths.")
def main(paths: int) -> None:
    """Simulate and keep the table."""
    keep(cr.simulate(default(), paths=paths, seed=SEED, sampler="plain"))


if __name__ == "__main__":
    main()
