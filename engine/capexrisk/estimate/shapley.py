"""Shapley values: what each of several mechanisms adds, on the average over all orders.

A coalition is a set of mechanisms that act; v(S) is the chance of an event where those of S act and
all others are off. The Shapley value of i (L. S. Shapley, Contributions to the Theory of Games II,
1953) is the mean over all k! orders of

    v(those before i, and i) - v(those before i).

It is the only division of v(all) - v(none) that is additive in v, treats alike what acts alike and
gives nothing to what never changes v. Along each order the differences telescope, so any set of
orders divides the whole without a rest; orders drawn at random estimate it without bias (J. Castro,
D. Gómez and J. Tejada, Computers & Operations Research 36, 2009).

Gains depend most of all on the place in the order, so each order is drawn with its rotations: in
all k of them every mechanism stands in every place once. Each rotation comes with its reverse,
which costs almost nothing. The mechanisms lie on a circle, those that a rotation has switched on
are an arc of it, and those that its reverse has are an arc of the same circle: 2 k orders walk over
k (k - 1) + 2 coalitions.

A coalition is a whole number: bit i is 1 where mechanism i acts.
"""

from __future__ import annotations

from math import comb

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

__all__ = ["draw_orders", "over_all", "over_orders", "walks"]


def over_all(values: Floats) -> Floats:
    """Shapley values from the value of every coalition.

    Parameters
    ----------
    values : ndarray, shape (2**k, ...)

    Returns
    -------
    ndarray, shape (k, ...)
    """
    k = len(values).bit_length() - 1
    coalitions = np.arange(len(values))
    sizes = np.array([int(coalition).bit_count() for coalition in coalitions])
    weights = np.array([1.0 / (k * comb(k - 1, size)) for size in range(k)])
    found = []
    for i in range(k):
        lacking = coalitions[coalitions >> i & 1 == 0]
        gains = values[lacking | 1 << i] - values[lacking]
        found.append(np.tensordot(weights[sizes[lacking]], gains, axes=1))
    return np.array(found)


def draw_orders(k: int, orders: int, replicates: int, seed: int) -> Integers:
    """Draw orders of k mechanisms: rotations and their reverses, others for each replicate.

    Parameters
    ----------
    k : int
    orders : int
        An even number for each replicate; the multiples of 2 k have whole circles alone, which have
        the smallest errors for their number.
    replicates : int
    seed : int
        0 to 2**64 - 1.

    Returns
    -------
    ndarray, shape (replicates, orders, k)
        The second half of a replicate's orders are the reverses of the first.
    """
    if orders < 2 or orders % 2:
        raise ValueError(f"{orders} orders are no pairs; give an even number")
    half, place = orders // 2, np.arange(k)
    generator = np.random.Generator(np.random.Philox(seed))
    whole, rest = divmod(half, k)
    drawn = np.broadcast_to(place, (replicates, whole + (rest > 0), k))
    circles = generator.permuted(drawn, axis=-1)
    evenly = np.arange(rest) * k // max(rest, 1)  # turns of a circle that is not taken whole
    turned = [circles[:, :whole, (place[:, None] + place) % k].reshape(replicates, -1, k)]
    turned += [circles[:, c, (evenly[:, None] + place) % k] for c in range(whole, circles.shape[1])]
    rotations = np.concatenate(turned, axis=1)
    found: Integers = np.concatenate([rotations, rotations[..., ::-1]], axis=1)
    return found


def walks(orders: Integers) -> Integers:
    """Coalitions along orders, from none to all.

    Parameters
    ----------
    orders : ndarray, shape (..., k)

    Returns
    -------
    ndarray, shape (..., k + 1)
    """
    none = np.zeros((*orders.shape[:-1], 1), dtype=np.int64)
    joined: Integers = np.concatenate([none, np.cumsum(1 << orders, axis=-1)], axis=-1)
    return joined


def over_orders(values: Floats, orders: Integers) -> Floats:
    """Shapley values from orders: exact where these are all k!, else without bias.

    Parameters
    ----------
    values : ndarray, shape (2**k, ...)
        Values of the coalitions; only those along the orders are read.
    orders : ndarray, shape (orders, k)

    Returns
    -------
    ndarray, shape (k, ...)
        They sum to v(all) - v(none).
    """
    along = values[walks(orders)]
    gains = np.diff(along, axis=1)
    found = np.empty((orders.shape[1], *values.shape[1:]))
    for i in range(orders.shape[1]):
        found[i] = gains[orders == i].mean(axis=0)
    return found
