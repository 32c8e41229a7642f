"""Random draws for the twin alone, from a NumPy generator."""

from __future__ import annotations

import numpy as np

PATH_NORMALS = ("saturation", "speed", "yield")
PATH_ISSUER_NORMALS = ("core_growth", "capex_growth_issuer")
MARKET_NORMALS = (
    "e_spread",
    "e_demand",
    "e_capex",
    "e_macro",
    "e_linked",
    "jump_size",
    "mixing",
)
MARKET_UNIFORMS = ("u_jump", "u_regime", "u_shock", "u_shock_size", "u_anchor")
ISSUER_NORMALS = ("core_revenue", "cash_flow", "capex", "spread")


def random_draws(case: dict, paths: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw everything one call of the twin needs.

    Parameters
    ----------
    case : dict
        The scenario; only its number of quarters and of issuers matter here.
    paths : int
        Number of paths.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    dict of str to numpy.ndarray
        Independent standard normals, and uniforms on (0, 1], in the shapes that
        `tests.oracle.twin.simulate` expects.
    """
    quarters, issuers = case["quarters"], len(case["issuers"])
    draws = {name: rng.standard_normal(paths) for name in PATH_NORMALS}
    for name in PATH_ISSUER_NORMALS:
        draws[name] = rng.standard_normal((issuers, paths))
    for name in MARKET_NORMALS:
        draws[name] = rng.standard_normal((quarters, paths))
    for name in MARKET_UNIFORMS:
        # The generator is uniform on [0, 1); the model takes logarithms and wants (0, 1].
        draws[name] = 1.0 - rng.random((quarters, paths))
    for name in ISSUER_NORMALS:
        draws[name] = rng.standard_normal((quarters, issuers, paths))
    return draws
