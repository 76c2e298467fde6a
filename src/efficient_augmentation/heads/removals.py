"""Rise of a row's loss when the row is removed, by one of several ways to use the inverse Hessian.

The score of row i, of weight v, is -v g' H^-1 g with g = r kron x~ and r = p - e_y, see
`softmax_influence`. Approximate leave-one-out takes the Newton step of the objective without the
row, whose Hessian is H - v S kron x~ x~' with S = diag(p) - p p'. It depends on H only by the row's
leverage A = (I kron x~)' H^-1 (I kron x~), with one entry per pair of classes: by Woodbury's
identity

    g' (H - v S kron x~ x~')^-1 g = r' (A^-1 - v S)^-1 r
                                  = r' (A + v A F (I - v F' A F)^-1 F' A) r

for any F with S = F F', of which F = diag(sqrt(p)) - p sqrt(p)' needs no factorisation. With two
classes this divides by 1 - v p (1 - p) x~' H^-1 x~, as `influence` does.
"""

import logging
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from scipy import linalg

from efficient_augmentation import progress
from efficient_augmentation.heads import class_blocks, hessians, solvers

_log = logging.getLogger(__name__)
# The published code, for two classes, adds this to the diagonal of H in place of the penalty.
_PUBLISHED_RIDGE = 1e-10
# Share of the curvature that is left without a row; smaller values are rounding errors.
_SMALLEST_LEFT = 1e-12
# Relative error of a score by conjugate gradients, and the most iterations to reach it.
_TOLERANCE, _ITERATIONS = 1e-12, 5000
# As above, for measuring the error of an approximation; points that need more are left out.
_ROUGHLY, _FEW_ITERATIONS = 1e-4, 50
_SOLVED_TOGETHER = 64


def _blocks(size, *arrays):
    """Blocks of rows of all arrays; the last is zero-padded, so that one shape is compiled."""
    for start in range(0, len(arrays[0]), size):
        parts = [a[start : start + size] for a in arrays]
        yield [np.pad(a, [(0, size - len(a))] + [(0, 0)] * (a.ndim - 1)) for a in parts]


def _own(y, k):
    return y == jnp.arange(k)[:, None]


def in_row_space(X, theta):
    """Rows (n, D) and parameters (k, D) in coordinates of the rows, if n < D - 1.

    Features are rotated so that all but the first n of them vanish. Neither the penalty nor the
    logits change, and features that vanish have no gradient.
    """
    if len(X) >= X.shape[1] - 1:
        return X, theta
    basis, rows = linalg.qr(X[:, :-1].T, mode="economic")
    turned = np.concatenate([theta[:, :-1] @ basis, theta[:, -1:]], axis=1)
    return np.concatenate([rows.T, X[:, -1:]], axis=1), turned


def exact(theta, X, y, weights, C, alo, solver=None):
    """Scores of the first rows, all of positive weight, by one of `solvers.EXACT`.

    More than six parameters: five of them describe the fit, and the solver is optional.
    """
    (n, D), k, scored = X.shape, len(theta), len(y)
    P, limit = (k - 1) * D, hessians.dense_limit()
    if C is None and limit < P:
        raise ValueError(
            f"C must be a number for {k} classes and {D - 1} features: without the penalty a dense "
            f"Hessian is needed, and {P} parameters are beyond the {limit} for which one is kept"
        )
    name = "dense" if C is None else solver or solvers.exact(n, scored, k, D, alo)[0]
    if name == "rows":
        try:
            return _by_rows(theta, X, y, weights, C, alo)
        except linalg.LinAlgError:  # too few digits, which `dense` and `gradients` keep
            name = "dense" if limit >= P else "gradients"
    return (_dense if name == "dense" else _matrix_free)(theta, X, y, weights, C, alo)


# Solver "rows": blocks of classes and a matrix of the rows, see `class_blocks`.


def _by_rows(theta, X, y, weights, C, alo):
    logits, n = theta @ X.T, len(y)
    r = np.asarray(hessians.residual(logits[:, :n], np.asarray(_own(y, len(theta)))))
    if not alo:
        return -weights[:n] * class_blocks.influence(logits, X, weights, 1 / C, r)
    A = class_blocks.leverages(logits, X, weights, 1 / C, n)
    r = hessians.contrasts(len(theta)).T @ r
    return -weights[:n] * np.asarray(_lift_left_out(A, r, logits[:, :n], weights[:n]))


# Solver "dense": sums over blocks of rows, one factorisation, and a product with it per block.


