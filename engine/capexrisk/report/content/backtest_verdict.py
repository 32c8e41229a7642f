"""One sentence on a run against what happened: which way it was off, and how sure it was."""

from __future__ import annotations

from math import isnan, sqrt

import pandas as pd

__all__ = ["verdict"]

DOUBT = 0.1  # a chance on the run's own paths below which its width is called wrong
HALF_WIDTH = 1.645  # of nine in ten, in standard errors of a mean percentile
UNIFORM = sqrt(1.0 / 12.0)  # spread of one percentile of a right run


def verdict(figures: pd.DataFrame, cover: pd.Series[float], scores: pd.Series[float]) -> str:
    """Direction and width, in a sentence.

    The direction is that of the mean percentile, if it lies outside nine tenths of those that as
    many independent figures of a right run have; the width that of the interval of `cover`, if
    as few or as many inside have a chance below one in ten on the run's own paths.

    Parameters
    ----------
    figures : DataFrame
        Of one metric, kind of period and state of the inputs.
    cover, scores : Series
        The rows of the tables of coverage and scores.
    """
    above = int((figures["actual"] > figures["p50"]).sum())
    counts = f"{above} of {len(figures)} figures lie above the run's median"
    independent = float(scores["effective"])
    if isnan(independent):
        return f"Whether the run was too low or too sure is not known: {counts}. "
    off = (float(scores["percentile"]) - 0.5) * sqrt(independent) / UNIFORM
    direction = "too low" if off > HALF_WIDTH else "too high" if off < -HALF_WIDTH else ""
    width = ""
    if cover["chance_of_so_few"] < DOUBT:
        width = "too sure"
    elif cover["chance_of_so_many"] < DOUBT:
        width = "too unsure"
    told = " and ".join(word for word in (direction, width) if word)
    if not told:
        return f"Nothing shows that the run was off: {counts}. "
    return f"The run was {told}: {counts}. "
