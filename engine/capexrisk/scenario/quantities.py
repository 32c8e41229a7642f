"""The kinds of number a scenario may hold, with the bounds that keep arithmetic finite.

The lower bounds are economics, the upper ones are far above any sensible number: they catch a
slip of the units ($mn for $bn, percent for a fraction) before it overflows in a path. What must be
positive may not be so small that dividing by it overflows. tests/hostile/ tries all of them.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import Field, Strict

__all__ = [
    "SMALLEST",
    "BasisPoints",
    "Chase",
    "Correlation",
    "Decay",
    "DegreesOfFreedom",
    "Dispersion",
    "EarningTerm",
    "Elasticity",
    "EquityBeta",
    "Factor",
    "Growth",
    "Interest",
    "JumpMean",
    "Loading",
    "Money",
    "Number",
    "PositiveBasisPoints",
    "PositiveFactor",
    "PositiveMoney",
    "PositiveRate",
    "PositiveShare",
    "PositiveYears",
    "RaceWeight",
    "Rate",
    "Rivalry",
    "Seasonality",
    "Share",
    "ShareBelowOne",
    "SignedFactor",
    "SignedMoney",
    "Speed",
    "Volatility",
    "model_name",
]

MOST_MONEY: Final = 1e8  # the world's yearly output, were it counted in $mn
MOST_RATE: Final = 100.0  # a year
MOST_BASIS_POINTS: Final = 1e5
MOST_GROWTH: Final = 2.0  # log points a year: e^40 over 20 years
MOST_VOLATILITY: Final = 2.0
MOST_SPEED: Final = 5.0
MOST_FACTOR: Final = 1000.0
MOST_YEARS: Final = 100.0
SMALLEST: Final = 1e-6  # of what must be positive: $1,000, or a millionth of a basis point

Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]

Money = Annotated[Number, Field(ge=0, le=MOST_MONEY)]
SignedMoney = Annotated[Number, Field(ge=-MOST_MONEY, le=MOST_MONEY)]
PositiveMoney = Annotated[Number, Field(ge=SMALLEST, le=MOST_MONEY)]
BasisPoints = Annotated[Number, Field(ge=0, le=MOST_BASIS_POINTS)]
PositiveBasisPoints = Annotated[Number, Field(ge=SMALLEST, le=MOST_BASIS_POINTS)]
Rate = Annotated[Number, Field(ge=0, le=MOST_RATE)]
PositiveRate = Annotated[Number, Field(ge=SMALLEST, le=MOST_RATE)]
PositiveYears = Annotated[Number, Field(ge=SMALLEST, le=MOST_YEARS)]
# At less than a quarter more would be earned than was prepaid.
EarningTerm = Annotated[Number, Field(ge=0.25, le=MOST_YEARS)]
Growth = Annotated[Number, Field(ge=-MOST_GROWTH, le=MOST_GROWTH)]
Speed = Annotated[Number, Field(ge=0, le=MOST_SPEED)]
Volatility = Annotated[Number, Field(ge=0, le=MOST_VOLATILITY)]
# Of a log, drawn once a path or once a jump: at 1 one in 1,000 has 20 times the median.
Dispersion = Annotated[Number, Field(ge=0, le=1)]
Interest = Annotated[Number, Field(ge=0, le=1)]
Share = Annotated[Number, Field(ge=0, le=1)]
PositiveShare = Annotated[Number, Field(ge=SMALLEST, le=1)]
ShareBelowOne = Annotated[Number, Field(ge=0, lt=1)]
Loading = Annotated[Number, Field(ge=-1, le=1)]
Factor = Annotated[Number, Field(ge=0, le=MOST_FACTOR)]
PositiveFactor = Annotated[Number, Field(ge=SMALLEST, le=MOST_FACTOR)]
# At 2 a year e^-40 is left after 20 years, and what is left is divided by.
Decay = Annotated[Number, Field(ge=0, le=2)]
# Exponents of ratios, which are large themselves.
Elasticity = Annotated[Number, Field(ge=0, le=2)]
EquityBeta = Annotated[Number, Field(ge=0, le=3)]
# A jump a quarter for 20 years, and no spread vanishes.
JumpMean = Annotated[Number, Field(ge=-0.5, le=MOST_GROWTH)]
# Faster than 4 a year, everyone would overshoot the pack within a quarter, and ever further.
Rivalry = Annotated[Number, Field(ge=0, le=4)]
# Capacity that stays fully used for 20 years is chased by e^160 at most.
Chase = Annotated[Number, Field(ge=0, le=8)]
RaceWeight = Annotated[Number, Field(ge=0, le=2)]
SignedFactor = Annotated[Number, Field(ge=-MOST_FACTOR, le=MOST_FACTOR)]
DegreesOfFreedom = Annotated[Number, Field(ge=5, le=1e6)]

Correlation = Annotated[
    tuple[Annotated[tuple[Loading, ...], Field(min_length=5, max_length=5)], ...],
    Field(min_length=5, max_length=5),
]
Seasonality = Annotated[tuple[SignedFactor, ...], Field(min_length=4, max_length=4)]

_UNIT = re.compile(r"(_usd_bn_per_year|_usd_bn|_per_sqrt_year|_per_year|_years)$")


def model_name(key: str) -> str:
    """Name of an input in MODEL.md: the TOML key without its unit suffix (``_bp`` stays).

    >>> model_name("oas_sigma_per_sqrt_year"), model_name("oas0_bp")
    ('oas_sigma', 'oas0_bp')
    """
    return _UNIT.sub("", key)
