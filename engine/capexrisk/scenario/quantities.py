"""The kinds of number a scenario may hold, with the bounds that keep arithmetic finite.

The lower bounds are economics, the upper ones are far above any sensible figure: they catch a
slip of the units ($mn for $bn, percent for a fraction) before it overflows in a path.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import Field, Strict

__all__ = [
    "BasisPoints",
    "Correlation",
    "DegreesOfFreedom",
    "Factor",
    "Growth",
    "Interest",
    "Loading",
    "Money",
    "Number",
    "PositiveBasisPoints",
    "PositiveFactor",
    "PositiveMoney",
    "PositiveRate",
    "PositiveYears",
    "Rate",
    "Seasonality",
    "Share",
    "ShareBelowOne",
    "SignedFactor",
    "Speed",
    "Volatility",
    "model_name",
]

MOST_MONEY: Final = 1e6  # $bn, ten times the world's yearly output
MOST_RATE: Final = 100.0  # a year
MOST_BASIS_POINTS: Final = 1e5
MOST_GROWTH: Final = 5.0  # log points a year: e^100 over 20 years, still finite
MOST_FACTOR: Final = 1000.0
MOST_YEARS: Final = 100.0

Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]

Money = Annotated[Number, Field(ge=0, le=MOST_MONEY)]
PositiveMoney = Annotated[Number, Field(gt=0, le=MOST_MONEY)]
BasisPoints = Annotated[Number, Field(ge=0, le=MOST_BASIS_POINTS)]
PositiveBasisPoints = Annotated[Number, Field(gt=0, le=MOST_BASIS_POINTS)]
Rate = Annotated[Number, Field(ge=0, le=MOST_RATE)]
PositiveRate = Annotated[Number, Field(gt=0, le=MOST_RATE)]
PositiveYears = Annotated[Number, Field(gt=0, le=MOST_YEARS)]
Growth = Annotated[Number, Field(ge=-MOST_GROWTH, le=MOST_GROWTH)]
Speed = Annotated[Number, Field(ge=0, le=MOST_GROWTH)]
Volatility = Annotated[Number, Field(ge=0, le=MOST_GROWTH)]
Interest = Annotated[Number, Field(ge=0, le=1)]
Share = Annotated[Number, Field(ge=0, le=1)]
ShareBelowOne = Annotated[Number, Field(ge=0, lt=1)]
Loading = Annotated[Number, Field(ge=-1, le=1)]
Factor = Annotated[Number, Field(ge=0, le=MOST_FACTOR)]
PositiveFactor = Annotated[Number, Field(gt=0, le=MOST_FACTOR)]
SignedFactor = Annotated[Number, Field(ge=-MOST_FACTOR, le=MOST_FACTOR)]
DegreesOfFreedom = Annotated[Number, Field(ge=5, le=1e6)]

Correlation = Annotated[
    tuple[Annotated[tuple[Loading, ...], Field(min_length=5, max_length=5)], ...],
    Field(min_length=5, max_length=5),
]
Seasonality = Annotated[tuple[SignedFactor, ...], Field(min_length=4, max_length=4)]

_UNIT = re.compile(r"(_usd_bn_per_year|_usd_bn|_per_sqrt_year|_per_year|_years)$")


def model_name(key: str) -> str:
    """Name of a figure in MODEL.md: the TOML key without its unit suffix (``_bp`` stays).

    >>> model_name("oas_sigma_per_sqrt_year"), model_name("oas0_bp")
    ('oas_sigma', 'oas0_bp')
    """
    return _UNIT.sub("", key)
