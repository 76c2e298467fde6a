"""The handwritten digits of scikit-learn: small real images that need no download."""

import numpy as np

from efficient_augmentation.data import classes as chosen

# Points of each digit 0..9 among the 1797.
COUNTS = (178, 182, 177, 183, 181, 182, 181, 179, 174, 180)
IMAGE_SHAPE = (16, 16, 1)


def size_problems(n_train, classes):
    """Problems of `dataset.n_train` for digits, which takes equally many points of each class.

    Args:
      n_train: the user's number of training points.
      classes: k existing labels.
    Returns: list of str, one message each; empty if nothing is wrong.
    """
    k = len(classes)
    # At least one point of the rarest class must remain for the test set.
    available = k * (min(COUNTS[label] for label in classes) - 1)
    if problems := chosen.size_problems(n_train, available):
        return problems
    if n_train % k:
        halves = "even" if k == 2 else f"a multiple of {k}"
        return [
            f"dataset.n_train: {n_train} is not {halves}; digits takes equally many training "
            f"points of each of the {k} classes, so give {n_train - n_train % k or k}"
        ]
    return []


def load(classes, n_train, seed):
    """Digits of the chosen classes, split once into training and test points.

    Grey values 0..16 become round(255 v / 16), and each pixel becomes a square of 2 x 2, so that
    the 8 x 8 images are large enough for the networks. n_train / k points of each class are drawn
    without replacement and shuffled. All others are test points, in published order.

    Args:
      classes: k >= 2 labels of 0..9, in the order in which they become 0, 1, ...
      n_train: number of training points, a multiple of k.
      seed: non-negative integer that determines the split.
    Returns: mapping with x_train (n_train, 16, 16, 1) uint8, y_train (n_train,) int32, train_ids
      (n_train,) int64, positions in the published file; x_test, y_test and test_ids likewise.
    Raises: ValueError if a class is absent, or n_train too large or not a multiple of k.
    """
    x, y, ids = chosen.keep_classes(*_published(), classes)
    chosen.raise_problems(size_problems(n_train, classes))
    rng = np.random.default_rng(seed)
    train = rng.permutation(
        np.concatenate(
            [
                rng.choice(np.flatnonzero(y == label), n_train // len(classes), replace=False)
                for label in range(len(classes))
            ]
        )
    )
    test = np.setdiff1d(np.arange(len(y)), train)
    return {
        "x_train": x[train],
        "y_train": y[train],
        "x_test": x[test],
        "y_test": y[test],
        "train_ids": ids[train],
        "test_ids": ids[test],
    }


def _published():
    # Imported here: it takes seconds, and scripts import this module for other data sets too.
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    images = np.rint(x.reshape(-1, 8, 8) * (255 / 16)).astype(np.uint8)
    return images.repeat(2, axis=1).repeat(2, axis=2), y
