"""L2 logistic regression, solved to rounding; many weightings of the same rows at once.

With x~ = [x, 1], labels y in {0, 1}, s = 2y - 1 and sample weights v_i the objective is

    f(theta) = C sum_i v_i log(1 + exp(-s_i theta' x~_i)) + |theta[:d]|^2 / 2 ,

as in scikit-learn; the intercept theta[d] is not penalised.

The simulation needs hundreds to thousands of fits that differ only in v. They share the expensive
part, see `lbfgs`: one Hessian, averaged over the runs that are fitted together, is factorised and
preconditions all of them.
"""

from functools import partial
from numbers import Real

import jax
import jax.numpy as jnp
import numpy as np

from efficient_augmentation.heads import lbfgs

_EPS = float(np.finfo(np.float64).eps)


def fit(X, y, C, sample_weight=None):
    """Parameters of the L2 logistic regression, at the optimum.

    Args:
      X: features, (n, d), finite; no intercept column.
      y: labels, (n,), 0 or 1, both present among the rows of positive weight.
      C: inverse strength of the penalty, > 0.
      sample_weight: (n,), >= 0; None means ones.
    Returns: theta (d + 1,) float64, intercept last, where the gradient is zero up to rounding.
    Raises: ValueError for a wrong shape or value; FloatingPointError if rounding prevents
      convergence.
    Cost: a few times O(n d^2 + d^3).
    Source: Kuchnik and Smith 2019, section 4; the objective is scikit-learn's.
    """
    weights = None if sample_weight is None else np.asarray(sample_weight)[None]
    return fit_many(X, y, C, weights)[0]


def fit_many(X, y, C, weights=None, start=None, tolerance=0.0):
    """Fits of the same rows under many weightings.

    Args:
      X: features, (n, d), finite; no intercept column.
      y: labels, (n,), 0 or 1, both present among the rows of positive weight of every run.
      C: inverse strength of the penalty, > 0.
      weights: (R, n), >= 0, one row per run; None means one run with ones.
      start: (R, d + 1) parameters to start from, or (d + 1,) for all runs; None means zeros. It
        affects the time, not the result.
      tolerance: distance from the optimum at which a run may stop, in standard errors of theta
        (the Newton decrement of f / C: the root of g' H^-1 g of its derivatives), so that it means
        the same at every C. Zero continues down to rounding.
    Returns: theta (R, d + 1) float64, intercept last.
    Raises: as `fit`.
    Cost: 5 to 90 iterations of O(R n d), and, for every 64 runs and sixteenth iteration,
      O(n d^2 + d^3). R counts distinct runs, and n the rows that have weight in any of the 64 runs,
      rounded up to quarters of all.
    """
    X, y = check_rows(X, y)
    check_C(C)
    weights = check_weights(weights, y, n_classes=2)
    shape = (len(weights), X.shape[1] + 1)
    start = np.zeros(shape) if start is None else np.broadcast_to(np.float64(start), shape)
    with jax.enable_x64(True):

        def advance(weights, theta, leave, exact):
            used = lbfgs.rows_in_use(weights)
            rows, sign = with_intercept(X[used]), 2.0 * y[used] - 1
            problem = rows, sign, C, tolerance * C**0.5, weights[:, used], theta
            return _minimise(*map(jnp.float64, problem), leave, exact)

        theta, *state = lbfgs.in_turns(advance, weights, start)
    check_converged(theta, *state, C, X)
    return theta


def check_weights(weights, y, n_classes):
    """Sample weights of R fits as float64 (R, n); None means one fit with equal weights.

    Raises: ValueError for a wrong shape or value, and if a run lacks a class.
    """
    weights = np.ones((1, len(y))) if weights is None else np.asarray(weights, np.float64)
    if weights.ndim != 2 or weights.shape[1] != len(y):
        raise ValueError(f"weights must have shape (runs, {len(y)}), not {weights.shape}")
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise ValueError("weights must be finite and not negative")
    for label in range(n_classes):
        if not (weights[:, y == label].any(axis=1)).all():
            raise ValueError(f"class {label} is absent from the rows of positive weight")
    return weights


def check_converged(theta, norm, rounding, done, C, X):
    """Raise FloatingPointError unless all runs ended at an optimum, up to rounding."""
    finite = np.isfinite(theta).all(axis=tuple(range(1, theta.ndim)))
    good = finite & (done | (norm <= 100 * rounding))
    if not good.all():
        worst = int(np.argmin(good))
        raise FloatingPointError(
            f"logistic regression did not converge: gradient norm {norm[worst]:.3g}, "
            f"reachable {rounding[worst]:.3g} (C = {C:g}, {X.shape[0]} rows of {X.shape[1]} "
            "features); features of a more even scale, nearer to 1, or a smaller C would help"
        )


def accuracy(theta, X, y):
    """Share of rows on the right side of the decision boundary.

    Args:
      theta: (d + 1,) or (R, d + 1), intercept last.
      X: features, (n, d).
      y: labels, (n,), 0 or 1.
    Returns: scalar or (R,), between 0 and 1.
    Raises: ValueError if theta' x~ is NaN.
    """
    return correct(theta, X, y).mean(axis=-1)


