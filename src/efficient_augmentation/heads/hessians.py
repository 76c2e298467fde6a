"""Hessian of the multinomial logistic regression: dense, by products, and as a Kronecker product.

With x~ = [x, 1], class probabilities p_i = softmax(W x~_i), W (k, d + 1), and weights v_i,

    H = sum_i v_i S_i kron x~_i x~_i' + I kron diag(1, ..., 1, 0) ridge ,
    S_i = diag(p_i) - p_i p_i' .

Adding one vector to all rows of W changes no probability. So W is written as Q V, where V is
(k - 1, d + 1) and Q (k, k - 1) is an orthonormal basis of the vectors that sum to zero. All
probabilities can still be reached, the penalty stays the same since |W| = |V|, and the minimum over
all W has this form, since the gradient of the data term sums to zero over the classes. In these
coordinates S_i becomes Q' S_i Q, and H has P = (k - 1)(d + 1) rows and no null space if no feature
is redundant.

Arrays have classes first and rows last; the entries of H are ordered contrast by contrast.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

DENSE_BYTES = 2**31
"""Most memory for a dense H, its factor and the factor's inverse together, in float64."""
_BLOCK_BYTES = 2**26


def dense_limit():
    """Largest P for which H is kept dense."""
    return int((DENSE_BYTES / (3 * 8)) ** 0.5)


