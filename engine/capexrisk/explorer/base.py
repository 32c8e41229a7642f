"""Scenarios that may be laid over the one that is explored: those beside it that have its axes.

They are simulated on the points of that scenario, so that differences between the two are paired.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Any, Final

from capexrisk.errors import ArgumentError, ScenarioError, UnknownName, suggest
from capexrisk.explorer.subject import Subject
from capexrisk.scenario import Scenario, load_scenario
from capexrisk.scenario.files.location import located

__all__ = ["NAME", "Library"]

Json = dict[str, Any]
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,58}")  # of a file, without its ending
MOST_FILES: Final = 100  # that are looked at
MOST_SUBJECTS: Final = 3  # that are kept ready


class Library:
    """The scenario that is explored, and those in its folder that can stand in its place.

    Parameters
    ----------
    file : Path or None
        Or its name, of those that come with the package; None for a scenario without one, beside
        which nothing lies.
    subject : Subject
        Of the scenario in this file.
    """

    def __init__(self, file: Path | None, subject: Subject) -> None:
        self.file = file
        self.base = subject
        self._read_from = None if file is None else located(file)
        self._read: dict[str, Scenario | None] = {}
        self._subjects: OrderedDict[str, Subject] = OrderedDict()
        self._lock = Lock()

    def listed(self) -> list[Json]:
        """Name and title of each that can be laid over; files are read once."""
        if self._read_from is None:
            return []
        names = sorted(path.stem for path in self._read_from.parent.glob("*.toml"))
        found = []
        for name in names[:MOST_FILES]:
            scenario = self._scenario(name)
            if scenario is not None and name != self._read_from.stem:
                found.append({"name": name, "title": scenario.title or scenario.name})
        return found

    def subject(self, name: str) -> Subject:
        """What may be moved in a scenario of the library; "" for the one that is explored.

        Raises
        ------
        UnknownName
            If there is none of this name that has the same issuers and quarters.
        """
        if not name or (self._read_from is not None and name == self._read_from.stem):
            return self.base
        with self._lock:
            if name in self._subjects:
                self._subjects.move_to_end(name)
                return self._subjects[name]
        scenario = self._scenario(name)
        if scenario is None:
            known = [one["name"] for one in self.listed()]
            hint = suggest(name, known, "" if known else "there is no other")
            raise UnknownName(f"scenario {name!r} in the address: {hint}")
        subject = Subject(scenario)
        with self._lock:
            self._subjects[name] = subject
            if len(self._subjects) > MOST_SUBJECTS:
                self._subjects.popitem(last=False)
        return subject

    def file_of(self, name: str) -> Path:
        """The file of a scenario of this library, or its name where it is found by name.

        Raises
        ------
        ArgumentError
            If the one that is explored has none.
        """
        if self.file is None:
            raise ArgumentError("name", "the scenario has no file to be saved beside; give a file")
        ending = ".toml" if self.file.suffix == ".toml" else ""
        return self.file.with_name(f"{name}{ending}") if name else self.file

    def _scenario(self, name: str) -> Scenario | None:
        """The scenario of a file in the folder; None if it cannot be laid over."""
        if self._read_from is None or not NAME.fullmatch(name):
            return None
        if name not in self._read:
            try:
                scenario = load_scenario(self._read_from.with_name(f"{name}.toml"))
            except ScenarioError:
                return None  # it may be mended
            self._read[name] = scenario if _axes(scenario) == _axes(self.base.scenario) else None
        return self._read[name]


def _axes(scenario: Scenario) -> tuple[object, ...]:
    return scenario.start, scenario.quarters, *(issuer.name for issuer in scenario.issuers)
