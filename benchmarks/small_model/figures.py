"""The five figures every tool is asked for, each with its standard error."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from benchmarks.small_model.small_model import Year

Figures = dict[str, tuple[float, float]]

FIGURES = {
    "fcf_mean": "mean of the year's free cash flow, $bn",
    "fcf_sd": "standard deviation of it, $bn",
    "fcf_negative": "probability that it is below 0",
    "capex_cut": "probability that capex is cut for want of funding",
    "funding_failure": "probability of a funding failure",
}


def moments(mean: float, sd: float, kurtosis: float, n: int) -> Figures:
    """Mean and standard deviation of n samples; `kurtosis` is 3 for a normal."""
    return {
        "fcf_mean": (mean, sd / sqrt(n)),
        "fcf_sd": (sd, sd * sqrt((kurtosis - 1) / (4 * n))),
    }


def probability(p: float, n: int) -> tuple[float, float]:
    """A frequency among n samples, with its standard error."""
    return p, sqrt(p * (1 - p) / n)


def figures_of(year: Year) -> Figures:
    """All figures, from arrays over samples, for tools that leave the statistics to NumPy."""
    fcf, n = year.fcf, len(year.fcf)
    centred = fcf - fcf.mean()
    squares = centred * centred
    variance = float(squares.mean())
    kurtosis = float((squares * squares).mean()) / variance**2
    return {
        **moments(float(fcf.mean()), sqrt(variance), kurtosis, n),
        "fcf_negative": probability(float((fcf < 0).mean()), n),
        **events_of(year),
    }


def events_of(year: Year) -> Figures:
    """The figures of the waterfall, from arrays over samples."""
    return {
        "capex_cut": probability(float(np.mean(year.capex_cut)), len(year.capex_cut)),
        "funding_failure": probability(float(np.mean(year.failed)), len(year.failed)),
    }


def furthest(one: Figures, other: Figures) -> tuple[str, float]:
    """The figure in which two tools differ most, in standard errors of the difference."""
    distances = {
        name: abs(one[name][0] - other[name][0]) / sqrt(one[name][1] ** 2 + other[name][1] ** 2)
        for name in FIGURES
    }
    worst: Any = max(distances, key=lambda name: distances[name])
    return worst, distances[worst]
