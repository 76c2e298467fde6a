"""Scores of all images by a fit on all of them."""

import numpy as np
import pytest
from scipy.special import log_expit
from sklearn.linear_model import LogisticRegression

from efficient_augmentation.simulation import baselines, refit, simulate
from problems import augmented_features

GIVEN = augmented_features(24, 4)
SETTINGS = {"C": 0.7, "faithful": False, "influence": "influence"}
LABELS = [GIVEN[f"y_{s}"][GIVEN[f"source_{s}"] < 0] for s in ("train", "test")]


def test_originals_of_both_splits_without_their_copies():
    X = refit.originals(GIVEN)
    assert X.shape == (64, 4)
    np.testing.assert_array_equal(X[:24], GIVEN["x_train"][:24])
    np.testing.assert_array_equal(X[24:], GIVEN["x_test"][:40])


def test_scores_are_those_of_a_fit_on_all_images():
    """Against scikit-learn's fit, and the Hessian of its log loss by hand."""
    X, y = refit.originals(GIVEN).astype(float), np.concatenate(LABELS)
    found = refit.scores(X, y, SETTINGS, ["loss", "influence"])
    fit = LogisticRegression(C=0.7, tol=1e-12, max_iter=10_000).fit(X, y)
    sign = 2 * y - 1
    margin = sign * fit.decision_function(X)
    np.testing.assert_allclose(found["loss"], -log_expit(margin), rtol=1e-6)
    rows = np.hstack([X, np.ones((64, 1))])
    p = fit.predict_proba(X)[:, 1]
    hessian = (rows * (p * (1 - p))[:, None]).T @ rows + np.diag([1 / 0.7] * 4 + [0])
    leverage = np.einsum("ij,jk,ik->i", rows, np.linalg.inv(hessian), rows)
    np.testing.assert_allclose(found["influence"], -((p - y) ** 2) * leverage, rtol=1e-5)


def test_of_the_training_images_alone_they_are_those_of_scores_csv():
    model = simulate.FrozenModel(GIVEN, 0.7)
    rows, _ = baselines.evaluate(model, GIVEN, further=["entropy"])
    names = ("loss", "influence", "margin", "entropy")
    found = refit.scores(GIVEN["x_train"][:24], LABELS[0], SETTINGS, names)
    for name in names:
        np.testing.assert_allclose(found[name], [row[name] for row in rows], rtol=1e-6)


@pytest.mark.parametrize("names", [[], ["margin"]])
def test_only_what_is_asked_for(names):
    found = refit.scores(refit.originals(GIVEN), np.concatenate(LABELS), SETTINGS, names)
    assert list(found) == names
    assert all(values.shape == (64,) for values in found.values())
