"""Many fits at once, by their one door; what the optimum is, is tested with each model."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from efficient_augmentation.heads import lbfgs, logistic, softmax
from many_classes import several_classes


@pytest.mark.parametrize(("model", "k"), [(logistic, 2), (softmax, 3)])
def test_runs_that_take_turns_reach_the_optima_of_single_fits(monkeypatch, model, k):
    X, y = several_classes(90, 6, k)
    rng = np.random.default_rng(0)
    weights = rng.choice([0.0, 0.1, 1.0, 30.0], size=(40, 90)) * rng.choice([1.0, 1e3], (40, 1))
    weights = weights[rng.integers(0, 40, 60)]  # some of them again, in any order
    monkeypatch.setattr(lbfgs, "TOGETHER", 7)
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


@pytest.mark.parametrize(("model", "k"), [(logistic, 2), (softmax, 3)])
def test_equal_runs_and_rows_without_weight_are_fitted_once_and_not_at_all(monkeypatch, model, k):
    X, y = several_classes(120, 9, k)
    weights = np.zeros((5, 120))
    weights[:, 10:35] = 1
    weights[2, 13] = 0
    monkeypatch.setattr(lbfgs, "_FEW_ROWS", 100)
    monkeypatch.setattr(lbfgs, "_SMALL", 0)
    seen, minimise = [], model._minimise
    monkeypatch.setattr(model, "_minimise", lambda *a: seen.append(a) or minimise(*a))
    together = model.fit_many(X, y, 10.0, weights)
    assert [a[-4].shape for a in seen] == [(2, 30)]
    for theta, weight in zip(together, weights, strict=True):
        used = weight > 0
        np.testing.assert_allclose(theta, model.fit(X[used], y[used], 10.0), atol=1e-9)


@pytest.mark.parametrize(("model", "k"), [(logistic, 2), (softmax, 3)])
def test_small_problems_come_in_two_numbers_of_runs(monkeypatch, model, k):
    X, y = several_classes(60, 4, k)
    weights = np.random.default_rng(0).choice([0.5, 1.0], size=(20, 60))
    seen, minimise = [], model._minimise
    monkeypatch.setattr(model, "_minimise", lambda *a: seen.append(len(a[-3])) or minimise(*a))
    for runs in (weights, weights[:1], weights[:5], weights[np.arange(20) % 3]):
        together = model.fit_many(X, y, 10.0, runs)
        np.testing.assert_allclose(together[0], model.fit(X, y, 10.0, runs[0]), atol=1e-9)
        np.testing.assert_allclose(together[-1], model.fit(X, y, 10.0, runs[-1]), atol=1e-9)
    assert set(seen) == {8, 20}


@pytest.mark.parametrize("products", [np.inf, 0])  # a Hessian a class, one Kronecker product
def test_runs_with_rows_of_their_own_reach_the_same_optima(monkeypatch, products):
    X, y = several_classes(200, 90, 4)
    rng = np.random.default_rng(0)
    weights = np.zeros((5, 200))
    for row in weights:
        row[:40] = 1
        row[rng.choice(np.arange(40, 200), 9, replace=False)] = rng.uniform(0.1, 3)
    alone = [softmax.fit(X[w > 0], y[w > 0], 10.0, w[w > 0]) for w in weights]
    monkeypatch.setattr(lbfgs, "_SMALL", 0)
    monkeypatch.setattr(lbfgs, "_LARGE", 0)
    monkeypatch.setattr(softmax, "_MANY_PRODUCTS", products)
    softmax._minimise.clear_cache()
    seen, minimise = [], softmax._minimise
    monkeypatch.setattr(softmax, "_minimise", lambda *a: seen.append(a[1]) or minimise(*a))
    together = softmax.fit_many(X, y, 10.0, weights)
    minimise.clear_cache()
    assert [place.shape for place in seen] == [(5, 50)]
    assert softmax._pays_by_classes(5, 4, 200, 91) == bool(products)
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-11 * np.abs(alone).max())


def test_rows_of_each_run_are_all_that_it_weighs_and_a_half_or_a_quarter_of_the_rows(monkeypatch):
    weights = np.zeros((3, 16))
    weights[0, [3, 9]] = weights[1, 5:9] = weights[2, 15] = 0.5
    assert lbfgs.rows_of_each(weights, 10, 5) is None  # little work
    monkeypatch.setattr(lbfgs, "_LARGE", 0)
    place = lbfgs.rows_of_each(weights, 10, 5)
    assert place.shape == (3, 4)
    for row, positions in zip(weights, place, strict=True):
        assert len(set(positions)) == 4
        assert set(np.flatnonzero(row)) <= set(positions)
    weights[1, 0] = 1
    assert lbfgs.rows_of_each(weights, 10, 5).shape == (3, 8)
    weights[1, :9] = 1
    assert lbfgs.rows_of_each(weights, 10, 5) is None  # most rows are used
    monkeypatch.setattr(lbfgs, "_GATHERED_BYTES", 12 * 3 * 8 * 5 - 1)
    assert lbfgs.rows_of_each(weights[[0, 0, 0]] + (np.arange(16) < 5), 10, 5) is None


def test_rows_in_use_are_all_that_any_run_weighs_and_fill_up_quarters(monkeypatch):
    weights = np.zeros((2, 10))
    weights[0, 7] = weights[1, 4] = 0.1
    np.testing.assert_array_equal(lbfgs.rows_in_use(weights), np.arange(10))
    monkeypatch.setattr(lbfgs, "_FEW_ROWS", 10)
    np.testing.assert_array_equal(lbfgs.rows_in_use(weights), [0, 4, 7])
    weights[0, :5] = 1
    np.testing.assert_array_equal(lbfgs.rows_in_use(weights), [*range(8)])
    np.testing.assert_array_equal(lbfgs.rows_in_use(weights + 1), np.arange(10))


@pytest.mark.parametrize(("model", "k"), [(logistic, 2), (softmax, 4)])
def test_a_scale_of_its_own_for_every_feature_takes_no_longer(monkeypatch, model, k):
    X, y = several_classes(300, 7, k)
    uneven = X.astype(np.float64) * np.array([1e-3, 1, 1e2, 1e4, 1e-2, 10, 1])
    calls, minimise = [], model._minimise
    monkeypatch.setattr(model, "_minimise", lambda *a: calls.append(a[-1]) or minimise(*a))
    theta = model.fit(uneven, y, 10.0)
    # Float32 is enough, the first time.
    assert calls == [False]
    scaled = model.fit(uneven * 1e-3, y, 10.0 * 1e6)
    np.testing.assert_allclose(scaled[..., :-1] * 1e-3, theta[..., :-1], rtol=1e-6, atol=1e-9)


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
        slope=lambda step: step.astype(jnp.float32),
        bend=lambda margin, by: by,
        turn=lambda pull: 2 * pull,
        penalty=jnp.zeros(1),
        curvature=lambda margin, done: (),
        solve=lambda _, q: 0.5 * q,
    )

    def found():
        with jax.enable_x64(True):
            start = jnp.zeros((1, 1))
            return jax.device_get(lbfgs.minimise(objective, start, 0.0, leave=0))

    theta, norm, _, done = found()
    assert done.all()
    assert abs(theta[0, 0] - 1) <= 1e-12
    monkeypatch.setattr(lbfgs, "_MAX_ITERATIONS", 2)
    theta, norm, _, done = found()
    assert not done.any()
    np.testing.assert_allclose(norm, 1 - theta[0])