def correct(theta, X, y):
    """Whether a row lies on the right side of the decision boundary.

    Args, Raises: as `accuracy`.
    Returns: (n,) or (R, n) bool.
    """
    theta = np.asarray(theta, np.float64)
    margin = np.asarray(X, np.float64) @ theta[..., :-1].T + theta[..., -1]
    if np.isnan(margin).any():
        raise ValueError("theta and features must be finite: some theta' x~ is NaN")
    positive = (margin > 0).T
    return positive == np.asarray(y, bool)


def check_rows(X, y):
    """Features and labels as float64 and int arrays; a ValueError says what is wrong with them."""
    X, y = check_values(X, y)
    return X.astype(np.float64, copy=False), y


def check_values(X, y):
    """`check_rows` without a change of the features' type, which saves a copy."""
    X, y = np.asarray(X), np.asarray(y)
    if X.ndim != 2 or y.ndim != 1 or len(X) != len(y) or not X.size:
        raise ValueError(
            f"features and labels must have shapes (n, d) and (n,), not {X.shape} and {y.shape}"
        )
    if not np.issubdtype(X.dtype, np.floating) and X.dtype.kind not in "biu":
        raise ValueError(f"features must be real numbers, not {X.dtype}")
    if not np.isin(y, (0, 1)).all():
        raise ValueError(f"labels must be 0 or 1, not {np.unique(y)[:5]}")
    if not np.isfinite(X).all():
        row = int(np.flatnonzero(~np.isfinite(X).all(axis=1))[0])
        raise ValueError(f"features must be finite; row {row} holds NaN or infinity")
    return X, y.astype(np.int64, copy=False)


def check_C(C):
    """Raise a ValueError unless C is a positive, finite number."""
    if not isinstance(C, Real) or not (np.isfinite(C) and C > 0):
        raise ValueError(f"C must be a positive number, not {C!r}")


def with_intercept(X):
    """Rows x~ = [x, 1], float64."""
    rows = np.empty((len(X), X.shape[1] + 1))
    rows[:, :-1] = X
    rows[:, -1] = 1.0
    return rows


@partial(jax.jit, static_argnames="exact", compiler_options=lbfgs.COMPILED)
def _minimise(X, sign, C, tolerance, weights, theta, leave, exact):
    """For every run: theta, norm of its gradient, rounding error of that, whether it is done."""
    penalty = jnp.ones(X.shape[1]).at[-1].set(0.0)
    row_norm = jnp.linalg.norm(X, axis=1)
    # In units of the largest feature, since squares of the plain numbers may overflow float32.
    unit = jnp.abs(X).max()
    X32 = (X / unit).astype(jnp.float32)
    weights32 = (C * weights).astype(jnp.float32)

    def pull_at(margin):
        return -C * weights * sign * jax.nn.sigmoid(-sign * margin)

    def gradient_at(theta, pull):
        magnitude = jnp.abs(pull) @ row_norm + lbfgs.norm(penalty * theta)
        return pull @ X + penalty * theta, 4 * _EPS * magnitude

    def bend_at(margin, by):
        return weights32 * sigmoid_difference(margin, by)

    def inverse_at(margin, done):
        curvature = weights32 * jax.nn.sigmoid(margin) * jax.nn.sigmoid(-margin)
        mean = ~done @ curvature / jnp.maximum((~done).sum(), 1)
        return preconditioner(X32, unit**2 * mean, penalty)

    slope, turn = lbfgs.differences(X, exact)
    objective = lbfgs.Objective(
        margin=lambda theta: theta @ X.T,
        pull=pull_at,
        gradient=gradient_at,
        slope=slope,
        penalty=penalty,
        curvature=inverse_at,
        solve=lambda inverse, q: q @ inverse,
        bend=bend_at,
        turn=turn,
    )
    return lbfgs.minimise(objective, theta, tolerance, leave)


def sigmoid_difference(margin, by):
    """sigmoid(margin + by) - sigmoid(margin), accurate to nearly all digits of its type.

    With h the higher and l the lower of the two margins, its magnitude is
    (1 - exp(l - h)) sigmoid(h) sigmoid(-l), in which nothing cancels.
    """
    high, low = jnp.maximum(margin, margin + by), jnp.minimum(margin, margin + by)
    half = jnp.tanh(0.5 * by)
    # 2 half / (1 + |half|) is the first factor with the sign of the difference.
    return 2 * half / ((1 + jnp.abs(half)) * (1 + jnp.exp(-high)) * (1 + jnp.exp(low)))


def preconditioner(X32, curvature, penalty):
    """Inverse of X' diag(curvature) X + diag(penalty), with the product in float32.

    A preconditioner need not be exact, since the optimum does not depend on it. A millionth of the
    diagonal is added to it: this exceeds float32's rounding errors, which grow with the features,
    so that the matrix stays positive definite, and is small relative to every feature's own scale.
    """
    most = jnp.maximum(curvature.max(), jnp.finfo(jnp.float64).tiny)
    share = (curvature / most).astype(jnp.float32)
    H = most * ((X32 * share[:, None]).T @ X32).astype(jnp.float64)
    H = H + jnp.diag(penalty + 1e-6 * jnp.diag(H))
    scale = jax.lax.rsqrt(jnp.diag(H))
    factor = jnp.linalg.cholesky(scale[:, None] * H * scale)
    return scale[:, None] * jax.scipy.linalg.cho_solve((factor, True), jnp.diag(scale))
