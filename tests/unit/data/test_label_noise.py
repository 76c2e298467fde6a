import numpy as np
import pytest

from efficient_augmentation.data import dataset, label_noise

DIGITS = {"kind": "digits", "classes": [3, 8], "n_train": 40, "seed": 5}


def points(n, k):
    return {"y_train": np.arange(n) % k, "train_ids": np.arange(n) + 100, "x_train": None}


@pytest.mark.parametrize("k", [2, 4])
def test_as_many_as_asked_for_get_another_label_and_are_named(k):
    clean = points(50, k)
    noisy = label_noise.flip(clean, 0.3, seed=1)
    changed = noisy["y_train"] != clean["y_train"]
    assert changed.sum() == 15
    assert noisy["flipped_ids"].tolist() == (np.flatnonzero(changed) + 100).tolist()
    assert set(noisy["y_train"]) == set(range(k))
    assert clean["y_train"].tolist() == (np.arange(50) % k).tolist()


def test_points_and_new_labels_are_drawn_uniformly():
    """Over many seeds each point is flipped as often, to each of the other labels."""
    counts, steps = np.zeros(20), np.zeros(4)
    for seed in range(600):
        noisy = label_noise.flip(points(20, 4), 0.25, seed)
        moved = (noisy["y_train"] - np.arange(20)) % 4
        counts += moved > 0
        steps += np.bincount(moved, minlength=4)
    # Means and five standard deviations of binomial counts.
    np.testing.assert_allclose(counts, 150, atol=5 * np.sqrt(600 * 0.25 * 0.75))
    np.testing.assert_allclose(steps[1:], 1000, atol=5 * np.sqrt(3000 * 2 / 9))


def test_less_noise_flips_some_of_the_same_points():
    few, more = (label_noise.flip(points(100, 3), share, seed=2) for share in (0.05, 0.2))
    assert set(few["flipped_ids"]) < set(more["flipped_ids"])
    same = np.isin(np.arange(100) + 100, few["flipped_ids"])
    assert few["y_train"][same].tolist() == more["y_train"][same].tolist()


def test_rows_have_the_labels_of_their_originals():
    clean = points(30, 3)
    source = np.concatenate([np.full(30, -1), np.arange(30)[::-1], [4, 4]])
    rows = {"y_train": clean["y_train"][np.where(source < 0, np.arange(62), source)]}
    found = label_noise.flip_rows({**rows, "source_train": source}, 0.2, seed=9)["y_train"]
    y = label_noise.flip(clean, 0.2, seed=9)["y_train"]
    assert found.tolist() == [*y, *y[::-1], y[4], y[4]]


def test_no_noise_changes_nothing():
    clean = points(10, 2)
    assert label_noise.flip(clean, 0.0) is clean
    assert label_noise.flip(clean, 0.04) is clean


def test_what_cannot_be_is_named():
    with pytest.raises(
        ValueError, match=r"dataset\.label_noise: 1\.5 is not a number within 0\.\."
    ):
        label_noise.flip(points(10, 2), 1.5)
    one_left = {**points(4, 2), "y_train": np.array([0, 0, 0, 1])}
    with pytest.raises(ValueError, match="leaves a class without a training point"):
        [label_noise.flip(one_left, 0.25, seed) for seed in range(30)]


def test_a_data_set_has_its_noise_in_the_training_labels_alone():
    clean, noisy = (dataset.load({**DIGITS, "label_noise": share}) for share in (0.0, 0.1))
    assert "flipped_ids" not in clean
    changed = clean["y_train"] != noisy["y_train"]
    assert clean["train_ids"][changed].tolist() == noisy["flipped_ids"].tolist()
    assert changed.sum() == 4
    for name in ("x_train", "x_test", "y_test", "train_ids", "test_ids"):
        np.testing.assert_array_equal(clean[name], noisy[name])
