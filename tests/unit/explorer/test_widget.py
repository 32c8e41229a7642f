"""The page in a notebook's cell: questions are answered by messages, the state is the object's."""

from __future__ import annotations

import sys
from queue import Queue

import pytest

import capexrisk as cr
from capexrisk.errors import ArgumentError, NotebookError, UnknownName
from capexrisk.explorer.application import Application
from capexrisk.explorer.assets import page_assets
from capexrisk.explorer.base import Library
from capexrisk.explorer.subject import Subject
from capexrisk.scenario import change_inputs
from tests.cli.command import DEFAULT
from tests.unit.uncertain import uncertain

pytest.importorskip("anywidget", reason="anywidget is not installed: pip install -e '.[jupyter]'")

MOVED = "?market.tax=0.3&group.cash flow=0.9&issuer=Oracle"


@pytest.fixture
def widget():
    found = cr.explore(uncertain(), MOVED)
    found.told = Queue()
    found.send = found.told.put
    yield found
    found.close()


def ask(widget, action, body):
    widget._handle_custom_msg({"number": "7", "action": action, "body": body}, [])
    told = widget.told.get(timeout=30)
    assert told["number"] == "7"
    return told["answer"]


def test_what_is_moved_can_be_taken_along_in_code(widget):
    assert widget.query == MOVED[1:]
    assert widget.changes["market.tax"] == 0.3 and len(widget.changes) > 1
    assert widget.scenario == change_inputs(
        uncertain(), widget.changes, evidence="assumed: set in the explorer"
    )
    widget.query = "event.new=demand_shock 2027Q1 0.3"
    assert widget.changes == {}
    assert [event.quarter for event in widget.scenario.events] == ["2027Q1"]
    widget.query = ""
    assert widget.changes == {} and widget.scenario == uncertain()
    widget.query = "market.no_such=1"
    with pytest.raises(UnknownName, match=r"market\.no_such: there is no such input"):
        _ = widget.changes


def test_it_hands_out_the_page_and_answers(widget, monkeypatch):
    # The engine is not needed for these.
    library = Library(None, Subject(uncertain()))
    monkeypatch.setattr(Application, "begin", lambda self: self._library.set_result(library))
    assert ask(widget, "files", {}).keys() == page_assets().keys()
    found = ask(widget, "catalogue", {"query": ""})
    assert found["file"] == "" and found["groups"]  # nothing to save beside
    refused = ask(widget, "save", {"name": "x", "query": "market.tax=0.2"})
    assert refused == {"refused": "name: the scenario has no file to be saved beside; give a file"}
    assert ask(widget, "library", {}) == {"scenarios": []}
    assert "KeyError" in ask(widget, "nothing", {})["refused"]


def test_without_the_extra_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "capexrisk.explorer.widget", raising=False)
    with pytest.raises(NotebookError, match=r"^explore: anywidget .* the extra jupyter$"):
        cr.explore(uncertain())


@pytest.mark.parametrize("what", [7, [], [uncertain], {}, "nowhere"])
def test_what_is_nothing_to_explore_is_refused(what):
    with pytest.raises(cr.CapexriskError, match=r"nothing to explore|no such file"):
        cr.explore(what)


def test_a_seed_of_finished_runs_is_refused():
    with pytest.raises(ArgumentError, match="seed: has no effect"):
        cr.explore([], seed=3)


def test_a_file_brings_its_seed_and_its_place():
    page = cr.explore(DEFAULT)
    assert page._answering._seed == 2026 and page._answering._file == DEFAULT
    assert repr(page).startswith("Explorer('hyperscalers-2026')")
    page.close()
