"""A user's own features: rows of the originals and of their augmented copies."""

import numpy as np

from efficient_augmentation.data import npz
from efficient_augmentation.files import origins


def load(file, **choice):
    """The originals of an experiment: the arrays of dataset.npz, with features in place of images.

    Args:
      file: path of a .npz file with the arrays of features.npz: x_train (rows, d), y_train (rows,),
        source_train (rows,), which is -1 for an original (all originals come first), else the row
        of its original. A test set adds x_test, y_test and, if it holds copies, source_test. Labels
        are whole numbers or text, of any values. The optional `ids` and `ids_test` name the points,
        one entry per original.
      **choice: classes, n_train, test_share and seed of `own.choose`.
    Returns: mapping with x_train (n, d) float32, y_train (n,) int32 in 0..k-1, train_ids (n,), the
      file's ids or else train_rows; train_rows (n,) int64, positions among the originals of the
      file's x_train; x_test, y_test, test_ids and test_rows likewise, from x_test or, without a
      test set, from x_train; class_names (k,) text; test_share, the share of the originals that
      became the test set, or 0.
    Raises: ValueError naming the file and the array.
    Cost: memory for the arrays in the file and for the rows chosen.
    """
    found = _checked(file)
    picked = _choice(file, found, choice)
    x_train, x_test = found["x_train"], found.get("x_test", found["x_train"])
    chosen = {"x_train": x_train[picked.train], "x_test": x_test[picked.test]}
    train_ids, test_ids = _ids(file, found)
    return chosen | picked.described(train_ids[picked.train], test_ids[picked.test])


def load_rows(file, **choice):
    """All rows of an experiment: the arrays of features.npz.

    Copies of an original stay with it, in the training set or in the test set.

    Args:
      file, **choice: as in `load`.
    Returns: mapping with x_train (rows, d) float32, y_train (rows,) int32 in 0..k-1, source_train
      (rows,) int32; x_test, y_test and source_test likewise.
    Raises: ValueError naming the file and the array.
    """
    found = _checked(file)
    picked = _choice(file, found, choice)
    test = "test" if "x_test" in found else "train"
    return _rows(found, "train", "train", picked.train, picked.y_train) | _rows(
        found, test, "test", picked.test, picked.y_test
    )


def points(file, **choice):
    """The points that `load` returns, found without reading the features.

    Args:
      file, **choice: as in `load`.
    Returns: own.Choice.
    Raises: ValueError as `load`, except for errors in the features.
    """
    found = npz.read(file, "y_train", "source_train", together=("y_test",), optional=_OPTIONAL)
    found = _sourced(file, found)
    picked = _choice(file, found, choice)
    _ids(file, found)
    return picked


def image_shape(**others):
    """None: there are no images."""


_OPTIONAL = ("source_test", *npz.IDS)


def _checked(file):
    """Checked arrays of the file, with float32 features and the sources of both splits."""
    found = npz.read(
        file,
        "x_train",
        "y_train",
        "source_train",
        together=("x_test", "y_test"),
        optional=_OPTIONAL,
    )
    found |= {name: _features(file, name, found[name]) for name in found if name[0] == "x"}
    npz.check_pairs(file, found)
    found = _sourced(file, found)
    for split in ("train", "test") if "x_test" in found else ("train",):
        origins.check_counted_from_zero(
            f"{file}: source_{split}", found[f"source_{split}"], found[f"x_{split}"]
        )
    return found


def _features(file, name, x):
    if x.ndim != 2 or 0 in x.shape or x.dtype.kind not in "fiu":
        raise ValueError(
            f"{file}: {name} holds {x.dtype} of shape {x.shape}; numbers of shape (rows, d) are "
            "wanted (images are dataset.kind npz)"
        )
    with np.errstate(over="ignore"):
        x = x.astype(np.float32)
    if not (finite := np.isfinite(x).all(axis=1)).all():
        raise ValueError(f"{file}: {name}: row {int(np.argmin(finite))} is not finite as float32")
    return x


def _sourced(file, found):
    """The arrays with their sources checked; a test set without sources has originals only."""
    if "y_test" in found:
        found = {"source_test": np.full(len(found["y_test"]), -1)} | found
    for split in ("train", "test") if "y_test" in found else ("train",):
        origins.check_places(
            f"{file}: source_{split}", found[f"source_{split}"], found[f"y_{split}"]
        )
    if (found["source_train"] == -1).all():
        raise ValueError(
            f"{file}: source_train holds -1 alone: no row was made from another, so that there is "
            "nothing to augment; add rows of changed images, each with the place of its original"
        )
    return found


def _choice(file, found, choice):
    originals = {
        name: found[name][found[name.replace("y_", "source_")] == -1]
        for name in ("y_train", "y_test")
        if name in found
    }
    return npz.choose(file, originals, **choice)


def _ids(file, found):
    sources = [found[f"source_{s}"] for s in ("train", "test") if f"y_{s}" in found]
    return npz.ids(file, found, *(int((source == -1).sum()) for source in sources))


def _rows(found, here, there, points, y):
    """Rows of the chosen points of split `here` as arrays of split `there`, points renumbered."""
    source = found[f"source_{here}"]
    place = np.full(int((source == -1).sum()), -1)
    place[points] = np.arange(len(points))
    point = place[np.where(source == -1, np.arange(len(source)), source)]
    kept = np.flatnonzero(point >= 0)
    return {
        f"x_{there}": found[f"x_{here}"][kept],
        f"y_{there}": y[point[kept]],
        f"source_{there}": np.where(source[kept] == -1, -1, point[kept]).astype(np.int32),
    }
