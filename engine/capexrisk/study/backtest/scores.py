"""Scores of forecasts: of an amount by its distribution, of an event by its probability.

Every score is negatively oriented, less is better, except the area under the curve. Influence
functions are returned beside a score: their means over independent parts give its error.
"""

from __future__ import annotations

from math import log, nan, pi, sqrt
from typing import NamedTuple

import numpy as np
import scipy  # whose parts load where they are used
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEW = 10  # draws below which a tail is not told


class Score(NamedTuple):
    """A score and its influence function: what each draw adds, with mean 0."""

    value: float
    influence: Floats


def crps_of_draws(draws: Floats, actual: float) -> Score:
    """Continuous ranked probability score of an ensemble, in the fair version.

    E|X - y| - E|X - X'| / 2, where both X are different draws: unbiased for any number of them
    (C. A. T. Ferro, Quarterly Journal of the Royal Meteorological Society 140, 2014). By sorting,
    in m log m.

    Parameters
    ----------
    draws : ndarray, shape (m,)
        Two or more.
    actual : float
        What happened, in the same unit; the score is in it too.
    """
    apart = _distances(draws)
    away = np.abs(draws - actual)
    value = float(away.mean() - 0.5 * apart.mean())
    return Score(value, (away - away.mean()) - (apart - apart.mean()))


def _distances(draws: Floats) -> Floats:
    """Mean distance of each draw from all others."""
    order = np.argsort(draws, kind="stable")
    x = draws[order]
    below = np.concatenate([[0.0], np.cumsum(x)[:-1]])
    above = x.sum() - below - x
    rank = np.arange(x.size)
    found = np.empty_like(x)
    found[order] = (rank * x - below + above - (x.size - 1 - rank) * x) / (x.size - 1)
    return found


def crps_of_cells(lower: Floats, upper: Floats, counts: Floats, actual: float) -> float:
    """Continuous ranked probability score of a histogram, from its distribution function.

    The integral of (F(x) - 1{x >= y})^2 dx, exact for F that is a straight line inside each cell.

    Parameters
    ----------
    lower, upper, counts : ndarray, shape (cells,)
        Filled cells in their order; a cell without width holds a point mass.
    actual : float
        What happened.
    """
    x = np.stack([lower, upper], axis=1).ravel()
    end = np.cumsum(counts) / counts.sum()
    f = np.stack([end - counts / counts.sum(), end], axis=1).ravel()
    if actual not in x:  # where it is one, a jump may stand there
        here = int(np.searchsorted(x, actual))
        at = float(np.interp(actual, x, f, left=0.0, right=1.0))
        x, f = np.insert(x, here, actual), np.insert(f, here, at)
    past = x[:-1] >= actual
    a, b = (np.where(past, 1.0 - side, side) for side in (f[:-1], f[1:]))
    return float((np.diff(x) * (a * a + a * b + b * b)).sum() / 3.0)


def influence_of_cells(lower: Floats, upper: Floats, counts: Floats, actual: float) -> Floats:
    """Influence function of `crps_of_cells`, of a draw in the middle of each cell."""
    middle, share = 0.5 * (lower + upper), counts / counts.sum()
    away = np.abs(middle - actual)
    apart = np.abs(middle[:, None] - middle) @ share
    found: Floats = (away - away @ share) - (apart - apart @ share)
    return found


def log_score_of_draws(draws: Floats, actual: float) -> Score:
    """Logarithmic score, -ln of the density at what happened, in nats; of a density per unit.

    The density is that of Gaussian kernels, as wide as Silverman's rule says (1986, eq. 3.31). NaN
    where fewer than `FEW` draws lie beyond: a density is then the kernels', not the draws'.
    """
    beyond = min(int((draws <= actual).sum()), int((draws >= actual).sum()))
    low, high = np.quantile(draws, (0.25, 0.75))
    spread = min(float(draws.std(ddof=1)), float(high - low) / 1.349)
    if beyond < FEW or not spread > 0.0:
        return Score(nan, np.full(draws.size, nan))
    width = 0.9 * spread * draws.size**-0.2
    kernels = np.exp(-0.5 * ((draws - actual) / width) ** 2) / (width * sqrt(2.0 * pi))
    density = float(kernels.mean())
    return Score(-log(density), 1.0 - kernels / density)


