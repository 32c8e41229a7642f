"""Identities that any implementation's result must satisfy, path by path."""

from __future__ import annotations

import numpy as np

from tests.oracle.twin_base import CHANNELS


def waterfall_imbalance(
    result: dict[str, np.ndarray], opening_cash: np.ndarray | None = None
) -> np.ndarray:
    """Sources less uses of cash less the change of cash, which must be 0.

    Parameters
    ----------
    result : dict of str to numpy.ndarray
        Result of `tests.oracle.twin.simulate` or of anything with the same arrays.
    opening_cash : numpy.ndarray, optional
        Cash of each issuer before the first quarter. Without it the first quarter cannot be
        checked and is left out.

    Returns
    -------
    numpy.ndarray
        Imbalance in $bn over (issuer, quarter, path), from the second quarter on where
        `opening_cash` is not given.
    """
    # Finance leases are no cash: they pay for their part of capex at source.
    own_funded_capex = result["capex"] - result["finance_leases"]
    funding = sum(result[name] for name in CHANNELS if name != "finance_leases")
    sources = result["ocf"] + funding + result["unmet"]
    uses = (
        own_funded_capex
        + result["dividends_paid"]
        + result["buyback"]
        + result["investments"]
        + result["due"]
        + result["revolver_repaid"]
    )
    change = np.diff(result["cash"], axis=1)
    if opening_cash is None:
        return (sources - uses)[:, 1:] - change
    first = result["cash"][:, :1] - np.asarray(opening_cash, dtype=float)[:, None, None]
    return sources - uses - np.concatenate([first, change], axis=1)
