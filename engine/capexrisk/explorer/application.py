"""What the page may ask: the catalogue, an answer, a scenario that is saved."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from math import inf
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from capexrisk.errors import ArgumentError
from capexrisk.explorer.full_run import FullRun
from capexrisk.scenario import Scenario

if TYPE_CHECKING:
    from capexrisk.explorer.base import Library
    from capexrisk.explorer.desk import Desk
    from capexrisk.explorer.server import Action
    from capexrisk.explorer.subject import Subject
    from capexrisk.explorer.view import View

__all__ = ["Application"]

Json = dict[str, Any]
LONGEST_PAGE: Final = 40  # characters of a page's name for itself
LARGEST: Final = 2.0**63  # number in a question
FINE: Final = 8_192  # points a net: 262,144 paths


class Application:
    """The explorer of one scenario.

    The engine is loaded while the page is already served; what is asked before waits for it.

    Parameters
    ----------
    file : Path, optional
        Of the scenario; what is saved lies beside it. Without one nothing can be saved.
    scenario : Scenario
    seed : int
        0 to 2**64 - 1.
    points : int
        Points of each of the 32 nets when the hand rests.
    """

    def __init__(
        self, file: Path | None, scenario: Scenario, seed: int = 0, points: int = FINE
    ) -> None:
        self._file = file
        self._scenario = scenario
        self._seed = seed
        self._points = points
        self._library: Future[Library] = Future()
        self._desk: Future[Desk] = Future()
        self._saved: dict[str, Path] = {}
        self._full_run = FullRun()

    @property
    def name(self) -> str:
        """What is explored."""
        return self._scenario.name

    def begin(self, refused: Callable[[], None] = lambda: None) -> None:
        """Load the engine, in a thread of its own; `refused` is called if it cannot be."""

        def load() -> None:
            self._load()
            if self._desk.exception() is not None:
                refused()

        Thread(target=load, name="capexrisk-load", daemon=True).start()

    @property
    def actions(self) -> Mapping[str, Action]:
        """What POST answers, by path."""
        return {
            "catalogue": self._catalogue,
            "library": self._list,
            "answer": self._answer,
            "save": self._save,
            "run": self._run,
            "progress": self._progress,
            "tell": self._tell,
        }

    def changes(self, query: str) -> dict[str, object]:
        """Inputs that an address moves, as `change_inputs` takes them.

        Raises
        ------
        UnknownName, ArgumentError
            If it cannot be read; see `read_view`.
        """
        subject, view = _viewed(self._library_now(), query)
        return subject.changes(view.shares, view.values)

    def scenario(self, query: str) -> Scenario:
        """The scenario that an address shows, with its inputs and events moved; see `changes`."""
        subject, view = _viewed(self._library_now(), query)
        return subject.moved(subject.changes(view.shares, view.values), view.events)

    def refuse(self) -> None:
        """Raise what kept the engine from being loaded, if anything did.

        Raises
        ------
        CapexriskError
            If the scenario cannot be explored.
        """
        if self._desk.done():
            self._desk.result()

    def close(self) -> None:
        """End the engine, and a full run."""
        self._full_run.close()
        if self._desk.done() and self._desk.exception() is None:
            self._desk.result().close()

    def _load(self) -> None:
        try:
            from capexrisk.explorer.base import Library
            from capexrisk.explorer.catalogue import catalogue
            from capexrisk.explorer.subject import Subject

            library = Library(self._file, Subject(self._scenario))
            catalogue(library.base)  # before the compiler's imports, beside which it would be slow
            self._library.set_result(library)

            from capexrisk.explorer.desk import Desk  # with the compiler, a second's work

            desk = Desk(self._scenario, seed=self._seed, points=self._points)
            self._desk.set_result(desk)
            desk.warm_up()  # while the page draws its controls
        except BaseException as error:  # noqa: BLE001 - told to whoever waits
            for waited_for in (self._library, self._desk):
                if not waited_for.done():
                    waited_for.set_exception(error)

    def _library_now(self) -> Library:
        """The library, also where nothing was begun."""
        if self._library.done():
            return self._library.result()

        from capexrisk.explorer.base import Library
        from capexrisk.explorer.subject import Subject

        return Library(self._file, Subject(self._scenario))

    def _catalogue(self, asked: Json) -> Json:
        from capexrisk.explorer.catalogue import catalogue
        from capexrisk.explorer.view import scenario_named

        library = self._library.result()
        subject = library.subject(scenario_named(_text(asked, "query")))
        above = "" if subject is library.base else scenario_named(_text(asked, "query"))
        return {**catalogue(subject), "base": self._scenario.name, **self._named(library, above)}

    def _named(self, library: Library, above: str) -> Json:
        """The file that is explored, and any laid over it; and how a command names the first."""
        if self._file is None:
            return {"file": ""}
        over = f"{library.file_of(above).name} laid over " if above else ""
        return {"file": f"{over}{self._file.name}", "place": shlex.quote(str(self._file))}

    def _list(self, asked: Json) -> Json:
        return {"scenarios": self._library.result().listed()}

    def _answer(self, asked: Json) -> Json:
        from capexrisk.explorer.desk import Overtaken
        from capexrisk.explorer.figures import PARTS
        from capexrisk.explorer.schedule import listed
        from capexrisk.explorer.telling import told

        desk = self._desk.result()
        subject, view = self._view(asked)
        changes = subject.changes(view.shares, view.values)
        moved = subject.moved(changes, view.events)
        stands = moved is self._scenario
        page = _text(asked, "page")[:LONGEST_PAGE]
        fine, seen = asked.get("fine") is True, asked.get("parts")
        parts = [p for p in PARTS if fine or not isinstance(seen, list) or p in seen]
        try:
            answer = desk.answer(page, view, None if stands else moved, fine=fine, parts=parts)
        except Overtaken:
            return {"overtaken": True}
        return {
            **told(answer, view, subject.scenario, self._scenario),
            "moved": changes,
            "events": listed(moved.events),
            "parts": parts,
        }

    def _tell(self, asked: Json) -> Json:
        from capexrisk.explorer.tale import path_at, path_between, refuse_unknown_path, tale

        desk = self._desk.result()
        subject, view = self._view(asked)
        changes = subject.changes(view.shares, view.values)
        lowered = desk.lowered(subject.moved(changes, view.events))
        among = lowered, desk.draws, desk.points, view
        if "path" in asked:
            path = int(_number(asked, "path"))
            refuse_unknown_path(path, desk.points)
        elif "share" in asked:
            path = path_at(*among, _number(asked, "share"))
        else:
            path = path_between(*among, _number(asked, "low", -inf), _number(asked, "high", inf))
        return tale(lowered, desk.draws, path, view)

    def _save(self, asked: Json) -> Json:
        from capexrisk.explorer.overlay import save
        from capexrisk.explorer.view import scenario_named

        subject, view = self._view(asked)
        query = _text(asked, "query")
        library = self._library.result()
        file = library.file_of(scenario_named(query))
        changes = subject.changes(view.shares, view.values)
        moved = subject.moved(changes, view.events)
        name, explored = _text(asked, "name"), library.file_of("")
        path = save(file, name, subject.scenario, changes, moved, query, explored)
        self._saved[path.stem] = path
        return {
            "saved": path.name,
            "name": path.stem,
            "run": shlex.join(("capexrisk", "run", str(path))),
        }

    def _run(self, asked: Json) -> Json:
        name = _text(asked, "name")
        if name not in self._saved:
            raise ArgumentError("name", f"{name!r} was not saved here; save it first")
        self._full_run.begin(self._saved[name])
        return self._full_run.told()

    def _progress(self, asked: Json) -> Json:
        return self._full_run.told()

    def _view(self, asked: Json) -> tuple[Subject, View]:
        """What may be moved in the scenario that a page shows, and what is."""
        return _viewed(self._library.result(), _text(asked, "query"))


def _viewed(library: Library, query: str) -> tuple[Subject, View]:
    from capexrisk.explorer.view import read_view, scenario_named

    subject = library.subject(scenario_named(query))
    return subject, read_view(query, subject)


def _text(asked: Json, key: str) -> str:
    value = asked.get(key)
    if not isinstance(value, str):
        raise ArgumentError(key, "is no text; give one")
    return value


def _number(asked: Json, key: str, without: float | None = None) -> float:
    if key not in asked and without is not None:
        return without
    value = asked.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ArgumentError(key, "is no number; give one")
    if not -LARGEST <= value <= LARGEST:  # JSON has numbers without end, and such as are none
        raise ArgumentError(key, "is no usable number; give one")
    return value
