"""The points that a ResNet is trained on, and whether published files can be had."""

import http.server
import threading

import numpy as np
import pytest

from efficient_augmentation.data import available, dataset, every_point


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
