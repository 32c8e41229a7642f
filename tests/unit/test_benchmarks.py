"""What the benchmarks compare with the engine: that they can, never how fast anything is."""

from __future__ import annotations

import pytest

from benchmarks.core_profile import kernel_function, names_in
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


def test_a_mangled_name_tells_the_function_of_the_kernel():
    assert kernel_function("_ZN9capexrisk6kernel7funding4rungB2v1E5ArrayIdE") == ("funding", "rung")
    assert kernel_function("_ZN9capexrisk5model7funding4rungE") is None
    assert kernel_function("??") is None


def test_an_address_counts_for_the_outermost_loop_it_is_inlined_in():
    """As addr2line prints it: of each frame, innermost first, the function and the line."""
    listing = """0x0000000000000010
_ZN9capexrisk5model7funding5priceE
/x/model/funding.py:31
_ZN9capexrisk6kernel7funding4rungE
/x/kernel/funding.py:120
_ZN9capexrisk6kernel14issuer_quarter5raiseE
/x/kernel/issuer_quarter.py:88
_ZN9capexrisk6kernel8simulate9_simulateE
/x/kernel/simulate.py:200
0x0000000000000abc
_ZN9capexrisk6kernel8simulate9_simulateE
/x/kernel/simulate.py:201
0x0000000000000def
??
??:0
"""
    outside = "calls and what is prepared for them"
    assert names_in(listing) == ["issuer_quarter.raise", outside, outside]
