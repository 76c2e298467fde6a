"""Files that appear whole or not at all."""

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
    """Give a name to write to, which becomes `path` once the block has ended well.

    Whoever reads `path` meanwhile, or after a crash, finds what was there before. What another
    process left half-written is removed; if that process lives, it fails: the latest one wins.

    Args:
      path: target file; its folder is made if absent.
    Yields: Path beside the target. It does not keep the target's suffix.
    Raises: OSError naming the target, and the remedy where the disk is full.
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
            # Python names no file where a write fails, only where opening one does.
            raise OSError(error.errno, _remedy(error), str(path)) from None
        raise
    finally:
        part.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write text as UTF-8, whole or not at all; otherwise as `whole`.

    Args:
      path: target file; its folder is made if absent.
      text: str.
    Raises: OSError as `whole`.
    """
    with whole(path) as part:
        part.write_text(text, encoding="utf-8")


def write_json(path: str | Path, value: Mapping[str, Any]) -> None:
    """Write what JSON can hold, whole or not at all; otherwise as `whole`.

    Args:
      path: target file; its folder is made if absent.
      value: mapping.
    Raises: ValueError for NaN or infinity, which JSON has not; OSError as `whole`.
    """
    write_text(path, f"{json.dumps(value, indent=2, allow_nan=False)}\n")


def _remedy(error: OSError) -> str:
    return (
        f"{error.strerror}: make room, or choose another disk with --directory, and run the same "
        "command again; what was finished stays"
    )
