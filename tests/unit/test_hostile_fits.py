"""Degenerate and extreme numbers: an optimum, a score, or one error that says why."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from degenerate import attempt, hostile, problems
from efficient_augmentation.heads import influence, logistic
from problems import two_classes

penalties = st.sampled_from([1e-12, 1e-6, 1e-3, 1.0, 10.0, 1e4, 1e8, 1e12])


def relative_gradient(theta, X, y, C, weights):
    """Norm of the gradient, over what theta's and the products' roundings amount to."""
    X, theta, s = (a.astype(np.longdouble) for a in (X, theta, 2 * y - 1))
    X = np.column_stack([X, np.ones(len(X), np.longdouble)])
    margin = s * (X @ theta)
    small = np.exp(-np.abs(margin))
    wrong = np.where(margin > 0, small, 1) / (1 + small)
    pull = C * weights * wrong
    penalised = np.append(theta[:-1], 0)
    gradient = penalised - (pull * s) @ X
    curvature = pull * (1 - wrong)
    size = (
        np.abs(penalised) + pull @ np.abs(X) + (curvature * (np.abs(X) @ np.abs(theta))) @ np.abs(X)
    )
    return float(np.linalg.norm(gradient) / np.linalg.norm(size))


# Fits


@hostile(250)
@given(problems(), penalties, st.sampled_from([None, 1e-8, 1e8]))
def test_fit_is_the_optimum_or_says_that_it_is_not(problem, C, uneven):
    X, y = problem
    weights = np.ones(len(y))
    if uneven:
        weights[: len(y) // 2] = uneven
    theta, error = attempt(logistic.fit, X, y, C, weights)
    if error:
        assert "features of a more even scale" in error
        assert np.abs(X).max() > 1e10
        return
    assert relative_gradient(theta, X, y, C, weights) < 1e-12


@pytest.mark.parametrize(
    ("C", "weights"), [(1e-12, [1e8, 1.0, 1e8, 1.0, 1.0, 1e8]), (1e-6, [1e8] + [1e-8] * 5)]
)
def test_large_intercept_of_a_weak_fit_is_exact(C, weights):
    X, y, weights = np.zeros((6, 2)), np.arange(6) % 2, np.array(weights)
    theta = logistic.fit(X, y, C, weights)
    odds = weights[y == 1].sum() / weights[y == 0].sum()
    np.testing.assert_allclose(theta, [0, 0, np.log(odds)], rtol=1e-10, atol=1e-12)


def test_products_beyond_single_precision_are_no_optimum_at_zero():
    X, y = two_classes(6, 2, gap=4.0)
    weights = np.array([1, 1e8, 1e8, 0.25, 1, 1e-8])
    theta = logistic.fit(1e12 * X.astype(float), y, 1e12, weights)
    assert theta[:2].any()
    assert relative_gradient(theta, 1e12 * X.astype(float), y, 1e12, weights) < 1e-12


@hostile(60)
@given(problems(decades=(-300, -100, -40, 40, 100, 150, 300)), penalties)
def test_fit_of_absurd_scales_is_finite_or_one_error(problem, C):
    theta, error = attempt(logistic.fit, *problem, C)
    assert "logistic regression did not converge" in error if error else np.isfinite(theta).all()


X6, Y6 = two_classes(6, 2)


@pytest.mark.parametrize("C", [0, -1.0, np.nan, np.inf, "10", None, 1j, [1.0]])
def test_C_is_a_positive_number(C):
    with pytest.raises(ValueError, match="C must be a positive number, not"):
        logistic.fit(X6, Y6, C)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (X6 + 1j, Y6, "features must be real numbers, not complex"),
        (X6.astype(str), Y6, "features must be real numbers, not <U"),
        (X6.astype(object), Y6, "features must be real numbers, not object"),
        (np.where(X6 > 0, np.inf, X6), Y6, "holds NaN or infinity"),
        (X6[:, :0], Y6, r"not \(6, 0\)"),
        (X6, Y6 - 1, "labels must be 0 or 1"),
        (X6, Y6 + 0.5, "labels must be 0 or 1"),
        (X6, np.where(Y6, np.nan, 0), "labels must be 0 or 1"),
        (X6, Y6.astype(str), "labels must be 0 or 1"),
        (X6, np.zeros(6), "class 1 is absent"),
        (X6, np.ones(6), "class 0 is absent"),
    ],
)
def test_rows_that_cannot_be_fitted(X, y, message):
    with pytest.raises(ValueError, match=message):
        logistic.fit(X, y, 1.0)


@pytest.mark.parametrize("missing", [0, 1])
def test_weights_that_leave_one_class_in_one_run_of_many(missing):
    weights = np.stack([np.ones(6), np.where(Y6 - missing, 1.0, 0.0)])
    with pytest.raises(ValueError, match=f"class {missing} is absent from the rows of positive"):
        logistic.fit_many(X6, Y6, 1.0, weights)


def test_accuracy_of_nan_is_refused():
    with pytest.raises(ValueError, match="theta' x~ is NaN"):
        logistic.accuracy(np.array([np.nan, 0, 0]), X6, Y6)


# Scores


@hostile(150)
@given(problems(), penalties, st.sampled_from(["influence", "alo", "published"]))
def test_influence_has_a_sign_and_follows_its_rows_or_is_one_error(problem, C, kind):
    X, y = problem
    options = {"C": None} if kind == "published" else {"C": C, "kind": kind}
    theta, error = attempt(logistic.fit, X, y, C)
    if not error:
        score, error = attempt(influence.loo_influence, theta, X, y, **options)
    if error:
        assert "nearer to 1" in error
        return
    assert np.isfinite(score).all()
    assert (score <= 0).all()
    if kind == "influence":
        # At the edge of being singular the order of the rows decides on which side a Hessian is.
        turned, error = attempt(influence.loo_influence, theta, X[::-1], y[::-1], **options)
        if error:
            assert "singular to rounding" in error
            return
        np.testing.assert_allclose(turned[::-1], score, rtol=0, atol=1e-6 * np.abs(score).max())


@hostile(100)
@given(problems(), penalties)
def test_loss_is_finite_not_negative_and_follows_its_rows(problem, C):
    X, y = problem
    theta = np.full(X.shape[1] + 1, C)
    loss = influence.loss(theta, X, y)
    assert np.isfinite(loss).all()
    assert (loss >= 0).all()
    turned = influence.loss(theta, X[::-1], y[::-1])[::-1]
    np.testing.assert_allclose(turned, loss, rtol=1e-12, atol=1e-13 * C * np.abs(X).max())


@hostile(60)
@given(problems(), penalties, st.integers(-30, 30))
def test_loss_does_not_depend_on_the_unit_of_the_features(problem, C, exponent):
    X, y = problem
    theta = np.full(X.shape[1] + 1, C)
    other = np.append(theta[:-1] * 2.0**-exponent, theta[-1])
    np.testing.assert_array_equal(
        influence.loss(other, X * 2.0**exponent, y), influence.loss(theta, X, y)
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"theta": [0, np.nan, 0]}, "theta must be finite; entry 1 is not"),
        ({"C": -1.0}, "C must be a positive number, not -1.0"),
        ({"C": 0.0}, "C must be a positive number, not 0.0"),
        ({"fit_weights": np.full(6, np.nan)}, "fit_weights must be finite and not negative"),
        ({"fit_weights": -np.ones(6)}, "fit_weights must be finite and not negative"),
    ],
)
def test_influence_names_what_is_wrong(change, message):
    arguments = {"theta": [0.1, 0.2, 0.3], "X": X6, "y": Y6, "C": 1.0} | change
    with pytest.raises(ValueError, match=message):
        influence.loo_influence(**arguments)


def test_row_that_carries_its_curvature_alone_has_no_approximate_score():
    theta, X, y = np.zeros(4), 1e6 * np.eye(2, 3), np.array([0, 1])
    with pytest.raises(ValueError, match="singular to rounding without some row"):
        influence.loo_influence(theta, X, y, C=None, kind="alo")


def test_margin_that_overflows_is_named():
    with pytest.raises(ValueError, match=r"of row 0 is -?inf; features nearer to 1"):
        influence.loss(np.array([1e300, 0, 0]), np.full((6, 2), 1e300), Y6)
