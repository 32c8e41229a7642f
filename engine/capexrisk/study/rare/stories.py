"""Typical stories of failing paths: clusters of what market and issuers went through.

Shocks themselves do not cluster: most of hundreds of draws are noise on any path. Their effects do:
spread, utilisation and demand of the market, cash flow and capex of the issuers, quarter by
quarter, each in units of its spread over all failing paths. Ward's method (1963) joins paths; the
number of clusters is the one of two to five with the largest mean silhouette (Rousseeuw, 1987).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import cdist, pdist, squareform

from capexrisk.study.rare.limit_state import Floats, Integers
from capexrisk.study.rare.states import States

CHOSEN_PATHS = 600  # of equal weight, to be clustered
NUMBERS = range(2, 6)
LEAST_MEMBERS = 8  # of a story: fewer are not typical
FEATURES_OF_ISSUER = ("operating_cash_flow", "capex")


class Stories(NamedTuple):
    """Clusters of paths.

    Attributes
    ----------
    chosen : ndarray, shape (chosen,)
        Numbers of the failing paths that were drawn by their weights.
    story : ndarray, shape (chosen,)
        The story of each, from 0: the commonest.
    medoids : ndarray, shape (stories,)
        Numbers of the failing paths nearest to all others of each story.
    features : ndarray, shape (chosen, features)
    centres : ndarray, shape (stories, features)
        Features of the medoids.
    silhouette : float
        Mean silhouette, -1 to 1: below about 0.25 the stories shade into each other.
    """

    chosen: Integers
    story: Integers
    medoids: Integers
    features: Floats
    centres: Floats
    silhouette: float


def tell_stories(states: States, weights: Floats, random: np.random.Generator) -> Stories:
    """Cluster failing paths.

    Parameters
    ----------
    states : States
        Of the failing paths.
    weights : ndarray, shape (paths,)
    random : Generator
        Which draws paths of equal weight, systematically.
    """
    chosen = resample(weights, CHOSEN_PATHS, random)
    features = features_of(states)[chosen]
    spread = features.std(axis=0)
    scaled = features / np.where(spread > 0.0, spread, 1.0) / np.sqrt(features.shape[1])
    apart = squareform(pdist(scaled))
    tree = linkage(scaled, "ward")
    cuts = [fcluster(tree, number, "maxclust") for number in NUMBERS]
    cuts = [cut for cut in cuts if np.bincount(cut)[1:].min() >= LEAST_MEMBERS] or cuts[:1]
    silhouettes = [silhouette(apart, cut) for cut in cuts]
    best = int(np.argmax(silhouettes))
    names, counts = np.unique(cuts[best], return_counts=True)
    names = names[np.argsort(-counts, kind="stable")]
    story = np.argmax(cuts[best][:, None] == names, axis=1)
    middles = []
    for number in range(names.size):
        members = np.flatnonzero(story == number)
        within = apart[np.ix_(members, members)].sum(axis=1)
        middles.append(int(members[np.argmin(within)]))
    return Stories(chosen, story, chosen[middles], features, features[middles], silhouettes[best])


def resample(weights: Floats, number: int, random: np.random.Generator) -> Integers:
    """Draw paths by their weights, systematically: each about its weight times `number` times."""
    steps = (np.arange(number) + random.random()) / number
    cumulative = np.cumsum(weights) / weights.sum()
    return np.minimum(np.searchsorted(cumulative, steps), weights.size - 1).astype(np.int64)


def features_of(states: States) -> Floats:
    """What tells stories apart, (paths, features); amounts of a failed issuer stay as they were."""
    market = states.market
    columns = [np.log(market["market_spread"]), market["utilisation"], np.log(market["demand"])]
    for (name, _), amounts in states.issuer.items():
        if name in FEATURES_OF_ISSUER:
            columns.append(_carried_on(amounts))
    return np.concatenate(columns, axis=1)


def _carried_on(amounts: Floats) -> Floats:
    known = np.where(np.isnan(amounts), 0, np.arange(amounts.shape[1]))
    last = np.maximum.accumulate(known, axis=1)
    carried: Floats = np.take_along_axis(amounts, last, axis=1)
    return carried


def silhouette(apart: Floats, labels: Integers) -> float:
    """Mean silhouette of clusters, from distances (paths, paths)."""
    members = labels[:, None] == np.unique(labels)
    sizes = members.sum(axis=0)
    sums = apart @ members
    own = sums[members] / np.maximum(sizes[np.argmax(members, axis=1)] - 1, 1)
    others = np.where(members, np.inf, sums / sizes).min(axis=1)
    return float(((others - own) / np.maximum(np.maximum(own, others), 1e-300)).mean())


def agreement(first: Stories, second: Stories) -> float:
    """How far two tellings put the same paths together: the adjusted Rand index, 1 for always.

    The paths of each are given to the nearest medoid of the other, and the index of both is
    averaged (L. Hubert and P. Arabie, 1985). It is 0 where they agree by chance only.
    """
    both = []
    for own, other in ((first, second), (second, first)):
        spread = own.features.std(axis=0)
        scale = np.where(spread > 0.0, spread, 1.0)
        nearest = cdist(own.features / scale, other.centres / scale).argmin(axis=1)
        both.append(adjusted_rand(own.story, nearest))
    return float(np.mean(both))


def adjusted_rand(first: Integers, second: Integers) -> float:
    """Adjusted Rand index of two partitions."""
    table = np.zeros((first.max() + 1, second.max() + 1))
    np.add.at(table, (first, second), 1.0)

    def pairs(counts: Floats) -> float:
        return float((counts * (counts - 1.0) / 2.0).sum())

    together = pairs(table)
    rows, columns = pairs(table.sum(axis=1)), pairs(table.sum(axis=0))
    expected = rows * columns / pairs(np.array([float(first.size)]))
    most = (rows + columns) / 2.0
    return 1.0 if most == expected else (together - expected) / (most - expected)
