"""Scores of training points under a logistic regression: loss and leave-one-out influence.

With x~ = [x, 1], p = sigmoid(theta' x~), labels y in {0, 1} and s = 2y - 1:

    loss_i = log(1 + exp(-s_i theta' x~_i)),    its gradient    g_i = (p_i - y_i) x~_i,
    H = sum_j v_j p_j (1 - p_j) x~_j x~_j' + diag(1, ..., 1, 0) / C ,

which is the Hessian of the objective of `logistic.fit`, divided by C. Leaving row i out moves theta
by about v_i H^-1 g_i, which raises the row's own loss by v_i g_i' H^-1 g_i. The score is the
negative of that.

`loss_by_definition` and `influence_by_definition` compute this with jax.grad and jax.hessian. The
functions without a suffix are closed forms of the same quantities, and 2 to 8 times as fast.
"""

import jax
import jax.numpy as jnp
import numpy as np
from scipy.linalg import blas
from scipy.special import expit

from efficient_augmentation.heads import leverages, logistic

KINDS = ("influence", "alo", "kfac", "auto")
"""Kinds of influence, for any number of classes. For two classes "kfac" and "auto" are the same as
"influence", since H is a Kronecker product."""

# The published code adds this to the diagonal of H in place of the penalty.
_PUBLISHED_RIDGE = 1e-10
# Share of the curvature that is left without a row; smaller values are rounding errors.
_SMALLEST_LEFT = 1e-12
# Above this condition number half of float64's digits are lost.
ILL_CONDITIONED = 1e8


def loss(theta, X, y):
    """Log loss of every row, without the penalty.

    Args:
      theta: (d + 1,), intercept last.
      X: features, (n, d).
      y: labels, (n,), 0 or 1.
    Returns: (n,) float64, nats, >= 0 (0 where a margin exceeds 745).
    Raises: ValueError for a wrong shape or value, and if a margin overflows.
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


def loo_influence(
    theta, X, y, C=None, kind="influence", fit_X=None, fit_weights=None, dtype=np.float64
):
    """Leave-one-out influence of every row on its own loss.

    More than six parameters: those after `kind` are for fits of other rows, and have defaults.

    Args:
      theta: (d + 1,), intercept last: the optimum of `logistic.fit`.
      X: features of the rows to score, (n, d).
      y: their labels, (n,), 0 or 1.
      C: the fit's inverse penalty. None leaves the penalty out of H, as the published code does,
        and adds 1e-10 to its diagonal. That H is singular if the classes are separable or d >= n,
        and the score then depends on the loss alone.
      kind: "influence", or "alo" (approximate leave-one-out), which divides by
        1 - v_i p_i (1 - p_i) x~_i' H^-1 x~_i and so accounts for the curvature that leaves with
        the row. "kfac" and "auto" of `softmax_influence` are the same as "influence" here.
      fit_X: features of the rows of the fit, (m, d), if they are not X itself; the first n of them
        must be X.
      fit_weights: sample weights of the fit's rows, (m,); None means ones. They count in H and as
        the weight v_i of a row that is left out; with C=None they only say which rows are present.
      dtype: np.float64, or np.float32 for the products and the factor of H (margins and residuals
        stay float64), which takes about half the time and gives scores to about five digits if H
        is well-conditioned. With C=None only float64.
    Returns: (n,) float64, <= 0: minus the rise of the row's log loss when it is left out.
    Raises: ValueError for a wrong shape, value or kind, and if H is singular.
    Cost: O(m d^2 + d^3), or O(m^2 d + m^3) if m <= d.
    Source: Kuchnik and Smith 2019, section 3; Koh and Liang 2017, eq. (2); approximate
      leave-one-out: Rad and Maleki 2020, eq. (7).
    """
    theta, X, y = _check(theta, X, y, logistic.check_values)
    X, fit_weights = check_fit(X, C, fit_X, fit_weights)
    return loo_influence_many(theta[None], X, y, fit_weights[None], C, kind, dtype)[0]


def check_fit(X, C, fit_X, fit_weights):
    """Rows of the fit with their intercept column (m, d + 1) and their weights (m,), checked."""
    fit_X = X if fit_X is None else logistic.check_values(fit_X, np.zeros(len(fit_X), int))[0]
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


def loo_influence_many(theta, X, y, weights, C, kind="influence", dtype=np.float64, calls=1):
    """`loo_influence` of the first rows under many fits of the same rows, without checks of shapes.

    More than six parameters: those of `loo_influence`, with the weights of the fits.

    Args:
      theta: (R, d + 1).
      X: rows of the fits with their intercept column, (m, d + 1).
      y: labels, (n,), of the first n rows, which are scored.
      weights: (R, m) sample weights of the fits.
      C, kind, dtype: as in `loo_influence`.
      calls: has no effect; see `softmax_influence.loo_influence_many`.
    Returns: (R, n) float64.
    Raises: ValueError if an H is singular, with alo also without one row, or kind is unknown.
    Cost: R times that of `loo_influence`; memory O(m d) for any R.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    if dtype not in (np.float64, np.float32) or (C is None and dtype != np.float64):
        wanted = "float64 or float32" if C is not None else "float64 where C is None"
        raise ValueError(f"dtype must be {wanted}, not {dtype!r}")
    n, result = len(y), np.empty((len(theta), len(y)))
    for r, (parameters, v) in enumerate(zip(theta, weights, strict=True)):
        # SciPy's BLAS, as for the leverages: NumPy has its own BLAS, whose threads would keep
        # spinning and slow SciPy's down.
        margin = blas.dgemv(1, X.T, parameters, trans=1)
        if C is None:
            v = (v > 0).astype(np.float64)
            leverage = leverages.singular(X, n, v * _curvature(margin), _PUBLISHED_RIDGE)
            v = np.ones(n)
        else:
            leverage = leverages.leverages(X, n, v * _curvature(margin), 1 / C, dtype)
        result[r] = _negative_influence(margin[:n], y, v[:n], leverage, kind == "alo")
    check_curvature(result, C, kind)
    return result


