"""Linear support vector machine on the features: support vectors and margins (VSV baseline)."""

from typing import NamedTuple

import numpy as np
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.svm import SVC

from efficient_augmentation import logistic

GRID = (0.01, 0.1, 1.0, 10.0, 100.0)
FOLDS = 4


class Separator(NamedTuple):
    """A fitted linear SVM, and what it says about its own rows.

    Attributes:
      machine: the fitted scikit-learn estimator.
      C: the value of the grid that won.
      support: (n,) bool, whether a row is a support vector.
      margin: (n,) float64 >= 0, magnitude of the decision function at a row.
      hinge: (n,) float64 >= 0, the hinge loss max(0, 1 - s f(x)) of a row, s = -1 or 1.
    """

    machine: SVC
    C: float
    support: np.ndarray
    margin: np.ndarray
    hinge: np.ndarray


def fit(X, y, faithful=False):
    """Linear SVM, its C chosen by cross-validation.

    Four stratified folds in the order of the rows, or as many as the smaller class has members;
    with a single member there is nothing to validate on and C is 1. Equal accuracies favour the
    smaller C.

    Args:
      X: features, (n, d), finite.
      y: labels, (n,), 0 or 1, both present.
      faithful: take s = 0 or 1 in the hinge loss, as the published code does; a row of class 0
        then loses 1 wherever it lies.
    Returns: Separator.
    Raises: ValueError for a wrong shape or value, or a class that is absent.
    Source: Kuchnik and Smith 2019, section 5 (virtual support vectors: Schoelkopf et al. 1996).
    """
    X, y = logistic.check_rows(X, y)
    smallest = int(np.bincount(y, minlength=2).min())
    if not smallest:
        raise ValueError(f"class {int(np.bincount(y, minlength=2).argmin())} has no rows")
    machine = SVC(kernel="linear", C=1.0)
    if smallest > 1:
        folds = StratifiedKFold(min(FOLDS, smallest))
        machine = GridSearchCV(machine, {"C": GRID}, cv=folds).fit(X, y).best_estimator_
    else:
        machine.fit(X, y)
    support = np.zeros(len(y), bool)
    support[machine.support_] = True
    decision = machine.decision_function(X)
    hinge = np.maximum(0.0, 1 - (y if faithful else 2 * y - 1) * decision)
    return Separator(machine, float(machine.C), support, np.abs(decision), hinge)
