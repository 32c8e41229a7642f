"""A group's law in words."""

from __future__ import annotations

from typing import Final

from capexrisk.scenario.uncertainty import Group

__all__ = ["law_in_words"]

HOW: Final = {"add": "added", "multiply": "multiplies", "set": "takes the place"}


def law_in_words(group: Group) -> str:
    """Law, how it moves the inputs, and whether each has a draw of its own.

    Examples
    --------
    >>> law_in_words(
    ...     Group(inputs=("market.tax",), how="add", law="normal", sd=0.02, evidence="assumed: x")
    ... )
    'normal, mean 0, sd 0.02; added'
    """
    each = "; each its own" if group.each else ""
    return f"{_law(group)}; {HOW[group.how]}{each}"


def _law(group: Group) -> str:
    if group.covariance is not None:
        return f"{group.law}, covariance of {len(group.covariance)}"
    match group.law:
        case "normal":
            return f"normal, mean {group.centre:g}, sd {group.sd:g}"
        case "lognormal":
            return f"lognormal, median {group.centre:g}, sigma {group.sigma:g}"
        case "uniform":
            return f"uniform, {group.low:g} to {group.high:g}"
        case "triangular" | "pert":
            name = "PERT" if group.law == "pert" else group.law
            return f"{name}, {group.low:g} to {group.high:g}, likeliest {group.mode:g}"
        case "quantiles":
            return f"P5 {group.p5:g}, P50 {group.p50:g}, P95 {group.p95:g}"
        case "sample":
            values = group.values or ()
            return f"sample of {len(values)}, {min(values):g} to {max(values):g}"
