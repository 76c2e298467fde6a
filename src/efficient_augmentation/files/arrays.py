"""Named arrays in files: without pickles, and with the same bytes for the same content."""

import json
import math
import os
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import ArrayLike

from efficient_augmentation.files import atomic, provenance

# A small file that unpacks to more than this is damaged or malicious.
LARGEST_BYTES = 1 << 30
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
# Errors that zipfile and NumPy raise on bytes that are not an archive of arrays.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    TypeError,
    RuntimeError,  # an encrypted member; NotImplementedError: an unknown compression
    tokenize.TokenError,
)


def save(path: str | Path, made_by: Mapping[str, Any] | None = None, **arrays: ArrayLike) -> None:
    """Write named arrays to a .npz file, atomically.

    The bytes depend only on names and arrays: members are stored in the order given, uncompressed
    and with a fixed date.

    Args:
      path: target file; its folder is created if absent.
      made_by: mapping as `provenance.of` returns it; stored in the entry "provenance" as the UTF-8
        bytes of JSON. None leaves it out.
      **arrays: anything that `np.asarray` takes, except objects.
    Raises: ValueError if an array would need a pickle; OSError as `atomic.whole`.
    """
    values = {name: np.asarray(value) for name, value in arrays.items()}
    for name, value in values.items():
        if value.dtype.hasobject:
            raise ValueError(f"{path}: array {name!r} holds Python objects; give numbers or text")
    if made_by is not None:
        values[provenance.NAME] = np.frombuffer(provenance.text(made_by).encode(), np.uint8)
    with atomic.whole(path) as part, part.open("wb") as file:
        np.savez(file, allow_pickle=False, **values)


def save_alone(path: str | Path, array: np.ndarray) -> None:
    """Write one array to a .npy file, atomically.

    Args:
      path: target file; its folder is created if absent.
      array: array of numbers.
    Raises: OSError as `atomic.whole`.
    """
    with atomic.whole(path) as part, part.open("wb") as file:
        np.save(file, array, allow_pickle=False)


def load(path: str | Path, *names: str) -> dict[str, np.ndarray]:
    """Read named arrays from a .npz file.

    Args:
      path: file written by `save`, or any .npz file without objects.
      *names: arrays to read; without names, all but the provenance.
    Returns: dict from name to array, in the given order.
    Raises: ValueError naming the file if it is damaged, holds anything but arrays, unpacks to more
      than both 1 GiB and its own size, or lacks a name; FileNotFoundError.
    Cost: memory for the arrays found, whatever their headers claim.
    """
    with Path(path).open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                stored = _members(archive, os.fstat(file.fileno()).st_size)
                every = [name for name in stored if name != provenance.NAME]
                wanted = [name for name in names or every if name in stored]
                found = {name: _read(archive, stored[name]) for name in wanted}
        except _DAMAGE as error:
            raise ValueError(f"{path}: not a readable .npz file ({error})") from error
    missing = [name for name in names if name not in found]
    if missing:
        held = ", ".join(stored) or "nothing"
        raise ValueError(f"{path}: no array named {', '.join(missing)}; it holds {held}")
    return found


def names(path: str | Path) -> list[str]:
    """Names of the arrays in a .npz file, without reading any.

    Args:
      path: as in `load`.
    Returns: list of str.
    Raises: ValueError as `load`; FileNotFoundError.
    """
    with Path(path).open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                return list(_members(archive, os.fstat(file.fileno()).st_size))
        except _DAMAGE as error:
            raise ValueError(f"{path}: not a readable .npz file ({error})") from error


def shape(path: str | Path, name: str) -> tuple[int, ...]:
    """Shape of an array in a .npz file, read from its header alone.

    Args:
      path, name: as in `load`.
    Returns: tuple of int.
    Raises: ValueError as `load`; FileNotFoundError.
    """
    with Path(path).open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive, archive.open(f"{name}.npy") as stream:
                return _header(stream, name)[0]
        except KeyError:
            raise ValueError(f"{path}: no array named {name}") from None
        except _DAMAGE as error:
            raise ValueError(f"{path}: not a readable .npz file ({error})") from error


