"""L2 logistic regression, solved to rounding; many weightings of the same rows at once.

With x~ = [x, 1], labels y in {0, 1}, s = 2y - 1 and sample weights v_i the objective is

    f(theta) = C sum_i v_i log(1 + exp(-s_i theta' x~_i)) + |theta[:d]|^2 / 2 ,

scikit-learn's; the intercept theta[d] is not penalised.

The simulation needs some three hundred fits that differ in v alone, so all of them share the
expensive part. One Hessian, averaged over the runs, is factorised and preconditions L-BFGS in
every run; then an iteration is two matrix products, X~ times all directions and all residuals
times X~. The line search is free of matrix products, since margins are linear in the step.
"""

from numbers import Real
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

_MEMORY = 10  # curvature pairs that L-BFGS keeps
_REFRESH = 16  # iterations between two Hessians
_MAX_ITERATIONS = 600
_EPS = float(np.finfo(np.float64).eps)


def fit(X, y, C, sample_weight=None):
    """Parameters of the L2 logistic regression, at the optimum.

    Args:
      X: features, (n, d), finite; no intercept column.
      y: labels, (n,), 0 or 1, both present among the rows of positive weight.
      C: inverse strength of the penalty, > 0.
      sample_weight: (n,), >= 0; None means ones.
    Returns: theta (d + 1,) float64, intercept last. The gradient there is zero up to rounding.
    Raises: ValueError for a wrong shape or value; FloatingPointError if rounding keeps the
      gradient from vanishing.
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
      weights: (R, n), >= 0, a row a run; None means one run with ones.
      start: (R, d + 1) parameters to start from, or (d + 1,) for all runs alike; None means
        zeros. It changes the time, not the result.
      tolerance: distance from the optimum at which a run may stop, in standard errors of theta
        (the Newton decrement: the root of g' H^-1 g). Zero goes on to rounding.
    Returns: theta (R, d + 1) float64, intercept last.
    Raises: as `fit`.
    Cost: about 50 iterations of O(R n d), and O(n d^2 + d^3) for every sixteenth.
    """
    X, y = check_rows(X, y)
    weights = np.ones((1, len(y))) if weights is None else np.asarray(weights, np.float64)
    if weights.ndim != 2 or weights.shape[1] != len(y):
        raise ValueError(f"weights must have shape (runs, {len(y)}), not {weights.shape}")
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise ValueError("weights must be finite and not negative")
    check_C(C)
    for label in (0, 1):
        if not (weights[:, y == label].any(axis=1)).all():
            raise ValueError(f"class {label} is absent from the rows of positive weight")
    shape = (len(weights), X.shape[1] + 1)
    start = np.zeros(shape) if start is None else np.broadcast_to(np.asarray(start), shape)
    with jax.enable_x64(True):
        problem = with_intercept(X), 2.0 * y - 1, weights, C, start, tolerance
        theta, norm, rounding, done = jax.device_get(_minimise(*map(jnp.float64, problem)))
    good = np.isfinite(theta).all(axis=1) & (done | (norm <= 100 * rounding))
    if not good.all():
        worst = int(np.argmin(good))
        raise FloatingPointError(
            f"logistic regression did not converge: gradient norm {norm[worst]:.3g}, "
            f"reachable {rounding[worst]:.3g} (C = {C:g}, {X.shape[0]} rows of {X.shape[1]} "
            "features); features of a more even scale, nearer to 1, or a smaller C would help"
        )
    return theta


def accuracy(theta, X, y):
    """Share of rows on the right side of the decision boundary.

    Args:
      theta: (d + 1,) or (R, d + 1), intercept last.
      X: features, (n, d).
      y: labels, (n,), 0 or 1.
    Returns: scalar or (R,), between 0 and 1.
    Raises: ValueError where theta' x~ is no number.
    """
    theta = np.asarray(theta, np.float64)
    margin = np.asarray(X, np.float64) @ theta[..., :-1].T + theta[..., -1]
    if np.isnan(margin).any():
        raise ValueError("theta and features must be finite: some theta' x~ is NaN")
    positive = (margin > 0).T
    return (positive == np.asarray(y, bool)).mean(axis=-1)


