"""The choice of points as a scikit-learn estimator."""

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils import ClassifierTags, check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from efficient_augmentation.selection import order as selection
from efficient_augmentation.selection import points


class AugmentationSelector(BaseEstimator):
    """Training points worth augmenting.

    Args:
      budget: how many points to choose, 1..n, or which share of them, within (0, 1).
      criterion: score of the points, a name of `by_name.NAMES`, such as "loss" or "influence".
      policy: a name that `policies.parse` accepts, except those of k-DPPs.
      C: inverse strength of the penalty of the logistic regression that scores the points, or
        "auto", see `points.select_points`.
      random_state: int, numpy RandomState, or None for NumPy's global state.

    Attributes, once fitted (n points, m chosen):
      scores_: (n,) float64.
      indices_: (m,) rows chosen, in the policy's order.
      support_: (n,) bool, whether a row is chosen.
      classes_: (k,), the labels.
      C_: the value of C that was used.
    """

    def __init__(
        self,
        budget: float = 0.1,
        *,
        criterion: str = "influence",
        policy: str = "random_proportional",
        C: float | str = "auto",
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.budget = budget
        self.criterion = criterion
        self.policy = policy
        self.C = C
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Score the rows of X (n, d) with labels y (n,) of at least two classes, and choose points.

        Raises: ValueError as `points.select_points`.
        """
        rows, given = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(given)
        self.classes_ = np.unique(given)
        if len(self.classes_) < 2:
            raise ValueError("y holds one class; a choice by scores needs two or more")
        labels = np.searchsorted(self.classes_, given)
        self.C_ = points.used_C(rows, labels, self.C)
        self.scores_ = points.score_points(rows, given, self.criterion, C=self.C_)
        seed = check_random_state(self.random_state).randint(1 << 32, size=4, dtype=np.uint32)
        rng = np.random.default_rng(seed)
        order = points.order(self.policy, self.scores_, rows, labels, rng, self.C_)
        self.indices_ = order[: selection.number_of_points(self.budget, len(labels))]
        self.support_ = np.isin(np.arange(len(labels)), self.indices_)
        return self

    def get_support(self, indices: bool = False) -> np.ndarray:
        """The rows chosen: (n,) bool, or, with `indices`, (m,) ascending positions."""
        check_is_fitted(self)
        return np.flatnonzero(self.support_) if indices else self.support_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.classifier_tags = ClassifierTags(multi_class=True)
        return tags
