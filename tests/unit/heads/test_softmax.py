import numpy as np
import pytest
from hypothesis import given
from scipy import special
from sklearn.linear_model import LogisticRegression

from degenerate import attempt, hostile, problems
from efficient_augmentation.heads import lbfgs, logistic, softmax
from many_classes import several_classes
from test_hostile_fits import penalties


def reference(X, y, C, weight=None):
    model = LogisticRegression(C=C, tol=1e-10, solver="newton-cholesky", max_iter=10_000)
    model.fit(X.astype(np.float64), y, weight)
    theta = np.column_stack([model.coef_, model.intercept_])
    return theta - theta.mean(axis=0)


def relative_gradient(theta, X, y, C, weights=1.0):
    """Norm of the gradient, over what theta's and the products' roundings amount to."""
    X, theta = X.astype(np.longdouble), theta.astype(np.longdouble)
    X = np.column_stack([X, np.ones(len(X), np.longdouble)])
    p = np.exp(X @ theta.T - (X @ theta.T).max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    own = y[:, None] == np.arange(len(theta))
    r = np.where(own, 0, p)
    r = np.where(own, -r.sum(axis=1, keepdims=True), r)
    pull = C * np.broadcast_to(weights, len(y))[:, None] * r
    penalised = theta.copy()
    penalised[:, -1] = 0
    curvature = C * np.broadcast_to(weights, len(y))[:, None] * p * (1 - p)
    size = np.abs(penalised) + np.abs(pull).T @ np.abs(X)
    size += (curvature * (np.abs(X) @ np.abs(theta).T)).T @ np.abs(X)
    return float(np.linalg.norm(penalised + pull.T @ X) / np.linalg.norm(size))


@pytest.mark.parametrize("C", [1e-3, 10.0, 1e4])
@pytest.mark.parametrize(("n", "d"), [(300, 7), (40, 60)])
def test_agrees_with_scikit_learn_and_has_no_gradient_left(C, n, d):
    X, y = several_classes(n, d, 4)
    theta = softmax.fit(X, y, C)
    # Within what scikit-learn leaves where C is large; our own gradient is checked below.
    np.testing.assert_allclose(theta, reference(X, y, C), rtol=0, atol=1e-5 * np.abs(theta).max())
    np.testing.assert_allclose(theta.sum(axis=0), 0, atol=1e-13 * np.abs(theta).max())
    assert relative_gradient(theta, X, y, C) < 1e-13


def test_many_weightings_equal_single_fits_and_scikit_learn(monkeypatch):
    X, y = several_classes(120, 9, 3)
    weights = np.random.default_rng(0).choice([0.0, 0.25, 1.0, 3.0], size=(5, 120))
    together = softmax.fit_many(X, y, 10.0, weights)
    for theta, weight in zip(together, weights, strict=True):
        np.testing.assert_allclose(theta, softmax.fit(X, y, 10.0, weight), atol=1e-9)
        np.testing.assert_allclose(theta, reference(X, y, 10.0, weight), atol=1e-6)
    monkeypatch.setattr(softmax, "_RUN_BYTES", 3 * 50 * 3 * 120)
    np.testing.assert_allclose(softmax.fit_many(X, y, 10.0, weights), together, atol=1e-9)


@pytest.mark.parametrize("C", [1e-3, 10.0, 1e4])
def test_few_runs_on_many_rows_have_the_same_optimum(monkeypatch, C):
    X, y = several_classes(300, 70, 5)
    assert softmax._pays_by_classes(1, 5, 300, 71)
    by_classes = softmax.fit(X, y, C)
    monkeypatch.setattr(softmax, "_MANY_PRODUCTS", 0)
    monkeypatch.setattr(lbfgs, "_SMALL", 0)  # one run is fitted alone
    softmax._minimise.clear_cache()
    assert not softmax._pays_by_classes(1, 5, 300, 71)
    theta = softmax.fit(X, y, C)
    softmax._minimise.clear_cache()
    np.testing.assert_allclose(theta, by_classes, rtol=0, atol=1e-11 * np.abs(theta).max())
    assert relative_gradient(theta, X, y, C) < 1e-13


def test_a_weight_counts_like_a_repeated_row():
    X, y = several_classes(50, 4, 3)
    weight = np.random.default_rng(0).integers(0, 4, 50)
    repeated = np.repeat(np.arange(50), weight)
    np.testing.assert_allclose(
        softmax.fit(X, y, 1.0, weight), softmax.fit(X[repeated], y[repeated], 1.0), atol=1e-10
    )


def test_start_and_order_of_rows_and_classes_do_not_change_the_optimum():
    X, y = several_classes(80, 6, 4)
    theta = softmax.fit(X, y, 10.0)
    # Not summing to zero over the classes, and neither do the labels' names matter.
    far = softmax.fit_many(X, y, 10.0, start=np.arange(28.0).reshape(4, 7))[0]
    np.testing.assert_allclose(far, theta, atol=1e-10)
    turned, renamed = np.random.default_rng(0).permutation(80), np.array([2, 0, 3, 1])
    np.testing.assert_allclose(softmax.fit(X[turned], y[turned], 10.0), theta, atol=1e-10)
    np.testing.assert_allclose(softmax.fit(X, renamed[y], 10.0)[renamed], theta, atol=1e-10)


def test_a_loose_tolerance_is_a_distance_in_standard_errors():
    X, y = several_classes(300, 7, 4)
    exact = softmax.fit(X, y, 10.0)
    near = softmax.fit_many(X, y, 10.0, tolerance=1e-3)[0]
    rows = np.column_stack([X.astype(float), np.ones(300)])
    p = special.softmax(rows @ exact.T, axis=1)
    step = (near - exact) @ rows.T
    S_step = p * (step.T - (p * step.T).sum(axis=1, keepdims=True))
    squared = 10.0 * (S_step * step.T).sum() + ((near - exact)[:, :-1] ** 2).sum()
    assert 0 < squared / 10.0 < 1e-6 * 4


def test_two_classes_are_the_binary_fit_with_twice_C():
    X, y = several_classes(60, 5, 2)
    theta = softmax.fit(X, y, 3.0)
    np.testing.assert_allclose(theta[1] - theta[0], logistic.fit(X, y, 6.0), atol=1e-10)
    np.testing.assert_allclose(theta[0], -theta[1], atol=1e-14)
    assert softmax.accuracy(theta, X, y) == logistic.accuracy(theta[1] - theta[0], X, y)


def test_intercepts_are_not_penalised():
    X, y = np.zeros((10, 2)), np.array([2] * 6 + [1] * 3 + [0])
    theta = softmax.fit(X, y, 1e-6)
    frequencies = np.log([1, 3, 6])
    np.testing.assert_allclose(theta[:, 2], frequencies - frequencies.mean(), atol=1e-9)
    np.testing.assert_allclose(theta[:, :2], 0, atol=1e-12)


@pytest.mark.parametrize("C", [1.0, 1e6])
def test_separable_classes_have_a_finite_optimum(C):
    X, y = several_classes(40, 60, 4, gap=8.0)
    theta = softmax.fit(X, y, C)
    assert softmax.accuracy(theta, X, y) == 1
    assert relative_gradient(theta, X, y, C) < 1e-13


def test_uneven_scales_constant_features_and_repeated_rows():
    X, y = several_classes(300, 7, 4)
    X = X * np.array([1e-3, 1, 1e2, 1e4, 0, 1, 1], np.float32)
    X[:, 5] = 3
    X[150:] = X[:150]
    theta = softmax.fit(X, y, 10.0)
    assert relative_gradient(theta, X, y, 10.0) < 1e-13
    np.testing.assert_allclose(theta[:, 4], 0, atol=1e-20)
    np.testing.assert_allclose(theta[:, 5], 0, atol=1e-10)


@hostile(60)
@given(problems(shapes=[(6, 2), (12, 4)]), penalties)
def test_fit_is_the_optimum_or_says_that_it_is_not(problem, C):
    X, y = problem[0], np.arange(len(problem[0])) % 3
    theta, error = attempt(softmax.fit, X, y, C)
    if error:
        assert "features of a more even scale" in error
        assert np.abs(X).max() > 1e10
        return
    assert relative_gradient(theta, X, y, C) < 1e-12


def test_logits_and_accuracy():
    theta = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.5]])
    X, y = np.array([[-1.0], [0.0], [2.0], [3.0]]), np.array([1, 2, 0, 1])
    np.testing.assert_array_equal(softmax.logits(theta, X)[2], [2, -2, 0.5])
    assert softmax.accuracy(theta, X, y) == 0.75
    both = softmax.accuracy(np.stack([theta, np.zeros((3, 2))]), X, y)
    assert both.tolist() == [0.75, 0.25]
    with pytest.raises(ValueError, match="theta' x~ is NaN"):
        softmax.accuracy(np.full((3, 2), np.nan), X, y)


