"""Images and labels from a user's .npz file, and what is refused by name."""

import hashlib
import zipfile
from pathlib import Path

import numpy as np
import pytest

from efficient_augmentation.config import dataset as check
from efficient_augmentation.data import dataset, npz

rng = np.random.default_rng(0)
X = rng.integers(0, 256, (12, 5, 7, 3), dtype=np.uint8)
Y = np.array([7, -1, 7, 3, -1, 3, 7, -1, 3, 3, 7, -1])
TEST = {"x_test": X[:4], "y_test": np.array([3, -1, 7, 3])}


def file_of(tmp_path, **change):
    """File with x_train and y_train, other arrays changed or added; None leaves one out."""
    held = {"x_train": X, "y_train": Y} | change
    path = tmp_path / "own.npz"
    np.savez(path, **{name: value for name, value in held.items() if value is not None})
    return path


def test_arrays_of_a_file_with_a_test_set(tmp_path):
    data = npz.load(file_of(tmp_path, **TEST, extra=np.zeros(3)))
    np.testing.assert_array_equal(data["x_train"], X)
    np.testing.assert_array_equal(data["x_test"], X[:4])
    np.testing.assert_array_equal(data["y_train"], np.searchsorted([-1, 3, 7], Y))
    assert data["y_test"].tolist() == [1, 0, 2, 1]
    assert data["class_names"].tolist() == ["-1", "3", "7"]
    assert data["train_ids"].tolist() == list(range(12))
    assert data["test_share"] == 0
    types = {name: data[name].dtype.name for name in ("x_train", "y_train", "train_ids")}
    assert types == {"x_train": "uint8", "y_train": "int32", "train_ids": "int64"}


def test_points_keep_the_names_that_the_file_gives_them(tmp_path):
    names = np.array([f"{i:03}.png" for i in range(12)])
    data = npz.load(file_of(tmp_path, ids=names), classes=[7, 3], seed=2)
    for split in ("train", "test"):
        rows = data[f"{split}_rows"]
        np.testing.assert_array_equal(data[f"x_{split}"], X[rows])
        assert data[f"{split}_ids"].tolist() == names[rows].tolist()
    both = npz.load(file_of(tmp_path, **TEST, ids=names, ids_test=np.array([9, 8, 7, 6])))
    assert both["test_ids"].tolist() == [9, 8, 7, 6]
    assert both["test_rows"].tolist() == [0, 1, 2, 3]
    alone = npz.load(file_of(tmp_path, **TEST, ids=names))
    assert alone["train_ids"].tolist() == names.tolist()
    assert alone["test_ids"].tolist() == [0, 1, 2, 3]


BAD_IDS = [
    ({"ids": np.arange(11)}, r"ids holds int64 of shape \(11,\); .* \(12,\) are wanted"),
    ({"ids": np.arange(12.0)}, "ids holds float64"),
    ({"ids": np.array([*"abcdefghijkk"])}, "ids holds 'k' twice"),
    ({"ids": np.array([*"abcdefghijk", "\ud800"])}, r"ids holds '\\ud800', which is no Unicode"),
    ({"ids_test": np.arange(12)}, "ids_test is there, but no x_test"),
    ({**TEST, "ids_test": np.arange(3)}, r"ids_test holds int64 of shape \(3,\)"),
]


@pytest.mark.parametrize(("change", "message"), BAD_IDS)
def test_names_that_name_no_points_are_refused_before_images_are_read(tmp_path, change, message):
    for read in (npz.load, npz.points):
        with pytest.raises(ValueError, match=message) as caught:
            read(file_of(tmp_path, **change))
        assert str(caught.value).startswith(str(tmp_path / "own.npz"))


def test_without_a_test_set_points_are_split_and_ids_say_which(tmp_path):
    data = npz.load(file_of(tmp_path), classes=[7, 3], n_train=4, seed=2)
    assert (len(data["x_train"]), len(data["x_test"]), data["test_share"]) == (4, 2, 0.25)
    for split in ("train", "test"):
        ids = data[f"{split}_ids"]
        np.testing.assert_array_equal(data[f"x_{split}"], X[ids])
        np.testing.assert_array_equal(np.array([7, 3])[data[f"y_{split}"]], Y[ids])
    assert not set(data["train_ids"]) & set(data["test_ids"])


