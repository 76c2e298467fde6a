"""One experiment's data set, by the `dataset` mapping of the config."""

from efficient_augmentation.data import cifar10, digits, features, folder, mnist, norb, npz, sources

_PUBLISHED = {"mnist": mnist.load, "cifar10": cifar10.load, "norb": norb.load}
_OWN = {"folder": folder, "npz": npz, "features": features}


def files(dataset):
    """Published files that the data set is read from, in the order that `load` takes them.

    Args:
      dataset: mapping with `kind`.
    Returns: list of `<dataset>/<name>`, as in a mirror; empty for data that need no file.
    """
    kind = dataset["kind"]
    if kind == "digits" or kind in _OWN:
        return []
    return [f"{kind}/{name}" for name in sources.expected_names(kind)]


def load(dataset, paths=()):
    """Training and test points of one experiment.

    Args:
      dataset: mapping with `kind` and the keys of that kind, defaults filled in.
      paths: where the files of `files(dataset)` lie, in that order.
    Returns: mapping with x_train (n, h, w, c) uint8, of norb float32 in [0, 1], y_train (n,) int32
      in 0..k-1, train_ids (n,) int64, positions in the published file; x_test, y_test and test_ids
      likewise. Data of one's own bring class_names and test_share besides, see their readers;
      images of a folder have its paths for ids, features (n, d) stand in place of images.
    Raises: ValueError if the kind is unknown, or its reader finds fault with files or keys.
    """
    kind = dataset["kind"]
    if kind == "digits":
        return digits.load(dataset["classes"], dataset["n_train"], dataset["seed"])
    if kind in _OWN:
        return _OWN[kind].load(**_settings(dataset))
    if kind not in _PUBLISHED:
        raise ValueError(f"dataset.kind: {kind!r} is not one of {['digits', *_PUBLISHED, *_OWN]}")
    return _PUBLISHED[kind](*paths, classes=dataset["classes"], n_train=dataset["n_train"])


def own_files(dataset):
    """The user's files that the data set is read from, but for a folder's, which may be many.

    Args:
      dataset: mapping with `kind` and the keys of that kind.
    Returns: list of paths; empty for published data and for folders, see `folder.fingerprint`.
    """
    return [dataset["file"]] if "file" in dataset else []


def n_train(dataset):
    """Number of training points of one experiment, known before points are read.

    Args:
      dataset: mapping with `kind` and the keys of that kind, defaults filled in.
    Returns: int: what n_train says, else of one's own data all that there are, less those split off
      for a test set.
    Raises: ValueError if the names of a folder's files, or the labels in a file, are at fault.
    """
    if dataset["n_train"] is not None:
        return dataset["n_train"]
    return _OWN[dataset["kind"]].count(**_settings(dataset))


def _settings(dataset):
    return {key: value for key, value in dataset.items() if key != "kind"}
