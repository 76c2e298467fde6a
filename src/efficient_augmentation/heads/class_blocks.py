"""The multinomial Hessian as blocks of classes minus a product of rows: solves in n rows, not P.

In the coordinates of all k classes, with the rows' probabilities p_i and weights v_i, x~ = [x, 1],

    H = D - U U' ,    D_c = sum_i v_i p_ic x~_i x~_i' + diag(1, ..., 1, 0) ridge ,

where D has blocks D_c, and U has one column sqrt(v_i) p_i kron x~_i for each of the n rows (not one
for each row and class). By Woodbury's identity

    H^-1 = D^-1 + D^-1 U M^-1 U' D^-1 ,    M = I - U' D^-1 U    (n, n) ,

so that k factors of size d + 1 and one of size n take the place of one of size P = (k - 1)(d + 1).

H is singular along equal shifts of all intercepts; there M sqrt(v) = 0. Adding
sqrt(v) sqrt(v)' / sum(v) to M removes the singularity, and changes no solution for a g that sums to
zero over the classes. M's smallest eigenvalue is about that of H divided by that of D. If M is
ill-conditioned, the difference D - U U' loses digits of H, and an error is raised.

Products use SciPy's BLAS, as in `leverages`; symmetric ones cost half of a matrix product.
"""

import numpy as np
from scipy import linalg, special
from scipy.linalg import blas, lapack

from efficient_augmentation.heads import hessians

# Of M, whose largest eigenvalue is one; below this, fewer than eight digits are left.
_LEAST_RECIPROCAL_CONDITION = 1e-8


def operations(n, scored, k, D, alo=False):
    """Number of multiplications of `influence`, or with alo of `leverages`.

    Args:
      n: number of rows of positive weight.
      scored: number of scored rows among them.
      k, D: numbers of classes, and of features with the intercept.
    """
    blocks = k * (n * D**2 + D**3 / 6 + n**2 * D / 2 + n * scored * D)
    return blocks + n**3 / 6 + n**2 * scored * (k if alo else 1) / 2


def n_bytes(n, scored, k, alo=False):
    """Memory in bytes for M, its factorisation, and the scored rows."""
    return 8 * n * (2 * n + 2 * scored * (k if alo else 1))


def influence(logits, X, weights, ridge, r):
    """Quadratic forms g' H^-1 g of the first m rows, g = r kron x~.

    Args:
      logits: (k, n).
      X: rows with their intercept column, (n, D).
      weights: (n,), > 0.
      ridge: > 0.
      r: residuals of the first m rows, (k, m), each summing to zero over the classes.
    Returns: (m,), computed as sums of squares.
    Raises: LinAlgError if H is singular up to rounding, or loses eight digits here.
    Cost: as `operations`; memory as `n_bytes` and 16 n D.
    """
    m = r.shape[1]
    p, scale, M = _start(logits, weights)
    lift, across = np.zeros(m), np.zeros((len(X), m), order="F")
    for c, half in enumerate(_halves(p, X, weights, ridge)):
        own = half[:, :m] * r[c]
        lift += _squares(own)
        half *= scale[c]
        M = _less(M, half)
        across = blas.dgemm(1, half, own, beta=1, c=across, trans_a=1, overwrite_c=1)
    return lift + _squares(blas.dtrsm(1, _row_factor(M), across, lower=1, overwrite_b=1))


def leverages(logits, X, weights, ridge, m):
    """Leverages A = Q' (I kron x~)' H^-1 (I kron x~) Q of the first m rows, Q the contrasts.

    Args, Raises, Cost: as `influence`.
    Returns: (m, k - 1, k - 1).
    """
    k, n = logits.shape
    p, scale, M = _start(logits, weights)
    own, across = np.empty((k, m)), np.empty((n, m, k), order="F")
    for c, half in enumerate(_halves(p, X, weights, ridge)):
        own[c] = _squares(half[:, :m])
        scored = half[:, :m].copy(order="F")
        half *= scale[c]
        M = _less(M, half)
        across[:, :, c] = blas.dgemm(1, half, scored, trans_a=1)
    flat = across.reshape(n, m * k, order="F")
    half = blas.dtrsm(1, _row_factor(M), flat, lower=1, overwrite_b=1)
    Q = hessians.contrasts(k)
    half = half.reshape(n, m, k, order="F").transpose(1, 0, 2) @ Q
    return np.einsum("ax,am,ay->mxy", Q, own, Q, optimize=True) + half.transpose(0, 2, 1) @ half


def inverse(logits, X, weights, ridge):
    """Factorise H.

    Args, Raises: as `influence`.
    Returns: function that multiplies G (k, D), which sums to zero over the classes, by H^-1.
    """
    p, scale, M = _start(logits, weights)
    blocks = []
    for c in range(len(p)):
        blocks.append(_block_factor(X, weights * p[c], ridge))
        half = blas.dtrsm(1, blocks[c], X.T, lower=1) * scale[c]
        M = _less(M, half)
    rows = _row_factor(M)

    def divided(G):
        return np.stack([linalg.cho_solve((b, True), g) for b, g in zip(blocks, G, strict=True)])

    def solve(G):
        G = divided(G)
        across = linalg.cho_solve((rows, True), (scale * (G @ X.T)).sum(axis=0))
        return G + divided((scale * across) @ X)

    return solve


def _start(logits, weights):
    """Probabilities and the factors sqrt(v_i) p_i in U, (k, n) each, and M before any class."""
    p, root = special.softmax(logits, axis=0), np.sqrt(weights)
    M = np.asfortranarray(np.outer(root, root / weights.sum()))
    M[np.diag_indices(len(root))] += 1.0
    return p, root * p, M


def _halves(p, X, weights, ridge):
    """L_c^-1 X' (D, n) for every class in turn, where L_c L_c' = D_c."""
    for share in p:
        yield blas.dtrsm(1, _block_factor(X, weights * share, ridge), X.T, lower=1)


def _less(M, half):
    """Lower triangle of M - half' half, which overwrites M."""
    return blas.dsyrk(-1, half, beta=1, c=M, trans=1, lower=1, overwrite_c=1)


def _block_factor(X, weights, ridge):
    block = blas.dsyrk(1, (X * np.sqrt(weights)[:, None]).T, lower=1)
    features = np.arange(X.shape[1] - 1)
    block[features, features] += ridge
    factor, failed = lapack.dpotrf(block, lower=1, overwrite_a=1)
    if failed:
        raise linalg.LinAlgError("not positive definite")
    return factor


def _row_factor(M):
    factor, failed = lapack.dpotrf(M, lower=1, overwrite_a=1)
    # M's largest eigenvalue, one, is passed in place of its norm.
    if failed or lapack.dpocon(factor, 1.0, uplo="L")[0] < _LEAST_RECIPROCAL_CONDITION:
        raise linalg.LinAlgError("not positive definite to eight digits")
    return factor


def _squares(columns):
    return np.einsum("dn,dn->n", columns, columns)
