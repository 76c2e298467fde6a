"""Scores of training points under a multinomial logistic regression: loss, leave-one-out influence.

With x~ = [x, 1], probabilities p_i = softmax(theta x~_i), labels y in 0..k-1 and e_y a unit vector:

    loss_i = -log p_{i, y_i} ,    its gradient    g_i = r_i kron x~_i ,    r_i = p_i - e_{y_i} ,
    H = sum_j v_j (diag(p_j) - p_j p_j') kron x~_j x~_j' + I kron diag(1, ..., 1, 0) / C ,

which is the Hessian of the objective of `softmax.fit`, divided by C. Leaving row i out moves theta
by about v_i H^-1 g_i, which raises the row's own loss by v_i g_i' H^-1 g_i. The score is the
negative of that. H is singular along equal shifts of all intercepts, to which g_i is orthogonal;
H^-1 means the inverse on the vectors that sum to zero over the classes, see `hessians`.
"""

import jax
import jax.numpy as jnp
import numpy as np
from scipy import special

from efficient_augmentation.heads import (
    conditioning,
    influence,
    logistic,
    removals,
    softmax,
    solvers,
)

KINDS = influence.KINDS
# Points at which K-FAC is compared with exact scores: as many as so many multiplications allow, if
# they take twenty products with H, and within these bounds.
_COMPARED, _FEWEST_COMPARED, _COMPARING = 32, 8, 5e11


def loss(theta, X, y):
    """Log loss of every row, without the penalty.

    Args:
      theta: (k, d + 1), intercept last.
      X: features, (n, d).
      y: labels, (n,), 0..k-1.
    Returns: (n,) float64, nats, >= 0 (0 where a row's logit is 745 above the others).
    Raises: ValueError for a wrong shape or value, and if a logit overflows.
    Source: Kuchnik and Smith 2019, section 3, for more classes.
    """
    theta, X, y = _check(theta, X, y)
    own = np.arange(len(y)), y
    with np.errstate(over="ignore", invalid="ignore"):
        logits = softmax.logits(theta, X)
        behind = logits - logits[own][:, None]
    if not np.isfinite(behind).all():
        row = int(np.argmin(np.isfinite(behind).all(axis=1)))
        value = behind[row, np.argmin(np.isfinite(behind[row]))]
        raise ValueError(f"theta' x~ of row {row} is {value}; features nearer to 1 would help")
    behind[own] = -np.inf
    return np.logaddexp(0.0, special.logsumexp(behind, axis=1))


def loo_influence(theta, X, y, C=None, kind="influence", fit_X=None, fit_weights=None, solver=None):
    """Leave-one-out influence of every row on its own loss.

    More than six parameters: those after `kind` are for fits of other rows, and have defaults.

    Args:
      theta: (k, d + 1), intercept last: the optimum of `softmax.fit`.
      X: features of the rows to score, (n, d).
      y: their labels, (n,), 0..k-1.
      C: the fit's inverse penalty. None leaves the penalty out of H and adds 1e-10 to the diagonal,
        as the published code does for two classes. That H is singular if the classes are separable
        or d >= n, and the score then depends on the loss alone.
      kind: "influence"; "alo" (approximate leave-one-out), which accounts for the curvature that
        leaves with the row; "kfac", which takes a Kronecker product for H, an approximation that
        misplaces many of the highest scores, but whose time and memory do not grow with the square
        of the number of classes; "auto", which is "influence", or "kfac" if that takes more than
        `solvers.MOST_OPERATIONS`, as the log then says.
      fit_X: features of the rows of the fit, (m, d), if they are not X itself; the first n of them
        must be X.
      fit_weights: sample weights of the fit's rows, (m,); None means ones. They count in H and as
        the weight v_i of a row that is left out; with C=None they only say which rows are present.
      solver: a name of `solvers.EXACT`; None means the cheapest of those that fit into 2 GiB, see
        `solvers.exact`. All give the same scores up to rounding. If only conjugate gradients fit,
        each row needs a solution of its own, and the log says so.
    Returns: (n,) float64, <= 0: minus the rise of the row's log loss when it is left out.
    Raises: ValueError for a wrong shape, value, kind or solver, if H is singular, and with C=None
      if H is too large to be dense; FloatingPointError if conjugate gradients do not converge.
    Cost: with P = (k - 1)(d + 1) parameters and d at most m: dense O((m + n) P^2 / 2 + P^3), memory
      24 P^2 bytes and a few blocks of 64 MiB; rows O(k (m d^2 + m^2 d + m n d + d^3) + m^3 +
      m^2 n), memory O(m^2); gradients O(n m k d) times iterations (tens to hundreds), memory
      O(m (k + d)); kfac O(m (k^2 + d^2) + d^3).
    Source: Kuchnik and Smith 2019, section 3; Koh and Liang 2017, eq. (2); approximate
      leave-one-out: Rad and Maleki 2020, eq. (7), with a block for the row; Kronecker factors:
      Martens and Grosse 2015.
    """
    theta, X, y = _check(theta, X, y)
    X, fit_weights = influence.check_fit(X, C, fit_X, fit_weights)
    return loo_influence_many(theta[None], X, y, fit_weights[None], C, kind, solver)[0]


