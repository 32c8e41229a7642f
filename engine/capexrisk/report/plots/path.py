"""One path: how an issuer's quarter or year was funded."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes

from capexrisk.archive.results import Results
from capexrisk.model.vocabulary import CAUSES, RUNGS
from capexrisk.report.plots.canvas import BLUE, GREEN, INK, ORANGE, PALETTE, SKY, drawing
from capexrisk.report.plots.choices import one_of
from capexrisk.report.plots.heads import head
from capexrisk.report.plots.registry import plot
from capexrisk.report.plots.rows import name_rows, row_letters
from capexrisk.report.writing.numbers import decimals_for, signed
from capexrisk.report.writing.words import shortened
from capexrisk.scenario import Words

ROW = 0.2  # height of a step, inches
SMALL = 5e-4  # $bn; a step below it is left out
USE, TOTAL = "#b8b8b8", INK
_SUMMED = (
    *("capex_to_fund", "dividends", "investments", "due", "operating_cash_flow", "need", "surplus"),
    *("revolver_repaid", "buybacks", "surplus_to_cash"),
)


class Step(NamedTuple):
    """A floating bar from one amount to another, $bn."""

    label: str
    begin: float
    end: float
    colour: str


@plot()
def waterfall(
    results: Results, issuer: str, period: str | int, path: int, ax: Axes | None = None
) -> Axes:
    """What an issuer needed on one path in a quarter or a year, and where it came from, $bn.

    From top to bottom: payments less operating cash flow are the need; each source covers part of
    it, and the rest is unmet. Without a need, where the surplus went.

    Parameters
    ----------
    results : Results
    issuer : str
    period : str or int
        A quarter or a year.
    path : int
        0 to ``paths - 1``, or a path's number; see `run.replay.replay`. The first picture on a
        machine takes some ten seconds.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the run has no such issuer, period or path.
    """
    one_of(issuer, results.issuers, "issuer")
    period = one_of(period, [*results.quarters, *results.years], "quarter or year")
    from capexrisk.study.replay import replay  # late: with the compiler

    rows = replay(results, path)
    rows = rows[(rows["issuer"] == issuer) & rows["quarter"].isin(_quarters(results, period))]
    steps = waterfall_steps(rows)
    lowest = min(min(step.begin, step.end) for step in steps)
    highest = max(max(step.begin, step.end) for step in steps)
    width = (highest - lowest) or 1.0
    with drawing(results, ax, height=1.05 + ROW * len(steps)) as ax:
        size = row_letters(ax, len(steps), 7.0)
        for row, step in enumerate(steps):
            left, right = sorted((step.begin, step.end))
            ax.barh(row, right - left, 0.68, left, color=step.colour, lw=0)
            label = signed(step.end - step.begin, decimals_for(width))
            ax.text(right + 0.018 * width, row, label, va="center", fontsize=size)
        for row, step in enumerate(steps[:-1]):  # what is left goes on to the next
            ax.plot([step.end, step.end], [row, row + 1], color=INK, lw=0.5, zorder=0)
        ax.axvline(0.0, color=INK, linewidth=0.8)
        name_rows(ax, [step.label for step in steps])
        ax.set_xlim(lowest - 0.02 * width, highest + 0.14 * width)
        ax.grid(visible=False)
        ax.set_xlabel("$bn")
        title = f"{shortened(issuer)}, {period}, path {path:,}"
        head(ax, title, _story(rows, results.words), from_figure=True)
    return ax


def waterfall_steps(rows: pd.DataFrame) -> list[Step]:
    """Steps of an issuer's quarters, summed; those of nothing are left out.

    Parameters
    ----------
    rows : DataFrame
        Of `run.replay.replay`, one issuer's quarters.
    """
    total = rows[[*RUNGS, *_SUMMED]].sum()
    uses = {
        "Capex to fund": total["capex_to_fund"],
        "Dividends": total["dividends"],
        "Investments": total["investments"],
        "Debt due": total["due"],
    }
    if total["need"] > SMALL:
        steps = _chain([(label, amount, USE) for label, amount in uses.items()], 0.0)
        steps += _chain(
            [
                ("Operating cash flow", -total["operating_cash_flow"], SKY),
                ("Surplus quarters", total["surplus"], USE),  # of a year
            ],
            steps[-1].end if steps else 0.0,
        )
        steps.append(Step("Need", 0.0, total["need"], TOTAL))
        *taken, unmet = (
            (rung.words.capitalize(), -total[name], PALETTE[rung.colour])
            for name, rung in RUNGS.items()
        )
        steps += _chain(taken, total["need"])
        label, missing, colour = unmet
        return steps + _chain([(label, -missing, colour)], 0.0)
    steps = _chain([("Operating cash flow", total["operating_cash_flow"], SKY)], 0.0)
    begin = steps[-1].end if steps else 0.0
    steps += _chain([(label, -amount, USE) for label, amount in uses.items()], begin)
    steps.append(Step("Surplus", 0.0, total["surplus"], TOTAL))
    gone = [
        ("Revolver repaid", -total["revolver_repaid"], BLUE),
        ("Shares bought back", -total["buybacks"], ORANGE),
        ("To cash", -total["surplus_to_cash"], GREEN),
    ]
    return steps + _chain(gone, total["surplus"])


def _chain(parts: list[tuple[str, float, str]], level: float) -> list[Step]:
    """Steps that begin where the one before ends; those of nothing are left out."""
    steps = []
    for label, amount, colour in parts:
        if abs(amount) > SMALL:
            steps.append(Step(label, level, level + amount, colour))
            level += amount
    return steps


def _story(rows: pd.DataFrame, words: Words) -> str:
    """State of the market, and what else happened."""
    last = rows.iloc[-1]
    parts = [
        f"market {last['regime']}",
        f"its spread {last['spread_bp']:,.0f} bp",
        f"utilisation {100.0 * last['utilisation']:.0f} %",
    ]
    ahead = rows["raised_to_cash"].sum()
    if ahead > SMALL:
        parts.append(f"${signed(ahead, 1)}bn raised ahead of need")
    caused = rows[rows["cause"] != ""]
    if not caused.empty:
        event = "failed" if caused["failed"].iloc[-1] else "first cut"
        parts.append(f"{event}: {words.fill(CAUSES[caused['cause'].iloc[-1]])}")
    elif rows["failed"].all():
        parts.append("failed before")
    return "; ".join(parts)


def _quarters(results: Results, period: str) -> list[str]:
    """The quarters of a period."""
    if period in results.quarters:
        return [period]
    return [quarter for quarter in results.quarters if quarter[:4] == period[:4]]
