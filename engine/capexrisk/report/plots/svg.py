"""Figures as SVG: as files, and inside a page."""

from __future__ import annotations

import io
import re
from functools import lru_cache
from html import escape
from typing import Final, Literal

from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from capexrisk.report.plots.canvas import styled
from capexrisk.report.plots.fonts import give_letters, lacking_letters

POINTS: Final = 72  # an inch: SVG counts in them
NOTHING = dict.fromkeys(("Creator", "Date", "Format", "Type"))
GROUP = re.compile(r'<g id="[^"]*"')
FONT = re.compile(r" font-family: [^;\"]*;")
PATH = re.compile(r' d="[^"]*"')
LONG_DECIMAL = re.compile(r"(\.\d\d)\d+")


def svg_text(figure: Figure, name: str) -> str:
    """A figure as the text of an SVG file, the same for the same figure.

    Parameters
    ----------
    figure : Figure
    name : str
        Its own on its page: what the file refers to has identifiers made from it.
    """
    text = _drawn(figure, name)
    if not lacking_letters(text):  # a look through its texts takes a seventh of a figure's time
        return text
    give_letters(figure)
    return _drawn(figure, name)


class _Renderer(RendererSVG):
    """Matplotlib's, but what it measured of a text once it knows in every figure."""

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: bool | Literal["TeX"]
    ) -> tuple[float, float, float]:
        """Size of a text in the project's style, points."""
        return _size_of(s, prop, ismath)


@lru_cache(maxsize=4096)
def _size_of(
    text: str, font: FontProperties, mathematical: bool | Literal["TeX"]
) -> tuple[float, float, float]:
    return text_to_path.get_text_width_height_descent(text, font, mathematical)


def _drawn(figure: Figure, name: str) -> str:
    text = io.StringIO()
    before = figure.dpi
    figure.set_dpi(POINTS)
    try:
        with styled(salt=name):
            width, height = POINTS * figure.get_size_inches()
            renderer = _Renderer(width, height, text, metadata=NOTHING)  # type: ignore[no-untyped-call]
            figure.draw(renderer)
            renderer.finalize()  # type: ignore[no-untyped-call]
    finally:
        figure.set_dpi(before)
    return text.getvalue()


def inline(text: str, description: str) -> str:
    """The text of an SVG file as an element of a page.

    An element, not an ``<img>`` with the file in its address: the letters can be found, selected
    and copied, and the page of six issuers has 0.67 MB instead of 0.89 MB (packed, 92 KB instead of
    110 KB). An ``<img>`` would load in 0.3 s instead of 0.5 s.

    Parameters
    ----------
    text : str
    description : str
        What it shows, for readers who cannot see it.
    """
    text = text[text.index("<svg") :]
    # Nothing refers to a group, and groups of all figures are called the same.
    text = GROUP.sub("<g", text)
    # The page gives the font. A hundredth of a point is finer than any screen.
    text = FONT.sub("", text)
    text = PATH.sub(lambda path: LONG_DECIMAL.sub(r"\1", path[0]).replace("\n", ""), text)
    return text.replace("<svg", f'<svg role="img" aria-label="{escape(description)}"', 1)
