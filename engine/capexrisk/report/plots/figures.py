"""The figures of a run and of a comparison, as SVG files, as PNG if asked, and for their pages.

Which there are the registry says. The same results give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure

from capexrisk.archive.results import Results
from capexrisk.errors import ResultsError
from capexrisk.report.plots.canvas import Runs, styled, words_for
from capexrisk.report.plots.drawing import Drawing
from capexrisk.report.plots.of_why import drawings_of_why
from capexrisk.report.plots.registry import OF_COMPARISONS, OF_RUNS, Placement
from capexrisk.report.plots.svg import svg_text
from capexrisk.report.pool import ALONE, Begun, DrawingPool
from capexrisk.report.writing.estimates import likeliest_to_fail
from capexrisk.study.why import NOTHING, Why

FIGURES = "figures"
MOST_ISSUERS = 12  # with figures of their own: 64 would take half a minute
DPI = 400  # of a figure 4.4 inches wide: 1,760 pixels, sharp across a slide
NO_NAME = {"Software": None}
QUICKLY = {"compress_level": 1}  # a twentieth larger, and soon done


class Figures(NamedTuple):
    """What every figure of a run or a comparison has in common.

    Attributes
    ----------
    runs : Results, or mapping of str to Results
    directory : Path or None
        Where files of the figures go, into ``figures``; None for none.
    png : bool
        Whether each is written as PNG as well as SVG. A PNG that is there is always drawn anew.
    """

    runs: Runs
    directory: Path | None = None
    png: bool = False

    def begin(self, issuers: Sequence[str], pool: DrawingPool) -> Begun[Figures, Wanted, Drawing]:
        """Begin to draw all figures, those of each of these issuers after those of all."""
        return pool.begin(draw, self, _wanted(self.runs, issuers))


class Wanted(NamedTuple):
    """Which figure: its name on the page, and whose; "" for all issuers."""

    name: str
    issuer: str = ""


def begin_figures(
    results: Results, directory: Path, pool: DrawingPool = ALONE, *, png: bool = False
) -> Begun[Figures, Wanted, Drawing]:
    """Begin to draw the figures of a run, and to write them into directory/figures.

    Parameters
    ----------
    results : Results
    directory : Path
        An existing directory; ``figures`` is made in it.
    pool : DrawingPool, optional
    png : bool
        Whether each is written as PNG as well as SVG. A PNG that is there is always drawn anew.

    Returns
    -------
    Begun
        `finish` gives drawings for the page, which need not draw them again.
    """
    figures = Figures(results, directory, png)
    return figures.begin(likeliest_to_fail(results, MOST_ISSUERS), pool)


def write_figures_of_why(why: Why, directory: Path, *, png: bool = False) -> list[Drawing]:
    """Write the figures of what was left with a run; otherwise as `begin_figures`."""
    return [_written(*drawn, directory, png) for drawn in drawings_of_why(why)]


def begin_overlays(
    runs: Mapping[str, Results],
    issuers: Sequence[str],
    directory: Path,
    pool: DrawingPool,
    *,
    png: bool = False,
) -> Begun[Figures, Wanted, Drawing]:
    """Begin to draw several runs laid over each other; otherwise as `begin_figures`.

    Parameters
    ----------
    runs : mapping of str to Results
        Up to five, by name.
    issuers : sequence of str
        For whom there are figures.
    directory : Path
    pool : DrawingPool
    png : bool
    """
    return Figures(runs, directory, png).begin(issuers, pool)


def draw_figures(results: Results, why: Why = NOTHING) -> list[Drawing]:
    """Draw the figures of a run without writing them."""
    wanted = _wanted(results, likeliest_to_fail(results, MOST_ISSUERS))
    drawings = [draw(Figures(results), one) for one in wanted]
    return [*drawings, *(drawing for drawing, _ in drawings_of_why(why))]


def _placements(runs: Runs) -> list[Placement]:
    return (OF_RUNS if isinstance(runs, Results) else OF_COMPARISONS).placements


def _wanted(runs: Runs, issuers: Sequence[str]) -> list[Wanted]:
    """Figures of all issuers, then those of each issuer, in the order of the page."""
    count = len(runs.issuers) if isinstance(runs, Results) else len(issuers)
    over_inputs = isinstance(runs, Results) and runs.inputs is not None
    there = {"system": True, "pair": count > 1, "inputs": over_inputs, "issuer": False}
    placements = _placements(runs)
    return [
        *(Wanted(one.name) for one in placements if there[one.of]),
        *(
            Wanted(one.name, issuer)
            for issuer in issuers
            for one in placements
            if one.of == "issuer"
        ),
    ]


def draw(figures: Figures, wanted: Wanted) -> Drawing:
    """Draw one figure, and write its files where figures have any."""
    runs, directory, png = figures
    placement = next(
        one
        for one in _placements(runs)
        if one.name == wanted.name and (one.of == "issuer") == bool(wanted.issuer)
    )
    whose = {"issuer": wanted.issuer} if wanted.issuer else {}
    figure = placement.draw(runs, **whose)
    name = "-".join(filter(None, (wanted.issuer, wanted.name)))
    text = words_for(runs).fill(placement.says, **whose)
    drawing = Drawing(name, placement.section, wanted.issuer, text, svg_text(figure, name))
    return drawing if directory is None else _written(drawing, figure, directory, png)


def _written(drawing: Drawing, figure: Figure, directory: Path, png: bool) -> Drawing:
    """Write the files of a drawing, and return it."""
    name = drawing.name
    if Path(name).name != name:
        raise ResultsError(f"{name!r}: is no name for a file; the run's record was changed")
    folder = directory / FIGURES
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.svg").write_text(drawing.svg, encoding="utf-8", newline="\n")
    pixels = folder / f"{name}.png"
    if png or pixels.exists():
        with styled():
            figure.savefig(pixels, dpi=DPI, metadata=NO_NAME, pil_kwargs=QUICKLY)
    return drawing
