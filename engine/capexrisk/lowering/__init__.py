"""From a scenario to the read-only numbers that the compiled core takes.

Everything that is the same on every path is worked out here, once: factors of a quarter, logs,
the triangular root of the correlation, what is known at the start (section "Start" of MODEL.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import get_args

from capexrisk.errors import ArgumentError, refuse_type, suggest
from capexrisk.kernel.outcomes import OutcomeLayout
from capexrisk.kernel.schedule import Schedule
from capexrisk.lowering.columns import COLUMNS, cases
from capexrisk.lowering.market import lower_market
from capexrisk.lowering.tables import issuer_key, lower_tables, tables_of_inputs
from capexrisk.model.parameters import Market
from capexrisk.scenario import Scenario, change_inputs
from capexrisk.scenario.opening import Parameters, start_of
from capexrisk.scenario.plan import Collect
from capexrisk.scenario.schema import FROM_A_FILE

__all__ = [
    "LoweredScenario",
    "issuer_key",
    "lower",
    "with_inputs",
    "with_parameters",
    "with_scenario",
]


@dataclass(frozen=True)
class LoweredScenario:
    """What `kernel.simulate.simulate_chunk` needs of a scenario.

    Attributes
    ----------
    market : Market
    schedule : Schedule
        n issuers, T quarters.
    layout : OutcomeLayout
    issuers, quarters, years : tuple of str
        Labels of the axes.
    scenario : Scenario
        What was lowered; not sent to worker processes, where it is None.
    """

    market: Market
    schedule: Schedule
    layout: OutcomeLayout
    issuers: tuple[str, ...]
    quarters: tuple[str, ...]
    years: tuple[str, ...]
    scenario: Scenario

    def __getstate__(self) -> dict[str, object]:
        # Workers simulate and change nothing: the scenario is six times as large as all the rest.
        return {**self.__dict__, "scenario": None}


def lower(scenario: Scenario, collect: Collect = "everything") -> LoweredScenario:
    """Lower a scenario.

    Parameters
    ----------
    scenario : Scenario
    collect : {"everything", "means"}
        What its paths leave behind; see `simulate`.

    Raises
    ------
    ScenarioError
        If the names of two issuers share a key for their draws (one chance in 2**32 a pair).
    ArgumentError
        If `collect` is unknown.
    TypeError
        If it is no scenario.
    """
    refuse_type("scenario", scenario, Scenario, FROM_A_FILE)
    known = get_args(Collect)
    if collect not in known:
        raise ArgumentError("collect", f"{collect!r} is unknown; {suggest(collect, known)}")
    years = tuple(year.label for year in scenario.calendar_years())
    layout = OutcomeLayout.of(
        quarters=scenario.quarters,
        years=len(years),
        issuers=len(scenario.issuers),
        collect=collect,
    )
    market, schedule = _numbers(scenario)
    return LoweredScenario(
        market=market,
        schedule=schedule,
        layout=layout,
        issuers=tuple(issuer.name for issuer in scenario.issuers),
        quarters=tuple(scenario.quarter_labels()),
        years=years,
        scenario=scenario,
    )


def with_inputs(lowered: LoweredScenario, changes: Mapping[str, object]) -> LoweredScenario:
    """Lower the scenario again with some inputs changed, without reading it anew.

    To the bit what `lower` makes of the changed scenario; about a millisecond.

    Parameters
    ----------
    lowered : LoweredScenario
    changes : mapping
        Path of an input, such as ``"issuers.Oracle.cash_usd_bn"``, to its new value; see
        `capexrisk.scenario.change_inputs`.

    Raises
    ------
    ScenarioError
        If a path is not one of an input, or a value is refused.
    TypeError
        If the changes are not a mapping, or it is no lowered scenario.
    """
    refuse_type("lowered", lowered, LoweredScenario, "give what lower() returns")
    return with_scenario(lowered, change_inputs(lowered.scenario, changes))


def with_scenario(lowered: LoweredScenario, scenario: Scenario) -> LoweredScenario:
    """Lower another scenario so that its paths are counted as those of `lowered`.

    Parameters
    ----------
    lowered : LoweredScenario
    scenario : Scenario
        With the same issuers and quarters.

    Raises
    ------
    ArgumentError
        If it has others.
    """
    issuers = tuple(issuer.name for issuer in scenario.issuers)
    if (issuers, tuple(scenario.quarter_labels())) != (lowered.issuers, lowered.quarters):
        problem = f"{scenario.name} has other issuers or quarters than {lowered.scenario.name}"
        raise ArgumentError("scenario", f"{problem}; give one with the same")
    market, schedule = _numbers(scenario)
    return LoweredScenario(
        market=market,
        schedule=schedule,
        layout=lowered.layout,
        issuers=lowered.issuers,
        quarters=lowered.quarters,
        years=lowered.years,
        scenario=scenario,
    )


def with_parameters(
    lowered: LoweredScenario, parameters: Parameters, start_quarter: int, points: int = 1
) -> list[LoweredScenario]:
    """Lower other parameters of a scenario, of several points at once.

    Calendar, events, units of the histograms and the issuer that counts as the smallest stay those
    of the scenario, so that totals of both can be added.

    Parameters
    ----------
    lowered : LoweredScenario
    parameters : dict
        As of `Scenario.parameters`, with the same issuers and quarters. Where points differ, a
        column of numbers, shape (points,), stands in the place of a number.
    start_quarter : int
        Calendar quarter of the first quarter, 1 to 4.
    points : int

    Returns
    -------
    list of LoweredScenario
        To the bit what the numbers of each point alone would give.
    """
    start = start_of(parameters, COLUMNS)
    tables = tables_of_inputs(parameters, start, start_quarter, points)
    markets = map(Market._make, cases(tuple(lower_market(parameters, start)), points))
    return [
        replace(
            lowered,
            market=market,
            schedule=lowered.schedule._replace(
                **{name: table[point] for name, table in tables.items()}
            ),
        )
        for point, market in enumerate(markets)
    ]


def _numbers(scenario: Scenario) -> tuple[Market, Schedule]:
    start = start_of(scenario.parameters)
    market = lower_market(scenario.parameters, start)
    return market, lower_tables(scenario, start, market)
