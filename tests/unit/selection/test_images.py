"""Augmented images of selected points, read back by Pillow."""

import numpy as np
import pytest
from PIL import Image

from efficient_augmentation.data import folder
from efficient_augmentation.files import provenance
from efficient_augmentation.selection import images
from efficient_augmentation.transforms.catalogue import Variant, variants

X = np.random.default_rng(0).integers(0, 256, (3, 8, 9, 3), dtype=np.uint8)
FLIPS = variants("flip", {"axes": ["horizontal", "vertical"]})


def files(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*.png"))


def test_files_stand_beside_the_images_they_were_made_from(tmp_path):
    ids = np.array(["cat/1.png", "cat/1.jpg", "dog/a b.png"])
    assert images.write(tmp_path, X, ids, FLIPS) == 6
    kinds = ("01_flip_horizontal.png", "02_flip_vertical.png")
    assert files(tmp_path) == sorted(f"{name}.{kind}" for name in ids for kind in kinds)
    for image, name in zip(X, ids, strict=True):
        for kind, want in zip(kinds, (image[:, ::-1], image[::-1]), strict=True):
            found = np.asarray(Image.open(tmp_path / f"{name}.{kind}"))
            np.testing.assert_array_equal(found, want)


def test_they_are_a_training_folder_again(tmp_path):
    images.write(tmp_path, X, np.array(["cat/1.png", "cat/2.png", "dog/1.png"]), FLIPS)
    assert folder.listing(tmp_path).y.tolist() == [0, 0, 0, 0, 1, 1]


def test_numbers_get_the_folder_of_their_class(tmp_path):
    grey = X[..., :1] / np.float32(255)
    images.write(tmp_path, grey, [17, 3, 5], FLIPS[:1], ["../up & down", "dog"], [0, 1, 1])
    horizontal = "01_flip_horizontal.png"
    expected = [f"dog/3.{horizontal}", f"dog/5.{horizontal}", f"up_down/17.{horizontal}"]
    assert files(tmp_path) == sorted(expected)
    found = np.asarray(Image.open(tmp_path / f"up_down/17.{horizontal}"))
    np.testing.assert_array_equal(found, X[0, :, ::-1, 0])


def test_floats_become_the_nearest_level(tmp_path):
    shades = np.array([0, 0.001, 0.003, 0.999, 1], np.float32).reshape(1, 1, 5, 1)
    images.write(tmp_path, shades, np.array(["cat/1.png"]), [Variant("same", lambda x: x)])
    found = np.asarray(Image.open(tmp_path / "cat" / "1.png.01_same.png"))
    assert found.tolist() == [[0, 0, 1, 255, 255]]


def test_they_say_what_they_come_from(tmp_path):
    made_by = {"rule": "write_selected"}
    images.write(tmp_path, X[:1], np.array(["cat/1.png"]), FLIPS, made_by=made_by)
    for name in files(tmp_path):
        assert Image.open(tmp_path / name).text == {"provenance": provenance.text(made_by)}


def test_no_image_leaves_an_empty_folder(tmp_path):
    assert images.write(tmp_path / "new", X[:0], np.array([], "U1"), FLIPS) == 0
    assert (tmp_path / "new").is_dir()
    assert files(tmp_path) == []


def test_labels_of_any_length_make_names(tmp_path):
    odd = Variant("m:f(text='" + "é/x" * 200 + "')", lambda x: x)
    images.write(tmp_path, X[:1], np.array(["cat/1.png"]), [odd])
    (name,) = files(tmp_path)
    assert name.startswith("cat/1.png.01_m_f_text_")
    assert len(name) < 100


@pytest.mark.parametrize("name", ["/etc/1.png", "../1.png", "cat/../../1.png"])
def test_ids_that_lead_out_are_refused(tmp_path, name):
    with pytest.raises(ValueError, match="leads out of"):
        images.write(tmp_path / "new", X[:1], np.array([name]), FLIPS)
    assert files(tmp_path) == []