def block_rows(n, numbers):
    """Rows to work on at a time, of n rows that need `numbers` floats each: about 64 MiB."""
    most = int(np.clip(_BLOCK_BYTES // (8 * numbers), 128, 4096))
    return -(-n // -(-n // most))


def contrasts(k):
    """Q (k, k - 1): Helmert's orthonormal basis of the k-vectors that sum to zero."""
    Q = np.triu(np.ones((k, k - 1)))
    Q[np.arange(1, k), np.arange(k - 1)] = -np.arange(1, k)
    return Q / np.linalg.norm(Q, axis=0)


def residual(logits, own):
    """Residual p - e_y of every row.

    Args:
      logits: (..., k, n).
      own: (k, n) bool, whether a class is the row's.
    Returns: (..., k, n). The entry of the row's own class is computed as minus the sum of the
      others: p - 1 would lose all digits of a row that is fitted well.
    """
    others = jnp.where(own, 0.0, jax.nn.softmax(logits, axis=-2))
    return jnp.where(own, -others.sum(axis=-2, keepdims=True), others)


def probability_difference(logits, by):
    """softmax(logits + by) - softmax(logits), accurate to nearly all digits of its type.

    With probabilities p and e = exp(by) - 1 the new probabilities are p (1 + e) / (1 + p' e), so
    that they differ from p by p (e - p' e) / (1 + p' e).

    Args:
      logits, by: (..., k, n).
    Returns: (..., k, n), which is also the change of `residual`.
    """
    p = jax.nn.softmax(logits, axis=-2)
    # Adding one number to all classes changes nothing. After the mean is subtracted, the change of
    # a class with a probability near 1 keeps its digits too. A class that rises by 80 more than the
    # mean has probability 1 up to rounding, and a larger rise would overflow.
    by = jnp.minimum(by - (p * by).sum(axis=-2, keepdims=True), 80.0)
    e = jnp.expm1(by)
    mean = (p * e).sum(axis=-2, keepdims=True)
    return p * (e - mean) / (1 + mean)


def curvature(logits, weights):
    """w_i = v_i Q' S_i Q of every row, with the weights v.

    Args:
      logits: (k, n).
      weights: (n,).
    Returns: (k - 1, k - 1, n).
    """
    k = len(logits)
    Q = contrasts(k)
    p, variance = moments(logits)
    S = -p[:, None] * p
    S = S.at[jnp.arange(k), jnp.arange(k)].set(variance) * weights
    return jnp.einsum("ax,abn,by->xyn", Q, S, Q)


def moments(logits):
    """Probabilities p and p (1 - p) of logits (..., k, n); 1 - p is summed, to keep its digits."""
    p = jax.nn.softmax(logits, axis=-2)
    return p, p * jnp.einsum("ab,...bn->...an", 1 - jnp.eye(p.shape[-2]), p)


def add_dense(H, X, w):
    """H (P, P) plus the sum over rows of w_i kron x~_i x~_i', in its lower block triangle.

    Args:
      H: (P, P).
      X: rows with their intercept column, (n, D).
      w: (k - 1, k - 1, n), as `curvature` returns it.
    Returns: (P, P).
    Cost: k (k - 1) n D^2; memory P n.
    """
    D = X.shape[1]
    for a in range(len(w)):
        weighted = (w[a, : a + 1, :, None] * X).transpose(1, 0, 2).reshape(len(X), -1)
        H = H.at[a * D : (a + 1) * D, : (a + 1) * D].add(X.T @ weighted)
    return H


def ridge_diagonal(k, D, ridge):
    """Diagonal (P,) of the penalty: ridge on weights, none on intercepts."""
    return jnp.tile(jnp.full(D, ridge).at[-1].set(0.0), k - 1)


class Kronecker(NamedTuple):
    """H as one Kronecker product plus the penalty (K-FAC), by its eigenvectors.

    sum_i w_i kron x~_i x~_i' is approximated by (sum_i w_i) kron mean(x~ x~'), with a mean weighted
    by the traces of w_i. With x centred at its mean, the penalty, which excludes the intercept,
    commutes with both factors.
    """

    mean: jax.Array  # (d,)
    features: jax.Array  # (d, d), eigenvectors of the covariance in columns
    spread: jax.Array  # (d,), its eigenvalues
    classes: jax.Array  # (k - 1, k - 1), eigenvectors of sum_i w_i in columns
    mass: jax.Array  # (k - 1,), its eigenvalues
    ridge: jax.Array


def kronecker_sums(X, logits, weights, over_runs=lambda values: values.sum(axis=0)):
    """The two factors of `kronecker` as sums over rows, which can be added over blocks.

    Args:
      X: rows with their intercept column, (n, D).
      logits: (R, k, n), or (R, k, m) of some of the rows for each run.
      weights: (R, n), or (R, m).
      over_runs: sums (n,) of values of that shape over the runs.
    Returns: the sum of w_i, (k - 1, k - 1), and the sum of trace(w_i) x~_i x~_i', (D, D).
    """
    Q = contrasts(logits.shape[1])
    p, variance = moments(logits)
    weighted = p * weights[:, None]
    S = -jnp.einsum("ran,rbn->ab", weighted, p)
    variance = variance * weights[:, None]
    diagonal = jnp.arange(len(S))
    S = S.at[diagonal, diagonal].set(variance.sum(axis=(0, 2)))
    return Q.T @ S @ Q, (X * over_runs(variance.sum(axis=1))[:, None]).T @ X


def kronecker(sums, ridge):
    """`Kronecker` of the summed factors, with the penalty ridge on weights."""
    classes, second = sums
    tiny = jnp.finfo(second.dtype).tiny
    second = second / jnp.maximum(second[-1, -1], tiny)
    mean = second[-1, :-1]
    spread, features = jnp.linalg.eigh(second[:-1, :-1] - jnp.outer(mean, mean))
    mass, classes = jnp.linalg.eigh(classes)
    # If a class or a feature has no curvature, rounding leaves eigenvalues of either sign.
    mass = jnp.maximum(mass, jnp.maximum(jnp.finfo(mass.dtype).eps * mass[-1], tiny))
    return Kronecker(mean, features, jnp.maximum(spread, 0.0), classes, mass, jnp.asarray(ridge))


def kronecker_solve(kron, q):
    """Inverse of the Kronecker form times q, (..., k - 1, D)."""
    weights, intercept = q[..., :-1], q[..., -1]
    weights = weights - intercept[..., None] * kron.mean
    weights = jnp.einsum("ax,...ad,de->...xe", kron.classes, weights, kron.features)
    weights = weights / (kron.mass[:, None] * kron.spread + kron.ridge)
    weights = jnp.einsum("ax,...xe,de->...ad", kron.classes, weights, kron.features)
    intercept = ((intercept @ kron.classes) / kron.mass) @ kron.classes.T
    intercept = intercept - weights @ kron.mean
    return jnp.concatenate([weights, intercept[..., None]], axis=-1)


class Rows(NamedTuple):
    """Rows of a fit in blocks, padded with rows of weight 0."""

    X: jax.Array  # (blocks, B, D), with the intercept column
    logits: jax.Array  # (blocks, k, B)
    weights: jax.Array  # (blocks, B)


def product(rows, ridge, U):
    """H U for many U, (m, k - 1, D), without forming H.

    Args:
      rows: `Rows` of the fit.
      ridge: of the penalty.
      U: (m, k - 1, D).
    Returns: (m, k - 1, D).
    Cost: 4 m k n D; memory m k B.
    """
    k, D = rows.logits.shape[1], U.shape[-1]
    Q = contrasts(k)
    W = jnp.einsum("ax,mxd->mad", Q, U).reshape(-1, D)

    def add(total, block):
        X, logits, weights = block
        p = jax.nn.softmax(logits, axis=0)
        change = (W @ X.T).reshape(-1, k, len(X))
        # The mean is subtracted first: p z - p (p' z) would cancel.
        change = p * (change - (p * change).sum(axis=1, keepdims=True)) * weights
        return total + change.reshape(-1, len(X)) @ X, None

    total, _ = jax.lax.scan(add, jnp.zeros_like(W), rows)
    data = jnp.einsum("ax,mad->mxd", Q, total.reshape(-1, k, D))
    return data + ridge_diagonal(k, D, ridge).reshape(k - 1, D) * U


def conjugate_gradients(rows, kron, G, X, w, tolerance, iterations):
    """Solve (H - w_i kron x~_i x~_i') u_i = g_i for many i, preconditioned by the Kronecker form.

    More than six parameters: four of them describe H, which is never formed as a matrix.

    Args:
      rows: `Rows` of H, as in `product`.
      kron: `Kronecker` of H, with its ridge.
      G: right-hand sides g_i, (m, k - 1, D).
      X, w: the term removed from H for each right-hand side: rows (m, D) and their curvature
        (k - 1, k - 1, m); zeros for plain H.
      tolerance: of r' K^-1 r / g' u at the end, where r is the residual and K the Kronecker form.
        The error of g' H^-1 g is of this order (not of its root), since it is the square of u's
        error in the norm of H.
      iterations: most iterations.
    Returns: u (m, k - 1, D), NaN where the matrix is not positive definite; g' H^-1 g, (m,);
      whether each converged, (m,); the number of iterations.
    Source: Hestenes and Stiefel 1952.
    """

    def matrix(U):
        own = jnp.einsum("mxd,md->mx", U, X)
        return product(rows, kron.ridge, U) - jnp.einsum("xym,my,md->mxd", w, own, X)

    def dot(A, B):
        return jnp.einsum("mxd,mxd->m", A, B)

    def unfinished(state):
        *_, done, broken, k = state
        return ~(done | broken).all() & (k < iterations)

    def iterate(state):
        u, r, d, rz, done, broken, k = state
        Hd = matrix(d)
        curved = dot(d, Hd)
        broken |= ~done & ~(curved > 0)
        active = ~(done | broken)
        step = jnp.where(active, rz / jnp.where(active, curved, 1.0), 0.0)[:, None, None]
        u, r = u + step * d, r - step * Hd
        z = kronecker_solve(kron, r)
        new = dot(r, z)
        d = z + jnp.where(active, new / jnp.where(active, rz, 1.0), 0.0)[:, None, None] * d
        done |= active & (new <= tolerance * dot(G, u))
        return u, r, d, new, done, broken, k + 1

    z = kronecker_solve(kron, G)
    rz = dot(G, z)
    none = jnp.zeros(len(G), bool)
    state = jnp.zeros_like(G), G, z, rz, rz == 0, none, 0
    u, r, *_, done, broken, k = jax.lax.while_loop(unfinished, iterate, state)
    u = jnp.where(broken[:, None, None], jnp.nan, u)
    # In exact arithmetic r' u is zero. Adding it removes the larger part of the rounding error; the
    # rest is e' H e, with e the error of u.
    return u, dot(G + r, u), done, k
