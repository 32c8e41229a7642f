"""Offsets of the market's rows in the state of a block."""

from __future__ import annotations

from capexrisk.kernel.block import rows

_row = rows()

# Draws of the quarter
E_SPREAD = next(_row)
E_DEMAND = next(_row)
E_CAPEX = next(_row)
E_MACRO = next(_row)
E_LINKED = next(_row)
Z_JUMP = next(_row)
Z_MIXING = next(_row)
U_JUMP = next(_row)
U_REGIME = next(_row)
U_SHOCK = next(_row)
U_SHOCK_SIZE = next(_row)
U_ANCHOR = next(_row)
# Drawn once a path
Z_SATURATION = next(_row)
Z_SPEED = next(_row)
Z_YIELD = next(_row)
SPARE = next(_row)
SATURATION = next(_row)
SPEED = next(_row)
YIELD = next(_row)
LOG_YIELD = next(_row)
# State
REGIME = next(_row)
LOG_SPREAD = next(_row)
DEMAND = next(_row)
LOG_DEMAND = next(_row)
LINKED = next(_row)
LOG_GLUT = next(_row)
UTILISATION = next(_row)
SPOT = next(_row)
CONTRACTED = next(_row)  # earnings per unit of contracted capacity
HEALTH = next(_row)
COLLATERAL = next(_row)
EQUITY_PRICE = next(_row)
ANCHOR_LOST = next(_row)
PREMIUM, PREMIUM_HIGH_YIELD = next(_row), next(_row)  # what each bond market's has risen by
CHANCE_OPEN = next(_row)
CHANCE_STRESSED = next(_row)
CHANCE_SHUT = next(_row)
CHANCE_ANCHOR_LOST = next(_row)
NET_BONDS = next(_row)
FAILURE_JUMP = next(_row)
BOND_SHARE = next(_row)
# Correlated normals that issuers share
Z_CAPEX = next(_row)
Z_MACRO = next(_row)
# Sums over issuers
CAPITAL_WEIGHT = next(_row)  # Σ relative_yield K
LOG_CAPITAL_WEIGHT = next(_row)
PULL = next(_row)  # Σ plan (ln F + race (ln X + drift)) of survivors, then the pack's mean
PULL_WEIGHT = next(_row)  # Σ plan of survivors
# Asked of the channel now being rationed, and the share it serves; of bonds by grade
ASKED, ASKED_HIGH_YIELD = next(_row), next(_row)
SERVED, SERVED_HIGH_YIELD = next(_row), next(_row)
BONDS_SOLD, HIGH_YIELD_SOLD = next(_row), next(_row)
BONDS_REPAID = next(_row)  # of investment grade
FAILING_DEBT = next(_row)
FAILED = next(_row)
FAILED_BUT_SMALLEST = next(_row)
PROFIT = next(_row)  # of the calendar year so far
ANCHOR_QUARTER = next(_row)
NOT_FINITE = next(_row)  # 0, or NaN once any number of the path is not finite
BAD_QUARTER = next(_row)

SIZE = next(_row)
