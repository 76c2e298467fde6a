import numpy as np

from efficient_augmentation.simulation import panels, simulate
from efficient_augmentation.simulation.tally import Tally
from problems import augmented_features

PLAN = {
    "scores": ["loss", "margin"],
    "policies": ["baseline", "deterministic_proportional"],
    "budgets": [2, 12],
    "rounds": 3,
    "seed": 0,
    "faithful": False,
    "dpp": {"scores": ["loss"], "policies": ["dpp_raw"], "budgets": [3]},
}


def test_shares_are_means_over_a_points_rows_and_over_rounds():
    tally = Tally([-1, -1, 1, 0, 0, 1])
    tally.set_levels(np.zeros(6, bool), np.array([1, 1, 1, 0, 0, 1], bool))
    tally.add(("loss", "baseline", 0, 5), np.array([[1, 0, 0, 1, 0, 1], [1, 0, 0, 0, 0, 1]], bool))
    found = tally.arrays()
    np.testing.assert_allclose(found["right"], [[(2 / 3 + 1 / 3) / 2, 1 / 3]])
    np.testing.assert_allclose([found["floor"], found["ceiling"]], [[0, 0], [1 / 3, 1]], rtol=1e-6)
    assert found["policy"].tolist() == ["baseline"]
    assert not any(value.dtype.hasobject for value in found.values())


def test_test_points_add_up_to_the_curves_floor_and_ceiling():
    features = augmented_features()
    model = simulate.FrozenModel(features, 1.0)
    rows, points = panels.tallied(model, PLAN, features["source_test"])
    assert rows == panels.run(model, PLAN)
    assert points["right"].shape == (2 * 2 * 2 + 1, 40)
    keys = zip(points["score"], points["policy"], points["n_augmented"], strict=True)
    for key, right in zip(keys, points["right"], strict=True):
        same = [r for r in rows if (r["score"], r["policy"], r["n_augmented"]) == key]
        expected = np.mean([r["test_accuracy"] for r in same])
        np.testing.assert_allclose(right.mean(dtype=float), expected, rtol=1e-6)
    state = model.fit(np.stack([model.source < 0, np.ones(96)]).astype(float))
    levels = [points["floor"].mean(dtype=float), points["ceiling"].mean(dtype=float)]
    np.testing.assert_allclose(levels, model.accuracy(state), rtol=1e-6)
