import logging

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.linalg import LinAlgError
from scipy import special, stats

from degenerate import attempt, hostile, problems
from efficient_augmentation.heads import (
    class_blocks,
    hessians,
    influence,
    logistic,
    softmax,
    solvers,
)
from efficient_augmentation.heads import softmax_influence as many
from efficient_augmentation.names import scores as score_names
from many_classes import several_classes
from test_hostile_fits import penalties

N, D, K, C = 120, 5, 4, 3.0


@pytest.fixture(scope="module")
def problem():
    X, y = several_classes(N, D, K)
    return X, y, softmax.fit(X, y, C)


@pytest.fixture(scope="module")
def rise_when_left_out(problem):
    """Minus the rise of each point's loss under the exact fit without it."""
    X, y, theta = problem
    refits = softmax.fit_many(X, y, C, 1.0 - np.eye(N))
    return many.loss(theta, X, y) - [many.loss(refits[i], X, y)[i] for i in range(N)]


def dense_parts(theta, X, y, ridge):
    """Residuals r, S, rows x~, and H in all k (d + 1) coordinates, by their definitions."""
    rows = np.column_stack([X.astype(float), np.ones(len(X))])
    p = special.softmax(rows @ theta.T, axis=1)
    S = p[:, :, None] * np.eye(len(theta)) - p[:, :, None] * p[:, None]
    penalty = np.diag([ridge] * (rows.shape[1] - 1) + [0.0])
    H = np.kron(np.eye(len(theta)), penalty)
    H += sum(np.kron(s, np.outer(x, x)) for s, x in zip(S, rows, strict=True))
    return p - np.eye(len(theta))[y], S, rows, H


def test_loss_is_the_negative_log_likelihood(problem):
    X, y, theta = problem
    p = special.log_softmax(X.astype(float) @ theta[:, :-1].T + theta[:, -1], axis=1)
    np.testing.assert_allclose(many.loss(theta, X, y), -p[np.arange(N), y], rtol=1e-12)


def test_loss_keeps_its_digits_where_a_row_is_fitted_well():
    X, y = np.array([[40.0], [-800.0]]), np.array([1, 1])
    theta = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]])
    np.testing.assert_allclose(
        many.loss(theta, X, y), [2 * np.exp(-40.0), 800.0 + np.log(2)], rtol=1e-12
    )


def test_influence_equals_its_definition(problem):
    X, y, theta = problem
    definition = many.influence_by_definition(theta, X, y, C)
    np.testing.assert_allclose(many.loo_influence(theta, X, y, C), definition, rtol=1e-10)


def test_approximate_leave_one_out_is_the_newton_step_without_the_row(problem):
    X, y, theta = problem
    r, S, rows, H = dense_parts(theta, X, y, 1 / C)
    expected = []
    for i in range(N):
        g = np.kron(r[i], rows[i])
        left = np.linalg.pinv(H - np.kron(S[i], np.outer(rows[i], rows[i])), 1e-12, hermitian=True)
        expected.append(-g @ left @ g)
    alo = many.loo_influence(theta, X, y, C, kind="alo")
    np.testing.assert_allclose(alo, expected, rtol=1e-9)


def test_influence_approaches_exact_retraining(problem, rise_when_left_out):
    X, y, theta = problem
    error = {}
    for kind in ("influence", "alo"):
        score = many.loo_influence(theta, X, y, C, kind=kind)
        error[kind] = np.median(np.abs(score / rise_when_left_out - 1))
        assert (score < 0).all()
        assert stats.spearmanr(score, rise_when_left_out).statistic > 0.99
    assert error["influence"] < 0.2
    assert error["alo"] < 0.04


