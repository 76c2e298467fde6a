import jax
import numpy as np
import pytest
from scipy import special, stats

from efficient_augmentation.heads import influence as scores
from efficient_augmentation.heads import logistic
from problems import two_classes


@pytest.fixture(scope="module")
def problem():
    X, y = two_classes(240, 5)
    return X, y, logistic.fit(X, y, 3.0)


@pytest.fixture(scope="module")
def rise_when_left_out(problem):
    """Minus the rise of each point's loss under the exact fit without it."""
    X, y, theta = problem
    refits = logistic.fit_many(X, y, 3.0, 1.0 - np.eye(240))
    without = [scores.loss(refits[i], X, y)[i] for i in range(240)]
    return scores.loss(theta, X, y) - np.array(without)


def test_loss_is_the_negative_log_likelihood(problem):
    X, y, theta = problem
    p = special.expit(X.astype(float) @ theta[:-1] + theta[-1])
    np.testing.assert_allclose(
        scores.loss(theta, X, y), -special.xlogy(y, p) - special.xlog1py(1 - y, -p)
    )


def test_loss_keeps_its_digits_where_a_row_is_fitted_well():
    X, y, theta = np.array([[40.0], [-800.0]]), np.array([1, 1]), np.array([1.0, 0.0])
    np.testing.assert_allclose(scores.loss(theta, X, y), [np.exp(-40.0), 800.0], rtol=1e-12)


def test_closed_forms_equal_the_definitions(problem):
    X, y, theta = problem
    with jax.enable_x64(True):
        losses = jax.vmap(scores.loss_by_definition, (None, 0, 0))(theta, X.astype(float), y)
    np.testing.assert_allclose(scores.loss(theta, X, y), losses, rtol=1e-13)
    definition = scores.influence_by_definition(theta, X, y, 3.0)
    np.testing.assert_allclose(scores.loo_influence(theta, X, y, 3.0), definition, rtol=1e-11)


def test_influence_approaches_exact_retraining(problem, rise_when_left_out):
    X, y, theta = problem
    influence = scores.loo_influence(theta, X, y, 3.0)
    alo = scores.loo_influence(theta, X, y, 3.0, kind="alo")
    error = np.abs(influence / rise_when_left_out - 1)
    error_alo = np.abs(alo / rise_when_left_out - 1)
    assert (influence < 0).all()
    assert np.median(error) < 0.2
    assert np.median(error_alo) < 0.02
    assert stats.spearmanr(influence, rise_when_left_out).statistic > 0.99
    published = scores.loo_influence(theta, X, y)
    assert np.median(np.abs(published / rise_when_left_out - 1)) > np.median(error)


def test_weighted_fit_counts_its_weights_and_other_rows(problem):
    X, y, _ = problem
    weights = np.random.default_rng(0).choice([0.2, 1.0, 2.0], 240)
    theta = logistic.fit(X, y, 3.0, weights)
    alo = scores.loo_influence(theta, X[:20], y[:20], 3.0, kind="alo", fit_X=X, fit_weights=weights)
    drop = np.tile(weights, (20, 1))
    drop[np.arange(20), np.arange(20)] = 0
    refits = logistic.fit_many(X, y, 3.0, drop)
    without = np.array([scores.loss(refits[i], X, y)[i] for i in range(20)])
    exact = scores.loss(theta, X, y)[:20] - without
    assert np.median(np.abs(alo / exact - 1)) < 0.02


def test_published_form_equals_a_dense_solve(problem):
    X, y, theta = problem
    rows = np.column_stack([X.astype(float), np.ones(240)])
    p = special.expit(rows @ theta)
    H = (rows * (p * (1 - p))[:, None]).T @ rows + 1e-10 * np.eye(6)
    g = (p - y)[:, None] * rows
    expected = -np.einsum("ij,ji->i", g, np.linalg.solve(H, g.T))
    np.testing.assert_allclose(scores.loo_influence(theta, X, y), expected, rtol=1e-9)


