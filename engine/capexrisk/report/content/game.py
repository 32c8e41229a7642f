"""The race as a game in words and in tables for a terminal."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan

from rich.table import Table

from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.lookup import estimates_of
from capexrisk.estimate.metrics import SYSTEM
from capexrisk.report.writing.numbers import (
    basis_points,
    money,
    number,
    one_digit,
    percentage,
    rounded_down,
    rounded_up,
    signed,
)
from capexrisk.report.writing.plain_table import plain_table
from capexrisk.report.writing.words import counted, listed
from capexrisk.study.game.phase import Phases
from capexrisk.study.game.race import Game, reported

MOST_DECIMALS = 3
SELDOM = 0.005  # a chance that is not told
CALLED = {
    "equilibrium": "equilibrium",
    "refuted": "no equilibrium",
    "open": "cannot be told",
}


def told(found: Game, profile: str, measure: str, issuer: str = SYSTEM) -> Estimate:
    """One figure of a profile."""
    table = found.table
    rows = table[
        (table["profile"] == profile) & (table["measure"] == measure) & (table["issuer"] == issuer)
    ]
    statistic = "probability" if measure == "funding_failure" else "mean"
    return estimates_of(rows, statistic)[0]


def headline(found: Game) -> str:
    """Whether the plans are an equilibrium, and which profiles are."""
    plans = found.solution.judged(found.solution.start)
    text = {
        "equilibrium": "Every firm at its plan is a Nash equilibrium: nobody gains by choosing "
        "another level alone.",
        "refuted": "Every firm at its plan is no Nash equilibrium.",
        "open": "Whether every firm at its plan is a Nash equilibrium cannot be told: nobody gains "
        f"more than ${plans.epsilon:.3g}bn by choosing another level alone.",
    }[plans.verdict]
    if plans.verdict == "refuted":
        player, choice = plans.tempted
        text += (
            f" {found.players[player]} would gain most, {ranged(plans.largest, unit=True)}, at "
            f"{found.levels[choice]:g} times its own."
        )
    others = [found.named(one.profile) for one in found.solution.equilibria if one is not plans]
    if others:
        text += f" Equilibri{'um' if len(others) == 1 else 'a'}: {listed(others)}."
    elif not found.solution.equilibria:
        near = found.solution.nearest
        text += (
            " No profile could be told to be one; nearest by epsilon is "
            f"{found.named(near.profile)}, where nobody gains more than "
            f"${near.epsilon:.3g}bn alone."
        )
        if found.solution.whole:
            text += f" {mixed(found)}"
    return text


def ranged(gain: Estimate, *, unit: bool = False) -> str:
    """The largest of many gains, with an interval that is not even on both sides of it.

    >>> ranged(Estimate("mean", 21.6, 1.0, 19.12, 23.21, 8192), unit=True)
    '$21.6bn (19.1 to 23.3)'
    """
    decimals = max(0, min(1 + one_digit((gain.ci_high - gain.ci_low) / 2.0), MOST_DECIMALS))
    low, high = rounded_down(gain.ci_low, decimals), rounded_up(gain.ci_high, decimals)
    before, after = ("$", "bn") if unit else ("", "")
    value = f"{before}{signed(gain.value, decimals)}{after}"
    return f"{value} ({signed(low, decimals)} to {signed(high, decimals)})"


def mixed(found: Game) -> str:
    """The logit equilibrium: how often each firm would choose each level."""
    logit = found.solution.logit
    if logit is None:
        return "No logit equilibrium could be computed: its branch cannot be followed so far."
    parts = []
    for player, mix, error in zip(found.players, logit.mix, logit.error, strict=True):
        levels = [
            f"{level:g} in {_often(chance, spread)}"
            for level, chance, spread in zip(found.levels, mix, error, strict=True)
            if chance >= SELDOM
        ]
        parts.append(f"{player} {listed(levels)}")
    return (
        f"Logit equilibrium (each misses its best reply by ${logit.regret:.2g}bn at most): "
        f"{'; '.join(parts)}."
    )


def _often(chance: float, error: float) -> str:
    """A chance in per cent with its 95 % interval, which ends at 0 and 100."""
    if isnan(error):
        return f"{100.0 * chance:.0f} % (error unknown)"
    low, high = (min(max(chance + side * 1.96 * error, 0.0), 1.0) for side in (-1.0, 1.0))
    return f"{100.0 * chance:.0f} % ({100.0 * low:.0f} to {100.0 * high:.0f})"


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

    def row(
        words: str, write: Callable[[Estimate], str], measure: str, issuer: str = SYSTEM
    ) -> None:
        cells = (told(found, name, measure, issuer) for name in columns)
        table.add_row(words, *(write(cell) for cell in cells))

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
        table.add_row(player, *map(money, estimates_of(own, "mean")))
    return table


def key(found: Game) -> str:
    """What the numbers mean, and how sure they are."""
    solution, payoff = found.solution, found.payoff
    how = "all profiles" if solution.whole else "those that best replies visit"
    inputs = ", ".join(found.multiplied[found.players[0]])
    text = (
        f"Multiples of {inputs} and so on, in the order of the firms. Payoff, all before interest "
        "and advances and with leased capital as bought: free cash flow at "
        f"{payoff.discount:.0%} a year, {payoff.multiple:g} times the last year's "
        f"{'operating cash flow' if payoff.terminal == 'ocf' else 'profit'} of who survives "
        f"and {payoff.unfinished:g} of each dollar not yet in service, less "
        f"{payoff.failure_loss:.0%} of the market capitalisation of who fails. "
        f"{solution.profiles:,} profiles looked at, {how}, on {32 * found.points:,} paths; those "
        f"listed on {32 * found.more_points:,}, with the same draws. An equilibrium is called one "
        "where the 95 % interval of the largest gain lies below 0. Epsilon: upper end of the "
        "largest gain. Resamples: share of 1,000 draws of the 32 nets in which the profile is one; "
        f"the set is the same in {solution.stability.unchanged:.0%} of them. ± covers paths, not "
        "the payoff that was assumed, and inputs are as they stand."
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
    gains = estimates_of(found.table, "mean")
    for (_, row), gain in zip(found.table.iterrows(), gains, strict=True):
        table.add_row(
            *(f"{row[path]:g}" for path in found.over),
            CALLED[row["verdict"]],
            row["issuer"],
            f"{row['level']:g}",
            ranged(gain),
        )
    return table


def phases_key(found: Phases) -> str:
    """What the diagram says, and how sure it is."""
    return (
        f"Every firm at {found.level:g} times its plan. Gains most: the firm that would gain most "
        f"by choosing another level alone; below 0 it would lose. {32 * found.points:,} paths, "
        "with the same draws at all levels of a cell. In brackets a 95 % interval, which allows "
        "for the choice among firms and levels; it covers paths, not the payoff assumed."
    )
