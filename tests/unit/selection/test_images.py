"""Augmented images of selected points, read back by Pillow."""

import re
import unicodedata
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image

from efficient_augmentation.data import folder
from efficient_augmentation.files import provenance, tables
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
    odd = "%2E.%2Fup & down"
    expected = [f"dog/3.{horizontal}", f"dog/5.{horizontal}", f"{odd}/17.{horizontal}"]
    assert files(tmp_path) == sorted(expected)
    found = np.asarray(Image.open(tmp_path / f"{odd}/17.{horizontal}"))
    np.testing.assert_array_equal(found, X[0, :, ::-1, 0])
    table = tables.read_csv(tmp_path / images.TABLE, texts=["label"])
    assert table["file"].tolist() == [f"{odd}/17.{horizontal}", *expected[:2]]
    assert table["label"].tolist() == ["../up & down", "dog", "dog"]
    assert table["id"].tolist() == [17, 3, 5]
    assert set(table["variant"]) == {"flip horizontal"}


ALIKE = [
    ["<=50K", ">50K"],
    ["C#", "C"],
    ["a" * 400, "a" * 401, "a" * 60, "a" * 61],
    ["猫" * 100, "猫" * 101],
    ["Cat", "cat", "CAT"],
    ["é", "e\u0301", "É"],
    ["a/b", "a_b", "a%2Fb", "a b", "a\\b"],
    [".", "..", "", "_", "%", "~", " ", "a.", "a ", "a"],
    ["a\r", "a\n", "a\t", "a\0b", "\x85"],
    ["con", "+", "-", "...", "~a", "16:9", "16/9"],
    ["NUL", "nul", "nul.txt", "aux ", "com1", "COM0.a", "lpt9", "lpt99", "prn.", "conn", "%63on"],
]
# Windows takes these for devices, whatever follows a point.
DEVICES = re.compile(r"(aux|con|nul|prn|(com|lpt)\d) *(\.|$)", re.IGNORECASE)


@pytest.mark.parametrize("names", ALIKE, ids=repr)
def test_every_class_has_a_folder_of_its_own(tmp_path, names):
    k = len(names)
    folders = images.folder_names(names)
    assert len({unicodedata.normalize("NFC", f).casefold() for f in folders}) == k
    for name, folder_name in zip(names, folders, strict=True):
        assert 0 < len(folder_name.encode()) <= 160
        assert not DEVICES.match(folder_name)
        assert folder_name.partition("~")[2] or unquote(folder_name) == name or name == ""
    x = np.arange(k, dtype=np.uint8).repeat(4).reshape(k, 2, 2, 1)
    images.write(tmp_path, x, np.arange(k), FLIPS[:1], names, np.arange(k))
    table = tables.read_csv(tmp_path / images.TABLE, texts=["label", "file"])
    assert table["label"].tolist() == names
    for i, file in enumerate(table["file"]):
        assert (np.asarray(Image.open(tmp_path / file)) == i).all()
    assert len({file.split("/")[0] for file in table["file"]}) == k


# Ids that would lead out of the folder, or to one file, were they taken for paths.
IDS = [
    ["a/..", "a/.", "a/", "a"],
    ["a/../../1", "a/1", "a//1", "a/./1"],
    ["a/x/1", "a/x", "a/x/2"],
    ["/etc/1", "../1", "..", "a/\0/1"],
    ["a/1\0", "a/1\0\n", "a/1\n", "a/1\r\n"],
    ["a/K", "a/k", "a/\u212a"],
    ["a/é", "a/e\u0301"],
    ["a/" + "x" * 300, "a/" + "x" * 301, "a/" + "猫" * 100],
    ["con", "CON.01_flip_horizontal.png", "nul.png", "aux"],
    ["C:\\1", "\\\\server\\1", "1 ", "1."],
]


@pytest.mark.parametrize("ids", IDS, ids=repr)
@pytest.mark.parametrize("name", ["a", "..", "a" * 300, "/"])
def test_every_id_has_a_file_of_its_own_within_the_folder(tmp_path, ids, name):
    ids = [re.sub("^a(?=/)", lambda _: name, one) for one in ids]
    x = np.arange(len(ids), dtype=np.uint8).repeat(4).reshape(-1, 2, 2, 1)
    images.write(tmp_path / "new", x, ids, FLIPS[:1], [name, "b"], [0] * len(ids))
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    table = tables.read_csv(tmp_path / "new" / images.TABLE, texts=["id", "file"])
    assert table["id"].tolist() == np.array(ids).tolist()
    for i, file in enumerate(table["file"]):
        assert (np.asarray(Image.open(tmp_path / "new" / file)) == i).all()
        assert len(Path(file).parts) == 2
        assert not DEVICES.match(Path(file).name)
    assert len({unicodedata.normalize("NFC", file).casefold() for file in table["file"]}) == len(
        ids
    )


def test_names_near_the_limit_of_the_file_system_are_cut(tmp_path):
    ids = np.array([f"cat/{'a' * 251}.png", f"cat/{'a' * 250}b.png", f"cat/{'猫' * 83}.png"])
    images.write(tmp_path, X, ids, FLIPS)
    assert len(files(tmp_path)) == 6
    table = tables.read_csv(tmp_path / images.TABLE)
    assert table["id"].tolist() == [*ids, *ids]
    for image, file in zip(X, table["file"][:3], strict=True):
        assert len(Path(file).name.encode()) <= 255
        np.testing.assert_array_equal(Image.open(tmp_path / file), image[:, ::-1])


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
