"""The points that a ResNet is trained on, and whether published files can be had."""

import gzip
import http.server
import struct
import threading

import numpy as np
import pytest

from efficient_augmentation.data import available, dataset, every_point, published


@pytest.mark.parametrize(
    ("kind", "classes", "n"), [("mnist", 10, 60_000), ("cifar10", 10, 50_000), ("norb", 5, 24_300)]
)
def test_published_sets_are_taken_whole(kind, classes, n):
    of = {"kind": kind, "classes": [1, 0], "n_train": 7}
    assert every_point.settings(of) == {"kind": kind, "classes": list(range(classes)), "n_train": n}
    assert every_point.n_train(of) == n


def test_digits_keep_to_their_own_split():
    of = {"kind": "digits", "classes": [3, 8], "n_train": 20, "seed": 1}
    assert every_point.n_train(of) == 20
    found, expected = every_point.load(of), dataset.load(of)
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values)


@pytest.fixture
def files(tmp_path, monkeypatch):
    """MNIST's files with eight training and four test images, each filled with its position."""
    labels = {"train": [2, 1, 0, 1, 2, 0, 1, 0], "test": [0, 1, 2, 1]}
    few = published.SETS["mnist"]._replace(counts=(3, 3, 2))
    monkeypatch.setitem(published.SETS, "mnist", few)
    paths = []
    for split, y in labels.items():
        images = b"".join(bytes([i]) * 16 for i in range(len(y)))
        head = {"images": struct.pack(">iiii", 2051, len(y), 4, 4)}
        head["labels"] = struct.pack(">ii", 2049, len(y))
        for what, data in (("images", images), ("labels", bytes(y))):
            paths.append(tmp_path / f"{split}-{what}.gz")
            paths[-1].write_bytes(gzip.compress(head[what] + data))
    return paths


@pytest.mark.parametrize("classes", [[0, 1], [1, 0]])
def test_exactly_the_experiments_training_points_are_left_out(files, classes):
    of = {"kind": "mnist", "classes": classes, "n_train": 4, "label_noise": 0.5}
    everything, ours = every_point.load(of, files), dataset.load(of, files)
    assert ours["train_ids"].tolist() == [1, 2, 3, 5]
    left = every_point.load(of, files, every_point.excluded(of))
    assert left["train_ids"].tolist() == [0, 4, 6, 7]
    assert left["x_train"][:, 0, 0, 0].tolist() == [0, 4, 6, 7]
    assert left["y_train"].tolist() == [2, 2, 1, 0]
    for name in ("x_test", "y_test", "test_ids"):
        np.testing.assert_array_equal(left[name], everything[name])
    assert every_point.load(of, files, None)["train_ids"].tolist() == list(range(8))


def test_experiments_with_the_same_points_leave_out_the_same():
    one, other = (
        {"kind": "cifar10", "classes": classes, "n_train": 1000, "label_noise": noise}
        for classes, noise in (([0, 1], 0.0), ([1, 0], 0.1))
    )
    assert every_point.excluded(one) == every_point.excluded(other)
    assert every_point.excluded(one) != every_point.excluded(one | {"n_train": 500})


class Server(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.send_response(200 if self.path.endswith("train-images-idx3-ubyte.gz") else 404)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/data"
        running.shutdown()


@pytest.fixture(autouse=True)
def _no_publisher(monkeypatch):
    """Nobody outside this machine is asked."""
    asked = available._answers
    monkeypatch.setattr(
        available, "_answers", lambda place: "https://" not in place and asked(place)
    )


def test_a_file_can_be_had_from_disk_folder_or_server(tmp_path, server):
    images, labels = (f"mnist/train-{kind}-ubyte.gz" for kind in ("images-idx3", "labels-idx1"))
    target = tmp_path / "resources" / images
    assert available.lacking([target]).startswith("train-images-idx3-ubyte.gz is in none of ")
    assert available.lacking([target], [server]) is None
    said = available.lacking([target, tmp_path / "resources" / labels], [server])
    assert said.startswith(labels.removeprefix("mnist/"))
    assert f"{tmp_path}/resources/mnist, {server}/mnist/, https://" in said
    mirror = tmp_path / "mirror/mnist"
    mirror.mkdir(parents=True)
    (mirror / "train-images-idx3-ubyte.gz").touch()
    assert available.lacking([target], [tmp_path / "mirror"]) is None
    assert available.lacking([target], [f"file://{tmp_path}/mirror"]) is None
    target.parent.mkdir(parents=True)
    target.touch()
    assert available.lacking([target]) is None
    assert available.lacking([]) is None


def test_null_stands_for_all():
    everything = {"kind": "norb", "classes": None, "n_train": None}
    found = {"kind": "norb", "classes": [0, 1, 2, 3, 4], "n_train": 5 * 4860}
    assert every_point.written_out(everything) == found
    some = {"kind": "mnist", "classes": [1, 7], "n_train": None}
    assert every_point.written_out(some) == some | {"n_train": 6742 + 6265}
    given = {"kind": "digits", "classes": [3, 8], "n_train": 20, "seed": 1}
    assert every_point.written_out(given) == given
    own = {"kind": "npz", "file": "mine.npz", "classes": None, "n_train": None}
    assert every_point.written_out(own) == own
