"""Scores of the head's probabilities against autodiff and scipy, for two and more classes."""

import jax
import numpy as np
import pytest
from scipy import special, stats

from efficient_augmentation.heads import influence
from efficient_augmentation.scores import of_head
from many_classes import several_classes

X, Y = several_classes(30, 4, 3)
X = X.astype(np.float64)
THETA = np.random.default_rng(0).normal(size=(3, 5))
BINARY = THETA[1] - THETA[0]


def probabilities(theta):
    tilde = np.column_stack([X, np.ones(30)])
    if theta.ndim == 2:
        return special.softmax(tilde @ theta.T, axis=1)
    p = special.expit(tilde @ theta)
    return np.column_stack([1 - p, p])


@pytest.mark.parametrize(("theta", "y"), [(THETA, Y), (BINARY, Y % 2)])
def test_scores_are_those_of_the_probabilities(theta, y):
    p = probabilities(theta)
    errors = np.linalg.norm(p - np.eye(p.shape[1])[y], axis=1)
    np.testing.assert_allclose(of_head.el2n(theta, X, y), errors)
    np.testing.assert_allclose(of_head.entropy(theta, X), stats.entropy(p, axis=1))
    ranked = np.sort(p, axis=1)
    margin = 1 - (ranked[:, -1] - ranked[:, -2])
    np.testing.assert_allclose(of_head.margin_uncertainty(theta, X), margin, atol=1e-14)


def test_grand_is_the_norm_of_the_gradient_that_jax_takes():
    def loss(theta, x, y):
        return jax.nn.logsumexp(theta @ x) - (theta @ x)[y]

    with jax.enable_x64(True):
        tilde = np.column_stack([X, np.ones(30)])
        softmax = jax.vmap(jax.grad(loss), (None, 0, 0))(THETA, tilde, Y)
        binary = jax.vmap(jax.grad(influence.loss_by_definition), (None, 0, 0))(
            BINARY, X, Y % 2 + 0.0
        )
    expected = np.linalg.norm(softmax.reshape(30, -1), axis=1)
    np.testing.assert_allclose(of_head.grand(THETA, X, Y), expected)
    expected = np.linalg.norm(binary, axis=1)
    np.testing.assert_allclose(of_head.grand(BINARY, X, Y % 2), expected)


@pytest.mark.parametrize("theta", [[80.0, 0.0], [[-40.0, 0.0], [40.0, 0.0]]])
def test_nothing_is_lost_where_a_class_is_all_but_certain(theta):
    theta, x, rare = np.array(theta), np.array([[1.0]]), np.exp(-80.0)
    np.testing.assert_allclose(of_head.el2n(theta, x, [1]), np.sqrt(2) * rare)
    np.testing.assert_allclose(of_head.margin_uncertainty(theta, x), 2 * rare)
    np.testing.assert_allclose(of_head.entropy(theta, x), 81 * rare)


def test_the_least_certain_point_comes_first():
    theta, x = np.array([1.0, 0.0]), np.array([[3.0], [0.1], [-1.0]])
    for score in (of_head.margin_uncertainty, of_head.entropy):
        assert np.argsort(-score(theta, x)).tolist() == [1, 2, 0]


@pytest.mark.parametrize(
    ("theta", "y", "message"),
    [
        (np.zeros(4), Y, r"theta must have shape \(5,\) or \(classes, 5\)"),
        (THETA, Y[:-1], r"labels must have shape \(30,\)"),
        (BINARY, Y, r"within 0\.\.1"),
        (np.full(5, 1e308), Y % 2, "is not finite"),
    ],
)
def test_bad_arguments_are_refused(theta, y, message):
    with pytest.raises(ValueError, match=message):
        of_head.el2n(theta, X, y)
