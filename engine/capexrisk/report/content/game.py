"""The race as a game in words and in tables for a terminal."""

from __future__ import annotations

import pandas as pd
from rich.table import Table

from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.metrics import SYSTEM
from capexrisk.report.writing.numbers import (
    basis_points,
    money,
    number,
    percentage,
)
from capexrisk.report.writing.plain_table import plain_table
from capexrisk.report.writing.words import counted, listed
from capexrisk.study.game.phase import Phases
from capexrisk.study.game.race import Game, reported

CALLED = {
    "equilibrium": "equilibrium",
    "refuted": "no equilibrium",
    "open": "cannot be told",
}


def estimate(row: pd.Series) -> Estimate:
    """A row of the table as an estimate."""
    statistic = "probability" if row["measure"] == "funding_failure" else "mean"
    numbers = (row[column] for column in ("value", "standard_error", "ci_low", "ci_high", "n"))
    return Estimate(statistic, *numbers)


def told(found: Game, profile: str, measure: str, issuer: str = SYSTEM) -> Estimate:
    """One figure of a profile."""
    table = found.table
    rows = table[
        (table["profile"] == profile) & (table["measure"] == measure) & (table["issuer"] == issuer)
    ]
    return estimate(rows.iloc[0])


def headline(found: Game) -> str:
    """Whether the plans are an equilibrium, and which profiles are."""
    plans = found.solution.judged(found.solution.start)
    verdict = {
        "equilibrium": "is a Nash equilibrium: nobody gains by choosing another level alone",
        "refuted": "is no Nash equilibrium",
        "open": f"may or may not be a Nash equilibrium, nobody gains more than "
        f"${plans.epsilon:.3g}bn alone",
    }[plans.verdict]
    text = f"Every firm at its plan {verdict}."
    if plans.verdict == "refuted":
        most = int(plans.value.argmax())
        player, choice = plans.deviations[most]
        text += (
            f" {found.players[player]} would gain ${plans.value[most]:.3g}bn "
            f"± {plans.half()[most]:.1g} at {found.levels[choice]:g} times its own."
        )
    others = [found.named(one.profile) for one in found.solution.equilibria if one is not plans]
    if others:
        text += f" Equilibri{'um' if len(others) == 1 else 'a'}: {listed(others)}."
    elif not found.solution.equilibria:
        near = found.solution.nearest
        text += (
            f" No profile could be told to be one; nearest is {found.named(near.profile)}, where "
            f"nobody gains more than ${near.epsilon:.3g}bn alone."
        )
    if found.solution.logit is not None:
        text += f" {mixed(found)}"
    return text


def mixed(found: Game) -> str:
    """The logit equilibrium: how often each firm would choose each level."""
    logit = found.solution.logit
    if logit is None:
        return ""
    parts = []
    for player, mix, error in zip(found.players, logit.mix, logit.error, strict=True):
        levels = [
            f"{level:g} in {100.0 * chance:.0f} % ± {196.0 * spread:.0f}"
            for level, chance, spread in zip(found.levels, mix, error, strict=True)
            if chance >= 0.005
        ]
        parts.append(f"{player} {listed(levels)}")
    return (
        f"Logit equilibrium (each misses its best reply by ${logit.regret:.2g}bn at most): "
        f"{'; '.join(parts)}."
    )


def profiles_table(found: Game) -> Table:
    """Profiles that may be equilibria."""
    table = plain_table()
    table.add_column("/".join(found.players), overflow="fold")
    for heading in ("Verdict", "Epsilon, $bn", "Resamples", "Nets", "Earned together, $bn"):
        table.add_column(heading, justify="right")
    for profile, row in found.profiles.iterrows():
        table.add_row(
            str(profile),
            CALLED[row["verdict"]],
            f"{row['epsilon']:.3g}",
            f"{row['resampled']:.0%}",
            f"{row['nets']:.0%}",
            money(told(found, str(profile), "welfare")),
        )
    return table


