"""Policies: from scores to the order in which points are augmented (paper, section 3)."""

import re
from typing import NamedTuple

import numpy as np

# Log-probabilities, up to a constant, with which a random policy draws points by |score|.
# They are formed in logarithms: a softmax over large scores would overflow.
_LOG_WEIGHTS = {
    "baseline": np.zeros_like,
    "random_proportional": np.log,
    "random_inverse_proportional": lambda s: -np.log(s),
    "random_softmax_proportional": lambda s: s,
    "random_inverse_softmax_proportional": np.reciprocal,
}
_SORT_KEYS = {
    "deterministic_proportional": lambda s: s,
    "deterministic_inverse_proportional": lambda s: -s,
}

POWER = "random_power"
"""Rule of `random_power_A`: probability proportional to |score|^A, for a number A > 0."""

# Subsets drawn afresh at every budget by a k-DPP, with its kernel weighted by the scores or not.
_DIVERSE = ("dpp_weighted", "dpp_raw")
# Orders that follow from features, labels and the fit on the originals, see `coresets.order`.
_CORESETS = (
    "dpp_map_weighted",
    "dpp_map_raw",
    "k_center_greedy",
    "herding",
    "facility_location",
    "facility_location_weighted",
)
_SCORED = ("dpp_weighted", "dpp_map_weighted")  # of those two, the ones that look at scores

BASES = (*_LOG_WEIGHTS, *_SORT_KEYS, *_DIVERSE, *_CORESETS)
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
      base: the rule that orders points, one of `BASES` or `POWER`.
      update: whether scores are recomputed under the current fit at every budget.
      downweight: whether a chosen point shares its weight with its augmented rows.
      exponent: of |score|, for `POWER`; None for the others.
    """

    name: str
    base: str
    update: bool
    downweight: bool
    exponent: float | None = None

    @property
    def random(self):
        """Whether two rounds of the policy differ."""
        return self.base not in (*_SORT_KEYS, *_CORESETS)

    @property
    def diverse(self):
        """Whether it draws a subset by a k-DPP at every budget, instead of following an order."""
        return self.base in _DIVERSE

    @property
    def coreset(self):
        """Whether its order follows from features, by `coresets.order`."""
        return self.base in _CORESETS

    @property
    def weighted(self):
        """Whether augmented rows weigh as much as the points that theirs stands for."""
        return self.base == "facility_location_weighted"

    @property
    def blind(self):
        """Whether it does not look at scores."""
        return self.base == "baseline" or self.base in {*_DIVERSE, *_CORESETS} - {*_SCORED}


def parse(name):
    """Take a policy's name apart.

    Args:
      name: a name of `BASES`, or `random_power_A` with a number A > 0 in its shortest form,
        followed by `_update`, `_downweight` or both in that order. A k-DPP cannot be updated: it
        draws a new subset at every budget as it is. Nor can a coreset: its order does not follow
        from scores alone.
    Returns: Policy.
    Raises: ValueError that lists the names that exist.
    """
    base, downweight = _strip(name, "_downweight")
    base, update = _strip(base, "_update")
    if exponent := _exponent(base):
        return Policy(name, POWER, update, downweight, exponent)
    if base not in BASES or (update and base in (*_DIVERSE, *_CORESETS)):
        raise ValueError(
            f"unknown policy {name!r}; a policy is one of {', '.join(BASES)}, or {POWER}_A with a "
            f"number A > 0, as in {POWER}_0.5, with _update (but for dpp and the coresets after "
            "it) and/or _downweight appended in that order"
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
      policy: a name that `parse` takes, but for those of k-DPPs and coresets; modifiers do not
        affect one order.
      scores: (n,), of any sign; magnitudes count. A zero gets the smallest positive magnitude,
        1e-20 at most.
      rng: numpy Generator. Every policy draws the same n numbers from it, so that policies given
        equal generators are paired.
      clusters: (n,) integer labels, or None.
    Returns: (n,) permutation of 0..n-1, most wanted first.
    Raises: ValueError if scores or clusters have a wrong shape or are not finite, or the policy
      does not order points by scores.
    Cost: O(n log n).
    Source: Kuchnik and Smith 2019, section 3 and appendix; Gumbel-top-k: Vieira 2014.
    """
    if reason := unordered(policy):
        raise ValueError(f"policy {policy!r} {reason}")
    magnitude = magnitudes(scores)
    noise = rng.gumbel(size=magnitude.size)
    base = parse(policy).base
    if base in _SORT_KEYS:
        ranking = np.argsort(-_SORT_KEYS[base](magnitude), kind="stable")
    else:
        # Where weights span more than a float64 holds, adding noise changes nothing; the noise as
        # second key then still breaks ties at random.
        ranking = np.lexsort((-noise, -(log_weights(policy, magnitude) + noise)))
    return ranking if clusters is None else round_robin(ranking, clusters, rng)


def compared(names):
    """Whether there is uniform choice among policies, and another to set beside it."""
    return "baseline" in names and len(names) > 1


def unordered(policy):
    """Why a policy does not order points by scores alone, as the end of a sentence, or None."""
    parsed = parse(policy)
    if parsed.diverse:
        return "draws subsets; it has no order"
    return "orders points by their features; scores are not enough" if parsed.coreset else None


def log_weights(policy, magnitude):
    """Log-probabilities of being drawn first, up to a constant; None if nothing is drawn.

    Args:
      policy: a name that `order` takes.
      magnitude: (n,), as `magnitudes` returns them.
    Returns: (n,) float64, infinite where a weight is beyond what a float64 holds, or None.
    """
    policy = parse(policy)
    if policy.base == POWER:
        return policy.exponent * np.log(magnitude)
    if policy.base not in _LOG_WEIGHTS:
        return None
    with np.errstate(over="ignore"):
        return _LOG_WEIGHTS[policy.base](magnitude)


def _strip(name, suffix):
    return name.removesuffix(suffix), name.endswith(suffix)


def _exponent(base):
    """A of random_power_A, None for another name; one name for one number."""
    text = base.removeprefix(f"{POWER}_")
    if text == base or not re.fullmatch(r"\d+(\.\d+)?", text):
        return None
    return float(text) if f"{float(text):g}" == text else None


def magnitudes(scores):
    """|scores| as policies see them: a zero gets the smallest positive one, 1e-20 at most.

    Args:
      scores: (n,), of any sign.
    Returns: (n,) float64, > 0.
    Raises: ValueError for a wrong shape, or where a score is not finite.
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


def round_robin(ranking, clusters, rng):
    """An order's points in turn from every cluster; the clusters' turns are random.

    Args:
      ranking: (n,) permutation of 0..n-1.
      clusters: (n,) integer labels.
      rng: numpy Generator.
    Returns: (n,) permutation of 0..n-1; every cluster keeps its order of `ranking`.
    Raises: ValueError if clusters have another shape or are no integers.
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
