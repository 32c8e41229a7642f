"""The spread process in plain Python, from MODEL.md, and points for it."""

from __future__ import annotations

from math import exp, log, pi, sqrt

import numpy as np

DELTA = 0.25
# Speed; open mean; ratios; volatilities; hazards 01 02 10 12 20 21; jumps.
POINT = np.log(
    [
        *(0.5, 1.0, log(195 / 92), log(370 / 195), 0.17, 0.5, 0.66),
        *(0.25, 0.02, 1.7, 0.08, 0.6, 2.5, 0.13, 0.2, 0.25),
    ]
)
POINT[1] = log(92.0)


def chances(at):
    """Chances of each regime (column) after a quarter, from each (row); step 1."""
    h01, h02, h10, h12, h20, h21 = np.exp(at[7:13])
    rates = np.array([[0, h01, h02], [h10, 0, h12], [h20, h21, 0]])
    total = rates.sum(axis=1, keepdims=True)
    leave = 1.0 - np.exp(-total * DELTA)
    return rates / total * leave + np.diag(1.0 - leave[:, 0])


def means(at):
    first = at[1] + exp(at[2])
    return np.array([at[1], first, first + exp(at[3])])


def mixing(z, nu):
    return sqrt((nu - 2) / nu) * max(0.1, 1 - 2 / (9 * nu) + z * sqrt(2 / (9 * nu))) ** -1.5


def step_density(x, before, regime, at, nu):
    """Density of a step, the factor's normal integrated by the trapezium rule; step 2."""
    kappa, sigma = exp(at[0]), exp(at[4 + regime])
    off = x - means(at)[regime] - (before - means(at)[regime]) * exp(-kappa * DELTA)
    variance = sigma**2 * (1.0 - exp(-2.0 * kappa * DELTA)) / (2.0 * kappa)
    jump = 1.0 - exp(-exp(at[13]) * DELTA)
    z = np.linspace(-8.0, 8.0, 3201) if nu < np.inf else np.zeros(1)
    weight = np.exp(-0.5 * z**2)
    weight /= weight.sum()
    factor = np.array([mixing(one, nu) for one in z]) if nu < np.inf else np.ones(1)

    def normal(value, spread):
        return np.exp(-0.5 * value**2 / spread) / np.sqrt(2.0 * pi * spread)

    calm = weight @ normal(off, variance * factor**2)
    jumped = weight @ normal(off - exp(at[14]), variance * factor**2 + exp(at[15]) ** 2)
    return (1.0 - jump) * calm + jump * jumped


def lasting(at):
    values, vectors = np.linalg.eig(chances(at).T)
    first = np.real(vectors[:, np.argmin(np.abs(values - 1.0))])
    return first / first.sum()
