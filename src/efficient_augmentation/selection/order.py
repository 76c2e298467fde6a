"""Which points to augment and in which order: the rows of selection.csv."""

import math
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from efficient_augmentation.policies import ranking
from efficient_augmentation.selection import every_image


def number_of_points(budget: float, n: int) -> int:
    """The number of points that a budget means.

    Args:
      budget: whole number of points, 1..n, or share of the points, within (0, 1), which is rounded
        to the nearest number of points, halves up, at least 1.
      n: number of all points.
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
      policy: a name that `ranking.order` accepts.
      scores: (n,), of any sign; magnitudes count.
    Returns: (n,) float64 with sum 1; a deterministic policy has one point of probability 1.
    Raises: ValueError as `ranking.order`.
    """
    first = ranking.order(policy, scores, np.random.default_rng(0))[0]
    magnitude = ranking.magnitudes(scores)
    key = ranking.log_weights(policy, magnitude)
    if key is None:
        return (np.arange(len(magnitude)) == first).astype(np.float64)
    # If weights exceed the range of float64, all others have probability 0.
    infinite = np.isposinf(key)
    weights = infinite if infinite.any() else np.exp(key - key.max())
    return weights / weights.sum()


COLUMNS = (
    *("rank", "id", "split", "label"),
    *("score", "score_rank", "probability", "selected", "row"),
)
"""Columns of selection.csv."""


def rows(
    scores: np.ndarray,
    policy: str,
    budget: float,
    *,
    seed: int = 0,
    ids: ArrayLike | None = None,
    labels: ArrayLike | None = None,
    split: ArrayLike | None = None,
    row: ArrayLike | None = None,
) -> list[dict[str, Any]]:
    """Every point in the order in which the policy takes it: the rows of selection.csv.

    More than six parameters: ids, labels, split and row are columns of one table.

    Args:
      scores: (n,), of any sign; magnitudes count.
      policy: a name that `ranking.order` accepts.
      budget: as in `number_of_points`.
      seed: seed of the random draw.
      ids: (n,) identifiers, numbers or paths; None means 0..n-1.
      labels: (n,) labels or names of classes; None leaves the column out.
      split: (n,) text; None means "train".
      row: (n,) row numbers in the user's data; None means 0..n-1.
    Returns: list of n mappings with rank (1, 2, ... as drawn), id, split, label, score, score_rank
      (as `score_ranks`), probability (of being the first choice), selected (1 within the budget,
      else 0) and row.
    Raises: ValueError if a column is not (n,), or as `number_of_points` and `ranking.order`.
    """
    n = len(scores)
    columns = {
        "id": np.arange(n) if ids is None else np.asarray(ids),
        "split": np.full(n, every_image.TRAIN) if split is None else np.asarray(split),
    }
    if labels is not None:
        labels = np.asarray(labels)
        columns["label"] = labels.astype(int) if labels.dtype == bool else labels
    last = {"row": np.arange(n) if row is None else np.asarray(row)}
    for name, column in (columns | last).items():
        if column.shape != (n,):
            raise ValueError(f"{name}s must have shape ({n},), one a score, not {column.shape}")
    columns |= {"score": np.asarray(scores, float), "score_rank": score_ranks(scores)}
    columns["probability"] = first_choice(policy, scores)
    points = number_of_points(budget, n)
    order = ranking.order(policy, scores, np.random.default_rng(seed))
    columns["selected"] = np.zeros(n, np.int64)
    columns["selected"][order[:points]] = 1
    columns |= last
    lists = [column[order].tolist() for column in columns.values()]
    return [
        {"rank": rank, **dict(zip(columns, values, strict=True))}
        for rank, values in enumerate(zip(*lists, strict=True), start=1)
    ]


def score_ranks(scores: ArrayLike) -> np.ndarray:
    """Rank of every point by the magnitude of its score.

    Args:
      scores: (n,), of any sign.
    Returns: (n,) int64, 1 for the largest magnitude; among equal ones the first point comes first.
    """
    size = np.abs(np.asarray(scores, np.float64))
    ranks = np.empty(len(size), np.int64)
    ranks[np.argsort(-size, kind="stable")] = np.arange(1, len(size) + 1)
    return ranks


def unranked(ids: ArrayLike, labels: ArrayLike, row: ArrayLike) -> list[dict[str, Any]]:
    """Rows of selection.csv for test images that cannot be chosen: no rank and no score.

    Args:
      ids, labels, row: (m,), as in `rows`.
    Returns: list of m mappings; missing values are nan, which every reader of CSV takes as number.
    """
    columns = (np.asarray(column).tolist() for column in (ids, labels, row))
    nan, test = math.nan, every_image.TEST
    return [
        dict(zip(COLUMNS, (nan, name, test, label, nan, nan, 0.0, 0, place), strict=True))
        for name, label, place in zip(*columns, strict=True)
    ]
