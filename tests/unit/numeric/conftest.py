"""Compiled loops over the scalar functions, which have no wrappers of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest

from capexrisk.numeric.jit import FASTMATH
from capexrisk.numeric.normal import middle_quantile, normal_quantile, tail_quantile
from capexrisk.numeric.vecmath import exp, log


def looped(function: Callable[..., Any]) -> Any:
    """A loop over an array, compiled with the options of the kernel."""

    @numba.njit(fastmath=FASTMATH, error_model="numpy")
    def loop(x, y):
        for p in range(x.size):
            y[p] = function(x[p])

    return loop


@pytest.fixture(scope="session")
def loops() -> dict[str, Any]:
    """Compiled loops by name."""
    return {
        "exp": looped(exp),
        "log": looped(log),
        "middle_quantile": looped(middle_quantile),
        "tail_quantile": looped(tail_quantile),
        "normal_quantile": looped(normal_quantile),
    }


@pytest.fixture(scope="session")
def compute(loops: dict[str, Any]) -> Callable[[str, Any], Any]:
    """compute(name, x): the function's values at the numbers x."""

    def values(name: str, x: Any) -> Any:
        x = np.atleast_1d(np.asarray(x, dtype=float))
        y = np.empty_like(x)
        loops[name](x, y)
        return y

    return values
