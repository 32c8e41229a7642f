"""No label is cut, none lies upon another, no legend upon data: in pictures of any size of run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from unittest.mock import patch

import pytest
from matplotlib.figure import Figure

from capexrisk.archive.results import Results
from capexrisk.report.plots.canvas import styled
from capexrisk.report.plots.figures import draw_figures
from tests.unit.report.plots.gallery import DRAWN, run_for
from tests.unit.report.plots.layout import flaws
from tests.unit.report.plots.pictures import REPLAY
from tests.unit.report.synthetic import replayed, synthetic
from tests.unit.report.synthetic_inputs import over_made_up_inputs

CROWD = [f"Nebulous Compute Holdings ({number})" for number in range(1, 13)]


def _over_inputs(name: str) -> Results:
    return over_made_up_inputs(RUNS[name]())


RUNS: dict[str, Callable[[], Results]] = {
    "three issuers": synthetic,
    "one issuer": partial(synthetic, ["Aster"]),
    "a crowd of long names": partial(synthetic, CROWD, failing=0.5),
    "one quarter": partial(synthetic, quarters=1),
    "forty quarters": partial(synthetic, quarters=40),
    "no failure": partial(synthetic, failing=0.0),
    "all fail": partial(synthetic, failing=1.0),
    "a long name": partial(synthetic, name="hyperscalers-2026-with-a-name-of-the-longest-kind"),
}
OVER_INPUTS = ("three issuers", "one issuer", "a crowd of long names", "no failure", "all fail")
RUNS |= {f"{name}, over inputs": partial(_over_inputs, name) for name in OVER_INPUTS}


@pytest.mark.parametrize("run", list(RUNS))
def test_a_report_has_no_flaw(run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[str] = []

    def look(figure: Figure, name: str) -> str:
        with styled():  # as when it is written
            found.extend(flaws(figure))
        return ""

    monkeypatch.setattr("capexrisk.report.plots.figures.svg_text", look)
    monkeypatch.setattr("capexrisk.report.plots.figures.MOST_ISSUERS", 1)
    draw_figures(RUNS[run]())
    assert found == []


@pytest.mark.parametrize("name", list(DRAWN))
@pytest.mark.parametrize("run", ["three issuers", "a crowd of long names"])
def test_a_plot_of_its_own_has_no_flaw(run: str, name: str) -> None:
    with patch(REPLAY, replayed):
        ax = DRAWN[name](run_for(name, RUNS[run]()), None)
    assert isinstance(ax.figure, Figure)
    assert flaws(ax.figure) == []


def test_flaws_are_seen() -> None:
    with styled():
        figure = Figure()
        ax = figure.subplots()
        ax.plot([0, 1], [0, 1], label="data")
        assert flaws(figure) == []
        ax.legend(loc="upper left")
        ax.text(0.5, 0.5, "one")
        ax.text(0.51, 0.5, "two")
        ax.text(1.02, 0.5, "far beyond the right edge")
        assert flaws(figure) == [
            "cut: 'far beyond the right edge'",
            "overlap: 'one', 'two'",
            "legend upon data",
        ]
