"""Checks of files with one row per point: data set, features, scores, truth check."""

import numpy as np

from efficient_augmentation.checks import messages
from efficient_augmentation.names import scores as score_names

_SIGNS = {"loss": 1, "loss_after": 1, "margin": 1, "influence": -1, "influence_after": -1}
COLUMNS = {
    "scores.csv": ("id", "label", *_SIGNS, "support_vector"),
    "audit.csv": ("id", "label", "exact"),
}
"""Columns that the tables must have."""


def dataset(arrays, settings):
    """What is wrong with dataset.npz.

    Args:
      arrays: mapping with y_train, train_ids, y_test, test_ids.
      settings: the experiment's effective settings.
    Returns: list of str.
    """
    n, k = settings["dataset"]["n_train"], len(settings["dataset"]["classes"])
    found = messages.size("dataset.npz: y_train", len(arrays["y_train"]), n, "dataset.n_train")
    for split in ("train", "test"):
        y, ids = arrays[f"y_{split}"], arrays[f"{split}_ids"]
        found += messages.size(f"dataset.npz: {split}_ids", len(ids), len(y), f"y_{split}")
        labels = "0 or 1" if k == 2 else f"a label within 0..{k - 1}"
        found += messages.rows("dataset.npz", f"y_{split}", y, np.isin(y, range(k)), labels)
        if absent := sorted(set(range(k)) - set(np.asarray(y).tolist())):
            found.append(f"dataset.npz: y_{split} holds no {absent[0]}; every label was expected")
        if len(np.unique(ids)) != len(ids):
            found.append(f"dataset.npz: {split}_ids repeat; each point was expected once")
    return found


def truth_check(columns, data, settings):
    """What is wrong with audit.csv.

    Args:
      columns: of the file.
      data: mapping with y_train and train_ids of dataset.npz.
      settings: the experiment's effective settings.
    Returns: list of str.
    """
    file = "audit.csv"
    if found := messages.columns(file, columns, COLUMNS[file]):
        return found
    if found := messages.size(
        f"{file}: rows", len(columns["id"]), len(data["y_train"]), "dataset.npz"
    ):
        return found
    found += _named(file, columns, data, settings)
    exact = columns["exact"]
    good = np.isfinite(exact) & (exact >= -messages.ROUNDING)
    found += messages.lines(file, "exact", exact, good, "finite and >= 0")
    for name in [name for name in columns if name not in COLUMNS[file]]:
        found += messages.lines(file, name, columns[name], np.isfinite(columns[name]), "finite")
    return found


def features(arrays, data, kind):
    """What is wrong with features.npz, compared with dataset.npz; `kind` is that of the data."""
    file, found = "features.npz", []
    for split in ("train", "test"):
        y, source, known = arrays[f"y_{split}"], arrays[f"source_{split}"], data[f"y_{split}"]
        n = len(known)
        size = messages.size(f"{file}: source_{split}", len(source), len(y), f"y_{split}")
        if size := size + messages.size(
            f"{file}: originals of {split}", (source < 0).sum(), n, "dataset"
        ):
            found += size
            continue
        name = f"source_{split}"
        order = np.where(np.arange(len(source)) < n, source == -1, (source >= 0) & (source < n))
        expected = f"-1 in the first {n} rows and 0..{n - 1} after"
        if problem := messages.rows(file, name, source, order, expected):
            found += problem
            continue
        point = np.where(source < 0, np.arange(len(source)), source)
        found += messages.rows(
            file, f"y_{split}", y, y == known[point], "the label of its original"
        )
        if kind == "features":  # A user may have made more of one point than of another.
            continue
        copies = np.bincount(source[n:], minlength=n)
        equal = copies == max(copies.max(), 1)
        found += messages.rows(
            file, f"copies of {split} point", copies, equal, "as many as of the others"
        )
    return found


def scores(columns, data, settings):
    """What is wrong with scores.csv, compared with dataset.npz."""
    file, further = "scores.csv", score_names.further(settings)
    # What is missing is told before what is wrong.
    signs = dict.fromkeys(further, 1)
    signs |= {f"{name}_after": 1 for name in further if name in score_names.FOLLOWED}
    if absent := [name for name in signs if name not in columns]:
        return [f"{file}: {name} is missing, expected by the config's scores" for name in absent]
    found = messages.size(f"{file}: rows", len(columns["id"]), len(data["y_train"]), "dataset.npz")
    if found:
        return found
    found += _named(file, columns, data, settings)
    for name, sign in (_SIGNS | signs).items():
        good = np.isfinite(columns[name]) & (sign * columns[name] >= 0)
        found += messages.lines(file, name, columns[name], good, f"finite and {'<>'[sign > 0]}= 0")
    support = columns["support_vector"]
    return found + messages.lines(
        file, "support_vector", support, np.isin(support, (0, 1)), "0 or 1"
    )


def _named(file, columns, data, settings):
    """What is wrong with ids and names of classes in a table of the training points."""
    labels = class_names(settings)[data["y_train"]]
    found = []
    for name, known, of in (("id", data["train_ids"], "train_ids"), ("label", labels, "y_train")):
        equal = columns[name].astype(str) == known.astype(str)
        found += messages.lines(file, name, columns[name], equal, f"that of {of} in dataset.npz")
    return found


def class_names(settings):
    """Names of the classes as in the tables, in the order of the labels."""
    return np.array([str(name) for name in settings["dataset"]["classes"]])
