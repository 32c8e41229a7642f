"""Plans: what is refused, and the chunks that every worker count shares."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capexrisk.kernel import points
from capexrisk.kernel.block import BLOCK
from capexrisk.kernel.points import path_number
from capexrisk.run.plan import (
    CHUNK_PATHS,
    CHUNK_POINTS,
    MOST_PATHS,
    MOST_POINTS,
    REPLICATES,
    RunPlan,
)

MOST_SOBOL = 2**36


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"paths": 0}, "paths: 0 is out of range; give 1 to 1,000,000,000,000"),
        ({"paths": -5}, "paths: -5 is out of range; give 1 to 1,000,000,000,000"),
        ({"paths": 10**13}, "paths: 10000000000000 is out of range; give 1 to 1,000,000,000,000"),
        ({"seed": -1}, "seed: -1 is out of range; give 0 to 2**64 - 1"),
        ({"seed": 2**64}, f"seed: {2**64} is out of range; give 0 to 2**64 - 1"),
        ({"jobs": 0}, "jobs: 0 is out of range; give 1 to 10,000, or -1 for all cores"),
        ({"jobs": -2}, "jobs: -2 is out of range; give 1 to 10,000, or -1 for all cores"),
        ({"jobs": 10**6}, "jobs: 1000000 is out of range; give 1 to 10,000, or -1 for all cores"),
        (
            {"backend": "ray"},
            "backend: 'ray' is unknown; give one of threading, loky, sequential, dask",
        ),
        ({"sampler": "halton"}, "sampler: 'halton' is unknown; give one of sobol, plain"),
        ({"sampler": None}, "sampler: None is unknown; give one of sobol, plain"),
        (
            {"paths": MOST_SOBOL + 1},
            (
                "paths: 68,719,476,737 is more than the 68,719,476,736 of the sobol sampler; "
                "take the plain sampler"
            ),
        ),
    ],
    ids=lambda case: "" if isinstance(case, str) else repr(case),
)
def test_refused(wrong, said):
    with pytest.raises(ValueError) as caught:
        RunPlan(**{"paths": 1, "seed": 0, **wrong})
    assert str(caught.value) == said


@pytest.mark.parametrize(
    "right",
    [
        {"paths": 1},
        {"paths": MOST_SOBOL},
        {"paths": MOST_PATHS, "sampler": "plain"},
        {"sampler": "sobol"},
        {"seed": 2**64 - 1},
        {"jobs": 1},
        {"jobs": 10_000},
        {"jobs": -1},
        {"backend": None},
        {"backend": "threading"},
        {"backend": "loky"},
        {"backend": "sequential"},
        {"backend": "dask", "scheduler": "tcp://127.0.0.1:8786"},
    ],
    ids=repr,
)
def test_accepted(right):
    plan = RunPlan(**{"paths": 5, "seed": 0, **right})
    assert all(getattr(plan, key) == value for key, value in right.items())


def test_a_plan_is_frozen():
    with pytest.raises(AttributeError):
        RunPlan(paths=1, seed=0).paths = 2  # type: ignore[misc]


@given(paths=st.integers(1, 3_000_000))
def test_chunks_of_independent_paths_are_all_paths_once_and_in_order(paths):
    plan = RunPlan(paths=paths, seed=0, sampler="plain")
    chunks = list(plan.chunks())
    assert [chunk.number for chunk in chunks] == list(range(len(chunks)))
    assert [chunk.replicate for chunk in chunks] == [n % REPLICATES for n in range(len(chunks))]
    ends = [chunk.first_path + chunk.paths for chunk in chunks]
    assert [chunk.first_path for chunk in chunks] == [0, *ends[:-1]]
    assert ends[-1] == plan.run_paths == paths
    assert all(chunk.paths == CHUNK_PATHS for chunk in chunks[:-1])
    assert 1 <= chunks[-1].paths <= CHUNK_PATHS
    # The kernel starts a chunk at the beginning of a block only.
    assert all(chunk.first_path % BLOCK == 0 for chunk in chunks)


@given(paths=st.integers(1, 3_000_000))
def test_chunks_of_nets_are_all_points_of_each_once_and_in_order(paths):
    plan = RunPlan(paths=paths, seed=0)
    chunks = list(plan.chunks())
    assert [chunk.number for chunk in chunks] == list(range(len(chunks)))
    for r in range(REPLICATES):
        own = [chunk for chunk in chunks if chunk.replicate == r]
        ends = [chunk.first_path + chunk.paths for chunk in own]
        assert [chunk.first_path for chunk in own] == [path_number(r, 0), *ends[:-1]]
        assert ends[-1] == path_number(r, plan.points)
    # Nets are of equal size at every multiple of their number.
    assert [chunk.replicate for chunk in chunks] == list(range(REPLICATES)) * (
        len(chunks) // REPLICATES
    )
    assert {chunk.paths for chunk in chunks} == {min(plan.points, CHUNK_POINTS)}
    assert all(chunk.first_path % BLOCK == 0 for chunk in chunks)


@given(paths=st.integers(1, MOST_SOBOL))
def test_paths_are_rounded_up_to_the_next_whole_nets(paths):
    """32 times a power of two: the least that is not below what is asked for."""
    plan = RunPlan(paths=paths, seed=0)
    assert REPLICATES == 32
    assert plan.points.bit_count() == 1 and plan.run_paths == 32 * plan.points
    assert plan.run_paths >= paths == plan.paths
    assert plan.points == 1 or plan.run_paths // 2 < paths


@pytest.mark.parametrize("m", [0, 1, 5, 13, 14, 31])
def test_whole_nets_stay_what_they_are(m):
    whole = 32 * 2**m
    assert RunPlan(paths=whole, seed=0).run_paths == whole
    if whole < MOST_SOBOL:
        assert RunPlan(paths=whole + 1, seed=0).run_paths == 2 * whole


def test_every_net_has_an_address_and_a_histogram():
    """Replicates and points that the kernel can number, and counts of 32 bits."""
    assert REPLICATES <= points.REPLICATES
    assert MOST_POINTS <= 2**points.DIGITS and MOST_POINTS < 2**32


@pytest.mark.parametrize("sampler", ["sobol", "plain"])
@pytest.mark.parametrize(("few", "many"), [(262_144, 1_000_000), (524_288, 3_000_000)])
def test_a_longer_run_begins_with_the_chunks_of_a_shorter_one(sampler, few, many):
    """From a chunk a net on, or of whole chunks: then none is cut short."""
    short, long = (
        list(RunPlan(paths=paths, seed=0, sampler=sampler).chunks()) for paths in (few, many)
    )
    assert len(short) < len(long) and long[: len(short)] == short


@pytest.mark.parametrize("sampler", ["sobol", "plain"])
def test_chunks_know_nothing_of_workers_or_seed(sampler):
    plans = [
        RunPlan(paths=100_000, seed=seed, sampler=sampler, jobs=jobs, backend=backend)
        for seed, jobs, backend in [(0, -1, None), (9, 1, "sequential"), (3, 64, "loky")]
    ]
    lists = [list(plan.chunks()) for plan in plans]
    assert lists[0] == lists[1] == lists[2]


def test_the_longest_runs_chunks_come_one_by_one():
    """61 and 8 million chunks: never a list."""
    plain = RunPlan(paths=MOST_PATHS, seed=0, sampler="plain").chunks()
    assert list(islice(plain, 2)) == [
        (0, 0, 0, CHUNK_PATHS),
        (1, 1, CHUNK_PATHS, CHUNK_PATHS),
    ]
    nets = RunPlan(paths=MOST_SOBOL, seed=0).chunks()
    assert list(islice(nets, 2)) == [
        (0, 0, 0, CHUNK_POINTS),
        (1, 1, path_number(1, 0), CHUNK_POINTS),
    ]
