"""Strict reader of gzipped IDX files, the format of MNIST.

Big-endian int32: a magic number (two zero bytes, the element type, the number of dimensions), then
the size of each dimension; then the elements, last dimension fastest.
"""

import gzip
import struct
import zlib
from math import prod

import numpy as np

IMAGES_MAGIC = 2051
LABELS_MAGIC = 2049
# MNIST unpacks to 47 MB; a header that asks for more than this is damaged or malicious.
LARGEST_BYTES = 1 << 30
_CHUNK_BYTES = 1 << 20


def read_images(path):
    """Images of a gzipped IDX file of unsigned bytes in three dimensions.

    Args:
      path: the .gz file.
    Returns: (n, rows, columns) uint8.
    Raises: ValueError naming the file, what was found and what was expected, if it is not a gzip
      file, is damaged, has another magic number, or holds less or more data than its header says.
    Cost: memory for the data found, whatever the header claims; at most 1 GiB.
    """
    return _read(path, IMAGES_MAGIC, ("images", "rows", "columns"))


def read_labels(path):
    """Labels of a gzipped IDX file of unsigned bytes in one dimension.

    Args:
      path: the .gz file.
    Returns: (n,) uint8.
    Raises: ValueError as `read_images` does.
    """
    return _read(path, LABELS_MAGIC, ("labels",))


def _read(path, magic, dimensions):
    try:
        with gzip.open(path, "rb") as stream:
            shape = _read_shape(stream, path, magic, dimensions)
            # One byte more detects surplus data, and makes gzip verify its checksum at the end.
            data = _read_up_to(stream, prod(shape) + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path}: not an intact gzip file ({error})") from error
    if len(data) != prod(shape):
        found = f"{len(data)} bytes" if len(data) < prod(shape) else "more bytes"
        sizes = " x ".join(map(str, shape))
        raise ValueError(
            f"{path}: {found} of data after the header, expected {prod(shape)} "
            f"({sizes}: {', '.join(dimensions)})"
        )
    return np.frombuffer(data, np.uint8).reshape(shape)


def _read_shape(stream, path, magic, dimensions):
    size = 4 * (1 + len(dimensions))
    header = _read_up_to(stream, size)
    if len(header) >= 4 and (found := struct.unpack(">i", header[:4])[0]) != magic:
        raise ValueError(f"{path}: magic number {found}, expected {magic} ({dimensions[0]})")
    if len(header) < size:
        raise ValueError(f"{path}: header of {len(header)} bytes, expected {size}")
    shape = struct.unpack(f">{len(dimensions)}i", header[4:])
    if min(shape) < 1 or prod(shape) > LARGEST_BYTES:
        named = ", ".join(f"{n} {name}" for n, name in zip(shape, dimensions, strict=True))
        raise ValueError(
            f"{path}: header says {named}, expected positive sizes and at most "
            f"{LARGEST_BYTES} bytes in all"
        )
    return shape


def _read_up_to(stream, size):
    # The buffer grows with the data: reading `size` at once would allocate what the header claims.
    data = bytearray()
    while len(data) < size and (chunk := stream.read(min(_CHUNK_BYTES, size - len(data)))):
        data += chunk
    return data
