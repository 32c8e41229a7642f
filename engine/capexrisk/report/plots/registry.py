"""The plots of a run and of a comparison: each registers itself where it is defined.

A decorator says all there is to know of a plot: its name, the section of the page where it stands,
its subject, and what it shows, for readers who cannot see it. `results.plot`, the files of figures,
the pages and the tests read the registry; no other list of plots exists.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal, NamedTuple, TypeVar, get_args

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from capexrisk.report.plots.accessors import DRAWN_OF, Accessor, Overlays, PlotMethod, Plotting
from capexrisk.report.plots.canvas import Margins, Runs, one_panel

# One figure of all issuers, the same where there are two issuers or more, the same where the run is
# over the inputs, or one figure an issuer.
Subject = Literal["system", "pair", "inputs", "issuer"]
# Of the pages, in their order. Some have two columns: a second one for a tall figure.
PageSection = Literal[
    "by-year",
    "over-inputs",
    "together",
    "together-tall",
    "funding",
    "market",
    "profit",
    "issuer",
    "issuer-tall",
]
SECTIONS: tuple[PageSection, ...] = get_args(PageSection)

Plot = Callable[..., Axes]
P = TypeVar("P", bound=Plot)
F = TypeVar("F", bound=Callable[..., Figure])


class Placement(NamedTuple):
    """A figure and its place on the page.

    Attributes
    ----------
    name : str
        Of its files and in its section; files of an issuer's begin with the issuer's name.
    section : str
    of : {"system", "pair", "inputs", "issuer"}
    says : str
        What it shows; ``{issuer}`` stands for an issuer's name, and there are places for the
        scenario's words.
    order : int
        Figures of a section stand in this order.
    inputs : bool
        Whether it shows what is only known once the inputs were drawn as well.
    draw : callable
        Makes the Figure of runs, and of ``issuer`` where it is of one.
    """

    name: str
    section: PageSection
    of: Subject
    says: str
    order: int
    inputs: bool
    draw: Callable[..., Figure]


class Registry:
    """All plots of one kind of runs.

    Parameters
    ----------
    accessor : type
        The class that has them as methods.

    Attributes
    ----------
    plots : dict
        Functions that draw on axes, by name.
    """

    def __init__(self, accessor: type[Accessor]) -> None:
        self.plots: dict[str, Plot] = {}
        self._accessor = accessor
        self._placements: dict[tuple[bool, str], Placement] = {}

    @property
    def placements(self) -> list[Placement]:
        """Figures in the order of the page."""
        return sorted(
            self._placements.values(),
            key=lambda placement: (SECTIONS.index(placement.section), placement.order),
        )

    def plot(
        self,
        name: str = "",
        *,
        section: PageSection | None = None,
        of: Subject = "system",
        says: str = "",
        order: int = 0,
        inputs: bool = False,
        **arguments: object,
    ) -> Callable[[P], P]:
        """Register a function that draws on axes: as a method, and as a figure of the page.

        Applied several times, to the same function with other arguments, it makes several figures.

        Parameters
        ----------
        name, section, of, says, order, inputs
            See `Placement`. Without a section the plot is drawn on request only.
        **arguments
            What the page's figure gives to the function.
        """

        def register(draw: P) -> P:
            if self.plots.setdefault(draw.__name__, draw) is not draw:
                raise ValueError(f"{draw.__name__}: two plots of this name")
            setattr(self._accessor, draw.__name__, PlotMethod(draw))
            if section is not None:

                def alone(runs: Runs, **subject: str) -> Figure:
                    return one_panel(runs, partial(draw, **arguments, **subject), Margins())

                self._place(Placement(name, section, of, says, order, inputs, alone))
            return draw

        return register

    def figure(
        self, name: str, *, section: PageSection, of: Subject = "system", says: str, order: int = 0
    ) -> Callable[[F], F]:
        """Register a function that makes a whole figure of the page; see `Placement`."""

        def register(draw: F) -> F:
            self._place(Placement(name, section, of, says, order, of == "inputs", draw))
            return draw

        return register

    def _place(self, placement: Placement) -> None:
        key = placement.of == "issuer", placement.name
        if key in self._placements:
            raise ValueError(f"{placement.name}: two figures of this name")
        self._placements[key] = placement


def plot_of(kind: str) -> Callable[[P], P]:
    """Register a function that draws what a study found, as ``found.plot.NAME()``.

    Parameters
    ----------
    kind : str
        The class of what is found, with its module.
    """

    def register(draw: P) -> P:
        DRAWN_OF.setdefault(kind, {})[draw.__name__] = draw
        return draw

    return register


OF_RUNS = Registry(Plotting)
OF_COMPARISONS = Registry(Overlays)
plot, figure = OF_RUNS.plot, OF_RUNS.figure
overlay = OF_COMPARISONS.plot
