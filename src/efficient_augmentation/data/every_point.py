"""All labelled points of a data set that a network can be trained on, not only an experiment's."""

import numpy as np

from efficient_augmentation.data import dataset, digits, published


def class_counts(kind):
    """Points of each class 0, 1, ...: of digits all, of published data those to train on."""
    return digits.COUNTS if kind == "digits" else published.SETS[kind].counts


def written_out(of):
    """The `dataset` mapping of published data with numbers in place of nulls, which stand for all.

    Args:
      of: mapping with `kind` and the keys of that kind, defaults filled in.
    Returns: mapping that gives the same points: `classes` null becomes the list of all, `n_train`
      null the number of training points of the chosen classes; of a user's own data as it came.
    """
    if of["kind"] in dataset.OWN:
        return of
    counts = class_counts(of["kind"])
    classes, n_train = of["classes"], of["n_train"]
    if classes is None:
        classes = list(range(len(counts)))
    if n_train is None:
        # Labels that do not exist are refused later, by `config.dataset`.
        n_train = sum(counts[label] for label in classes if label in range(len(counts)))
    return of | {"classes": classes, "n_train": n_train}


def settings(of):
    """The `dataset` mapping of all points that go with an experiment's.

    Args:
      of: mapping with `kind` and the keys of that kind, defaults filled in.
    Returns: mapping of the same kind: of a data set with a published training set all its classes
      and points; of any other the experiment's own, since its test points are among the rest.
    """
    if of["kind"] not in published.SETS:
        return of
    counts = class_counts(of["kind"])
    return {"classes": list(range(len(counts))), "kind": of["kind"], "n_train": sum(counts)}


def n_train(of):
    """Number of training points in `settings(of)`."""
    return settings(of)["n_train"]


def excluded(of):
    """The training points of an experiment, as `load` leaves them out.

    Args:
      of: mapping as in `settings`, of published data with nulls written out.
    Returns: mapping that is the same for experiments that have the same points.
    """
    return {"classes": sorted(of["classes"]), "kind": of["kind"], "n_train": of["n_train"]}


def load(of, paths=(), without=None):
    """All points, as `dataset.load` returns an experiment's.

    Args:
      of: mapping as in `settings`.
      paths: where the files of `dataset.files(of)` lie, in that order.
      without: mapping as `excluded`, whose training points are left out; None for none. Test points
        stay as they are.
    Returns: mapping of arrays.
    Raises: ValueError as `dataset.load`.
    """
    points = dataset.load(settings(of), paths)
    if without is None:
        return points
    kept = ~np.isin(points["train_ids"], dataset.load(without, paths)["train_ids"])
    return points | {name: points[name][kept] for name in ("x_train", "y_train", "train_ids")}
