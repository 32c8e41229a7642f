"""A run over the inputs is a function of scenario, seed and points: nothing else has a say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from capexrisk.archive.checkpoint import checkpoint_in
from capexrisk.archive.job import Job
from capexrisk.archive.results import load_results
from capexrisk.archive.verify import verify
from capexrisk.errors import ArgumentError, KernelFault, ResumeMismatch
from capexrisk.estimate.conditional import ConditionalEstimates
from capexrisk.estimate.names import resolve
from capexrisk.kernel.simulate import simulate_chunk
from capexrisk.lowering import with_parameters
from capexrisk.run.chunks import all_draws_of
from capexrisk.run.execute import Hooks, execute
from capexrisk.run.plan import REPLICATES, RunPlan
from capexrisk.scenario import load_scenario
from capexrisk.study.simulation import simulate, simulate_job
from capexrisk.study.two_levels import inputs_of, simulate_points
from tests.unit.scenarios import small_scenario
from tests.unit.uncertain import GROUPS, uncertain

SEED, OUTER, INNER = 9, 64, 128
RUN = {"paths": 4_096, "seed": SEED, "outer": OUTER, "inner": INNER}


def job(outer: int = OUTER, inner: int = INNER, **how) -> Job:
    plan = RunPlan(paths=4_096, seed=SEED, outer=outer, inner=inner, **how)
    found = Job(scenario=uncertain(), plan=plan).over_inputs
    assert found is not None
    return found


def totals_of(asked: Job):
    return execute(asked.lowered, asked.plan)


@pytest.fixture(scope="module")
def expected():
    return inputs_of(simulate_points(job(jobs=1, backend="sequential")))


@pytest.mark.parametrize("how", [{"jobs": 2}, {"jobs": 2, "backend": "loky"}], ids=str)
def test_workers_change_no_bit(expected, how):
    found = inputs_of(simulate_points(job(**how)))
    assert found.table.equals(expected.table)
    assert found.chunks.equals(expected.chunks)


def test_more_points_begin_with_the_same_points():
    few, many = totals_of(job()), totals_of(job(4 * OUTER))
    for replicate in range(REPLICATES):
        begin = few.outer_points(replicate)
        for name, values in many.outer_points(replicate).arrays():
            np.testing.assert_array_equal(values[: len(begin.paths)], getattr(begin, name))


@pytest.mark.slow
def test_a_longer_run_reuses_the_chunks_of_a_shorter_one(tmp_path):
    # 64 points of 128 paths fill a chunk of each net.
    options = {**RUN, "outer": REPLICATES * 64, "checkpoint": tmp_path / "kept"}
    simulate(uncertain(), **options)
    longer = {**options, "outer": REPLICATES * 128}
    resumed = simulate(uncertain(), **longer)
    again = simulate(uncertain(), **{**longer, "checkpoint": None})
    assert resumed.inputs.table.equals(again.inputs.table)
    assert resumed.inputs.record.outer == REPLICATES * 128


def test_a_run_that_was_interrupted_is_resumed_to_the_bit(tmp_path):
    options = {**RUN, "outer": REPLICATES * 64}

    class Stop(Exception):
        pass

    def stop(done: int) -> None:
        if done > 20 * 8_192:
            raise Stop

    whole = simulate(uncertain(), **options)
    asked = Job(scenario=uncertain(), plan=RunPlan(**options))
    with pytest.raises(Stop), checkpoint_in(tmp_path / "kept", asked) as kept:
        simulate_job(asked, Hooks(keeper=kept), Hooks(None, stop, kept.over_inputs))
    with checkpoint_in(tmp_path / "kept", asked) as kept:
        resumed = simulate_job(asked, Hooks(keeper=kept), Hooks(keeper=kept.over_inputs))
        assert kept.over_inputs.restored >= 20 * 8_192
    assert resumed.inputs.table.equals(whole.inputs.table)
    assert resumed.summary.equals(whole.summary)


def test_other_ranges_are_another_run(tmp_path):
    simulate(uncertain(), **RUN, checkpoint=tmp_path)
    wider = {**GROUPS, "demand": {**GROUPS["demand"], "sigma": 0.5}}
    with pytest.raises(ResumeMismatch, match="uncertainty"):
        simulate(uncertain(groups=wider), **RUN, checkpoint=tmp_path)


def test_the_inputs_as_they_stand_are_answered_as_before():
    with_inputs = simulate(uncertain(), **RUN)
    without = simulate(small_scenario(), paths=4_096, seed=SEED)
    assert with_inputs.summary.equals(without.summary)
    assert without.inputs is None


def test_a_point_is_a_run_of_its_scenario():
    """The k-th stretch of two nets, with the scenario's numbers: what a plain chunk would give."""
    asked = job(inner=1024)
    outer, base = all_draws_of(asked.lowered, asked.plan), asked.lowered
    conditional = ConditionalEstimates(totals_of(asked), base)
    replicate, point = 7, 1
    (here,) = with_parameters(
        base,
        outer.parameters(outer.numbers(replicate, point, 1)[0]),
        outer.scenario.start_quarter,
    )
    rows = [base.layout.first["fcf_year"], base.layout.first["outside_funding"]]
    for half, found in zip(
        next(outer.halves(replicate, point, 1)), ("first", "second"), strict=True
    ):
        _, kept = simulate_chunk(
            here.market, here.schedule, base.layout, source=half.source, paths=half.paths, keep=rows
        )
        label = base.years[0]
        for column, text in enumerate((f"free_cash_flow/Amazon/{label}", "outside_funding/system")):
            name = resolve(text, base)
            value = getattr(conditional[name], found)[replicate, point]
            assert value == pytest.approx(kept[:, column].mean(), rel=1e-12)
            median = getattr(conditional[name._replace(statistic="p50")], found)[replicate, point]
            assert median == pytest.approx(np.median(kept[:, column]), rel=1e-12)


