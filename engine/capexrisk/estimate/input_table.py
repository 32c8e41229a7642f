"""The table over the inputs: each estimate of a two-level run, and its spread over the inputs.

Columns: issuer, period, metric and statistic as in the tidy table; value, standard_error, ci_low,
ci_high and n of the predictive estimate, over inputs and paths together; then, for what can be told
at each outer point, the distribution over the inputs of the estimate given the inputs: sd, p5, p25,
p50, p75, p95, each with _low and _high, the ends of its 95 % interval; and share, of a path's
variance that comes from the inputs, with its interval. A quantile of chances that cannot be told
from 0, or from 1, has no value, only its interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

import numpy as np
import pandas as pd

from capexrisk.estimate.conditional import ConditionalEstimates
from capexrisk.estimate.figures import Figures
from capexrisk.estimate.input_columns import (
    COLUMNS,
    HEADLINES,
    OVER_INPUTS,
    PREDICTIVE,
    QUANTILES,
    SPREAD,
)
from capexrisk.estimate.names import Name
from capexrisk.estimate.over_inputs import over_inputs
from capexrisk.estimate.table import EstimateTable
from capexrisk.estimate.totals import Floats, Totals
from capexrisk.lowering import LoweredScenario


def input_table(totals: Totals, lowered: LoweredScenario) -> pd.DataFrame:
    """The table over the inputs of a two-level run.

    Parameters
    ----------
    totals : Totals
        With two levels.
    lowered : LoweredScenario
        Of the scenario with the inputs as they stand.
    """
    predictive = EstimateTable(totals, lowered).all()
    names = list(predictive)
    frame = pd.DataFrame(names, columns=list(Name._fields))[list(COLUMNS[:4])]
    found = [row.estimate for row in predictive.values()]
    frame["statistic"] = [estimate.statistic for estimate in found]
    for column, numbers in zip(PREDICTIVE, zip(*(e[1:] for e in found), strict=True), strict=True):
        frame[column] = numbers
    return pd.concat([frame, _spread(names, totals, lowered)], axis=1)


def point_table(totals: Totals, lowered: LoweredScenario) -> pd.DataFrame:
    """Headline estimates at each outer point, given its inputs: a row for each half of its paths.

    Columns: net, point and half, then an estimate each, by its name. From these come differences of
    scenarios over the inputs, and what each input explains.
    """
    conditional = ConditionalEstimates(totals, lowered)
    columns = {
        str(name): np.stack(halves, axis=-1).reshape(-1)
        for name in conditional
        if name.metric in HEADLINES
        and name.statistic in ("probability", "mean")
        and (halves := conditional[name]).everywhere
    }
    nets, points = totals.replicates, len(totals.outer_points(0).paths) // 2
    net, point, half = np.indices((nets, points, 2)).reshape(3, -1)
    return pd.DataFrame({"net": net, "point": point, "half": half, **columns})


def _spread(names: Sequence[Name], totals: Totals, lowered: LoweredScenario) -> pd.DataFrame:
    """The columns of OVER_INPUTS, NaN where nothing can be told at each point."""
    conditional = ConditionalEstimates(totals, lowered)
    spread = np.full((len(names), len(OVER_INPUTS)), nan)
    told = {
        row: halves
        for row, name in enumerate(names)
        if name in conditional and (halves := conditional[name]).everywhere
    }
    chances = [row for row in told if names[row].statistic == "probability"]
    amounts = [row for row in told if names[row].statistic != "probability"]
    for rows, probability in ((chances, True), (amounts, False)):
        if rows:
            variance = paths = None
            if probability:
                paths = np.array([conditional.paths(names[row]) for row in rows])
            else:
                variance = np.array([conditional.variance(names[row], totals) for row in rows])
            figures = over_inputs(
                np.array([told[row].first for row in rows]),
                np.array([told[row].second for row in rows]),
                probability=probability,
                paths=paths,
                outcome_variance=variance,
            ).figures
            for at, name in enumerate(SPREAD):
                of_all = figures[name]
                ends = (of_all.value, of_all.ci_low, of_all.ci_high)
                if probability and name in QUANTILES:
                    ends = (_resolved(of_all), *ends[1:])
                spread[rows, 3 * at : 3 * at + 3] = np.stack(ends, axis=-1)
    return pd.DataFrame(spread, columns=list(OVER_INPUTS))


def _resolved(chances: Figures) -> Floats:
    """Values of chances; NaN where the paths at a point cannot tell them from 0, or from 1."""
    untold = (chances.ci_low <= 0.0) | (chances.ci_high >= 1.0)
    return np.where(untold, nan, chances.value)
