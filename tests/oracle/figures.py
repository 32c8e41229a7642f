"""The figures of ``tests/reference/expected.json``, computed from one batch of paths."""

from __future__ import annotations

import numpy as np

from tests.oracle.twin_base import CHANNELS
from tests.oracle.twin_yields import RUN

RAISED = {
    "bonds": ("bonds", "high_yield"),
    "secured": ("secured",),
    "private": ("private",),
    "revolver": ("revolver",),
    "equity": ("share_programme", "equity"),
    "capex_cut": ("capex_cut",),
    "finance_leases": ("finance_leases",),
    "investments": ("investments",),
}


def figures(case: dict, result: dict[str, np.ndarray]) -> dict[str, float]:
    """All reference figures of one batch, for a scenario of whole calendar years."""
    out: dict[str, float] = {}
    for i, firm in enumerate(case["issuers"]):
        out |= issuer_figures(case, result, i, firm["name"])
    for k in (0, 3, 7, 11):
        out |= market_figures(result, k)
    return out | system_figures(case, result)


def issuer_figures(
    case: dict, result: dict[str, np.ndarray], i: int, name: str
) -> dict[str, float]:
    """Figures under an issuer's name."""
    out: dict[str, float] = {}
    for year in range(case["quarters"] // 4):
        quarters = slice(4 * year, 4 * year + 4)
        sums = {
            flow: result[flow][i, quarters].sum(axis=0)
            for flow in ("fcf", "ocf", "capex", "profit")
        }
        key = f"{name}/y{year + 1}/"
        out[key + "fcf_mean"] = sums["fcf"].mean()
        out[key + "fcf_negative"] = (sums["fcf"] < 0).mean()
        for percent in (5, 50, 95):
            out[f"{key}fcf_p{percent}"] = np.percentile(sums["fcf"], percent)
        for flow in ("ocf", "capex", "profit"):
            out[f"{key}{flow}_mean"] = sums[flow].mean()
        for name_of_flow in ("bonds", "equity", "investments"):
            raised = amount(result, name_of_flow, i)[quarters].sum(axis=0)
            out[f"{key}{name_of_flow}_mean"] = raised.mean()
        last = 4 * year + 4
        out[f"{name}/failed_by_q{last}"] = (result["f4_quarter"][i] < last).mean()
    out[f"{name}/failed_by_run"] = (result["cause_failure"][i] == RUN).mean()
    out[f"{name}/high_yield_end"] = result["grade"][i, -1].mean()
    out[f"{name}/advance_end_mean"] = result["advance"][i, -1].mean()
    out[f"{name}/cash_end_median"] = np.median(result["cash"][i, -1])
    out[f"{name}/capex_cut_ever"] = (result["capex_cut"][i] > 0).any(axis=0).mean()
    for flow in RAISED:
        out[f"{name}/total_{flow}_mean"] = amount(result, flow, i).sum(axis=0).mean()
    out[f"{name}/spread_end_median"] = np.median(result["spread_end"][i])
    return out


def amount(result: dict[str, np.ndarray], name: str, i: int) -> np.ndarray:
    """An issuer's flow as the reference counts it: bonds of both markets, both kinds of shares."""
    return sum(result[flow][i] for flow in RAISED[name])


def market_figures(result: dict[str, np.ndarray], k: int) -> dict[str, float]:
    """Figures of the market in quarter k."""
    key = f"market/q{k + 1}/"
    return {
        key + "oas_median": np.median(result["oas"][k]),
        key + "oas_p95": np.percentile(result["oas"][k], 95),
        key + "utilisation_mean": result["utilisation"][k].mean(),
        key + "boom_share_mean": result["buildout_share"][k].mean(),
        key + "demand_median": np.median(result["demand"][k]),
        key + "stressed": (result["regime"][k] == 1).mean(),
        key + "shut": (result["regime"][k] == 2).mean(),
        key + "anchor_lost": result["anchor_lost"][k].mean(),
    }


def system_figures(case: dict, result: dict[str, np.ndarray]) -> dict[str, float]:
    """Figures of all issuers together."""
    threshold = case["thresholds"]["group_profit"]
    failed = result["f4_quarter"] < case["quarters"]
    outside = sum(result[channel].sum(axis=(0, 1)) for channel in CHANNELS)
    last_profit = result["profit"][:, -4:].sum(axis=(0, 1))
    return {
        "system/any_failure": failed.any(axis=0).mean(),
        "system/two_or_more_failures": (failed.sum(axis=0) >= 2).mean(),
        "system/outside_funding_mean": outside.mean(),
        "system/outside_funding_p95": np.percentile(outside, 95),
        f"system/profit_last_year_above_{threshold:g}": (last_profit > threshold).mean(),
    }
