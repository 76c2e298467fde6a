"""Download a published file: try mirrors in turn, check while streaming, write all or nothing."""

import contextlib
import dataclasses
import hashlib
import http.client
import logging
import os
import re
import secrets
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from tqdm import tqdm

CHUNK_BYTES = 1 << 18
# A source is abandoned if its average rate, after the first `timeout` seconds, is below this.
SLOWEST_BYTES_PER_SECOND = 4_000
# Limit for a file whose size is not known in advance.
LARGEST_BYTES = 1 << 30

_log = logging.getLogger(__name__)


class DownloadError(RuntimeError):
    """No source delivered the file; the message lists each source's error, and the remedy."""


class _SourceError(Exception):
    """One source failed; the next one may succeed."""


def mirrors_from_environment(configured=()):
    """Mirrors in the order to try them: DATA_MIRROR first, if it is set and not blank.

    Args:
      configured: local folders or URLs of the config's `mirrors`.
    Returns: list of str without repetitions.
    Raises: ValueError if a configured entry is blank, which would mean the current folder.
    """
    if any(not str(mirror).strip() for mirror in configured):
        raise ValueError(f"mirrors: {list(configured)} has an empty entry; give a folder or a URL")
    first = os.environ.get("DATA_MIRROR", "").strip()
    mirrors = [first, *configured] if first else configured
    return list(dict.fromkeys(str(mirror) for mirror in mirrors))


def fetch(source, target, mirrors=(), *, sha256=None, timeout=30.0, progress=None):
    """Download a published file to `target` from the first source that delivers it intact.

    It tries `<mirror>/<dataset>/<name>` of each mirror, then the publishers' addresses. Bytes go to
    a `.part` file of this call next to the target, which gets the target's name only if size and
    checksum are right. Nothing is resumed. A target that is intact already stays as it is.

    Args:
      source: Source, the published file.
      target: path to write; its folder is created if it is missing.
      mirrors: local folders, or URLs of the schemes http, https and file, in order.
      sha256: expected checksum in place of the published one, for a mirror that is known to differ.
        The size is then not checked, and publishers are not asked, since their file is another.
      timeout: seconds that a source may stay silent.
      progress: text stream of the progress bar, shown on a terminal only; standard error if None.
    Returns: str, the file or URL that the bytes came from (the target itself if intact already).
    Raises: DownloadError if every source failed; ValueError if `sha256` is not a SHA-256; OSError
      if the target cannot be written.
    """
    target = Path(target)
    wanted = _wanted(source, sha256)
    if target.is_file() and _sha256_of(target) == wanted.sha256:
        return str(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    said = []
    for location in _locations(wanted, mirrors):
        try:
            _place(location, wanted, target, timeout, progress)
        except _SourceError as error:
            said.append(f"{location}: {error}")
            _log.warning("%s", said[-1])
        else:
            _log.info("%s: intact, SHA-256 %s", location, wanted.sha256)
            return location
    raise DownloadError(_failure(wanted, target, said))


def _wanted(source, sha256):
    if sha256 is None or sha256.lower() == source.sha256:
        return source
    if not re.fullmatch("[0-9a-fA-F]{64}", sha256):
        raise ValueError(f"sha256: {sha256!r} is not 64 hexadecimal digits")
    return dataclasses.replace(source, sha256=sha256.lower(), size=None, urls=())


def _sha256_of(path):
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _locations(source, mirrors):
    mirrored = [f"{str(mirror).rstrip('/')}/{source.dataset}/{source.name}" for mirror in mirrors]
    return [*mirrored, *source.urls]


def _place(location, source, target, timeout, progress):
    # Processes and threads that download the same target at once must not share this file.
    part = target.with_name(f"{target.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with contextlib.closing(_chunks(location, timeout)) as chunks:
            _copy(chunks, source, part, progress)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def _copy(chunks, source, part, progress):
    digest, received = hashlib.sha256(), 0
    limit = LARGEST_BYTES if source.size is None else source.size
    bar = {"desc": source.name, "total": source.size, "unit": "B", "unit_scale": True}
    with part.open("xb") as out, tqdm(**bar, disable=None, file=progress) as shown:
        for chunk in chunks:
            received += len(chunk)
            if received > limit:
                raise _SourceError(f"longer than the expected {limit} bytes")
            out.write(chunk)
            digest.update(chunk)
            shown.update(len(chunk))
        out.flush()
        os.fsync(out.fileno())
    if source.size is not None and received < source.size:
        raise _SourceError(f"ended after {received} of the expected {source.size} bytes")
    if digest.hexdigest() != source.sha256:
        raise _SourceError(
            f"SHA-256 is {digest.hexdigest()} ({received} bytes), expected {source.sha256}"
        )


def _chunks(location, timeout):
    """Bytes of a file or URL as they arrive; every error with it becomes a _SourceError."""
    received, start = 0, time.monotonic()
    try:
        with _open(location, timeout) as stream:
            # read1 returns what has arrived; read would wait for a full chunk from a slow source.
            while chunk := stream.read1(CHUNK_BYTES):
                received += len(chunk)
                seconds = time.monotonic() - start
                if seconds > timeout + received / SLOWEST_BYTES_PER_SECOND:
                    raise _SourceError(f"too slow: {received} bytes in {seconds:.1f} s")
                yield chunk
    # A malformed URL raises ValueError, a broken body HTTPException, everything else OSError.
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _SourceError(str(error) or type(error).__name__) from error


def _open(location, timeout):
    scheme = urlsplit(location).scheme if re.match("[A-Za-z][A-Za-z0-9+.-]*:/", location) else ""
    if scheme in ("http", "https"):
        request = urllib.request.Request(location, headers={"User-Agent": "efficient-augmentation"})
        return urllib.request.urlopen(request, timeout=timeout)
    if scheme not in ("", "file"):
        raise ValueError(f"scheme {scheme!r} is not one of http, https, file")
    local = urllib.request.url2pathname(urlsplit(location).path) if scheme else location
    path = Path(local).expanduser()
    # Reading a pipe or a device could block or never end.
    if not path.is_file():
        raise FileNotFoundError("no such file")
    return path.open("rb")


def _failure(source, target, said):
    path = f"{source.dataset}/{source.name}"
    size = "" if source.size is None else f"{source.size} bytes, "
    return "\n".join(
        [
            f"{path} could not be fetched. Tried:",
            *(f"  {line}" for line in said or ["nothing: no mirror is configured"]),
            f"Remedy: set DATA_MIRROR, or `mirrors` in the config, to a folder or URL that holds "
            f"{path}, or put the file at {target} by hand ({size}SHA-256 {source.sha256}).",
        ]
    )
