"""Results of small runs, and a run's figures and page."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from matplotlib import pyplot as plt

from capexrisk.archive.results import Results
from capexrisk.report.files.run_page import write_report
from capexrisk.report.plots.drawing import Drawing
from capexrisk.report.plots.figures import RunFigures
from capexrisk.scenario import load_scenario, scenario_from_case
from capexrisk.study.comparison import Comparison, compare
from capexrisk.study.simulation import simulate
from tests.unit.uncertain import uncertain

ROOT = Path(__file__).parents[3]
PENNILESS = {
    **dict.fromkeys(("cash", "cash_target", "cash_min", "revolver"), 0.0),
    **dict.fromkeys(("bond_quarter_cap", "secured_advance", "private_advance"), 0.0),
    "equity_access": 0.0,
    "committed": 1.0,
}
Case = dict[str, Any]


@pytest.fixture(scope="session")
def results() -> Results:
    scenario = load_scenario(ROOT / "configs/hyperscalers-2026.toml")
    return simulate(scenario, paths=2_000, seed=2, n_jobs=1)


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="session")
def drawings(results: Results, directory: Path) -> list[Drawing]:
    """The figures of `results`, also written into `directory`."""
    return figures_in(directory, results)


def figures_in(directory: Path, results: Results) -> list[Drawing]:
    """The figures of a run, drawn by this process and written into a directory."""
    figures = RunFigures(directory)
    figures.begin(results)
    return figures.finish()


@pytest.fixture(scope="session")
def page(results: Results, directory: Path, drawings: list[Drawing]) -> str:
    return write_report(results, directory, lambda: drawings).read_text("utf-8")


def _case(issuers: list[int], quarters: int = 12) -> Case:
    case: Case = json.loads((ROOT / "tests/reference/case.json").read_text("utf-8"))
    case["quarters"] = quarters
    case["issuers"] = [copy.deepcopy(case["issuers"][number]) for number in issuers]
    for issuer in case["issuers"]:
        for key in ("capex_plan", "maturities", "leases"):
            issuer[key] = (issuer[key] + issuer[key][-1:] * quarters)[:quarters]
    return case


def _failing(case: Case) -> Case:
    for issuer in case["issuers"]:
        issuer.update(PENNILESS)
        issuer["capex_plan"] = [10.0 * amount for amount in issuer["capex_plan"]]
    return case


MICROSOFT, CORE_WEAVE = 2, 5
ODD: dict[str, tuple[Callable[[], Case], int, str]] = {
    "one path": (lambda: _case([CORE_WEAVE]), 1, "2026Q1"),
    "ten paths of two issuers": (lambda: _case([MICROSOFT, CORE_WEAVE]), 10, "2026Q1"),
    "a point a net": (lambda: _case([MICROSOFT, CORE_WEAVE]), 32, "2026Q1"),
    "one quarter": (lambda: _case([CORE_WEAVE], quarters=1), 200, "2026Q2"),
    "years in part": (lambda: _case([CORE_WEAVE], quarters=7), 200, "2026Q3"),
    "twenty years": (lambda: _case([CORE_WEAVE], quarters=80), 200, "2026Q2"),
    "no failure": (lambda: _case([MICROSOFT]), 50, "2026Q1"),
    "all fail at once": (lambda: _failing(_case([MICROSOFT, CORE_WEAVE])), 50, "2026Q1"),
}


@pytest.fixture(scope="session", params=list(ODD))
def odd(request: pytest.FixtureRequest) -> Results:
    """Runs at the edges: hardly any paths, quarters, issuers, failures or survivors."""
    case, paths, start = ODD[request.param]
    scenario = scenario_from_case(case(), start=start)
    sampler = "plain" if paths < 32 else "sobol"
    return simulate(scenario, paths=paths, seed=1, sampler=sampler, n_jobs=1)


@pytest.fixture(scope="session")
def one() -> Results:
    """A run of one issuer, quickly drawn."""
    return simulate(
        scenario_from_case(_case([CORE_WEAVE]), start="2026Q1"), paths=200, seed=1, n_jobs=1
    )


@pytest.fixture(scope="session")
def uncertain_run() -> Results:
    """A run over the inputs: three issuers, four groups of inputs."""
    return simulate(uncertain(), paths=2_000, seed=2, outer=64, inner=128, n_jobs=1)


@pytest.fixture(autouse=True)
def _closed_figures() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def comparison(results: Results) -> Comparison:
    """The default scenario, and a glut."""
    path = ROOT / "configs/hyperscalers-2026.toml"
    changes = {"name": "glut", "market.demand_saturation_usd_bn_per_year": 400}
    return compare([results, simulate(load_scenario(path, changes), paths=2_000, seed=2, n_jobs=1)])
