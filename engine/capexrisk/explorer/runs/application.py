"""What a page of finished runs may ask: the catalogue, and the answer of a run."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from capexrisk.archive.results import Results, load_results
from capexrisk.explorer.catalogue import of_scenario
from capexrisk.explorer.figures import PARTS
from capexrisk.explorer.runs.differences import Difference, difference
from capexrisk.explorer.runs.figures import estimates_of, histogram, missing, over_inputs, rows_of
from capexrisk.explorer.runs.view import RunView, read_run_view
from capexrisk.explorer.schedule import listed
from capexrisk.explorer.telling import shown
from capexrisk.report.writing.words import counted
from capexrisk.study.run_names import names_of

if TYPE_CHECKING:
    from capexrisk.explorer.server import Action
    from capexrisk.scenario import Scenario

__all__ = ["Runs"]

Json = dict[str, Any]
MOST_KEPT: Final = 16  # differences of pairs, some 0.5 MB each
ONE: Final = (
    "± is half of a 95 % interval: how far a figure could move with other random numbers, nothing "
    "about how true the inputs are."
)
PAIRED: Final = "Differences are paired: both runs have the same random numbers."
APART: Final = (
    "The runs have different random numbers: errors of differences are those of two runs, not of "
    "pairs."
)
DRAWN: Final = (
    "Over the inputs: P5 to P95 of the figure as the inputs move over their ranges; that is beside "
    "the sampling error, not in it."
)
OF_BARS: Final = (
    "Of the distribution of a year the bars' errors are those of as many independent paths."
)


class Runs:
    """The explorer of finished runs, which changes nothing and asks no engine.

    Parameters
    ----------
    runs : mapping of str to Results
        By name.
    places : sequence of str
        Where they were read, for a command that opens them again.
    """

    def __init__(self, runs: Mapping[str, Results], places: Sequence[str] = ()) -> None:
        self._runs = dict(runs)
        self._places = places
        self._one_at_a_time = Lock()
        self._difference = lru_cache(MOST_KEPT)(self._compared)

    @classmethod
    def read(cls, folders: Sequence[Path]) -> Runs:
        """Read runs from their directories.

        Raises
        ------
        ResultsError
            If one is not a finished run, has another format or is damaged.
        """
        found = [load_results(folder) for folder in folders]
        return cls(dict(zip(names_of(folders, found), found, strict=True)), list(map(str, folders)))

    @property
    def name(self) -> str:
        """What is explored."""
        return ", ".join(self._runs)

    @property
    def actions(self) -> Mapping[str, Action]:
        """What POST answers, by path."""
        return {"catalogue": self._catalogue, "answer": self._answer}

    def changes(self, query: str) -> dict[str, object]:
        """None: nothing of a finished run is moved."""
        return {}

    def scenario(self, query: str) -> Scenario:
        """The scenario of the run that an address draws."""
        return self._runs[read_run_view(query, self._runs).run].manifest.scenario

    def begin(self, refused: Callable[[], None] = lambda: None) -> None:
        """Nothing: there is no engine to load."""

    def refuse(self) -> None:
        """Nothing: runs are read, or refused, before."""

    def close(self) -> None:
        """Nothing to end."""

    def _catalogue(self, asked: Json) -> Json:
        view = self._view(asked)
        return {
            **of_scenario(self._runs[view.run].manifest.scenario),
            "file": shlex.join(self._places),
            "runs": [_described(name, results) for name, results in self._runs.items()],
        }

    def _answer(self, asked: Json) -> Json:
        view = self._view(asked)
        run, behind = self._runs[view.run], self._runs.get(view.behind)
        with self._one_at_a_time:
            beside = None if behind is None else self._difference(view.behind, view.run)
        return {"parts": PARTS, "final": True, **_told(view, run, behind, beside)}

    def _view(self, asked: Json) -> RunView:
        query = asked.get("query")
        return read_run_view(query if isinstance(query, str) else "", self._runs)

    def _compared(self, behind: str, run: str) -> Difference:
        return difference((behind, self._runs[behind]), (run, self._runs[run]))


def _described(name: str, results: Results) -> Json:
    run, scenario = results.manifest.run, results.manifest.scenario
    inputs = results.inputs
    over = "" if inputs is None else f", {counted(inputs.record.outer, 'point')} of the inputs"
    return {
        "name": name,
        "title": scenario.title or scenario.name,
        "about": f"{counted(results.paths, 'path')}, {run.sampler}, seed {run.seed}{over}",
        "issuers": results.issuers,
        "years": results.years,
        "quarantine": results.quarantine_note or "",
    }


def _told(view: RunView, run: Results, behind: Results | None, beside: Difference | None) -> Json:
    scenario = run.manifest.scenario
    found = estimates_of(run, view.issuer, view.year)
    changes = {} if beside is None else beside.changes
    # Only what both estimate of the same thing is drawn behind.
    base = {}
    if behind is not None:
        of_behind = behind.lookup
        base = {name: of_behind[name] for name in found if name in changes and name in of_behind}
    errors = [ONE]
    if beside is not None and beside.changes:
        errors.append(PAIRED if beside.paired else APART)
    if run.inputs is not None:
        errors.append(DRAWN)
    told = shown(found, base, changes, scenario, view.issuer, view.year, view.behind)
    return {
        **told,
        "rows": rows_of(run, told["rows"]),
        "paths": run.paths,
        "histogram": histogram(run, behind if base else None, view),
        "missing": missing(run),
        "over_inputs": over_inputs(run, view),
        "moved": {},
        "events": listed(scenario.events),
        "run": view.run,
        "behind": view.behind if base else "",
        "differs": [] if beside is None else beside.inputs,
        "notes": [] if beside is None else list(beside.notes),
        "errors": " ".join((*errors, OF_BARS)),
        "catalogue": of_scenario(scenario),
    }
