"""The simulation at other values of C, beside independent fits at each of them."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from efficient_augmentation.analysis import C_sweep as analysis
from efficient_augmentation.simulation import C_sweep
from problems import augmented_features

N = 24
SETTINGS = {
    "budgets": [1, 8, N],
    "faithful": False,
    "influence": "influence",
    "seed": 0,
    "C_sweep": {
        "values": [100, 0.01],
        "policies": ["baseline", "deterministic_proportional"],
        "rounds": 2,
        "scores": ["loss"],
    },
}


def test_values_rise_and_hold_the_chosen_one_once():
    assert C_sweep.values({"values": [10, 0.1]}, 0.5) == [0.1, 0.5, 10.0]
    assert C_sweep.values({"values": [1, 0.1]}, 1.0) == [0.1, 1.0]


@pytest.mark.parametrize("C", [0.01, 100.0])
def test_floor_ceiling_and_hardest_point_are_those_of_this_C(C):
    features = augmented_features(N)
    X, y, source = (features[f"{name}_train"] for name in ("x", "y", "source"))
    original = source < 0
    curves, points = C_sweep.curves(features, C, SETTINGS)

    def fitted(rows):
        model = LogisticRegression(C=C, tol=1e-10, max_iter=10_000)
        return model.fit(X[rows].astype(float), y[rows])

    def accuracy(rows):
        return fitted(rows).score(features["x_test"], features["y_test"])

    total = points["rows"].sum()
    assert points["floor"].sum() / total == pytest.approx(accuracy(original), abs=1e-7)
    assert points["ceiling"].sum() / total == pytest.approx(accuracy(original | True), abs=1e-7)
    probability = fitted(original).predict_proba(X[original].astype(float))
    hardest = int(np.argmin(probability[np.arange(N), y[original]]))
    first = (curves["policy"] == "deterministic_proportional") & (curves["n_augmented"] == 1)
    expected = accuracy(original | (source == hardest))
    assert curves["test_accuracy"][first].tolist() == pytest.approx([expected])


def test_without_copies_there_is_nothing_to_gain():
    features = augmented_features(N)
    keep = {split: features[f"source_{split}"] < 0 for split in ("train", "test")}
    alone = {name: values[keep[name.split("_")[1]]] for name, values in features.items()}
    curves, points = C_sweep.curves(alone, 1.0, SETTINGS)
    for row in analysis.rows(curves, points, N, 0, replicates=100):
        assert row["floor"] == row["ceiling"]
        assert row["gain_low"] == row["gain_high"] == 0
        assert np.isnan(row["ahead"])
        assert np.isinf(row["points"])


def test_the_same_random_numbers_are_drawn_at_every_C():
    features = augmented_features(N)
    random = {**SETTINGS, "C_sweep": {**SETTINGS["C_sweep"], "policies": ["baseline"]}}
    whole = [C_sweep.curves(features, C, random)[0] for C in (1.0, 1.0 + 1e-12)]
    np.testing.assert_array_equal(whole[0]["test_accuracy"], whole[1]["test_accuracy"])
    assert set(whole[0]["round"]) == {0, 1}
