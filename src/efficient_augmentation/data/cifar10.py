"""CIFAR-10: read from the publisher's binary archive, member by member, nothing unpacked to disk.

The archive is a gzipped tar of five training batches and one test batch. A batch is a sequence of
records: one label byte, then 3072 pixel bytes, 32 x 32 each of red, green and blue, row by row.
"""

import gzip
import tarfile
import zlib

import numpy as np

from efficient_augmentation.data import classes as chosen
from efficient_augmentation.data import sources, split

TRAIN_MEMBERS = tuple(f"cifar-10-batches-bin/data_batch_{k}.bin" for k in range(1, 6))
TEST_MEMBERS = ("cifar-10-batches-bin/test_batch.bin",)
RECORDS = 10_000
LABELS = range(10)
# Points of each class 0..9 in the published files.
TRAIN_COUNTS = (5000,) * 10
TEST_COUNTS = (1000,) * 10
_PIXELS = 3 * 32 * 32
# The published archive unpacks to 184 MB; a longer one than this is damaged or malicious.
LARGEST_BYTES = 1 << 28
_CHUNK_BYTES = 1 << 20


def load(archive, classes, n_train):
    """The first n_train training points of the chosen classes, and all their test points.

    Args:
      archive: path of `cifar-10-binary.tar.gz`.
      classes: k >= 2 labels of 0..9, in the order in which they become 0, 1, ...
      n_train: number of training points, taken in the published order.
    Returns: mapping with x_train (n_train, 32, 32, 3) uint8, y_train (n_train,) int32, train_ids
      (n_train,) int64, positions in the published order 0..49999; x_test, y_test and test_ids
      likewise, 0..9999.
    Raises: ValueError if the archive is damaged or not the published one, a class does not exist,
      or n_train exceeds the available points or is too small to hold every class.
    Cost: 3 s; memory for the chosen classes and for one batch, 31 MB.
    Source: Kuchnik and Smith 2019, section 2: training points are the first 1000.
    """
    chosen.raise_problems(chosen.class_problems(classes, LABELS))
    batches = read_batches(archive, classes)
    train, test = (_joined(batches, members) for members in (TRAIN_MEMBERS, TEST_MEMBERS))
    return split.first_points(train, test, classes, n_train)


def read_batches(archive, classes=LABELS):
    """Points of the chosen classes, by member of the archive.

    Members are found by their exact names, in any order. Other files and folders are skipped;
    links, devices and names that lead out of the archive raise an error.

    Args:
      archive: path of the .tar.gz file.
      classes: labels to keep.
    Returns: mapping from each name of TRAIN_MEMBERS and TEST_MEMBERS to images (m, 32, 32, 3)
      uint8, labels (m,) uint8, and positions (m,) int64 in the batch, ascending.
    Raises: ValueError naming the file, and the member if the error is in one, if it is not a
      gzipped tar, is damaged, unpacks to more than 256 MiB, or if a member is missing, present
      twice, not a regular file, or has another size or labels than the published one.
    Cost: memory for the points kept and for one batch, whatever the archive claims.
    """
    try:
        with gzip.open(archive, "rb") as unpacked:
            return _batches(_Bounded(unpacked), classes)
    # A damaged header makes tarfile raise the ValueError of a number's conversion; a long chain of
    # headers, which it follows by recursion, a RecursionError.
    except (
        gzip.BadGzipFile,
        zlib.error,
        EOFError,
        tarfile.TarError,
        ValueError,
        RecursionError,
    ) as error:
        raise ValueError(f"{archive}: not an intact CIFAR-10 archive: {error}") from error


def _batches(stream, classes):
    batches = {}
    # tarfile gets unpacked bytes, because its own decompression does not verify the checksum.
    with tarfile.open(fileobj=stream, mode="r|", bufsize=_CHUNK_BYTES) as tar:
        for member in tar:
            _check_harmless(member)
            if member.name not in TRAIN_MEMBERS + TEST_MEMBERS:
                continue
            if member.name in batches:
                raise ValueError(f"{member.name}: there twice, expected once")
            _check_size(member)
            records = np.frombuffer(tar.extractfile(member).read(), np.uint8)
            batches[member.name] = _decoded(member.name, records, classes)
    # gzip verifies its checksum at the end, which lies beyond the end of the tar.
    while stream.read(_CHUNK_BYTES):
        pass
    if missing := [name for name in TRAIN_MEMBERS + TEST_MEMBERS if name not in batches]:
        raise ValueError(f"lacks {', '.join(missing)}")
    return batches


class _Bounded:
    """A stream that can be read up to LARGEST_BYTES, so that a small file cannot take hours."""

    def __init__(self, stream):
        self._stream, self._left = stream, LARGEST_BYTES

    def read(self, size):
        data = self._stream.read(min(size, self._left + 1))
        self._left -= len(data)
        if self._left < 0:
            raise ValueError(f"it unpacks to more than {LARGEST_BYTES} bytes")
        return data


def _check_harmless(member):
    # Such names would do no harm here, since no file is written under them. But the published
    # archive has none, so this must be another archive.
    if member.name.startswith("/") or ".." in member.name.split("/"):
        raise ValueError(f"{member.name}: the name leads out of the archive")
    if not (member.isdir() or member.type in (tarfile.REGTYPE, tarfile.AREGTYPE)):
        raise ValueError(f"{member.name}: a link, a device or a sparse file, expected a plain one")
    # tarfile would look for the next member as far away as the header says.
    if not 0 <= member.size <= LARGEST_BYTES:
        raise ValueError(f"{member.name}: header says {member.size} bytes")


def _check_size(member):
    expected = RECORDS * (1 + _PIXELS)
    if not member.isreg() or member.issparse() or member.size != expected:
        found = "a folder" if member.isdir() else f"{member.size} bytes"
        raise ValueError(
            f"{member.name}: {found}, expected a file of {expected} bytes "
            f"({RECORDS} records of {1 + _PIXELS})"
        )


def _decoded(name, records, classes):
    records = records.reshape(RECORDS, 1 + _PIXELS)
    labels = records[:, 0]
    if labels.max() >= len(LABELS):
        row = int(np.argmax(labels >= len(LABELS)))
        raise ValueError(f"{name}: label {labels[row]} of record {row}, expected 0..{LABELS[-1]}")
    kept = np.flatnonzero(np.isin(labels, classes))
    planes = records[kept, 1:].reshape(-1, 3, 32, 32)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), labels[kept], kept


def _joined(batches, members):
    """Images, labels and published positions of the members, one after the other."""
    images, labels, positions = zip(*(batches[name] for name in members), strict=True)
    ids = [RECORDS * k + kept for k, kept in enumerate(positions)]
    return np.concatenate(images), np.concatenate(labels), np.concatenate(ids)


PUBLISHED = sources.Published(
    "The CIFAR-10 photographs.",
    load,
    TRAIN_COUNTS,
    image_shape=(32, 32, 3),
    classes=(0, 1),
    files=sources.at(
        "cifar10",
        ("https://www.cs.toronto.edu/~kriz/",),
        (
            (
                "cifar-10-binary.tar.gz",
                170052171,
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            ),
        ),
    ),
)