class Brier(NamedTuple):
    """Brier score and its parts: score = miscalibration - discrimination + uncertainty."""

    score: float
    miscalibration: float
    discrimination: float
    uncertainty: float


def brier(chances: Floats, happened: Flags) -> Brier:
    """Brier score, decomposed without bins.

    The recalibrated chances are the isotonic regression of what happened on the chances; the parts
    are differences of the scores of chances, of recalibrated ones, and of the base rate (T.
    Dimitriadis, T. Gneiting and A. I. Jordan, PNAS 118, 2021). Both parts are 0 or more.

    Parameters
    ----------
    chances : ndarray, shape (n,)
    happened : ndarray of bool, shape (n,)
    """
    y = happened.astype(float)
    values, group, size = np.unique(chances, return_inverse=True, return_counts=True)
    shares = np.bincount(group, weights=y) / size
    fitted = (
        np.asarray(scipy.optimize.isotonic_regression(shares, weights=size).x)
        if values.size
        else shares
    )
    score = float(((chances - y) ** 2).mean())
    recalibrated = float(((fitted[group] - y) ** 2).mean())
    uncertainty = float(y.mean() * (1.0 - y.mean()))
    return Brier(score, score - recalibrated, uncertainty - recalibrated, uncertainty)


class Curve(NamedTuple):
    """Area under the curve, and each case's part in it.

    Attributes
    ----------
    area : float
        Share of pairs, one that happened and one that did not, in which the first ranks higher; a
        tie counts a half. NaN without such pairs.
    parts : ndarray, shape (n,)
        Of one that happened the share of others below it, of one that did not the share above.
    """

    area: float
    parts: Floats


def area_under_curve(ranking: Floats, happened: Flags) -> Curve:
    """Area under the receiver operating characteristic; see `Curve`.

    Parameters
    ----------
    ranking : ndarray, shape (n,)
        Higher where it is likelier to happen; may be infinite.
    happened : ndarray of bool, shape (n,)
    """
    yes, no = ranking[happened], ranking[~happened]
    if not yes.size or not no.size:
        return Curve(nan, np.full(ranking.size, nan))
    wins = (yes[:, None] > no).astype(float) + 0.5 * (yes[:, None] == no)
    parts = np.empty(ranking.size)
    parts[happened], parts[~happened] = wins.mean(axis=1), wins.mean(axis=0)
    return Curve(float(wins.mean()), parts)


def error_of_area(parts: Floats, happened: Flags) -> float:
    """Standard error of an area under the curve, or of a difference between two of them.

    From the spread of the cases' parts, of a difference that of theirs (E. R. DeLong, D. M. DeLong
    and D. L. Clarke-Pearson, Biometrics 44, 1988). It takes cases for independent. NaN with fewer
    than two cases on a side.

    Parameters
    ----------
    parts : ndarray, shape (n,)
        `Curve.parts`, or the differences of two curves' parts.
    happened : ndarray of bool, shape (n,)
    """
    if min(happened.sum(), (~happened).sum()) < 2:
        return nan
    sides = (parts[happened], parts[~happened])
    return sqrt(sum(float(side.var(ddof=1)) / side.size for side in sides))


def effective_number(cases: Floats) -> float:
    """How many independent cases tell as much of their mean as these dependent ones do.

    The sum of the cases' variances over the variance of their sum, times their number: the number
    itself where they are independent, 1 where they move as one. At most the number.

    Parameters
    ----------
    cases : ndarray, shape (n, draws)
        Every case on the same draws of the forecast. Cases that never vary count as independent.
    """
    n = cases.shape[0]
    together = float(cases.sum(axis=0).var())
    alone = float(cases.var(axis=1).sum())
    if not together > 0.0 or not alone > 0.0:
        return float(n)
    return float(min(n, max(1.0, n * alone / together)))
