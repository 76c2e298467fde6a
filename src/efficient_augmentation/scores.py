"""Scores of training points under a logistic regression: loss and leave-one-out influence.

With x~ = [x, 1], p = sigmoid(theta' x~), labels y in {0, 1} and s = 2y - 1:

    loss_i = log(1 + exp(-s_i theta' x~_i)),    its gradient    g_i = (p_i - y_i) x~_i,
    H = sum_j v_j p_j (1 - p_j) x~_j x~_j' + diag(1, ..., 1, 0) / C ,

the Hessian of the objective of `logistic.fit` over C. Leaving row i out moves theta by about
v_i H^-1 g_i, which lifts its own loss by v_i g_i' H^-1 g_i; the score is the negative of that.

`loss_by_definition` and `influence_by_definition` say this with jax.grad and jax.hessian. The
functions without a suffix are closed forms of the same quantities and a hundred times as fast.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from efficient_augmentation import logistic

KINDS = ("influence", "alo")

# What the published code adds to the diagonal of H instead of the penalty.
_PUBLISHED_RIDGE = 1e-10
# Of the curvature that stays with a row when it leaves: below this, rounding.
_SMALLEST_LEFT = 1e-12
# Beyond this condition number half of float64's digits are gone.
ILL_CONDITIONED = 1e8


def loss(theta, X, y):
    """Log loss of every row, without the penalty.

    Args:
      theta: (d + 1,), intercept last.
      X: features, (n, d).
      y: labels, (n,), 0 or 1.
    Returns: (n,) float64, nats, >= 0 (0 where a margin is beyond 745).
    Raises: ValueError for a wrong shape or value, and where a margin overflows.
    Source: Kuchnik and Smith 2019, section 3.
    """
    theta, X, y = _check(theta, X, y)
    with np.errstate(over="ignore", invalid="ignore"):
        margin = (2 * y - 1) * (X @ theta[:-1] + theta[-1])
    if not np.isfinite(margin).all():
        row = int(np.argmin(np.isfinite(margin)))
        raise ValueError(
            f"theta' x~ of row {row} is {margin[row]}; features nearer to 1 would help"
        )
    return np.logaddexp(0.0, -margin)


def loo_influence(theta, X, y, C=None, kind="influence", fit_X=None, fit_weights=None):
    """Leave-one-out influence of every row on its own loss.

    Args:
      theta: (d + 1,), intercept last: the optimum of `logistic.fit`.
      X: features of the rows to score, (n, d).
      y: their labels, (n,), 0 or 1.
      C: the fit's inverse penalty. None leaves the penalty out of H, as the published code does,
        and adds 1e-10 to its diagonal: that H is singular where the classes are separable or
        d >= n, and the score then follows the loss alone.
      kind: "influence", or "alo" (approximate leave-one-out), which divides by
        1 - v_i p_i (1 - p_i) x~_i' H^-1 x~_i and so accounts for the curvature that leaves with
        the row.
      fit_X: features of the rows of the fit, (m, d), where they are not X itself; the first n of
        them must be X.
      fit_weights: sample weights of the fit's rows, (m,); None means ones. They count in H and as
        the weight v_i of a row that is left out; with C=None only rows count, as published.
    Returns: (n,) float64, <= 0: minus the rise of the row's log loss when it is left out.
    Raises: ValueError for a wrong shape, value or kind, and where H is singular.
    Cost: O(m d^2 + d^3).
    Source: Kuchnik and Smith 2019, section 3; Koh and Liang 2017, eq. (2); approximate
      leave-one-out: Rad and Maleki 2020, eq. (7).
    """
    theta, X, y = _check(theta, X, y)
    X, fit_weights = check_fit(X, C, fit_X, fit_weights)
    return loo_influence_many(theta[None], X, y, fit_weights[None], C, kind)[0]


def check_fit(X, C, fit_X, fit_weights):
    """Rows of the fit with their intercept column (m, d + 1) and their weights (m,), checked."""
    fit_X = X if fit_X is None else logistic.check_rows(fit_X, np.zeros(len(fit_X), int))[0]
    fit_weights = np.ones(len(fit_X)) if fit_weights is None else np.asarray(fit_weights)
    if len(fit_X) < len(X) or fit_weights.shape != (len(fit_X),):
        raise ValueError(
            f"fit_X and fit_weights must have shapes (m, d) and (m,), m >= {len(X)}, not "
            f"{fit_X.shape} and {fit_weights.shape}"
        )
    if not (np.isfinite(fit_weights).all() and (fit_weights >= 0).all()):
        raise ValueError("fit_weights must be finite and not negative")
    if C is not None:
        logistic.check_C(C)
    return logistic.with_intercept(fit_X), fit_weights


def loo_influence_many(theta, X, y, weights, C, kind="influence"):
    """`loo_influence` of the first rows under many fits of the same rows; no checks of shapes.

    Args:
      theta: (R, d + 1).
      X: rows of the fits with their intercept column, (m, d + 1).
      y: labels of the first n rows, (n,): those are scored.
      weights: (R, m) sample weights of the fits.
      C, kind: as in `loo_influence`.
    Returns: (R, n) float64.
    Raises: ValueError where an H is singular, with alo also if it is so without a row, or kind is
      unknown.
    Cost: O(R (m d^2 + d^3)), memory O(m d) whatever R.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    weights = np.asarray(weights, np.float64)
    rows = _active_rows(weights)
    with jax.enable_x64(True):
        theta, X, y = (jnp.asarray(a, jnp.float64) for a in (theta, X, y))
        if C is None:
            present = (weights > 0).astype(np.float64)
            result = np.asarray(_published(theta, X, y, present, rows, kind == "alo"))
        else:
            result = np.asarray(_penalised(theta, X, y, weights, rows, float(C), kind == "alo"))
    check_curvature(result, C, kind)
    return result


