import numpy as np
import pytest
from scipy import optimize
from sklearn.metrics import hinge_loss
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.svm import SVC

from efficient_augmentation import svm
from problems import two_classes


def test_margins_solve_the_primal_problem():
    X, y = two_classes(40, 2)
    separator = svm.fit(X, y)
    sign = 2.0 * y - 1

    def primal(theta):
        hinge = np.maximum(0, 1 - sign * (X @ theta[:2] + theta[2]))
        return theta[:2] @ theta[:2] / 2 + separator.C * hinge.sum()

    starts = np.random.default_rng(0).normal(size=(5, 3))
    options = {"xatol": 1e-10, "fatol": 1e-12, "maxiter": 20_000, "maxfev": 20_000}
    best = min(
        (optimize.minimize(primal, s, method="Nelder-Mead", options=options) for s in starts),
        key=lambda r: r.fun,
    )
    ours = np.append(separator.machine.coef_[0], separator.machine.intercept_)
    assert primal(ours) <= best.fun * (1 + 1e-3)
    np.testing.assert_allclose(separator.margin, np.abs(X @ ours[:2] + ours[2]), rtol=1e-6)


def test_hinge_losses_are_scikit_learns_and_the_published_ones_use_other_labels():
    X, y = two_classes(40, 3)
    separator, published = svm.fit(X, y), svm.fit(X, y, faithful=True)
    decision = separator.machine.decision_function(X)
    assert separator.hinge.mean() == pytest.approx(hinge_loss(y, decision))
    assert (published.hinge[y == 0] == 1).all()
    np.testing.assert_array_equal(published.hinge[y == 1], separator.hinge[y == 1])


def test_C_wins_the_cross_validation_and_support_is_marked():
    X, y = two_classes(60, 6)
    separator = svm.fit(X, y)
    accuracy = {
        C: cross_val_score(SVC(kernel="linear", C=C), X, y, cv=StratifiedKFold(4)).mean()
        for C in svm.GRID
    }
    assert accuracy[separator.C] == max(accuracy.values())
    assert np.flatnonzero(separator.support).tolist() == sorted(separator.machine.support_)


@pytest.mark.parametrize("n", [2, 4, 7])
def test_few_points_need_no_four_folds(n):
    X, y = two_classes(n, 3, gap=5.0)
    separator = svm.fit(X, y)
    assert separator.margin.shape == (n,)
    assert separator.support.any()


def test_one_class_is_refused():
    with pytest.raises(ValueError, match="class 1 has no rows"):
        svm.fit(np.ones((5, 2)), np.zeros(5, int))
