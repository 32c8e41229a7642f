"""How much of a quarter is kept, a constant of each entry point: the rest is not compiled."""

from __future__ import annotations

DISTANCE = -1  # how far issuers stay from failing, and nothing else
MEANS = 0  # what "means" asks for
EVERYTHING = 1  # also causes, balances and extremes
TRACE = 2  # also what nothing but a look at single quarters reads
