"""Small NORB: read from the publisher's gzipped matrix files.

A file starts with little-endian int32 numbers: a magic number for the type of the elements, the
number of dimensions, and the size of each dimension, with ones added until there are three sizes.
Then come the elements, last dimension fastest.
"""

import gzip
import struct
import zlib
from math import prod

import numpy as np

from efficient_augmentation.data import classes as chosen
from efficient_augmentation.data import sources, split

MAGIC = {"uint8": 0x1E3D4C55, "int32": 0x1E3D4C54}
# Both splits have this shape: image pairs, cameras, rows, columns.
SHAPE = (24300, 2, 96, 96)
LABELS = range(5)
# Points of each class 0..4 in the published files.
TRAIN_COUNTS = TEST_COUNTS = (4860,) * 5
_ROWS_AT_ONCE = 64


def load(train_dat, train_cat, test_dat, test_cat, classes, n_train):
    """The first n_train training points of the chosen classes, and all their test points.

    The first camera's image of each stereo pair is kept.

    Args:
      train_dat: path of the gzipped matrix file of the training images.
      train_cat: path of the file of their labels.
      test_dat: path of the file of the test images.
      test_cat: path of the file of their labels.
      classes: k >= 2 labels of 0..4, in the order in which they become 0, 1, ...
      n_train: number of training points, taken in the published order.
    Returns: mapping with x_train (n_train, 96, 96, 1) float32 in [0, 1], y_train (n_train,) int32,
      train_ids (n_train,) int64, positions in the published file; x_test, y_test and test_ids
      likewise.
    Raises: ValueError if a file is damaged or not the published one, a class does not exist, or
      n_train exceeds the available points or is too small to hold every class.
    Cost: 3 s and 0.8 GB for two classes, whose test points alone take 360 MB as floats.
    Source: Kuchnik and Smith 2019, section 2: training points are the first 1000.
    """
    chosen.raise_problems(chosen.class_problems(classes, LABELS))
    train = _points(train_dat, train_cat, classes)
    test = _points(test_dat, test_cat, classes)
    data = split.first_points(train, test, classes, n_train)
    return data | {key: _unit_scale(data[key]) for key in ("x_train", "x_test")}


def read_matrix(path, dtype, shape, keep=None):
    """A matrix file, or the parts of its rows that `keep` selects.

    Args:
      path: the .gz file.
      dtype: type of the elements, "uint8" or "int32".
      shape: sizes that the file must have, (n, ...).
      keep: function from the numbers (m,) and values (m, ...) of some rows to the part of them that
        is kept; None keeps all.
    Returns: (n, ...) of that type, or the concatenated results of `keep`.
    Raises: ValueError naming the file, what was found and what was expected, if it is not a gzip
      file, is damaged, has another type or shape, or holds less or more data than its header says.
    Cost: memory for the part that is kept, whatever the header claims.
    """
    keep = keep or (lambda numbers, rows: rows)
    try:
        with gzip.open(path, "rb") as stream:
            _check_header(stream, path, dtype, shape)
            kept = [keep(*block) for block in _blocks(stream, path, np.dtype(dtype), shape)]
            # One byte more detects surplus data, and makes gzip verify its checksum at the end.
            if stream.read(1):
                raise ValueError(f"{path}: more bytes of data than {_said(dtype, shape)}")
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path}: not an intact gzip file ({error})") from error
    return np.concatenate(kept)


def read_labels(path, n=SHAPE[0]):
    """Labels of a `cat` file.

    Args:
      path: the .gz file.
      n: number of labels that it must hold.
    Returns: (n,) int32 in 0..4.
    Raises: ValueError as `read_matrix` does, or if a label is out of range.
    """
    labels = read_matrix(path, "int32", (n,))
    if not np.isin(labels, LABELS).all():
        row = int(np.argmin(np.isin(labels, LABELS)))
        raise ValueError(f"{path}: label {labels[row]} of point {row}, expected 0..{LABELS[-1]}")
    return labels