def _dense(theta, X, y, weights, C, alo):
    n, P = len(y), (len(theta) - 1) * theta.shape[1]
    H = hessian(theta, X, weights, 0.0 if C is None else 1 / C)
    factor = _published_factor(H) if C is None else _inverse_factor(H)
    scored = _blocks(hessians.block_rows(n, P), X[:n], y, weights[:n])
    result = [_score_dense(factor, theta, *block, alo, C is not None) for block in scored]
    return np.concatenate(result)[:n]


def hessian(theta, X, weights, ridge):
    """Lower block triangle of H, dense: (P, P)."""
    k, D = theta.shape
    P = (k - 1) * D
    H = jnp.zeros((P, P)).at[jnp.arange(P), jnp.arange(P)].set(hessians.ridge_diagonal(k, D, ridge))
    for block in _blocks(hessians.block_rows(len(X), P), X, weights):
        H = _add_dense(H, theta, *block)
    return H


@partial(jax.jit, donate_argnames="H")
def _add_dense(H, theta, X, weights):
    return hessians.add_dense(H, X, hessians.curvature(theta @ X.T, weights))


@partial(jax.jit, donate_argnames="H")
def _inverse_factor(H):
    """Lower triangular B with B' B = H^-1."""
    factor = jax.lax.linalg.cholesky(H, symmetrize_input=False)
    return jax.scipy.linalg.solve_triangular(factor, jnp.eye(len(H)), lower=True)


@partial(jax.jit, donate_argnames="H")
def _published_factor(H):
    """B with B' B the inverse of H plus the published ridge, also if H is singular.

    Rounding then leaves eigenvalues of either sign, and a plain inverse would be noise. Negative
    ones are set to zero, so that the ridge bounds all of them from below, as in exact arithmetic.
    """
    values, vectors = jnp.linalg.eigh(H, UPLO="L", symmetrize_input=False)
    return vectors.T / jnp.sqrt(jnp.maximum(values, 0.0) + _PUBLISHED_RIDGE)[:, None]


@partial(jax.jit, static_argnames=("alo", "lower"))
def _score_dense(factor, theta, X, y, weights, alo, lower):
    """Scores of a block of rows from B with B' B = H^-1, block by block of its rows."""
    (k, D), logits = theta.shape, theta @ X.T
    r = hessians.contrasts(k).T @ hessians.residual(logits, _own(y, k))
    lift, leverage = jnp.zeros(len(X)), jnp.zeros((len(X), k - 1, k - 1))
    for a in range(k - 1):
        # B (I kron x~), whose upper block triangle is zero if B is triangular.
        end = a + 1 if lower else k - 1
        block = factor[a * D : (a + 1) * D, : end * D].reshape(D, end, D)
        half = jnp.einsum("nd,ebd->neb", X, block)
        if alo:
            product = jnp.einsum("nea,neb->nab", half, half)
            leverage = leverage.at[:, :end, :end].add(product)
        else:
            lift += (jnp.einsum("neb,bn->ne", half, r[:end]) ** 2).sum(axis=1)
    if alo:
        lift = _lift_left_out(leverage, r, logits, weights)
    return -weights * lift


@jax.jit
def _lift_left_out(A, r, logits, weights):
    """Quadratic forms r' (A^-1 - v S)^-1 r of all rows, as in the module's docstring.

    Args:
      A: (n, k - 1, k - 1).
      r: (k - 1, n).
      logits: (k, n).
      weights: (n,).
    Returns: (n,); NaN where almost no curvature is left without the row.
    """
    k = len(logits)
    p, variance = hessians.moments(logits)
    root = jnp.sqrt(p)
    F = -p[:, None] * root
    # (1 - p) sqrt(p), with 1 - p computed as the sum of the others.
    own = jnp.where(root > 0, variance / jnp.where(root > 0, root, 1.0), 0.0)
    F = F.at[jnp.arange(k), jnp.arange(k)].set(own)
    AF = jnp.einsum("nxy,ay,abn->nxb", A, hessians.contrasts(k), F)
    FAF = jnp.einsum("ncx,nxb->ncb", jnp.einsum("ax,acn->ncx", hessians.contrasts(k), F), AF)
    left = jnp.linalg.cholesky(jnp.eye(k) - weights[:, None, None] * FAF)
    # This is positive in exact arithmetic; near 0 rounding would decide the score's sign and size.
    smallest = jnp.diagonal(left, axis1=1, axis2=2).min(axis=1) ** 2
    pulled = jnp.einsum("xn,nxb->nb", r, AF)[..., None]
    half = jax.scipy.linalg.solve_triangular(left, pulled, lower=True)[..., 0]
    lift = jnp.einsum("xn,nxy,yn->n", r, A, r) + weights * (half**2).sum(axis=1)
    return jnp.where(smallest > _SMALLEST_LEFT, lift, jnp.nan)


# Without H as a matrix: products with H, and the Kronecker product that approximates it.


