"""A run's plan from the command line: each option once, and the defaults of ``[run]``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import Any, Final

import click

from capexrisk.cli.options import overrides, scenario_file
from capexrisk.run.plan import RunPlan, default_paths
from capexrisk.run.signals import signals_deferred
from capexrisk.scenario import Scenario, load_with_run_section
from capexrisk.scenario.plan import (
    DEFAULT_INNER,
    DEFAULT_OUTER,
    refuse_paths_of_no_points,
    refuse_points_of,
)

Body = Callable[..., None]  # of a verb

# By the plan's field. The scenario's [run] table says what is not given.
OPTIONS: Final = {
    "paths": partial(
        click.option,
        "--paths",
        type=int,
        help="Number of paths. Default: the scenario's [run] table.",
    ),
    "targets": partial(
        click.option,
        "--target",
        "targets",
        metavar="NAME: ERROR",
        multiple=True,
        help="Stop at this standard error, such as 'funding_failure/Oracle: rel 5%' or "
        "'negative_fcf/Amazon/2026: abs 0.002'; --paths is then the most, 134,217,728 by default. "
        "May be repeated.",
    ),
    "max_seconds": partial(
        click.option,
        "--max-time",
        "max_seconds",
        type=float,
        metavar="SECONDS",
        help="Stop simulating before that, with the paths so far; checked after 262,144 paths and "
        "each time their number has doubled.",
    ),
    "seed": partial(
        click.option,
        "--seed",
        type=int,
        help="Seed of all draws. Default: the scenario's [run] table.",
    ),
    "outer": partial(
        click.option,
        "--outer",
        type=int,
        help="Points of the uncertain inputs; 0 leaves the inputs as they stand. Default: the "
        f"scenario's [run] table, or {DEFAULT_OUTER:,}; none if it has no [uncertainty].",
    ),
    "inner": partial(
        click.option,
        "--inner",
        type=int,
        help="Paths at each of these points. Default: the scenario's [run] table, or "
        f"{DEFAULT_INNER}.",
    ),
    "sampler": partial(
        click.option,
        "--sampler",
        metavar="sobol|plain",
        help="Scrambled Sobol nets or independent paths. Default: the scenario's [run] table.",
    ),
    "jobs": partial(
        click.option, "--jobs", type=int, help="Workers; -1, the default, is one for each core."
    ),
    "backend": partial(
        click.option,
        "--backend",
        help="Who computes: threads (threading, the default), processes (loky), one thread "
        "(sequential) or a cluster (dask). On like processors no result depends on it.",
    ),
    "scheduler": partial(
        click.option,
        "--scheduler",
        metavar="ADDRESS",
        help="With dask, whose cluster then computes whatever --jobs says: its scheduler, such as "
        "tcp://HOST:8786.",
    ),
}


def fields_asked(*fields: str, **helps: str) -> Callable[[Body], Body]:
    """Give a verb options of a plan; it gets the fields that are given, as the dict `asked`.

    Parameters
    ----------
    *fields : str
        Fields of `RunPlan`.
    **helps : str
        Other help than the usual, by field.
    """

    def decorate(verb: Body) -> Body:
        @wraps(verb)
        def with_fields(**given: Any) -> None:
            asked = {field: given.pop(field) for field in fields}
            verb(asked={field: x for field, x in asked.items() if x not in (None, ())}, **given)

        for field in reversed(fields):
            option = OPTIONS[field]
            (option(help=helps[field]) if field in helps else option())(with_fields)
        return with_fields

    return decorate


def plan_options(*fields: str) -> Callable[[Body], Body]:
    """Give a verb SCENARIO, --set and options of its plan; it gets a Scenario and a RunPlan."""

    def decorate(verb: Body) -> Body:
        @scenario_file
        @overrides
        @fields_asked(*fields)
        @wraps(verb)
        def with_plan(
            scenario: Path, overrides: tuple[str, ...], asked: dict[str, Any], **given: Any
        ) -> None:
            loaded, plan = planned(scenario, overrides, asked)
            verb(scenario=loaded, plan=plan, **given)

        return with_plan

    return decorate


def planned(
    path: Path, overrides: tuple[str, ...], asked: dict[str, Any]
) -> tuple[Scenario, RunPlan]:
    """The scenario of a file, and its plan: what is asked for, else what its table [run] says."""
    with signals_deferred():
        scenario, section = load_with_run_section(path, overrides)
    usual = section.model_dump()
    refuse_points_of(asked.get("outer", 0), scenario)  # not those of a [run] table
    if "targets" in asked:
        usual["paths"] = default_paths(asked["targets"])
    plan = RunPlan(**(usual | asked))
    if "inner" in asked:
        refuse_paths_of_no_points(plan.outer, scenario)
    return scenario, plan