def outcomes_table(found: Game) -> Table:
    """What happens at equilibria, at the plans and with cooperation."""
    table = plain_table()
    table.add_column("", overflow="fold")
    columns = [found.named(profile) for profile in reported(found.solution)]
    cooperation = found.named(found.solution.cooperation)
    for name in columns:
        note = " (together most)" if name == cooperation else ""
        table.add_column(f"{name}{note}", justify="right", overflow="fold")

    def row(words: str, write: object, measure: str, issuer: str = SYSTEM) -> None:
        cells = (told(found, name, measure, issuer) for name in columns)
        table.add_row(words, *(write(cell) for cell in cells))  # type: ignore[operator]

    row("Earned together, $bn", money, "welfare")
    row("Lost against cooperation, $bn", money, "lost")
    row("Price of anarchy", number, "price_of_anarchy")
    row("Outside funding, $bn", money, "outside_funding")
    for issuer in (one.name for one in found.scenario.issuers):
        row(f"{issuer} fails", percentage, "funding_failure", issuer)
    for issuer in (one.name for one in found.scenario.issuers):
        row(f"{issuer}, peak spread, bp", basis_points, "peak_spread_bp", issuer)
    return table


def gains_table(found: Game) -> Table:
    """What each firm gains at another level, the others at the plans."""
    plans = found.named(found.solution.start)
    rows = found.table[(found.table["profile"] == plans) & (found.table["measure"] == "gain")]
    table = plain_table()
    table.add_column("Gain alone from the plans, $bn", overflow="fold")
    levels = [level for level in found.levels if level != 1.0]
    for level in levels:
        table.add_column(f"at {level:g}", justify="right")
    for player in found.players:
        own = rows[rows["issuer"] == player].set_index("level").loc[levels]
        table.add_row(player, *(money(estimate(row)) for _, row in own.iterrows()))
    return table


def key(found: Game) -> str:
    """What the numbers mean, and how sure they are."""
    solution, payoff = found.solution, found.payoff
    how = "all profiles" if solution.whole else "those that best replies visit"
    inputs = ", ".join(found.multiplied[found.players[0]])
    text = (
        f"Multiples of {inputs} and so on, in the order of the firms. Payoff: free cash flow at "
        f"{payoff.discount:.0%} a year, {payoff.multiple:g} times the last year's "
        f"{'operating cash flow' if payoff.terminal == 'ocf' else 'profit'} of who survives "
        f"and {payoff.unfinished:g} of each dollar not yet in service, less "
        f"{payoff.failure_loss:.0%} of the market capitalisation of who fails. "
        f"{solution.profiles:,} profiles looked at, {how}, on {32 * found.points:,} paths; those "
        f"listed on {32 * found.more_points:,}, with the same draws. An equilibrium is called one "
        "where the 95 % interval of every firm's gain lies below 0. Epsilon: upper end of the "
        "largest gain. Resamples: share of 1,000 draws of the 32 nets in which the profile is one; "
        f"the set is the same in {solution.stability.unchanged:.0%} of them. ± covers paths, not "
        "the payoff that was assumed."
    )
    if solution.undecided:
        needed = [one.draws_needed for one in solution.undecided if one.draws_needed is not None]
        text += f" {counted(len(solution.undecided), 'profile')} too noisy to tell"
        text += f"; it would take about {32 * max(needed):,} paths." if needed else "."
    if solution.unexamined:
        more = counted(solution.unexamined, "profile")
        text += f" {more} more could not be refuted: give more --points."
    return text


def phases_table(found: Phases) -> Table:
    """Each cell of the grid."""
    table = plain_table()
    for path in found.over:
        table.add_column(path, justify="right", overflow="fold")
    for heading in ("Verdict", "Gains most", "at", "Gain, $bn"):
        table.add_column(heading, justify="right")
    for _, row in found.table.iterrows():
        numbers = (row[name] for name in ("value", "standard_error", "ci_low", "ci_high", "n"))
        table.add_row(
            *(f"{row[path]:g}" for path in found.over),
            CALLED[row["verdict"]],
            row["issuer"],
            f"{row['level']:g}",
            money(Estimate("mean", *numbers)),
        )
    return table


def phases_key(found: Phases) -> str:
    """What the diagram says, and how sure it is."""
    return (
        f"Every firm at {found.level:g} times its plan. Gains most: the firm that would gain most "
        f"by choosing another level alone; below 0 it would lose. {32 * found.points:,} paths, "
        "with the same draws at all levels of a cell. ± covers paths, not the payoff assumed."
    )
