"""Atomic writing: files appear complete or not at all."""

import contextlib
import errno
import glob
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


@contextlib.contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """Provide a temporary file, which is renamed to `path` when the block ends without error.

    Until then, and after a crash, `path` holds what it held before. Unfinished files of other
    processes for the same target are removed; if such a process still runs, it fails, so that the
    latest one wins.

    Args:
      path: target file; its folder is created if absent.
    Yields: Path in the target's folder. It does not keep the target's suffix.
    Raises: OSError naming the target, with the remedy if the disk is full.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        left.unlink(missing_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        if error.errno in _NO_ROOM:
            # Python names the file only if opening it fails, not if writing does.
            raise OSError(error.errno, _remedy(error), str(path)) from None
        raise
    finally:
        part.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write text as UTF-8, completely or not at all, see `whole`.

    Args:
      path: target file; its folder is created if absent.
      text: str.
    Raises: OSError as `whole`.
    """
    with whole(path) as part:
        part.write_text(text, encoding="utf-8")


def write_json(path: str | Path, value: Mapping[str, Any]) -> None:
    """Write a mapping as JSON, completely or not at all, see `whole`.

    Args:
      path: target file; its folder is created if absent.
      value: mapping that JSON can hold.
    Raises: ValueError for NaN or infinity, which JSON does not have; OSError as `whole`.
    """
    write_text(path, f"{json.dumps(value, indent=2, allow_nan=False)}\n")


def _remedy(error: OSError) -> str:
    return (
        f"{error.strerror}: make room, or choose another disk with --directory, and run the same "
        "command again; what was finished stays"
    )
