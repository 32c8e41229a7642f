"""The explorer in a notebook: of a scenario, or of finished runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from capexrisk.errors import ArgumentError, NotebookError, whole_number

if TYPE_CHECKING:
    from capexrisk.explorer.widget import Answering, ExplorerWidget

__all__ = ["explore"]

LEAST_HEIGHT: Final = 100
MOST_HEIGHT: Final = 10_000


def explore(
    what: Any, query: str = "", *, seed: int | None = None, height: int = 900
) -> ExplorerWidget:
    """Show the explorer's page in a notebook's cell.

    Parameters
    ----------
    what : Scenario, Path, Results, sequence or mapping
        A scenario, or its file, is moved by hand; of one or more `Results` one is drawn, with
        another behind it.
    query : str
        What is moved and looked at to begin with: what follows the question mark of a page's
        address, such as ``"market.tax=0.25&issuer=Oracle"``.
    seed : int, optional
        Of a scenario, 0 to 2**64 - 1. By default that of its file's table ``[run]``, or 0.
    height : int
        Of the frame, 100 to 10,000 pixels.

    Returns
    -------
    ExplorerWidget
        Its `query` says what the page shows now, its `changes` which inputs are moved, its
        `scenario` what has become of the scenario.

    Raises
    ------
    NotebookError
        If anywidget is not installed: it comes with the extra ``jupyter``.
    ScenarioError
        If a file is refused.
    ArgumentError
        If it is nothing to explore, or a number is none or out of range.

    Examples
    --------
    >>> import capexrisk as cr
    >>> page = cr.explore("configs/hyperscalers-2026.toml", "issuers.Oracle.cash_usd_bn=5")
    >>> page.changes
    {'issuers.Oracle.cash_usd_bn': 5.0}
    """
    height = whole_number("height", height)
    if not LEAST_HEIGHT <= height <= MOST_HEIGHT:
        bounds = f"{LEAST_HEIGHT} to {MOST_HEIGHT:,} pixels"
        raise ArgumentError("height", f"{height} is out of range; give {bounds}")
    seed = None if seed is None else _seed(seed)
    try:
        from capexrisk.explorer.widget import ExplorerWidget
    except ImportError:
        raise NotebookError(
            "explore: anywidget is not installed here; install it with the extra jupyter"
        ) from None
    return ExplorerWidget(_answering(what, seed), query, height)


def _seed(given: int) -> int:
    from capexrisk.scenario.plan import MOST_SEED

    seed = whole_number("seed", given)
    if not 0 <= seed <= MOST_SEED:
        raise ArgumentError("seed", f"{seed} is out of range; give 0 to 2**64 - 1")
    return seed


def _answering(what: Any, seed: int | None) -> Answering:
    from capexrisk.scenario import Scenario, load_with_run_section

    if isinstance(what, Scenario | str | Path):
        from capexrisk.explorer.application import Application

        if isinstance(what, Scenario):
            return Application(None, what, seed or 0)
        file = Path(what)
        loaded, section = load_with_run_section(file)
        return Application(file, loaded, section.seed if seed is None else seed)

    from capexrisk.archive.results import Results
    from capexrisk.explorer.runs.application import Runs
    from capexrisk.study.run_names import by_name

    if seed is not None:
        raise ArgumentError("seed", "has no effect, these are finished runs; leave it out")
    runs = [what] if isinstance(what, Results) else what
    known = isinstance(runs, Mapping | Sequence) and len(runs) > 0
    found = list(runs.values()) if isinstance(runs, Mapping) else runs
    if not known or not all(isinstance(run, Results) for run in found):
        hint = "give a scenario, its file, or Results as load_results() returns them"
        raise ArgumentError("what", f"{type(what).__name__} is nothing to explore; {hint}")
    return Runs(runs if isinstance(runs, Mapping) else by_name(runs))
