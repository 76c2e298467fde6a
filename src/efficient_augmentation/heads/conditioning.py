"""Condition number of the multinomial Hessian, on parameters that sum to zero over the classes."""

import warnings
from functools import partial

import jax
import numpy as np
from scipy import linalg
from scipy.sparse.linalg import LinearOperator, eigsh, lobpcg

from efficient_augmentation.heads import class_blocks, hessians, removals, solvers

# Relative tolerance of an eigenvalue. If many are equal, as with features that never vary, Lanczos
# iteration would take minutes for the last digits.
_EIGENVALUE = 1e-6
# Relative tolerance of a residual; the eigenvalue's error is of the order of its square.
_RESIDUAL, _ITERATIONS = 1e-3, 500


def ratio(theta, X, ridge, solver=None):
    """Largest over smallest eigenvalue of H.

    Args:
      theta: (k, D), intercept last.
      X: rows with their intercept column, (n, D), of weight one.
      ridge: >= 0.
      solver: a name of `solvers.EXACT`; None means the cheapest that fits into memory.
    Returns: float, >= 1, to about six digits; infinity if H is singular up to rounding.
    Cost: a factor of H as for the influence, and some tens of products with it. If no factor fits
      into memory, or it takes more than `solvers.MOST_OPERATIONS`: about a hundred products with H.
    Source: Lanczos iteration gives both ends, the lower one on the inverse; without a factor LOBPCG
      does (Knyazev 2001), preconditioned by the Kronecker form.
    """
    (n, D), k = X.shape, len(theta)
    with jax.enable_x64(True):
        inverse = _inverse(theta, X, ridge, solver or _cheapest(n, k, D, ridge))
        if inverse is None:
            return float("inf")
        largest = _end(_operator(_multiplication(theta, X, ridge), (k - 1) * D))
        if isinstance(inverse, LinearOperator):
            found = largest * _end(inverse)
        else:
            found = largest / inverse
    finite = np.isfinite(found) and 0 < found * (k - 1) * D * np.finfo(float).eps < 1
    return float(found) if finite else float("inf")


def _cheapest(n, k, D, ridge):
    if not ridge and hessians.dense_limit() >= (k - 1) * D:
        return "dense"  # the blocks of classes would be singular before H is
    name, operations = solvers.exact(n, 0, k, D)
    return "gradients" if operations > solvers.MOST_OPERATIONS else name


def _inverse(theta, X, ridge, solver):
    """Inverse of H as an operator, or the smallest eigenvalue of H; None for a singular H."""
    k, D = theta.shape
    if solver == "rows":
        try:
            return _by_rows(theta, X, ridge)
        except linalg.LinAlgError:  # too few digits, which the other ways keep
            solver = "dense" if hessians.dense_limit() >= (k - 1) * D else "gradients"
    if solver == "gradients":
        return _smallest(theta, X, ridge)
    H = np.array(removals.hessian(theta, X, np.ones(len(X)), ridge))
    try:
        factor = linalg.cho_factor(H, lower=True, overwrite_a=True)
    except linalg.LinAlgError:
        return None
    return _operator(partial(linalg.cho_solve, factor), len(H))


def _by_rows(theta, X, ridge):
    k, D = theta.shape
    Q = hessians.contrasts(k)
    solve = class_blocks.inverse(theta @ X.T, X, np.ones(len(X)), ridge)
    return _operator(lambda v: (Q.T @ solve(Q @ v.reshape(k - 1, D))).ravel(), (k - 1) * D)


def _smallest(theta, X, ridge):
    """Smallest eigenvalue of H, by products with H alone; NaN if it is not found."""
    (k, D), multiply = theta.shape, _multiplication(theta, X, ridge)
    _, kron = removals.without_hessian(theta, X, np.ones(len(X)), ridge)
    divide = jax.jit(lambda v: hessians.kronecker_solve(kron, v.reshape(1, k - 1, D)).ravel())
    start = np.random.default_rng(0).normal(size=(k - 1) * D)
    for _ in range(3):
        start = np.asarray(divide(start / np.linalg.norm(start)))
    if not np.isfinite(start).all():
        return np.nan
    start = start / np.linalg.norm(start)
    scale = start @ multiply(start)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # if an iteration ends early, its result still counts
        values, _ = lobpcg(
            _operator(multiply, len(start)),
            start[:, None],
            M=_operator(lambda v: np.asarray(divide(v)), len(start)),
            largest=False,
            tol=_RESIDUAL * scale,
            maxiter=_ITERATIONS,
        )
    return float(values[0])


def _multiplication(theta, X, ridge):
    """Function that multiplies a vector (P,) by H."""
    k, D = theta.shape
    rows = removals.in_blocks(theta, X, np.ones(len(X)))
    multiply = jax.jit(lambda v: hessians.product(rows, ridge, v.reshape(1, k - 1, D)).ravel())
    return lambda v: np.asarray(multiply(v.ravel()))


def _operator(function, size):
    return LinearOperator((size, size), matvec=function, dtype=float)


def _end(operator):
    """Largest eigenvalue of an operator."""
    v0 = np.random.default_rng(0).normal(size=operator.shape[0])
    return eigsh(operator, 1, v0=v0, tol=_EIGENVALUE, return_eigenvectors=False)[0]
