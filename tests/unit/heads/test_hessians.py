from decimal import Decimal, localcontext

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special

from efficient_augmentation.heads import hessians
from many_classes import several_classes

N, D, K = 30, 5, 4


@pytest.fixture(autouse=True)
def _x64():
    with jax.enable_x64(True):
        yield


def problem(scale=1.0, ridge=0.3):
    """Rows with intercepts, logits (K, N), weights, and H by its definition."""
    X, _ = several_classes(N, D - 1, K)
    X = np.column_stack([X.astype(float), np.ones(N)])
    rng = np.random.default_rng(0)
    theta, weights = scale * rng.normal(size=(K, D)), rng.choice([0.0, 0.5, 2.0], N)
    p = special.softmax(X @ theta.T, axis=1)
    Q = hessians.contrasts(K)
    H = np.kron(np.eye(K - 1), np.diag([ridge] * (D - 1) + [0]))
    for x, q, v in zip(X, p, weights, strict=True):
        H += v * np.kron(Q.T @ (np.diag(q) - np.outer(q, q)) @ Q, np.outer(x, x))
    return X, theta @ X.T, weights, H


def in_blocks(X, logits, weights, size):
    blocks = -(-N // size)
    more = blocks * size - N
    return hessians.Rows(
        np.pad(X, [(0, more), (0, 0)]).reshape(blocks, size, D),
        np.pad(logits, [(0, 0), (0, more)]).reshape(K, blocks, size).transpose(1, 0, 2),
        np.pad(weights, (0, more)).reshape(blocks, size),
    )


@pytest.mark.parametrize("k", [2, 3, 10])
def test_contrasts_are_an_orthonormal_basis_of_what_sums_to_zero(k):
    Q = hessians.contrasts(k)
    np.testing.assert_allclose(Q.T @ Q, np.eye(k - 1), atol=1e-15)
    np.testing.assert_allclose(Q.sum(axis=0), 0, atol=1e-15)


def test_probabilities_keep_the_digits_of_rows_that_are_fitted_well():
    logits, own = jnp.array([[40.0], [0.0], [-600.0]]), np.array([[True], [False], [False]])
    r = hessians.residual(logits, own)[:, 0]
    np.testing.assert_allclose(r[:2], [-np.exp(-40.0), np.exp(-40.0)], rtol=1e-12)
    assert r[2] > 0
    p, variance = hessians.moments(logits)
    np.testing.assert_allclose(variance[:, 0], [np.exp(-40), np.exp(-40), p[2, 0]], rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_differences_of_probabilities_keep_their_digits(dtype):
    rng = np.random.default_rng(0)
    own = np.arange(3)[:, None] == rng.integers(3, size=200)
    # Among them rows that are fitted so well that 1 - p has no digit, and hardly any change.
    logits = (rng.normal(size=(3, 200)) * rng.choice([1, 6], 200) + 15 * own).astype(dtype)
    by = (rng.normal(size=(3, 200)) * 10.0 ** rng.integers(-12, 2, 200)).astype(dtype)
    found = hessians.probability_difference(jnp.asarray(logits), jnp.asarray(by))
    assert found.dtype == dtype
    exact = np.array([_difference(*row) for row in zip(logits.T, by.T, strict=True)]).T
    size = np.abs(exact).max(axis=0) + 1e-35
    np.testing.assert_allclose(found / size, exact / size, atol=20 * np.finfo(dtype).eps)


def _difference(logits, by):
    """softmax(logits + by) - softmax(logits) to fifty digits."""
    with localcontext(prec=50):
        old = [Decimal(float(a)).exp() for a in logits]
        new = [
            (Decimal(float(a)) + Decimal(float(b))).exp() for a, b in zip(logits, by, strict=True)
        ]
        return [float(b / sum(new) - a / sum(old)) for a, b in zip(old, new, strict=True)]


def test_a_class_may_take_over_however_far_its_logit_rises():
    for rise in (100.0, 1e4, 1e30):
        by = jnp.array([[0.0], [rise], [0.0]], jnp.float32)
        change = hessians.probability_difference(jnp.zeros((3, 1), jnp.float32), by)
        np.testing.assert_allclose(change[:, 0], [-1 / 3, 2 / 3, -1 / 3], rtol=1e-6)


def test_dense_hessian_is_the_sum_over_rows():
    X, logits, weights, H = problem(ridge=0.0)
    w = hessians.curvature(logits, weights)
    ours = jnp.zeros(H.shape)
    for half in (slice(0, 11), slice(11, None)):
        ours = hessians.add_dense(ours, X[half], w[..., half])
    np.testing.assert_allclose(np.tril(ours), np.tril(H), atol=1e-12)


@pytest.mark.parametrize("size", [7, 30])
def test_product_is_that_of_the_dense_hessian(size):
    X, logits, weights, H = problem()
    U = np.random.default_rng(1).normal(size=(3, K - 1, D))
    ours = hessians.product(in_blocks(X, logits, weights, size), 0.3, U)
    np.testing.assert_allclose(ours.reshape(3, -1), U.reshape(3, -1) @ H, atol=1e-12)


def test_kronecker_form_is_exact_where_all_rows_are_equally_probable():
    X, logits, weights, H = problem(scale=0.0)
    sums = hessians.kronecker_sums(X, logits[None], weights[None])
    kron = hessians.kronecker(sums, 0.3)
    U = np.random.default_rng(1).normal(size=(2, 3, K - 1, D))
    back = hessians.kronecker_solve(kron, (U.reshape(6, -1) @ H).reshape(U.shape))
    np.testing.assert_allclose(back, U, atol=1e-12)


def test_kronecker_sums_add_up_over_rows_and_runs():
    X, logits, weights, H = problem(ridge=0.0)
    classes, second = hessians.kronecker_sums(X, logits[None], weights[None])
    blocks = H.reshape(K - 1, D, K - 1, D)
    np.testing.assert_allclose(np.einsum("adae->de", blocks), second, atol=1e-12)
    np.testing.assert_allclose(blocks[:, -1, :, -1], classes, atol=1e-12)
    runs = np.stack([logits, logits]), np.stack([0.25 * weights, 0.75 * weights])
    for ours, whole in zip(hessians.kronecker_sums(X, *runs), (classes, second), strict=True):
        np.testing.assert_allclose(ours, whole, atol=1e-12)


def solve(H_rows, G, X, w, iterations=200):
    sums = hessians.kronecker_sums(H_rows.X[0], H_rows.logits[0][None], H_rows.weights[0][None])
    kron = hessians.kronecker(sums, 0.3)
    return hessians.conjugate_gradients(H_rows, kron, G, X, w, 1e-14, iterations)


def test_conjugate_gradients_solve_with_and_without_the_row():
    X, logits, weights, H = problem()
    rows = in_blocks(X, logits, weights, N)
    G = np.random.default_rng(1).normal(size=(N, K - 1, D))
    G[3] = 0
    for w in (np.zeros((K - 1, K - 1, N)), hessians.curvature(logits, weights)):
        U, lift, done, iterations = solve(rows, G, X, w)
        assert done.all()
        assert 1 < iterations < 60
        for i in range(N):
            left = H - np.kron(w[..., i], np.outer(X[i], X[i]))
            np.testing.assert_allclose(left @ U[i].ravel(), G[i].ravel(), atol=1e-5)
            exact = G[i].ravel() @ np.linalg.solve(left, G[i].ravel())
            np.testing.assert_allclose(lift[i], exact, rtol=1e-11)


def test_conjugate_gradients_report_what_they_did_not_solve():
    X, logits, weights, _ = problem()
    rows = in_blocks(X, logits, weights, N)
    G = np.random.default_rng(1).normal(size=(2, K - 1, D))
    nothing = np.zeros((K - 1, K - 1, 2))
    *_, done, iterations = solve(rows, G, X[:2], nothing, iterations=2)
    assert not done.any()
    assert iterations == 2
    # More curvature leaves than there is: not positive definite.
    leaving = nothing + 1e6 * np.eye(K - 1)[..., None]
    leaving[..., 1] = 0
    U, _, done, _ = solve(
        rows, np.einsum("axn,nd->nxd", np.ones((1, K - 1, 2)), X[:2]), X[:2], leaving
    )
    assert done.tolist() == [False, True]
    assert np.isnan(U[0]).all()
    assert np.isfinite(U[1]).all()


def test_blocks_bound_the_memory_and_differ_little_in_size():
    assert hessians.block_rows(50_000, 2313) == 3572
    assert hessians.block_rows(100, 2313) == 100
    assert hessians.block_rows(10**6, 10**9) == 128
    assert hessians.dense_limit() == 9459
