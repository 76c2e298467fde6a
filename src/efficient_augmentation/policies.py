"""Policies: from scores to the order in which points are augmented (paper, section 3)."""

from typing import NamedTuple

import numpy as np

# They are formed in logarithms: a softmax over large scores would overflow.
LOG_WEIGHTS = {
    "baseline": np.zeros_like,
    "random_proportional": np.log,
    "random_inverse_proportional": lambda s: -np.log(s),
    "random_softmax_proportional": lambda s: s,
    "random_inverse_softmax_proportional": np.reciprocal,
}
"""Log-probabilities, up to a constant, with which a random policy draws points by |score|."""
_SORT_KEYS = {
    "deterministic_proportional": lambda s: s,
    "deterministic_inverse_proportional": lambda s: -s,
}

# Subsets drawn afresh at every budget by a k-DPP, with its kernel weighted by the scores or not.
_DIVERSE = ("dpp_weighted", "dpp_raw")
_BLIND = ("baseline", "dpp_raw")

BASES = (*LOG_WEIGHTS, *_SORT_KEYS, *_DIVERSE)
MODIFIERS = ("update", "downweight")

PAPER_PANEL = (
    "baseline",
    "random_proportional",
    "random_proportional_update",
    "random_proportional_downweight",
    "random_proportional_update_downweight",
    "random_inverse_proportional",
    "deterministic_proportional",
    "deterministic_proportional_update",
    "deterministic_proportional_downweight",
    "deterministic_inverse_proportional",
    "deterministic_inverse_proportional_update",
)
"""The policies of the paper's figures."""


class Policy(NamedTuple):
    """A policy's name taken apart.

    Attributes:
      name: the full name, as in curves.csv.
      base: the rule that orders points, one of `BASES`.
      update: whether scores are recomputed under the current fit at every budget.
      downweight: whether a chosen point shares its weight with its augmented rows.
    """

    name: str
    base: str
    update: bool
    downweight: bool

    @property
    def random(self):
        """Whether two rounds of the policy differ."""
        return self.base not in _SORT_KEYS

    @property
    def diverse(self):
        """Whether it draws a subset by a k-DPP at every budget, instead of following an order."""
        return self.base in _DIVERSE

    @property
    def blind(self):
        """Whether it does not look at scores."""
        return self.base in _BLIND


def parse(name):
    """Take a policy's name apart.

    Args:
      name: a name of `BASES`, followed by `_update`, `_downweight` or both in that order. A k-DPP
        cannot be updated: it draws a new subset at every budget as it is.
    Returns: Policy.
    Raises: ValueError that lists the names that exist.
    """
    base, downweight = _strip(name, "_downweight")
    base, update = _strip(base, "_update")
    if base not in BASES or (base in _DIVERSE and update):
        raise ValueError(
            f"unknown policy {name!r}; a policy is one of {', '.join(BASES)}, "
            "with _update and/or _downweight appended in that order"
        )
    return Policy(name, base, update, downweight)


def order(policy, scores, rng, clusters=None):
    """Order in which a policy augments points.

    A random policy draws points one by one without replacement, with probabilities proportional
    to the weights of those that are left. Sorting log-weights plus Gumbel noise gives the same
    distribution (the Gumbel-max trick), and unlike sequential draws the order does not change
    when scores differ in their last digits. Where clusters are given, every cluster is ordered by
    itself and points are taken round-robin over the clusters, which take their turns in random
    order: one cluster is the policy itself, a cluster for every point the baseline.

    Args:
      policy: a name that `parse` takes, but for a k-DPP's; modifiers do not affect one order.
      scores: (n,), of any sign; magnitudes count. A zero gets the smallest positive magnitude,
        1e-20 at most.
      rng: numpy Generator. Every policy draws the same n numbers from it, so that policies given
        equal generators are paired.
      clusters: (n,) integer labels, or None.
    Returns: (n,) permutation of 0..n-1, most wanted first.
    Raises: ValueError if scores or clusters have a wrong shape or are not finite, or the policy
      has no order.
    Cost: O(n log n).
    Source: Kuchnik and Smith 2019, section 3 and appendix; Gumbel-top-k: Vieira 2014.
    """
    base = parse(policy).base
    if base in _DIVERSE:
        raise ValueError(f"policy {policy!r} draws subsets; it has no order")
    magnitude = magnitudes(scores)
    noise = rng.gumbel(size=magnitude.size)
    if base in _SORT_KEYS:
        ranking = np.argsort(-_SORT_KEYS[base](magnitude), kind="stable")
    else:
        # Where weights span more than a float64 holds, adding noise changes nothing; the noise as
        # second key then still breaks ties at random.
        with np.errstate(over="ignore"):
            key = LOG_WEIGHTS[base](magnitude)
        ranking = np.lexsort((-noise, -(key + noise)))
    return ranking if clusters is None else _round_robin(ranking, clusters, rng)


def _strip(name, suffix):
    return name.removesuffix(suffix), name.endswith(suffix)


def magnitudes(scores):
    """What policies see of scores: |score|, (n,) float64, zeros replaced as `order` says.

    Raises: ValueError if scores have a wrong shape or are not finite.
    """
    magnitude = np.abs(np.asarray(scores, dtype=np.float64))
    if magnitude.ndim != 1 or not magnitude.size:
        raise ValueError(f"scores must have shape (n,), n >= 1, not {magnitude.shape}")
    if not np.isfinite(magnitude).all():
        bad = int(np.flatnonzero(~np.isfinite(magnitude))[0])
        raise ValueError(f"scores must be finite; point {bad} has {magnitude[bad]}")
    zero = magnitude == 0
    magnitude[zero] = magnitude[~zero].min(initial=1e-20)
    return magnitude


def _round_robin(ranking, clusters, rng):
    clusters = np.asarray(clusters)
    if clusters.shape != ranking.shape:
        raise ValueError(f"clusters must have shape {ranking.shape}, not {clusters.shape}")
    if clusters.dtype.kind not in "iu":
        raise ValueError(f"clusters must be integer labels, not {clusters.dtype}")
    found, labels = np.unique(clusters, return_inverse=True)
    labels = rng.permutation(len(found))[labels][ranking]
    by_cluster = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[by_cluster], labels[by_cluster])
    turn = np.empty_like(by_cluster)
    turn[by_cluster] = np.arange(ranking.size) - starts
    return ranking[np.lexsort((labels, turn))]
