"""Test images that are training images as well, in whatever disguise."""

import io

import numpy as np
import pytest
from PIL import Image

from efficient_augmentation.data import dataset, overlap

RNG = np.random.default_rng(0)
# Smooth, as photographs are.
PHOTOS = np.array(
    [
        Image.fromarray(small).resize((48, 40), Image.Resampling.BICUBIC)
        for small in RNG.integers(0, 256, (30, 6, 7, 3), dtype=np.uint8)
    ]
)


def points(x_train, x_test, share=0.0, ids=None, labels=None):
    train_ids, test_ids = ids or (np.arange(len(x_train)), np.arange(100, 100 + len(x_test)))
    y_train, y_test = labels or (np.zeros(len(x_train), int), np.zeros(len(x_test), int))
    return {
        "y_train": np.array(y_train),
        "y_test": np.array(y_test),
        "class_names": np.array(["cat", "dog"]),
        "x_train": np.asarray(x_train),
        "x_test": np.asarray(x_test),
        "train_ids": np.array(train_ids),
        "test_ids": np.array(test_ids),
        "test_share": np.float64(share),
    }


def saved(image, **how):
    stream = io.BytesIO()
    image.save(stream, **how)
    return Image.open(stream).convert("RGB")


COPIES = {
    "jpeg": lambda image: saved(image, format="JPEG", quality=70),
    "smaller": lambda image: image.resize((30, 25), Image.Resampling.LANCZOS).resize((48, 40)),
    "larger": lambda image: image.resize((96, 80), Image.Resampling.BICUBIC).resize((48, 40)),
    "lighter": lambda image: image.point(lambda v: min(255, v + 6)),
    "few colours": lambda image: image.quantize(256).convert("RGB"),
}


def test_images_of_their_own_draw_no_warning():
    assert overlap.warnings(points(PHOTOS[:20], PHOTOS[20:])) == []


def test_the_same_image_under_another_name():
    (text,) = overlap.warnings(points(PHOTOS[:20], PHOTOS[[25, 3, 26, 7]]))
    assert text.startswith("2 of 4 test points are the same as a training point")
    assert "101 (training: 3), 103 (training: 7)" in text


@pytest.mark.parametrize("kind", COPIES)
def test_a_copy_that_differs_a_little(kind):
    copy = np.asarray(COPIES[kind](Image.fromarray(PHOTOS[3])))
    assert (copy != PHOTOS[3]).any()
    for make in (lambda x: x, lambda x: x.astype(np.float32) / 255, lambda x: x[..., :1]):
        (text,) = overlap.warnings(points(make(PHOTOS[:20]), make(np.array([PHOTOS[22], copy]))))
        assert text.startswith("1 of 2 test points are nearly the same as a training image")
        assert "101 (training: 3)" in text


def test_images_too_small_to_be_alike_are_only_the_same():
    x = RNG.integers(0, 256, (9, 8, 8, 1), dtype=np.uint8)
    near = x[:1] + np.uint8(1)
    (text,) = overlap.warnings(points(x[:5], [near[0], x[1], x[7]]))
    assert text.startswith("1 of 3")


def test_images_of_one_grey_level_are_like_no_other():
    flat = np.full((3, 32, 32, 1), 7, np.uint8) + np.arange(3, dtype=np.uint8)[:, None, None, None]
    assert overlap.warnings(points(flat[:2], flat[2:])) == []
    assert len(overlap.warnings(points(flat, flat[2:]))) == 1


NAMES = (
    ["cat/1.png.01_flip_horizontal.png", "cat/2.png", "cat/3.png.02_rotate_5.png", "dog/1.png"],
    ["cat/1.png", "cat/2.png.12_shift.png", "cat/3.png.01_rotate_-5.png", "dog/2.png"],
)


def test_copies_that_selection_made():
    (text,) = overlap.warnings(points(PHOTOS[:4], PHOTOS[4:8], 0.25, NAMES))
    assert text.startswith("3 of 4 test points are made from the same image as a training image")
    assert "cat/1.png (training: cat/1.png.01_flip_horizontal.png)" in text


def test_names_that_only_look_like_copies():
    ids = ["cat/scan.12_a.png", "cat/5.png"], ["cat/scan.13_b.png", "cat/5.02.png"]
    assert overlap.warnings(points(PHOTOS[:2], PHOTOS[2:4], 0.25, ids)) == []


def test_the_same_name_in_another_folder_is_another_image():
    assert overlap.warnings(points(PHOTOS[:4], PHOTOS[4:8], 0.0, NAMES)) == []


def test_features_that_are_the_same():
    x = RNG.normal(size=(9, 12)).astype(np.float32)
    (text,) = overlap.warnings(points(x[:6], x[4:]))
    assert text.startswith("2 of 5 test points are the same as a training point")
    few = RNG.integers(0, 2, (40, 3)).astype(np.float32)
    assert overlap.warnings(points(few[:30], few[30:])) == []


def test_one_image_under_two_labels():
    x = PHOTOS[[0, 1, 2, 1, 0, 3]]
    labels = [0, 0, 1, 1, 0, 1], [0, 1]
    ids = ["a.png", "b.png", "c.png", "d.png", "e.png", "f.png"], ["g.png", "h.png"]
    (text,) = overlap.warnings(points(x, PHOTOS[[8, 9]], ids=ids, labels=labels))
    assert text.startswith("1 of 6 training points are the same as one of another class")
    assert "d.png (dog) is b.png (cat)" in text
    (text,) = overlap.warnings(points(x[:3], PHOTOS[[8, 8]], labels=([0, 0, 1], [0, 1])))
    assert text.startswith("1 of 2 test points are the same as one of another class")
    assert "101 (dog) is 100 (cat)" in text


def test_features_under_two_labels():
    x = RNG.normal(size=(9, 12)).astype(np.float32)
    labels = [0] * 5 + [1], [0] * 3
    (text,) = overlap.warnings(points(x[[0, 1, 2, 3, 4, 0]], x[6:], labels=labels))
    assert "5 (dog) is 0 (cat)" in text
    few = RNG.integers(0, 2, (40, 3)).astype(np.float32)
    assert overlap.warnings(points(few, few[:2] + 5, labels=([0, 1] * 20, [0, 0]))) == []


def test_no_more_than_five_are_named():
    (text,) = overlap.warnings(points(PHOTOS, PHOTOS))
    assert text.startswith("30 of 30")
    assert text.count("training: ") == 5
    assert len(text) < 400


def test_a_data_set_carries_its_warnings(tmp_path):
    y = np.arange(20) % 2
    np.savez(tmp_path / "f.npz", x_train=PHOTOS[:20], y_train=y, x_test=PHOTOS[:20], y_test=y)
    settings = {"kind": "npz", "file": str(tmp_path / "f.npz"), "seed": 0, "test_share": 0.25}
    (text,) = dataset.load(settings)["warnings"]
    assert text.startswith("20 of 20 test points are the same")


def test_a_data_set_carries_what_is_said_of_its_classes(tmp_path):
    np.savez(
        tmp_path / "f.npz", x_train=PHOTOS, y_train=np.array(["cat", "cat "])[np.arange(30) % 2]
    )
    settings = {"kind": "npz", "file": str(tmp_path / "f.npz"), "seed": 0, "test_share": 0.25}
    (text,) = dataset.load(settings)["warnings"]
    assert text.startswith("The classes 'cat' and 'cat ' look alike")
