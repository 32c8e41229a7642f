"""A made-up run over made-up ranges of inputs: `synthetic`, and formulas for the spread."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtri

from capexrisk.archive.inputs import InputResults
from capexrisk.archive.manifest import ChunksRecord, InputsRecord
from capexrisk.archive.results import Results
from capexrisk.estimate.input_columns import COLUMNS, OVER_INPUTS
from tests.unit.report.synthetic import LEVELS

SPREAD = 0.9  # standard deviation of a chance's logit, and of an amount as a share of it
RECORD = InputsRecord(
    digest="0" * 64,
    dimensions=3,
    outer=1024,
    inner=256,
    paths_counted=262_144,
    paths_quarantined=0,
    refused=(),
    simulation_seconds=1.0,
    chunks=ChunksRecord(count=1, sha256="0" * 64),
)


def over_made_up_inputs(results: Results) -> Results:
    """The same run, whose inputs move every estimate.

    Chances spread on the logistic scale, amounts in proportion. The predictive estimate lies a
    fifth further out; a chance below 1 in 1,000 cannot be told from none.
    """
    table = results.summary.drop(columns="method")
    value = table["value"].to_numpy()
    chance = table["statistic"].isin(("probability", "upper_bound", "lower_bound")).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = logit(np.where(chance, value, 0.5))
    for name, level in LEVELS.items():
        off = SPREAD * float(ndtri(level))
        here = np.where(chance, expit(middle + off), value * (1.0 + 0.3 * off))
        width = np.where(chance, 0.1 * here * (1.0 - here), 0.1 * np.abs(here))
        unresolved = chance & (here < 0.001)
        table[name] = here
        table[f"{name}_low"] = np.where(unresolved, 0.0, here - width)
        table[f"{name}_high"] = np.where(unresolved, 0.002, here + width)
    table = table.reindex(columns=list(COLUMNS))
    table["value"] = np.where(chance, expit(middle + 0.2), 1.2 * value)
    missing = [name for name in OVER_INPUTS if name.startswith(("sd", "share"))]
    table[missing] = 0.5
    return replace(results, inputs=InputResults(table, pd.DataFrame(), pd.DataFrame(), RECORD))
