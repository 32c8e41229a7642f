"""``results.plot``, ``comparison.plot`` and ``causes.plot``: plots of what was found out.

Methods of the first two are the functions that `registry` knows, with the runs as first argument.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MethodType
from typing import TYPE_CHECKING

from matplotlib.axes import Axes

if TYPE_CHECKING:
    from capexrisk.archive.results import Results
    from capexrisk.study.causes import Causes
    from capexrisk.study.game.phase import Phases
    from capexrisk.study.game.race import Game
    from capexrisk.study.reverse import Reverse
    from capexrisk.study.sensitivity.analysis import Sensitivity
    from capexrisk.study.solve import Solution


class PlotMethod:
    """A plot as a method: runs take the place of its first argument, as an object does of self."""

    def __init__(self, draw: Callable[..., Axes]) -> None:
        self._draw = draw

    def __get__(self, accessor: Accessor | None, kind: type) -> Callable[..., Axes]:
        """The function itself of a class, for `help`; of an object the bound method."""
        return self._draw if accessor is None else MethodType(self._draw, accessor._runs)


class Accessor:
    """Runs, and the plots that can be drawn of them."""

    def __init__(self, runs: Results | Mapping[str, Results]) -> None:
        self._runs = runs

    if TYPE_CHECKING:  # whatever is registered

        def __getattr__(self, name: str) -> Callable[..., Axes]: ...


class Plotting(Accessor):
    """Plots of a run: ``results.plot.fan("Amazon")``.

    Each returns its Axes, takes axes to draw on, and raises ValueError for an issuer or a year that
    the run does not have.

    Parameters
    ----------
    runs : Results
    """


class Overlays(Accessor):
    """Plots of several runs laid over each other: ``comparison.plot.failure("Oracle")``.

    Each returns its Axes and takes axes to draw on.

    Parameters
    ----------
    runs : mapping of str to Results
        Up to five, by name.
    """


class OfCauses:
    """The plot of causes: ``causes.plot.waterfall()``.

    Parameters
    ----------
    causes : Causes
    """

    def __init__(self, causes: Causes) -> None:
        self._causes = causes

    def waterfall(self, event: str | None = None, ax: Axes | None = None) -> Axes:
        """See `waterfall.waterfall`."""
        from capexrisk.report.plots.waterfall import waterfall

        return waterfall(self._causes, event, ax)


class OfGame:
    """The plot of a game: ``found.plot.deviations()``.

    Parameters
    ----------
    game : Game
    """

    def __init__(self, game: Game) -> None:
        self._game = game

    def deviations(self, profile: str | None = None, ax: Axes | None = None) -> Axes:
        """See `race.deviations`."""
        from capexrisk.report.plots.race import deviations

        return deviations(self._game, profile, ax)


class OfPhases:
    """The plot of a phase diagram: ``found.plot.phases()``.

    Parameters
    ----------
    found : Phases
    """

    def __init__(self, found: Phases) -> None:
        self._found = found

    def phases(self, ax: Axes | None = None) -> Axes:
        """See `race.phases`."""
        from capexrisk.report.plots.race import phases

        return phases(self._found, ax)


class OfSensitivity:
    """Plots of what moves an answer: ``sensitivity.plot.tornado()``.

    Parameters
    ----------
    found : Sensitivity
    """

    def __init__(self, found: Sensitivity) -> None:
        self._found = found

    def tornado(self, name: str | None = None, ax: Axes | None = None) -> Axes:
        """See `sensitivity.tornado`."""
        from capexrisk.report.plots.sensitivity import tornado

        return tornado(self._found, name, ax)

    def shares(self, name: str | None = None, ax: Axes | None = None) -> Axes:
        """See `sensitivity.shares`."""
        from capexrisk.report.plots.sensitivity import shares

        return shares(self._found, name, ax)


class OfSolution:
    """The plot of a solution: ``solution.plot.curve()``.

    Parameters
    ----------
    solution : Solution
    """

    def __init__(self, solution: Solution) -> None:
        self._solution = solution

    def curve(self, ax: Axes | None = None) -> Axes:
        """See `solved.curve`."""
        from capexrisk.report.plots.solved import curve

        return curve(self._solution, ax)


class OfReverse:
    """The plot of what would have to happen: ``found.plot.shocks("spread")``.

    Parameters
    ----------
    found : Reverse
    """

    def __init__(self, found: Reverse) -> None:
        self._found = found

    def shocks(self, name: str, issuer: str = "system", ax: Axes | None = None) -> Axes:
        """See `shocks.shocks`."""
        from capexrisk.report.plots.shocks import shocks

        return shocks(self._found, name, issuer, ax)
