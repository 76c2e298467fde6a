"""Selection of points without a simulation: which points should be augmented?"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from efficient_augmentation.heads import regularization
from efficient_augmentation.names import policies
from efficient_augmentation.policies import coresets, ranking
from efficient_augmentation.scores import by_name, of_head
from efficient_augmentation.selection import order as selection

RandomState = int | Sequence[int] | np.ndarray | np.random.Generator | np.random.RandomState | None
"""Seeds and generators that random draws accept, as in scikit-learn."""


def select_points(
    features: ArrayLike,
    labels: ArrayLike,
    budget: float,
    score: str = "influence",
    policy: str = "random_proportional",
    seed: int = 0,
    *,
    C: float | str = "auto",
    random_state: RandomState = None,
) -> np.ndarray:
    """Points worth augmenting, in the order in which the policy takes them.

    More than six parameters: users make this one call, and give only what differs from defaults.

    Args:
      features: (n, d), one row per training point, such as a network's penultimate layer.
      labels: (n,), two distinct values or more.
      budget: how many points to choose, 1..n, or which share of them, within (0, 1).
      score: a name of `by_name.NAMES`, such as "loss", "influence", "margin" or "hinge".
      policy: a name that `policies.parse` accepts. Updating and downweighting need augmented rows
        and do not affect a single choice.
      seed: seed of the random draw.
      C: inverse strength of the penalty of the logistic regression that scores the points, or
        "auto": 10 divided by the mean squared distance of the points from their mean; the value is
        logged. Cross-validation needs copies of the points, see `choose_C`.
      random_state: in place of `seed`, as in scikit-learn: an int, which is used as seed, or a
        numpy Generator or RandomState, which is advanced. None means `seed`.
    Returns: (number of points,) distinct indices into the rows.
    Raises: ValueError naming the argument, its value and what would be right.
    Source: Kuchnik and Smith 2019, section 3.
    """
    policies.parse(policy)
    X, y = _checked(features, labels)
    points = selection.number_of_points(budget, len(X))
    used = used_C(X, y, C)
    rng = _generator(seed if random_state is None else random_state)
    return order(policy, by_name.score_alone(score, X, y, used), X, y, rng, used)[:points]


def order(
    policy: str,
    scores: np.ndarray,
    X: np.ndarray,
    y: np.ndarray,
    rng: np.random.Generator,
    C: float,
) -> np.ndarray:
    """Order of the points by any policy except a k-DPP, which draws a subset for each budget.

    Args:
      policy: a name that `policies.parse` accepts.
      scores: (n,); "dpp_map_weighted" is the only coreset policy that uses them.
      X: features, (n, d), finite.
      y: labels, (n,), 0..k-1, all present.
      rng: numpy Generator.
      C: inverse strength of the penalty of the fit that gives facility location its gradients.
    Returns: (n,) permutation of 0..n-1, in the order of augmentation.
    Raises: ValueError as `ranking.order` and `coresets.order`.
    """
    parsed = policies.parse(policy)
    if not parsed.coreset:
        return ranking.order(policy, scores, rng)
    points = by_name.Points(X, y)
    residuals = of_head.residuals(points.head.fit(*points.originals, C), *points.originals)
    return coresets.order(parsed.base, *points.originals, residuals, scores)


def score_points(
    features: ArrayLike, labels: ArrayLike, score: str = "influence", *, C: float | str = "auto"
) -> np.ndarray:
    """Scores by which points are chosen.

    Args:
      features, labels, score, C: as in `select_points`.
    Returns: (n,) float64; magnitudes count.
    Raises: ValueError as `select_points`.
    """
    X, y = _checked(features, labels)
    return by_name.score_alone(score, X, y, used_C(X, y, C))


def choose_C(features: ArrayLike, labels: ArrayLike, source: ArrayLike) -> regularization.Choice:
    """Choose C by cross-validation over points, each together with its augmented copies.

    Args:
      features: (m, d), one row per point or copy; the points come first.
      labels: (m,), two distinct values or more.
      source: (m,), -1 for a point, and for a copy the row of its point.
    Returns: `regularization.Choice`.
    Raises: ValueError naming what is wrong.
    Cost: as `regularization.choose`.
    """
    X, y = _checked(features, labels)
    source = np.asarray(source)
    n = int((source == -1).sum())
    copies = source[n:]
    if source.shape != y.shape or not ((copies >= 0) & (copies < n)).all():
        raise ValueError(
            f"source must have shape {y.shape}: -1 for each point, which come first, then for each "
            f"copy the place of its point, within 0..{n - 1}"
        )
    return regularization.choose(X, y, source)


def used_C(X: np.ndarray, y: np.ndarray, C: float | str) -> float:
    """C for points (n, d) without copies and labels (n,): the number itself, or that of "auto"."""
    return regularization.number(C, X, y, np.full(len(y), -1))


def _checked(features: ArrayLike, labels: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    X, labels = np.asarray(features), np.asarray(labels)
    if labels.shape != X.shape[:1]:
        raise ValueError(f"labels must have shape {X.shape[:1]}, a label a row, not {labels.shape}")
    if labels.dtype.kind == "f" and np.isnan(labels).any():
        raise ValueError(
            f"labels must hold two classes or more; that of row {np.isnan(labels).argmax()} is nan"
        )
    try:
        classes, y = np.unique(labels, return_inverse=True)
    except TypeError:
        kinds = ", ".join(sorted({type(label).__name__ for label in labels.tolist()}))
        raise ValueError(f"labels must all be numbers or all be text, not {kinds}") from None
    if len(classes) < 2:
        found = f"{len(classes)} {'class' if len(classes) == 1 else 'classes'}"
        raise ValueError(f"labels must hold two classes or more, not {found}: {classes[:5]}")
    return X, y


def _generator(random_state: RandomState) -> np.random.Generator:
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(1 << 32, size=4, dtype=np.uint32))
    try:
        return np.random.default_rng(random_state)
    except (TypeError, ValueError):
        raise ValueError(
            "seed must be a non-negative whole number, or random_state a numpy Generator or "
            f"RandomState, not {random_state!r}"
        ) from None
