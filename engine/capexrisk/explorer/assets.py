"""The files of the page, read once; what others wrote is held to its checksum."""

from __future__ import annotations

from importlib.resources import files
from typing import Final, NamedTuple

__all__ = ["VENDORED", "Asset", "page_assets"]

KINDS: Final = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
}
OWN: Final = (
    *("index.html", "page.css", "main.js", "state.js", "asking.js", "controls.js", "charts.js"),
    *(
        "answer.js",
        "bars.js",
        "elements.js",
        "events.js",
        "host.js",
        "library.js",
        "runs.js",
        "saving.js",
    ),
    "tale.js",
)
# Published files, unchanged: their licences stand beside them, in page/vendor/.
VENDORED: Final = {
    "d3.min.js": "912111098ea99503a6f4967361d2bbdc9dbf58cf9c678c8e27e5b02d1a07f0c1",
    "plot.umd.min.js": "4358086467740777dd788d6b27a95cebdbaefdd50c730a3060117073bd7134cb",
}


class Asset(NamedTuple):
    """Content that is served, and its kind."""

    kind: str
    content: bytes


def page_assets() -> dict[str, Asset]:
    """Every file of the page by its path; the page itself has none."""
    page = files("capexrisk.explorer").joinpath("page")
    names = (*OWN, *(f"vendor/{name}" for name in VENDORED))
    found = {name: asset(name, page.joinpath(*name.split("/")).read_bytes()) for name in names}
    return {"": found.pop("index.html"), **found}


def asset(name: str, content: bytes) -> Asset:
    """An asset whose kind is that of its name."""
    return Asset(KINDS[name.rpartition(".")[2]], content)
