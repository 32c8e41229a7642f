"""What happened in its predictive distributions: places of figures, chances of who failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from capexrisk.report.plots.bands import MIDDLE, PALE
from capexrisk.report.plots.canvas import INK, QUIET, RED, Margins, one_panel
from capexrisk.report.plots.heads import head
from capexrisk.report.plots.rows import height_of, name_rows
from capexrisk.report.writing.words import told_apart
from capexrisk.study.backtest import DRAWN, FIXED

if TYPE_CHECKING:
    from capexrisk.study.backtest.against import Backtest

PALEST = "#e6f0f6"
BANDS = ((2.5, 97.5, PALEST), (10.0, 90.0, PALE), (25.0, 75.0, MIDDLE))


def places(found: Backtest, metric: str, name: str) -> Figure:
    """Percentiles of the figures of a metric, a row each, over the central intervals."""
    table = found.figures[found.figures["metric"] == metric]
    rows = table.drop_duplicates(["issuer", "period"])
    labels = [f"{row.issuer}, {row.period}" for row in rows.itertuples()]

    def draw(_: object, ax: Axes) -> Axes:
        for low, high, colour in BANDS:
            ax.axvspan(low, high, color=colour, lw=0, zorder=0)
        ax.axvline(50.0, color=QUIET, lw=0.8, zorder=1)
        for inputs, marker, face in ((FIXED, "o", "white"), (DRAWN, "D", RED)):
            part = table[table["inputs"] == inputs]
            if len(part):
                edge = INK if inputs == FIXED else RED
                x, size = 100.0 * part["percentile"].to_numpy(), 4.5 if inputs == FIXED else 4
                where = [labels.index(f"{r.issuer}, {r.period}") for r in part.itertuples()]
                ax.plot(
                    *(x, where, marker),
                    mfc=face,
                    mec=edge,
                    ms=size,
                    clip_on=False,
                    zorder=3,
                    label=f"Inputs {inputs}",
                )
        name_rows(ax, told_apart(labels))
        ax.set_xlim(0.0, 100.0)
        ax.set_xlabel("% of paths at or below what happened")
        head(ax, name, "Bands: central 50, 80, 95 %", columns=2, from_figure=True)
        return ax

    return one_panel(found.results, draw, Margins(right=14.0), height_of(len(labels)))


def fates(found: Backtest) -> Figure:
    """Chances of failure by the last date, the likeliest on top, and who failed."""
    last = found.issuers[found.issuers["period"] == found.issuers["period"].iloc[-1]]
    inputs = DRAWN if DRAWN in set(last["inputs"]) else FIXED
    table = last[last["inputs"] == inputs].sort_values("chance", ascending=False)
    labels = [str(name) for name in table["issuer"]]

    def draw(_: object, ax: Axes) -> Axes:
        chances, failed = 100.0 * table["chance"].to_numpy(), table["failed"].to_numpy(bool)
        where = np.arange(len(labels))
        ax.hlines(where, 0.0, chances, color=PALE, lw=3.0, zorder=1)
        for happened, face, label in ((True, RED, "Failed"), (False, "white", "Had not failed")):
            chosen = failed == happened
            if chosen.any():
                ax.plot(
                    *(chances[chosen], where[chosen], "o"),
                    mfc=face,
                    mec=RED if happened else INK,
                    ms=5,
                    clip_on=False,
                    label=label,
                )
        name_rows(ax, told_apart(labels))
        ax.set_xlim(0.0, 100.0)
        ax.set_xlabel("Chance of failure, %")
        title = f"Failed by the end of {table['period'].iloc[0]}"
        head(ax, title, f"Inputs {inputs}", columns=2, from_figure=True)
        return ax

    return one_panel(found.results, draw, Margins(right=14.0), height_of(len(labels)))
