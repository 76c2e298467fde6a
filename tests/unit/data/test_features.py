"""A user's own features: rows stay with their originals, and what is refused by name."""

import numpy as np
import pytest

from efficient_augmentation.config import dataset as check
from efficient_augmentation.data import dataset, features
from efficient_augmentation.heads.expanded import Rows
from problems import augmented_features

N, V = 24, 3
GIVEN = augmented_features(N, 5, V)
NAMES = ("x_train", "y_train", "source_train")


def file_of(tmp_path, **change):
    """File with the arrays of features.npz, some changed; None leaves one out."""
    held = GIVEN | change
    path = tmp_path / "own.npz"
    np.savez(path, **{name: value for name, value in held.items() if value is not None})
    return path


def without_test(**change):
    return {"x_test": None, "y_test": None, "source_test": None} | change


def test_a_file_of_the_workflow_comes_back_as_it_is(tmp_path):
    rows = features.load_rows(file_of(tmp_path))
    assert set(rows) == set(GIVEN)
    for name, value in GIVEN.items():
        np.testing.assert_array_equal(rows[name], value)
        assert rows[name].dtype == value.dtype
    data = features.load(file_of(tmp_path))
    np.testing.assert_array_equal(data["x_train"], GIVEN["x_train"][:N])
    np.testing.assert_array_equal(data["x_test"], GIVEN["x_test"][:40])
    assert data["train_ids"].tolist() == list(range(N))
    assert len(data["y_test"]) == len(data["test_ids"]) == 40


def test_originals_keep_the_names_that_the_file_gives_them(tmp_path):
    names = np.array([f"{i}.png" for i in range(N)])
    data = features.load(file_of(tmp_path, **without_test(ids=names)), n_train=10, seed=3)
    for split in ("train", "test"):
        rows = data[f"{split}_rows"]
        np.testing.assert_array_equal(data[f"x_{split}"], GIVEN["x_train"][rows])
        assert data[f"{split}_ids"].tolist() == names[rows].tolist()
    data = features.load(file_of(tmp_path, ids=names, ids_test=np.arange(40) + 100))
    assert data["train_ids"].tolist() == names.tolist()
    assert data["test_ids"].tolist() == list(range(100, 140))
    # A name of every row, copies included, is a slip.
    for read in (features.load, features.points):
        with pytest.raises(ValueError, match=r"ids holds .* shape \(24,\) are wanted, one a point"):
            read(file_of(tmp_path, ids=np.arange(N * (V + 1))))


def test_rows_go_where_their_original_goes(tmp_path):
    path = file_of(tmp_path, **without_test())
    choice = {"n_train": 10, "seed": 3}
    data, rows = features.load(path, **choice), features.load_rows(path, **choice)
    assert (len(data["train_ids"]), len(data["test_ids"]), data["test_share"]) == (10, 6, 0.25)
    assert not set(data["train_ids"]) & set(data["test_ids"])
    for split in ("train", "test"):
        ids = data[f"{split}_ids"]
        expected = np.concatenate([GIVEN["x_train"][ids + N * k] for k in range(V + 1)])
        np.testing.assert_array_equal(rows[f"x_{split}"], expected)
        np.testing.assert_array_equal(rows[f"y_{split}"], np.tile(data[f"y_{split}"], V + 1))
        points = np.arange(len(ids))
        source = np.concatenate([np.full(len(ids), -1), np.tile(points, V)])
        np.testing.assert_array_equal(rows[f"source_{split}"], source)
        Rows(rows[f"source_{split}"])


def test_rows_in_any_order_and_number(tmp_path):
    """Augmented rows need not come variant by variant, nor every point have as many."""
    kept = np.r_[:N, N + np.random.default_rng(0).permutation(N * V)[:20]]
    given = {name: GIVEN[name][kept] for name in NAMES}
    rows = features.load_rows(file_of(tmp_path, **without_test(**given)))
    by_features = {x.tobytes(): i for i, x in enumerate(given["x_train"])}
    for split in ("train", "test"):
        for x, source in zip(rows[f"x_{split}"], rows[f"source_{split}"], strict=True):
            row = by_features[x.tobytes()]
            if source >= 0:
                original = given["source_train"][row]
                np.testing.assert_array_equal(
                    rows[f"x_{split}"][source], given["x_train"][original]
                )
    assert len(rows["x_train"]) + len(rows["x_test"]) == N + 20


