"""Differences of two scenarios over the inputs that they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import Final

import numpy as np
import pandas as pd

from capexrisk.estimate.over_inputs import over_inputs

LEVELS: Final = ("p5", "p50", "p95")
OVER_INPUTS: Final = tuple(
    f"inputs_{level}{end}" for level in LEVELS for end in ("", "_low", "_high")
)
ROUNDING: Final = 1e-12  # of a difference that is the same on every path
POINT: Final = ("net", "point", "half")  # columns of a table of points; the others are estimates


def differences_over_inputs(
    first: pd.DataFrame, second: pd.DataFrame, names: Sequence[str]
) -> pd.DataFrame:
    """How the difference of each estimate spreads over the inputs, corrected for inner noise.

    Both runs have the same points: what moves one moves the other. Where all from the low end of P5
    to the high end of P95 lies on one side of 0, the inputs do not decide the sign. Where the
    spread cannot be told from that of the paths, its quantiles would all lie near the mean
    whatever the inputs do: they are NaN.

    Parameters
    ----------
    first, second : DataFrame
        Tables of points, of the base and of the other run, row by row the same points.
    names : sequence of str
        Estimates, as columns of both; others get NaN.

    Returns
    -------
    DataFrame
        One row per name: `OVER_INPUTS`, each quantile with the ends of its 95 % interval.
    """
    found = np.full((len(names), len(OVER_INPUTS)), nan)
    rows = [row for row, name in enumerate(names) if name in first and name in second]
    if rows:
        columns = [names[row] for row in rows]
        nets = int(first["net"].max()) + 1
        halves = [_halves(table, columns, nets) for table in (first, second)]
        moved = halves[1] - halves[0]
        figures = over_inputs(moved[..., 0], moved[..., 1]).figures
        noisy = figures["noise_variance"].value > (ROUNDING * figures["mean"].value) ** 2
        untold = noisy & np.isnan([figures[level].ci_low for level in LEVELS]).all(axis=0)
        numbers = [
            number
            for value, _, low, high in (figures[level] for level in LEVELS)
            for number in (value, low, high)
        ]
        found[rows] = np.where(untold[:, None], nan, np.stack(numbers, axis=-1))
    return pd.DataFrame(found, columns=list(OVER_INPUTS))


def _halves(table: pd.DataFrame, columns: list[str], nets: int) -> np.ndarray:
    """Estimates by name, net, point and half."""
    numbers = table[columns].to_numpy(dtype=float)
    return numbers.T.reshape(len(columns), nets, -1, 2)
