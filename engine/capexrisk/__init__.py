"""capexrisk: who burns cash, who cannot fund its plan, when, why, and how sure is the number.

The public names are loaded on first use: ``import capexrisk`` and ``capexrisk --help`` do not pay
for the compiler.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from capexrisk.archive.inputs import InputResults
    from capexrisk.archive.results import Results, load_results
    from capexrisk.authoring.create import NewScenario, new
    from capexrisk.authoring.roll.bring import RolledScenario, roll
    from capexrisk.code import __version__
    from capexrisk.errors import CapexriskError, KernelFault, ResumeMismatch, ScenarioError
    from capexrisk.explorer.notebook import explore
    from capexrisk.filings import Draft, draft
    from capexrisk.run.session import Session
    from capexrisk.scenario import Scenario, load_scenario
    from capexrisk.study.backtest.against import Backtest, backtest
    from capexrisk.study.budget import budget_split
    from capexrisk.study.causes import Causes, causes
    from capexrisk.study.comparison import Comparison, compare
    from capexrisk.study.game.choices import Choices
    from capexrisk.study.game.phase import Phases, phases
    from capexrisk.study.game.race import Game, game
    from capexrisk.study.game.value import Payoff
    from capexrisk.study.outcomes import path_outcomes
    from capexrisk.study.quarters import Quarters, quarters
    from capexrisk.study.rare.on_model import RareEvent, rare_event
    from capexrisk.study.replay import replay
    from capexrisk.study.reverse import Reverse, reverse
    from capexrisk.study.sensitivity.analysis import Sensitivity, sensitivity
    from capexrisk.study.simulation import simulate
    from capexrisk.study.solve import Solution, solve

_HOME = {
    "NewScenario": "capexrisk.authoring.create",
    "new": "capexrisk.authoring.create",
    "RolledScenario": "capexrisk.authoring.roll.bring",
    "roll": "capexrisk.authoring.roll.bring",
    "__version__": "capexrisk.code",
    "Backtest": "capexrisk.study.backtest.against",
    "backtest": "capexrisk.study.backtest.against",
    "budget_split": "capexrisk.study.budget",
    "Causes": "capexrisk.study.causes",
    "causes": "capexrisk.study.causes",
    "Comparison": "capexrisk.study.comparison",
    "compare": "capexrisk.study.comparison",
    "CapexriskError": "capexrisk.errors",
    "KernelFault": "capexrisk.errors",
    "ResumeMismatch": "capexrisk.errors",
    "ScenarioError": "capexrisk.errors",
    "Draft": "capexrisk.filings",
    "explore": "capexrisk.explorer.notebook",
    "draft": "capexrisk.filings",
    "Choices": "capexrisk.study.game.choices",
    "Game": "capexrisk.study.game.race",
    "game": "capexrisk.study.game.race",
    "Payoff": "capexrisk.study.game.value",
    "Phases": "capexrisk.study.game.phase",
    "phases": "capexrisk.study.game.phase",
    "InputResults": "capexrisk.archive.inputs",
    "RareEvent": "capexrisk.study.rare.on_model",
    "Results": "capexrisk.archive.results",
    "load_results": "capexrisk.archive.results",
    "Session": "capexrisk.run.session",
    "path_outcomes": "capexrisk.study.outcomes",
    "Quarters": "capexrisk.study.quarters",
    "quarters": "capexrisk.study.quarters",
    "rare_event": "capexrisk.study.rare.on_model",
    "replay": "capexrisk.study.replay",
    "Sensitivity": "capexrisk.study.sensitivity.analysis",
    "sensitivity": "capexrisk.study.sensitivity.analysis",
    "Reverse": "capexrisk.study.reverse",
    "reverse": "capexrisk.study.reverse",
    "simulate": "capexrisk.study.simulation",
    "Solution": "capexrisk.study.solve",
    "solve": "capexrisk.study.solve",
    "Scenario": "capexrisk.scenario",
    "load_scenario": "capexrisk.scenario",
}

__all__ = [
    "Backtest",
    "CapexriskError",
    "Causes",
    "Choices",
    "Comparison",
    "Draft",
    "Game",
    "InputResults",
    "KernelFault",
    "NewScenario",
    "Payoff",
    "Phases",
    "Quarters",
    "RareEvent",
    "Results",
    "ResumeMismatch",
    "Reverse",
    "RolledScenario",
    "Scenario",
    "ScenarioError",
    "Sensitivity",
    "Session",
    "Solution",
    "__version__",
    "backtest",
    "budget_split",
    "causes",
    "compare",
    "draft",
    "explore",
    "game",
    "load_results",
    "load_scenario",
    "new",
    "path_outcomes",
    "phases",
    "quarters",
    "rare_event",
    "replay",
    "reverse",
    "roll",
    "sensitivity",
    "simulate",
    "solve",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
