"""L-BFGS for many fits of one linear model at once, preconditioned, down to rounding.

The objectives are convex, a data term of the margins plus a diagonal quadratic penalty:

    f_r(theta) = data_r(margin(theta)) + theta' diag(penalty) theta / 2 ,   r = 1..R.

All runs share what is expensive: one Hessian, averaged over the runs, preconditions L-BFGS in each
of them, so that an iteration is two matrix products, margins of all directions and the gradient of
all residuals. The line search is free of matrix products, since margins are linear in the step.

All that goes over rows works on differences, which shrink as a run nears its optimum, so float32
is enough: margins of a step, the change of the pulls by a formula in which nothing cancels, and the
product of that. Where features are so uneven that float32 is not enough, float64 finishes. Every
few iterations margins and gradients are computed afresh in float64, and only these decide whether a
run is done.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from efficient_augmentation import progress

COMPILED = {"xla_cpu_use_fusion_emitters": False}
"""XLA's options for programs that minimise: they compile in half the time, and run as fast."""
TOGETHER = 64
"""Runs that are fitted together: enough for the matrix products, few enough to be alike."""
_MEMORY = 10  # curvature pairs that L-BFGS keeps
_REFRESH = 16  # iterations between two Hessians
_LONGEST_STEP = 64.0  # of the line search, which tries 1 first
_MAX_ITERATIONS = 600
_FEW_ROWS = 4000  # from here on it pays to compile for a part of them
_FEW_RUNS = 8  # so many or fewer share one program where they are little work
# Multiplications for the margins of all runs: a fit takes less time than to compile for another
# number of them below the first, and pays for compiling for fewer rows above the second.
_SMALL, _LARGE = 1e9, 3e8
_GATHERED_BYTES = 2**31  # of the rows of every run, where each has its own


class Objective(NamedTuple):
    """What `minimise` asks of R objectives with P parameters each; all of it can be traced."""

    margin: Callable
    """theta (R, P) -> margins (R, ...), linear."""
    pull: Callable
    """margins -> derivatives of the data terms with respect to them, of the same shape."""
    gradient: Callable
    """(theta, pull) -> gradients (R, P), and norms (R,) of their rounding errors."""
    slope: Callable
    """Differences of theta (R, P) -> of margins (R, ...); float32 is enough."""
    penalty: jax.Array
    """(P,), >= 0."""
    curvature: Callable
    """(margins, done (R,)) -> any arrays that `solve` needs: the Hessian's mean over the runs
    that are not done."""
    solve: Callable
    """(those arrays, q (R, P)) -> (R, P): the inverse of that Hessian, roughly, times q."""
    bend: Callable | None = None
    """(margins, differences from them) -> differences of pull, computed without subtracting pulls;
    float32 is enough."""
    turn: Callable | None = None
    """Differences of pull -> of the data terms' gradients (R, P), likewise. Without it all is done
    in float64, and no gradient is a sum of differences."""


class _State(NamedTuple):
    theta: jax.Array  # (R, P)
    margin: jax.Array  # (R, ...)
    gradient: jax.Array  # (R, P)
    rounding: jax.Array  # (R,)
    afresh: jax.Array  # whether margins, pulls and gradients are no sums of differences
    done: jax.Array  # (R,), as far as those tell
    steps: jax.Array  # (memory, R, P), newest last
    changes: jax.Array  # (memory, R, P): of the gradient over each step
    curvature: Any
    k: int


