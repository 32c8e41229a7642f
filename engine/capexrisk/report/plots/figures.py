"""All figures of a run, as PNG and SVG files, by names that the page refers to.

Of the system: "survival", "causes", "joint-failures" (where there are two issuers or more),
"funding-mix", "outside-funding", "spread", "utilisation", "bond-share", "group-profit". Of each
issuer, after its name: "-fan", "-distribution", "-funding-mix".

Drawn with matplotlib's objects, without pyplot: no global state, nothing to close, and safe beside
a caller's own plots. The same results give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from capexrisk.archive.results import Results
from capexrisk.errors import ResultsError
from capexrisk.report.plots import (
    causes,
    conditional_failures,
    distribution,
    exceedance,
    fan,
    funding_mix,
    group_profit,
    joint_failures,
    market,
    survival,
    with_room,
)
from capexrisk.report.plots.canvas import Margins, Runs, stamp, styled
from capexrisk.report.plots.failure import MOST_BARS, height_of_rows
from capexrisk.report.plots.joint import MOST_PAIRED, height_of_pairs, names_below
from capexrisk.report.plots.svg import svg_text
from capexrisk.report.writing.estimates import likeliest_to_fail
from capexrisk.report.writing.words import shortened

FIGURES = "figures"
MOST_ISSUERS = 12  # with figures of their own: 64 would take half a minute
MOST_PANELS = 4
NAME = 4.9  # width of a letter, points
ROOM_FOR_CHANCES = 78.0  # points: "99.993–99.999 %" beside the bars of causes
PANEL_HEIGHT = 1.95
DPI = 180
NO_NAME = {"Software": None}
QUICKLY = {"compress_level": 1}  # a twentieth larger, and soon done


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
    return write_drawings(_figures(results), directory)


def write_drawings(figures: Iterable[tuple[str, str, Figure]], directory: Path) -> list[Drawing]:
    """Write figures, given by name and description, into directory/figures; see `write_figures`."""
    folder = directory / FIGURES
    folder.mkdir(exist_ok=True)
    drawings = []
    for name, description, figure in figures:
        if Path(name).name != name:
            raise ResultsError(f"{name!r}: is no name for a file; the run's record was changed")
        drawing = Drawing(name, description, svg_text(figure))
        (folder / f"{name}.svg").write_text(drawing.svg, encoding="utf-8", newline="\n")
        with styled():
            figure.savefig(folder / f"{name}.png", dpi=DPI, metadata=NO_NAME, pil_kwargs=QUICKLY)
        drawings.append(drawing)
    return drawings


def draw_figures(results: Results) -> list[Drawing]:
    """Draw the figures of a run without writing them."""
    return [Drawing(name, text, svg_text(figure)) for name, text, figure in _figures(results)]


def _figures(results: Results) -> Iterator[tuple[str, str, Figure]]:
    """Name, description, figure: of the system, then three of each issuer likeliest to fail."""
    yield from _of_failures(results)
    yield from _of_market(results)
    for issuer in likeliest_to_fail(results, MOST_ISSUERS):
        yield from _of_issuer(results, issuer)


def _of_failures(results: Results) -> Iterator[tuple[str, str, Figure]]:
    longest = max(len(shortened(name)) for name in results.issuers)
    yield (
        "survival",
        "Curves: chance of funding failure by the end of each quarter, for each issuer",
        one_panel(results, survival, Margins(right=10.0 + NAME * longest)),
    )
    shown = likeliest_to_fail(results, MOST_BARS)
    yield (
        "causes",
        "Bars: what the funding failures of each issuer come from, and how likely it fails",
        one_panel(results, causes, Margins(right=ROOM_FOR_CHANCES), height_of_rows(len(shown))),
    )
    if len(results.issuers) > 1:
        yield (
            "joint-failures",
            "Two heat maps: how likely any two issuers both fail, and one if the other does",
            _pairs(results),
        )


def _of_market(results: Results) -> Iterator[tuple[str, str, Figure]]:
    plots: tuple[tuple[str, str, Callable[..., Axes]], ...] = (
        (
            "funding-mix",
            "Bars: mean outside funding of all issuers by year and channel",
            funding_mix,
        ),
        ("outside-funding", "Curve: chance that all issuers raise more than an amount", exceedance),
        ("spread", "Fan chart: spread of the bond market by quarter, from P5 to P95", market),
        (
            "utilisation",
            "Fan chart: utilisation of AI capacity by quarter, from P5 to P95",
            partial(market, metric="utilisation"),
        ),
        (
            "bond-share",
            "Fan chart: AI share of the bond market by quarter, from P5 to P95",
            partial(market, metric="ai_share_of_bond_market"),
        ),
        (
            "group-profit",
            "Boxes: profit of all issuers by year, from P5 to P95, and the threshold",
            group_profit,
        ),
    )
    for name, description, plot in plots:
        yield name, description, one_panel(results, plot, Margins())


def _of_issuer(results: Results, issuer: str) -> Iterator[tuple[str, str, Figure]]:
    yield (
        f"{issuer}-fan",
        f"Fan chart: free cash flow of {issuer} by quarter, from P5 to P95",
        one_panel(results, partial(fan, issuer=issuer), Margins()),
    )
    yield (
        f"{issuer}-distribution",
        f"Histograms: free cash flow of {issuer} in each year, with P5 and mean",
        _distributions(results, issuer),
    )
    yield (
        f"{issuer}-funding-mix",
        f"Bars: mean outside funding of {issuer} by year and channel",
        one_panel(results, partial(funding_mix, issuer=issuer), Margins()),
    )


def one_panel(
    results: Runs, plot: Callable[..., Axes], margins: Margins, height: float | None = None
) -> Figure:
    """A figure of one plot, of one run or several."""
    with styled():
        figure = Figure()
        FigureCanvasAgg(figure)
        if height is not None:
            figure.set_figheight(height)
        ax = figure.subplots()
        margins.apply(figure)
        plot(results, ax=ax)
        margins.apply(figure)
        stamp(figure, results)
    return figure


def _panels(height: float, rows: int) -> tuple[Figure, list[Axes]]:
    """A figure of axes under each other."""
    figure = Figure()
    FigureCanvasAgg(figure)
    figure.set_figheight(height)
    return figure, list(figure.subplots(rows, squeeze=False)[:, 0])


def _pairs(results: Results) -> Figure:
    """How likely pairs fail, and one if the other does; the names below stand for both."""
    shown = likeliest_to_fail(results, MOST_PAIRED)
    below = names_below(shown)
    with styled():
        figure, (upper, lower) = _panels(height_of_pairs(shown, 2), 2)
        joint_failures(results, upper)
        conditional_failures(results, lower)
        upper.set_xticks([])
        margins = Margins(bottom=72.0 * below + 14.0)
        margins.apply(figure, rows=2, between=44.0)
        stamp(figure, results)
    return figure


def _distributions(results: Results, issuer: str) -> Figure:
    """One panel a year, under each other, on the same scale from left to right."""
    years = results.years[:MOST_PANELS]
    with styled():
        figure, panels = _panels(0.3 + PANEL_HEIGHT * len(years), len(years))
        for ax, year in zip(panels, years, strict=True):
            distribution(results, issuer, year, ax)
        lows, highs = zip(*(ax.get_xlim() for ax in panels), strict=True)
        limits = with_room(results, issuer, years, (min(lows), max(highs)))
        for ax in panels:
            ax.set_xlim(limits)
        for ax in panels[:-1]:
            ax.set_xlabel("")
        Margins(right=33.0).apply(figure, rows=len(years), between=46.0)
        stamp(figure, results)
    return figure