def test_numbers_keep_their_order_and_text_serves_as_well(tmp_path):
    assert npz.load(file_of(tmp_path, y_train=np.arange(12) // 6 * 8 + 2))[
        "class_names"
    ].tolist() == ["2", "10"]
    names = np.where(Y == 7, "dog", "cat")
    data = npz.load(file_of(tmp_path, y_train=names), classes=["dog", "cat"])
    np.testing.assert_array_equal(
        np.array(["dog", "cat"])[data["y_train"]], names[data["train_ids"]]
    )
    assert npz.load(file_of(tmp_path, y_train=Y == 7))["class_names"].tolist() == ["False", "True"]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_grey_images_and_floats(tmp_path, dtype):
    x = (X[..., 0] / 255).astype(dtype)
    data = npz.load(file_of(tmp_path, x_train=x))
    assert data["x_train"].dtype == np.float32
    np.testing.assert_array_equal(data["x_train"][..., 0], x.astype(np.float32)[data["train_ids"]])


def test_classes_left_out_may_be_missing_from_one_of_the_sets(tmp_path):
    data = npz.load(file_of(tmp_path, x_test=X[:4], y_test=np.array([3, 7, 99, 4])), classes=[3, 7])
    assert data["test_ids"].tolist() == [0, 1]
    assert data["class_names"].tolist() == ["3", "7"]


FIFTH = np.arange(12)[:, None, None] == 5
BAD = [
    ({"x_train": None}, "no array named x_train"),
    ({"y_train": None}, "no array named y_train"),
    ({"x_test": X}, "holds x_test, but not y_test; give all or none"),
    ({"x_train": X[:, 0, 0]}, r"x_train has shape \(12, 3\); \(n, h, w\), \(n, h, w, 1\) or"),
    ({"x_train": X[..., :2]}, r"x_train has shape \(12, 5, 7, 2\)"),
    ({"x_train": X.transpose(0, 3, 1, 2)}, r"shape \(12, 3, 5, 7\): channels come last"),
    ({"x_train": X[:0], "y_train": Y[:0]}, r"x_train has shape \(0, 5, 7, 3\)"),
    ({"x_train": X.astype(int)}, "x_train holds int64; uint8 or floats"),
    ({"x_train": X.astype(float)}, r"x_train: image 0 holds \d+.0; floats within 0 and 1"),
    (
        {"x_train": np.where(np.arange(12)[:, None, None] == 5, np.nan, X[..., 0] / 255)},
        "image 5 holds nan",
    ),
    ({"x_train": X[..., 0] / 255 - (np.arange(12) == 3)[:, None, None]}, "image 3 holds -"),
    ({"y_train": Y[:-1]}, r"y_train has shape \(11,\), expected \(12,\), a label for each of x_"),
    ({"y_train": Y[:, None]}, r"y_train has shape \(12, 1\), expected \(12,\)"),
    ({"y_train": Y / 2}, r"y_train holds float64 of shape \(12,\); whole numbers or text"),
    (
        {"y_train": Y.astype("S1")},
        r"y_train holds \|S1 .*; np.char.decode\(y_train, 'utf-8'\) makes",
    ),
    ({"y_train": Y * 0}, "y_train: one class, '0'; at least two"),
    ({"x_test": X[:2, :4], "y_test": Y[:2]}, r"x_test holds uint8 of shape \(4, 7, 3\) a point"),
    ({"x_test": X[:2] / 255, "y_test": Y[:2]}, "x_test holds float32 of shape"),
    ({"x_test": X[:2], "y_test": np.array([3, 4])}, "y_test holds class 4, which y_train does not"),
    ({"x_test": X[:2], "y_test": np.array([3, 3])}, "y_test: class '-1' has 0 points"),
    ({"x_test": X[:2], "y_test": np.array(["3", "7"])}, "y_train holds numbers, y_test text; give"),
    ({"y_train": np.arange(12)}, "y_train: class '0' has 1 points; give at least 2"),
]


@pytest.mark.parametrize(("change", "message"), BAD)
def test_bad_arrays_are_named(tmp_path, change, message):
    with pytest.raises(ValueError, match=rf"own\.npz.*{message}"):
        npz.load(file_of(tmp_path, **change))


def test_files_that_are_none(tmp_path):
    with pytest.raises(ValueError, match=r"gone\.npz: no such file"):
        npz.load(tmp_path / "gone.npz")
    (tmp_path / "text.npz").write_text("x_train")
    with pytest.raises(ValueError, match=r"text\.npz: not a readable \.npz file"):
        npz.load(tmp_path / "text.npz")
    np.save(tmp_path / "one.npy", X)
    with pytest.raises(ValueError, match=r"one\.npy: not a readable \.npz file"):
        npz.load(tmp_path / "one.npy")


def test_pickles_are_refused(tmp_path):
    path = file_of(tmp_path, y_train=np.array([None] * 12))
    with pytest.raises(ValueError, match=r"own\.npz: not a readable .*allow_pickle"):
        npz.load(path)


def test_headers_that_lie_are_refused(tmp_path):
    path = file_of(tmp_path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data.replace(b"(12, 5, 7, 3)", b"(99, 5, 7, 3)"))
    with pytest.raises(ValueError, match=r"own\.npz: .*x_train.npy: 1260 bytes of data, expected"):
        npz.load(path)


def test_through_the_configuration(tmp_path):
    settings = {"kind": "npz", "file": str(file_of(tmp_path)), "classes": None, "n_train": None}
    settings |= {"test_share": 0.25, "seed": 0}
    assert check.found(settings)[0] == []
    assert dataset.resolved(settings)["n_train"] == len(dataset.load(settings)["y_train"]) == 9
    assert dataset.resolved(settings)["classes"] == dataset.load(settings)["class_names"].tolist()
    assert dataset.image_shape(settings) == dataset.load(settings)["x_train"].shape[1:]
    content = Path(settings["file"]).read_bytes()
    assert dataset.fingerprint(settings) == hashlib.sha256(content).hexdigest()
    (problem,) = check.found(settings | {"file": "gone.npz"})[0]
    where = f"gone.npz: no such file in {Path.cwd()}; a .npz file is wanted"
    assert problem == f"dataset.file: {where}"
    (problem,) = check.found(settings | {"classes": [3, 4]})[0]
    assert problem.startswith("dataset.classes: no class '4' in ")


def test_labels_that_no_file_can_hold_are_refused(tmp_path):
    x, y = np.zeros((4, 3, 3), np.uint8), np.array(["a", "b\udc80", "a", "b\udc80"])
    np.savez(tmp_path / "f.npz", x_train=x, y_train=y)
    with pytest.raises(ValueError, match=r"f.npz: y_train holds 'b\\udc80', which is no Unicode"):
        npz.points(tmp_path / "f.npz")


def test_labels_as_objects_are_named_with_the_remedy(tmp_path):
    x, y = np.zeros((4, 3, 3), np.uint8), np.array(["a", "b", "a", "b"], object)
    np.savez(tmp_path / "f.npz", x_train=x, y_train=y, other=np.array([{}]))
    with pytest.raises(ValueError, match=r"f.npz: .*array y_train .*y_train\.astype\(str\)"):
        npz.points(tmp_path / "f.npz")
    np.savez(tmp_path / "f.npz", x_train=x, y_train=y.astype(str), other=np.array([{}]))
    assert npz.points(tmp_path / "f.npz").class_names == ["a", "b"]


def test_labels_of_two_kinds(tmp_path):
    x, y = np.zeros((4, 3, 3), np.uint8), np.array([0, 1, 0, 1])
    np.savez(tmp_path / "f.npz", x_train=x, y_train=y, x_test=x, y_test=y.astype(str))
    with pytest.raises(ValueError, match=r"y_train holds numbers, y_test text; give both alike"):
        npz.points(tmp_path / "f.npz")


def test_a_missing_file_is_named_with_the_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=rf"f.npz: no such file in {tmp_path}; a .npz file"):
        npz.points("f.npz")