def check_names(where: str, values: np.ndarray, wanted: str) -> None:
    """Check that values are whole numbers, or text that files can hold.

    Args:
      where: file and array, for messages.
      values: (n,), such as labels or ids.
      wanted: the rule, for messages.
    Raises: ValueError with the type or the text; for bytes, which h5py and C programs write in
      place of text, with the remedy.
    """
    if values.ndim != 1 or values.dtype.kind not in "biuU" or not len(values):
        array = where.rpartition(" ")[2]
        remedy = f"; np.char.decode({array}, 'utf-8') makes text of bytes"
        raise ValueError(
            f"{where} holds {values.dtype} of shape {values.shape}; {wanted}"
            + remedy * (values.dtype.kind == "S")
        )
    for value in np.unique(values).tolist() if values.dtype.kind == "U" else ():
        if not value.isprintable() and any("\ud800" <= c <= "\udfff" for c in value):
            raise ValueError(f"{where} holds {value!r}, which is no Unicode text")


def check_ids(where: str, ids: np.ndarray, n: int) -> None:
    """Check that ids identify points.

    Args:
      where: file and array, for messages.
      ids: (n,), whole numbers or text, all distinct.
      n: number of points.
    Raises: ValueError as `check_names`, or with the first id that occurs twice.
    """
    wanted = f"text or whole numbers of shape ({n},) are wanted, one a point"
    if ids.shape != (n,):
        raise ValueError(f"{where} holds {ids.dtype} of shape {ids.shape}; {wanted}")
    check_names(where, ids, wanted)
    different, counts = np.unique(ids, return_counts=True)
    if len(different) < n:
        twice = different[np.argmax(counts > 1)].item()
        raise ValueError(f"{where} holds {twice!r} twice; give each point one of its own")


def read_provenance(path: str | Path) -> dict[str, Any]:
    """The provenance in a .npz file.

    Args:
      path: file written by `save` with `made_by`.
    Returns: mapping as `provenance.of` returns it.
    Raises: ValueError naming the file if it holds none, or as `load`; FileNotFoundError.
    """
    stored = load(path, provenance.NAME)[provenance.NAME]
    try:
        return json.loads(stored.tobytes())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}: its provenance cannot be read ({error})") from error


def _members(archive: zipfile.ZipFile, file_size: int) -> dict[str, zipfile.ZipInfo]:
    """Members of the archive by the names of their arrays."""
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    # Uncompressed members cannot be larger than the file, unless they overlap.
    if unpacked > max(LARGEST_BYTES, file_size):
        raise ValueError(f"it unpacks to {unpacked} bytes, expected at most {LARGEST_BYTES}")
    stored = {member.filename.removesuffix(".npy"): member for member in members}
    if len(stored) < len(members):
        raise ValueError("an array is there twice")
    return stored


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray:
    with archive.open(member) as stream:
        shape, dtype = _header(stream, member.filename)
        if dtype.hasobject:
            name = member.filename.removesuffix(".npy")
            raise ValueError(
                f"array {name} holds Python objects, which allow_pickle=False does not load; save "
                f"it as text or numbers, such as {name}.astype(str)"
            )
        # Elements of zero bytes count as one byte: a header could claim any number of them.
        claimed = math.prod(shape) * max(dtype.itemsize, 1)
        there = member.file_size - stream.tell()
        # NumPy would allocate as much memory as the header claims.
        if claimed != there:
            raise ValueError(
                f"{member.filename}: {there} bytes of data, expected {claimed} ({shape} of {dtype})"
            )
        stream.seek(0)
        return np.lib.format.read_array(stream, allow_pickle=False)


def _header(stream: IO[bytes], name: str) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and type of the array in a stream, which is left just after the header."""
    version = np.lib.format.read_magic(stream)
    if version not in _HEADERS:
        raise ValueError(f"{name} is of format version {version}, expected 1.0")
    try:
        shape, _, dtype = _HEADERS[version](stream)
    except MemoryError:  # raised by Python's parser for text that is nested too deeply
        raise ValueError(f"{name}: its header cannot be parsed") from None
    return shape, dtype