def check_rows(X, y):
    """Features and labels as float64 and int arrays, or a ValueError that says what is wrong."""
    X, y = np.asarray(X), np.asarray(y)
    if X.ndim != 2 or y.ndim != 1 or len(X) != len(y) or not X.size:
        raise ValueError(
            f"features and labels must have shapes (n, d) and (n,), not {X.shape} and {y.shape}"
        )
    if not np.issubdtype(X.dtype, np.floating) and X.dtype.kind not in "biu":
        raise ValueError(f"features must be real numbers, not {X.dtype}")
    if not np.isin(y, (0, 1)).all():
        raise ValueError(f"labels must be 0 or 1, not {np.unique(y)[:5]}")
    X = X.astype(np.float64, copy=False)
    if not np.isfinite(X).all():
        row = int(np.flatnonzero(~np.isfinite(X).all(axis=1))[0])
        raise ValueError(f"features must be finite; row {row} holds NaN or infinity")
    return X, y.astype(np.int64, copy=False)


def check_C(C):
    """A ValueError where C is no inverse strength of a penalty."""
    if not isinstance(C, Real) or not (np.isfinite(C) and C > 0):
        raise ValueError(f"C must be a positive number, not {C!r}")


def with_intercept(X):
    """Rows x~ = [x, 1]."""
    return np.concatenate([X, np.ones((len(X), 1), X.dtype)], axis=1)


class _State(NamedTuple):
    theta: jax.Array  # (R, D), D = d + 1
    margin: jax.Array  # (R, n): X~ theta
    gradient: jax.Array  # (R, D)
    rounding: jax.Array  # (R,): norm of the error with which the gradient is computed
    done: jax.Array  # (R,)
    steps: jax.Array  # (memory, R, D), newest last
    changes: jax.Array  # (memory, R, D): of the gradient over each step
    inverse: jax.Array  # (D, D): of the shared Hessian
    k: int


@jax.jit
def _minimise(X, sign, weights, C, theta, tolerance):
    """Optimum of every run: theta, norm of its gradient, rounding of that, whether it is done."""
    penalty = jnp.ones(X.shape[1]).at[-1].set(0.0)
    row_norm = jnp.linalg.norm(X, axis=1)
    # In units of its largest feature: squares of the plain numbers may overflow float32.
    unit = jnp.abs(X).max()
    X32 = (X / unit).astype(jnp.float32)

    def pull_at(margin):
        return -C * weights * sign * jax.nn.sigmoid(-sign * margin)

    def gradient_at(theta, pull):
        magnitude = jnp.abs(pull) @ row_norm + _norm(penalty * theta)
        return pull @ X + penalty * theta, 4 * _EPS * magnitude

    def refresh(state):
        # Margins afresh too: a sum of steps gathers rounding errors.
        margin = state.theta @ X.T
        curvature = weights * jax.nn.sigmoid(margin) * jax.nn.sigmoid(-margin)
        mean = C * (~state.done @ curvature) / jnp.maximum((~state.done).sum(), 1)
        return state._replace(margin=margin, inverse=_preconditioner(X32, unit**2 * mean, penalty))

    def iterate(state):
        state = jax.lax.cond(state.k % _REFRESH == 0, refresh, lambda s: s, state)
        direction = -_two_loop(state)
        decrement = -(state.gradient * direction).sum(axis=1)
        # No descent at all is a failure of the arithmetic, not an optimum.
        near = (decrement > 0) & (decrement <= tolerance**2)
        exact = _norm(state.gradient) <= state.rounding
        state = state._replace(done=state.done | near | exact)
        slope = direction @ X.T

        def along(step):
            """Pull at a step, and the objective's slope there."""
            theta = state.theta + step[:, None] * direction
            pull = pull_at(state.margin + step[:, None] * slope)
            return pull, (pull * slope).sum(axis=1) + (penalty * theta * direction).sum(axis=1)

        step, pull = _line_search(along, -decrement, state.done)
        theta = state.theta + step[:, None] * direction
        gradient, rounding = gradient_at(theta, pull)
        return state._replace(
            theta=theta,
            margin=state.margin + step[:, None] * slope,
            gradient=gradient,
            rounding=rounding,
            steps=_remember(state.steps, step[:, None] * direction),
            changes=_remember(state.changes, gradient - state.gradient),
            k=state.k + 1,
        )

    def unfinished(state):
        return ~state.done.all() & (state.k < _MAX_ITERATIONS)

    margin = theta @ X.T
    memory = jnp.zeros((_MEMORY, *theta.shape))
    done = jnp.zeros(len(theta), bool)
    gradient = gradient_at(theta, pull_at(margin))
    state = _State(theta, margin, *gradient, done, memory, memory, jnp.diag(penalty), 0)
    state = jax.lax.while_loop(unfinished, iterate, state)
    return state.theta, _norm(state.gradient), state.rounding, state.done