def check_curvature(result, C, kind):
    """Raise ValueError unless all scores are finite: where not, a Hessian was singular."""
    if not np.isfinite(result).all():
        without = " without some row" if kind == "alo" else ""
        raise ValueError(
            f"the Hessian is singular to rounding{without} (C = {C}): a fit that separates the "
            "classes far leaves no curvature, and large features drown the penalty; a smaller C, "
            "or features nearer to 1, would help"
        )


def condition_number(theta, X, C=None):
    """Ratio of the largest to the smallest eigenvalue of H.

    Args:
      theta: (d + 1,), intercept last.
      X: features of the rows of the fit, (n, d).
      C: as in `loo_influence`; None leaves the penalty out and adds nothing.
    Returns: float, >= 1; infinity where H is singular to rounding.
    """
    theta, X, _ = _check(theta, X, np.zeros(len(X), int))
    margin = X @ theta[:-1] + theta[-1]
    curvature = np.exp(-np.abs(margin) - 2 * np.log1p(np.exp(-np.abs(margin))))
    X = logistic.with_intercept(X)
    H = (X * curvature[:, None]).T @ X
    if C is not None:
        H[np.arange(len(H) - 1), np.arange(len(H) - 1)] += 1 / C
    values = np.linalg.eigvalsh(H)
    smallest = values[0] if values[0] > values[-1] * len(H) * np.finfo(float).eps else 0.0
    return float(values[-1] / smallest) if smallest else float("inf")


def loss_by_definition(theta, x, y):
    """Log loss of one row, (d,) and scalar label, as a function that JAX differentiates."""
    margin = (2 * y - 1) * (jnp.dot(x, theta[:-1]) + theta[-1])
    return jax.nn.softplus(-margin)