def influence_made(theta, X, y, weights, C, kind="influence", calls=1):
    """An empty mapping, since nothing is approximated; see `softmax_influence.influence_made`.

    More than six parameters: those of `loo_influence_many`.
    """
    return {}


def check_curvature(result, C, kind):
    """Raise ValueError unless all scores are finite; others come from a singular Hessian."""
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
    Returns: float, >= 1; infinity if H is singular up to rounding.
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
    """Log loss of one row (d,) with a scalar label, as a function that JAX can differentiate."""
    margin = (2 * y - 1) * (jnp.dot(x, theta[:-1]) + theta[-1])
    return jax.nn.softplus(-margin)


def influence_by_definition(theta, X, y, C):
    """`loo_influence` by its definition, with jax.grad and jax.hessian.

    Args:
      theta, X, y, C: as in `loo_influence`, with C a number.
    Returns: (n,) float64.
    Cost: O(n d^2) memory; this is for reading and testing, the closed form for use.
    """

    def objective(theta, X, y):
        losses = jax.vmap(loss_by_definition, (None, 0, 0))(theta, X, y)
        return losses.sum() + jnp.sum(theta[:-1] ** 2) / (2 * C)

    @jax.jit
    def scores(theta, X, y):
        H = jax.hessian(objective)(theta, X, y)
        gradients = jax.vmap(jax.grad(loss_by_definition), (None, 0, 0))(theta, X, y)
        return -(gradients * jnp.linalg.solve(H, gradients.T).T).sum(axis=1)

    with jax.enable_x64(True):
        return np.asarray(scores(*(jnp.asarray(part, jnp.float64) for part in (theta, X, y))))


def _check(theta, X, y, check_rows=logistic.check_rows):
    X, y = check_rows(X, y)
    theta = np.asarray(theta, np.float64)
    if theta.shape != (X.shape[1] + 1,):
        raise ValueError(
            f"theta must have shape ({X.shape[1] + 1},), intercept last, not {theta.shape}"
        )
    if not np.isfinite(theta).all():
        raise ValueError(f"theta must be finite; entry {int(np.argmin(np.isfinite(theta)))} is not")
    return theta, X, y


def _curvature(margin):
    # p and 1 - p are two sigmoids: 1 - p computed from p would lose the digits of small values.
    return expit(margin) * expit(-margin)


def _negative_influence(margin, y, weights, leverage, alo):
    """Score from the leverages x~' H^-1 x~ of the scored rows."""
    residual = expit((1 - 2 * y) * margin)
    left = 1 - weights * _curvature(margin) * leverage if alo else 1.0
    # This is positive in exact arithmetic; near 0 rounding would decide the score's sign and size.
    left = np.where(left > _SMALLEST_LEFT, left, np.nan)
    return -weights * residual**2 * leverage / left
