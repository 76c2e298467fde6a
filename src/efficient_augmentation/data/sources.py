"""The record of a published data set: its files, their addresses, its reader and its sizes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Source:
    """One published file.

    A mirror holds it as `dataset/name`.

    Attributes:
      dataset: folder in a mirror, and key of `published.SETS`.
      name: the publisher's file name.
      size: number of bytes; None if only the checksum is known.
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
      description: what it shows, in one sentence.
      load: its reader, which takes the paths of the files, classes and n_train.
      counts: numbers of training points of classes 0, 1, ...
      image_shape: (h, w, c) of every image.
      classes: the classes of an experiment that names none.
      files: its files, in the order in which the reader takes them.
    """

    description: str
    load: Callable
    counts: tuple[int, ...]
    image_shape: tuple[int, int, int]
    classes: tuple[int, ...]
    files: tuple[Source, ...]


def at(dataset, addresses, files):
    """Files that are all in the same folder, at each of several addresses.

    Args:
      dataset: as `Source.dataset`.
      addresses: addresses of the folder, each up to the file's name.
      files: (name, size, SHA-256) of each, as in `Source`.
    Returns: tuple of Source.
    """
    return tuple(
        Source(dataset, name, size, sha256, tuple(address + name for address in addresses))
        for name, size, sha256 in files
    )
