"""Exact refits of a logistic regression without one of its rows, for many rows at once.

Every refit is near the fit of all rows, so the unknown is the difference. Let theta be the optimum
of all rows, r_j = sigmoid(-m_j) the residual of row j at its margin m_j = s_j theta' x~_j, and
delta the change of theta without row i. Without constants, the objective of the refit becomes

    f_i(delta) = C sum_{j != i} v_j (log(1 + r_j e_j) + r_j s_j x~_j' delta)
                 + C v_i r_i s_i x~_i' delta + |delta[:d]|^2 / 2 ,

with e_j = exp(-s_j x~_j' delta) - 1, since the gradient of all rows vanishes at theta. No term is a
difference of large numbers, so the result is accurate even if removing the row hardly matters,
unlike the difference of two fits.

Without row i the Hessian is H - C v_i r_i (1 - r_i) x~_i x~_i'. All refits share one factor of H.
With this correction of rank one (Sherman and Morrison), the first step of each refit is the
approximate leave-one-out step; L-BFGS (see `lbfgs`) continues from there down to rounding.
"""

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import expit

from efficient_augmentation import progress
from efficient_augmentation.heads import lbfgs, logistic

_EPS = float(np.finfo(np.float64).eps)
# Memory for the refits that run together: margins and similar arrays of all rows, L-BFGS's pairs.
_BATCH_BYTES = 2**28
_MOST_TOGETHER = 256


def refit_losses(X, y, C, points=None, sample_weight=None):
    """Rise of each row's own log loss in the fit without it, which influence estimates.

    Args:
      X: features, (n, d), finite; no intercept column.
      y: labels, (n,), 0 or 1; each class has at least two rows of positive weight.
      C: inverse strength of the penalty, > 0.
      points: (m,) rows to leave out, one at a time; None means all.
      sample_weight: (n,), >= 0; None means ones. Removing a row of weight 0 changes nothing.
    Returns: (m,) float64, nats, >= 0: log loss under the refit minus that under the fit of all
      rows, to about eight digits however small it is. The scores estimate the negative of this.
    Raises: ValueError for a wrong shape or value, and if a class is missing without a row;
      FloatingPointError if rounding prevents convergence.
    Cost: about ten iterations of O(m n d), and O(n d^2 + d^3); memory O(n d) and 256 MiB.
    Source: Kuchnik and Smith 2019, section 3: the leave-one-out change that their score estimates.
    """
    theta, points, shifts, rows, sign = _solve(X, y, C, points, sample_weight)
    own = rows[points]
    residual = expit(-sign[points] * (own @ theta))
    change = sign[points] * np.einsum("md,md->m", own, shifts)
    return np.log1p(residual * np.expm1(-change))


def refits(X, y, C, points=None, sample_weight=None):
    """Parameters of the fits without one row each.

    Args, Raises, Cost: as `refit_losses`.
    Returns: theta (m, d + 1) float64, intercept last, one row per point that is left out.
    """
    theta, _, shifts, _, _ = _solve(X, y, C, points, sample_weight)
    return theta + shifts


def _solve(X, y, C, points, sample_weight):
    """The fit of all rows, points, the change of theta by each refit (m, d + 1), x~, and signs."""
    X, y = logistic.check_rows(X, y)
    weights = np.ones(len(y)) if sample_weight is None else np.asarray(sample_weight, np.float64)
    theta = logistic.fit(X, y, C, weights)
    points = _check_points(points, y, weights)
    rows, sign = logistic.with_intercept(X), 2.0 * y - 1
    margin = sign * (rows @ theta)
    residual, kept = expit(-margin), expit(margin)
    # Sorted by residual, so that refits which run together take similar numbers of iterations.
    hardest = np.argsort(-(weights * residual)[points], kind="stable")
    bytes_each = 64 * len(rows) + 256 * rows.shape[1]
    together = max(1, min(_MOST_TOGETHER, len(points), _BATCH_BYTES // bytes_each))
    shifts = np.empty((len(points), rows.shape[1]))
    with jax.enable_x64(True):
        numbers = rows, sign, weights, residual, kept, C
        problem = [jnp.asarray(a, jnp.float64) for a in numbers]
        inverse = _inverse(*problem)
        for start in progress.track(range(0, len(points), together), "refits", "batch", "batches"):
            # The last batch repeats points of the previous one, so that one shape is compiled.
            batch = hardest[max(0, min(start, len(points) - together)) :][:together]
            left_out = jnp.asarray(points[batch])
            result = jax.device_get(_minimise(*problem, inverse, left_out))
            logistic.check_converged(*result, C, X)
            shifts[batch] = result[0]
    return theta, points, shifts, rows, sign


def _check_points(points, y, weights):
    points = np.arange(len(y)) if points is None else np.asarray(points)
    if points.ndim != 1 or not points.size or points.dtype.kind not in "iu":
        raise ValueError(f"points must be whole numbers (m,), m >= 1, not {points!r}")
    if points.min() < 0 or points.max() >= len(y):
        raise ValueError(
            f"points must be within 0..{len(y) - 1}, not {points.min()}..{points.max()}"
        )
    for label in (0, 1):
        members = np.flatnonzero((y == label) & (weights > 0))
        if len(members) == 1 and members[0] in points:
            raise ValueError(
                f"row {members[0]} is the only one of class {label}: without it there is no fit; "
                "leave it out of points"
            )
    return points


@jax.jit
def _inverse(X, sign, weights, residual, kept, C):
    penalty = jnp.ones(X.shape[1]).at[-1].set(0.0)
    H = C * (X * (weights * residual * kept)[:, None]).T @ X + jnp.diag(penalty)
    # As in `logistic`, a preconditioner must be positive definite, not exact.
    factor = jnp.linalg.cholesky(H + 4 * _EPS * jnp.trace(H) * jnp.eye(len(H)))
    return jax.scipy.linalg.cho_solve((factor, True), jnp.eye(len(H)))


@jax.jit
def _minimise(X, sign, weights, residual, kept, C, inverse, points):
    """For every refit: change of theta, norm of the gradient, its rounding error, whether done."""
    penalty = jnp.ones(X.shape[1]).at[-1].set(0.0)
    row_norm = jnp.linalg.norm(X, axis=1)
    runs = jnp.arange(len(points))
    lost = C * weights[points] * sign[points] * residual[points]

    def pull_at(change):
        e = jnp.expm1(-sign * change)
        pull = -C * weights * sign * residual * kept * e / (1 + residual * e)
        return pull.at[runs, points].set(lost)

    def gradient_at(delta, pull):
        magnitude = jnp.abs(pull) @ row_norm + lbfgs.norm(penalty * delta)
        return pull @ X + penalty * delta, 4 * _EPS * magnitude

    # H without row i has the inverse K + K x x' K / (1 / w - x' K x), where K is the inverse of H.
    across = X[points] @ inverse
    curvature = C * (weights * residual * kept)[points]
    share = 1 - curvature * (across * X[points]).sum(axis=1)
    factor = curvature / jnp.maximum(share, _EPS)

    def solve(_, q):
        return q @ inverse + (factor * (q * across).sum(axis=1))[:, None] * across

    objective = lbfgs.Objective(
        margin=lambda delta: delta @ X.T,
        pull=pull_at,
        gradient=gradient_at,
        slope=lambda step: step @ X.T,
        penalty=penalty,
        curvature=lambda change, done: (),
        solve=solve,
    )
    return lbfgs.minimise(objective, jnp.zeros_like(across), 0.0, leave=0)
