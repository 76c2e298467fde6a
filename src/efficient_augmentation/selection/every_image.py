"""Every image of an experiment once: training images first, then test images."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from efficient_augmentation.files import arrays

_NEEDED = ("train_ids", "y_train", "test_ids", "y_test")
_OPTIONAL = ("train_rows", "test_rows", "test_share")
TRAIN, TEST = "train", "test"
"""Names of an image's split in tables."""


class Images(NamedTuple):
    """What tables say about each image; id and split together identify one.

    Attributes:
      ids: (N,) text.
      split: (N,) text, `TRAIN` or `TEST`.
      y: (N,) int labels 0, 1, ...
      rows: (N,) int64, row numbers in the user's data; a test set of its own has its own numbers,
        from 0.
    """

    ids: np.ndarray
    split: np.ndarray
    y: np.ndarray
    rows: np.ndarray


def read(path: str | Path) -> dict[str, np.ndarray]:
    """What dataset.npz says about every image, without the images themselves.

    Args:
      path: dataset.npz.
    Returns: mapping as `of` takes it, with test_share if the file holds it.
    Raises: ValueError as `arrays.load`; FileNotFoundError.
    """
    there = arrays.names(path)
    optional = [name for name in _OPTIONAL if name in there]
    return arrays.load(path, *_NEEDED, *optional)


def of(dataset: Mapping[str, np.ndarray]) -> Images:
    """Images of a data set.

    Args:
      dataset: mapping with train_ids, y_train, test_ids and y_test of dataset.npz and, if ids are
        not row numbers, train_rows and test_rows.
    Returns: Images, training images first.
    """
    parts = [
        Images(
            np.asarray(dataset[f"{split}_ids"]).astype(str),
            np.full(len(dataset[f"y_{split}"]), split),
            np.asarray(dataset[f"y_{split}"]),
            np.asarray(dataset.get(f"{split}_rows", dataset[f"{split}_ids"])).astype(np.int64),
        )
        for split in (TRAIN, TEST)
    ]
    return Images(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def pixels(dataset: Mapping[str, np.ndarray], places: ArrayLike) -> np.ndarray:
    """The images themselves, at some positions of `of`.

    Args:
      dataset: mapping with x_train and x_test of dataset.npz.
      places: (m,) integer positions.
    Returns: (m, ...) of the type of x_train.
    """
    places, n = np.asarray(places, np.int64), len(dataset["x_train"])
    found = np.empty((len(places), *dataset["x_train"].shape[1:]), dataset["x_train"].dtype)
    found[places < n] = dataset["x_train"][places[places < n]]
    found[places >= n] = dataset["x_test"][places[places >= n] - n]
    return found


def places(
    table: Mapping[str, np.ndarray], train_ids: ArrayLike, test_ids: ArrayLike
) -> np.ndarray:
    """Positions in `of` of the images that a table selects, in its order.

    Args:
      table: columns of selection.csv, ids as text.
      train_ids, test_ids: (n,) and (m,) of dataset.npz.
    Returns: (selected,) int64.
    Raises: ValueError if an image of the table is not in the data set.
    """
    known = [(TRAIN, str(name)) for name in np.asarray(train_ids).tolist()]
    known += [(TEST, str(name)) for name in np.asarray(test_ids).tolist()]
    place = {key: i for i, key in enumerate(known)}
    chosen = table["selected"] == 1
    keys = list(zip(table["split"][chosen].tolist(), table["id"][chosen].tolist(), strict=True))
    if strange := [name for split, name in keys if (split, name) not in place]:
        raise ValueError(f"selection.csv: id {strange[0]!r} is no image of dataset.npz")
    return np.array([place[key] for key in keys], np.int64)
