"""Coresets: orders of points in which the first ones represent all of them, without any score.

Every function orders all n points; its first b points are its choice of b. Among equally good
points the one with the lower index comes first. If every class has its own order, these are merged
so that every prefix of the result holds the classes in proportion.
"""

import heapq
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from efficient_augmentation.policies import dpp


class Points(NamedTuple):
    """What an order can depend on.

    Attributes:
      features: (n, d), finite.
      labels: (n,), 0..k-1.
      residuals: (n, k), see `of_head.residuals`; None if there is no fit.
      scores: (n,), see `dpp.kernel`.
    """

    features: np.ndarray
    labels: np.ndarray
    residuals: np.ndarray | None
    scores: np.ndarray


def order(
    base: str,
    features: np.ndarray,
    labels: np.ndarray,
    residuals: np.ndarray | None,
    scores: np.ndarray,
) -> np.ndarray:
    """Order of a coreset policy, by its name.

    Args:
      base: a key of `ORDERS`.
      features, labels, residuals, scores: as in `Points`.
    Returns: (n,) permutation of 0..n-1.
    Raises: ValueError for a wrong shape, value or name.
    """
    if base not in ORDERS:
        raise ValueError(f"no coreset policy {base!r}")
    return ORDERS[base](Points(features, labels, residuals, scores))


def k_center_greedy(features: np.ndarray) -> np.ndarray:
    """Farthest-first order: each next point is the one farthest from those before it.

    The first point is the one nearest to the mean of all, so that nothing is random. The largest
    distance of any point to the nearest of the first b is at most twice the smallest that any b
    points can achieve.

    Args:
      features: (n, d), finite.
    Returns: (n,) permutation of 0..n-1.
    Raises: ValueError for a wrong shape or value.
    Cost: O(n^2 d).
    Source: Gonzalez 1985; for training points Sener and Savarese 2018, algorithm 1.
    """
    X, _ = _checked(features, np.zeros(len(features), int))
    X = X - X.mean(axis=0)
    gram = X @ X.T
    squares = np.diagonal(gram)
    order = np.empty(len(X), np.int64)
    order[0] = np.argmin(squares)
    nearest = np.full(len(X), np.inf)
    for t in range(1, len(X)):
        # Below any distance, whatever the rounding, so that no point is taken twice.
        nearest[order[t - 1]] = -np.inf
        distance = squares + squares[order[t - 1]] - 2 * gram[order[t - 1]]
        np.minimum(nearest, distance, out=nearest)
        order[t] = np.argmax(nearest)
    return order


