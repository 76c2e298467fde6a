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


def test_rows_of_a_point_are_counted_by_measurement():
    tally = Tally([-1, -1, 1, 0, 0, 1], [4, 7, 7, 4, 4, 7])
    tally.set_levels(np.zeros(6, bool), np.array([1, 1, 1, 0, 0, 1], bool))
    tally.add(("loss", "baseline", 0, 0, 5), np.array([1, 0, 0, 1, 0, 1], bool))
    tally.add(("loss", "baseline", 0, 1, 5), np.array([1, 0, 0, 0, 0, 1], bool))
    found = tally.arrays()
    np.testing.assert_array_equal(found["right"], [[2, 1], [1, 1]])
    np.testing.assert_array_equal([found["floor"], found["ceiling"]], [[0, 0], [1, 3]])
    np.testing.assert_array_equal([found["rows"], found["label"]], [[3, 3], [4, 7]])
    assert found["round"].tolist() == [0, 1]
    assert not any(value.dtype.hasobject for value in found.values())


def test_more_copies_than_a_byte_counts():
    tally = Tally([-1, *[0] * 299], np.zeros(300, int))
    tally.set_levels(np.zeros(300, bool), np.ones(300, bool))
    tally.add(("loss", "baseline", 0, 0, 1), np.ones(300, bool))
    assert tally.arrays()["right"].tolist() == [[300]]


def test_test_points_add_up_to_the_curves_floor_and_ceiling():
    features = augmented_features()
    model = simulate.FrozenModel(features, 1.0)
    rows, points = panels.tallied(model, PLAN, features["source_test"], features["y_test"])
    assert rows == panels.run(model, PLAN)
    assert points["right"].shape == (len(rows), 40)
    names = ("score", "policy", "clusters", "round", "n_augmented")
    keys = zip(*(points[name].tolist() for name in names), strict=True)
    found = dict(zip(keys, points["right"].sum(axis=1) / points["rows"].sum(), strict=True))
    expected = {tuple(row[name] for name in names): row["test_accuracy"] for row in rows}
    assert found.keys() == expected.keys()
    for key, accuracy in expected.items():
        np.testing.assert_allclose(found[key], accuracy)
    state = model.fit(np.stack([model.rows.original, np.ones(96)]).astype(float))
    levels = [points[end].sum() / points["rows"].sum() for end in ("floor", "ceiling")]
    np.testing.assert_allclose(levels, model.accuracy(state))
    np.testing.assert_array_equal(points["label"], features["y_test"][features["source_test"] < 0])