def test_classes_of_any_name(tmp_path):
    names = np.array(["dog", "cat"])[GIVEN["y_train"]]
    path = file_of(tmp_path, **without_test(y_train=names))
    rows = features.load_rows(path, classes=["dog", "cat"])
    data = features.load(path, classes=["dog", "cat"])
    np.testing.assert_array_equal(names[data["train_ids"]] == "cat", data["y_train"])
    assert len(rows["y_train"]) == len(data["y_train"]) * (V + 1)


def test_a_test_set_without_sources_is_all_originals(tmp_path):
    rows = features.load_rows(file_of(tmp_path, source_test=None))
    assert rows["source_test"].tolist() == [-1] * 160
    assert rows["source_test"].dtype == np.int32


def changed(name, row, value):
    array = GIVEN[name].astype(np.float64 if name == "x_train" else GIVEN[name].dtype)
    array.reshape(len(array), -1)[row, 0] = value
    return {name: array}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"source_train": None}, "no array named source_train"),
        ({"y_test": None}, "it holds x_test, but not y_test"),
        (changed("x_train", 30, np.nan), "x_train: row 30 is not finite as float32"),
        (changed("x_train", 30, 1e300), "x_train: row 30 is not finite as float32"),
        ({"x_train": GIVEN["x_train"][:, :, None]}, r"x_train holds float32 of shape \(96, 5, 1\)"),
        ({"x_train": GIVEN["x_train"].astype("c8")}, "x_train holds complex64"),
        ({"x_test": GIVEN["x_test"][:, :4]}, r"x_test holds float32 of shape \(4,\) a point"),
        ({"y_train": GIVEN["y_train"][:-1]}, r"y_train has shape \(95,\), expected \(96,\)"),
        ({"source_train": GIVEN["source_train"][:-1]}, "source_train holds int32 of shape .95,."),
        ({"source_train": GIVEN["source_train"] * 1.0}, "source_train holds float64"),
        (changed("source_train", 40, 24), r"row 40 holds 24; the originals come first.*0\.\.23"),
        (changed("source_train", 40, -1), "row 40 holds -1; the originals come first"),
        (changed("source_train", 40, -2), "row 40 holds -2"),
        (changed("source_train", 0, 3), "row 0 holds 3"),
        (changed("y_train", 24, 1), "row 24 has the label 1, but its original, row 0, has 0"),
    ],
)
def test_bad_arrays_are_named(tmp_path, change, message):
    with pytest.raises(ValueError, match=rf"own\.npz.*{message}"):
        features.load_rows(file_of(tmp_path, **change))


def test_through_the_configuration(tmp_path):
    settings = {"kind": "features", "file": str(file_of(tmp_path, **without_test()))}
    settings |= {"classes": None, "n_train": None, "test_share": 0.25, "seed": 0}
    assert check.found(settings)[0] == []
    assert dataset.resolved(settings)["n_train"] == len(dataset.load(settings)["y_train"]) == 18
    assert dataset.image_shape(settings) is None
    assert dataset.files(settings) == []
    (problem,) = check.found(settings | {"n_train": 19})[0]
    assert problem.startswith("dataset.n_train: 19 is more than the 18 training points")


def one_based(**change):
    source = GIVEN["source_train"]
    return {"source_train": np.where(source >= 0, source + 1, -1), **change}


def test_sources_counted_from_one_are_refused(tmp_path):
    with pytest.raises(ValueError, match=f"row .* holds {N}; .* counted from 0, not 1"):
        features.load(file_of(tmp_path, **without_test(**one_based())))


def test_sources_counted_from_one_are_told_by_the_features(tmp_path):
    """Where the last original has no copy, and all labels agree, the numbers show nothing."""
    place = np.tile(np.arange(N), V + 1)
    given = one_based(x_train=GIVEN["x_train"], y_train=place // (N // 2))
    # Nor the copies of the last of each class, whose labels would differ.
    kept = (GIVEN["source_train"] < 0) | ((place + 1) % (N // 2) > 0)
    path = file_of(tmp_path, **without_test(**{name: v[kept] for name, v in given.items()}))
    assert features.points(path)
    with pytest.raises(ValueError, match=r"source_train: .* counted from 1: no row names 0, and"):
        features.load(path)
    with pytest.raises(ValueError, match="subtract 1"):
        features.load_rows(path)


def test_rows_without_likeness_are_taken_at_their_word(tmp_path):
    """An original without copies in first place is no sign of counting from 1."""
    kept = GIVEN["source_train"] != 0
    given = {name: GIVEN[name][kept] for name in NAMES}
    assert len(features.load(file_of(tmp_path, **without_test(**given)))["x_train"])
    shuffled = given | {"x_train": np.random.default_rng(1).permutation(given["x_train"])}
    assert len(features.load(file_of(tmp_path, **without_test(**shuffled)))["x_train"])
