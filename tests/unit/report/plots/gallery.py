"""Every plot once, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from matplotlib.axes import Axes

from capexrisk.archive.results import Results
from capexrisk.report import plots
from capexrisk.report.plots import overlaid

Draw = Callable[[Results, Axes | None], Axes]


def _runs(results: Results) -> dict[str, Results]:
    """The run, and two that are like it but smaller in everything."""
    return {
        name: replace(results, summary=results.summary.assign(value=by * results.summary["value"]))
        for name, by in (("As it is", 1.0), ("Less", 0.8), ("Much less of all", 0.5))
    }


GALLERY: dict[str, Draw] = {
    "fan": lambda results, ax: plots.fan(results, results.issuers[-1], ax),
    "fan by year": lambda results, ax: plots.fan(results, results.issuers[-1], ax, by="year"),
    "distribution": lambda results, ax: plots.distribution(
        results, results.issuers[-1], results.years[-1], ax
    ),
    "survival": plots.survival,
    "causes": plots.causes,
    "joint failures": plots.joint_failures,
    "conditional failures": plots.conditional_failures,
    "funding mix": lambda results, ax: plots.funding_mix(results, results.issuers[-1], ax),
    "funding mix of all": lambda results, ax: plots.funding_mix(results, ax=ax),
    "exceedance": lambda results, ax: plots.exceedance(results, ax=ax),
    "shortfall": lambda results, ax: plots.exceedance(
        results, "free_cash_flow", results.issuers[-1], results.years[-1], ax
    ),
    "spread": lambda results, ax: plots.market(results, ax=ax),
    "utilisation": lambda results, ax: plots.market(results, "utilisation", ax),
    "bond share": lambda results, ax: plots.market(results, "ai_share_of_bond_market", ax),
    "regimes": plots.regimes,
    "group profit": plots.group_profit,
    "overlaid failure": lambda results, ax: overlaid.failure(
        _runs(results), results.issuers[-1], ax
    ),
    "overlaid free cash flow": lambda results, ax: overlaid.free_cash_flow(
        _runs(results), results.issuers[-1], ax
    ),
    "overlaid market": lambda results, ax: overlaid.market(_runs(results), ax=ax),
}
OF_NETS: dict[str, Draw] = {
    "convergence": lambda results, ax: plots.convergence(
        results,
        "funding_failure",
        results.issuers[-1],
        results.quarters[-1],
        target=0.0004,
        ax=ax,
    ),
}
OF_A_PATH: dict[str, Draw] = {
    "waterfall": lambda results, ax: plots.waterfall(
        results, results.issuers[-1], results.quarters[0], 5, ax
    ),
    "waterfall of a year": lambda results, ax: plots.waterfall(
        results, results.issuers[-1], results.years[-1], 5, ax
    ),
    "surplus": lambda results, ax: plots.waterfall(
        results, results.issuers[-1], results.quarters[-1], 5, ax
    ),
}
