"""``results.plot`` and ``comparison.plot``: the plots of one run, and of several.

Their methods are the functions that `registry` knows, with the runs as first argument.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MethodType
from typing import TYPE_CHECKING

from matplotlib.axes import Axes

if TYPE_CHECKING:
    from capexrisk.archive.results import Results
    from capexrisk.study.sensitivity.analysis import Sensitivity


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
