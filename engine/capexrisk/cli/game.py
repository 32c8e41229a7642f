"""``capexrisk game``: the race as a game, its equilibria and where they end."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import click

from capexrisk.archive.atomic import write_csv
from capexrisk.cli.options import csv_file
from capexrisk.cli.plan import plan_options
from capexrisk.cli.verb import Verb
from capexrisk.errors import ArgumentError
from capexrisk.run.plan import RunPlan
from capexrisk.scenario import Scenario


@click.command(cls=Verb)
@plan_options("seed", "jobs", "backend", "scheduler")
@click.option("--players", help="Firms that choose, NAME,NAME,... Default: all.")
@click.option(
    "--levels",
    default="0.75,1,1.25",
    help="Multiples of a firm's plan, 1 among them. Default: 0.75,1,1.25.",
)
@click.option(
    "--multiply",
    help="Keys of an issuer's inputs that are multiplied, KEY,KEY,... Default: its capex plan.",
)
@click.option("--discount", default=0.1, help="Discount rate a year. Default: 0.1.")
@click.option(
    "--multiple", default=10.0, help="Worth of a survivor's last year, in years. Default: 10."
)
@click.option(
    "--terminal",
    default="ocf",
    metavar="ocf|profit",
    help="What of that year: operating cash flow, the default, or profit.",
)
@click.option(
    "--failure-loss",
    default=0.2,
    help="Lost at failure, as a share of the market capitalisation. Default: 0.2.",
)
@click.option(
    "--unfinished",
    default=1.0,
    help="Worth of a dollar of capital not yet in service. Default: 1, its cost.",
)
@click.option(
    "--points",
    type=int,
    help="Paths of each of 32 nets, every profile. Default: 256; with --over 512.",
)
@click.option(
    "--more-points",
    type=int,
    help="The same for what may be an equilibrium. Default: 2,048.",
)
@click.option(
    "--over",
    metavar="KEY=VALUE,...",
    multiple=True,
    help="Instead, judge all firms at their plans over values of an input, or of several that move "
    "together, KEY+KEY=VALUE,...; once or twice. docs/game.md has an example, the life of what is "
    "built.",
)
@csv_file
def game(
    scenario: Scenario,
    plan: RunPlan,
    players: str | None,
    levels: str,
    multiply: str | None,
    points: int | None,
    more_points: int | None,
    over: tuple[str, ...],
    out: Path | None,
    **payoff: float | str,
) -> None:
    """Solve the race as a game: who gains by spending otherwise.

    Each firm chooses a multiple of its plan; the simulation says what it earns. Equilibria, what
    cooperation would earn, failures and funding at each.
    """
    grid = _grid(over)
    if grid and more_points is not None:
        raise ArgumentError("more_points", "is of a whole game; with --over give --points")
    numbers = _numbers("levels", levels)

    from capexrisk.study.game.choices import (
        DEFAULT_MORE_POINTS,
        DEFAULT_POINTS,
        PHASE_POINTS,
        Choices,
        cells_of,
        refuse_large,
        refuse_many,
    )
    from capexrisk.study.game.value import Payoff

    chosen = Choices(
        players=_names(players, [issuer.name for issuer in scenario.issuers]),
        levels=numbers,
        multiplied=_names(multiply),
    )
    several = len(chosen.players_of(scenario))
    worth = Payoff(**payoff)  # type: ignore[arg-type]
    each = (PHASE_POINTS if grid else DEFAULT_POINTS) if points is None else points
    more = DEFAULT_MORE_POINTS if more_points is None else more_points
    if grid:
        refuse_many(len(cells_of(grid)), several, len(chosen.levels), each)
    else:
        refuse_large(several, len(chosen.levels), each, more)

    import textwrap

    from capexrisk.cli.terminal import show
    from capexrisk.report.content import game as words
    from capexrisk.study.game.phase import phases
    from capexrisk.study.game.race import game as solve

    options: dict[str, Any] = {
        "choices": chosen,
        "payoff": worth,
        "seed": plan.seed,
        "n_jobs": plan.jobs,
        "backend": plan.backend,
        "scheduler": plan.scheduler,
    }
    if grid:
        judged = phases(scenario, grid, points=each, **options)
        show(words.phases_table(judged))
        print(f"\n{textwrap.fill(words.phases_key(judged), 80)}")
        table = judged.table
    else:
        found = solve(scenario, points=each, more_points=more, **options)
        print(f"{textwrap.fill(words.headline(found), 80)}\n")
        for table_of in (words.profiles_table, words.outcomes_table, words.gains_table):
            show(table_of(found))
            print()
        print(textwrap.fill(words.key(found), 80))
        table = found.table
    if out is not None:
        write_csv(out, table)


def _names(text: str | None, known: Collection[str] = ()) -> tuple[str, ...]:
    """Names between commas; a known one may have a comma itself, "Amazon.com, Inc."."""
    parts, names = (text or "").split(","), []
    while parts:
        ends = (end for end in range(len(parts), 1, -1) if _joined(parts[:end]) in known)
        end = next(ends, 1)
        names.append(_joined(parts[:end]))
        parts = parts[end:]
    return tuple(filter(None, names))


def _joined(parts: list[str]) -> str:
    return ",".join(parts).strip()


def _numbers(option: str, text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise ArgumentError(option, f"{text!r} is no list of numbers; give 0.75,1,1.25") from None


def _grid(over: tuple[str, ...]) -> dict[str, tuple[float, ...]]:
    grid: dict[str, tuple[float, ...]] = {}
    for text in over:
        key, values = _values(text)
        if key in grid:
            raise ArgumentError("over", f"{key}: is given twice; give all its values at once")
        grid[key] = values
    return grid


def _values(text: str) -> tuple[str, tuple[float, ...]]:
    key, given, values = text.partition("=")
    if not given:
        raise ArgumentError("over", f"{text!r} has no values; give KEY=VALUE,VALUE")
    return key.strip(), _numbers("over", values)
