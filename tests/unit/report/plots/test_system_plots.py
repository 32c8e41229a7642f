"""What the plots of failures, market, tails, paths, nets and several runs draw."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise, product
from unittest.mock import patch

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from capexrisk.archive.results import Results
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.intervals import FEW
from capexrisk.model.vocabulary import CAUSES
from capexrisk.report.plots.accessors import Overlays
from capexrisk.report.plots.canvas import BLUE, RED
from capexrisk.report.plots.failure import FEW_FAILURES, PALE
from capexrisk.report.plots.joint import WIDE, _at_most, _whole
from capexrisk.report.plots.path import waterfall_steps
from capexrisk.report.writing.estimates import Estimates
from capexrisk.report.writing.words import counted
from capexrisk.scenario import load_scenario
from capexrisk.study.simulation import simulate
from tests.unit.manifests import changed
from tests.unit.report.conftest import ROOT
from tests.unit.report.plots.pictures import REPLAY
from tests.unit.report.plots.test_plots import texts, values
from tests.unit.report.synthetic import ISSUERS, NETS, PATHS, replayed, synthetic


@pytest.fixture(scope="module")
def made_up() -> Results:
    return synthetic()


def fresh() -> Axes:
    return Figure().subplots()


def labels(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_the_fan_by_year_is_the_summary(results: Results) -> None:
    ax = results.plot.fan("Meta", fresh(), by="year")
    rows = results.estimates("free_cash_flow_while_alive", issuer="Meta")
    value = rows.pivot_table(index="period", columns="statistic", values="value")
    value = value.loc[results.years]
    outer, inner = ax.containers
    for bars, low, high in ((outer, "p5", "p95"), (inner, "p25", "p75")):
        for bar, year in zip(bars, results.years, strict=True):
            assert bar.get_y() == value[low][year]
            assert bar.get_y() + bar.get_height() == pytest.approx(value[high][year])
    with pytest.raises(ValueError, match="by: 'month' is no period; give 'quarter' or 'year'"):
        results.plot.fan("Meta", by="month")


def test_a_run_of_figures_alone_says_what_it_lacks() -> None:
    scenario = load_scenario(ROOT / "configs/hyperscalers-2026.toml")
    run = simulate(scenario, paths=32, n_jobs=1, collect="means")
    with pytest.raises(ValueError, match='by quarter; run with collect="everything"'):
        run.plot.fan("Meta")
    with pytest.raises(ValueError, match="utilisation of system: this run has no distribution"):
        run.plot.market("utilisation")
    for draw in (run.plot.funding_mix, partial(run.plot.distribution, "Meta", "2027")):
        with pytest.raises(ValueError, match='no such figures; run with collect="everything"'):
            draw()


def test_causes_add_up_to_all_failures(made_up: Results) -> None:
    ax = made_up.plot.causes(fresh())
    assert [label.get_text() for label in ax.get_yticklabels()] == list(ISSUERS)
    estimates = Estimates(made_up)
    for row, issuer in enumerate(ISSUERS):
        for cause, bars in zip(CAUSES, ax.containers, strict=True):
            metric = f"funding_failure_by_{cause}_given_funding_failure"
            expected = 100.0 * estimates.probability(metric, issuer).observed
            assert bars[row].get_width() == pytest.approx(expected)
        end = ax.containers[-1][row]
        assert end.get_x() + end.get_width() == pytest.approx(100.0, abs=13.0)  # few paths
    assert "2.0 % ± 0.2" in labels(ax)


def test_shares_of_few_failures_are_pale_and_say_how_few(made_up: Results) -> None:
    ax = made_up.plot.causes(fresh())
    estimates = Estimates(made_up)
    last = made_up.quarters[-1]
    chances = [estimates.probability("funding_failure", name, last) for name in ISSUERS]
    few = [chance.hits < FEW_FAILURES for chance in chances]
    assert any(few) and not all(few)
    for bars in ax.containers:
        assert [bar.get_alpha() == PALE for bar in bars] == few
    assert few[0] and {key.get_alpha() for key in ax.get_legend().legend_handles} == {1.0}
    told = [text for text in labels(ax) if text.endswith("alone")]
    hits = [round(one.hits) for one, pale in zip(chances, few, strict=True) if pale and one.hits]
    assert told == [f"of {counted(number, 'path')} alone" for number in hits]


@pytest.mark.parametrize(("paths", "pale"), [(99, True), (100, False)])
def test_a_hundred_failures_are_enough(paths: int, pale: bool) -> None:
    drawn = labels(synthetic(failing=paths / PATHS).plot.causes(fresh()))
    assert (f"of {paths} paths alone" in drawn) == pale


def test_who_never_fails_has_no_causes() -> None:
    ax = synthetic(failing=0.0).plot.causes(fresh())
    assert labels(ax).count("no failure") == len(ISSUERS)
    assert all(bar.get_width() == 0.0 for bars in ax.containers for bar in bars)


def test_pairs_are_the_summary(made_up: Results) -> None:
    ax = made_up.plot.joint_failures(fresh())
    drawn = ax.collections[0].get_array()
    estimates = Estimates(made_up)
    for i, first in enumerate(ISSUERS):
        for j, second in enumerate(ISSUERS):
            row = (
                ("funding_failure", first, made_up.quarters[-1])
                if i == j
                else (f"failure_with:{second}", first)
            )
            assert drawn[i, j] == pytest.approx(100.0 * estimates.probability(*row).value)
    cells = np.array(labels(ax)[:9]).reshape(3, 3)
    assert cells[2, 2] == "2.0"
    assert cells[0, 1] == "<0.02"  # three paths: the end of their interval


def test_a_condition_that_hardly_happens_tells_nothing() -> None:
    run = synthetic(failing=0.002)  # Aster on one path, Borealis on seven
    ax = run.plot.conditional_failures(fresh())
    cells = np.array(labels(ax)[:9]).reshape(3, 3)
    assert (np.diag(cells) == "").all()  # nothing is asked of a firm and itself
    assert [cells[0, 1], cells[1, 0], cells[2, 0], cells[2, 1]] == ["–"] * 4
    assert cells[0, 2] == "<6"  # a bound: none of the 66 failures of Cumulus
    assert cells[1, 2] == "<10"  # three of them: the end of the interval
    assert run.plot.joint_failures(fresh()).texts[1].get_text() == "–"


def test_a_chance_that_few_paths_tell_has_no_colour(made_up: Results) -> None:
    drawn = made_up.plot.conditional_failures(fresh()).collections[0].get_array()
    estimates = Estimates(made_up)
    wide = []
    for (i, first), (j, second) in product(enumerate(ISSUERS), repeat=2):
        if first != second:
            found = estimates.probability(f"failure_given_failure_of:{second}", first)
            wide.append(found.ci_high - found.ci_low > WIDE)
            assert bool(np.ma.getmaskarray(drawn)[i, j]) == (wide[-1] or found.n < FEW)
    assert any(wide) and not all(wide)


def test_certain_pairs_are_certain() -> None:
    run = synthetic(failing=1.0)
    joint = run.plot.joint_failures(fresh())
    assert labels(joint)[:9] == ["100"] * 9
    assert labels(run.plot.conditional_failures(fresh()))[1] == ">99"


def test_exceedance_is_the_share_of_paths_above(made_up: Results) -> None:
    ax = made_up.plot.exceedance(ax=fresh())
    x, height = ax.lines[0].get_data()
    cells = made_up.distributions
    cells = cells[(cells["metric"] == "outside_funding") & (cells["issuer"] == "system")]
    for edge, drawn in list(zip(x, height, strict=True))[1:-1:7]:
        above = cells.loc[cells["lower"] >= edge - 1e-9, "count"].sum() / cells["count"].sum()
        assert drawn == pytest.approx(100.0 * above)
    assert "above $1,500bn (dashed): 0.32 % ± 0.07; band: 95 %" in texts(ax)
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert band.min() < height.min() < 1.0 < band.max()


def test_what_hurts_when_low_is_counted_from_below(made_up: Results) -> None:
    ax = made_up.plot.exceedance("free_cash_flow_while_alive", "Aster", "2028", fresh())
    x, height = ax.lines[0].get_data()
    assert (np.diff(height) >= 0.0).all()
    chance = np.interp(0.0, x, height)
    row = made_up.estimates("negative_fcf_given_survival", issuer="Aster", period="2028")
    assert chance == pytest.approx(100.0 * row["value"].iloc[0], abs=0.5)


@pytest.mark.parametrize(
    "metric", ["market_spread_bp", "utilisation", "demand", "boom_share_of_bond_market"]
)
def test_the_market_is_the_summary(results: Results, metric: str) -> None:
    ax = results.plot.market(metric, fresh())
    factor = 1.0 if metric in ("market_spread_bp", "demand") else 100.0
    drawn = {line.get_label(): line.get_ydata() for line in ax.lines}
    for label, statistic in (("Median", "p50"), ("Mean", "mean")):
        expected = factor * values(results, metric, "system", statistic)
        np.testing.assert_allclose(drawn[label], expected)
    assert ("Comfort level" in drawn) == (metric == "utilisation")


def test_what_hardly_moves_looks_still() -> None:
    run = synthetic()
    chosen = run.summary["metric"] == "utilisation"
    value = run.summary["value"].where(~chosen, 0.99 + 1e-5 * run.summary["value"])
    still = replace(run, summary=run.summary.assign(value=value))
    low, high = still.plot.market("utilisation", fresh()).get_ylim()
    assert high - low > 4.0  # per cent


def test_regimes_fill_every_quarter(results: Results) -> None:
    ax = results.plot.regimes(fresh())
    tops = [bar.get_y() + bar.get_height() for bar in ax.containers[-1]]
    np.testing.assert_allclose(tops, 100.0, atol=1e-6)
    shut = 100.0 * values(results, "regime_shut", "system", "probability")
    np.testing.assert_allclose([bar.get_height() for bar in ax.containers[-1]], shut)


def test_profit_stands_against_its_threshold(made_up: Results) -> None:
    ax = made_up.plot.group_profit(fresh())
    assert 1000.0 in [line.get_ydata()[0] for line in ax.lines]
    assert "42.4 % ± 0.6" in labels(ax)
    thresholds = made_up.manifest.scenario.thresholds
    far = thresholds.model_copy(update={"group_profit_usd_bn_per_year": 1e5})
    ax = changed(made_up, scenario={"thresholds": far}).plot.group_profit(fresh())
    assert 1e5 not in [line.get_ydata()[0] for line in ax.lines]  # nothing else could be seen
    assert "exceeding $100,000bn" in texts(ax)


def test_the_waterfall_ends_where_nothing_is_left(made_up: Results) -> None:
    rows = replayed(made_up, 5)
    rows = rows[rows["issuer"] == "Aster"]
    need = waterfall_steps(rows[rows["quarter"] == "2026Q3"])
    names = [step.label for step in need]
    assert names[:5] == ["Capex to fund", "Dividends", "Debt due", "Operating cash flow", "Need"]
    assert names[-1] == "Unmet"
    for before, after in pairwise(need[4:]):
        end = after.end if after.label == "Unmet" else after.begin
        assert before.end == pytest.approx(end)
    surplus = waterfall_steps(rows[rows["quarter"] == "2026Q4"])
    assert surplus[-1].end == pytest.approx(0.0)
    year = waterfall_steps(rows[rows["quarter"].str.startswith("2027")])
    assert "Surplus quarters" in [step.label for step in year]
    assert year[-1].label == "Unmet" and year[-1].end == pytest.approx(20.0)


def test_a_path_of_a_run_is_drawn(results: Results) -> None:
    ax = results.plot.waterfall("Oracle", "2027Q3", 12, fresh())
    assert "Oracle, 2027Q3, path 12" in texts(ax)
    with pytest.raises(ValueError, match="path: 2048 is not in this run"):
        results.plot.waterfall("Oracle", 2027, 2048)
    with patch(REPLAY, replayed):
        ax = results.plot.waterfall("Oracle", 2027, 0, fresh())
    assert "failed: shut market" in texts(ax).replace("\n", " ")


def test_convergence_ends_at_the_estimate(results: Results) -> None:
    ax = results.plot.convergence(
        "free_cash_flow_while_alive", "Meta", "2027", "mean", target=0.1, ax=fresh()
    )
    row = results.estimates(
        "free_cash_flow_while_alive", issuer="Meta", period="2027", statistic="mean"
    )
    drawn = {line.get_label(): line.get_data() for line in ax.lines}
    paths, mean = drawn["Estimate"]
    assert paths[-1] == results.paths
    assert mean[-1] == pytest.approx(row["value"].iloc[0])
    band = ax.collections[0].get_paths()[0].vertices
    last = band[band[:, 0] == results.paths][:, 1]
    expected = row[["ci_low", "ci_high"]].iloc[0]
    np.testing.assert_allclose([last.min(), last.max()], expected, rtol=1e-9)
    assert "Target: ± 0.1" in drawn


def test_convergence_needs_nets_and_a_row(made_up: Results) -> None:
    ax = made_up.plot.convergence("funding_failure", "Cumulus", "2028Q4", ax=fresh())
    assert ax.lines[0].get_xdata()[0] == 4 * PATHS / NETS
    with pytest.raises(ValueError, match="'2031Q1': no such period of funding_failure; did you"):
        made_up.plot.convergence("funding_failure", "Cumulus", "2031Q1")
    plain = changed(made_up, run={"sampler": "plain"})
    with pytest.raises(ValueError, match="paths of this run are independent; it has no nets"):
        plain.plot.convergence("funding_failure", "Cumulus", "2028Q4")


def test_runs_are_laid_over_each_other(made_up: Results) -> None:
    short = synthetic(ISSUERS[1:], quarters=4, failing=0.2)
    runs = {"Base": made_up, "Short": short}
    ax = Overlays(runs).failure("Cumulus", fresh())
    base, other = ax.lines
    expected = 100.0 * values(made_up, "funding_failure", "Cumulus", "probability")
    np.testing.assert_allclose(base.get_ydata(), np.repeat(expected, 2))
    assert other.get_xdata()[-1] == 3.5  # it ends with its own horizon
    assert base.get_linestyle() != other.get_linestyle()
    ax = Overlays(runs).free_cash_flow("Aster", fresh())
    assert "no Aster in Short" in texts(ax).replace("\n", " ")
    ax = Overlays(runs).market("utilisation", fresh())
    assert [len(line.get_xdata()) for line in ax.lines] == [10] * 3 + [4] * 3


def test_runs_that_cannot_be_laid_over_each_other(made_up: Results) -> None:
    with pytest.raises(ValueError, match="'Dust': no such issuer; give one of Aster, Bor"):
        Overlays({"Base": made_up}).failure("Dust")
    crowd = {str(number): made_up for number in range(6)}
    with pytest.raises(ValueError, match="runs: 6 cannot be told apart; give 1 to 5"):
        Overlays(crowd).market()
    with pytest.raises(ValueError, match="'spread': no such metric of the market; give one of"):
        Overlays({"Base": made_up}).market("spread")


def test_results_plot_has_every_plot(made_up: Results) -> None:
    plot = made_up.plot
    assert plot.fan("Aster", by="year", ax=fresh()).containers
    for ax in (
        plot.causes(fresh()),
        plot.joint_failures(fresh()),
        plot.conditional_failures(fresh()),
        plot.regimes(fresh()),
        plot.group_profit(fresh()),
        plot.market(ax=fresh()),
        plot.exceedance("free_cash_flow_while_alive", "Aster", 2028, fresh()),
        plot.convergence("funding_failure", "Aster", "2028Q4", ax=fresh()),
    ):
        assert ax.has_data()
    with pytest.raises(ValueError, match="no such metric of the market; did you mean"):
        plot.market("utilization")
    with pytest.raises(
        ValueError, match="'Astr': no such issuer with free_cash_flow_while_alive; did"
    ):
        plot.exceedance("free_cash_flow_while_alive", "Astr", 2028)
    with pytest.raises(
        ValueError, match="'2031': no such period of free_cash_flow_while_alive; give one"
    ):
        plot.exceedance("free_cash_flow_while_alive", "Aster", 2031)
    with pytest.raises(ValueError, match="'failure': no such metric"):
        plot.convergence("failure")


def test_failures_stand_out_in_red(made_up: Results) -> None:
    """What is unmet has a colour of its own."""
    with patch(REPLAY, replayed):
        ax = made_up.plot.waterfall("Aster", "2026Q3", 0, fresh())
    colours = [patch.get_facecolor() for patch in ax.patches]
    assert colours[-1] == to_rgba(RED)
    assert to_rgba(BLUE) in colours


@pytest.mark.parametrize(
    ("chance", "text"), [(0.9988, "99.8"), (0.8, "80"), (0.0512, "5.1"), (0.0005, "0.05")]
)
def test_a_conditional_chance_is_never_rounded_to_none_or_all(chance: float, text: str) -> None:
    told = Estimate("probability", chance, 1e-4, chance - 2e-4, chance + 2e-4, 100_000)
    assert _whole(told) == text


def test_a_bound_of_a_whole_number_has_no_point() -> None:
    few = Estimate("probability", 0.004, 0.001, 0.001, 0.0097, 1000)
    assert _at_most(few) == "<1"
