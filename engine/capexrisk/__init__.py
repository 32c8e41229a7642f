"""capexrisk: who burns cash, who cannot fund its plan, when, why, and how sure is the number.

The public names are loaded on first use: ``import capexrisk`` and ``capexrisk --help`` do not pay
for the compiler.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from capexrisk.analysis.comparison import Comparison, compare
    from capexrisk.errors import CapexriskError, KernelFault, ResumeMismatch, ScenarioError
    from capexrisk.run.rare import RareEvent, rare_event
    from capexrisk.run.replay import replay
    from capexrisk.run.results import Results, load_results
    from capexrisk.run.simulation import simulate
    from capexrisk.scenario import Scenario, load_scenario

__version__ = "0.1.0"

_HOME = {
    "Comparison": "capexrisk.analysis.comparison",
    "compare": "capexrisk.analysis.comparison",
    "CapexriskError": "capexrisk.errors",
    "KernelFault": "capexrisk.errors",
    "ResumeMismatch": "capexrisk.errors",
    "ScenarioError": "capexrisk.errors",
    "RareEvent": "capexrisk.run.rare",
    "Results": "capexrisk.run.results",
    "load_results": "capexrisk.run.results",
    "rare_event": "capexrisk.run.rare",
    "replay": "capexrisk.run.replay",
    "simulate": "capexrisk.run.simulation",
    "Scenario": "capexrisk.scenario",
    "load_scenario": "capexrisk.scenario",
}

__all__ = [
    "CapexriskError",
    "Comparison",
    "KernelFault",
    "RareEvent",
    "Results",
    "ResumeMismatch",
    "Scenario",
    "ScenarioError",
    "__version__",
    "compare",
    "load_results",
    "load_scenario",
    "rare_event",
    "replay",
    "simulate",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