def test_weighted_fit_counts_its_weights_and_other_rows(problem):
    X, y, _ = problem
    weights = np.random.default_rng(0).choice([0.0, 0.5, 2.0], N)
    theta = softmax.fit(X, y, C, weights)
    options = {"kind": "alo", "fit_X": X, "fit_weights": weights}
    alo = many.loo_influence(theta, X[:20], y[:20], C, **options)
    drop = np.tile(weights, (20, 1))
    drop[np.arange(20), np.arange(20)] = 0
    refits = softmax.fit_many(X, y, C, drop)
    without = np.array([many.loss(refits[i], X, y)[i] for i in range(20)])
    exact = many.loss(theta, X, y)[:20] - without
    counted = weights[:20] > 0
    assert (alo[~counted] == 0).all()
    assert np.median(np.abs(alo[counted] / exact[counted] - 1)) < 0.04
    free = many.loo_influence(theta, X[:20], y[:20], C, **options, solver="gradients")
    np.testing.assert_allclose(free, alo, rtol=1e-9)


# Fewer rows than features, some of weight 0: the row space; more of them: rows in place of H.
@pytest.mark.parametrize("shape", [(N, D, K), (40, 14, 7), (24, 30, 6)])
@pytest.mark.parametrize("kind", ["influence", "alo"])
@pytest.mark.parametrize("solver", solvers.EXACT)
def test_all_solvers_give_the_definition(shape, kind, solver):
    X, y = several_classes(*shape)
    n, k = shape[0], shape[2]
    weights = np.random.default_rng(1).choice([0.5, 1.0, 2.0], n)
    weights[-n // 4 :: 2] = 0.0
    weights[: 2 * k] = 1.0
    theta = softmax.fit(X, y, C, weights)
    m = n // 2
    expected = by_definition(theta, X, y, weights, kind == "alo")[:m]
    options = {"fit_X": X, "fit_weights": weights, "solver": solver}
    found = many.loo_influence(theta, X[:m], y[:m], C, kind, **options)
    np.testing.assert_allclose(found, expected, rtol=1e-8)


def by_definition(theta, X, y, weights, alo):
    """Scores of all rows from H in all coordinates, by jax.hessian and pseudo-inverses."""
    rows = np.column_stack([X.astype(float), np.ones(len(X))])
    shape = theta.shape

    def losses(flat):
        logits = rows @ flat.reshape(shape).T
        return jax.nn.logsumexp(logits, axis=1) - logits[jnp.arange(len(y)), y]

    def objective(flat):
        return weights @ losses(flat) + (flat.reshape(shape)[:, :-1] ** 2).sum() / (2 * C)

    def inverse(H):
        return np.linalg.pinv(H, 1e-11, hermitian=True)

    derivatives = jax.jit(lambda flat: (jax.hessian(objective)(flat), jax.jacobian(losses)(flat)))
    with jax.enable_x64(True):
        H, gradients = map(np.asarray, derivatives(jnp.asarray(theta).ravel()))
    if not alo:
        return -weights * np.einsum("ip,pq,iq->i", gradients, inverse(H), gradients)
    p = special.softmax(rows @ theta.T, axis=1)
    found = []
    for v, p_i, x, g in zip(weights, p, rows, gradients, strict=True):
        S = np.diag(p_i) - np.outer(p_i, p_i)
        found.append(-v * (g @ inverse(H - v * np.kron(S, np.outer(x, x))) @ g) if v else 0.0)
    return np.array(found)


def test_digits_that_rows_would_lose_come_from_the_dense_hessian(problem):
    X, y, _ = problem
    theta = softmax.fit(X, y, 1e9)
    dense = many.loo_influence(theta, X, y, 1e9, solver="dense")
    rows = logistic.with_intercept(X.astype(float))
    with pytest.raises(LinAlgError, match="eight digits"):
        class_blocks.inverse(1e3 * theta @ rows.T, rows, np.ones(N), 1e-12)
    assert many.loo_influence(theta, X, y, 1e9, solver="rows") == pytest.approx(dense, rel=1e-6)


def test_conjugate_gradients_are_logged(problem, caplog):
    X, y, theta = problem
    solvers.say.cache_clear()
    with caplog.at_level(logging.INFO, "efficient_augmentation"):
        many.loo_influence(theta, X, y, C, solver="gradients")
    assert "conjugate gradients" in caplog.text
    assert "18 parameters" in caplog.text


@pytest.mark.parametrize(("most", "kind"), [(1e12, "influence"), (1e3, "kfac")])
def test_auto_is_exact_up_to_a_number_of_operations(problem, monkeypatch, caplog, most, kind):
    X, y, theta = problem
    monkeypatch.setattr(solvers, "MOST_OPERATIONS", most)
    solvers.say.cache_clear()
    with caplog.at_level(logging.INFO, "efficient_augmentation"):
        found = many.loo_influence(theta, X, y, C, "auto")
    assert (found == many.loo_influence(theta, X, y, C, kind)).all()
    assert ("K-FAC" in caplog.text) == (kind == "kfac")


def test_all_influences_of_a_job_count_together(monkeypatch):
    size = 1000, 500, 20, 257
    _, one = solvers.exact(*size)
    monkeypatch.setattr(solvers, "MOST_OPERATIONS", 10.5 * one)
    assert solvers.allowed(*size, 10) == "influence"
    assert solvers.allowed(*size, 11) == "kfac"


@pytest.mark.parametrize(
    ("size", "name"),
    [
        ((50_000, 50_000, 10, 257), "dense"),  # many rows, few parameters
        ((1000, 220, 20, 257), "rows"),
        ((4000, 4000, 100, 513), "rows"),  # 50,787 parameters, 19 GiB
        ((60_000, 60_000, 100, 513), "gradients"),
    ],
)
def test_the_cheapest_solver_that_fits_is_taken(size, name):
    assert solvers.exact(*size)[0] == name


def test_unconverged_conjugate_gradients_are_an_error(problem, monkeypatch):
    X, y, theta = problem
    monkeypatch.setattr(many.removals, "_ITERATIONS", 2)
    many.removals._score_matrix_free.clear_cache()
    with pytest.raises(FloatingPointError, match="did not converge in 2 iterations"):
        many.loo_influence(theta, X, y, C, solver="gradients")
    many.removals._score_matrix_free.clear_cache()


@pytest.mark.parametrize("kind", ["influence", "alo"])
def test_two_classes_are_the_binary_score_with_twice_C(kind):
    X, y = several_classes(60, D, 2)
    theta, binary = softmax.fit(X, y, C), logistic.fit(X, y, 2 * C)
    ours = many.loo_influence(theta, X, y, C, kind)
    np.testing.assert_allclose(ours, influence.loo_influence(binary, X, y, 2 * C, kind), rtol=1e-10)
    np.testing.assert_allclose(many.loss(theta, X, y), influence.loss(binary, X, y), rtol=1e-10)
    published = influence.loo_influence(binary, X, y, kind=kind)
    np.testing.assert_allclose(many.loo_influence(theta, X, y, kind=kind), published, rtol=1e-8)


def test_published_form_equals_a_dense_solve(problem):
    X, y, theta = problem
    r, _, rows, H = dense_parts(theta, X, y, 0.0)
    g = np.einsum("ia,id->iad", r, rows).reshape(N, -1)
    # Nothing of g lies where H is zero, so the ridge decides nothing there.
    expected = -np.einsum("ij,ji->i", g, np.linalg.solve(H + 1e-10 * np.eye(len(H)), g.T))
    np.testing.assert_allclose(many.loo_influence(theta, X, y), expected, rtol=1e-4)
    pseudo = -np.einsum("ij,jk,ik->i", g, np.linalg.pinv(H, 1e-11, hermitian=True), g)
    np.testing.assert_allclose(many.loo_influence(theta, X, y), pseudo, rtol=1e-7)


def test_published_form_needs_a_dense_hessian(problem, monkeypatch):
    X, y, theta = problem
    monkeypatch.setattr(hessians, "DENSE_BYTES", 3 * 8 * 17**2)
    with pytest.raises(ValueError, match=r"C must be a number .* 18 parameters are beyond the 17"):
        many.loo_influence(theta, X, y)


def test_published_form_of_a_singular_hessian_is_finite_and_signed():
    X, y = several_classes(20, 30, K, gap=6.0)
    theta = softmax.fit(X, y, 1e4)
    assert many.condition_number(theta, X) == np.inf
    assert many.condition_number(theta, X, 1e4) < 1e10
    published = many.loo_influence(theta, X, y)
    assert np.isfinite(published).all()
    assert (published <= 0).all()


@pytest.mark.parametrize("penalty", [None, C])
def test_condition_number_is_that_of_the_hessian(problem, penalty):
    X, y, theta = problem
    *_, H = dense_parts(theta, X, y, 0.0 if penalty is None else 1 / penalty)
    Q = np.kron(hessians.contrasts(K), np.eye(D + 1))
    expected = np.linalg.cond(Q.T @ H @ Q)
    assert many.condition_number(theta, X, penalty) == pytest.approx(expected, rel=1e-9)
    for solver in ("gradients", "rows"):
        other = many.condition_number(theta, X, penalty, solver=solver)
        assert other == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("kind", many.KINDS)
def test_order_of_rows_names_of_classes_and_number_of_runs_do_not_matter(problem, kind):
    X, y, theta = problem
    turned, renamed = np.random.default_rng(0).permutation(N), np.array([2, 0, 3, 1])
    whole = many.loo_influence(theta, X, y, C, kind)
    other = many.loo_influence(theta[np.argsort(renamed)], X[turned], renamed[y[turned]], C, kind)
    np.testing.assert_allclose(other, whole[turned], rtol=1e-10)
    rows = logistic.with_intercept(X.astype(float))
    runs = many.loo_influence_many(np.tile(theta, (2, 1, 1)), rows, y, np.ones((2, N)), C, kind)
    np.testing.assert_allclose(runs, np.tile(whole, (2, 1)), rtol=1e-12)


def test_kronecker_form_is_exact_without_knowledge_and_ranks_well_with_it(problem):
    X, y, theta = problem
    flat = np.zeros_like(theta)
    np.testing.assert_allclose(
        many.loo_influence(flat, X, y, C, "kfac"), many.loo_influence(flat, X, y, C), rtol=1e-10
    )
    exact, kron = (many.loo_influence(theta, X, y, C, kind) for kind in ("influence", "kfac"))
    top = [set(np.argsort(score)[: N // 10]) for score in (exact, kron)]
    assert len(top[0] & top[1]) >= 0.6 * N // 10
    assert stats.spearmanr(exact, kron).statistic > 0.98


def test_error_of_the_kronecker_form_is_measured_at_its_points(problem):
    X, y, theta = problem
    exact, kron = (many.loo_influence(theta, X, y, C, kind) for kind in ("influence", "kfac"))
    rows = logistic.with_intercept(X.astype(float))
    fits = theta[None], rows, y, np.ones((1, N)), C
    made = many.influence_made(*fits, "kfac")
    assert made["kind"] == "kfac"
    assert made["points"] == 32
    sample = np.argsort(kron)[np.linspace(0, N - 1, 32).astype(int)]
    error = np.median(np.abs(kron[sample] / exact[sample] - 1))
    assert made["relative_error"] == pytest.approx(error, rel=0.02)
    expected = stats.spearmanr(kron[sample], exact[sample]).statistic
    assert made["rank_correlation"] == pytest.approx(expected, abs=0.01)
    assert many.influence_made(*fits, "influence") == {"kind": "influence"}
    assert many.influence_made(*fits, "auto") == {"kind": "influence"}


def test_error_of_the_kronecker_form_under_the_last_fit_is_measured_for_who_may_use_it(problem):
    X, y, theta = problem
    rows, other = logistic.with_intercept(X.astype(float)), 0.5 * theta
    weights = np.ones((2, N))
    fits = np.stack([theta, other]), rows, y, weights, C
    alone = many.influence_made(other[None], rows, y, weights[:1], C, "kfac")
    assert many.influence_made(*fits, "influence") == {"kind": "influence"}
    made = many.influence_made(*fits, "auto")
    assert made["kind"] == "influence"
    assert {"kind": "kfac", **made["after"]} == alone
    both = many.influence_made(*fits, "kfac")
    assert both["after"] == made["after"]
    assert both["relative_error"] != made["after"]["relative_error"]


def test_an_error_that_takes_too_many_products_is_not_given(problem, monkeypatch):
    X, y, theta = problem
    fits = theta[None], logistic.with_intercept(X.astype(float)), y, np.ones((1, N)), C
    monkeypatch.setattr(many, "_COMPARING", 0)
    assert many.influence_made(*fits, "kfac")["points"] == 8
    monkeypatch.setattr(many.removals, "_FEW_ITERATIONS", 1)
    made = many.influence_made(*fits, "kfac")
    assert made["relative_error"] is made["rank_correlation"] is None
    assert "could not be measured" in score_names.approximated(made)


@pytest.mark.parametrize("kind", ["kfac", "auto"])
def test_two_classes_are_never_approximated(kind):
    X, y = several_classes(60, D, 2)
    theta = logistic.fit(X, y, C)
    exact = influence.loo_influence(theta, X, y, C)
    assert (influence.loo_influence(theta, X, y, C, kind) == exact).all()
    flat = softmax.fit(X, y, C)
    np.testing.assert_allclose(
        many.loo_influence(flat, X, y, C, "kfac"), many.loo_influence(flat, X, y, C), rtol=1e-10
    )


def test_constant_features_and_repeated_rows_have_scores_as_defined():
    X, y = several_classes(N, D, K)
    X[:, 1] = 3
    X[N // 2 :] = X[: N // 2]
    theta = softmax.fit(X, y, C)
    definition = many.influence_by_definition(theta, X, y, C)
    score = many.loo_influence(theta, X, y, C)
    np.testing.assert_allclose(score, definition, rtol=1e-9)
    np.testing.assert_allclose(score[N // 2 :], score[: N // 2], rtol=1e-12)
    assert many.condition_number(theta, X) == np.inf


@hostile(60)
@given(
    problems(shapes=[(6, 2), (12, 4)]), penalties, st.sampled_from([*many.KINDS, "published", "cg"])
)
def test_influence_has_a_sign_or_is_one_error(problem, C, kind):
    X, y = problem[0], np.arange(len(problem[0])) % 3
    options = {"published": {}, "cg": {"C": C, "solver": "gradients"}}.get(
        kind, {"C": C, "kind": kind}
    )
    theta, error = attempt(softmax.fit, X, y, C)
    if not error:
        score, error = attempt(many.loo_influence, theta, X, y, **options)
    if error:
        assert "nearer to 1" in error
        return
    assert np.isfinite(score).all()
    assert (score <= 0).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"theta": np.zeros((K, D))}, r"theta must have shape \(k, 6\), k >= 2, .* not \(4, 5\)"),
        ({"theta": np.zeros(D + 1)}, r"theta must have shape \(k, 6\), k >= 2, .* not \(6,\)"),
        ({"theta": np.full((K, D + 1), np.nan)}, "theta must be finite; row 0 is not"),
        ({"theta": np.zeros((3, D + 1))}, "labels must be below theta's 3 classes, not 3"),
        ({"kind": "loo"}, "kind must be one of influence, alo, kfac, auto, not 'loo'"),
        ({"solver": "qr"}, "solver must be one of dense, rows, gradients, not 'qr'"),
        ({"C": -1.0}, "C must be a positive number, not -1.0"),
        ({"fit_X": np.ones((3, D))}, r"m >= 120, not \(3, 5\)"),
        ({"fit_weights": np.ones(3)}, r"not \(120, 5\) and \(3,\)"),
        ({"fit_weights": np.full(N, np.nan)}, "fit_weights must be finite and not negative"),
        ({"theta": 1e4 * np.eye(K, D + 1, D - 3)}, "the Hessian is singular"),
        ({"theta": 1e4 * np.eye(K, D + 1, D - 3), "kind": "alo"}, "without some row"),
    ],
)
def test_bad_input_is_refused(problem, change, message):
    X, y, theta = problem
    with pytest.raises(ValueError, match=message):
        many.loo_influence(**({"theta": theta, "X": X, "y": y, "C": C} | change))


def test_logit_that_overflows_is_named():
    X, y, theta = np.full((6, 2), 1e300), np.arange(6) % 3, np.array([[1e300, 0, 0]] * 3)
    with pytest.raises(ValueError, match=r"of row 0 is (-?inf|nan); features nearer to 1"):
        many.loss(theta, X, y)
