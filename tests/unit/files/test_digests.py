"""Digests of files: of their content alone, whatever their times say."""

import hashlib
import os
import shutil
import sqlite3

import pytest

from efficient_augmentation.files import digests


@pytest.fixture
def memory(tmp_path):
    return tmp_path / "new" / "memory.sqlite"


@pytest.fixture(autouse=True)
def settled(monkeypatch):
    """Files count as settled at once."""
    monkeypatch.setattr(digests, "_SETTLED_NS", -1)


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def aged(path, seconds=-1000):
    """Set a file's time back, as `cp -p`, `mv` and `tar` leave it."""
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + seconds * 10**9))


def write_older(path):
    path.write_bytes(b"two!")
    aged(path)


def write_newer(path):
    path.write_bytes(b"two!")
    aged(path, 1000)


def write_unseen(path):
    """Another content of the same size, with the time that it had."""
    before = path.stat()
    with path.open("r+b") as file:
        file.write(b"two!")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def move_over(path):
    other = path.with_name("other")
    other.write_bytes(b"two!")
    status = path.stat()
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)


def copy_over(path):
    copy = shutil.copy(path, path.with_name("copy"))
    os.replace(copy, path)


@pytest.mark.parametrize("change", [write_older, write_newer, write_unseen, move_over])
def test_another_content_is_another_digest(tmp_path, memory, change):
    path = tmp_path / "a"
    path.write_bytes(b"one!")
    assert digests.of_files([path], memory) == [sha256(b"one!")]
    change(path)
    assert digests.of_files([path], memory) == [sha256(b"two!")]


@pytest.mark.parametrize("change", [os.utime, aged, copy_over])
def test_the_same_content_is_the_same_digest(tmp_path, memory, change):
    path = tmp_path / "a"
    path.write_bytes(b"one!")
    before = digests.of_files([path], memory)
    change(path)
    assert digests.of_files([path], memory) == before


def test_what_did_not_change_is_not_read_again(tmp_path, memory, monkeypatch):
    paths = [tmp_path / str(i) for i in range(5)]
    for i, path in enumerate(paths):
        path.write_bytes(bytes([i]))
    expected = [sha256(bytes([i])) for i in range(5)]
    assert digests.of_files(paths, memory) == expected
    monkeypatch.setattr(hashlib, "file_digest", None)
    assert digests.of_files(reversed(paths), memory) == expected[::-1]


def test_a_file_that_may_still_change_is_not_remembered(tmp_path, memory, monkeypatch):
    monkeypatch.setattr(digests, "_SETTLED_NS", 10**12)
    (tmp_path / "a").write_bytes(b"one!")
    digests.of_files([tmp_path / "a"], memory)
    assert remembered(memory) == 0
    digests.of_files([tmp_path / "a"], memory, finished=True)
    assert remembered(memory) == 1


def remembered(memory):
    return sqlite3.connect(memory).execute("SELECT count(*) FROM known").fetchone()[0]


@pytest.mark.parametrize("kind", ["a folder", "no database", "nothing"])
def test_without_a_memory_files_are_read(tmp_path, kind):
    memory = {"a folder": tmp_path, "no database": tmp_path / "text", "nothing": None}[kind]
    (tmp_path / "text").write_text("no database" * 1000)
    (tmp_path / "a").write_bytes(b"one!")
    for _ in range(2):
        assert digests.of_files([tmp_path / "a"], memory) == [sha256(b"one!")]
    assert (tmp_path / "text").read_text() == "no database" * 1000


def test_names_that_are_no_text(tmp_path, memory):
    path = os.fsencode(tmp_path) + b"/\xff\xfe"
    with open(path, "wb") as file:
        file.write(b"one!")
    assert digests.of_files([os.fsdecode(path)], memory) == [sha256(b"one!")]


def test_files_that_are_not_there(tmp_path, memory):
    with pytest.raises(FileNotFoundError, match="gone"):
        digests.of_files([tmp_path / "gone"], memory)


@pytest.mark.parametrize("change", [write_older, write_unseen, move_over])
def test_files_set_back_in_time(tmp_path, memory, change):
    path, other = tmp_path / "a", tmp_path / "b"
    path.write_bytes(b"one!")
    other.write_bytes(b"one!")
    assert digests.set_back([path], memory) == []  # Nothing is known of it.
    digests.of_files([path, other], memory)
    os.utime(other, ns=(0, 0))
    assert digests.set_back([path, other], memory) == []
    change(path)
    assert digests.set_back([path, other], memory) == [path]
    assert digests.set_back([path, other], memory) == [path]  # Nothing was made from it yet.
    os.utime(path)
    assert digests.set_back([path, other], memory) == []
    digests.of_files([path], memory, finished=True)
    aged(path)
    assert digests.set_back([path, other], memory) == []


def test_a_newer_file_is_not_set_back(tmp_path, memory):
    (tmp_path / "a").write_bytes(b"one!")
    digests.of_files([tmp_path / "a"], memory)
    write_newer(tmp_path / "a")
    assert digests.set_back([tmp_path / "a"], memory) == []
    aged(tmp_path / "a", -3000)  # Seen as newer, it is not taken for what results were made from.
    assert digests.set_back([tmp_path / "a"], memory) == [tmp_path / "a"]


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs /proc")
def test_a_file_that_cannot_be_read_is_named(tmp_path, memory):
    link = tmp_path / "image.png"
    link.symlink_to("/proc/self/mem")  # It opens, and gives an error to who reads its start.
    with pytest.raises(OSError, match=r"Input/output error: '.*image.png'"):
        digests.of_files([link], memory)