def herding(features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Order of which every prefix has a mean near that of all points, class by class.

    Args:
      features: (n, d), finite.
      labels: (n,), 0..k-1.
    Returns: (n,) permutation of 0..n-1.
    Raises: ValueError for a wrong shape or value.
    Cost: O(n^2 d).
    Source: Welling 2009; Rebuffi et al. 2017 (iCaRL), algorithm 4, which takes each point once, as
      here.
    """
    X, y = _checked(features, labels)
    return _by_class(y, lambda rows: _herd(X[rows] - X[rows].mean(axis=0)))


def facility_location(
    residuals: np.ndarray | None, features: np.ndarray, labels: np.ndarray
) -> np.ndarray:
    """Greedy order of points whose gradients represent the gradients of all, class by class.

    In each class the next point is the one that increases sum_i max_{j chosen} s_ij most. The
    similarity s_ij is the largest distance in the class minus |g_i - g_j|, where g = r kron [x, 1]
    is the gradient of a point's loss under the head. The greedy choice of b points reaches at least
    1 - 1/e of the best sum that any b points of the class reach.

    Args:
      residuals: (n, k), p - e_y of every point, see `of_head.residuals`.
      features: (n, d), finite.
      labels: (n,), 0..k-1.
    Returns: (n,) permutation of 0..n-1.
    Raises: ValueError for a wrong shape or value.
    Cost: O(n^2 (d + k)), then that of `lazy_greedy`, which evaluates few gains again per choice.
    Source: Yang, Mirzasoleiman et al. 2022 (Data-Efficient Augmentation), section 4; Mirzasoleiman
      et al. 2020 (CRAIG); lazy greedy: Minoux 1978.
    """
    residuals, X, y = _gradients(residuals, features, labels)
    return _by_class(y, lambda rows: lazy_greedy(_similarity(residuals[rows], X[rows])))


def cluster_sizes(
    chosen: np.ndarray, residuals: np.ndarray | None, features: np.ndarray, labels: np.ndarray
) -> np.ndarray:
    """Number of points of its class that each chosen point represents, itself included.

    A point is represented by the chosen point of its class with the nearest gradient; among equally
    near ones, by the one with the lower index.

    Args:
      chosen: (n,) bool.
      residuals, features, labels: as in `facility_location`.
    Returns: (n,) int64, 0 where not chosen; the sum is n if every class has a chosen point.
    Raises: ValueError for a wrong shape or value.
    Cost: O(n b d) for b chosen points.
    Source: as `facility_location`: the weights of the coreset.
    """
    residuals, X, y = _gradients(residuals, features, labels)
    sizes = np.zeros(len(y), np.int64)
    for label in np.unique(y):
        rows, centres = np.flatnonzero(y == label), np.flatnonzero((y == label) & chosen)
        if len(centres):
            distance = _distances(residuals, X, rows, centres)
            # A chosen point always represents itself, even if an equal one is chosen too.
            distance[chosen[rows], np.arange(len(centres))] = -1.0
            sizes += np.bincount(centres[distance.argmin(axis=1)], minlength=len(y))
    return sizes


def lazy_greedy(similarity: np.ndarray) -> np.ndarray:
    """Greedy maximisation of facility location, sum_i max_{j chosen} s_ij, to the last point.

    Gains only shrink as points are chosen (submodularity), so a gain that was computed earlier
    bounds the current one, and a point whose current gain exceeds all bounds is the greedy choice.

    Args:
      similarity: (n, n), >= 0; entry (i, j) says how well j represents i.
    Returns: (n,) permutation of 0..n-1, the order of the plain greedy algorithm.
    Raises: ValueError for a wrong shape or value.
    Cost: O(n^2) at first, then O(n) for each gain evaluated again.
    Source: Minoux 1978.
    """
    similarity = np.asarray(similarity, np.float64)
    n = len(similarity)
    if similarity.shape != (n, n) or not n or not (similarity >= 0).all():
        raise ValueError(f"similarity must be (n, n) and >= 0 everywhere, not {similarity.shape}")
    columns = np.ascontiguousarray(similarity.T)
    best = np.zeros(n)
    bounds = [(-gain, j) for j, gain in enumerate(columns.sum(axis=1).tolist())]
    heapq.heapify(bounds)
    order = []
    while len(bounds) > 1:
        j = bounds[0][1]
        gain = float(np.maximum(columns[j] - best, 0.0).sum())
        heapq.heapreplace(bounds, (-gain, j))
        if bounds[0][1] == j:
            heapq.heappop(bounds)
            np.maximum(best, columns[j], out=best)
            order.append(j)
    return np.array([*order, bounds[0][1]])


def _herd(centred: np.ndarray) -> np.ndarray:
    """Order of one class's points, centred at their mean."""
    gram = centred @ centred.T
    squares = np.diagonal(gram)
    left, order = np.zeros(len(gram)), np.empty(len(gram), np.int64)
    # A candidate x costs |sum of the chosen + x|^2, without the term that all candidates share; the
    # cost of a chosen point is infinite.
    products = np.zeros(len(gram))
    for t in range(len(gram)):
        order[t] = np.argmin(squares + 2 * products + left)
        products += gram[order[t]]
        left[order[t]] = np.inf
    return order


def _by_class(labels: np.ndarray, order_of: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Orders of all classes merged: points t = 0, 1, ... of c are placed at (t + 1/2) / c."""
    parts, places = [], []
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        parts.append(rows[order_of(rows)])
        places.append((np.arange(len(rows)) + 0.5) / len(rows))
    return np.concatenate(parts)[np.argsort(np.concatenate(places), kind="stable")]


def _gradients(
    residuals: np.ndarray | None, features: np.ndarray, labels: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    X, y = _checked(features, labels)
    residuals = np.asarray(residuals, np.float64)
    if residuals.ndim != 2 or len(residuals) != len(X) or not np.isfinite(residuals).all():
        raise ValueError(
            f"residuals must be finite, of shape ({len(X)}, classes), not {residuals.shape}"
        )
    return residuals, np.concatenate([X, np.ones((len(X), 1))], axis=1), y


def _similarity(residuals: np.ndarray, X: np.ndarray) -> np.ndarray:
    rows = np.arange(len(X))
    distance = _distances(residuals, X, rows, rows)
    return distance.max() - distance


def _distances(
    residuals: np.ndarray, X: np.ndarray, rows: np.ndarray, centres: np.ndarray
) -> np.ndarray:
    """|g_i - g_j|, (rows, centres), by (a kron b)' (c kron d) = (a'c) (b'd)."""
    squares = (residuals**2).sum(axis=1) * (X**2).sum(axis=1)
    inner = (residuals[rows] @ residuals[centres].T) * (X[rows] @ X[centres].T)
    distance = np.sqrt(np.maximum(squares[rows, None] + squares[centres] - 2 * inner, 0.0))
    distance[rows[:, None] == centres] = 0.0
    return distance


def _checked(features: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Features as float64 and labels as integers; raises a ValueError that says what is wrong."""
    X, y = np.asarray(features, np.float64), np.asarray(labels)
    if X.ndim != 2 or y.shape != (len(X),):
        raise ValueError(
            f"features and labels must have shapes (n, d) and (n,), not {X.shape} and {y.shape}"
        )
    if not (finite := np.isfinite(X).all(axis=1)).all():
        row = int(np.argmin(finite))
        raise ValueError(f"features must be finite; row {row} holds NaN or infinity")
    return X, y.astype(np.int64)


def _facility_location(points: Points) -> np.ndarray:
    return facility_location(points.residuals, points.features, points.labels)


ORDERS: dict[str, Callable[[Points], np.ndarray]] = {
    "dpp_map_weighted": lambda p: dpp.greedy_map(dpp.kernel(p.features, p.scores)),
    "dpp_map_raw": lambda p: dpp.greedy_map(dpp.kernel(p.features)),
    "k_center_greedy": lambda p: k_center_greedy(p.features),
    "herding": lambda p: herding(p.features, p.labels),
    "facility_location": _facility_location,
    "facility_location_weighted": _facility_location,
}
"""The order of each coreset policy, by its name."""