X_OK, Y_OK = several_classes(6, 2, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X_OK[0], Y_OK, 1.0), r"shapes \(n, d\) and \(n,\)"),
        ((X_OK, Y_OK[:5], 1.0), r"shapes \(n, d\) and \(n,\), not \(6, 2\) and \(5,\)"),
        ((X_OK, Y_OK - 1, 1.0), r"labels must be whole numbers from 0 on, not \[-1  0  1\]"),
        ((X_OK, Y_OK + 0.5, 1.0), "labels must be whole numbers"),
        ((X_OK, np.where(Y_OK, np.nan, 0), 1.0), "labels must be whole numbers"),
        ((X_OK, Y_OK.astype(str), 1.0), "labels must be whole numbers"),
        ((X_OK + 1j, Y_OK, 1.0), "features must be real numbers, not complex"),
        ((X_OK * [[1], [1], [np.nan], [1], [1], [1]], Y_OK, 1.0), "row 2 holds NaN or infinity"),
        ((X_OK, Y_OK, 0.0), "C must be a positive number, not 0.0"),
        ((X_OK, Y_OK * 2, 1.0), "class 1 is absent"),
        ((X_OK, np.zeros(6, int), 1.0), "class 1 is absent"),
        ((X_OK, Y_OK, 1.0, Y_OK), "class 0 is absent from the rows of positive weight"),
        ((X_OK, Y_OK, 1.0, -np.ones(6)), "finite and not negative"),
        ((X_OK, Y_OK, 1.0, np.ones(5)), r"weights must have shape \(runs, 6\), not \(1, 5\)"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        softmax.fit(*arguments)
