"""The embedded digits against scikit-learn's file, image by image."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from efficient_augmentation.data import digits


@pytest.fixture(scope="module")
def data():
    return digits.load([3, 8], 200, 0)


def test_arrays_of_a_data_set(data):
    assert {name: (value.shape, value.dtype.name) for name, value in data.items()} == {
        "x_train": ((200, 16, 16, 1), "uint8"),
        "y_train": ((200,), "int32"),
        "x_test": ((157, 16, 16, 1), "uint8"),
        "y_test": ((157,), "int32"),
        "train_ids": ((200,), "int64"),
        "test_ids": ((157,), "int64"),
    }


@pytest.mark.parametrize("split", ["train", "test"])
def test_every_image_is_the_one_its_id_names(data, split):
    published = load_digits()
    for image, label, place in zip(
        data[f"x_{split}"], data[f"y_{split}"], data[f"{split}_ids"], strict=True
    ):
        assert published.target[place] == [3, 8][label]
        grey = [[round(value * 255 / 16) for value in row] for row in published.images[place]]
        for corner in [(0, 0), (0, 1), (1, 0), (1, 1)]:
            np.testing.assert_array_equal(image[corner[0] :: 2, corner[1] :: 2, 0], grey)


def test_split_is_a_partition_in_equal_halves(data):
    target = load_digits().target
    ids = np.concatenate([data["train_ids"], data["test_ids"]])
    assert sorted(ids.tolist()) == [i for i, label in enumerate(target) if label in (3, 8)]
    assert np.bincount(data["y_train"]).tolist() == [100, 100]


def test_test_points_keep_the_published_order_and_training_points_do_not(data):
    assert (np.diff(data["test_ids"]) > 0).all()
    assert not (np.diff(data["train_ids"]) > 0).all()
    # Classes are mixed too: a half is not one class.
    assert 30 < data["y_train"][:100].sum() < 70


def test_seed_decides_the_split(data):
    again, other = digits.load([3, 8], 200, 0), digits.load([3, 8], 200, 1)
    for name in data:
        np.testing.assert_array_equal(data[name], again[name])
    assert set(data["train_ids"].tolist()) != set(other["train_ids"].tolist())


def test_order_of_classes_decides_the_labels():
    data = digits.load([8, 3], 20, 0)
    target = load_digits().target
    assert (target[data["train_ids"]] == np.where(data["y_train"] == 0, 8, 3)).all()


def test_ten_classes():
    data = digits.load(list(range(10)), 100, 0)
    assert np.bincount(data["y_train"]).tolist() == [10] * 10
    assert len(data["y_test"]) == 1697


def test_counts_are_those_of_the_file():
    assert tuple(np.bincount(load_digits().target)) == digits.COUNTS


def test_largest_split_leaves_every_class_a_test_point():
    assert set(digits.load([3, 8], 346, 0)["y_test"]) == {0, 1}
    with pytest.raises(ValueError, match=r"dataset.n_train: 348 is more than the 346 training"):
        digits.load([3, 8], 348, 0)


def test_odd_number_of_training_points():
    with pytest.raises(ValueError, match=r"dataset.n_train: 201 is not even.*give 200"):
        digits.load([3, 8], 201, 0)


def test_number_of_training_points_that_three_classes_do_not_divide():
    with pytest.raises(ValueError, match=r"dataset.n_train: 1 is not a multiple of 3.*give 3"):
        digits.load([1, 2, 3], 1, 0)


def test_class_that_does_not_exist():
    with pytest.raises(ValueError, match=r"dataset.classes: \[3, 10\].*no class 10"):
        digits.load([3, 10], 200, 0)
