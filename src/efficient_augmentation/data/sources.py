"""What a published data set consists of: its files, where they lie, its reader, its numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Source:
    """One published file.

    A mirror keeps it under `dataset/name`.

    Attributes:
      dataset: folder in a mirror, and key of `published.SETS`.
      name: the publisher's file name.
      size: bytes; None where a file is known by its checksum alone.
      sha256: checksum, 64 lowercase hexadecimal digits.
      urls: the publishers' addresses, in the order in which they are tried.
    """

    dataset: str
    name: str
    size: int | None
    sha256: str
    urls: tuple[str, ...]


class Published(NamedTuple):
    """A data set with a training and a test set of its own.

    Attributes:
      description: what it shows, in a sentence.
      load: its reader, which takes the paths of the files, classes and n_train.
      counts: training points of each class 0, 1, ...
      image_shape: (h, w, c) of every image.
      classes: those of an experiment that names none.
      files: in the order in which the reader takes them.
    """

    description: str
    load: Callable
    counts: tuple[int, ...]
    image_shape: tuple[int, int, int]
    classes: tuple[int, ...]
    files: tuple[Source, ...]


def at(dataset, addresses, files):
    """Files that lie side by side at each of several addresses.

    Args:
      dataset: as `Source.dataset`.
      addresses: beginnings of the addresses, each up to the file's name.
      files: (name, size, SHA-256) of each, as in `Source`.
    Returns: tuple of Source.
    """
    return tuple(
        Source(dataset, name, size, sha256, tuple(address + name for address in addresses))
        for name, size, sha256 in files
    )
