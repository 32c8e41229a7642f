"""All figures of a run, as PNG and SVG files.

Drawn with matplotlib's objects, without pyplot: no global state, nothing to close, and safe beside
a caller's own plots. The same results give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from capexrisk.report.canvas import STYLE, Margins, stamp
from capexrisk.report.estimates import likeliest_to_fail
from capexrisk.report.plots import distribution, fan, funding_mix, survival, with_room
from capexrisk.report.svg import svg_text
from capexrisk.report.words import shortened
from capexrisk.run.results import Results
from capexrisk.run.summary import SYSTEM

FIGURES = "figures"
MOST_ISSUERS = 12  # with figures of their own: 64 would take half a minute
MOST_PANELS = 4
NAME = 4.9  # width of a letter, points
PANEL_HEIGHT = 1.95
DPI = 180


class Drawing(NamedTuple):
    """A figure as SVG, its name, and what it shows, for who cannot see it."""

    name: str
    description: str
    svg: str


def write_figures(results: Results, directory: Path) -> list[Drawing]:
    """Write the figures of a run into directory/figures, each as PNG and SVG.

    Parameters
    ----------
    results : Results
    directory : Path
        An existing directory; ``figures`` is made in it.

    Returns
    -------
    list of Drawing
        For the page, which need not draw them again.
    """
    folder = directory / FIGURES
    folder.mkdir(exist_ok=True)
    drawings = []
    for name, description, figure in _figures(results):
        drawing = Drawing(name, description, svg_text(figure))
        (folder / f"{name}.svg").write_text(drawing.svg, encoding="utf-8", newline="\n")
        with matplotlib.style.context(STYLE):
            figure.savefig(folder / f"{name}.png", dpi=DPI, metadata={"Software": None})
        drawings.append(drawing)
    return drawings


def draw_figures(results: Results) -> list[Drawing]:
    """Draw the figures of a run without writing them."""
    return [Drawing(name, text, svg_text(figure)) for name, text, figure in _figures(results)]


def _figures(results: Results) -> Iterator[tuple[str, str, Figure]]:
    """Name, description, figure: two of the system, three of each issuer likeliest to fail."""
    longest = max(len(shortened(name)) for name in results.issuers)
    yield (
        "survival",
        "Curves: chance of funding failure by the end of each quarter, for each issuer",
        _figure(results, survival, Margins(top=32.0, right=10.0 + NAME * longest)),
    )
    yield (
        "funding-mix",
        "Bars: mean outside funding of all issuers by year and channel",
        _figure(results, partial(funding_mix, issuer=SYSTEM), Margins(top=46.0)),
    )
    for issuer in likeliest_to_fail(results, MOST_ISSUERS):
        yield (
            f"{issuer}-fan",
            f"Fan chart: free cash flow of {issuer} by quarter, from P5 to P95",
            _figure(results, partial(fan, issuer=issuer), Margins(top=34.0)),
        )
        yield (
            f"{issuer}-distribution",
            f"Histograms: free cash flow of {issuer} in each year, with P5 and mean",
            _distributions(results, issuer),
        )
        yield (
            f"{issuer}-funding-mix",
            f"Bars: mean outside funding of {issuer} by year and channel",
            _figure(results, partial(funding_mix, issuer=issuer), Margins(top=46.0)),
        )


def _figure(results: Results, plot: Callable[..., Axes], margins: Margins) -> Figure:
    with matplotlib.style.context(STYLE):
        figure = Figure()
        FigureCanvasAgg(figure)
        ax = figure.subplots()
        margins.apply(figure)
        plot(results, ax=ax)
        margins.apply(figure)
        stamp(figure, results)
    return figure


def _distributions(results: Results, issuer: str) -> Figure:
    """One panel a year, under each other, on the same scale from left to right."""
    years = results.years[:MOST_PANELS]
    with matplotlib.style.context(STYLE):
        figure = Figure()
        FigureCanvasAgg(figure)
        figure.set_figheight(0.3 + PANEL_HEIGHT * len(years))
        panels = figure.subplots(len(years), squeeze=False)[:, 0]
        for ax, year in zip(panels, years, strict=True):
            distribution(results, issuer, year, ax)
        lows, highs = zip(*(ax.get_xlim() for ax in panels), strict=True)
        limits = with_room(results, issuer, years, (min(lows), max(highs)))
        for ax in panels:
            ax.set_xlim(limits)
        for ax in panels[:-1]:
            ax.set_xlabel("")
        Margins(top=30.0, right=33.0, bottom=40.0).apply(figure, rows=len(years), between=46.0)
        stamp(figure, results)
    return figure
