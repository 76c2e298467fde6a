"""Leverages x~' H^-1 x~ of rows, H = sum_j w_j x~_j x~_j' + diag(1, ..., 1, 0) ridge, x~ = [x, 1].

BLAS computes them by blocks of rows, with symmetric products and products with a triangle, each of
which costs half of a matrix product. OMP_NUM_THREADS sets the number of its threads.
"""

import numpy as np
from scipy import linalg
from scipy.linalg import blas, lapack

# A block of this size stays in a core's cache while it is multiplied.
_BLOCK_BYTES = 2**20
_FEWEST_ROWS = 128


def leverages(X, scored, w, ridge, dtype=np.float64):
    """Leverage of the first rows.

    Args:
      X: rows with their intercept column, (m, d + 1), float64.
      scored: number of rows to score, the first ones.
      w: (m,), >= 0: weight of every row in H.
      ridge: > 0.
      dtype: type of the products and factors, float64 or float32.
    Returns: (scored,) of that type; NaN if H is singular up to rounding.
    Cost: for m' rows of positive weight, m' d^2 + scored d^2 operations and 2 d^3 / 3 for the
      factor; if m' <= d, m'^2 d + 2 scored m' d + scored m'^2 operations and 2 m'^3 / 3 for the
      factor, in the coordinates of the rows.
    """
    active = np.flatnonzero(w > 0)
    if not len(active):
        return np.full(scored, np.nan, dtype)
    by = _by_rows if len(active) < X.shape[1] else _by_features
    try:
        return by(X, scored, w, active, ridge, dtype)
    except linalg.LinAlgError:
        return np.full(scored, np.nan, dtype)


def singular(X, scored, w, ridge):
    """`leverages` with a ridge that includes the intercept, and so small that H may be singular.

    Rounding then leaves eigenvalues of either sign, and a plain inverse would be noise. Negative
    ones are set to zero, so that the ridge bounds all of them from below, as in exact arithmetic.
    """
    H = _second_moments(X, w, np.flatnonzero(w > 0), np.float64)
    values, vectors = linalg.eigh(H, lower=True, overwrite_a=True, check_finite=False)
    values = np.maximum(values, 0.0) + ridge
    halves = (X[block] @ vectors for block in _blocks(X, scored))
    return np.concatenate([(half**2 / values).sum(axis=1) for half in halves])


def _by_features(X, scored, w, active, ridge, dtype):
    H = _second_moments(X, w, active, dtype)
    features = np.arange(X.shape[1] - 1)
    H[features, features] += dtype(ridge)
    factor = _inverse_factor(H)
    result = np.empty(scored, dtype)
    for block in _blocks(X, scored):
        rows = X[block].astype(dtype, copy=False)
        result[block] = _squares(_times_triangle(factor, rows.T))
    return result


def _by_rows(X, scored, w, active, ridge, dtype):
    """Leverages by the products of H's rows with each other, centred at their mean.

    After centring, the intercept contributes the leverage 1 / sum(w), and for the rest
    (A' A + ridge)^-1 = (1 - A' (A A' + ridge)^-1 A) / ridge.
    """
    w = w[active]
    mean = w @ X[active, :-1] / w.sum()
    A = ((X[active, :-1] - mean) * np.sqrt(w)[:, None]).astype(dtype, copy=False)
    gram = blas.get_blas_funcs("syrk", dtype=dtype)(1, A.T, trans=1, lower=1)
    gram[np.arange(len(w)), np.arange(len(w))] += dtype(ridge)
    factor = _inverse_factor(gram)
    result = np.empty(scored, dtype)
    for block in _blocks(X, scored):
        rows = (X[block, :-1] - mean).astype(dtype, copy=False)
        half = _times_triangle(factor, A @ rows.T)
        result[block] = 1 / w.sum() + (_squares(rows.T) - _squares(half)) / ridge
    return result


def _second_moments(X, w, active, dtype):
    """Lower triangle of the sum of w_j x~_j x~_j'."""
    root = np.sqrt(w)
    H = np.zeros((X.shape[1], X.shape[1]), dtype, order="F")
    add = blas.get_blas_funcs("syrk", dtype=dtype)
    for block in _blocks(X, len(active)):
        rows = block if len(active) == len(X) else active[block]  # a slice copies nothing
        A = (X[rows] * root[rows, None]).astype(dtype, copy=False)
        H = add(1, A.T, beta=1, c=H, lower=1, overwrite_c=1)
    return H


def _inverse_factor(H):
    """Lower triangular B with B' B = H^-1; overwrites the lower triangle of H."""
    factorise, invert = lapack.get_lapack_funcs(("potrf", "trtri"), dtype=H.dtype)
    factor, failed = factorise(H, lower=1, overwrite_a=1)
    if failed:
        raise linalg.LinAlgError("not positive definite")
    return invert(factor, lower=1, overwrite_c=1)[0]


def _times_triangle(triangle, columns):
    return blas.get_blas_funcs("trmm", dtype=triangle.dtype)(1, triangle, columns, lower=1)


def _squares(columns):
    return np.einsum("dn,dn->n", columns, columns)


def _blocks(X, n):
    size = max(_FEWEST_ROWS, _BLOCK_BYTES // (8 * X.shape[1]))
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]