def test_published_form_of_a_singular_hessian_is_finite_and_signed():
    X, y = two_classes(20, 40, gap=6.0)
    theta = logistic.fit(X, y, 1e4)
    assert scores.condition_number(theta, X) == np.inf
    assert scores.condition_number(theta, X, 1e4) < 1e9
    published = scores.loo_influence(theta, X, y)
    assert np.isfinite(published).all()
    assert (published <= 0).all()


def test_condition_number_is_that_of_the_hessian(problem):
    X, _, theta = problem
    rows = np.column_stack([X.astype(float), np.ones(240)])
    p = special.expit(rows @ theta)
    H = (rows * (p * (1 - p))[:, None]).T @ rows
    assert scores.condition_number(theta, X) == pytest.approx(np.linalg.cond(H), rel=1e-9)
    H += np.diag([1 / 3] * 5 + [0])
    assert scores.condition_number(theta, X, 3.0) == pytest.approx(np.linalg.cond(H), rel=1e-9)


@pytest.mark.parametrize("kind", ["influence", "alo"])
def test_fewer_rows_than_features(kind):
    X, y = two_classes(40, 90)
    weights = np.random.default_rng(0).choice([0.0, 0.3, 1.0, 2.0], 40)
    theta = logistic.fit(X, y, 3.0, weights)
    rows = np.column_stack([X.astype(float), np.ones(40)])
    p = special.expit(rows @ theta)
    w = weights * p * (1 - p)
    H = (rows * w[:, None]).T @ rows + np.diag([1 / 3] * 90 + [0])
    leverage = np.einsum("nd,dn->n", rows, np.linalg.solve(H, rows.T))
    left = 1 - w * leverage if kind == "alo" else 1
    expected = -weights * (p - y) ** 2 * leverage / left
    found = scores.loo_influence(theta, X, y, 3.0, kind, fit_weights=weights)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize(("n", "d"), [(240, 5), (40, 90)])
def test_what_float32_changes(n, d):
    X, y = two_classes(n, d)
    theta = logistic.fit(X, y, 3.0)
    exact = scores.loo_influence(theta, X, y, 3.0)
    quick = scores.loo_influence(theta, X, y, 3.0, dtype=np.float32)
    error = np.abs(quick / exact - 1)
    assert 1e-9 < error.max() < 1e-4
    assert quick.dtype == np.float64
    np.testing.assert_array_equal(np.argsort(quick)[:20], np.argsort(exact)[:20])


def test_order_of_rows_and_size_of_the_batch_do_not_matter(problem):
    X, y, theta = problem
    turned = np.random.default_rng(0).permutation(240)
    whole = scores.loo_influence(theta, X, y, 3.0)
    np.testing.assert_allclose(
        scores.loo_influence(theta, X[turned], y[turned], 3.0), whole[turned], rtol=1e-10
    )
    rows = logistic.with_intercept(X.astype(float))
    many = scores.loo_influence_many(np.tile(theta, (3, 1)), rows, y, np.ones((3, 240)), 3.0)
    np.testing.assert_allclose(many, np.tile(whole, (3, 1)), rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"theta": np.zeros(5)}, r"theta must have shape \(6,\)"),
        ({"dtype": np.float16}, "dtype must be float64 or float32, not <class 'numpy.float16'>"),
        ({"dtype": np.float32, "C": None}, "dtype must be float64 where C is None"),
        ({"kind": "loo"}, "kind must be one of influence, alo, kfac, auto, not 'loo'"),
        ({"fit_X": np.ones((3, 5))}, r"m >= 240, not \(3, 5\)"),
        ({"fit_weights": np.ones(3)}, r"not \(240, 5\) and \(3,\)"),
        ({"theta": np.array([0, 0, 0, 0, 0, 1e4])}, "the Hessian is singular"),
    ],
)
def test_bad_input_is_refused(problem, change, message):
    X, y, theta = problem
    with pytest.raises(ValueError, match=message):
        scores.loo_influence(**({"theta": theta, "X": X, "y": y, "C": 3.0} | change))
