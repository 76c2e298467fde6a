from decimal import Decimal, localcontext

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from efficient_augmentation.heads import logistic
from problems import two_classes


def reference(X, y, C, weight=None):
    model = LogisticRegression(C=C, tol=1e-10, solver="newton-cholesky", max_iter=10_000)
    model.fit(X.astype(np.float64), y, weight)
    return np.append(model.coef_[0], model.intercept_)


def gradient(theta, X, y, C, weight):
    X = np.column_stack([X.astype(np.longdouble), np.ones(len(X))])
    p = 1 / (1 + np.exp(-(X @ theta.astype(np.longdouble))))
    penalised = np.append(theta[:-1], 0.0)
    return C * (weight * (p - y)) @ X + penalised


@pytest.mark.parametrize("C", [1e-3, 1.0, 10.0, 1e4])
@pytest.mark.parametrize(("n", "d"), [(300, 7), (40, 90)])
def test_agrees_with_scikit_learn_and_has_no_gradient_left(C, n, d):
    X, y = two_classes(n, d)
    theta = logistic.fit(X, y, C)
    np.testing.assert_allclose(theta, reference(X, y, C), rtol=0, atol=1e-6 * np.abs(theta).max())
    scale = C * np.abs(X).sum()
    assert np.linalg.norm(gradient(theta, X, y, C, np.ones(n)).astype(float)) < 1e-13 * scale


def test_many_weightings_equal_single_fits_and_scikit_learn():
    X, y = two_classes(120, 9)
    weights = np.random.default_rng(0).choice([0.0, 0.25, 1.0, 3.0], size=(7, 120))
    together = logistic.fit_many(X, y, 10.0, weights)
    for theta, weight in zip(together, weights, strict=True):
        np.testing.assert_allclose(theta, logistic.fit(X, y, 10.0, weight), atol=1e-9)
        np.testing.assert_allclose(theta, reference(X, y, 10.0, weight), atol=1e-6)


def test_a_weight_counts_like_a_repeated_row():
    X, y = two_classes(50, 4)
    weight = np.random.default_rng(0).integers(0, 4, 50)
    repeated = np.repeat(np.arange(50), weight)
    np.testing.assert_allclose(
        logistic.fit(X, y, 1.0, weight), logistic.fit(X[repeated], y[repeated], 1.0), atol=1e-10
    )


def test_start_and_order_of_rows_do_not_change_the_optimum():
    X, y = two_classes(80, 6)
    theta = logistic.fit(X, y, 10.0)
    far = logistic.fit_many(X, y, 10.0, start=50 * np.ones(7))[0]
    np.testing.assert_allclose(far, theta, atol=1e-10)
    turned = np.random.default_rng(0).permutation(80)
    np.testing.assert_allclose(logistic.fit(X[turned], y[turned], 10.0), theta, atol=1e-10)


def test_intercept_is_not_penalised():
    X, y = np.zeros((10, 2)), np.array([1] * 9 + [0])
    np.testing.assert_allclose(logistic.fit(X, y, 1e-6), [0, 0, np.log(9)], atol=1e-9)


@pytest.mark.parametrize("C", [1.0, 1e6])
def test_separable_classes_have_a_finite_optimum(C):
    X, y = two_classes(20, 30, gap=8.0)
    theta = logistic.fit(X, y, C)
    residual = gradient(theta, X, y, C, np.ones(20)).astype(float)
    assert logistic.accuracy(theta, X, y) == 1
    assert np.linalg.norm(residual) < 1e-8 * np.linalg.norm(theta)


def test_features_of_very_uneven_scale():
    X, y = two_classes(200, 4)
    X = X * np.array([1e-3, 1, 1e2, 1e4], np.float32)
    theta = logistic.fit(X, y, 10.0)
    residual = gradient(theta, X, y, 10.0, np.ones(200)).astype(float)
    assert np.linalg.norm(residual) < 1e-13 * 10 * np.abs(X).sum()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_differences_of_sigmoids_keep_their_digits(dtype):
    rng = np.random.default_rng(0)
    margin = (rng.normal(size=500) * 8).astype(dtype)
    by = (rng.normal(size=500) * 10.0 ** rng.integers(-12, 2, 500)).astype(dtype)
    with jax.enable_x64(True):
        found = logistic.sigmoid_difference(jnp.asarray(margin), jnp.asarray(by))
    assert found.dtype == dtype
    with localcontext(prec=50):
        pairs = [(Decimal(float(m)), Decimal(float(b))) for m, b in zip(margin, by, strict=True)]
        exact = [float(1 / (1 + (-m - b).exp()) - 1 / (1 + (-m).exp())) for m, b in pairs]
    np.testing.assert_allclose(found, exact, rtol=50 * np.finfo(dtype).eps)
    for rise in (-1e4, 1e4):
        assert logistic.sigmoid_difference(jnp.zeros(1), jnp.full(1, rise)) == np.sign(rise) / 2


def test_accuracy_counts_the_right_side():
    X, y = np.array([[-1.0], [1.0], [2.0], [3.0]]), np.array([0, 1, 1, 0])
    assert logistic.accuracy(np.array([1.0, 0.0]), X, y) == 0.75
    both = logistic.accuracy(np.array([[1.0, 0.0], [-1.0, 0.0]]), X, y)
    assert both.tolist() == [0.75, 0.25]


X_OK, Y_OK = two_classes(6, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X_OK[0], Y_OK, 1.0), r"shapes \(n, d\) and \(n,\)"),
        ((X_OK, Y_OK[:5], 1.0), r"shapes \(n, d\) and \(n,\), not \(6, 2\) and \(5,\)"),
        ((X_OK, Y_OK + 1, 1.0), r"labels must be 0 or 1, not \[1 2\]"),
        ((X_OK * [[1], [1], [np.nan], [1], [1], [1]], Y_OK, 1.0), "row 2 holds NaN or infinity"),
        ((X_OK, Y_OK, 0.0), "C must be a positive number, not 0.0"),
        ((X_OK, Y_OK, np.nan), "C must be a positive number"),
        ((X_OK, np.zeros(6, int), 1.0), "class 1 is absent"),
        ((X_OK, Y_OK, 1.0, Y_OK), "class 0 is absent from the rows of positive weight"),
        ((X_OK, Y_OK, 1.0, -np.ones(6)), "finite and not negative"),
        ((X_OK, Y_OK, 1.0, np.ones(5)), r"weights must have shape \(runs, 6\), not \(1, 5\)"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        logistic.fit(*arguments)
