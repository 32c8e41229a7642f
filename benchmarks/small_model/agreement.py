"""The small model against the engine, path by path: the engine's own draws through the function.

python -m benchmarks.small_model.agreement
"""

from __future__ import annotations

import numpy as np

from benchmarks.small_model.small_model import NUMBERS, SmallModel, Year
from benchmarks.small_model.small_scenario import QUARTERS, small_case, small_scenario
from capexrisk.kernel import issuer_rows, market_rows
from capexrisk.kernel.block import BLOCK
from capexrisk.kernel.simulate import trace_block
from capexrisk.kernel.sources import independent_source
from capexrisk.lowering import lower
from capexrisk.model.vocabulary import TIERS

TOLERANCE = 1e-9  # of $1bn or of the free cash flow, whichever is larger


def engine_paths(paths: int, seed: int) -> tuple[np.ndarray, Year]:
    """The three shocks of the engine's first paths, (3, paths), and what it made of them."""
    scenario = lower(small_scenario())
    layout = scenario.layout
    firm = market_rows.SIZE
    shocks = (
        firm + issuer_rows.Z_GROWTH,
        firm + issuer_rows.Z_CAPEX_GROWTH,
        market_rows.Z_YIELD,
    )
    cut, failure = (layout.first["tiers"] + TIERS.index(tier) for tier in ("F3", "F4"))
    drawn, blocks = [], []
    for first_path in range(0, paths, BLOCK):
        states, outcomes = trace_block(
            scenario.market,
            scenario.schedule,
            layout,
            source=independent_source(seed, first_path),
        )
        drawn.append([states[0, row : row + BLOCK] for row in shocks])
        blocks.append(
            (
                outcomes[layout.first["fcf_year"]].copy(),
                outcomes[cut] < QUARTERS,  # a date; after the last quarter: never
                outcomes[failure] < QUARTERS,
            )
        )
    years = Year(*(np.concatenate(parts)[:paths] for parts in zip(*blocks, strict=True)))
    return np.concatenate(drawn, axis=1)[:, :paths], years


def largest_difference(paths: int = 100_000, seed: int = 1) -> float:
    """Largest difference of a path's free cash flow, relative above $1bn.

    Raises
    ------
    AssertionError
        If it passes `TOLERANCE`, or if a path is cut or fails in one of the two only.
    """
    z, engine = engine_paths(paths, seed)
    model = SmallModel(small_case())
    ours = model(*z)
    difference = np.abs(ours.fcf - engine.fcf) / np.maximum(np.abs(engine.fcf), 1.0)
    assert difference.max() < TOLERANCE, difference.max()
    assert (ours.capex_cut == engine.capex_cut).all()
    assert (ours.failed == engine.failed).all()
    assert engine.capex_cut.any() and engine.failed.any()
    # The same function over single numbers, as tools that take one sample at a time call it.
    for path in range(min(paths, 1_000)):
        single = model(*(float(shock) for shock in z[:, path]), ops=NUMBERS)
        assert abs(single.fcf - ours.fcf[path]) < TOLERANCE * max(1.0, abs(single.fcf))
        assert single[1:] == (ours.capex_cut[path], ours.failed[path])
    return float(difference.max())


def main() -> None:
    paths = 100_000
    print(f"{paths:,} paths of the engine: FCF differs by at most {largest_difference(paths):.1e},")
    print("capex cuts and failures are the same on every path")


if __name__ == "__main__":
    main()
