"""The figures of a run and of a comparison, as SVG files, as PNG if asked, and for their pages.

Which there are the registry says. The same results give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from matplotlib.figure import Figure

from capexrisk.archive.results import Results
from capexrisk.errors import ResultsError
from capexrisk.report.plots.canvas import Runs, styled, words_for
from capexrisk.report.plots.drawing import Drawing
from capexrisk.report.plots.of_why import drawings_of_why
from capexrisk.report.plots.registry import OF_COMPARISONS, OF_RUNS, Placement
from capexrisk.report.plots.svg import svg_text
from capexrisk.report.pool import ALONE, Begun, DrawingPool, Sharing
from capexrisk.report.writing.estimates import likeliest_to_fail
from capexrisk.study.why import NOTHING, Why

if TYPE_CHECKING:
    from capexrisk.study.comparison import Comparison

FIGURES = "figures"
MOST_ISSUERS = 12  # with figures of their own: 64 would take half a minute
DPI = 400  # of a figure 4.4 inches wide: 1,760 pixels, sharp across a slide
NO_NAME = {"Software": None}
QUICKLY = {"compress_level": 1}  # a twentieth larger, and soon done


class Wanted(NamedTuple):
    """Which figure: its name on the page, and whose; "" for all issuers."""

    name: str
    issuer: str = ""


class RunFigures:
    """The figures of a run, drawn and written into directory/figures while the rest is computed.

    Parameters
    ----------
    directory : Path
        An existing directory; ``figures`` is made in it.
    pool : DrawingPool, optional
    png : bool
        Whether each is written as PNG as well as SVG. A PNG that is there is always drawn anew.
    """

    def __init__(self, directory: Path, pool: DrawingPool = ALONE, *, png: bool = False) -> None:
        self.directory, self.pool, self.png = directory, pool, png
        self._order: list[Wanted] = []
        self._begun: list[Begun[Results, Wanted, Drawing]] = []

    def begin(self, results: Results, *, whole: bool = True) -> Sharing[Results]:
        """Begin with what these results show, apart from what was begun before.

        Parameters
        ----------
        results : Results
        whole : bool
            False for results that still lack what is told over the inputs.

        Returns
        -------
        Sharing
            The results, for further tasks.
        """
        before = {one for begun in self._begun for one in begun.tasks}
        later = set() if whole else {one.name for one in OF_RUNS.placements if one.inputs}
        shared = self.pool.share(results)
        self._order = _wanted_of(results)
        now = [w for w in self._order if w not in before and w.name not in later]
        self._begun.append(shared.begin(partial(draw, directory=self.directory, png=self.png), now))
        return shared

    def finish(self) -> list[Drawing]:
        """All figures in the order of the page, which need not draw them again."""
        drawn: dict[Wanted, Drawing] = {}
        for begun in reversed(self._begun):
            drawn |= zip(begun.tasks, begun.finish(), strict=True)
        return [drawn[one] for one in self._order]


def write_figures_of_why(why: Why, directory: Path, *, png: bool = False) -> list[Drawing]:
    """Write the figures of what was left with a run; otherwise as `RunFigures`."""
    return [_written(*drawn, directory, png) for drawn in drawings_of_why(why)]


def begin_overlays(
    shared: Sharing[Comparison], issuers: Sequence[str], directory: Path, *, png: bool = False
) -> Begun[Comparison, Wanted, Drawing]:
    """Begin to draw several runs laid over each other; otherwise as `RunFigures`.

    Parameters
    ----------
    shared : Sharing of Comparison
    issuers : sequence of str
        For whom there are figures.
    directory : Path
    png : bool
    """
    wanted = _wanted(shared.value.runs, issuers)
    return shared.begin(partial(_draw_overlay, directory=directory, png=png), wanted)


def _draw_overlay(comparison: Comparison, wanted: Wanted, directory: Path, *, png: bool) -> Drawing:
    return draw(comparison.runs, wanted, directory, png=png)


def draw_figures(results: Results, why: Why = NOTHING) -> list[Drawing]:
    """Draw the figures of a run without writing them."""
    drawings = [draw(results, one) for one in _wanted_of(results)]
    return [*drawings, *(drawing for drawing, _ in drawings_of_why(why))]


def _placements(runs: Runs) -> list[Placement]:
    return (OF_RUNS if isinstance(runs, Results) else OF_COMPARISONS).placements


def _wanted_of(results: Results) -> list[Wanted]:
    return _wanted(results, likeliest_to_fail(results, MOST_ISSUERS))


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


def draw(
    runs: Runs, wanted: Wanted, directory: Path | None = None, *, png: bool = False
) -> Drawing:
    """Draw one figure, and write its files into directory/figures if a directory is given."""
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
