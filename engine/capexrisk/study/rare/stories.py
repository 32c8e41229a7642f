"""Typical stories of failing paths: clusters of what market and issuers went through.

Shocks themselves do not cluster: most of hundreds of draws are noise on any path. Their effects do:
spread, utilisation and demand of the market, cash flow and capex of the issuers, quarter by
quarter, each in units of its spread over all failing paths. Ward's method (1963) joins paths of
equal weight and k-means settles the borders; the number of clusters is the one of two to five with
the largest mean silhouette (Rousseeuw, 1987). A story is then all failing paths that are nearest to
the mean of its cluster, so that its share is a sum of weights.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy  # whose parts load where they are used: a report reads answers and computes none

from capexrisk.study.rare.limit_state import Floats, Integers
from capexrisk.study.rare.states import States

CHOSEN_PATHS = 1_200  # of equal weight, to be clustered
SETTLING = 50  # rounds of k-means
NUMBERS = range(2, 6)
LEAST_MEMBERS = 8  # of a story: fewer are not typical
FEATURES_OF_ISSUER = ("operating_cash_flow", "capex")


class Stories(NamedTuple):
    """Failing paths by what happened on them.

    Attributes
    ----------
    story : ndarray, shape (paths,)
        The story of each failing path, from 0: the one with the largest weight.
    medoids : ndarray, shape (stories,)
        Numbers of the paths that are nearest to all others of their story.
    means, scale : ndarray, shape (stories, features) and (features,)
        Of the features; a path belongs to the nearest mean.
    chosen : ndarray, shape (chosen, features)
        Features of failing paths of equal weight.
    silhouette : float
        Mean silhouette, -1 to 1: below about 0.25 the stories shade into each other.
    """

    story: Integers
    medoids: Integers
    means: Floats
    scale: Floats
    chosen: Floats
    silhouette: float

    def of(self, features: Floats) -> Integers:
        """The story that each path belongs to, from its features (paths, features)."""
        return _nearest(features, self.means, self.scale)


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
    every = features_of(states)
    chosen = resample(weights, CHOSEN_PATHS, random)
    features = every[chosen]
    spread = features.std(axis=0)
    scale = np.where(spread > 0.0, spread, 1.0) * np.sqrt(features.shape[1])
    scaled = features / scale
    hierarchy, distance = scipy.cluster.hierarchy, scipy.spatial.distance
    apart = distance.squareform(distance.pdist(scaled))
    tree = hierarchy.linkage(scaled, "ward")
    cuts = [_settled(scaled, hierarchy.fcluster(tree, number, "maxclust")) for number in NUMBERS]
    cuts = [cut for cut in cuts if np.bincount(cut).min() >= LEAST_MEMBERS] or cuts[:1]
    silhouettes = [silhouette(apart, cut) for cut in cuts]
    best = int(np.argmax(silhouettes))
    means = np.array([features[cuts[best] == name].mean(axis=0) for name in np.unique(cuts[best])])
    share = np.bincount(_nearest(every, means, scale), weights, len(means))
    means = means[np.argsort(-share, kind="stable")]
    among = _nearest(features, means, scale)
    medoids = []
    for number in range(len(means)):
        members = np.flatnonzero(among == number)
        within = apart[np.ix_(members, members)].sum(axis=1)
        medoids.append(int(chosen[members[np.argmin(within)]]))
    story = _nearest(every, means, scale)
    return Stories(story, np.array(medoids), means, scale, features, silhouettes[best])


def _settled(points: Floats, labels: Integers) -> Integers:
    """Clusters by k-means from the means of others, numbered from 0."""
    means = np.array([points[labels == name].mean(axis=0) for name in np.unique(labels)])
    settled: Integers = scipy.cluster.vq.kmeans2(points, means, iter=SETTLING, minit="matrix")[
        1
    ].astype(np.int64)
    return settled


def _nearest(features: Floats, means: Floats, scale: Floats) -> Integers:
    nearest: Integers = scipy.spatial.distance.cdist(features / scale, means / scale).argmin(axis=1)
    return nearest


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

    The paths of each are given to the nearest means of both, and the index of both is averaged (L.
    Hubert and P. Arabie, 1985). It is 0 where they agree by chance only.
    """
    paths = (first.chosen, second.chosen)
    return float(np.mean([adjusted_rand(first.of(each), second.of(each)) for each in paths]))


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
