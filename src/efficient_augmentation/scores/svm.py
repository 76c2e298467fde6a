"""Linear support vector machine on the features: support vectors and margins (VSV baseline).

For two classes this is scikit-learn's `SVC`, with decision function f and labels s = -1 or 1. For
more it is the machine of Crammer and Singer, scikit-learn's `LinearSVC`, which fits the weights w_c
of all classes at once:

    minimise  sum_c (|w_c|^2 + b_c^2) / 2 + C sum_i max(0, 1 - lead_i) ,
    lead_i = f_y(x_i) - max of f_c(x_i) over the other classes c ,    f_c(x) = w_c' x + b_c ,

where x is centred at its mean over the rows, so that the penalty on b matters little. It is
preferred to one-against-rest machines because its decision functions share one scale, so that the
lead over the nearest rival means the same for all classes, and because its time grows with n, not
n^2. With two classes lead_i is s_i f(x_i), f = f_1 - f_0, so that the scores below have one
definition for any number of classes. There the squared weights of f are penalised half as much: C
corresponds to 2 C of `SVC`.
"""

import warnings
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from efficient_augmentation.heads import head as heads

GRID = (0.01, 0.1, 1.0, 10.0, 100.0)
FOLDS = 4
# A hundred times what features of order 1 need; with huge features libsvm may never end.
MAX_ITERATIONS = 1_000_000
# The same for liblinear, whose late iterations visit only a few rows each.
MAX_EPOCHS = 100_000
# liblinear's tolerance of a lead; a row within ten times this of the margin counts as on it.
_TOLERANCE = 1e-4


class Separator(NamedTuple):
    """A fitted linear SVM, and its scores of its own rows.

    Attributes:
      machine: the fitted scikit-learn estimator.
      C: the chosen value of the grid.
      support: (n,) bool, whether a row is a support vector; with more than two classes, whether
        its lead is at most 1.
      margin: (n,) float64 >= 0, |lead|; with two classes, the magnitude of the decision function.
      hinge: (n,) float64 >= 0, the hinge loss max(0, 1 - lead) of a row.
    """

    machine: Any
    C: float
    support: np.ndarray
    margin: np.ndarray
    hinge: np.ndarray


def fit(X: np.ndarray, y: np.ndarray, faithful: bool = False) -> Separator:
    """Linear SVM whose C is chosen by cross-validation.

    There are four stratified folds in the order of the rows, or as many as the smallest class has
    members; with a single member, C is 1. Equal accuracies favour the smaller C. A value of C for
    which a fold does not converge is not chosen, and one that does not converge on all rows is
    replaced by the next best.

    Args:
      X: features, (n, d), finite.
      y: labels, (n,), 0..k-1, all present.
      faithful: take s = 0 or 1 in the hinge loss, as the published code does; every row of class 0
        then has a hinge loss of 1. Only for two classes.
    Returns: Separator.
    Raises: ValueError for a wrong shape or value, or a class that is absent; FloatingPointError if
      the machine does not converge.
    Cost: 21 fits, each O(n^2 d) for two classes, and O(n k d) times tens to thousands for more.
    Source: Kuchnik and Smith 2019, section 5 (virtual support vectors: Schoelkopf et al. 1996);
      Crammer and Singer 2001.
    """
    head = heads.of(y, faithful=faithful)
    X, y = head.check_rows(X, y)
    members = np.bincount(y, minlength=2)
    if not members.min():
        raise ValueError(f"class {int(members.argmin())} has no rows")
    if head is heads.BINARY:
        return _of_two(X, y, int(members.min()), faithful)
    return _of_many(X, y, int(members.min()))


def _of_two(X: np.ndarray, y: np.ndarray, smallest: int, faithful: bool) -> Separator:
    machine = SVC(kernel="linear", C=1.0, max_iter=MAX_ITERATIONS)
    machine, decision = _searched(machine, "C", X, y, smallest)
    support = np.zeros(len(y), bool)
    support[machine.support_] = True
    hinge = np.maximum(0.0, 1 - (y if faithful else 2 * y - 1) * decision)
    return Separator(machine, float(machine.C), support, np.abs(decision), hinge)


def _of_many(X: np.ndarray, y: np.ndarray, smallest: int) -> Separator:
    machine = LinearSVC(
        multi_class="crammer_singer", C=1.0, tol=_TOLERANCE, max_iter=MAX_EPOCHS, random_state=0
    )
    machine = make_pipeline(StandardScaler(with_std=False), machine)
    machine, decision = _searched(machine, "linearsvc__C", X, y, smallest)
    rivals, own = decision.copy(), (np.arange(len(y)), y)
    rivals[own] = -np.inf
    lead = decision[own] - rivals.max(axis=1)
    hinge = np.maximum(0.0, 1 - lead)
    return Separator(
        machine, float(machine[-1].C), lead <= 1 + 10 * _TOLERANCE, np.abs(lead), hinge
    )


def _searched(
    machine: Any, C: str, X: np.ndarray, y: np.ndarray, smallest: int
) -> tuple[Any, np.ndarray]:
    """The machine of the best C that converges on all rows, and its decisions on them."""
    for value in _ranked(machine, C, X, y, smallest):
        fitted = clone(machine).set_params(**{C: value})
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # fits that do not converge are not used
                decision = fitted.fit(X, y).decision_function(X)
        except ValueError:  # coefficients overflow; rows and labels have been checked
            continue
        if _converged(fitted) and np.isfinite(decision).all():
            return fitted, decision
    raise FloatingPointError(
        f"the support vector machine did not converge (C = {value:g}, largest feature "
        f"{np.abs(X).max():.3g}); features nearer to 1 would help"
    )


def _ranked(machine: Any, C: str, X: np.ndarray, y: np.ndarray, smallest: int) -> list[float]:
    """Values of C by cross-validated accuracy: the best, and all that converged in every fold."""
    if smallest == 1:
        return [1.0]
    folds = StratifiedKFold(min(FOLDS, smallest))
    search = GridSearchCV(machine, {C: GRID}, cv=folds, scoring=_accuracy, refit=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as above; a fold that cannot be fitted scores nan
        try:
            found = search.fit(X, y).cv_results_
        except ValueError:  # no fold could be fitted; the fit on all rows will report it
            return [GRID[0]]
    each = np.nan_to_num([found[f"split{i}_test_score"] for i in range(folds.n_splits)], nan=-1.0)
    order = np.argsort(-found["mean_test_score"], kind="stable")
    return [GRID[i] for i in order if i == order[0] or (each[:, i] >= 0).all()]


def _accuracy(machine: Any, X: np.ndarray, y: np.ndarray) -> float:
    """Accuracy, or -1 if the machine did not converge."""
    return machine.score(X, y) if _converged(machine) else -1.0


def _converged(machine: Any) -> bool:
    if isinstance(machine, SVC):
        return not machine.fit_status_
    return machine[-1].n_iter_ < MAX_EPOCHS
