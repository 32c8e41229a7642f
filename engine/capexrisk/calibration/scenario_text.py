"""Estimates as a part of a scenario's file: inputs with evidence, groups of ``[uncertainty]``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from capexrisk.scenario.files.paths import write_path
from capexrisk.scenario.files.writing import write_line, write_value

__all__ = ["comment", "group_text", "input_text", "joint_law", "rounded"]

DIGITS = 4


def rounded(value: float, digits: int = DIGITS) -> float:
    """A number to a few significant digits.

    >>> rounded(0.0123456), rounded(-2.0), rounded(0.0)
    (0.01235, -2.0, 0.0)
    """
    return float(f"{value:.{digits}g}")


def input_text(key: str, value: object, evidence: str) -> str:
    """Two lines: an input, and its evidence."""
    return "\n".join(write_line(key, value, evidence))


def joint_law(law: str, covariance: NDArray[np.float64]) -> str:
    """Keys of a joint law of draws that are added (normal) or multiply (lognormal)."""
    how = "add" if law == "normal" else "multiply"
    symmetric = (covariance + covariance.T) / 2.0
    rows = "".join(
        f"    {write_value([rounded(float(v), 6) for v in row])},\n" for row in symmetric
    )
    return f'how = "{how}"\nlaw = "{law}"\ncovariance = [\n{rows}]\n'


def group_text(name: str, inputs: Sequence[str], law: str, evidence: str) -> str:
    """A group of inputs; `law` has the lines of its keys, as `joint_law` writes them."""
    listed = "".join(f"    {write_value(one)},\n" for one in inputs)
    return (
        f"[{write_path(('uncertainty', 'groups', name))}]\n"
        f"inputs = [\n{listed}]\n"
        f"{law}"
        f"evidence = {write_value(evidence)}"
    )


def comment(sentences: Iterable[str]) -> str:
    """Sentences behind #, a line each; TOML bears no control characters there."""
    return "\n".join(
        f"# {''.join(c if c.isprintable() else '?' for c in one)}" for one in sentences
    )
