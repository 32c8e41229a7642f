"""Every plot of the registry, and some of them with other arguments, by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace

from matplotlib.axes import Axes

from capexrisk.archive.results import Results
from capexrisk.report.plots.registry import OF_COMPARISONS, OF_RUNS, Plot
from tests.unit.report.synthetic_inputs import over_made_up_inputs

Draw = Callable[[Results, Axes | None], Axes]
Arguments = Callable[[Results], dict[str, object]]

OVERLAID = "overlaid "
# What a plot is asked for where it must be told.
ASKED: dict[str, Callable[[Results], str]] = {
    "issuer": lambda results: results.issuers[-1],
    "year": lambda results: results.years[-1],
}
# Plots that look another way with other arguments.
MORE: dict[str, tuple[str, Arguments]] = {
    "fan by year": ("fan", lambda results: {"by": "year"}),
    "funding mix": ("funding_mix", lambda results: {"issuer": results.issuers[-1]}),
    "funding mix of all": ("funding_mix", lambda results: {}),
    "shortfall": (
        "exceedance",
        lambda results: {
            "metric": "free_cash_flow_while_alive",
            "issuer": results.issuers[-1],
            "period": results.years[0],  # in which it is alive in any run
        },
    ),
    "utilisation": ("market", lambda results: {"metric": "utilisation"}),
    "bond share": ("market", lambda results: {"metric": "boom_share_of_bond_market"}),
}
# Plots of a run over the inputs.
OVER_INPUTS: dict[str, tuple[str, Arguments]] = {
    "over inputs": ("over_inputs", lambda results: {}),
    "negative over inputs": ("over_inputs", lambda results: {"event": "negative"}),
    "fan over inputs": ("fan", lambda results: {}),
}
# Plots that not every run has: of nets, or of a path that is computed again.
SPECIAL: dict[str, tuple[str, Arguments]] = {
    "convergence": (
        "convergence",
        lambda results: {
            "metric": "funding_failure",
            "period": results.quarters[-1],
            "issuer": results.issuers[-1],
            "target": 0.0004,
        },
    ),
    "waterfall": ("waterfall", lambda results: {"period": results.quarters[0], "path": 5}),
    "waterfall of a year": ("waterfall", lambda results: {"period": results.years[-1], "path": 5}),
    "surplus": ("waterfall", lambda results: {"period": results.quarters[-1], "path": 5}),
}


def run_for(name: str, results: Results) -> Results:
    """A made-up run as a plot needs it: over inputs, where it draws these."""
    return over_made_up_inputs(results) if name in OVER_INPUTS else results


def _runs(results: Results) -> dict[str, Results]:
    """The run, and two that are like it but smaller in everything."""
    return {
        name: replace(results, summary=results.summary.assign(value=by * results.summary["value"]))
        for name, by in (("As it is", 1.0), ("Less", 0.8), ("Much less of all", 0.5))
    }


def _drawn(draw: Plot, arguments: Arguments, *, overlaid: bool = False) -> Draw:
    parameters = inspect.signature(draw).parameters.values()
    asked = [p.name for p in parameters if p.name in ASKED and p.default is p.empty]

    def drawn(results: Results, ax: Axes | None) -> Axes:
        told = {name: ASKED[name](results) for name in asked} | arguments(results)
        return draw(_runs(results) if overlaid else results, ax=ax, **told)

    return drawn


def _of_runs(chosen: dict[str, tuple[str, Arguments]]) -> dict[str, Draw]:
    return {title: _drawn(OF_RUNS.plots[name], more) for title, (name, more) in chosen.items()}


def _words(name: str) -> str:
    return name.replace("_", " ")


_ALONE = {_words(name): (name, lambda results: {}) for name in OF_RUNS.plots}
GALLERY = {
    **_of_runs(
        {title: one for title, one in _ALONE.items() if title not in {*SPECIAL, *OVER_INPUTS}}
        | MORE
    ),
    **{
        OVERLAID + _words(name): _drawn(draw, lambda results: {}, overlaid=True)
        for name, draw in OF_COMPARISONS.plots.items()
    },
}
DRAWN = {**GALLERY, **_of_runs(SPECIAL), **_of_runs(OVER_INPUTS)}
