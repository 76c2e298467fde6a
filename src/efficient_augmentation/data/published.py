"""The published data sets: a new one is its reader, its files in `sources`, and an entry here."""

from collections.abc import Callable
from typing import NamedTuple

from efficient_augmentation.data import cifar10, mnist, norb


class Published(NamedTuple):
    """A data set with a training and a test set of its own.

    Attributes:
      description: what it shows, in a sentence.
      load: its reader, which takes the files of `sources`, classes and n_train.
      counts: training points of each class 0, 1, ...
      image_shape: (h, w, c) of every image.
      classes: those of an experiment that names none.
    """

    description: str
    load: Callable
    counts: tuple[int, ...]
    image_shape: tuple[int, int, int]
    classes: tuple[int, ...]


SETS = {
    "mnist": Published(
        "The MNIST handwritten digits.", mnist.load, mnist.TRAIN_COUNTS, (28, 28, 1), (3, 8)
    ),
    "cifar10": Published(
        "The CIFAR-10 photographs.", cifar10.load, cifar10.TRAIN_COUNTS, (32, 32, 3), (0, 1)
    ),
    "norb": Published(
        "The small NORB toys, as the first camera saw them.",
        norb.load,
        norb.TRAIN_COUNTS,
        (96, 96, 1),
        (0, 1),
    ),
}
"""By kind, which is also the name of the reader's module."""
