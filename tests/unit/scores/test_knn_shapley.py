"""Shapley values against the average over all orders of arrival."""

import itertools

import numpy as np
import pytest

from efficient_augmentation.scores import knn_shapley
from problems import two_classes


def by_enumeration(X, y, x, label, neighbours):
    """Mean marginal utility over all permutations, for one validation point."""
    nearest = np.argsort(np.linalg.norm(X - x, axis=1), kind="stable")

    def utility(members):
        found = [i for i in nearest if i in members][:neighbours]
        return sum(y[i] == label for i in found) / neighbours

    total, orders = np.zeros(len(X)), list(itertools.permutations(range(len(X))))
    for order in orders:
        for t, i in enumerate(order):
            total[i] += utility(order[: t + 1]) - utility(order[:t])
    return total / len(orders)


@pytest.mark.parametrize("neighbours", [1, 2, 7])
def test_values_are_the_mean_over_all_orders(neighbours):
    X, y = two_classes(8, 2)
    X, y, validation, labels = X[:6], y[[0, 1, 2, 4, 4, 5]], X[6:], y[6:]
    each = [
        by_enumeration(X, y, x, label, neighbours)
        for x, label in zip(validation, labels, strict=True)
    ]
    found = knn_shapley.values(X, y, validation, labels, neighbours)
    np.testing.assert_allclose(found, np.mean(each, axis=0), atol=1e-12)


def test_leaving_one_out_values_points_by_all_others():
    X, y = two_classes(6, 2, seed=3)
    y = np.array([0, 1, 2, 1, 0, 2])
    expected = np.zeros(6)
    for j in range(6):
        rest = np.delete(np.arange(6), j)
        expected[rest] += by_enumeration(X[rest], y[rest], X[j], y[j], 2) / 5
    found = knn_shapley.leave_one_out(X, y, 2)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    np.testing.assert_allclose(knn_shapley.score(X, y, 2), expected - expected.min(), atol=1e-12)


def test_blocks_do_not_matter(monkeypatch):
    X, y = two_classes(40, 3)
    whole = knn_shapley.leave_one_out(X, y)
    monkeypatch.setattr(knn_shapley, "_BLOCK_BYTES", 8 * 40 * 7)
    np.testing.assert_allclose(knn_shapley.leave_one_out(X, y), whole)


def test_a_mislabelled_point_is_worth_least():
    X, y = two_classes(60, 2, gap=6.0)
    y = np.where(np.arange(60) == 17, 1 - y, y)
    assert knn_shapley.score(X, y).argmin() == 17


@pytest.mark.parametrize(
    ("n", "neighbours", "message"),
    [(1, 5, "at least 2 points"), (4, 0, "neighbours must be a whole number of at least 1, not 0")],
)
def test_bad_arguments_are_refused(n, neighbours, message):
    with pytest.raises(ValueError, match=message):
        knn_shapley.leave_one_out(np.zeros((n, 2)), np.zeros(n, int), neighbours)
    with pytest.raises(ValueError, match="3 features for validation, 2 to train"):
        knn_shapley.values(np.zeros((4, 2)), np.zeros(4, int), np.zeros((1, 3)), [0])
