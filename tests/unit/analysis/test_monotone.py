import numpy as np
from sklearn.isotonic import isotonic_regression

from efficient_augmentation.analysis import monotone


def test_it_is_isotonic_regression():
    values = np.random.default_rng(0).normal(size=(50, 9)).cumsum(axis=1)
    expected = [isotonic_regression(row) for row in values]
    np.testing.assert_allclose(monotone.rising(values), expected, atol=1e-12)


def test_a_rising_curve_stays():
    np.testing.assert_allclose(monotone.rising([0.0, 0.2, 0.2, 1.0]), [0.0, 0.2, 0.2, 1.0])
    np.testing.assert_allclose(monotone.rising([0.0, 0.9, 0.3, 1.0]), [0, 0.6, 0.6, 1])
