"""What the page may ask: the catalogue, an answer, a scenario that is saved."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from capexrisk.errors import ArgumentError
from capexrisk.scenario import Scenario

if TYPE_CHECKING:
    from capexrisk.explorer.desk import Desk
    from capexrisk.explorer.server import Action
    from capexrisk.explorer.subject import Subject

__all__ = ["Application"]

Json = dict[str, Any]
LONGEST_PAGE: Final = 40  # characters of a page's name for itself
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
        self._subject: Future[Subject] = Future()
        self._desk: Future[Desk] = Future()

    @property
    def name(self) -> str:
        """What is explored."""
        return self._scenario.name

    def begin(self) -> None:
        """Load the engine, in a thread of its own."""
        Thread(target=self._load, name="capexrisk-load", daemon=True).start()

    @property
    def actions(self) -> Mapping[str, Action]:
        """What POST answers, by path."""
        return {"catalogue": self._catalogue, "answer": self._answer, "save": self._save}

    def changes(self, query: str) -> dict[str, object]:
        """Inputs that an address moves, as `change_inputs` takes them.

        Raises
        ------
        UnknownName, ArgumentError
            If it cannot be read; see `read_view`.
        """
        from capexrisk.explorer.subject import Subject
        from capexrisk.explorer.view import read_view

        subject = self._subject.result() if self._subject.done() else Subject(self._scenario)
        view = read_view(query, subject)
        return subject.changes(view.shares, view.values)

    def wait(self) -> None:
        """Wait until the engine is ready.

        Raises
        ------
        CapexriskError
            If the scenario cannot be explored.
        """
        self._desk.result()

    def close(self) -> None:
        """End the engine."""
        if self._desk.done() and self._desk.exception() is None:
            self._desk.result().close()

    def _load(self) -> None:
        try:
            from capexrisk.explorer.subject import Subject

            subject = Subject(self._scenario)
            self._subject.set_result(subject)

            from capexrisk.explorer.desk import Desk  # with the compiler, a second's work

            self._desk.set_result(Desk(subject, seed=self._seed, points=self._points))
        except BaseException as error:  # noqa: BLE001 - told to whoever waits
            for waited_for in (self._subject, self._desk):
                if not waited_for.done():
                    waited_for.set_exception(error)

    def _catalogue(self, asked: Json) -> Json:
        from capexrisk.explorer.catalogue import catalogue

        return {
            **catalogue(self._subject.result()),
            "file": "" if self._file is None else self._file.name,
        }

    def _answer(self, asked: Json) -> Json:
        from capexrisk.explorer.desk import Overtaken
        from capexrisk.explorer.figures import PARTS
        from capexrisk.explorer.telling import told
        from capexrisk.explorer.view import read_view

        desk = self._desk.result()
        subject = desk.subject
        view = read_view(_text(asked, "query"), subject)
        page = _text(asked, "page")[:LONGEST_PAGE]
        fine, seen = asked.get("fine") is True, asked.get("parts")
        parts = [p for p in PARTS if fine or not isinstance(seen, list) or p in seen]
        try:
            answer = desk.answer(page, view, fine=fine, parts=parts)
        except Overtaken:
            return {"overtaken": True}
        return {**told(answer, view, subject.scenario), "parts": parts}

    def _save(self, asked: Json) -> Json:
        from capexrisk.explorer.overlay import save

        if self._file is None:
            raise ArgumentError("name", "the scenario has no file to be saved beside; give a file")
        query = _text(asked, "query")
        changes = self.changes(query)
        path = save(self._file, _text(asked, "name"), self._scenario, changes, query)
        return {"saved": path.name, "run": f"capexrisk run {path}"}


def _text(asked: Json, key: str) -> str:
    value = asked.get(key)
    if not isinstance(value, str):
        raise ArgumentError(key, "is no text; give one")
    return value
