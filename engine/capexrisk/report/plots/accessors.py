"""``results.plot``, ``comparison.plot``, ``causes.plot``: plots of runs and of what studies found.

All are functions that `registry` knows, with the runs, or what was found, as first argument.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MethodType
from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from capexrisk.errors import suggest

if TYPE_CHECKING:
    from capexrisk.archive.results import Results


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

    def __getattr__(self, name: str) -> Callable[..., Axes]:
        """Of a plot that is not registered; those that are, are found before."""
        known = [one for one, of in vars(type(self)).items() if isinstance(of, PlotMethod)]
        raise AttributeError(f"{name}: no such plot; {suggest(name, known)}")


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


# By the class of what a study found and by the plot's name; `registry.plot_of` adds to it. A class
# has its full name here: to import it would load the compiler, and two may be called the same.
DRAWN_OF: dict[str, dict[str, Callable[..., Axes]]] = {}


class PlotsOf:
    """Plots of what a study found: ``causes.plot.waterfall()``; ``dir(causes.plot)`` lists them.

    Each returns its Axes and takes axes to draw on.

    Parameters
    ----------
    found : Causes, Game, Phases, Reverse, Sensitivity or Solution
    """

    def __init__(self, found: object) -> None:
        self._found = found

    def __dir__(self) -> list[str]:
        return list(self._drawn())

    def __getattr__(self, name: str) -> Callable[..., Axes]:
        if name.startswith("_"):  # asked for by a copy that has no `_found` yet
            raise AttributeError(name)
        drawn = self._drawn()
        if name not in drawn:
            kind = type(self._found).__name__
            raise AttributeError(f"{kind} has no plot {name!r}; {suggest(name, drawn)}")
        return MethodType(drawn[name], self._found)

    def _drawn(self) -> dict[str, Callable[..., Axes]]:
        kind = type(self._found)
        return DRAWN_OF.get(f"{kind.__module__}.{kind.__qualname__}", {})