def read_first_camera(path, wanted, shape=SHAPE):
    """The first camera's images in a `dat` file.

    Args:
      path: the .gz file.
      wanted: (n,) bool, which points to keep.
      shape: (n, cameras, h, w) that the file must have.
    Returns: (m, h, w) uint8 of the m wanted points.
    Raises: ValueError as `read_matrix` does.
    Cost: memory for the wanted points.
    """
    return read_matrix(path, "uint8", shape, lambda numbers, rows: rows[wanted[numbers], 0])


def _points(dat, cat, classes):
    """Images (m, h, w), labels (m,) and published positions (m,) of the chosen classes."""
    labels = read_labels(cat, SHAPE[0])
    wanted = np.isin(labels, classes)
    images = read_first_camera(dat, wanted, SHAPE)
    return images, labels[wanted], np.flatnonzero(wanted)


def _unit_scale(images):
    return np.divide(images, np.float32(255), dtype=np.float32)


def _check_header(stream, path, dtype, shape):
    magic, n_dimensions = _read_int32(stream, path, 2)
    if magic != MAGIC[dtype]:
        raise ValueError(
            f"{path}: magic number 0x{magic & 0xFFFFFFFF:08X}, expected 0x{MAGIC[dtype]:08X} "
            f"({dtype})"
        )
    if n_dimensions != len(shape):
        raise ValueError(f"{path}: {n_dimensions} dimensions, expected {_said(dtype, shape)}")
    # The format writes at least three sizes, even for fewer dimensions.
    written = (*shape, 1, 1)[: max(3, len(shape))]
    if (found := _read_int32(stream, path, len(written))) != written:
        sizes = " x ".join(map(str, found))
        raise ValueError(f"{path}: sizes {sizes}, expected {_said(dtype, shape)}")


def _blocks(stream, path, dtype, shape):
    """Numbers (m,) and values (m, ...) of a few rows at a time."""
    bytes_of_row = dtype.itemsize * prod(shape[1:])
    for start in range(0, shape[0], _ROWS_AT_ONCE):
        numbers = np.arange(start, min(start + _ROWS_AT_ONCE, shape[0]))
        data = stream.read(len(numbers) * bytes_of_row)
        if len(data) < len(numbers) * bytes_of_row:
            found = start * bytes_of_row + len(data)
            raise ValueError(f"{path}: {found} bytes of data, expected {_said(dtype, shape)}")
        rows = np.frombuffer(data, dtype.newbyteorder("<")).reshape(-1, *shape[1:])
        yield numbers, rows.astype(dtype, copy=False)


def _read_int32(stream, path, n):
    data = stream.read(4 * n)
    if len(data) < 4 * n:
        raise ValueError(f"{path}: ends within its header")
    return struct.unpack(f"<{n}i", data)


def _said(dtype, shape):
    dtype = np.dtype(dtype)
    sizes = " x ".join(map(str, shape))
    return f"{sizes} of {dtype.name} ({dtype.itemsize * prod(shape)} bytes)"


PUBLISHED = sources.Published(
    "The small NORB toys, as the first camera saw them.",
    load,
    TRAIN_COUNTS,
    image_shape=(96, 96, 1),
    classes=(0, 1),
    files=sources.at(
        "norb",
        ("https://cs.nyu.edu/~ylclab/data/norb-v1.0-small/",),
        (
            (
                "smallnorb-5x46789x9x18x6x2x96x96-training-dat.mat.gz",
                131896188,
                "5ffd6272a07d32695ee1082a26a41a93a37aab8c28da047f8c34ed348d214873",
            ),
            (
                "smallnorb-5x46789x9x18x6x2x96x96-training-cat.mat.gz",
                348,
                "2784e542c1922060691090952b6cd6278879a216c90f81476f0f00256d42cdaa",
            ),
            (
                "smallnorb-5x01235x9x18x6x2x96x96-testing-dat.mat.gz",
                130799817,
                "cf7104eed3e51174d2f65b66d1e5878b9da233b886f161b0d88f4510ba2c7474",
            ),
            (
                "smallnorb-5x01235x9x18x6x2x96x96-testing-cat.mat.gz",
                347,
                "ecaf6d5bb8c3bc5eab9cf0258f6d2198dd474e016e374836fc097f2e5ff509ff",
            ),
        ),
    ),
)
