"""L-BFGS for many fits of one linear model at once, preconditioned, down to rounding.

The objectives are convex, a data term of the margins plus a diagonal quadratic penalty:

    f_r(theta) = data_r(margin(theta)) + theta' diag(penalty) theta / 2 ,   r = 1..R.

All runs share what is expensive: one Hessian, averaged over the runs, preconditions L-BFGS in each
of them, so that an iteration is two matrix products, margins of all directions and the gradient of
all residuals. The line search is free of matrix products, since margins are linear in the step.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

_MEMORY = 10  # curvature pairs that L-BFGS keeps
_REFRESH = 16  # iterations between two Hessians
_MAX_ITERATIONS = 600


class Objective(NamedTuple):
    """What `minimise` asks of R objectives with P parameters each; all of it can be traced."""

    margin: Callable
    """theta (R, P) -> margins (R, ...), linear."""
    pull: Callable
    """margins -> derivatives of the data terms with respect to them, of the same shape."""
    gradient: Callable
    """(theta, pull) -> gradients (R, P), and norms (R,) of their rounding errors."""
    penalty: jax.Array
    """(P,), >= 0."""
    curvature: Callable
    """(margins, done (R,)) -> any arrays that `solve` needs: the Hessian's mean over the runs
    that are not done."""
    solve: Callable
    """(those arrays, q (R, P)) -> (R, P): the inverse of that Hessian, roughly, times q."""


class _State(NamedTuple):
    theta: jax.Array  # (R, P)
    margin: jax.Array  # (R, ...)
    gradient: jax.Array  # (R, P)
    rounding: jax.Array  # (R,)
    done: jax.Array  # (R,)
    steps: jax.Array  # (memory, R, P), newest last
    changes: jax.Array  # (memory, R, P): of the gradient over each step
    curvature: Any
    k: int


def minimise(objective, theta, tolerance):
    """Optimum of every run; to be called from within jit, in float64.

    Args:
      objective: `Objective`.
      theta: (R, P) to start from.
      tolerance: Newton decrement, the root of g' H^-1 g, at which a run may stop; zero goes on to
        rounding.
    Returns: theta (R, P), the norms (R,) of the gradients there, the norms (R,) of the errors with
      which those are computed, and whether a run is done (R,).
    Cost: about 50 iterations; a new Hessian in every sixteenth.
    Source: Liu and Nocedal 1989; the step is found by secants in a bracket.
    """

    def refresh(state):
        # Margins afresh too: a sum of steps gathers rounding errors.
        margin = objective.margin(state.theta)
        return state._replace(margin=margin, curvature=objective.curvature(margin, state.done))

    def iterate(state):
        state = jax.lax.cond(state.k % _REFRESH == 0, refresh, lambda s: s, state)
        direction = -_two_loop(state, objective.solve)
        decrement = -(state.gradient * direction).sum(axis=1)
        # No descent at all is a failure of the arithmetic, not an optimum.
        near = (decrement > 0) & (decrement <= tolerance**2)
        exact = norm(state.gradient) <= state.rounding
        state = state._replace(done=state.done | near | exact)
        slope = objective.margin(direction)

        def along(step):
            """Pull at a step, and the objective's slope there."""
            theta = state.theta + step[:, None] * direction
            pull = objective.pull(state.margin + _times(step, slope))
            data = (pull * slope).sum(axis=range(1, slope.ndim))
            return pull, data + (objective.penalty * theta * direction).sum(axis=1)

        step, pull = _line_search(along, -decrement, state.done)
        theta = state.theta + step[:, None] * direction
        gradient, rounding = objective.gradient(theta, pull)
        return state._replace(
            theta=theta,
            margin=state.margin + _times(step, slope),
            gradient=gradient,
            rounding=rounding,
            steps=_remember(state.steps, step[:, None] * direction),
            changes=_remember(state.changes, gradient - state.gradient),
            k=state.k + 1,
        )

    def unfinished(state):
        return ~state.done.all() & (state.k < _MAX_ITERATIONS)

    margin = objective.margin(theta)
    memory = jnp.zeros((_MEMORY, *theta.shape))
    done = jnp.zeros(len(theta), bool)
    gradient = objective.gradient(theta, objective.pull(margin))
    empty = jax.eval_shape(objective.curvature, margin, done)
    empty = jax.tree.map(lambda a: jnp.zeros(a.shape, a.dtype), empty)
    state = _State(theta, margin, *gradient, done, memory, memory, empty, 0)
    state = jax.lax.while_loop(unfinished, iterate, state)
    return state.theta, norm(state.gradient), state.rounding, state.done


def norm(rows):
    """Euclidean length of every row."""
    return jnp.linalg.norm(rows, axis=1)


def _times(step, slope):
    return step.reshape(-1, *(1,) * (slope.ndim - 1)) * slope


def _remember(memory, newest):
    return jnp.concatenate([memory[1:], newest[None]])


def _two_loop(state, solve):
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
    return jax.lax.scan(forth, solve(state.curvature, q), (pairs, taken))[0]


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
