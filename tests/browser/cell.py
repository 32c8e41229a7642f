"""The explorer's page in a notebook's cell, with no Jupyter around it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

# What a notebook's front end gives to a widget's module: a model whose state is the object's.
CELL = """<!doctype html><meta charset="utf-8"><body><div id="cell"></div><script type="module">
const url = URL.createObjectURL(new Blob([ESM], { type: "text/javascript" }));
const state = STATE, heard = [];
const model = {
  get: (key) => state[key],
  set: (key, value) => { state[key] = value; },
  save_changes: () => window.saved(state.query),
  on: (kind, take) => heard.push(take),
  off() {},
  send: async (asked) => heard.forEach(async (take) => take(await window.ask(asked))),
};
const widget = (await import(url)).default;
widget.render({ model, el: document.getElementById("cell") });
</script>"""


@dataclass
class Cell:
    """A page in a cell: its frame, what it complained about and asked for."""

    frame: Any
    complaints: list[str]
    requests: list[str]


def show(page, widget) -> Cell:
    """Show a widget, and answer what it asks."""
    told: list[dict] = []
    widget.send = told.append

    def answer(asked: dict) -> dict:
        widget._answer(widget._actions, asked)
        return told.pop()

    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.expose_function("ask", answer)
    page.expose_function("saved", lambda query: setattr(widget, "query", query))
    texts = (json.dumps(x).replace("<", "\\u003c") for x in (widget._esm, widget.get_state()))
    page.set_content(CELL.replace("ESM", next(texts)).replace("STATE", next(texts)))
    return Cell(page.frame_locator("iframe"), complaints, requests)


def written(page, widget, query: str) -> None:
    """Wait until the object has a part of a query: it is written a moment later."""
    while query not in widget.query:
        page.wait_for_timeout(20)
