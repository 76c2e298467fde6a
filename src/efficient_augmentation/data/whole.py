"""All labelled points that a data set offers to a network, whatever an experiment takes of them."""

from efficient_augmentation.data import cifar10, dataset, mnist, norb

COUNTS = {
    "mnist": mnist.TRAIN_COUNTS,
    "cifar10": cifar10.TRAIN_COUNTS,
    "norb": norb.TRAIN_COUNTS,
}
"""Training points of each class in the published files, by kind of data."""


def settings(of):
    """The `dataset` mapping of all points that go with an experiment's.

    Args:
      of: mapping with `kind` and the keys of that kind, defaults filled in.
    Returns: mapping of the same kind: of a data set with a published training set all its classes
      and points; of any other the experiment's own, since its test points are among the rest.
    """
    if of["kind"] not in COUNTS:
        return of
    counts = COUNTS[of["kind"]]
    return {"classes": list(range(len(counts))), "kind": of["kind"], "n_train": sum(counts)}


def n_train(of):
    """Number of training points in `settings(of)`."""
    return settings(of)["n_train"]


def load(of, paths=()):
    """All points, as `dataset.load` returns an experiment's."""
    return dataset.load(settings(of), paths)
