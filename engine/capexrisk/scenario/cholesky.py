"""Cholesky's root without LAPACK, whose last bits depend on the processor that it finds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["cholesky"]


def cholesky(matrix: NDArray[np.float64]) -> NDArray[Any]:
    """The lower triangular root L of positive definite matrices, L Lᵀ = matrix.

    Each entry is a sum in one order, whatever vectors a processor has.

    Parameters
    ----------
    matrix : ndarray, shape (..., n, n)

    Raises
    ------
    numpy.linalg.LinAlgError
        If one is not positive definite.
    """
    root = np.zeros_like(matrix)
    for j in range(matrix.shape[-1]):
        column = matrix[..., j:, j].copy()
        for k in range(j):
            column -= root[..., j:, k] * root[..., j, k, np.newaxis]
        if not (column[..., 0] > 0.0).all():
            raise np.linalg.LinAlgError("Matrix is not positive definite")
        root[..., j:, j] = column / np.sqrt(column[..., :1])
    return root
