"""Orders of points by their scores, drawn at random or sorted (paper, section 3)."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from efficient_augmentation.names import policies

LOG_WEIGHTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "baseline": np.zeros_like,
    "random_proportional": np.log,
    "random_inverse_proportional": lambda s: -np.log(s),
    "random_softmax_proportional": lambda s: s,
    "random_inverse_softmax_proportional": np.reciprocal,
}
"""Log-probabilities, up to a constant, of a random policy's points, as functions of |score|.

They are logarithms because a softmax over large scores would overflow."""
SORT_KEYS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "deterministic_proportional": lambda s: s,
    "deterministic_inverse_proportional": lambda s: -s,
}
"""The key by which a sorted policy sorts points, as a function of |score|; the largest is first."""


def order(
    policy: str, scores: ArrayLike, rng: np.random.Generator, clusters: ArrayLike | None = None
) -> np.ndarray:
    """Order in which a policy augments points.

    A random policy draws points one by one without replacement, with probabilities proportional
    to the weights of the remaining points. Sorting log-weights plus Gumbel noise gives the same
    distribution (the Gumbel-max trick); unlike sequential draws, the order does not change if
    scores differ in their last digits. With clusters, each cluster is ordered separately, and
    points are taken round-robin over the clusters, whose own order is random. One cluster gives
    the policy itself; one cluster per point gives the baseline.

    Args:
      policy: a name that `names.policies.parse` accepts, except k-DPPs and coresets; modifiers do
        not affect a single order.
      scores: (n,), of any sign; magnitudes count. A zero gets the smallest positive magnitude,
        1e-20 at most.
      rng: numpy Generator. Every policy draws the same n numbers from it, so that policies with
        equal generators are paired.
      clusters: (n,) integer labels, or None.
    Returns: (n,) permutation of 0..n-1, in the order of augmentation.
    Raises: ValueError if scores or clusters have a wrong shape or are not finite, or the policy
      does not order points by scores.
    Cost: O(n log n).
    Source: Kuchnik and Smith 2019, section 3 and appendix; Gumbel-top-k: Vieira 2014.
    """
    if reason := policies.unordered(policy):
        raise ValueError(f"policy {policy!r} {reason}")
    magnitude = magnitudes(scores)
    noise = rng.gumbel(size=magnitude.size)
    key = log_weights(policy, magnitude)
    if key is None:
        wanted = SORT_KEYS[policies.parse(policy).base](magnitude)
        ranking = np.argsort(-wanted, kind="stable")
    else:
        # Noise that is added to huge weights can vanish by rounding. The noise is therefore also
        # the second key, which breaks ties at random.
        ranking = np.lexsort((-noise, -(key + noise)))
    return ranking if clusters is None else round_robin(ranking, clusters, rng)


def log_weights(policy: str, magnitude: np.ndarray) -> np.ndarray | None:
    """Log-probabilities of being drawn first, up to a constant; None if nothing is drawn.

    Args:
      policy: a name that `order` accepts.
      magnitude: (n,), as `magnitudes` returns them.
    Returns: (n,) float64, infinite where a weight exceeds the range of float64, or None.
    """
    parsed = policies.parse(policy)
    if parsed.exponent is not None:
        return parsed.exponent * np.log(magnitude)
    if parsed.base not in LOG_WEIGHTS:
        return None
    with np.errstate(over="ignore"):
        return LOG_WEIGHTS[parsed.base](magnitude)


def magnitudes(scores: ArrayLike) -> np.ndarray:
    """|scores| as policies use them: a zero gets the smallest positive magnitude, 1e-20 at most.

    Args:
      scores: (n,), of any sign.
    Returns: (n,) float64, > 0.
    Raises: ValueError for a wrong shape, or if a score is not finite.
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


def round_robin(ranking: np.ndarray, clusters: ArrayLike, rng: np.random.Generator) -> np.ndarray:
    """The points of an order, taken from the clusters in turn; the clusters' order is random.

    Args:
      ranking: (n,) permutation of 0..n-1.
      clusters: (n,) integer labels.
      rng: numpy Generator.
    Returns: (n,) permutation of 0..n-1; points of one cluster keep their order in `ranking`.
    Raises: ValueError if clusters have another shape or are not integers.
    """
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
