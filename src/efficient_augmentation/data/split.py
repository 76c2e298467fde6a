"""The points of one experiment, cut from the published training and test sets."""

import numpy as np

from efficient_augmentation.data import classes as chosen


def first_points(train, test, classes, n_train):
    """The first n_train training points of the chosen classes, and all their test points.

    Args:
      train: images (n, h, w, c), labels (n,) of any integer type, and ids (n,) int64, positions in
        the published file, ascending; points of other classes may be missing.
      test: the same for the test points.
      classes: k >= 2 labels, in the order in which they become 0, 1, ...
      n_train: number of training points, taken in the published order.
    Returns: mapping with x_train (n_train, h, w, c) of the type of the images, y_train (n_train,)
      int32 in 0..k-1, train_ids (n_train,) int64; x_test, y_test and test_ids likewise.
    Raises: ValueError if a class is absent, or n_train exceeds the available points or is too small
      to hold every class.
    Source: Kuchnik and Smith 2019, section 2: training points are the first 1000.
    """
    x_train, y_train, kept_train = chosen.keep_classes(*train[:2], classes)
    x_test, y_test, kept_test = chosen.keep_classes(*test[:2], classes)
    chosen.raise_problems(chosen.size_problems(n_train, len(y_train)))
    _check_every_class(y_train, n_train, classes)
    return {
        "x_train": x_train[:n_train],
        "y_train": y_train[:n_train],
        "x_test": x_test,
        "y_test": y_test,
        "train_ids": train[2][kept_train[:n_train]],
        "test_ids": test[2][kept_test],
    }


def _check_every_class(y, n_train, classes):
    first = [int(np.flatnonzero(y == label)[0]) for label in range(len(classes))]
    if n_train <= max(first):
        missing = classes[int(np.argmax(first))]
        raise ValueError(
            f"dataset.n_train: {n_train} first points hold none of class {missing}; "
            f"give at least {max(first) + 1}"
        )
