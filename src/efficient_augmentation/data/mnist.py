"""MNIST: read from the publisher's four files."""

import numpy as np

from efficient_augmentation.data import idx, sources, split

# Points of each digit 0..9 in the published files.
TRAIN_COUNTS = (5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)
TEST_COUNTS = (980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009)


def load(train_images, train_labels, test_images, test_labels, classes, n_train):
    """The first n_train training points of the chosen classes, and all their test points.

    Args:
      train_images: path of the gzipped IDX file of the training images.
      train_labels: path of the file of their labels.
      test_images: path of the file of the test images.
      test_labels: path of the file of their labels.
      classes: k >= 2 labels, in the order in which they become 0, 1, ...
      n_train: number of training points, taken in the published order.
    Returns: mapping with x_train (n_train, 28, 28, 1) uint8, y_train (n_train,) int32, train_ids
      (n_train,) int64, positions in the published file; x_test, y_test and test_ids likewise.
    Raises: ValueError if a file is damaged or images and labels do not match, a class is absent, or
      n_train exceeds the available points or is too small to hold every class.
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


PUBLISHED = sources.Published(
    "The MNIST handwritten digits.",
    load,
    TRAIN_COUNTS,
    image_shape=(28, 28, 1),
    classes=(3, 8),
    files=sources.at(
        "mnist",
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        (
            (
                "train-images-idx3-ubyte.gz",
                9912422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            ),
            (
                "train-labels-idx1-ubyte.gz",
                28881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            ),
            (
                "t10k-images-idx3-ubyte.gz",
                1648877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            ),
            (
                "t10k-labels-idx1-ubyte.gz",
                4542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            ),
        ),
    ),
)
