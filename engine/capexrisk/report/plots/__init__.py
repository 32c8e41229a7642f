"""Plots: functions of results and, if wanted, of axes that are already there; they return the axes.

Without `ax` a plot makes its own figure, in the project's style, with pyplot, so that a notebook
shows it. With `ax` it draws there, in whatever style that figure has. No global setting is touched.
Plots of several runs are in `overlaid`.
"""

from .cash_flow import distribution, fan, with_room
from .failure import causes, survival
from .funding import funding_mix
from .joint import conditional_failures, joint_failures
from .path import waterfall, waterfall_steps
from .precision import convergence
from .system import group_profit, market, regimes
from .tails import exceedance

__all__ = [
    "causes",
    "conditional_failures",
    "convergence",
    "distribution",
    "exceedance",
    "fan",
    "funding_mix",
    "group_profit",
    "joint_failures",
    "market",
    "regimes",
    "survival",
    "waterfall",
    "waterfall_steps",
    "with_room",
]
