"""The binding cause of a cut or a failure: the obstacle that withheld the most money."""

from __future__ import annotations

from capexrisk.model.parameters import DELTA
from capexrisk.numeric.jit import scalar
from capexrisk.numeric.vecmath import positive_part

RUN = 1.0


@scalar
def binding_cause(window, leverage, rationed, anchor, glut, overspending):
    """Number of the largest obstacle, 2 to 7; ties go to the first, all zero to the last."""
    cause = 2.0
    worst = window
    cause = 3.0 if leverage > worst else cause
    worst = leverage if leverage > worst else worst
    cause = 4.0 if rationed > worst else cause
    worst = rationed if rationed > worst else worst
    cause = 5.0 if anchor > worst else cause
    worst = anchor if anchor > worst else worst
    cause = 6.0 if glut > worst else cause
    worst = glut if glut > worst else worst
    cause = 7.0 if overspending > worst else cause
    worst = overspending if overspending > worst else worst
    return cause if worst > 0.0 else 7.0


@scalar
def lost_to_anchor(capacity, spot, anchor_lost, issuer, market):
    """After-tax cash that the lost anchor customer would have paid in the quarter."""
    gap = positive_part(1.0 - market.anchor_recovery * spot)
    lost = capacity * issuer.contracted_share * gap * DELTA
    return (1.0 - market.tax) * (1.0 - market.variable_cost) * lost * anchor_lost


@scalar
def lost_to_glut(capacity, spot, issuer, market):
    """After-tax cash that spot capacity would have earned in the quarter at full use."""
    lost = capacity * (1.0 - issuer.contracted_share) * positive_part(1.0 - spot) * DELTA
    return (1.0 - market.tax) * (1.0 - market.variable_cost) * lost
