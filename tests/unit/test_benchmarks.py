"""What the benchmarks compare with the engine: that they can, never how fast anything is."""

from __future__ import annotations

import pytest

from benchmarks.peers import contract, engine_peer, twin_peer
from benchmarks.peers.figures import worst_disagreement
from benchmarks.scenarios import of_size
from benchmarks.small_model.agreement import largest_difference

PATHS = 2_000


def test_the_engine_and_the_twin_keep_the_contract():
    case = contract.contract_case()
    engine, twin = (
        peer.prepare(case)(PATHS, seed) for seed, peer in enumerate((engine_peer, twin_peer))
    )
    assert list(twin) == [*contract.amounts(case), *contract.events(case)]
    _, distance = worst_disagreement(engine, twin)
    assert distance < 5.0  # combined standard errors, the worst of hundreds


def test_the_small_model_is_the_engine_path_by_path():
    assert largest_difference(PATHS) < 1e-9


@pytest.mark.parametrize(
    "size", [{"issuers": 2}, {"issuers": 8}, {"quarters": 4}, {"quarters": 20}]
)
def test_scenarios_of_other_sizes_are_made(size):
    scenario = of_size(**size)
    assert len(scenario.issuers) == size.get("issuers", 6)
    assert scenario.quarters == size.get("quarters", 12)
