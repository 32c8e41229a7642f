"""Arguments of another kind than the public API asks for: one line that says what to give."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import capexrisk as cr
from capexrisk.errors import ArgumentError, CapexriskError, ScenarioError, UnknownName
from capexrisk.lowering import lower, with_inputs
from capexrisk.scenario import change_inputs, inputs
from tests.unit.scenarios import small_scenario

NAME = "funding_failure/Oracle"
INPUT = "issuers.Oracle.cash_usd_bn"
MENDS = ("give ", "write ", "join ", "did you mean")
# Nothing here may be compiled or simulated: a wrong argument is refused before.
CALLS: dict[str, tuple[Callable[[object], object], type[Exception]]] = {
    "simulate scenario": (lambda bad: cr.simulate(bad, paths=64), TypeError),
    "simulate paths": (lambda bad: cr.simulate(small_scenario(), paths=bad or ""), ArgumentError),
    "simulate seed": (lambda bad: cr.simulate(small_scenario(), paths=64, seed=bad), ArgumentError),
    "simulate sampler": (lambda bad: cr.simulate(small_scenario(), sampler=bad), ArgumentError),
    "outcomes scenario": (lambda bad: cr.path_outcomes(bad, ["outside_funding"]), TypeError),
    "outcomes name": (lambda bad: cr.path_outcomes(small_scenario(), [bad]), UnknownName),
    "rare scenario": (lambda bad: cr.rare_event(bad, NAME), TypeError),
    "rare event": (lambda bad: cr.rare_event(small_scenario(), bad), CapexriskError),
    "causes scenario": (lambda bad: cr.causes(bad, NAME), TypeError),
    "causes event": (lambda bad: cr.causes(small_scenario(), bad), CapexriskError),
    "causes points": (lambda bad: cr.causes(small_scenario(), NAME, points=bad), ArgumentError),
    "causes orders": (
        lambda bad: cr.causes(small_scenario(), NAME, orders=bad or ""),
        ArgumentError,
    ),
    "causes seed": (lambda bad: cr.causes(small_scenario(), NAME, seed=bad), ArgumentError),
    "solve scenario": (lambda bad: cr.solve(bad, NAME, equals=0.1, by=INPUT), TypeError),
    "solve of": (lambda bad: cr.solve(small_scenario(), bad, equals=0.1, by=INPUT), UnknownName),
    "solve equals": (
        lambda bad: cr.solve(small_scenario(), NAME, equals=bad, by=INPUT),
        ArgumentError,
    ),
    "solve by": (lambda bad: cr.solve(small_scenario(), NAME, equals=0.1, by=bad), ArgumentError),
    "replay run": (lambda bad: cr.replay(bad, 0), TypeError),
    "replay path": (lambda bad: cr.replay(small_scenario(), bad), ArgumentError),
    "quarters results": (cr.quarters, TypeError),
    "backtest results": (lambda bad: cr.backtest(bad, []), TypeError),
    "compare run": (lambda bad: cr.compare([bad, bad]), TypeError),
    "session scenario": (lambda bad: cr.Session(bad, [NAME]), TypeError),
    "session metric": (lambda bad: cr.Session(small_scenario(), [bad]), UnknownName),
    "session points": (lambda bad: cr.Session(small_scenario(), [NAME], points=bad), ArgumentError),
    "lower scenario": (lower, TypeError),
    "lower collect": (lambda bad: lower(small_scenario(), bad), ArgumentError),
    "lowered": (lambda bad: with_inputs(bad, {}), TypeError),
    "input's path": (lambda bad: with_inputs(lower(small_scenario()), {bad: 1}), ScenarioError),
    "changes": (lambda bad: change_inputs(small_scenario(), bad), TypeError),
    "inputs": (inputs, TypeError),
    "drafted on a day": (lambda bad: cr.draft("x", as_of=bad or ()), TypeError),
}


@pytest.mark.parametrize(
    "bad", [None, 1.5, "x", b"x", (), object()], ids=lambda bad: type(bad).__name__
)
@pytest.mark.parametrize("call", CALLS)
def test_is_refused_in_one_line(call, bad):
    if call == "outcomes name" and isinstance(bad, tuple):
        bad = ("x",)  # unlike (), it cannot be mistaken for no name
    function, wanted = CALLS[call]
    with pytest.raises(wanted) as refused:
        function(bad)
    said = str(refused.value)
    assert "\n" not in said and any(mend in said for mend in MENDS)


@pytest.mark.parametrize("bad", [None, 1.5, [], {}], ids=repr)
def test_estimates_of_no_name_are_unknown(results, bad):
    for call in (
        lambda: results.estimate(bad),
        lambda: results.estimates(bad),
        lambda: results.estimates("funding_failure", issuer=bad or 0),
    ):
        with pytest.raises(UnknownName, match=r"^[^\n]*(write|give one of) [^\n]*$"):
            call()
