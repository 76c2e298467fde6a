"""Digests of the content of files, remembered so that unchanged files are not read again.

Reading a million images takes minutes, but asking the file system about them takes seconds. So a
digest is stored together with the file's state at that moment: its inode number, its size, and the
times, in nanoseconds, at which its content and its inode were last changed. No program can set the
last of these back.
"""

import contextlib
import hashlib
import os
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path

StrPath = str | os.PathLike[str]

# Within one tick of the file system's clock, a file can change again without a change of its times.
_SETTLED_NS = 2_000_000_000
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS known (path TEXT PRIMARY KEY, state TEXT, digest TEXT, mtime TEXT)"
)


def of_files(
    paths: Iterable[StrPath], memory: StrPath | None = None, finished: bool = False
) -> list[str]:
    """Digest of the content of every file.

    Args:
      paths: paths of the files.
      memory: database that remembers digests from call to call; it and its folder are created if
        absent. Nothing is remembered with None, with a file that cannot be written, or with one
        that is no such database.
      finished: whether nobody writes to the files any more; otherwise digests of files that changed
        within the last two seconds are not remembered.
    Returns: list of 64 hexadecimal digits each, in the order of the paths.
    Raises: OSError naming the file that cannot be read.
    Cost: reads every file that is not remembered; for the others, 10 s for a million.
    """
    with _Memory(memory) as known:
        return [known.digest(path, finished) for path in paths]


def set_back(paths: Iterable[StrPath], memory: StrPath | None) -> list[StrPath]:
    """Files whose content has changed since it was remembered, though their time is not newer.

    Their old digests stay in memory, since no result was made from the new content yet. The caller
    gives these files a newer time, and calls `of_files` when results are made.

    Args:
      paths: paths of the files; those without a remembered digest are skipped.
      memory: as in `of_files`.
    Returns: list of paths, in their order.
    """
    found = []
    with _Memory(memory) as known:
        for path in paths:
            before = known.row(path)
            if before and before[0] != _state(os.stat(path)):
                older = os.stat(path).st_mtime_ns <= int(before[2])
                if known.digest(path, only=before[1]) != before[1] and older:
                    found.append(path)
    return found


class _Memory:
    """Digests by path, in a database that several processes can share."""

    def __init__(self, path: StrPath | None) -> None:
        self._path = path
        self._database: sqlite3.Connection | None = None
        self._new: list[tuple[str, str, str, str]] = []

    def __enter__(self) -> "_Memory":
        with contextlib.suppress(OSError, sqlite3.Error):
            if self._path is not None:
                Path(self._path).parent.mkdir(parents=True, exist_ok=True)
                self._database = sqlite3.connect(self._path, timeout=60)
                self._database.execute(_SCHEMA)
        return self

    def __exit__(self, *error: object) -> None:
        if self._database is None:
            return
        with contextlib.suppress(sqlite3.Error), self._database:
            self._database.executemany(
                "INSERT OR REPLACE INTO known VALUES (?, ?, ?, ?)", self._new
            )
        self._database.close()

    def row(self, path: StrPath) -> tuple[str, str, str] | None:
        """(state, digest, modification time) as remembered, or None."""
        with contextlib.suppress(sqlite3.Error):
            if self._database is not None:
                query = "SELECT state, digest, mtime FROM known WHERE path = ?"
                return self._database.execute(query, (_name(path),)).fetchone()
        return None

    def digest(self, path: StrPath, finished: bool = False, only: str | None = None) -> str:
        """Digest of a file, remembered unless the file is so new that it may change unnoticed.

        If `only` is given, a digest that differs from it is not remembered.
        """
        status, known = os.stat(path), self.row(path)
        if known and known[0] == _state(status):
            return known[1]
        digest = _digest(path)
        if only not in (None, digest):
            return digest
        if finished or time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > _SETTLED_NS:
            self._new.append((_name(path), _state(status), digest, str(status.st_mtime_ns)))
        return digest


def _digest(path: StrPath) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        # Python names the file only if opening it fails, not if reading does.
        raise OSError(error.errno, error.strerror, os.fspath(path)) from error


def _name(path: StrPath) -> str:
    return os.path.abspath(path).encode(errors="surrogateescape").decode(errors="backslashreplace")


def _state(status: os.stat_result) -> str:
    return " ".join(
        map(str, (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
    )