def minimise(objective, theta, tolerance, leave):
    """Optimum of every run; to be called from within jit, in float64.

    Args:
      objective: `Objective`.
      theta: (R, P) to start from.
      tolerance: Newton decrement, the root of g' H^-1 g, at which a run may stop; zero goes on to
        rounding.
      leave: how many runs may be left unfinished.
    Returns: theta (R, P), the norms (R,) of the gradients there, the norms (R,) of the errors with
      which those are computed, and whether a run is done (R,).
    Cost: 5 to 90 iterations; a new Hessian in every sixteenth.
    Source: Liu and Nocedal 1989; the step is found by secants in a bracket.
    """
    exact = objective.turn is None

    def enough(state):
        return (~state.done).sum() <= leave

    def refresh(state):
        margin = objective.margin(state.theta)
        gradient, rounding = objective.gradient(state.theta, objective.pull(margin))
        margin = margin.astype(state.margin.dtype)
        return state._replace(margin=margin, gradient=gradient, rounding=rounding, afresh=True)

    def precondition(state):
        return state._replace(curvature=objective.curvature(state.margin, state.done))

    def iterate(state):
        due = state.k % _REFRESH == 0
        state = jax.lax.cond(due | enough(state), refresh, lambda s: s, state)
        state = jax.lax.cond(due & ~state.done.all(), precondition, lambda s: s, state)
        direction = -_two_loop(state, objective.solve)
        decrement = -(state.gradient * direction).sum(axis=1)
        # No descent at all is a failure of the arithmetic, not an optimum.
        near = (decrement > 0) & (decrement <= tolerance**2)
        vanished = norm(state.gradient) <= state.rounding
        # A run that seemed done stays so until margins and gradients are computed afresh.
        done = near | vanished | (state.done & ~state.afresh)
        slope = objective.slope(direction)
        penalty = objective.penalty * direction

        def along(step):
            """Pull at a step, or how it differs from that at none, and the objective's slope."""
            by = _times(step, slope)
            if exact:
                pull = objective.pull(state.margin + by)
                data = (pull * slope).sum(axis=range(1, slope.ndim))
                theta = state.theta + step[:, None] * direction
                return pull, data + (theta * penalty).sum(axis=1)
            # How much the slope rises: its own terms would cancel, and float32's digits with them.
            bend = objective.bend(state.margin, by)
            rise = (bend * slope).sum(axis=range(1, slope.ndim))
            return bend, rise + step * (direction * penalty).sum(axis=1) - decrement

        step, found = _line_search(along, -decrement, done)
        taken = step[:, None] * direction
        theta = state.theta + taken
        if exact:
            gradient, rounding = objective.gradient(theta, found)
            change = gradient - state.gradient
        else:
            change = objective.turn(found) + objective.penalty * taken
            gradient, rounding = state.gradient + change, state.rounding
        # A step that halves the slope has this curvature twice; less is what rounding left of it.
        kept = (taken * change).sum(axis=1) >= 0.25 * step * decrement
        return state._replace(
            theta=theta,
            margin=state.margin + _times(step, slope),
            gradient=gradient,
            rounding=rounding,
            afresh=state.afresh & ((~done).sum() <= leave),
            done=done,
            steps=_remember(state.steps, taken, kept),
            changes=_remember(state.changes, change, kept),
            k=state.k + 1,
        )

    def unfinished(state):
        return ~(state.afresh & enough(state)) & (state.k < _MAX_ITERATIONS)

    margin = jax.eval_shape(objective.margin, theta)
    done = jnp.zeros(len(theta), bool)
    none = jnp.zeros(margin.shape, jnp.float64 if exact else jnp.float32)
    memory = jnp.zeros((_MEMORY, *theta.shape))
    empty = jax.eval_shape(objective.curvature, none, done)
    empty = jax.tree.map(lambda a: jnp.zeros(a.shape, a.dtype), empty)
    unknown = jnp.zeros_like(theta), jnp.zeros(len(theta)), False
    state = _State(theta, none, *unknown, done, memory, memory, empty, 0)
    # Accelerators would round float32 to fewer digits before they multiply.
    with jax.default_matmul_precision("highest"):
        state = jax.lax.while_loop(unfinished, iterate, state)
    done = state.done & state.afresh
    state = jax.lax.cond(state.afresh, lambda s: s, refresh, state)
    return state.theta, norm(state.gradient), state.rounding, done


def in_turns(advance, weights, start, together=None):
    """Optima of runs that differ in their sample weights, so many at a time.

    Runs of equal weights are fitted once. Similar runs are fitted together, because a common
    Hessian suits them better. The slowest are fitted together at the end, so that no others wait.

    Args:
      advance: (weights (S, n), theta (S, ...), leave, exact) -> what `minimise` returns.
      weights: (R, n).
      start: (R, ...), theta to start from.
      together: S at most; None means `TOGETHER`. Turns are made equally long.
    Returns: theta (R, ...), norms, roundings and done (R,), as `minimise`.
    """
    place = {}
    run = np.array([place.setdefault(row.tobytes(), len(place)) for row in weights])
    first = np.unique(run, return_index=True)[1]
    length = np.linalg.norm(start[first].reshape(len(first), -1), axis=1)
    waiting = np.lexsort((length, weights[first].sum(axis=1)))
    theta, norms, roundings = start[first].copy(), np.empty(len(first)), np.empty(len(first))
    done = np.zeros(len(first), bool)
    together = together or TOGETHER
    size = _in_a_turn(len(weights), len(first), together, weights.shape[1] * start[0].size)
    few = size // 4 if len(first) > size else 0
    # Most runs that are left converge when they start again from where they are, with new
    # curvature pairs and a new Hessian.
    for leave, exact in ((few, False), (0, False), (0, True)):
        waiting = waiting[~done[waiting]]
        for begin in progress.track(range(0, len(waiting), size), "fit", "batch", "batches"):
            # Repeated runs fill the batch up, so that only one shape is compiled.
            now = np.resize(waiting[begin : begin + size], size)
            # Where float32 was not enough, what it found may be far off: start again.
            origin = start[first[now]] if exact else theta[now]
            result = advance(weights[first[now]], origin, leave, exact)
            theta[now], norms[now], roundings[now], done[now] = jax.device_get(result)
    return theta[run], norms[run], roundings[run], done[run]


