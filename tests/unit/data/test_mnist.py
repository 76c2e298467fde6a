"""MNIST's reader on small files, and on the published ones where DATA_MIRROR has them."""

import dataclasses
import gzip
import struct

import numpy as np
import pytest

from efficient_augmentation.data import dataset, download, idx, mnist

Y_TRAIN = [5, 3, 8, 3, 0, 8, 3, 8]
Y_TEST = [8, 1, 3, 3]


def write_images(path, n, size=4):
    # Each image is filled with its position, so that a point can be told from any other.
    data = b"".join(bytes([i]) * size**2 for i in range(n))
    path.write_bytes(gzip.compress(struct.pack(">iiii", 2051, n, size, size) + data))
    return path


def write_labels(path, labels):
    path.write_bytes(gzip.compress(struct.pack(">ii", 2049, len(labels)) + bytes(labels)))
    return path


@pytest.fixture
def small(tmp_path):
    return [
        write_images(tmp_path / "train-images.gz", 8),
        write_labels(tmp_path / "train-labels.gz", Y_TRAIN),
        write_images(tmp_path / "test-images.gz", 4),
        write_labels(tmp_path / "test-labels.gz", Y_TEST),
    ]


def test_first_training_points_and_all_test_points(small):
    data = mnist.load(*small, classes=[3, 8], n_train=4)
    assert data["train_ids"].tolist() == [1, 2, 3, 5]
    assert data["y_train"].tolist() == [0, 1, 0, 1]
    assert data["test_ids"].tolist() == [0, 2, 3]
    assert data["y_test"].tolist() == [1, 0, 0]
    assert data["x_train"].shape == (4, 4, 4, 1)
    assert data["x_test"][:, 0, 0, 0].tolist() == [0, 2, 3]
    np.testing.assert_array_equal(data["x_train"], np.full((4, 4, 4, 1), 0) + ids_of(data))
    types = {name: value.dtype.name for name, value in data.items()}
    assert types == {
        "x_train": "uint8",
        "y_train": "int32",
        "x_test": "uint8",
        "y_test": "int32",
        "train_ids": "int64",
        "test_ids": "int64",
    }


def ids_of(data):
    return data["train_ids"][:, None, None, None]


def test_data_set_of_the_config(small):
    config = {"kind": "mnist", "classes": [8, 3], "n_train": 3}
    assert dataset.load(config, small)["y_train"].tolist() == [1, 0, 1]
    assert dataset.files(config)[0] == "mnist/train-images-idx3-ubyte.gz"
    assert len(dataset.files(config)) == 4


def test_digits_of_the_config():
    config = {"kind": "digits", "classes": [3, 8], "n_train": 10, "seed": 0}
    assert len(dataset.load(config)["y_train"]) == 10
    assert dataset.files(config) == []


def test_unknown_kind_of_the_config():
    with pytest.raises(ValueError, match=r"dataset.kind: 'letters' is not one of"):
        dataset.load({"kind": "letters"})


def test_more_training_points_than_there_are(small):
    with pytest.raises(ValueError, match=r"dataset.n_train: 7 is more than the 6 training points"):
        mnist.load(*small, classes=[3, 8], n_train=7)


def test_too_few_training_points_to_hold_every_class(small):
    message = "dataset.n_train: 1 first points hold none of class 8; give at least 2"
    with pytest.raises(ValueError, match=message):
        mnist.load(*small, classes=[3, 8], n_train=1)


def test_class_absent_from_the_test_file_only(small):
    with pytest.raises(ValueError, match="the data have no class 5"):
        mnist.load(*small, classes=[3, 5], n_train=2)


def test_labels_of_another_file(small, tmp_path):
    small[1] = write_labels(tmp_path / "other.gz", Y_TEST)
    with pytest.raises(ValueError, match=r"other.gz: 4 labels, expected 8 as in .*train-images.gz"):
        mnist.load(*small, classes=[3, 8], n_train=2)


def test_test_images_of_another_size(small, tmp_path):
    small[2] = write_images(tmp_path / "large.gz", 4, size=5)
    with pytest.raises(ValueError, match=r"large.gz: images of shape \(5, 5\), expected \(4, 4\)"):
        mnist.load(*small, classes=[3, 8], n_train=2)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    mirrors = download.mirrors_from_environment()
    if not mirrors:
        pytest.skip("DATA_MIRROR is not set: the published MNIST files are not at hand")
    folder = tmp_path_factory.mktemp("mnist")
    paths = []
    for source in mnist.PUBLISHED.files:
        # Without the publishers' addresses: a unit test stays off the network.
        here_only = dataclasses.replace(source, urls=())
        download.fetch(here_only, folder / source.name, mirrors)
        paths.append(folder / source.name)
    return paths


def test_published_shapes_and_label_counts(published):
    train_images, train_labels, test_images, test_labels = published
    assert idx.read_images(train_images).shape == (60000, 28, 28)
    assert idx.read_images(test_images).shape == (10000, 28, 28)
    assert tuple(np.bincount(idx.read_labels(train_labels))) == mnist.TRAIN_COUNTS
    assert tuple(np.bincount(idx.read_labels(test_labels))) == mnist.TEST_COUNTS


def test_published_first_labels(published):
    assert idx.read_labels(published[1])[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert idx.read_labels(published[3])[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]


def test_published_three_against_eight(published):
    data = mnist.load(*published, classes=[3, 8], n_train=1000)
    labels = gzip.decompress(published[1].read_bytes())[8:]
    first = [i for i, label in enumerate(labels) if label in (3, 8)][:1000]
    assert data["train_ids"].tolist() == first
    assert data["y_train"].tolist() == [(3, 8).index(labels[i]) for i in first]
    assert data["x_test"].shape == (1984, 28, 28, 1)
    pixels = gzip.decompress(published[0].read_bytes())[16:]
    for row in (0, 1, 999):
        start = 784 * first[row]
        assert data["x_train"][row].tobytes() == pixels[start : start + 784]
