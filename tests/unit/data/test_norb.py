"""Small NORB's reader on small files written in its format."""

import gzip
import struct

import numpy as np
import pytest

from efficient_augmentation.data import dataset, norb

SHAPE = (70, 2, 3, 4)
LABELS = [(3 * i) % 5 for i in range(SHAPE[0])]
PIXELS = ((np.arange(np.prod(SHAPE)) * 13) % 256).astype(np.uint8).reshape(SHAPE)


def matrix(magic, sizes, data):
    """A matrix file by the format's definition."""
    written = [*sizes, *[1] * (3 - len(sizes))]
    return struct.pack(f"<ii{len(written)}i", magic, len(sizes), *written) + data


def dat(pixels=PIXELS):
    return matrix(0x1E3D4C55, pixels.shape, pixels.tobytes())


def cat(labels=LABELS):
    return matrix(0x1E3D4C54, [len(labels)], struct.pack(f"<{len(labels)}i", *labels))


@pytest.fixture
def write(tmp_path):
    def write(data, name="some.mat.gz"):
        (tmp_path / name).write_bytes(gzip.compress(data))
        return tmp_path / name

    return write


@pytest.fixture
def small(write, monkeypatch):
    monkeypatch.setattr(norb, "SHAPE", SHAPE)
    contents = {
        "train-dat": dat(),
        "train-cat": cat(),
        "test-dat": dat(255 - PIXELS),
        "test-cat": cat(LABELS[::-1]),
    }
    return [write(content, f"{name}.mat.gz") for name, content in contents.items()]


def test_first_training_points_and_all_test_points(small):
    data = norb.load(*small, classes=[3, 1], n_train=5)
    first = [i for i, label in enumerate(LABELS) if label in (3, 1)][:5]
    assert data["train_ids"].tolist() == first == [1, 2, 6, 7, 11]
    assert data["y_train"].tolist() == [(3, 1).index(LABELS[i]) for i in first]
    test = [i for i, label in enumerate(LABELS[::-1]) if label in (3, 1)]
    assert data["test_ids"].tolist() == test
    assert data["x_train"].shape == (5, 3, 4, 1)
    assert data["x_test"].shape == (28, 3, 4, 1)
    for row, i in enumerate(test):
        # The first camera's, as the nearest float32 of a fraction of 255.
        expected = (255 - PIXELS[i, 0].astype(float)) / 255
        np.testing.assert_array_equal(data["x_test"][row, :, :, 0], expected.astype(np.float32))
    np.testing.assert_array_equal(
        np.rint(data["x_train"][..., 0] * 255), PIXELS[first, 0].astype(np.float32)
    )
    assert data["x_test"].min() >= 0
    assert data["x_test"].max() == 1
    assert {name: value.dtype.name for name, value in data.items()} == {
        "x_train": "float32",
        "y_train": "int32",
        "x_test": "float32",
        "y_test": "int32",
        "train_ids": "int64",
        "test_ids": "int64",
    }


def test_data_set_of_the_config(small):
    config = {"kind": "norb", "classes": [0, 1], "n_train": 3}
    assert dataset.load(config, small)["train_ids"].tolist() == [0, 2, 5]
    names = [name.rsplit("-", 2)[1:] for name in dataset.files(config)]
    assert names == [
        ["training", "dat.mat.gz"],
        ["training", "cat.mat.gz"],
        ["testing", "dat.mat.gz"],
        ["testing", "cat.mat.gz"],
    ]


def test_whole_matrices(write):
    np.testing.assert_array_equal(norb.read_matrix(write(dat()), "uint8", SHAPE), PIXELS)
    labels = norb.read_matrix(write(cat()), "int32", (70,))
    assert labels.dtype == np.int32
    assert labels.tolist() == LABELS
    cube = np.arange(24, dtype="<i4").reshape(2, 3, 4)
    path = write(matrix(0x1E3D4C54, (2, 3, 4), cube.tobytes()))
    np.testing.assert_array_equal(norb.read_matrix(path, "int32", (2, 3, 4)), cube)


