"""Inputs of the kernel besides the market's parameters: tables by issuer and by quarter."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.model.parameters import Issuer, Market, Scheduled
from capexrisk.numeric.table_reader import record_reader

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Schedule(NamedTuple):
    """Read-only tables of a scenario with n issuers and T quarters; money in $bn a quarter."""

    issuers: Floats  # (n, fields of model.parameters.Issuer)
    issuer_keys: NDArray[np.uint64]  # (n,) the issuer's word in the address of its draws
    capex_plan: Floats  # (n, T)
    maturities: Floats  # (n, T)
    leases: Floats  # (n, T)
    capex_variance: Floats  # (T,) of ln X for capex_sigma = 1
    season: Floats  # (n, T)
    opening: Floats  # (n, balances) at the start
    advance: Floats  # (n, channels) share lent of what is pledged
    events: Floats  # (T, fields of model.parameters.Scheduled)
    growth: Floats  # (T,) (1 + bond_market_growth)^(k/4)
    year: Integers  # (T,) index of the calendar year
    year_ends: Integers  # (T,) 1 in the last quarter of a calendar year inside the horizon
    money_units: Floats  # (n + 1,) powers of two: of each issuer's amounts, and of all issuers'
    smallest: int  # index of the issuer with the least market value
    group_profit_threshold: Floats  # (years,) of as much of a year as lies inside the horizon
    outside_funding_threshold: float


read_issuer = record_reader(Issuer)
read_scheduled = record_reader(Scheduled)
read_market = record_reader(Market)
