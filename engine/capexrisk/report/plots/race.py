"""Plots of the race as a game: what single firms would gain, and where plans are an equilibrium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from capexrisk.report.plots.canvas import BLUE, INK, QUIET, RED, drawing, stamp_of
from capexrisk.report.plots.choices import one_of
from capexrisk.report.plots.heads import head
from capexrisk.report.plots.registry import plot_of
from capexrisk.report.plots.rows import BAR, WHISKERS, height_of, name_rows
from capexrisk.study.game.choices import paths_of

if TYPE_CHECKING:
    from capexrisk.study.game.phase import Phases
    from capexrisk.study.game.race import Game

VERDICTS = {"equilibrium": (BLUE, "equilibrium"), "refuted": (RED, "none"), "open": (QUIET, "open")}


@plot_of("capexrisk.study.game.race.Game")
def deviations(game: Game, profile: str | None = None, ax: Axes | None = None) -> Axes:
    """What each firm gains by choosing another level alone; whiskers are 95 % intervals.

    Parameters
    ----------
    game : Game
    profile : str, optional
        One of ``game.profiles``. Default: every firm at its plan.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        For any other profile.
    """
    plans = game.named(game.solution.start)
    name = plans if profile is None else one_of(profile, game.profiles.index, "profile")
    rows = game.table[(game.table["profile"] == name) & (game.table["measure"] == "gain")]
    place = np.arange(len(rows), dtype=float)
    stamp = stamp_of(game.scenario, 32 * game.more_points, game.seed)
    with drawing(stamp, ax, height=height_of(len(rows))) as ax:
        value = rows["value"].to_numpy()
        colours = [RED if gain > 0.0 else BLUE for gain in value]
        ax.barh(place, value, BAR, color=colours, lw=0)
        half = (rows["ci_high"] - rows["ci_low"]).to_numpy() / 2.0
        ax.errorbar(value, place, xerr=half, **WHISKERS)
        ax.axvline(0.0, color=INK, lw=0.8)
        name_rows(ax, [f"{row.issuer} at {row.level:g}" for row in rows.itertuples()])
        ax.set_xlabel("Gain, $bn")
        below = f"All others at {name}; red: the firm would move"
        head(ax, "Gains of single firms", below, from_figure=True)
    return ax


@plot_of("capexrisk.study.game.phase.Phases")
def phases(found: Phases, ax: Axes | None = None) -> Axes:
    """Where all firms at one level is an equilibrium: a gain over one input, cells over two.

    Parameters
    ----------
    found : Phases
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    table, first = found.table, found.over[0]
    with drawing(stamp_of(found.scenario, 32 * found.points, found.seed), ax) as ax:
        for verdict, (colour, words) in VERDICTS.items():
            rows = table[table["verdict"] == verdict]
            if rows.empty:
                continue
            if len(found.over) == 2:
                ax.scatter(
                    rows[first], rows[found.over[1]], s=60, c=colour, marker="s", label=words
                )
            else:
                value = rows["value"]
                ends = [value - rows["ci_low"], rows["ci_high"] - value]  # not even
                ax.errorbar(rows[first], value, ends, fmt="o", color=colour, label=words, ms=4)
        if len(found.over) == 2:
            ax.set_ylabel(_axis(found.over[1]), parse_math=False)
        else:
            ax.axhline(0.0, color=INK, lw=0.8)
            ax.set_ylabel("Largest gain of a firm, $bn")
        ax.set_xlabel(_axis(first), parse_math=False)
        head(ax, f"Every firm at {found.level:g} times its plan", "Equilibrium?", columns=3)
    return ax


def _axis(paths: str) -> str:
    """Inputs that move together, each on a line."""
    return " and\n".join(paths_of(paths))
