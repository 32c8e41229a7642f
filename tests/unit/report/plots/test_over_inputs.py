"""How far chances move with the inputs, as it is drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from capexrisk.archive.results import Results
from capexrisk.estimate.names import Name
from capexrisk.report.plots.figures import draw_figures
from capexrisk.report.writing.estimates import Estimates
from capexrisk.report.writing.spread import spread_in_per_cent
from tests.unit.report.synthetic import synthetic
from tests.unit.report.synthetic_inputs import over_made_up_inputs


@pytest.fixture(scope="module")
def made_up() -> Results:
    return over_made_up_inputs(synthetic())


def drawn(results: Results, **how: object) -> Axes:
    return results.plot.over_inputs(Figure().subplots(), **how)


def dots(ax: Axes, label: str) -> np.ndarray:
    (line,) = (line for line in ax.lines if line.get_label() == label)
    return line.get_xdata()


def test_each_row_is_an_issuer_with_its_chances(uncertain_run: Results) -> None:
    ax = drawn(uncertain_run)
    inputs = uncertain_run.inputs
    assert inputs is not None
    rows = [text.get_text() for text in ax.get_yticklabels()]
    assert sorted(rows) == sorted([*uncertain_run.issuers, "Any issuer"])
    last = uncertain_run.quarters[-1]
    for row, label in enumerate(rows):
        name = Name(label, last, "funding_failure", "probability")
        if label == "Any issuer":
            name = Name("system", last, "any_failure", "probability")
        stands, all_in_all = uncertain_run.lookup[name], inputs.predictive[name]
        assert dots(ax, "Inputs as they stand")[row] == pytest.approx(100.0 * stands.observed)
        assert dots(ax, "Predictive")[row] == pytest.approx(100.0 * all_in_all.observed)
        spread = Estimates(uncertain_run).spread(name.metric, name.issuer, name.period)
        assert spread_in_per_cent(spread) in [text.get_text() for text in ax.texts]


def test_bars_are_the_quantiles(made_up: Results) -> None:
    ax = drawn(made_up, event="negative")
    assert made_up.inputs is not None
    rows = [text.get_text() for text in ax.get_yticklabels()]
    wide, narrow = (bars for bars in ax.containers)
    (medians,) = ax.collections
    for row, label in enumerate(rows):
        issuer, year = label.split(", ")
        ask = f"negative_fcf_given_survival/{issuer}/{year}"
        for bars, levels in ((wide, ("p5", "p95")), (narrow, ("p25", "p75"))):
            bar = bars[row]
            found = bar.get_x(), bar.get_x() + bar.get_width()
            expected = [100.0 * made_up.inputs.estimate(ask, level).value for level in levels]
            assert found == pytest.approx(expected)
        x = medians.get_segments()[row][0, 0]
        assert x == pytest.approx(100.0 * made_up.inputs.estimate(ask, "p50").value)
    assert ax.get_xscale() == "linear" and ax.get_xlim() == (0.0, 100.0)


def test_what_cannot_be_told_from_none_ends_in_an_arrow_at_its_bound(made_up: Results) -> None:
    """Aster fails on 7 of 32,768 paths: P5 and the median are below 0.2 %, no more is told."""
    ax = drawn(made_up)
    rows = [text.get_text() for text in ax.get_yticklabels()]
    left, _ = ax.get_xlim()
    (below,) = (line for line in ax.lines if line.get_marker() == "<")
    arrows = dict(zip(rows, below.get_xdata(), strict=True))
    assert ax.get_xscale() == "log"
    assert arrows["Aster"] == pytest.approx(0.2) and np.isnan(arrows["Cumulus"])
    medians = [part[0, 0] for part in ax.collections[0].get_segments() if len(part)]
    assert len(medians) == len(rows) - 1 and left < min(medians)


def test_a_bound_beyond_the_median_ends_where_the_median_is_known_to_be(made_up: Results) -> None:
    """Neither P25 nor the median is told from none then: both lie below what bounds the median."""
    assert made_up.inputs is not None
    table = made_up.inputs.table.copy()
    own = (table["issuer"] == "Cumulus") & (table["metric"] == "funding_failure")
    for level in ("p5", "p25"):
        table.loc[own, [level, f"{level}_low"]] = [np.nan, 0.0]
        table.loc[own, f"{level}_high"] = table.loc[own, "p75"]
    ax = drawn(replace(made_up, inputs=replace(made_up.inputs, table=table)))
    row = [text.get_text() for text in ax.get_yticklabels()].index("Cumulus")
    last = table[own & (table["period"] == made_up.quarters[-1])]
    for bars in ax.containers:
        assert bars[row].get_x() == pytest.approx(100.0 * last["p50_high"].item())
    assert len(ax.collections[0].get_segments()[row]) == 0 or np.isnan(
        ax.collections[0].get_segments()[row][0, 0]
    )


def test_nothing_is_clipped_to_the_axis(made_up: Results) -> None:
    """A chance far below the others still has its own place; one of none at all has no dot."""
    summary = made_up.summary.copy()
    of_aster = summary["issuer"] == "Aster"
    ax = drawn(
        replace(made_up, summary=summary.assign(value=summary["value"].where(~of_aster, 1e-6)))
    )
    left, right = ax.get_xlim()
    for label in ("Inputs as they stand", "Predictive"):
        assert ((dots(ax, label) > left) & (dots(ax, label) < right)).all()
    assert min(dots(ax, "Inputs as they stand")) == pytest.approx(1e-4)


def test_the_fan_has_an_outer_band(made_up: Results) -> None:
    ax = made_up.plot.fan("Cumulus", Figure().subplots())
    assert made_up.inputs is not None
    lines = [line for line in ax.lines if line.get_linestyle() == ":" or line.is_dashed()]
    heights = [tuple(line.get_ydata()) for line in lines]
    for level in ("p5", "p95"):
        expected = [
            made_up.inputs.predictive[
                Name("Cumulus", quarter, "free_cash_flow_while_alive", level)
            ].value
            for quarter in made_up.quarters
        ]
        assert tuple(expected) in heights
    assert "P5, P95 with inputs" in [line.get_label() for line in ax.lines]
    plain = synthetic().plot.fan("Cumulus", Figure().subplots())
    assert "P5, P95 with inputs" not in [line.get_label() for line in plain.lines]


def test_the_page_has_both_figures_of_such_a_run_alone(made_up: Results) -> None:
    def names(results: Results) -> set[str]:
        return {drawing.name for drawing in draw_figures(results)}

    assert names(made_up) - names(synthetic()) == {"over-inputs-failure", "over-inputs-negative"}


def test_other_runs_and_events_are_refused(made_up: Results) -> None:
    with pytest.raises(ValueError, match="the run is not over the inputs; simulate"):
        drawn(synthetic())
    with pytest.raises(ValueError, match="'negativ': no such event; did you mean negative"):
        drawn(made_up, event="negativ")
