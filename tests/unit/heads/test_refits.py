import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from efficient_augmentation.heads import influence, logistic, refits
from problems import two_classes

C = 3.0


@pytest.fixture(scope="module")
def problem():
    return two_classes(60, 4)


@pytest.fixture(scope="module")
def rises(problem):
    return refits.refit_losses(*problem, C)


def log_loss(margin):
    return np.logaddexp(0.0, -margin)


def test_equal_the_refits_of_scikit_learn(problem, rises):
    X, y = problem
    theta = refits.refits(X, y, C)
    model = LogisticRegression(C=C, tol=1e-12, solver="newton-cholesky", max_iter=1000)

    def fitted(rows):
        model.fit(X[rows].astype(float), y[rows])
        return np.append(model.coef_[0], model.intercept_)

    whole, rows = fitted(np.arange(60)), np.column_stack([X.astype(float), np.ones(60)])
    for i in range(0, 60, 7):
        refit = fitted(np.delete(np.arange(60), i))
        np.testing.assert_allclose(theta[i], refit, rtol=0, atol=1e-6 * np.abs(refit).max())
        sign = 2 * y[i] - 1
        expected = log_loss(sign * rows[i] @ refit) - log_loss(sign * rows[i] @ whole)
        assert rises[i] == pytest.approx(expected, rel=1e-5, abs=1e-7)


def test_no_gradient_is_left(problem):
    X, y = problem
    rows = np.column_stack([X.astype(np.longdouble), np.ones(60)])
    for i, theta in enumerate(refits.refits(X, y, C)):
        p = 1 / (1 + np.exp(-(rows @ theta.astype(np.longdouble))))
        pull = np.where(np.arange(60) == i, 0, C * (p - y))
        left = pull @ rows + np.append(theta[:-1], 0)
        assert np.linalg.norm(left.astype(float)) < 1e-13 * C * np.abs(rows).sum()


def plain_newton(x, y, weight):
    """Optimum with one feature, in longdouble."""
    theta, rows = np.zeros(2, np.longdouble), np.column_stack([x, np.ones_like(x)])
    for _ in range(60):
        p = 1 / (1 + np.exp(-rows @ theta))
        g = C * (weight * (p - y)) @ rows + np.array([theta[0], 0])
        (a, b), (_, c) = (rows * (C * weight * p * (1 - p))[:, None]).T @ rows + np.diag([1, 0])
        theta = theta - np.array([c * g[0] - b * g[1], a * g[1] - b * g[0]]) / (a * c - b * b)
    return theta


def test_a_row_that_hardly_matters_keeps_its_digits():
    rng = np.random.default_rng(0)
    y = np.arange(30) % 2
    x = rng.normal(size=30) + (2 * y - 1) * np.where(np.arange(30) < 4, 14.0, 0.5)
    found = refits.refit_losses(x[:, None], y, C, np.arange(4))
    exact = x.astype(np.longdouble), y, np.ones(30, np.longdouble)
    whole = plain_newton(*exact)
    for i in range(4):
        change = plain_newton(*exact[:2], np.arange(30) != i) - whole
        sign, row = 2 * y[i] - 1, np.array([exact[0][i], 1])
        tail = np.exp(-sign * row @ whole)
        expected = np.log1p(tail / (1 + tail) * np.expm1(-sign * row @ change))
        assert expected < 1e-9
        assert found[i] == pytest.approx(float(expected), rel=1e-7)


def test_score_approaches_it(problem, rises):
    X, y = problem
    assert (rises > 0).all()
    alo = influence.loo_influence(logistic.fit(X, y, C), X, y, C, kind="alo")
    assert np.median(np.abs(-alo / rises - 1)) < 0.05


def test_points_batches_and_weights(problem, rises, monkeypatch):
    X, y = problem
    some = np.array([50, 3, 3, 17, 59])
    np.testing.assert_allclose(refits.refit_losses(X, y, C, some), rises[some], rtol=1e-9, atol=0)
    with monkeypatch.context() as patch:
        patch.setattr(refits, "_MOST_TOGETHER", 5)
        np.testing.assert_allclose(refits.refit_losses(X, y, C), rises, rtol=1e-9)
    weight = np.ones(60)
    weight[[3, 17]] = 2, 0
    weighted = refits.refit_losses(X, y, C, some, weight)
    repeated = np.delete(np.append(np.arange(60), 3), 17)
    whole = logistic.fit(X[repeated], y[repeated], C)
    without = logistic.fit(X[repeated][repeated != 3], y[repeated][repeated != 3], C)
    expected = influence.loss(without, X, y)[3] - influence.loss(whole, X, y)[3]
    np.testing.assert_allclose(weighted[[1, 2]], expected, rtol=1e-9)
    assert weighted[3] == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"points": []}, r"points must be whole numbers \(m,\), m >= 1"),
        ({"points": [0.5]}, r"points must be whole numbers"),
        ({"points": [0, 60]}, r"points must be within 0..59, not 0..60"),
        ({"points": [-1]}, r"within 0..59, not -1..-1"),
        ({"y": np.arange(60) == 7}, "row 7 is the only one of class 1"),
        ({"C": 0.0}, "C must be a positive number"),
        ({"sample_weight": -np.ones(60)}, "weights must be finite and not negative"),
    ],
)
def test_bad_input_is_refused(problem, change, message):
    X, y = problem
    with pytest.raises(ValueError, match=message):
        refits.refit_losses(**({"X": X, "y": y, "C": C} | change))
