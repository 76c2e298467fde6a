"""Shapley values of training points for a nearest-neighbour classifier, exactly.

The utility of a set S of training points for one validation point is the share of its K nearest
neighbours in S that have its label,

    u(S) = (number of the min(K, |S|) nearest points of S with its label) / K ,

and the value of a training point is its marginal utility, averaged over all orders in which the
points can be added. Let the N points be sorted by distance, 1 the nearest, and let m_i be 1 if the
i-th has the label, else 0. Then the values are, from the farthest point inwards,

    s_N = m_N min(K, N) / (K N) ,    s_i = s_{i+1} + (m_i - m_{i+1}) min(K, i) / (K i) .
"""

import numpy as np

from efficient_augmentation.heads import softmax

NEIGHBOURS = 5
_BLOCK_BYTES = 2**26


def score(X: np.ndarray, y: np.ndarray, neighbours: int = NEIGHBOURS) -> np.ndarray:
    """How much more a training point is worth than the least valuable one.

    Shapley values can be negative, and mislabelled points have the lowest. Policies use magnitudes,
    so the lowest value is subtracted: then the largest magnitude is the highest value.

    Args, Raises, Cost: as `leave_one_out`.
    Returns: (n,) float64, >= 0.
    """
    values = leave_one_out(X, y, neighbours)
    return values - values.min()


def leave_one_out(X: np.ndarray, y: np.ndarray, neighbours: int = NEIGHBOURS) -> np.ndarray:
    """Shapley values of the training points for each other, without any test point.

    Every point in turn is the validation point for all others. The value of a point is its mean
    over the n - 1 others.

    Args:
      X: features, (n, d), finite, n >= 2.
      y: labels, (n,), 0..k-1.
      neighbours: K of the classifier, >= 1.
    Returns: (n,) float64 within -1..1.
    Raises: ValueError for a wrong shape or value.
    Cost: O(n^2 (d + log n)); memory for a few blocks of 64 MiB.
    Source: Jia et al. 2019, "Efficient Task-Specific Data Valuation for Nearest Neighbor
      Algorithms", theorem 1.
    """
    X, y = softmax.check_rows(X, y)
    if len(X) < 2:
        raise ValueError(f"at least 2 points are needed to value one by another, not {len(X)}")
    return _summed(X, y, X, y, neighbours, own=True) / (len(X) - 1)


def values(
    X: np.ndarray,
    y: np.ndarray,
    validation_X: np.ndarray,
    validation_y: np.ndarray,
    neighbours: int = NEIGHBOURS,
) -> np.ndarray:
    """Shapley values of the training points for a validation set; they sum to its mean utility.

    Args:
      X, y, neighbours: as in `leave_one_out`.
      validation_X: features, (m, d), finite, m >= 1.
      validation_y: labels, (m,).
    Returns: (n,) float64.
    Raises: ValueError for a wrong shape or value.
    Cost: O(m n (d + log n)).
    Source: as `leave_one_out`.
    """
    X, y = softmax.check_rows(X, y)
    validation_X, validation_y = softmax.check_rows(validation_X, validation_y)
    if validation_X.shape[1] != X.shape[1]:
        raise ValueError(f"{validation_X.shape[1]} features for validation, {X.shape[1]} to train")
    return _summed(X, y, validation_X, validation_y, neighbours, own=False) / len(validation_X)


def _summed(
    X: np.ndarray,
    y: np.ndarray,
    validation_X: np.ndarray,
    validation_y: np.ndarray,
    neighbours: int,
    own: bool,
) -> np.ndarray:
    """Sum over validation points; with `own` these are the rows of X, and none counts itself."""
    if neighbours % 1 or neighbours < 1:
        raise ValueError(f"neighbours must be a whole number of at least 1, not {neighbours}")
    norms, total = (X**2).sum(axis=1), np.zeros(len(X))
    size = max(1, _BLOCK_BYTES // (8 * len(X)))
    for start in range(0, len(validation_X), size):
        rows = np.arange(start, min(start + size, len(validation_X)))
        # Squared distances without the validation point's squared norm, which all share.
        distance = norms - 2 * validation_X[rows] @ X.T
        if own:
            distance[rows - start, rows] = np.inf
        order = np.argsort(distance, axis=1, kind="stable")[:, : len(X) - own]
        found = _recursion(y[order] == validation_y[rows, None], neighbours)
        np.add.at(total, order, found)
    return total


def _recursion(match: np.ndarray, neighbours: int) -> np.ndarray:
    """Values (m, N) of N points in order of distance; match (m, N): whether they have the label."""
    N = match.shape[1]
    rank = np.arange(1, N + 1)
    weight = np.minimum(neighbours, rank) / (neighbours * rank)
    step = match * weight
    step[:, :-1] -= match[:, 1:] * weight[:-1]
    return np.cumsum(step[:, ::-1], axis=1)[:, ::-1]
