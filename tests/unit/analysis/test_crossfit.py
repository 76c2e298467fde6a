import numpy as np

import synthetic
from efficient_augmentation.analysis import crossfit
from efficient_augmentation.analysis.series import Series

LEVELS = {"floor": 0.5, "ceiling": 0.9, "n_train": 40}


def points(**arguments):
    curves = synthetic.small([[0.6, 0.8], [0.7, 0.8]], budgets=(10, 20), **arguments)
    return synthetic.tallied(curves, LEVELS, n_test=50)


def test_folds_spread_every_class_evenly():
    labels = np.repeat([0, 1, 2], [50, 23, 4])
    fold = crossfit.folds(labels, 0)
    for label in range(3):
        counts = np.bincount(fold[labels == label], minlength=5)
        assert counts.max() - counts.min() <= 1
    assert (crossfit.folds(labels, 1) != fold).any()
    assert sorted(crossfit.folds([0, 1], 0)) == [0, 1]


def test_no_point_judges_a_number_that_it_helped_to_pick():
    data, seen = points(), []

    def pick(others):
        seen.append(len(others["label"]))
        assert others["right"].shape[1] == others["rows"].shape[0] == seen[-1]
        # A number that tells which points picked it.
        return 10 if others["floor"][:3].sum() > 1 else 20

    one = Series(data, "loss", "random_proportional")
    (cells,), numbers = crossfit.crossfitted(data, pick, [one], 40, 0)
    assert seen == [40] * 5
    fold = crossfit.folds(data["label"], 0)
    for s, k in enumerate(fold):
        j = (10, 20).index(numbers[k])
        np.testing.assert_array_equal(cells[:, s], one.cells[:, j, s])


def test_a_number_beyond_the_budgets_is_not_known_but_that_of_all_points():
    data = points()
    one = Series(data, "loss", "random_proportional")
    assert crossfit.crossfitted(data, lambda _: 30, [one], 40, 0)[0] == [None]
    (cells,), _ = crossfit.crossfitted(data, lambda _: 40, [one], 40, 0)
    np.testing.assert_allclose(cells.mean(), 0.9)


def test_picking_and_judging_on_the_same_points_flatters_and_this_does_not():
    """Equal budgets of chance accuracy: the best one looks good to those that picked it."""
    rng, same, fitted = np.random.default_rng(0), [], []
    for _ in range(60):
        right = rng.integers(0, 2, (8, 60)).astype(np.uint8)
        data = {
            "score": np.array(["loss"] * 8),
            "policy": np.array(["deterministic_proportional"] * 8),
            "clusters": np.zeros(8, int),
            "round": np.zeros(8, int),
            "n_augmented": np.arange(1, 9),
            "right": right,
            "floor": right[0],
            "ceiling": right[0],
            "rows": np.ones(60, int),
            "label": np.zeros(60, int),
        }

        def pick(points):
            return 1 + int(points["right"].sum(axis=1).argmax())

        one = Series(data, "loss", "deterministic_proportional")
        same.append(one.at(pick(data), 8).mean())
        fitted.append(crossfit.crossfitted(data, pick, [one], 8, 0)[0][0].mean())
    assert np.mean(same) > 0.57
    assert abs(np.mean(fitted) - 0.5) < 0.02
