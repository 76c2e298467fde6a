"""All images of a data set, and those that a table selects."""

import numpy as np
import pytest

from efficient_augmentation.selection import every_image

FOLDER = {
    "x_train": np.arange(3, dtype=np.uint8)[:, None],
    "y_train": np.array([1, 0, 1], np.int32),
    "train_ids": np.array(["b/1.png", "a/007", "b/2.png"]),
    "train_rows": np.array([4, 0, 5]),
    "x_test": np.array([[30], [40]], np.uint8),
    "y_test": np.array([0, 1], np.int32),
    "test_ids": np.array(["a/1.png", "b/10.png"]),
    "test_rows": np.array([1, 3]),
}
PUBLISHED = {
    "y_train": np.array([0, 1]),
    "train_ids": np.array([10, 12]),
    "y_test": np.array([1]),
    "test_ids": np.array([10]),
}


def test_every_image_is_there_once_training_images_first():
    found = every_image.of(FOLDER)
    assert found.ids.tolist() == ["b/1.png", "a/007", "b/2.png", "a/1.png", "b/10.png"]
    assert found.split.tolist() == ["train"] * 3 + ["test"] * 2
    assert found.y.tolist() == [1, 0, 1, 0, 1]
    assert found.rows.tolist() == [4, 0, 5, 1, 3]
    assert found.rows.dtype == np.int64


def test_numbers_are_ids_and_rows_at_once():
    found = every_image.of(PUBLISHED)
    assert found.ids.tolist() == ["10", "12", "10"]
    assert found.rows.tolist() == [10, 12, 10]


def test_what_is_read_of_a_file_has_no_images(tmp_path):
    for number, data in enumerate((FOLDER, PUBLISHED)):
        np.savez(tmp_path / f"{number}.npz", **data)
        found = every_image.read(tmp_path / f"{number}.npz")
        assert found.keys() == data.keys() - {"x_train", "x_test"}
        assert every_image.of(found).ids.tolist() == every_image.of(data).ids.tolist()


def test_pixels_come_from_the_split_of_each_image():
    found = every_image.pixels(FOLDER, [4, 0, 3, 2])
    assert found.ravel().tolist() == [40, 0, 30, 2]
    assert found.dtype == np.uint8
    assert every_image.pixels(FOLDER, []).shape == (0, 1)


def test_selected_images_are_found_again_by_split_and_id():
    table = {
        "id": np.array(["b/10.png", "a/007", "b/1.png"]),
        "split": np.array(["test", "train", "train"]),
        "selected": np.array([1, 0, 1]),
    }
    places = every_image.places(table, FOLDER["train_ids"], FOLDER["test_ids"])
    assert places.tolist() == [4, 0]
    same = {"id": np.array(["10", "10"]), "split": np.array(["test", "train"])}
    same["selected"] = np.array([1, 1])
    places = every_image.places(same, PUBLISHED["train_ids"], PUBLISHED["test_ids"])
    assert places.tolist() == [2, 0]
    with pytest.raises(ValueError, match=r"id 'b/1\.png' is no image of dataset\.npz"):
        every_image.places(table, PUBLISHED["train_ids"], FOLDER["test_ids"])
