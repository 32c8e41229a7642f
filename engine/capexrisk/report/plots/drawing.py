"""A figure as SVG, and where it belongs."""

from __future__ import annotations

from typing import NamedTuple


class Drawing(NamedTuple):
    """A figure as SVG.

    Attributes
    ----------
    name : str
        Of its files.
    section : str
        Of the page.
    issuer : str
        Whom, or which answer, it is of; "" for all.
    description : str
        What it shows, for readers who cannot see it.
    svg : str
    """

    name: str
    section: str
    issuer: str
    description: str
    svg: str
