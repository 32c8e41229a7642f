"""The figures of a run and of a comparison, as PNG and SVG files and for their pages.

Which there are the registry says. The same results give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from matplotlib.figure import Figure

from capexrisk.archive.results import Results
from capexrisk.errors import ResultsError
from capexrisk.report.plots.canvas import Runs, styled, words_for
from capexrisk.report.plots.drawing import Drawing
from capexrisk.report.plots.of_why import drawings_of_why
from capexrisk.report.plots.registry import OF_COMPARISONS, OF_RUNS, Registry
from capexrisk.report.plots.svg import svg_text
from capexrisk.report.writing.estimates import likeliest_to_fail
from capexrisk.study.why import NOTHING, Why

FIGURES = "figures"
MOST_ISSUERS = 12  # with figures of their own: 64 would take half a minute
DPI = 180
NO_NAME = {"Software": None}
QUICKLY = {"compress_level": 1}  # a twentieth larger, and soon done


def write_figures(results: Results, directory: Path, why: Why = NOTHING) -> list[Drawing]:
    """Write the figures of a run into directory/figures, each as PNG and SVG.

    Parameters
    ----------
    results : Results
    directory : Path
        An existing directory; ``figures`` is made in it.
    why : Why, optional
        What was left with the run, which has figures too.

    Returns
    -------
    list of Drawing
        For the page, which need not draw them again.
    """
    drawn = chain(_of_run(results), drawings_of_why(why))
    return [_written(drawing, figure, directory) for drawing, figure in drawn]


def write_overlays(
    runs: Mapping[str, Results], issuers: Sequence[str], directory: Path
) -> list[Drawing]:
    """Write the figures of several runs laid over each other; otherwise as `write_figures`.

    Parameters
    ----------
    runs : mapping of str to Results
        Up to five, by name.
    issuers : sequence of str
        For whom there are figures.
    directory : Path
    """
    drawn = _drawn(OF_COMPARISONS, runs, issuers, len(issuers))
    return [_written(drawing, figure, directory) for drawing, figure in drawn]


def draw_figures(results: Results, why: Why = NOTHING) -> list[Drawing]:
    """Draw the figures of a run without writing them."""
    return [drawing for drawing, _ in chain(_of_run(results), drawings_of_why(why))]


def _of_run(results: Results) -> Iterator[tuple[Drawing, Figure]]:
    issuers = likeliest_to_fail(results, MOST_ISSUERS)
    return _drawn(OF_RUNS, results, issuers, len(results.issuers))


def _drawn(
    registry: Registry, runs: Runs, issuers: Sequence[str], count: int
) -> Iterator[tuple[Drawing, Figure]]:
    """Draw what a registry places: figures of all issuers, then those of each issuer."""
    words = words_for(runs)
    for name, section, of, says, _, draw in registry.placements:
        over_inputs = of == "inputs" and isinstance(runs, Results) and runs.inputs is not None
        if of == "system" or (of == "pair" and count > 1) or over_inputs:
            figure, text = draw(runs), words.fill(says)
            yield Drawing(name, section, "", text, svg_text(figure, name)), figure
    for issuer in issuers:
        for name, section, of, says, _, draw in registry.placements:
            if of == "issuer":
                figure, own = draw(runs, issuer=issuer), f"{issuer}-{name}"
                text = words.fill(says, issuer=issuer)
                yield Drawing(own, section, issuer, text, svg_text(figure, own)), figure


def _written(drawing: Drawing, figure: Figure, directory: Path) -> Drawing:
    """Write both files of a drawing, and return it."""
    name = drawing.name
    if Path(name).name != name:
        raise ResultsError(f"{name!r}: is no name for a file; the run's record was changed")
    folder = directory / FIGURES
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.svg").write_text(drawing.svg, encoding="utf-8", newline="\n")
    with styled():
        figure.savefig(folder / f"{name}.png", dpi=DPI, metadata=NO_NAME, pil_kwargs=QUICKLY)
    return drawing
