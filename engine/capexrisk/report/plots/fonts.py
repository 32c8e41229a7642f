"""Letters that the style's font lacks: names of firms are written in any script."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Final

from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, fontManager, get_font
from matplotlib.text import Text

__all__ = ["give_letters", "lacking_letters"]

STYLE_FONT: Final = "DejaVu Sans"
# Families with the letters of many scripts, as systems name them.
WIDE_FAMILIES: Final = (
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Noto Sans SC", "Noto Sans JP"),
    *("Source Han Sans", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "Droid Sans Fallback"),
    *("PingFang SC", "Hiragino Sans", "Arial Unicode MS", "Noto Sans", "FreeSans", "Unifont"),
)


def give_letters(figure: Figure) -> None:
    """Let texts of a figure use a font of this machine that has the letters they need.

    Without one a picture in dots shows boxes, which is said once; an SVG keeps the text itself.
    """
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        family = _family_for(text.get_text())
        if family is not None:
            text.set_fontfamily(["sans-serif", family])
    for axis in (axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)):
        family = _family_for("".join(text.get_text() for text in axis.get_ticklabels()))
        if family is not None:
            axis.set_tick_params(labelfontfamily=["sans-serif", family])


def _family_for(text: str) -> str | None:
    """A family with the letters that a text needs and the style's font lacks, if there is one."""
    lacking = lacking_letters(text)
    return _family_with(lacking) if lacking else None


def lacking_letters(text: str) -> frozenset[str]:
    """The letters of a text that the style's font lacks."""
    return frozenset(text) - _letters(STYLE_FONT) - {"\n"}


@cache
def _letters(family: str) -> frozenset[str]:
    font = get_font(findfont(family, fallback_to_default=False))
    return frozenset(map(chr, font.get_charmap()))


@cache
def _family_with(letters: frozenset[str]) -> str | None:
    """A family that has these letters, or None, which is said."""
    installed = {font.name for font in fontManager.ttflist}
    for family in WIDE_FAMILIES:
        if family in installed and letters <= _letters(family):
            return family
    warnings.warn(
        f"no font of this machine has {''.join(sorted(letters))!r}: figures in PNG show boxes "
        "there, the page and SVG do not; install Noto Sans CJK",
        stacklevel=2,
    )
    return None
