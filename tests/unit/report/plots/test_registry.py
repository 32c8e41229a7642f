"""Plots register themselves: methods of `results.plot`, figures of the page."""

from __future__ import annotations

import inspect
import pydoc

import pytest
from matplotlib.axes import Axes

from capexrisk.archive.results import Results
from capexrisk.report.plots.accessors import DRAWN_OF, Accessor, Overlays, Plotting
from capexrisk.report.plots.registry import OF_COMPARISONS, OF_RUNS, Registry
from capexrisk.study.causes import Causes
from capexrisk.study.game.phase import Phases
from capexrisk.study.game.race import Game
from capexrisk.study.plotted import Plotted
from capexrisk.study.reverse import Reverse
from capexrisk.study.sensitivity.analysis import Sensitivity
from capexrisk.study.solve import Solution
from tests.unit.report.synthetic import synthetic


@pytest.mark.parametrize(
    ("registry", "accessor"), [(OF_RUNS, Plotting), (OF_COMPARISONS, Overlays)]
)
def test_every_plot_is_a_method(registry: Registry, accessor: type[Accessor]) -> None:
    shown = {name for name in dir(accessor(synthetic())) if not name.startswith("_")}
    assert shown == set(registry.plots)
    assert {"fan", "market"} & shown  # every module was read
    for name, draw in registry.plots.items():
        assert inspect.getdoc(getattr(accessor, name)) == inspect.getdoc(draw)


def test_help_shows_what_a_user_gives() -> None:
    method = synthetic().plot.fan
    assert list(inspect.signature(method).parameters) == ["issuer", "ax", "by"]
    assert "Fan chart" in pydoc.render_doc(method)
    assert "Heat map" in pydoc.render_doc(Plotting)
    with pytest.raises(AttributeError, match=r"^fam: no such plot; did you mean fan\?"):
        synthetic().plot.fam("Aster")


@pytest.mark.parametrize("registry", [OF_RUNS, OF_COMPARISONS])
def test_every_figure_is_described_for_its_subject(registry: Registry) -> None:
    for placement in registry.placements:
        assert placement.name and ": " in placement.says
        assert ("{issuer}" in placement.says) == (placement.of == "issuer")


def test_what_a_study_found_has_its_own_plots_and_no_namesake_s() -> None:
    classes = [Causes, Game, Phases, Reverse, Sensitivity, Solution]
    assert set(DRAWN_OF) == {f"{kind.__module__}.{kind.__qualname__}" for kind in classes}
    namesake = type("Causes", (Plotted,), {})()
    assert "waterfall" not in dir(namesake.plot)
    with pytest.raises(AttributeError, match="Causes has no plot 'waterfall'"):
        namesake.plot.waterfall()


def test_figures_of_a_section_stand_in_their_order() -> None:
    class Empty(Accessor):
        pass

    registry = Registry(Empty)

    @registry.plot("late", section="market", says="Late: it", order=2)
    @registry.plot("early", section="market", says="Early: it", order=1, metric="b")
    @registry.plot("first", section="by-year", says="First: it")
    def bars(results: Results, metric: str = "a", ax: Axes | None = None) -> Axes:
        assert ax is not None
        ax.set_ylabel(metric)
        return ax

    assert [placement.name for placement in registry.placements] == ["first", "early", "late"]
    drawn = [p.draw(synthetic()).axes[0].get_ylabel() for p in registry.placements]
    assert drawn == ["a", "b", "a"]


def test_a_name_is_given_once() -> None:
    class Empty(Accessor):
        pass

    registry = Registry(Empty)

    def bars(results: Results, ax: Axes) -> Axes:
        return ax

    def other(results: Results, ax: Axes) -> Axes:
        return ax

    registry.plot("bars", section="market", says="Bars: it")(bars)
    with pytest.raises(ValueError, match="bars: two figures of this name"):
        registry.plot("bars", section="profit", says="Bars: it")(other)
    other.__name__ = "bars"
    with pytest.raises(ValueError, match="bars: two plots of this name"):
        registry.plot()(other)
