"""All labelled points on which a network can be trained, beyond those of one experiment."""

import numpy as np

from efficient_augmentation.data import dataset, digits, published


def class_counts(kind):
    """Points of each class 0, 1, ...: of the published training set; for digits, of all points."""
    return digits.COUNTS if kind == "digits" else published.SETS[kind].counts


def written_out(of):
    """The `dataset` mapping of published data with values in place of nulls, which mean all.

    Args:
      of: mapping with `kind` and the keys of that kind, defaults filled in.
    Returns: mapping that gives the same points: `classes` null becomes the list of all classes,
      `n_train` null the number of training points of the chosen classes. The mapping of a user's
      own data stays as it is.
    """
    if of["kind"] in dataset.OWN:
        return of
    counts = class_counts(of["kind"])
    classes, n_train = of["classes"], of["n_train"]
    if classes is None:
        classes = list(range(len(counts)))
    if n_train is None:
        # `config.dataset` rejects labels that do not exist later.
        n_train = sum(counts[label] for label in classes if label in range(len(counts)))
    return of | {"classes": classes, "n_train": n_train}


def settings(of):
    """The `dataset` mapping of all points on which an experiment's network may be trained.

    Args:
      of: mapping with `kind` and the keys of that kind, defaults filled in.
    Returns: mapping of the same kind. A data set with a published training set gives all its
      classes and points; any other only the experiment's own, since the remaining points include
      its test points.
    """
    if of["kind"] not in published.SETS:
        return of
    counts = class_counts(of["kind"])
    return {"classes": list(range(len(counts))), "kind": of["kind"], "n_train": sum(counts)}


def n_train(of):
    """Number of training points in `settings(of)`."""
    return settings(of)["n_train"]


def excluded(of):
    """The training points of an experiment, for the argument `without` of `load`.

    Args:
      of: mapping as `written_out` returns it.
    Returns: mapping that is equal for experiments with the same points.
    """
    return {"classes": sorted(of["classes"]), "kind": of["kind"], "n_train": of["n_train"]}


def load(of, paths=(), without=None):
    """All points, in the form in which `dataset.load` returns those of an experiment.

    Args:
      of: mapping as in `settings`.
      paths: where the files of `dataset.files(of)` lie, in that order.
      without: mapping as `excluded` returns it, whose training points are left out; None leaves out
        none. Test points stay as they are.
    Returns: mapping of arrays.
    Raises: ValueError as `dataset.load`.
    """
    points = dataset.load(settings(of), paths)
    if without is None:
        return points
    kept = ~np.isin(points["train_ids"], dataset.load(without, paths)["train_ids"])
    return points | {name: points[name][kept] for name in ("x_train", "y_train", "train_ids")}