def _in_a_turn(runs, distinct, together, work):
    """Runs that are fitted together, of which there are so many distinct ones.

    Another number of them is another program, which is worth compiling where it halves the work.
    Where that is little only two numbers occur, and repeated runs fill them up.
    """
    few, size = min(_FEW_RUNS, together), -(-runs // -(-runs // together))
    if distinct <= few and few * work < _SMALL:
        return few
    if 2 * distinct <= runs and size * work >= _SMALL:
        size = -(-distinct // -(-distinct // together))
    return size


def rows_of_each(weights, P, D):
    """Positions of every run's own rows, where these are far fewer than all.

    Args:
      weights: (R, n).
      P, D: parameters of a run, and features with the intercept.
    Returns: (R, m), each run's rows of positive weight, filled up by others; m is a half, a
      quarter, ... of n, so that few shapes are compiled. None where all rows for all runs cost
      less: most rows are used, the fits are little work, or the rows would take too much memory.
    """
    present = weights > 0
    R, n = weights.shape
    most, m = int(present.sum(axis=1).max()), n
    while m > 1 and most <= -(-m // 2):
        m = -(-m // 2)
    if m == n or R * n * P < _LARGE or 12 * R * m * D > _GATHERED_BYTES:
        return None
    return np.sort(np.argsort(~present, axis=1, kind="stable")[:, :m], axis=1)


def rows_in_use(weights):
    """Positions of the rows of positive weight in any run of weights (R, n), and some more.

    Other rows are added up to a quarter, a half, three quarters or all of the rows, so that few
    shapes are compiled. All rows are returned where there are so few of them that compiling would
    take longer than it saves.
    """
    present = weights.any(axis=0)
    n = len(present)
    quarters = 4 if n < _FEW_ROWS else max(1, -(-4 * int(present.sum()) // n))
    return np.sort(np.argsort(~present, kind="stable")[: -(-quarters * n // 4)])


def differences(X, exact):
    """Products of differences with rows X (n, D): steps @ X.T, and pulls @ X.

    Args:
      X: float64, not all zero; (R, n, D) where every run has rows of its own.
      exact: whether float64 is wanted. In float32 X is in units of its largest entry, which
        float32 might not hold.
    Returns: (slope, turn), functions of steps (..., D) and of pulls (..., n); None for turn where
      exact.
    """
    if exact:
        return lambda steps: steps @ X.mT, None
    unit = jnp.abs(X).max()
    X32 = (X / unit).astype(jnp.float32)
    return (
        lambda steps: (unit * steps).astype(jnp.float32) @ X32.mT,
        lambda pulls: unit * (pulls @ X32).astype(jnp.float64),
    )


def norm(rows):
    """Euclidean length of every row."""
    return jnp.linalg.norm(rows, axis=1)


def _times(step, slope):
    return step.reshape(-1, *(1,) * (slope.ndim - 1)).astype(slope.dtype) * slope


def _remember(memory, newest, kept):
    return jnp.concatenate([memory[1:], jnp.where(kept[:, None], newest, 0.0)[None]])


def _two_loop(state, solve):
    """Product of L-BFGS's inverse Hessian and the gradient, run by run (Nocedal 1980)."""
    curvature = (state.steps * state.changes).sum(axis=2)
    # An empty slot has no curvature and is left out.
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
    return jax.lax.scan(forth, solve(state.curvature, q), (pairs, taken))[0]


def _line_search(along, initial, done):
    """Step that leaves at most half of the slope, and what `along` found there, in every run.

    The objective is convex, so its slope along a direction rises; secants inside a bracket find
    where it has halved. A step of one is tried first and nearly always right. Runs that are done
    stay where they are.
    """

    def enough(step, slope):
        # If the slope does not fall even as far out as this, rounding hides it.
        return done | (jnp.abs(slope) <= 0.5 * jnp.abs(initial)) | (step >= _LONGEST_STEP)

    def unfinished(carry):
        _, _, step, _, slope, tries = carry
        return ~enough(step, slope).all() & (tries < 40)

    def refine(carry):
        low, high, step, _, slope, tries = carry
        low, high = jnp.where(slope < 0, step, low), jnp.where(slope < 0, high, step)
        secant = initial * step / (initial - slope)
        middle = jnp.where(jnp.isinf(high), 4 * low, (low + high) / 2)
        inside = (secant > low) & (secant < jnp.minimum(high, 8 * step))
        step = jnp.where(enough(step, slope), step, jnp.where(inside, secant, middle))
        return low, high, step, *along(step), tries + 1

    step = jnp.where(done, 0.0, 1.0)
    unbounded = jnp.full_like(step, jnp.inf)
    carry = jnp.zeros_like(step), unbounded, step, *along(step), 0
    _, _, step, found, *_ = jax.lax.while_loop(unfinished, refine, carry)
    return step, found