def loo_influence_many(theta, X, y, weights, C, kind="influence", solver=None, calls=1):
    """`loo_influence` of the first rows under many fits of the same rows, without checks of shapes.

    More than six parameters: those of `loo_influence`, with the weights of the fits.

    Args:
      theta: (R, k, d + 1).
      X: rows of the fits with their intercept column, (m, d + 1).
      y: labels, (n,), of the first n rows, which are scored.
      weights: (R, m) sample weights of the fits.
      C, kind, solver: as in `loo_influence`.
      calls: number of calls like this in the job; "auto" decides by their total cost.
    Returns: (R, n) float64.
    Raises: as `loo_influence`; with alo also if an H is singular without some row.
    Cost: R times that of `loo_influence`; its memory once.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    if solver not in (None, *solvers.EXACT):
        raise ValueError(f"solver must be one of {', '.join(solvers.EXACT)}, not {solver!r}")
    theta, X = np.asarray(theta, np.float64), np.asarray(X, np.float64)
    weights = np.asarray(weights, np.float64)
    weights = (weights > 0).astype(np.float64) if C is None else weights
    kind = _settled(kind, theta, X, y, calls)
    with jax.enable_x64(True):
        runs = zip(theta, weights, strict=True)
        result = np.stack([_scored(t, X, y, w, C, kind, solver) for t, w in runs])
    influence.check_curvature(result, C, kind)
    return result


def influence_made(theta, X, y, weights, C, kind="influence", calls=1):
    """How `loo_influence_many` computes the influence under R fits, and with which error.

    More than six parameters: those of `loo_influence_many`.

    Args:
      theta, X, y, weights, C, kind, calls: as there.
    Returns: mapping with `kind`, in which "auto" is replaced by its choice; for "kfac" also, under
      the first fit, points: the number of points, evenly spaced in the order of their scores, whose
      scores were compared with exact ones; relative_error: the median relative error of their
      scores; rank_correlation: Spearman's correlation of the two. Both are None if fewer than three
      of the exact scores converged. If kind is "auto" or "kfac" and there is more than one fit,
      `after` holds the same three for K-FAC under the last fit, whatever "auto" chose here, because
      a job with more influences than this one may choose K-FAC.
    Cost: for each of the two, some ten products with H for 8 to 32 points, and at most 50.
    """
    settled = _settled(kind, theta, X, y, calls)
    made = {"kind": settled}
    if settled == "kfac":
        made |= _error_of_kfac(theta[0], X, y, weights[0], C)
    if kind in ("auto", "kfac") and len(theta) > 1:
        made["after"] = _error_of_kfac(theta[-1], X, y, weights[-1], C)
    return made


def _error_of_kfac(theta, X, y, weights, C):
    """K-FAC compared with exact scores under one fit, see `influence_made`."""
    scores = loo_influence_many(theta[None], X, y, weights[None], C, "kfac")[0]
    counted = np.flatnonzero(weights[: len(y)] > 0)
    product = 4 * len(theta) * np.count_nonzero(weights) * X.shape[1]
    most = np.clip(_COMPARING // (20 * product), _FEWEST_COMPARED, _COMPARED).astype(int)
    places = np.unique(np.linspace(0, len(counted) - 1, most).astype(int))
    sample = counted[np.argsort(scores[counted])[places]]
    with jax.enable_x64(True):
        exact, found = removals.some_exactly(theta, X, y, weights, C, sample)
    sample, exact = sample[found], exact[found]
    if len(sample) < 3:
        return {"points": len(sample), "relative_error": None, "rank_correlation": None}
    ranks = [np.argsort(np.argsort(values)) for values in (scores[sample], exact)]
    return {
        "points": len(sample),
        "relative_error": float(np.median(np.abs(scores[sample] / exact - 1))),
        "rank_correlation": float(np.corrcoef(ranks)[0, 1]),
    }


def _settled(kind, theta, X, y, calls):
    """The kind, in which "auto" is replaced by its choice."""
    if kind != "auto":
        return kind
    (m, D), (R, k) = X.shape, theta.shape[:2]
    return solvers.allowed(m, len(y), k, min(m + 1, D), R * calls)


def _scored(theta, X, y, weights, C, kind, solver):
    """Scores of the first rows under one fit; 0 for rows that it does not contain."""
    present = weights > 0
    if not present.any():
        return np.full(len(y), np.nan)
    if kind == "kfac":  # with all rows, also of weight 0: one shape to compile for all budgets
        rows, theta = removals.in_row_space(X, theta)
        return removals.kronecker(theta, rows, y, weights, C)
    counted, result = present[: len(y)], np.zeros(len(y))
    if counted.any():
        rows, theta = removals.in_row_space(X[present], theta)
        arguments = theta, rows, y[counted], weights[present], C
        result[counted] = removals.exact(*arguments, kind == "alo", solver)
    return result


def condition_number(theta, X, C=None, solver=None):
    """Ratio of the largest to the smallest eigenvalue of H, on vectors that sum to zero.

    Args:
      theta: (k, d + 1), intercept last.
      X: features of the rows of the fit, (n, d).
      C: as in `loo_influence`; None leaves the penalty out and adds nothing.
      solver: as in `loo_influence`.
    Returns: float, >= 1, to about six digits; infinity if H is singular up to rounding.
    Cost: see `conditioning.ratio`.
    """
    theta, X, _ = _check(theta, X, np.zeros(len(X), int))
    ridge = 0.0 if C is None else 1 / C
    return conditioning.ratio(theta, logistic.with_intercept(X), ridge, solver)


def loss_by_definition(theta, x, y):
    """Log loss of one row (d,) with a scalar label, as a function that JAX can differentiate."""
    return -jax.nn.log_softmax(theta[:, :-1] @ x + theta[:, -1])[y]


def influence_by_definition(theta, X, y, C):
    """`loo_influence` by its definition, with jax.grad, jax.hessian and a pseudo-inverse.

    Args:
      theta, X, y, C: as in `loo_influence`, with C a number.
    Returns: (n,) float64.
    Cost: O(n k^2 d^2) memory; this is for reading and testing, the closed form for use.
    """

    def loss_at(flat, x, y):
        return loss_by_definition(flat.reshape(theta.shape), x, y)

    def objective(flat, X, y):
        losses = jax.vmap(loss_at, (None, 0, 0))(flat, X, y)
        return losses.sum() + jnp.sum(flat.reshape(theta.shape)[:, :-1] ** 2) / (2 * C)

    @jax.jit
    def scores(flat, X, y):
        inverse = jnp.linalg.pinv(jax.hessian(objective)(flat, X, y), rtol=1e-12, hermitian=True)
        gradients = jax.vmap(jax.grad(loss_at), (None, 0, 0))(flat, X, y)
        return -((gradients @ inverse) * gradients).sum(axis=1)

    with jax.enable_x64(True):
        X, flat = jnp.asarray(X, jnp.float64), jnp.asarray(theta, jnp.float64).ravel()
        return np.asarray(scores(flat, X, jnp.asarray(y)))


def _check(theta, X, y):
    X, y = softmax.check_rows(X, y)
    theta = np.asarray(theta, np.float64)
    if theta.ndim != 2 or theta.shape[0] < 2 or theta.shape[1] != X.shape[1] + 1:
        raise ValueError(
            f"theta must have shape (k, {X.shape[1] + 1}), k >= 2, intercept last, not "
            f"{theta.shape}"
        )
    if not np.isfinite(theta).all():
        row = int(np.argmin(np.isfinite(theta).all(axis=1)))
        raise ValueError(f"theta must be finite; row {row} is not")
    if y.max() >= len(theta):
        raise ValueError(f"labels must be below theta's {len(theta)} classes, not {y.max()}")
    return theta, X, y
