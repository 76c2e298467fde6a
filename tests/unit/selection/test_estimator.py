"""The estimator keeps scikit-learn's conventions."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

from efficient_augmentation.selection import points
from efficient_augmentation.selection.estimator import AugmentationSelector
from problems import two_classes

pytestmark = pytest.mark.slow

X, Y = two_classes(50, 4)


@parametrize_with_checks([AugmentationSelector()])
def test_scikit_learns_own_checks(estimator, check):
    check(estimator)


def test_it_chooses_by_the_scores():
    chosen = AugmentationSelector(7, criterion="loss", policy="deterministic_proportional")
    labels = np.where(Y, "dog", "cat")
    chosen.fit(X, labels)
    expected = points.select_points(X, Y, 7, "loss", "deterministic_proportional")
    np.testing.assert_array_equal(chosen.indices_, expected)
    np.testing.assert_array_equal(chosen.get_support(indices=True), np.sort(expected))
    np.testing.assert_array_equal(np.flatnonzero(chosen.get_support()), np.sort(expected))
    assert chosen.classes_.tolist() == ["cat", "dog"]
    np.testing.assert_allclose(chosen.C_, 10 / X.astype(float).var(axis=0).sum())
    assert AugmentationSelector(7, C=0.5).fit(X, labels).C_ == 0.5


def test_it_chooses_coresets():
    labels = np.where(Y, "dog", "cat")
    chosen = AugmentationSelector(7, policy="facility_location").fit(X, labels).indices_
    expected = points.select_points(X.astype(float), Y, 7, policy="facility_location")
    np.testing.assert_array_equal(chosen, expected)


def test_random_state_decides():
    def drawn(state):
        return AugmentationSelector(9, random_state=state).fit(X, Y).indices_.tolist()

    assert drawn(0) == drawn(0) == drawn(np.random.RandomState(0))
    assert drawn(0) != drawn(1)


def test_nothing_is_chosen_before_it_is_fitted():
    with pytest.raises(NotFittedError):
        AugmentationSelector().get_support()
