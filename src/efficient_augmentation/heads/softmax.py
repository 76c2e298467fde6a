"""L2 multinomial logistic regression, solved to rounding; many weightings of the same rows at once.

With x~ = [x, 1], labels y in 0..k-1, parameters theta (k, d + 1), a row a class, and sample weights
v_i the objective is

    f(theta) = C sum_i v_i (log sum_c exp(theta_c' x~_i) - theta_{y_i}' x~_i)
             + |theta[:, :d]|^2 / 2 ,

scikit-learn's; the intercepts theta[:, d] are not penalised. They are determined up to a common
constant and sum to zero here, as the weights of each feature do at the optimum by themselves.

With two classes theta_1 = -theta_0 = w / 2 and the penalty is |w|^2 / 4: half of that on the w of
`logistic`. So theta_1 - theta_0 here is `logistic.fit` with 2 C, and `logistic.fit` with C is this
with C / 2.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from efficient_augmentation.heads import hessians, lbfgs, logistic

_EPS = float(np.finfo(np.float64).eps)
# Of margins, slopes and pulls of the runs that are fitted together.
_RUN_BYTES = 2**30
# Products of a Hessian by classes that are worth saving: half a second's.
_MANY_PRODUCTS = 1e10


def fit(X, y, C, sample_weight=None):
    """Parameters of the L2 multinomial logistic regression, at the optimum.

    Args:
      X: features, (n, d), finite; no intercept column.
      y: labels, (n,), 0..k-1, all present among the rows of positive weight.
      C: inverse strength of the penalty, > 0.
      sample_weight: (n,), >= 0; None means ones.
    Returns: theta (k, d + 1) float64, intercept last, summing to zero over the classes. The
      gradient there is zero up to rounding.
    Raises: ValueError for a wrong shape or value; FloatingPointError if rounding keeps the
      gradient from vanishing.
    Cost: as `fit_many` with one run.
    Source: the objective is scikit-learn's, multinomial.
    """
    weights = None if sample_weight is None else np.asarray(sample_weight)[None]
    return fit_many(X, y, C, weights)[0]


def fit_many(X, y, C, weights=None, start=None, tolerance=0.0):
    """Fits of the same rows under many weightings.

    Args:
      X: features, (n, d), finite; no intercept column.
      y: labels, (n,), 0..k-1, all present among the rows of positive weight of every run.
      C: inverse strength of the penalty, > 0.
      weights: (R, n), >= 0, a row a run; None means one run with ones.
      start: (R, k, d + 1) parameters to start from, or (k, d + 1) for all runs alike; None means
        zeros. It changes the time, not the result.
      tolerance: distance from the optimum at which a run may stop, in standard errors of theta
        (the Newton decrement of f / C: the root of g' H^-1 g of its derivatives), so that it means
        the same at every C. Zero goes on to rounding.
    Returns: theta (R, k, d + 1) float64, intercept last, summing to zero over the classes.
    Raises: as `fit`.
    Cost: some 50 to 500 iterations of O(R k n d), and, for every 64 runs or fewer and sixteenth
      iteration, O(k n d^2 + k d^3), or O(n (d^2 + R k^2) + d^3) where that is much for few runs,
      with R and n as in `logistic.fit_many`, or n the rows that a run weighs where these are at
      most half. Memory: X in float64 and float32, and 50 k n bytes a run, but for at most 1 GiB of
      runs at a time; at most 2 GiB of rows of the runs' own.
    """
    X, y = check_rows(X, y)
    logistic.check_C(C)
    k = max(2, int(y.max()) + 1)
    weights = logistic.check_weights(weights, y, k)
    shape = (len(weights), k, X.shape[1] + 1)
    start = np.zeros(shape) if start is None else np.broadcast_to(np.float64(start), shape)
    together = min(lbfgs.TOGETHER, max(1, _RUN_BYTES // (50 * k * len(lbfgs.rows_in_use(weights)))))
    with jax.enable_x64(True):

        def advance(weights, theta, leave, exact):
            used = lbfgs.rows_in_use(weights)
            rows, own = logistic.with_intercept(X[used]), y[used] == np.arange(k)[:, None]
            weights = weights[:, used]
            place = lbfgs.rows_of_each(weights, theta[0].size, theta.shape[2])
            problem = rows, C, tolerance * C**0.5, weights, theta
            return _minimise(own, place, *map(jnp.float64, problem), leave, exact)

        theta, *state = lbfgs.in_turns(advance, weights, start, together)
    logistic.check_converged(theta, *state, C, X)
    return theta


def logits(theta, X):
    """Unnormalised log probabilities theta_c' x~ of all classes.

    Args:
      theta: (k, d + 1), intercept last.
      X: features, (n, d).
    Returns: (n, k) float64.
    """
    theta = np.asarray(theta, np.float64)
    return np.asarray(X, np.float64) @ theta[:, :-1].T + theta[:, -1]


def accuracy(theta, X, y):
    """Share of rows whose own class is the most probable; the first of equals counts.

    Args:
      theta: (k, d + 1) or (R, k, d + 1), intercept last.
      X: features, (n, d).
      y: labels, (n,), 0..k-1.
    Returns: scalar or (R,), between 0 and 1.
    Raises: ValueError where theta' x~ is no number.
    """
    return correct(theta, X, y).mean(axis=-1)


def correct(theta, X, y):
    """Whether a row's own class is the most probable; the first of equals counts.

    Args, Raises: as `accuracy`.
    Returns: (n,) or (R, n) bool.
    """
    theta, X, y = np.asarray(theta, np.float64), np.asarray(X, np.float64), np.asarray(y)
    if theta.ndim == 3:
        return np.array([correct(run, X, y) for run in theta])
    values = logits(theta, X)
    if np.isnan(values).any():
        raise ValueError("theta and features must be finite: some theta' x~ is NaN")
    return values.argmax(axis=1) == y


def check_rows(X, y):
    """Features and labels as float64 and int arrays, or a ValueError that says what is wrong."""
    y = np.asarray(y)
    X, _ = logistic.check_rows(X, np.zeros(y.shape, int))
    if y.dtype.kind not in "biuf" or not (np.isfinite(y) & (y >= 0) & (y % 1 == 0)).all():
        raise ValueError(f"labels must be whole numbers from 0 on, not {np.unique(y)[:5]}")
    return X, y.astype(np.int64, copy=False)


def _pays_by_classes(R, k, n, D):
    """Whether a Hessian for each class costs less than the iterations that it saves.

    With one Kronecker product for all classes a fit takes up to 1.7 times the iterations, each of
    2 R k n D multiplications; the Hessians take k n D^2 in every sixteenth.
    """
    return k * n * D**2 < _MANY_PRODUCTS or D < 16 * R


@partial(jax.jit, static_argnames="exact", compiler_options=lbfgs.COMPILED)
def _minimise(own, place, X, C, tolerance, weights, theta, leave, exact):
    """Optimum of every run: theta, norm of its gradient, rounding of that, whether it is done.

    Works on V of `hessians`, flattened, so that the optimum is unique. With `place` each run has
    the rows of X at these positions alone, else all.
    """
    R, k, D = theta.shape
    Q = hessians.contrasts(k)
    penalty = hessians.ridge_diagonal(k, D, 1.0)
    unit = jnp.abs(X).max()
    shared, shared32 = X, (X / unit).astype(jnp.float32)
    if place is not None:
        X, weights = X[place], jnp.take_along_axis(weights, place, axis=1)
        own = own[:, place].swapaxes(0, 1)
    row_norm = jnp.linalg.norm(X, axis=-1)
    weights32 = (C * weights).astype(jnp.float32)

    def margin_at(V, times=lambda W: W @ X.mT):
        return times(jnp.einsum("ax,rxd->rad", Q, V.reshape(R, k - 1, D)))

    def data_at(pull, times=lambda pull: pull @ X):
        return jnp.einsum("ax,rad->rxd", Q, times(pull)).reshape(R, -1)

    def pull_at(margin):
        return C * weights[:, None] * hessians.residual(margin, own)

    def bend_at(margin, by):
        return weights32[:, None] * hessians.probability_difference(margin, by)

    def gradient_at(V, pull):
        magnitude = (jnp.linalg.norm(pull, axis=1) * row_norm).sum(axis=1)
        return data_at(pull) + penalty * V, 4 * _EPS * (magnitude + lbfgs.norm(penalty * V))

    def over_runs(values):
        """Sums (..., n) over the runs of values (R, ..., m) of their rows."""
        if place is None:
            return values.sum(axis=0)
        sums = jnp.zeros((len(shared), *values.shape[1:-1]), values.dtype)
        return jnp.moveaxis(sums.at[place].add(jnp.moveaxis(values, -1, 1)), 0, -1)

    def inverses_at(margin, done):
        """Inverse of every class's own block of the Hessian, (k, D, D)."""
        _, variance = hessians.moments(margin)
        share = weights32 * ~done[:, None] / jnp.maximum((~done).sum(), 1)
        ridge = hessians.ridge_diagonal(2, D, 1.0)
        return jax.lax.map(
            lambda curvature: logistic.preconditioner(shared32, unit**2 * curvature, ridge),
            over_runs(share[:, None] * variance),
        )

    def solve(inverses, q):
        W = jnp.einsum("ax,rxd->rad", Q, q.reshape(R, k - 1, D))
        W = jnp.einsum("rad,ade->rae", W, inverses)
        return jnp.einsum("ax,rad->rxd", Q, W).reshape(R, -1)

    def kronecker_at(margin, done):
        """The Hessian as a Kronecker product, see `hessians.Kronecker`."""
        share = C * weights * ~done[:, None] / jnp.maximum((~done).sum(), 1)
        sums = hessians.kronecker_sums(shared, margin.astype(jnp.float64), share, over_runs)
        return hessians.kronecker(sums, 1.0)

    def kronecker_solve(kron, q):
        return hessians.kronecker_solve(kron, q.reshape(R, k - 1, D)).reshape(R, -1)

    by_classes = _pays_by_classes(R, k, len(shared), D)
    slope, turn = lbfgs.differences(X, exact)
    objective = lbfgs.Objective(
        margin=margin_at,
        pull=pull_at,
        gradient=gradient_at,
        slope=partial(margin_at, times=slope),
        penalty=penalty,
        curvature=inverses_at if by_classes else kronecker_at,
        solve=solve if by_classes else kronecker_solve,
        bend=bend_at,
        turn=turn and partial(data_at, times=turn),
    )
    start = jnp.einsum("ax,rad->rxd", Q, theta).reshape(R, -1)
    V, *rest = lbfgs.minimise(objective, start, tolerance, leave)
    return jnp.einsum("ax,rxd->rad", Q, V.reshape(R, k - 1, D)), *rest