def influence_by_definition(theta, X, y, C):
    """`loo_influence` as it is defined, through jax.grad and jax.hessian.

    Args:
      theta, X, y, C: as in `loo_influence`; C a number.
    Returns: (n,) float64.
    Cost: O(n d^2) memory; the closed form is for use, this for reading and testing.
    """

    def objective(theta):
        losses = jax.vmap(loss_by_definition, (None, 0, 0))(theta, X, y)
        return losses.sum() + jnp.sum(theta[:-1] ** 2) / (2 * C)

    with jax.enable_x64(True):
        theta, X = jnp.asarray(theta, jnp.float64), jnp.asarray(X, jnp.float64)
        y = jnp.asarray(y, jnp.float64)
        H = jax.hessian(objective)(theta)
        gradients = jax.vmap(jax.grad(loss_by_definition), (None, 0, 0))(theta, X, y)
        return np.asarray(-(gradients * jnp.linalg.solve(H, gradients.T).T).sum(axis=1))


def _check(theta, X, y):
    X, y = logistic.check_rows(X, y)
    theta = np.asarray(theta, np.float64)
    if theta.shape != (X.shape[1] + 1,):
        raise ValueError(
            f"theta must have shape ({X.shape[1] + 1},), intercept last, not {theta.shape}"
        )
    if not np.isfinite(theta).all():
        raise ValueError(f"theta must be finite; entry {int(np.argmin(np.isfinite(theta)))} is not")
    return theta, X, y


def _active_rows(weights):
    """Numbers of every run's rows of positive weight, padded with others to one length.

    The length is an eighth, a quarter, a half or all of the rows, so that few are compiled.
    """
    m = weights.shape[1]
    most = int((weights > 0).sum(axis=1).max())
    length = next(size for size in (-(-m // 8), -(-m // 4), -(-m // 2), m) if size >= most)
    return np.argsort(weights <= 0, axis=1, kind="stable")[:, :length]


def _curvature(margin):
    # p and 1 - p as two sigmoids: 1 - p from p would lose all digits of small values.
    return jax.nn.sigmoid(margin) * jax.nn.sigmoid(-margin)


def _hessian(theta, X, weights, rows):
    X, weights = X[rows], weights[rows]
    return (X * (weights * _curvature(X @ theta))[:, None]).T @ X


def _negative_influence(theta, X, y, weights, leverage, alo):
    """Score from the leverages x~' H^-1 x~ of the scored rows."""
    margin = X @ theta
    residual = jax.nn.sigmoid((1 - 2 * y) * margin)
    left = 1 - weights * _curvature(margin) * leverage if alo else 1.0
    # Positive but for rounding, which would decide sign and size of the score.
    left = jnp.where(left > _SMALLEST_LEFT, left, jnp.nan)
    return -weights * residual**2 * leverage / left


@partial(jax.jit, static_argnames="alo")
def _penalised(theta, X, y, weights, rows, C, alo):
    penalty = jnp.ones(X.shape[1]).at[-1].set(0.0) / C
    scored = X[: len(y)]

    def one(run):
        theta, weights, rows = run
        H = _hessian(theta, X, weights, rows) + jnp.diag(penalty)
        half = jax.scipy.linalg.solve_triangular(jnp.linalg.cholesky(H), scored.T, lower=True)
        leverage = (half**2).sum(axis=0)
        return _negative_influence(theta, scored, y, weights[: len(y)], leverage, alo)

    return jax.lax.map(one, (theta, weights, rows))


@partial(jax.jit, static_argnames="alo")
def _published(theta, X, y, present, rows, alo):
    scored = X[: len(y)]

    def one(run):
        theta, present, rows = run
        # H may be singular: rounding then leaves eigenvalues of either sign, and a plain inverse
        # would be noise. The ridge bounds them from below, as it does in exact arithmetic.
        values, vectors = jnp.linalg.eigh(_hessian(theta, X, present, rows))
        values = jnp.maximum(values, 0.0) + _PUBLISHED_RIDGE
        leverage = ((scored @ vectors) ** 2 / values).sum(axis=1)
        return _negative_influence(theta, scored, y, jnp.ones(len(y)), leverage, alo)

    return jax.lax.map(one, (theta, present, rows))