def test_what_is_not_wanted_is_not_kept(write):
    wanted = np.zeros(70, bool)
    wanted[[3, 63, 64, 69]] = True
    images = norb.read_first_camera(write(dat()), wanted, SHAPE)
    np.testing.assert_array_equal(images, PIXELS[[3, 63, 64, 69], 0])
    assert images.base is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (matrix(0x1E3D4C54, SHAPE, b""), r"magic number 0x1E3D4C54, expected 0x1E3D4C55 \(uint8\)"),
        (struct.pack(">ii", 0x1E3D4C55, 4), "magic number 0x554C3D1E, expected 0x1E3D4C55"),
        (dat(PIXELS[:, 0]), "3 dimensions, expected 70 x 2 x 3 x 4 of uint8"),
        (dat(PIXELS[:69]), "sizes 69 x 2 x 3 x 4, expected 70 x 2 x 3 x 4 of uint8"),
        (dat(PIXELS.transpose(0, 1, 3, 2)), "sizes 70 x 2 x 4 x 3, expected"),
        (matrix(0x1E3D4C55, (2**31 - 1, 2, 96, 96), b""), "sizes 2147483647 x 2"),
        (dat()[:-1], r"1679 bytes of data, expected .* \(1680 bytes\)"),
        (dat() + b"\0", r"more bytes of data than .* \(1680 bytes\)"),
        (dat()[:24], "0 bytes of data"),
        (dat()[:23], "ends within its header"),
        (dat()[:7], "ends within its header"),
        (b"", "ends within its header"),
    ],
)
def test_damaged_matrix(write, content, message):
    path = write(content, "damaged.mat.gz")
    with pytest.raises(ValueError, match=rf"damaged\.mat\.gz: {message}"):
        norb.read_matrix(path, "uint8", SHAPE)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (cat(LABELS[:-1]), "sizes 69 x 1 x 1, expected 70 of int32"),
        (struct.pack("<iiiii", 0x1E3D4C54, 1, 70, 70, 1), "sizes 70 x 70 x 1"),
        (struct.pack("<iii", 0x1E3D4C54, 1, 70), "ends within its header"),
        (dat(), "magic number 0x1E3D4C55, expected 0x1E3D4C54"),
        (cat([*LABELS[:69], 5]), r"label 5 of point 69, expected 0\.\.4"),
        (cat([0, -1, *LABELS[2:]]), r"label -1 of point 1, expected 0\.\.4"),
    ],
)
def test_damaged_labels(write, content, message):
    with pytest.raises(ValueError, match=rf"cat\.mat\.gz: {message}"):
        norb.read_labels(write(content, "cat.mat.gz"), 70)


@pytest.mark.parametrize("cut", [0, 5, 30, -9, -4, -1])
def test_truncated_gzip(write, cut):
    path = write(dat())
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ValueError, match=r"some\.mat\.gz: (not an intact gzip file|ends within)"):
        norb.read_matrix(path, "uint8", SHAPE)


def test_wrong_checksum_of_gzip(write):
    path = write(dat())
    data = bytearray(path.read_bytes())
    data[-6] ^= 1
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"some\.mat\.gz: not an intact gzip file \(CRC"):
        norb.read_matrix(path, "uint8", SHAPE)


def test_wrong_choices(small):
    with pytest.raises(ValueError, match="the data have no class 5"):
        norb.load(*["no such file"] * 4, classes=[0, 5], n_train=3)
    with pytest.raises(ValueError, match=r"dataset.n_train: 29 is more than the 28"):
        norb.load(*small, classes=[0, 1], n_train=29)


def test_published_sizes_are_the_default(write):
    with pytest.raises(ValueError, match=r"sizes 70 x 1 x 1, expected 24300 of int32"):
        norb.read_labels(write(cat()))
    with pytest.raises(ValueError, match="expected 24300 x 2 x 96 x 96 of uint8"):
        norb.read_first_camera(write(dat()), np.ones(24300, bool))
    assert sum(norb.TRAIN_COUNTS) == 24300
