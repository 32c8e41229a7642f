"""How time grows with size."""

from __future__ import annotations

from collections.abc import Sequence


def power_law(x: Sequence[float], y: Sequence[float]) -> dict[str, float]:
    """Exponent of y ~ x**exponent by least squares of the logarithms, with its standard error."""
    from numpy import log
    from scipy.stats import linregress

    fit = linregress(log(x), log(y))
    return {"exponent": float(fit.slope), "standard_error": float(fit.stderr), "points": len(x)}
