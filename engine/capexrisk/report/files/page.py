"""What both pages share: templates, style, script, contents, figures."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from capexrisk.model.vocabulary import CHANNELS, RATIONED
from capexrisk.report.plots.drawing import Drawing
from capexrisk.report.plots.svg import inline
from capexrisk.report.writing.cells import Grid
from capexrisk.report.writing.words import counted

REPORT = "report.html"
TEMPLATES = "templates"
STYLE = "page.css"
SCRIPT = "page.js"


@dataclass(frozen=True)
class Entry:
    """An entry of the contents: target, label, and entries below it."""

    anchor: str
    label: str
    below: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    """What a page says about one issuer."""

    name: str
    anchor: str
    grids: list[Grid]
    sentence: str = ""


Figures = dict[tuple[str, str], list[Markup]]


def figures_by_section(drawings: Iterable[Drawing]) -> Figures:
    """Figures as elements, by section and issuer ("" for all), in their order."""
    figures: Figures = {}
    for drawing in drawings:
        element = Markup(inline(drawing.svg, drawing.description))  # our own; its texts are escaped
        figures.setdefault((drawing.section, drawing.issuer), []).append(element)
    return figures


def render_page(template: str, context: dict[str, object]) -> str:
    """Render a page that loads nothing: style, script and figures are in it.

    Parameters
    ----------
    template : str
        Name of a template that extends base.html.j2.
    context : dict
        What it shows; ``warnings`` (list of str), ``contents`` (list of `Entry`) and ``figures``
        (of `figures_by_section`) at least.
    """
    style, script = _asset(STYLE), _asset(SCRIPT)
    return (
        _environment()
        .get_template(template)
        .render(
            counted=counted,
            rationed=[CHANNELS[name].words for name in RATIONED],
            style=Markup(style),
            script=Markup(script),
            policy=_policy(script),
            **context,
        )
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("capexrisk.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _asset(name: str) -> str:
    """The text of a file beside the templates; it is trusted."""
    return files("capexrisk.report").joinpath(TEMPLATES, name).read_text("utf-8")


def _policy(script: str) -> str:
    """Content security policy: nothing from elsewhere, and no script but this one."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    rules = {
        "default-src": "'none'",
        "script-src": f"'sha256-{digest}'",
        # Cells carry their shade, and figures their colours, as style attributes.
        "style-src": "'unsafe-inline'",
        # A figure may hold a bitmap, as a data URL.
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())
