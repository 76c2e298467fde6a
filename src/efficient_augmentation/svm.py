"""Linear support vector machine on the features: support vectors and margins (VSV baseline)."""

import warnings
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.svm import SVC

from efficient_augmentation import logistic

GRID = (0.01, 0.1, 1.0, 10.0, 100.0)
FOLDS = 4
# A hundred times what features of order one need; libsvm may never end where they are huge.
MAX_ITERATIONS = 1_000_000


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
    smaller C; a value of C for which a fold does not converge loses.

    Args:
      X: features, (n, d), finite.
      y: labels, (n,), 0 or 1, both present.
      faithful: take s = 0 or 1 in the hinge loss, as the published code does; a row of class 0
        then loses 1 wherever it lies.
    Returns: Separator.
    Raises: ValueError for a wrong shape or value, or a class that is absent; FloatingPointError if
      the machine does not converge.
    Source: Kuchnik and Smith 2019, section 5 (virtual support vectors: Schoelkopf et al. 1996).
    """
    X, y = logistic.check_rows(X, y)
    smallest = int(np.bincount(y, minlength=2).min())
    if not smallest:
        raise ValueError(f"class {int(np.bincount(y, minlength=2).argmin())} has no rows")
    machine, decision = _searched(X, y, smallest)
    support = np.zeros(len(y), bool)
    support[machine.support_] = True
    hinge = np.maximum(0.0, 1 - (y if faithful else 2 * y - 1) * decision)
    return Separator(machine, float(machine.C), support, np.abs(decision), hinge)


def _searched(X, y, smallest):
    """The machine of the best C, and its decisions on its own rows."""
    machine = SVC(kernel="linear", C=1.0, max_iter=MAX_ITERATIONS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of fits that lose, which are not used
            if smallest > 1:
                folds = StratifiedKFold(min(FOLDS, smallest))
                search = GridSearchCV(machine, {"C": GRID}, cv=folds, scoring=_accuracy)
                machine = search.fit(X, y).best_estimator_
            else:
                machine.fit(X, y)
        decision = machine.decision_function(X)
        converged = not machine.fit_status_ and np.isfinite(decision).all()
    except ValueError:  # coefficients that overflow; rows and labels are checked
        converged = False
    if not converged:
        raise FloatingPointError(
            f"the support vector machine did not converge (C = {machine.C:g}, largest feature "
            f"{np.abs(X).max():.3g}); features nearer to 1 would help"
        )
    return machine, decision


def _accuracy(machine, X, y):
    """Accuracy, or less than any where the machine did not converge."""
    return -1.0 if machine.fit_status_ else machine.score(X, y)
