"""The page in a notebook's cell, which asks by messages to the kernel."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cached_property
from importlib.resources import files
from typing import Any, Final, Protocol

import anywidget
import traitlets

from capexrisk.errors import CapexriskError
from capexrisk.explorer.server import Action
from capexrisk.scenario import Scenario

__all__ = ["Answering", "ExplorerWidget"]

Json = dict[str, Any]
HANDS: Final = 4  # questions at once: the desk drops those that are overtaken


class Answering(Protocol):
    """What answers a page: of a scenario, or of finished runs."""

    @property
    def name(self) -> str:
        """What is explored."""

    @property
    def actions(self) -> Mapping[str, Action]:
        """What is answered, by the question's kind."""

    def begin(self) -> None:
        """Get ready."""

    def changes(self, query: str) -> dict[str, object]:
        """Inputs that an address moves."""

    def scenario(self, query: str) -> Scenario:
        """The scenario that an address shows."""

    def close(self) -> None:
        """End what was begun."""


class ExplorerWidget(anywidget.AnyWidget):
    """The explorer's page in a notebook's cell; made by `explore`.

    Attributes
    ----------
    query : str
        What is moved and looked at, as in the address of the page.
    """

    _esm = files("capexrisk.explorer").joinpath("page", "notebook.js").read_text("utf-8")
    query = traitlets.Unicode("").tag(sync=True)
    height = traitlets.Int(900).tag(sync=True)

    def __init__(self, answering: Answering, query: str, height: int) -> None:
        super().__init__(query=query.removeprefix("?"), height=height)
        self._answering = answering
        self._pool = ThreadPoolExecutor(HANDS, thread_name_prefix="capexrisk-page")
        self.on_msg(self._asked)

    @property
    def changes(self) -> dict[str, object]:
        """Inputs that are moved now, as `Session.estimate` and `change_inputs` take them.

        They are those of the scenario that is laid over, if one is; events that are moved to
        another quarter, switched off or added are not among them. `scenario` has everything.
        """
        return self._answering.changes(self.query)

    @property
    def scenario(self) -> Scenario:
        """The scenario that is shown now, with all that is moved; of runs that of the one drawn."""
        return self._answering.scenario(self.query)

    def close(self) -> None:
        """End the page, and the engine behind it."""
        super().close()
        if "_pool" in self.__dict__:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._answering.close()

    @cached_property
    def _actions(self) -> Mapping[str, Action]:
        """Looked up at the first question: an explorer that nobody sees loads no engine."""
        from capexrisk.explorer.assets import page_assets

        self._answering.begin()
        texts = {path: asset.content.decode() for path, asset in page_assets().items()}
        return {**self._answering.actions, "files": lambda _: texts}

    def _asked(self, _: object, asked: Json, __: object) -> None:
        """Answer in another thread: the next question must be heard meanwhile."""
        actions = self._actions
        self._pool.submit(copy_context().run, self._answer, actions, asked)

    def _answer(self, actions: Mapping[str, Action], asked: Json) -> None:
        try:
            answer = actions[asked["action"]](asked["body"])
        except CapexriskError as refused:
            answer = {"refused": str(refused)}
        except Exception as fault:  # noqa: BLE001 - a page that waits for ever tells nothing
            answer = {"refused": f"the explorer has failed: {fault!r}"}
        self.send({"number": asked["number"], "answer": answer})

    def __repr__(self) -> str:
        return f"Explorer({self._answering.name!r}): a page, in a notebook that shows widgets"