def without_hessian(theta, X, weights, ridge):
    """`hessians.Rows` of a fit, and `hessians.Kronecker` of its H."""
    rows = in_blocks(theta, X, weights)
    return rows, _kronecker_of(rows, ridge)


@jax.jit
def _kronecker_of(rows, ridge):
    def add(sums, block):
        more = hessians.kronecker_sums(block.X, block.logits[None], block.weights[None])
        return jax.tree.map(jnp.add, sums, more), None

    k, D = rows.logits.shape[1], rows.X.shape[2]
    sums = jnp.zeros((k - 1, k - 1)), jnp.zeros((D, D))
    sums, _ = jax.lax.scan(add, sums, rows)
    return hessians.kronecker(sums, ridge)


def in_blocks(theta, X, weights):
    """`hessians.Rows` of a fit."""
    size = hessians.block_rows(len(X), _SOLVED_TOGETHER * len(theta))
    X, weights = map(np.stack, zip(*_blocks(size, X, weights), strict=True))
    logits = np.einsum("kd,bnd->bkn", theta, X, optimize=True)
    return hessians.Rows(*map(jnp.asarray, (X, logits, weights)))


def kronecker(theta, X, y, weights, C):
    """Scores of the first rows, with a Kronecker product in place of H."""
    _, kron = without_hessian(theta, X, weights, _PUBLISHED_RIDGE if C is None else 1 / C)
    n = len(y)
    scored = _blocks(hessians.block_rows(n, X.shape[1]), X[:n], y, weights[:n])
    return np.concatenate([_score_kronecker(kron, theta, *block) for block in scored])[:n]


@jax.jit
def _score_kronecker(kron, theta, X, y, weights):
    k = len(theta)
    r = hessians.residual(theta @ X.T, _own(y, k))
    r2 = ((hessians.contrasts(k) @ kron.classes).T @ r) ** 2
    x2 = ((X[:, :-1] - kron.mean) @ kron.features) ** 2
    inverse = 1 / (kron.mass[:, None] * kron.spread + kron.ridge)
    return -weights * (r2 * (inverse @ x2.T + 1 / kron.mass[:, None])).sum(axis=0)


def _matrix_free(theta, X, y, weights, C, alo):
    P = (len(theta) - 1) * X.shape[1]
    solvers.say(
        f"influence by conjugate gradients, row by row: a Hessian of {P} parameters "
        f"({8 * P**2 / 2**30:.1f} GiB) or a matrix of {len(X)} rows is beyond what is kept dense; "
        "influence: kfac approximates it"
    )
    rows, kron = without_hessian(theta, X, weights, 1 / C)
    n, result, most = len(y), [], 0
    blocks = list(_blocks(min(n, _SOLVED_TOGETHER), X[:n], y, weights[:n]))
    for block in progress.track(blocks, "conjugate gradients", "block"):
        solved = _score_matrix_free(rows, kron, theta, *block, alo, _TOLERANCE, _ITERATIONS)
        score, done, iterations = solved
        if not (done | np.isnan(score)).all():
            raise FloatingPointError(
                f"conjugate gradients did not converge in {_ITERATIONS} iterations (C = {C:g}); "
                "features of a more even scale, nearer to 1, or a smaller C would help"
            )
        result.append(score)
        most = max(most, int(iterations))
    _log.info("conjugate gradients: at most %d iterations", most)
    return np.concatenate(result)[:n]


def some_exactly(theta, X, y, weights, C, points):
    """Scores (m,) of some of the first rows, to about a thousandth, and whether each converged.

    Cost: at most `_FEW_ITERATIONS` products of H with m vectors.
    """
    present = weights > 0
    rows, kron = without_hessian(theta, X[present], weights[present], 1 / C)
    arguments = X[points], y[points], weights[points]
    ends = _ROUGHLY, _FEW_ITERATIONS
    score, done, _ = _score_matrix_free(rows, kron, theta, *arguments, False, *ends)
    return np.asarray(score), np.asarray(done)


@partial(jax.jit, static_argnames="alo")
def _score_matrix_free(rows, kron, theta, X, y, weights, alo, tolerance, most):
    k, logits = len(theta), theta @ X.T
    r = hessians.contrasts(k).T @ hessians.residual(logits, _own(y, k))
    # A row of weight 0 has score 0, so there is nothing to solve.
    G = jnp.einsum("xn,nd->nxd", jnp.where(weights > 0, r, 0.0), X)
    leaving = hessians.curvature(logits, weights) * (1.0 if alo else 0.0)
    _, lift, done, iterations = hessians.conjugate_gradients(
        rows, kron, G, X, leaving, tolerance, most
    )
    return -weights * lift, done, iterations
