"""Plans: what is refused, and the chunks that every worker count shares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capexrisk.kernel.block import BLOCK
from capexrisk.run.plan import CHUNK_PATHS, MOST_PATHS, RunPlan


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"paths": 0}, "paths: 0 is out of range; give 1 to 1000000000000"),
        ({"paths": -5}, "paths: -5 is out of range; give 1 to 1000000000000"),
        ({"paths": 10**13}, "paths: 10000000000000 is out of range; give 1 to 1000000000000"),
        ({"seed": -1}, "seed: -1 is out of range; give 0 to 2**64 - 1"),
        ({"seed": 2**64}, f"seed: {2**64} is out of range; give 0 to 2**64 - 1"),
        ({"jobs": 0}, "jobs: 0 is no number of workers; give 1 to 10000, or -1"),
        ({"jobs": -2}, "jobs: -2 is no number of workers; give 1 to 10000, or -1"),
        ({"jobs": 10**6}, "jobs: 1000000 is no number of workers; give 1 to 10000, or -1"),
        (
            {"backend": "dask"},
            "backend: 'dask' is unknown; give one of threading, loky, sequential",
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
        {"paths": MOST_PATHS},
        {"seed": 2**64 - 1},
        {"jobs": 1},
        {"jobs": 10_000},
        {"jobs": -1},
        {"backend": None},
        {"backend": "threading"},
        {"backend": "loky"},
        {"backend": "sequential"},
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
def test_chunks_are_all_paths_once_and_in_order(paths):
    chunks = list(RunPlan(paths=paths, seed=0).chunks())
    assert [chunk.number for chunk in chunks] == list(range(len(chunks)))
    ends = [chunk.first_path + chunk.paths for chunk in chunks]
    assert [chunk.first_path for chunk in chunks] == [0, *ends[:-1]]
    assert ends[-1] == paths
    assert all(chunk.paths == CHUNK_PATHS for chunk in chunks[:-1])
    assert 1 <= chunks[-1].paths <= CHUNK_PATHS
    # The kernel starts a chunk at the beginning of a block only.
    assert all(chunk.first_path % BLOCK == 0 for chunk in chunks)


def test_chunks_know_nothing_of_workers_or_seed():
    plans = [
        RunPlan(paths=100_000, seed=seed, jobs=jobs, backend=backend)
        for seed, jobs, backend in [(0, -1, None), (9, 1, "sequential"), (3, 64, "loky")]
    ]
    lists = [list(plan.chunks()) for plan in plans]
    assert lists[0] == lists[1] == lists[2]


def test_the_longest_run_s_chunks_come_one_by_one():
    """61 million chunks: never a list."""
    chunks = RunPlan(paths=MOST_PATHS, seed=0).chunks()
    assert next(chunks) == (0, 0, CHUNK_PATHS)
    assert next(chunks) == (1, CHUNK_PATHS, CHUNK_PATHS)
