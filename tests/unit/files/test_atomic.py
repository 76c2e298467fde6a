import errno
import os

import pytest

from efficient_augmentation.files import arrays, atomic, tables


def listed(folder):
    return sorted(path.name for path in folder.iterdir())


def test_file_appears_whole_in_a_new_folder(tmp_path):
    path = tmp_path / "new" / "a.txt"
    with atomic.whole(path) as part:
        part.write_text("half")
        assert not path.exists()
        part.write_text("whole")
    assert path.read_text() == "whole"
    assert listed(path.parent) == ["a.txt"]


@pytest.mark.parametrize(
    "write",
    [
        lambda path: atomic.write_text(path, "\ud800"),
        lambda path: arrays.save(path, a=[1], file=[2]),
        lambda path: tables.write_csv(path, [{"a": 1}, {"b": 2}]),
    ],
    ids=["text", "arrays", "table"],
)
def test_failed_writing_leaves_what_was_there_and_nothing_else(tmp_path, write):
    path = tmp_path / "a"
    path.write_text("before")
    with pytest.raises((ValueError, TypeError)):
        write(path)
    assert path.read_text() == "before"
    assert listed(tmp_path) == ["a"]


def test_what_a_killed_process_left_is_removed(tmp_path):
    for name in (".a[1].csv.99.part", ".a[1].csv.part", ".a1.csv.99.part", "a[1].csv.99.part"):
        (tmp_path / name).write_text("left")
    atomic.write_text(tmp_path / "a[1].csv", "whole")
    assert listed(tmp_path) == [
        ".a1.csv.99.part",
        ".a[1].csv.part",
        "a[1].csv",
        "a[1].csv.99.part",
    ]


def test_of_two_processes_the_later_one_wins(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"

    def both():
        with atomic.whole(path) as earlier:
            earlier.write_text("earlier")
            monkeypatch.setattr(os, "getpid", lambda: -1)
            atomic.write_text(path, "later")

    with pytest.raises(FileNotFoundError):
        both()
    assert path.read_text() == "later"
    assert listed(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_full_disk_names_the_file_and_the_remedy(tmp_path, number):
    def fill():
        with atomic.whole(tmp_path / "a.npz"):
            raise OSError(number, os.strerror(number))

    with pytest.raises(
        OSError, match="make room, or choose another disk with --directory"
    ) as error:
        fill()
    assert error.value.filename == str(tmp_path / "a.npz")
    assert error.value.errno == number
    assert listed(tmp_path) == []
