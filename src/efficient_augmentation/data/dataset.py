"""One experiment's data set, by the `dataset` mapping of the config."""

from efficient_augmentation.data import cifar10, digits, mnist, norb, sources

_PUBLISHED = {"mnist": mnist.load, "cifar10": cifar10.load, "norb": norb.load}


def files(dataset):
    """Published files that the data set is read from, in the order that `load` takes them.

    Args:
      dataset: mapping with `kind`.
    Returns: list of `<dataset>/<name>`, as in a mirror; empty for data that need no file.
    """
    kind = dataset["kind"]
    if kind == "digits":
        return []
    return [f"{kind}/{name}" for name in sources.expected_names(kind)]


def load(dataset, paths=()):
    """Training and test points of one experiment.

    Args:
      dataset: mapping with `kind` and the keys of that kind, defaults filled in.
      paths: where the files of `files(dataset)` lie, in that order.
    Returns: mapping with x_train (n, h, w, c) uint8, of norb float32 in [0, 1], y_train (n,) int32
      in 0..k-1, train_ids (n,) int64, positions in the published file; x_test, y_test and test_ids
      likewise.
    Raises: ValueError if the kind is unknown, or its reader finds fault with files or keys.
    """
    kind = dataset["kind"]
    if kind == "digits":
        return digits.load(dataset["classes"], dataset["n_train"], dataset["seed"])
    if kind not in _PUBLISHED:
        raise ValueError(f"dataset.kind: {kind!r} is not one of {['digits', *_PUBLISHED]}")
    return _PUBLISHED[kind](*paths, classes=dataset["classes"], n_train=dataset["n_train"])
