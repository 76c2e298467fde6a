"""Which points to augment, in which order: the rows of selection.csv."""

import math
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from efficient_augmentation.policies import ranking


def number_of_points(budget: float, n: int) -> int:
    """Points that a budget stands for.

    Args:
      budget: whole number of points, 1..n, or share of the points, within (0, 1): the nearest
        number of points, halves rounded up, at least 1.
      n: number of points that there are.
    Returns: int, 1..n.
    Raises: ValueError if the budget is neither.
    """
    wanted = f"a whole number within 1..{n}, or a share of the points, between 0 and 1"
    if isinstance(budget, bool | np.bool_) or not isinstance(budget, Real):
        raise ValueError(f"budget must be {wanted}, not {budget!r}")
    if not isinstance(budget, Integral) and budget == 1:
        raise ValueError(f"budget 1.0 is one point or all: give 1 for one point, {n} for all")
    if 0 < budget < 1:
        return max(1, math.floor(budget * n + 0.5))
    if not 1 <= budget <= n or budget % 1:
        raise ValueError(f"budget must be {wanted}, not {budget}")
    return int(budget)


def first_choice(policy: str, scores: ArrayLike) -> np.ndarray:
    """Probability of every point to be the first that a policy chooses.

    Args:
      policy: a name that `ranking.order` takes.
      scores: (n,), of any sign; magnitudes count.
    Returns: (n,) float64, summing to 1; a deterministic policy has one point of probability 1.
    Raises: ValueError as `ranking.order`.
    """
    first = ranking.order(policy, scores, np.random.default_rng(0))[0]
    magnitude = ranking.magnitudes(scores)
    key = ranking.log_weights(policy, magnitude)
    if key is None:
        return (np.arange(len(magnitude)) == first).astype(np.float64)
    # Weights beyond what a float64 holds leave the others no chance.
    infinite = np.isposinf(key)
    weights = infinite if infinite.any() else np.exp(key - key.max())
    return weights / weights.sum()


def rows(
    scores: np.ndarray,
    policy: str,
    budget: float,
    *,
    seed: int = 0,
    ids: ArrayLike | None = None,
    labels: ArrayLike | None = None,
) -> list[dict[str, Any]]:
    """Every point in the order in which the policy takes it: the rows of selection.csv.

    Args:
      scores: (n,), of any sign; magnitudes count.
      policy: a name that `ranking.order` takes.
      budget: as in `number_of_points`.
      seed: of the random draw.
      ids: (n,) identifiers, numbers or paths; None means 0..n-1.
      labels: (n,) labels or names of classes; None leaves the column out.
    Returns: list of n mappings rank (1, 2, ...), id, label, score, probability (of being the first
      choice) and selected (1 within the budget, else 0).
    Raises: ValueError if ids or labels are not (n,), or as `number_of_points` and `ranking.order`.
    """
    n = len(scores)
    columns = {"id": np.arange(n) if ids is None else np.asarray(ids)}
    if labels is not None:
        labels = np.asarray(labels)
        columns["label"] = labels.astype(int) if labels.dtype == bool else labels
    for name, column in columns.items():
        if column.shape != (n,):
            raise ValueError(f"{name}s must have shape ({n},), one a score, not {column.shape}")
    columns |= {"score": np.asarray(scores, float), "probability": first_choice(policy, scores)}
    points = number_of_points(budget, n)
    order = ranking.order(policy, scores, np.random.default_rng(seed))
    lists = [column[order].tolist() for column in columns.values()]
    return [
        {"rank": rank, **dict(zip(columns, values, strict=True)), "selected": int(rank <= points)}
        for rank, values in enumerate(zip(*lists, strict=True), start=1)
    ]


def chosen(table: Mapping[str, np.ndarray], train_ids: ArrayLike) -> np.ndarray:
    """Positions of the selected points among the training points, best first.

    Args:
      table: columns of selection.csv, ids as text.
      train_ids: (n,) of dataset.npz.
    Returns: (m,) int64.
    Raises: ValueError if an id of the table is no training point's.
    """
    places = {str(name): i for i, name in enumerate(np.asarray(train_ids).tolist())}
    ids = table["id"][table["selected"] == 1].tolist()
    if strange := [name for name in ids if name not in places]:
        raise ValueError(f"selection.csv: id {strange[0]!r} is no training point of dataset.npz")
    return np.array([places[name] for name in ids], np.int64)
