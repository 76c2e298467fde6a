"""Learning rates by the numbers, optimisers beside their formulas."""

import jax.numpy as jnp
import numpy as np
import pytest

from efficient_augmentation.networks import recipes


def recipe(name, **changes):
    values = {"epochs": 10, "batch_size": 8, "learning_rate": 0.1, "weight_decay": 0.01}
    return recipes.Recipe(name, **{**values, "label_smoothing": 0.0, **changes})


def test_one_cycle_rises_and_falls():
    rate = recipes.learning_rate(recipe("one_cycle"), 10)
    found = np.array([rate(step) for step in range(101)])
    np.testing.assert_allclose(found[:21], 0.1 * np.arange(21) / 20, rtol=1e-5, atol=1e-9)
    falling = 0.05 * (1 + np.cos(np.pi * np.arange(81) / 80))
    np.testing.assert_allclose(found[20:], falling, rtol=1e-4, atol=1e-8)


@pytest.mark.parametrize(
    ("epoch", "share"),
    [(0, 1), (79, 1), (80, 0.1), (120, 1e-2), (160, 1e-3), (179, 1e-3), (180, 5e-4), (199, 5e-4)],
)
def test_published_rate_falls_in_steps(epoch, share):
    rate = recipes.learning_rate(recipe("published", epochs=200), 7)
    for step in (7 * epoch, 7 * epoch + 6):
        # The schedule counts steps already taken.
        np.testing.assert_allclose(float(rate(step)), 0.1 * share, rtol=1e-5)


def adam(gradient, step_size, decay=0.0, param=0.0):
    """First step of Adam from zero moments: its size is the learning rate."""
    return -step_size * (gradient / (abs(gradient) + 1e-8) + decay * param)


def test_decay_is_for_kernels_alone():
    params = {"kernel": jnp.array([[3.0]]), "bias": jnp.array([3.0])}
    gradient = {"kernel": jnp.array([[0.5]]), "bias": jnp.array([-0.5])}
    optimizer = recipes.one_cycle(recipe("one_cycle", epochs=1, learning_rate=0.1), 2)
    state = optimizer.init(params)
    # The first step of the warm-up has rate 0; the second is the peak.
    _, state = optimizer.update(gradient, state, params)
    update, _ = optimizer.update(gradient, state, params)
    np.testing.assert_allclose(update["bias"], [adam(-0.5, 0.1)], rtol=1e-4)
    np.testing.assert_allclose(update["kernel"], [[adam(0.5, 0.1, 0.01, 3.0)]], rtol=1e-4)


def test_published_penalty_is_part_of_the_gradient():
    params = {"kernel": jnp.array([[3.0]]), "bias": jnp.array([3.0])}
    # Beside the penalty's 2 * 0.01 * 3 the loss pulls less, and to the other side.
    gradient = {"kernel": jnp.array([[-0.05]]), "bias": jnp.array([-0.05])}
    optimizer = recipes.published(recipe("published"), 2)
    update, _ = optimizer.update(gradient, optimizer.init(params), params)
    np.testing.assert_allclose(update["kernel"], [[-0.1]], rtol=1e-5)
    np.testing.assert_allclose(update["bias"], [0.1], rtol=1e-5)
