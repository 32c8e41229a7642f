"""Columns of the table over the inputs; see `input_table`."""

from __future__ import annotations

from typing import Final

from capexrisk.estimate.over_inputs import LEVELS

PREDICTIVE: Final = ("value", "standard_error", "ci_low", "ci_high", "n")
QUANTILES: Final = tuple(f"p{100 * level:g}" for level in LEVELS)
SPREAD: Final = ("sd", *QUANTILES, "share")
OVER_INPUTS: Final = tuple(f"{name}{end}" for name in SPREAD for end in ("", "_low", "_high"))
# What is kept of each point.
HEADLINES: Final = (
    *("free_cash_flow_while_alive", "capex_while_alive", "outside_funding", "raised_bonds"),
    *("negative_fcf", "negative_fcf_given_survival", "funding_failure", "fall_to_high_yield"),
    *("any_failure", "failures_at_least_2", "group_profit"),
)
COLUMNS: Final = ("issuer", "period", "metric", "statistic", *PREDICTIVE, *OVER_INPUTS)
