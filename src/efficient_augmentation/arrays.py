"""Arrays on disk: named, without pickles, the same bytes for the same content."""

import os
import zipfile
from pathlib import Path

import numpy as np


def save(path, **arrays):
    """Write named arrays to a .npz file, atomically.

    The bytes depend on the arrays alone: members are stored in the order given, uncompressed and
    with a fixed date.

    Args:
      path: target file; its folder is made if absent.
      **arrays: anything that `np.asarray` takes, except objects.
    Raises: ValueError if an array would need a pickle.
    """
    path = Path(path)
    values = {name: np.asarray(value) for name, value in arrays.items()}
    for name, value in values.items():
        if value.dtype.hasobject:
            raise ValueError(f"{path}: array {name!r} holds Python objects; give numbers or text")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            np.savez(file, allow_pickle=False, **values)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def load(path, *names):
    """Read named arrays from a .npz file.

    Args:
      path: file written by `save`, or any .npz file without objects.
      *names: arrays to read; all of them where none is named.
    Returns: dict from name to array, in the order asked for.
    Raises: ValueError naming the file where it is damaged or lacks a name; FileNotFoundError.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            stored = archive.files
            found = {name: archive[name] for name in names or stored if name in stored}
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, AttributeError) as error:
        if isinstance(error, (FileNotFoundError, PermissionError, IsADirectoryError)):
            raise
        raise ValueError(f"{path}: not a readable .npz file ({error})") from error
    missing = [name for name in names if name not in found]
    if missing:
        held = ", ".join(stored) or "nothing"
        raise ValueError(f"{path}: no array named {', '.join(missing)}; it holds {held}")
    return found
