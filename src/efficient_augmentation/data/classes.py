"""Select the classes of an experiment, and check a choice of classes or of size."""

from numbers import Integral

import numpy as np


def class_problems(classes, existing):
    """Problems of `dataset.classes`.

    Args:
      classes: the user's labels, in the order in which they become 0, 1, ...
      existing: labels that the data hold.
    Returns: list of str, one message each; empty if nothing is wrong.
    """
    key = f"dataset.classes: {classes!r}"
    if not isinstance(classes, list | tuple) or len(classes) < 2:
        return [f"{key} is not a list of at least two labels, such as [3, 8]"]
    if any(not is_integer(label) for label in classes):
        return [f"{key} holds something that is not an integer label"]
    problems = []
    if len(set(classes)) < len(classes):
        problems.append(f"{key} names a class twice; name each once")
    known = sorted(int(label) for label in existing)
    if missing := [label for label in dict.fromkeys(classes) if label not in known]:
        named = ", ".join(map(str, missing))
        problems.append(f"{key}: the data have no class {named}; their classes are {known}")
    return problems


def size_problems(n_train, available):
    """Problems of `dataset.n_train`.

    Args:
      n_train: the user's number of training points.
      available: number of training points of the chosen classes.
    Returns: list of str, one message each; empty if nothing is wrong.
    """
    if not is_integer(n_train) or n_train < 1:
        return [f"dataset.n_train: {n_train!r} is not a positive integer"]
    if n_train > available:
        return [
            f"dataset.n_train: {n_train} is more than the {available} training points of the "
            f"chosen classes; give at most {available}"
        ]
    return []


def raise_problems(problems):
    """Raise all messages as one error.

    Args:
      problems: list of str.
    Raises: ValueError with one message per line, if there is any.
    """
    if problems:
        raise ValueError("\n".join(problems))


def keep_classes(x, y, classes):
    """Points of the chosen classes, relabelled 0, 1, ... in the order in which classes are given.

    Args:
      x: images, (n, h, w) or (n, h, w, c).
      y: labels, (n,), of any integer type.
      classes: k >= 2 labels.
    Returns: images (m, h, w, c) of the type of x, labels (m,) int32 in 0..k-1, and positions (m,)
      int64 in x, ascending.
    Raises: ValueError if a class is absent or named twice, or shapes or types do not fit.
    """
    x, y = np.asarray(x), np.asarray(y)
    if y.ndim != 1 or not np.issubdtype(y.dtype, np.integer):
        raise ValueError(f"labels: {y.dtype} of shape {y.shape}, expected integers of shape (n,)")
    if x.ndim not in (3, 4) or len(x) != len(y):
        raise ValueError(
            f"images: shape {x.shape}, expected ({len(y)}, h, w) or ({len(y)}, h, w, c) "
            f"for {len(y)} labels"
        )
    raise_problems(class_problems(classes, np.unique(y)))
    is_class = y[:, None] == np.asarray(classes)
    ids = np.flatnonzero(is_class.any(axis=1))
    images = x[ids] if x.ndim == 4 else x[ids, :, :, None]
    return images, is_class[ids].argmax(axis=1).astype(np.int32), ids.astype(np.int64)


def is_integer(value):
    """Whether a value of the config is an integer.

    Args:
      value: anything.
    Returns: bool.
    """
    # bool is an Integral, but `true` in a config is a mistake.
    return isinstance(value, Integral) and not isinstance(value, bool)
