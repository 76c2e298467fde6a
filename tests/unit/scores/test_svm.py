import numpy as np
import pytest
from scipy import optimize
from sklearn.metrics import hinge_loss
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from efficient_augmentation.scores import svm
from many_classes import several_classes
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


def test_margins_of_three_classes_solve_the_problem_of_crammer_and_singer():
    X, y = several_classes(36, 2, 3)
    separator = svm.fit(X, y)
    centred = np.column_stack([X - X.mean(axis=0), np.ones(36)]).astype(float)

    # The quadratic programme with a slack a row, by a general solver.
    def objective(z):
        W, slack = z[:9], z[9:]
        gradient = np.concatenate([W, np.full(36, separator.C)])
        return W @ W / 2 + separator.C * slack.sum(), gradient

    rows, least = [np.hstack([np.zeros((36, 9)), np.eye(36)])], [np.zeros(36)]
    for c in range(3):
        others = np.flatnonzero(y != c)
        block = np.zeros((len(others), 9 + 36))
        for row, i in zip(block, others, strict=True):
            row[3 * y[i] : 3 * y[i] + 3] = centred[i]
            row[3 * c : 3 * c + 3] = -centred[i]
            row[9 + i] = 1
        rows.append(block)
        least.append(np.ones(len(others)))
    constraint = {
        "type": "ineq",
        "fun": lambda z: np.concatenate(rows) @ z - np.concatenate(least),
        "jac": lambda z: np.concatenate(rows),
    }
    start = np.concatenate([np.zeros(9), np.ones(36)])
    best = optimize.minimize(
        objective, start, jac=True, constraints=[constraint], method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-12},
    )  # fmt: skip
    decision = centred @ best.x[:9].reshape(3, 3).T
    lead = decision[np.arange(36), y] - np.where(np.eye(3, dtype=bool)[y], -np.inf, decision).max(1)
    np.testing.assert_allclose(separator.margin, np.abs(lead), rtol=2e-4, atol=2e-4)
    np.testing.assert_allclose(separator.hinge, np.maximum(0, 1 - lead), rtol=2e-4, atol=2e-4)
    assert separator.hinge.mean() == pytest.approx(
        hinge_loss(y, separator.machine.decision_function(X), labels=[0, 1, 2])
    )
    np.testing.assert_array_equal(separator.support, lead <= 1 + 1e-3)


@pytest.mark.filterwarnings("ignore:Liblinear failed to converge")
def test_C_of_three_classes_wins_the_cross_validation():
    X, y = several_classes(60, 4, 3, gap=1.0)
    separator = svm.fit(X, y)
    accuracy = {}
    for C in svm.GRID:
        machine = LinearSVC(multi_class="crammer_singer", C=C, max_iter=10_000, random_state=0)
        centred = make_pipeline(StandardScaler(with_std=False), machine)
        accuracy[C] = cross_val_score(centred, X, y, cv=StratifiedKFold(4)).mean()
    assert len(set(accuracy.values())) > 1
    assert max(accuracy, key=accuracy.get) == separator.C


def test_faithful_and_more_than_two_classes_exclude_each_other():
    with pytest.raises(ValueError, match="two classes, not 3"):
        svm.fit(*several_classes(30, 2, 3), faithful=True)
