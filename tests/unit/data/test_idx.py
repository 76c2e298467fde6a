"""IDX files written here byte by byte with `struct`, whole and damaged in every way."""

import gzip
import re
import struct

import numpy as np
import pytest

from efficient_augmentation.data import idx


def images_bytes(pixels, magic=2051):
    return struct.pack(">iiii", magic, *pixels.shape) + pixels.tobytes()


def labels_bytes(labels, magic=2049):
    return struct.pack(">ii", magic, len(labels)) + bytes(labels)


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (5, 3, 4), dtype=np.uint8)


@pytest.fixture
def zipped(tmp_path):
    def write(content, name="file.gz"):
        path = tmp_path / name
        path.write_bytes(gzip.compress(content))
        return path

    return write


def test_images_read_as_written(zipped, pixels):
    read = idx.read_images(zipped(images_bytes(pixels)))
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, pixels)


def test_labels_read_as_written(zipped):
    read = idx.read_labels(zipped(labels_bytes([7, 0, 255])))
    assert read.dtype == np.uint8
    assert read.tolist() == [7, 0, 255]


def test_data_larger_than_one_chunk(zipped, monkeypatch, pixels):
    monkeypatch.setattr(idx, "_CHUNK_BYTES", 7)
    np.testing.assert_array_equal(idx.read_images(zipped(images_bytes(pixels))), pixels)


@pytest.mark.parametrize("size", [0, 1, 3, 4, 15])
def test_short_header(zipped, pixels, size):
    path = zipped(images_bytes(pixels)[:size])
    with pytest.raises(ValueError, match=rf"{path}: header of {size} bytes, expected 16"):
        idx.read_images(path)


def test_labels_given_as_images(zipped):
    path = zipped(labels_bytes([1, 2, 3]))
    with pytest.raises(ValueError, match=rf"{path}: magic number 2049, expected 2051 \(images\)"):
        idx.read_images(path)


def test_images_given_as_labels(zipped, pixels):
    path = zipped(images_bytes(pixels))
    with pytest.raises(ValueError, match="magic number 2051, expected 2049"):
        idx.read_labels(path)


def test_little_endian_magic(zipped):
    path = zipped(struct.pack("<ii", 2049, 1) + b"\0")
    with pytest.raises(ValueError, match="magic number 17301504, expected 2049"):
        idx.read_labels(path)


def test_data_missing(zipped, pixels):
    path = zipped(images_bytes(pixels)[:-1])
    message = rf"{path}: 59 bytes of data .* expected 60 \(5 x 3 x 4: images, rows, columns\)"
    with pytest.raises(ValueError, match=message):
        idx.read_images(path)


def test_data_left_over(zipped):
    path = zipped(labels_bytes([1, 2, 3]) + b"\0")
    with pytest.raises(ValueError, match=rf"{path}: more bytes of data .* expected 3 "):
        idx.read_labels(path)


@pytest.mark.parametrize("shape", [(0, 3, 4), (5, -3, 4), (5, 3, 0)])
def test_sizes_that_are_not_positive(zipped, shape):
    path = zipped(struct.pack(">iiii", 2051, *shape))
    with pytest.raises(ValueError, match=f"{path}: header says {shape[0]} images.*positive"):
        idx.read_images(path)


def test_sizes_beyond_all_bounds(zipped):
    path = zipped(struct.pack(">iiii", 2051, 2**31 - 1, 2**31 - 1, 2**31 - 1))
    with pytest.raises(ValueError, match=r"header says 2147483647 images.*at most 1073741824"):
        idx.read_images(path)


def test_sizes_that_lie_within_bounds_allocate_what_is_there(zipped, monkeypatch):
    largest = 0

    class Counting(gzip.GzipFile):
        def read(self, size=-1):
            nonlocal largest
            largest = max(largest, size)
            return super().read(size)

    monkeypatch.setattr(idx.gzip, "open", Counting)
    path = zipped(struct.pack(">iiii", 2051, 1_000_000, 28, 28) + b"abc")
    with pytest.raises(ValueError, match="3 bytes of data after the header, expected 784000000"):
        idx.read_images(path)
    assert 0 < largest <= 1 << 20


def test_bomb_is_read_one_byte_beyond_the_header(zipped, monkeypatch):
    read = 0

    class Counting(gzip.GzipFile):
        def read(self, size=-1):
            nonlocal read
            data = super().read(size)
            read += len(data)
            return data

    monkeypatch.setattr(idx.gzip, "open", Counting)
    path = zipped(labels_bytes([1, 2]) + bytes(50_000_000))
    with pytest.raises(ValueError, match="more bytes of data"):
        idx.read_labels(path)
    assert read == 8 + 2 + 1


def test_empty_file(tmp_path):
    path = tmp_path / "empty.gz"
    path.touch()
    with pytest.raises(ValueError, match=rf"{path}: header of 0 bytes, expected 8"):
        idx.read_labels(path)


def test_not_gzip(tmp_path):
    path = tmp_path / "plain.gz"
    path.write_bytes(labels_bytes([1]))
    with pytest.raises(ValueError, match=rf"{path}: not an intact gzip file"):
        idx.read_labels(path)


def test_gzip_cut_short_anywhere(tmp_path, pixels):
    whole = gzip.compress(images_bytes(pixels))
    path = tmp_path / "cut.gz"
    for size in range(1, len(whole)):
        path.write_bytes(whole[:size])
        with pytest.raises(ValueError, match=re.escape(str(path))):
            idx.read_images(path)


def test_gzip_with_any_byte_of_its_data_or_checksum_changed(tmp_path, pixels):
    whole = gzip.compress(images_bytes(pixels))
    path = tmp_path / "changed.gz"
    # The ten bytes before hold the time and the operating system, which may be anything.
    for place in range(10, len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(ValueError, match=re.escape(str(path))):
            idx.read_images(path)


def test_rubbish_behind_the_gzip_data(tmp_path):
    path = tmp_path / "rubbish.gz"
    path.write_bytes(gzip.compress(labels_bytes([1])) + b"rubbish")
    with pytest.raises(ValueError, match="not an intact gzip file"):
        idx.read_labels(path)