def test_short_halves_have_no_quantiles():
    """They have a bias that both halves share."""
    asked = job()
    conditional = ConditionalEstimates(totals_of(asked), asked.lowered)
    assert {name.statistic for name in conditional} == {"mean", "probability"}


def test_all_paths_are_those_of_the_points():
    found = totals_of(job())
    for replicate in range(REPLICATES):
        points = found.outer_points(replicate)
        assert points.paths.sum() == found.paths[replicate] == OUTER // REPLICATES * INNER
        np.testing.assert_array_equal(points.counts.sum(axis=0), found.counts[replicate])
        means = points.sums.sum(axis=0) / found.paths[replicate]
        np.testing.assert_allclose(means, found.mean[replicate], rtol=1e-12)
        cells = found.histogram[replicate].sum(axis=1)
        assert (cells == found.paths[replicate]).all()


def test_it_is_written_read_and_verified(tmp_path):
    results = simulate(uncertain(), **RUN)
    results.write(tmp_path)
    again = load_results(tmp_path)
    assert again.inputs.table.equals(results.inputs.table)
    assert again.inputs.record == results.inputs.record
    assert verify(again, sample=None).equal
    name = "free_cash_flow/Amazon/2027"
    low, high = (again.inputs.estimate(name, end) for end in ("p25", "p75"))
    assert low.ci_low <= low.value <= low.ci_high < high.ci_low <= high.value <= high.ci_high


def test_a_chunk_over_the_inputs_that_differs_is_found():
    results = simulate(uncertain(), **RUN)
    chunks = results.inputs.chunks.copy()
    chunks.loc[5, "checksum"] ^= 1
    results = replace(results, inputs=replace(results.inputs, chunks=chunks))
    found = verify(results, sample=None)
    assert [entry.replicate for entry in found.differing] == [5]


def test_inputs_without_ranges_are_said():
    with pytest.raises(ArgumentError, match="no input of small has a distribution"):
        simulate(small_scenario(), paths=100, outer=32)


def test_points_that_contradict_themselves_are_counted_and_named():
    path = "issuers.Oracle.fall_leverage"
    share = {"inputs": (path,), "how": "multiply", "law": "normal", "sd": 0.2}
    scenario = uncertain(load_scenario("configs/hyperscalers-2026.toml"), {"grade": share})
    with pytest.raises(KernelFault, match=r"points of the inputs are refused, .*Oracle.fall_lev"):
        simulate(scenario, **RUN)
