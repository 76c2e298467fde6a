"""MNIST: read from the publisher's four files."""

import numpy as np

from efficient_augmentation.data import idx, split

# Points of each digit 0..9 in the published files.
TRAIN_COUNTS = (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)
TEST_COUNTS = (980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009)


def load(train_images, train_labels, test_images, test_labels, classes, n_train):
    """The first n_train training points of the chosen classes, and all their test points.

    Args:
      train_images: path of the gzipped IDX file of the training images.
      train_labels: the same of their labels.
      test_images: the same of the test images.
      test_labels: the same of their labels.
      classes: k >= 2 labels, in the order in which they become 0, 1, ...
      n_train: number of training points, taken in the published order.
    Returns: mapping with x_train (n_train, 28, 28, 1) uint8, y_train (n_train,) int32, train_ids
      (n_train,) int64, positions in the published file; x_test, y_test and test_ids likewise.
    Raises: ValueError if a file is damaged or does not fit its partner, a class is absent, or
      n_train is larger than what there is or too small to hold every class.
    Source: Kuchnik and Smith 2019, section 2: training points are the first 1000.
    """
    train, test = _points(train_images, train_labels), _points(test_images, test_labels)
    if train[0].shape[1:] != test[0].shape[1:]:
        raise ValueError(
            f"{test_images}: images of shape {test[0].shape[1:]}, expected {train[0].shape[1:]} "
            f"as in {train_images}"
        )
    return split.first_points(train, test, classes, n_train)


def _points(images, labels):
    x, y = idx.read_images(images), idx.read_labels(labels)
    if len(x) != len(y):
        raise ValueError(f"{labels}: {len(y)} labels, expected {len(x)} as in {images}")
    return x, y, np.arange(len(y), dtype=np.int64)
