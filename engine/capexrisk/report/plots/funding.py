"""Outside funding by channel."""

from __future__ import annotations

from math import fsum

import numpy as np
from matplotlib.axes import Axes

from capexrisk.archive.results import Results
from capexrisk.estimate.metrics import SYSTEM, flow_metric
from capexrisk.model.vocabulary import CHANNELS
from capexrisk.report.plots.canvas import PALETTE, drawing
from capexrisk.report.plots.choices import one_of, refuse_means
from capexrisk.report.plots.heads import head
from capexrisk.report.plots.labels import PAGE, label_years, letters, number_axis
from capexrisk.report.plots.registry import plot
from capexrisk.report.writing.estimates import Estimates
from capexrisk.report.writing.numbers import decimals_for, signed
from capexrisk.report.writing.words import a_year, shortened

MOST_TOTALS = 7


@plot(
    "funding-mix",
    section="funding",
    says="Bars: mean outside funding of all issuers by year and channel",
    order=1,
)
@plot(
    "funding-mix",
    section="issuer",
    of="issuer",
    says="Bars: mean outside funding of {issuer} by year and channel",
    order=2,
)
def funding_mix(results: Results, issuer: str = SYSTEM, ax: Axes | None = None) -> Axes:
    """Mean outside funding by year, stacked by channel, $bn.

    Parameters
    ----------
    results : Results
    issuer : str
        A name, or "system" for all issuers together.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        For an issuer that the run does not have, or a run that collected means only.
    """
    one_of(issuer, [*results.issuers, SYSTEM], "issuer")
    refuse_means(results, "funding mix")
    place = np.arange(len(results.years))
    base = np.zeros(place.size)
    known = Estimates(results)
    whose = results.issuers if issuer == SYSTEM else [issuer]
    with drawing(results, ax) as ax:
        for name, channel in CHANNELS.items():
            raised = np.array(
                [
                    fsum(known.amount(flow_metric(name), one, year).value for one in whose)
                    for year in results.years
                ]
            )
            if not raised.any():  # a legend lists what has a bar
                continue
            colour, label = PALETTE[channel.colour], channel.label
            ax.bar(place, raised, 0.62, base, color=colour, label=label, edgecolor="white", lw=0.4)
            base = base + raised
        highest = float(base.max()) or 1.0
        if place.size <= MOST_TOTALS:
            for x, total in enumerate(base):
                label = signed(total, decimals_for(highest))
                ax.text(
                    *(x, total + 0.015 * highest, label),
                    ha="center",
                    fontsize=letters(ax, PAGE),
                    fontweight="bold",
                )
        ax.set_xlim(-0.6, place.size - 0.4)
        ax.set_ylim(0.0, 1.12 * highest)
        ax.set_ylabel(f"Mean of all paths, $bn {a_year(results.years)}")
        number_axis(ax.yaxis)
        label_years(ax, results.years)
        name = "All issuers" if issuer == SYSTEM else shortened(issuer)
        head(ax, f"{name}: outside funding", "a failed issuer raises nothing", columns=2)
    return ax
