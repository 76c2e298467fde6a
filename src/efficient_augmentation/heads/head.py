"""The classifier on the features: logistic for two classes, multinomial for more.

Only this module depends on the number of classes: both classifiers have functions with the same
names and arguments. Parameters theta have shape (d + 1,) for two classes and (k, d + 1) for k. C is
the inverse strength of the penalty in the classifier's own objective, as in scikit-learn: for two
classes that of `logistic`, which equals that of `softmax` with C / 2.
"""

from collections.abc import Callable
from types import ModuleType
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from efficient_augmentation.heads import influence, logistic, softmax, softmax_influence


class Head(NamedTuple):
    """Fits and scores of one family of classifiers; see the functions of its modules."""

    check_rows: Callable
    fit: Callable
    fit_many: Callable
    accuracy: Callable
    correct: Callable
    loss: Callable
    loo_influence: Callable
    loo_influence_many: Callable
    condition_number: Callable
    influence_made: Callable


def _of_modules(fits: ModuleType, points: ModuleType) -> Head:
    return Head(
        *(getattr(fits, name) for name in ("check_rows", "fit", "fit_many", "accuracy", "correct")),
        *(getattr(points, name) for name in Head._fields[5:]),
    )


BINARY = _of_modules(logistic, influence)
MULTINOMIAL = _of_modules(softmax, softmax_influence)


def of(labels: ArrayLike, *, faithful: bool = False) -> Head:
    """The head for some labels.

    Args:
      labels: (n,), 0..k-1; the head's `check_rows` rejects any others.
      faithful: whether the published code is repeated, which handles only two classes.
    Returns: Head.
    Raises: ValueError if faithful and there are more than two classes.
    """
    if number_of_classes(labels) == 2:
        return BINARY
    if faithful:
        raise ValueError(
            f"faithful repeats the published code, which knows two classes, not "
            f"{number_of_classes(labels)}; set it to false"
        )
    return MULTINOMIAL


def number_of_classes(labels: ArrayLike) -> int:
    """The number k of classes of labels 0..k-1, at least 2; 2 also if labels are not numbers."""
    labels = np.asarray(labels)
    numbers = labels.dtype.kind in "iuf" and labels.size and np.isfinite(labels).all()
    return max(2, int(labels.max()) + 1) if numbers else 2
