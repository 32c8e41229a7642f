"""The Gaussian copula over all draws: their correlations, and its triangular root."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import scipy  # whose parts load where they are used
from numpy.typing import NDArray

from capexrisk.errors import ScenarioError
from capexrisk.scenario.cholesky import cholesky
from capexrisk.scenario.files.paths import write_path
from capexrisk.scenario.market import SMALLEST_EIGENVALUE
from capexrisk.scenario.uncertainty import GroupCorrelation, Uncertainty

__all__ = ["Copula", "Member", "copula_of"]

Floats = NDArray[np.float64]

# Of a share, which is neither 0 nor 1; a beta quantile is no number below the least normal float.
LEAST, MOST = 2.0**-100, 1.0 - 2.0**-53


@dataclass(frozen=True)
class Member:
    """A draw, as correlations see it: its group, and the issuer whose input alone it moves."""

    group: str
    each: bool
    issuer: str | None


@dataclass(frozen=True, eq=False)
class Copula:
    """Correlated shares from independent ones; draws without correlations stay as they are.

    Attributes
    ----------
    correlated : tuple of int
        Draws that are correlated with another.
    root : ndarray, shape (correlated, correlated)
        Lower triangular root of their correlations.
    """

    correlated: tuple[int, ...]
    root: Floats

    def shares(self, uniforms: Floats) -> Floats:
        """Correlate.

        Parameters
        ----------
        uniforms : ndarray, shape (draws, points)
            In (0, 1), contiguous.

        Returns
        -------
        ndarray, shape (draws, points)
            A new one. A point's shares do not depend on how many there are: sums run over draws
            one by one, not through a matrix product, whose order depends on its size.
        """
        shares: Floats = np.clip(uniforms, LEAST, MOST)
        correlated = list(self.correlated)
        normal = scipy.special.ndtri(shares[correlated])
        totals = np.zeros_like(normal)
        for column, numbers in enumerate(normal):
            totals[column:] += self.root[column:, column, None] * numbers
        shares[correlated] = np.clip(scipy.special.ndtr(totals), LEAST, MOST)
        return shares


def copula_of(
    members: Sequence[Member], uncertainty: Uncertainty, covariances: Mapping[str, Floats], at: str
) -> Copula:
    """Copula of the draws.

    Parameters
    ----------
    members : sequence of Member
        One for each draw.
    uncertainty : Uncertainty
    covariances : mapping
        Covariance of each group that has one.
    at : str
        File or scenario, for messages.

    Raises
    ------
    ScenarioError
        If two groups have no draws to be correlated, or there is no such copula.
    """
    matrix = np.eye(len(members))
    of_group: dict[str, list[int]] = {}
    for draw, member in enumerate(members):
        of_group.setdefault(member.group, []).append(draw)
    for name, covariance in covariances.items():
        sd = np.sqrt(covariance.diagonal())
        matrix[np.ix_(of_group[name], of_group[name])] = covariance / np.outer(sd, sd)
    for index, one in enumerate(uncertainty.correlations):
        pairs = list(_pairs(one, members, of_group))
        if not pairs:
            raise ScenarioError(
                f"{at}: {write_path(('uncertainty', 'correlations', index))}",
                f"{one.groups[0]!r} and {one.groups[1]!r} move inputs of no issuer in common",
                'give draw = "one" to one of them',
            )
        for first, second in pairs:
            matrix[first, second] = matrix[second, first] = one.correlation
    np.fill_diagonal(matrix, 1.0)
    smallest = float(np.linalg.eigvalsh(matrix)[0])
    if smallest < SMALLEST_EIGENVALUE:
        raise ScenarioError(
            f"{at}: uncertainty.correlations",
            f"not positive definite, their smallest eigenvalue is {smallest:.3g}",
            "move the correlations towards 0",
        )
    off_diagonal = np.count_nonzero(matrix, axis=1) > 1
    correlated = tuple(int(draw) for draw in np.flatnonzero(off_diagonal))
    root = cholesky(matrix[np.ix_(correlated, correlated)])
    return Copula(correlated, root.astype(np.float64))


def _pairs(
    one: GroupCorrelation, members: Sequence[Member], of_group: Mapping[str, list[int]]
) -> Iterator[tuple[int, int]]:
    """Draws of two groups that are correlated: all, or between two "each" an issuer's own."""
    for first, second in product(*(of_group[name] for name in one.groups)):
        a, b = members[first], members[second]
        if not (a.each and b.each) or (a.issuer is not None and a.issuer == b.issuer):
            yield first, second
