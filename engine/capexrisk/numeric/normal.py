"""The standard normal quantile, in two parts: a middle without a root, and tails.

P. J. Acklam's two rational functions (2003), relative error below 1.2e-9. One number in twenty
needs the tails, which cost three times as much as the middle; a loop over paths computes the middle
for all of them and the tails for those few, `normal_quantile` only the one that applies.
"""

from __future__ import annotations

from math import sqrt

from capexrisk.numeric.jit import scalar
from capexrisk.numeric.vecmath import log

MIDDLE = 0.47575  # half-width of the middle, 1/2 - 0.02425


@scalar
def in_tail(u):
    """Whether u, 0 < u < 1, lies outside the middle."""
    return abs(u - 0.5) > MIDDLE


@scalar
def middle_ratio(u):
    """Numerator and denominator of `middle_quantile`; the second is in [1e-4, 1] for 0 < u < 1."""
    q = u - 0.5
    r = q * q
    a = -3.969683028665376e01
    a = a * r + 2.209460984245205e02
    a = a * r - 2.759285104469687e02
    a = a * r + 1.383577518672690e02
    a = a * r - 3.066479806614716e01
    a = a * r + 2.506628277459239
    b = -5.447609879822406e01
    b = b * r + 1.615858368580409e02
    b = b * r - 1.556989798598866e02
    b = b * r + 6.680131188771972e01
    b = b * r - 1.328068155288572e01
    b = b * r + 1.0
    return a * q, b


@scalar
def middle_quantile(u):
    """z with P(Z <= z) = u for |u - 1/2| <= MIDDLE; some finite number beyond."""
    a, b = middle_ratio(u)
    return a / b


@scalar
def middle_quantiles(u, v):
    """`middle_quantile` of two numbers with one division, which costs as much as all the rest."""
    a, b = middle_ratio(u)
    c, d = middle_ratio(v)
    inverse = 1.0 / (b * d)
    return a * (d * inverse), c * (b * inverse)


@scalar
def tail_quantile(u):
    """z with P(Z <= z) = u for |u - 1/2| >= MIDDLE, 0 < u < 1."""
    q = u - 0.5
    t = sqrt(-2.0 * log(1.0 - u if q > 0.0 else u))
    c = -7.784894002430293e-03
    c = c * t - 3.223964580411365e-01
    c = c * t - 2.400758277161838
    c = c * t - 2.549732539343734
    c = c * t + 4.374664141464968
    c = c * t + 2.938163982698783
    d = 7.784695709041462e-03
    d = d * t + 3.224671290700398e-01
    d = d * t + 2.445134137142996
    d = d * t + 3.754408661907416
    d = d * t + 1.0
    return (-c if q > 0.0 else c) / d


@scalar
def normal_quantile(u):
    """z with P(Z <= z) = u, relative error below 1.2e-9, for 0 < u < 1."""
    return tail_quantile(u) if in_tail(u) else middle_quantile(u)
