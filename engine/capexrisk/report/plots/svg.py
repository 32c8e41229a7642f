"""Figures as SVG inside a page."""

from __future__ import annotations

import io
import re
from html import escape
from itertools import count

from matplotlib.figure import Figure

from capexrisk.report.plots.canvas import styled

FONT = re.compile(r" font-family: [^;\"]*;")
IDENTIFIER = re.compile(r' id="([^"]*)"')
REFERENCE = re.compile(r'(href="#|url\(#)([^")]*)')
PATH = re.compile(r' d="[^"]*"')
LONG_DECIMAL = re.compile(r"(\.\d\d)\d+")


def svg_text(figure: Figure) -> str:
    """A figure as the text of an SVG file, the same for the same figure."""
    buffer = io.BytesIO()
    with styled():
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue().decode()


def inline(text: str, prefix: str, description: str) -> str:
    """The text of an SVG file as an element of a page.

    Parameters
    ----------
    text : str
    prefix : str
        Put before its identifiers, which would meet those of the page's other figures.
    description : str
        What it shows, for who cannot see it.
    """
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    # The page gives the font. A hundredth of a point is finer than any screen.
    text = FONT.sub("", text)
    text = PATH.sub(lambda path: LONG_DECIMAL.sub(r"\1", path[0]).replace("\n", ""), text)
    text = _own_identifiers(text, prefix)
    head = f'<svg role="img" aria-label="{escape(description)}"'
    return text.replace("<svg", head, 1)


def _own_identifiers(text: str, prefix: str) -> str:
    """Identifiers that something refers to, made short and unique; no others."""
    number = count()
    short: dict[str, str] = {}
    for _, name in REFERENCE.findall(text):
        if name not in short:
            short[name] = f"{prefix}{next(number)}"
    text = REFERENCE.sub(lambda match: match[1] + short[match[2]], text)
    return IDENTIFIER.sub(
        lambda match: f' id="{short[match[1]]}"' if match[1] in short else "", text
    )