def _norm(rows):
    return jnp.linalg.norm(rows, axis=1)


def _preconditioner(X32, curvature, penalty):
    """Inverse of X' diag(curvature) X + diag(penalty), its product in float32.

    A preconditioner may be off by a little: the optimum does not depend on it. What is added to
    the diagonal covers float32's rounding, so that the matrix stays positive definite.
    """
    most = jnp.maximum(curvature.max(), jnp.finfo(jnp.float64).tiny)
    share = (curvature / most).astype(jnp.float32)
    H = most * ((X32 * share[:, None]).T @ X32).astype(jnp.float64)
    ridge = penalty + 1e-6 * jnp.trace(H) / len(H)
    factor = jnp.linalg.cholesky(H + jnp.diag(ridge))
    return jax.scipy.linalg.cho_solve((factor, True), jnp.eye(len(H)))


def _remember(memory, newest):
    return jnp.concatenate([memory[1:], newest[None]])


def _two_loop(state):
    """Product of L-BFGS's inverse Hessian and the gradient, run by run (Nocedal 1980)."""
    curvature = (state.steps * state.changes).sum(axis=2)
    # An empty slot, or a step lost in rounding, has no curvature and drops out.
    rho = jnp.where(curvature > 0, 1 / jnp.where(curvature > 0, curvature, 1.0), 0.0)
    pairs = state.steps, state.changes, rho

    def back(q, pair):
        s, y, r = pair
        taken = r * (s * q).sum(axis=1)
        return q - taken[:, None] * y, taken

    def forth(q, pair):
        (s, y, r), taken = pair
        return q + (taken - r * (y * q).sum(axis=1))[:, None] * s, None

    q, taken = jax.lax.scan(back, state.gradient, pairs, reverse=True)
    return jax.lax.scan(forth, q @ state.inverse, (pairs, taken))[0]


def _line_search(along, initial, done):
    """Step that leaves at most half of the slope, and the pull there, in every run.

    The objective is convex, so its slope along a direction rises; secants inside a bracket find
    where it has halved. A step of one is tried first and nearly always right. Runs that are done
    stay where they are.
    """

    def enough(slope):
        return done | (jnp.abs(slope) <= 0.5 * jnp.abs(initial))

    def unfinished(carry):
        *_, slope, tries = carry
        return ~enough(slope).all() & (tries < 40)

    def refine(carry):
        low, high, step, _, slope, tries = carry
        low, high = jnp.where(slope < 0, step, low), jnp.where(slope < 0, high, step)
        secant = initial * step / (initial - slope)
        middle = jnp.where(jnp.isinf(high), 4 * low, (low + high) / 2)
        inside = (secant > low) & (secant < jnp.minimum(high, 8 * step))
        step = jnp.where(enough(slope), step, jnp.where(inside, secant, middle))
        return low, high, step, *along(step), tries + 1

    step = jnp.where(done, 0.0, 1.0)
    unbounded = jnp.full_like(step, jnp.inf)
    carry = jnp.zeros_like(step), unbounded, step, *along(step), 0
    _, _, step, pull, *_ = jax.lax.while_loop(unfinished, refine, carry)
    return step, pull
