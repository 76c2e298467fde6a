"""Many fits at once, by their one door; what the optimum is, is tested with each model."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from efficient_augmentation import lbfgs, logistic, softmax
from many_classes import several_classes


@pytest.mark.parametrize(("model", "k"), [(logistic, 2), (softmax, 3)])
def test_runs_that_take_turns_reach_the_optima_of_single_fits(monkeypatch, model, k):
    X, y = several_classes(90, 6, k)
    rng = np.random.default_rng(0)
    weights = rng.choice([0.0, 0.1, 1.0, 30.0], size=(40, 90)) * rng.choice([1.0, 1e3], (40, 1))
    weights = weights[rng.integers(0, 40, 60)]  # some of them again, in any order
    monkeypatch.setattr(model, "_TOGETHER", 7)
    calls, minimise = [], model._minimise
    monkeypatch.setattr(model, "_minimise", lambda *a: calls.append(a) or minimise(*a))
    together = model.fit_many(X, y, 10.0, weights)
    assert {len(call[-3]) for call in calls} == {7}
    # Equal runs are fitted once, and some of them are left for later, when all are finished.
    distinct = -(-len(np.unique(weights, axis=0)) // 7)
    leave = [call[-2] for call in calls]
    assert leave[:distinct] == [7 // 4] * distinct
    assert leave[distinct:]
    assert set(leave[distinct:]) == {0}
    for theta, weight in zip(together, weights, strict=True):
        np.testing.assert_allclose(theta, model.fit(X, y, 10.0, weight), atol=1e-9)


def test_float64_finishes_where_float32_is_not_enough(monkeypatch):
    X, y = np.tile([125730.0, -132104.0], (6, 1)), np.arange(6) % 2
    weights = np.array([1e8] * 3 + [1.0] * 3)
    calls, minimise = [], logistic._minimise
    monkeypatch.setattr(logistic, "_minimise", lambda *a: calls.append(a[-1]) or minimise(*a))
    theta = logistic.fit(X, y, 1.0, weights)
    assert calls == [False, False, True]
    # All rows are one: its probability is the share of the weights, but for a penalty of 1e-10.
    share = weights @ y / weights.sum()
    np.testing.assert_allclose(1 / (1 + np.exp(-theta @ [*X[0], 1.0])), share, rtol=1e-12)


def test_no_run_counts_as_done_by_sums_of_differences(monkeypatch):
    """Differences here overstate every change, so that a gradient seems to vanish halfway."""
    objective = lbfgs.Objective(
        margin=lambda theta: theta,
        pull=lambda margin: margin - 1,
        gradient=lambda theta, pull: (pull, jnp.full(1, 1e-12)),
        slope=lambda step: step,
        turn=lambda pull: 2 * pull,
        penalty=jnp.zeros(1),
        curvature=lambda margin, done: (),
        solve=lambda _, q: 0.5 * q,
    )

    def found():
        with jax.enable_x64(True):
            start = jnp.zeros((1, 1))
            return jax.device_get(lbfgs.minimise(objective, start, 0.0, leave=0, exact=False))

    theta, norm, _, done = found()
    assert done.all()
    assert abs(theta[0, 0] - 1) <= 1e-12
    monkeypatch.setattr(lbfgs, "_MAX_ITERATIONS", 2)
    theta, norm, _, done = found()
    assert not done.any()
    np.testing.assert_allclose(norm, 1 - theta[0])
