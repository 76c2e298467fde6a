"""Fetching from folders and from a server on this machine that misbehaves in every way."""

import contextlib
import hashlib
import http.server
import os
import threading

import pytest

from efficient_augmentation.data import download, published
from efficient_augmentation.data.sources import Source

CONTENT = bytes(range(256)) * 3000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
OTHER = bytes(reversed(CONTENT))
OTHER_SHA256 = hashlib.sha256(OTHER).hexdigest()


def source_at(*urls):
    return Source("letters", "letters.gz", len(CONTENT), SHA256, urls)


def mirror(folder, content=CONTENT):
    (folder / "letters").mkdir(parents=True)
    (folder / "letters" / "letters.gz").write_bytes(content)
    return str(folder)


class Handler(http.server.BaseHTTPRequestHandler):
    """The first folder of the path says how to misbehave."""

    def do_GET(self):
        self.server.asked.append(self.path)
        with contextlib.suppress(ConnectionError):
            getattr(self, self.path.split("/")[1])()

    def send(self, body, length=None):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def good(self):
        self.send(CONTENT)

    def moved(self):
        self.send_response(302)
        self.send_header("Location", "/good/letters/letters.gz")
        self.end_headers()

    def missing(self):
        self.send_error(404)

    def broken(self):
        self.send_error(503)

    def truncated(self):
        self.send(CONTENT[:1000], length=len(CONTENT))

    def short(self):
        self.send(CONTENT[:-1])

    def wrong(self):
        self.send(OTHER)

    def endless(self):
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            for _ in range(2000):
                self.wfile.write(CONTENT)
                self.server.sent += len(CONTENT)

    def chunks(self):
        self.protocol_version = "HTTP/1.1"
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"10\r\nabc")
        self.close_connection = True

    def rubbish(self):
        self.wfile.write(b"this is no HTTP\r\n\r\n")

    def hangup(self):
        self.close_connection = True

    def silent(self):
        self.server.stop.wait(20)

    def drip(self):
        self.send_response(200)
        self.end_headers()
        while not self.server.stop.wait(0.05):
            self.wfile.write(b"x")

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.asked, running.sent, running.stop = [], 0, threading.Event()
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.stop.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def at(server):
    return lambda behaviour: f"http://127.0.0.1:{server.server_port}/{behaviour}"


@pytest.fixture
def target(tmp_path):
    return tmp_path / "resources" / "letters" / "letters.gz"


def assert_nothing_left(target):
    assert list(target.parent.iterdir()) == []


def test_from_a_folder(tmp_path, target):
    folder = mirror(tmp_path / "mirror")
    assert download.fetch(source_at(), target, [folder]) == f"{folder}/letters/letters.gz"
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]


def test_from_a_folder_given_as_a_file_url(tmp_path, target):
    folder = tmp_path / "with a space"
    mirror(folder)
    download.fetch(source_at(), target, [folder.as_uri() + "/"])
    assert target.read_bytes() == CONTENT


def test_from_a_home_folder(tmp_path, target, monkeypatch):
    mirror(tmp_path / "mirror")
    monkeypatch.setenv("HOME", str(tmp_path))
    download.fetch(source_at(), target, ["~/mirror"])
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("behaviour", ["good", "moved"])
def test_from_a_server(at, target, behaviour):
    download.fetch(source_at(), target, [at(behaviour)])
    assert target.read_bytes() == CONTENT


def test_publishers_come_after_the_mirrors(at, server, target):
    publisher = at("good") + "/letters.gz"
    assert download.fetch(source_at(publisher), target, [at("missing")]) == publisher
    assert server.asked == ["/missing/letters/letters.gz", "/good/letters.gz"]


def test_mirror_that_delivers_keeps_the_rest_from_being_asked(tmp_path, at, server, target):
    download.fetch(source_at(at("good")), target, [mirror(tmp_path / "m"), at("good")])
    assert server.asked == []


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ("missing", "HTTP Error 404: Not Found"),
        ("broken", "HTTP Error 503"),
        ("truncated", f"ended after 1000 of the expected {len(CONTENT)} bytes"),
        ("short", f"ended after {len(CONTENT) - 1} of the expected"),
        ("wrong", f"SHA-256 is {OTHER_SHA256} ({len(OTHER)} bytes), expected {SHA256}"),
        ("endless", f"longer than the expected {len(CONTENT)} bytes"),
        ("chunks", "IncompleteRead"),
        ("rubbish", "this is no HTTP"),
        ("hangup", "closed connection"),
        ("silent", "timed out"),
        ("drip", "too slow: "),
    ],
)
def test_bad_server_gives_way_to_the_next(at, tmp_path, target, caplog, behaviour, said):
    good = mirror(tmp_path / "mirror")
    download.fetch(source_at(), target, [at(behaviour), good], timeout=0.3)
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]
    assert f"{at(behaviour)}/letters/letters.gz: " in caplog.text
    assert said in caplog.text


@pytest.mark.parametrize("behaviour", ["missing", "truncated", "wrong", "endless", "silent"])
def test_nothing_is_left_when_all_fail(at, target, behaviour):
    with pytest.raises(download.DownloadError):
        download.fetch(source_at(), target, [at(behaviour)], timeout=0.3)
    assert_nothing_left(target)


def test_endless_stream_is_stopped_at_once(at, server, target):
    with pytest.raises(download.DownloadError, match="longer than the expected"):
        download.fetch(source_at(), target, [at("endless")])
    # Beyond the file itself only what the sockets buffered has left the server.
    assert server.sent < 100 * len(CONTENT)


def test_endless_stream_of_a_file_of_unknown_size_is_stopped(at, target, monkeypatch):
    monkeypatch.setattr(download, "LARGEST_BYTES", 1_000_000)
    with pytest.raises(download.DownloadError, match="longer than the expected 1000000 bytes"):
        download.fetch(source_at(), target, [at("endless")], sha256=OTHER_SHA256)
    assert_nothing_left(target)


def test_error_lists_what_each_said_and_the_remedy(at, tmp_path, target):
    absent, other = str(tmp_path / "absent"), mirror(tmp_path / "other", OTHER)
    with pytest.raises(download.DownloadError) as raised:
        download.fetch(source_at(at("missing")), target, [absent, other, "s3://bucket"])
    assert str(raised.value).splitlines() == [
        "letters/letters.gz could not be fetched. Tried:",
        f"  {absent}/letters/letters.gz: no such file",
        f"  {other}/letters/letters.gz: SHA-256 is {OTHER_SHA256} ({len(OTHER)} bytes), "
        f"expected {SHA256}",
        "  s3://bucket/letters/letters.gz: scheme 's3' is not one of http, https, file",
        f"  {at('missing')}: HTTP Error 404: Not Found",
        "Remedy: set DATA_MIRROR, or `mirrors` in the config, to a folder or URL that holds "
        f"letters/letters.gz, or put the file at {target} by hand "
        f"({len(CONTENT)} bytes, SHA-256 {SHA256}).",
    ]


def test_server_that_is_not_there(target):
    with pytest.raises(download.DownloadError, match="Connection refused"):
        download.fetch(source_at(), target, ["http://127.0.0.1:1"])


@pytest.mark.parametrize("url", ["http://", "http://127.0.0.1:port", "http://[", "https://a b"])
def test_address_that_is_none(target, url):
    with pytest.raises(download.DownloadError, match="could not be fetched"):
        download.fetch(source_at(), target, [url], timeout=0.3)


def test_folder_in_place_of_the_file(tmp_path, target):
    (tmp_path / "m" / "letters" / "letters.gz").mkdir(parents=True)
    with pytest.raises(download.DownloadError, match="no such file"):
        download.fetch(source_at(), target, [str(tmp_path / "m")])


def test_pipe_in_place_of_the_file_is_not_waited_for(tmp_path, target):
    (tmp_path / "m" / "letters").mkdir(parents=True)
    os.mkfifo(tmp_path / "m" / "letters" / "letters.gz")
    with pytest.raises(download.DownloadError, match="no such file"):
        download.fetch(source_at(), target, [str(tmp_path / "m")])


def test_earlier_file_survives_a_failure(at, target):
    target.parent.mkdir(parents=True)
    target.write_bytes(b"earlier")
    with pytest.raises(download.DownloadError):
        download.fetch(source_at(), target, [at("truncated")])
    assert target.read_bytes() == b"earlier"
    assert list(target.parent.iterdir()) == [target]


def test_damaged_file_is_fetched_anew_from_its_start(tmp_path, target):
    target.parent.mkdir(parents=True)
    target.write_bytes(CONTENT[:5000])
    (target.parent / "letters.gz.part").write_bytes(CONTENT[:5000])
    download.fetch(source_at(), target, [mirror(tmp_path / "m")])
    assert target.read_bytes() == CONTENT


def test_intact_file_is_left_alone(target):
    target.parent.mkdir(parents=True)
    target.write_bytes(CONTENT)
    before = target.stat()
    assert download.fetch(source_at(), target) == str(target)
    assert (target.stat().st_ino, target.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_target_that_cannot_be_written_is_not_blamed_on_the_mirror(tmp_path, at, server):
    (tmp_path / "resources").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="resources"):
        download.fetch(source_at(), tmp_path / "resources" / "letters.gz", [at("good")])
    assert server.asked == []


def test_failing_disk_is_not_blamed_on_the_mirror(tmp_path, target, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(download.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        download.fetch(source_at(), target, [mirror(tmp_path / "m")])
    assert_nothing_left(target)


def test_checksum_of_the_caller_takes_another_file_of_another_size(tmp_path, target, at, server):
    content = OTHER + b"longer"
    folder = mirror(tmp_path / "m", content)
    wanted = hashlib.sha256(content).hexdigest()
    download.fetch(source_at(at("good")), target, [folder], sha256=wanted.upper())
    assert target.read_bytes() == content
    assert server.asked == []


def test_checksum_of_the_caller_is_as_strict(tmp_path, target, at, server):
    with pytest.raises(download.DownloadError, match=f"is {SHA256} .* expected {OTHER_SHA256}"):
        download.fetch(source_at(at("good")), target, [mirror(tmp_path / "m")], sha256=OTHER_SHA256)
    assert server.asked == []


def test_checksum_of_the_caller_that_is_the_published_one_changes_nothing(at, target):
    download.fetch(source_at(at("good")), target, sha256=SHA256)
    assert target.read_bytes() == CONTENT


def test_checksum_of_the_caller_without_a_mirror(at, target):
    with pytest.raises(download.DownloadError, match="no mirror is configured"):
        download.fetch(source_at(at("good")), target, sha256=OTHER_SHA256)


@pytest.mark.parametrize("sha256", ["", "abc", "g" * 64, SHA256 + "\n"])
def test_checksum_of_the_caller_that_is_none(target, sha256):
    with pytest.raises(ValueError, match="is not 64 hexadecimal digits"):
        download.fetch(source_at(), target, sha256=sha256)


def test_many_fetches_of_one_target_at_once(at, target):
    barrier, failures = threading.Barrier(6), []

    def run():
        barrier.wait()
        try:
            download.fetch(source_at(), target, [at("truncated"), at("good")])
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]


def test_target_appears_whole(at, target, monkeypatch):
    """While bytes arrive, nothing stands under the target's name."""
    seen = []
    real = download.os.fsync
    monkeypatch.setattr(
        download.os, "fsync", lambda file: (seen.append(target.exists()), real(file))
    )
    download.fetch(source_at(), target, [at("good")])
    assert seen == [False]


def test_bar_shows_bytes_on_a_terminal_only(tmp_path, target, capsys):
    class Terminal(list):
        def isatty(self):
            return True

        def write(self, text):
            self.append(text)

        def flush(self):
            pass

    terminal = Terminal()
    folder = mirror(tmp_path / "m")
    download.fetch(source_at(), target, [folder], progress=terminal)
    assert "letters.gz" in "".join(terminal)
    assert "768k" in "".join(terminal)
    target.unlink()
    download.fetch(source_at(), target, [folder])
    assert capsys.readouterr().err == ""


def test_mirror_of_the_environment_comes_first(monkeypatch):
    monkeypatch.setenv("DATA_MIRROR", " /first ")
    assert download.mirrors_from_environment(["/a", "/first", "/b"]) == ["/first", "/a", "/b"]


@pytest.mark.parametrize("value", [None, "", "  "])
def test_no_mirror_in_the_environment(monkeypatch, value):
    monkeypatch.delenv("DATA_MIRROR", raising=False)
    if value is not None:
        monkeypatch.setenv("DATA_MIRROR", value)
    assert download.mirrors_from_environment(["/a", "/b"]) == ["/a", "/b"]
    assert download.mirrors_from_environment() == []


def test_empty_entry_of_the_config():
    with pytest.raises(ValueError, match=r"mirrors: \['/a', ''\] has an empty entry"):
        download.mirrors_from_environment(["/a", ""])


def test_table_of_published_files():
    assert {name: len(of.files) for name, of in published.SETS.items()} == {
        "mnist": 4,
        "cifar10": 1,
        "norb": 4,
    }
    everything = [source for of in published.SETS.values() for source in of.files]
    assert len({source.sha256 for source in everything}) == len(everything)
    for source in everything:
        assert len(bytes.fromhex(source.sha256)) == 32
        assert source.sha256 == source.sha256.lower()
        assert source.urls
        assert all(url.startswith("https://") for url in source.urls)
        assert all(url.endswith("/" + source.name) for url in source.urls)


def test_finding_a_published_file():
    found = published.find("mnist", "t10k-labels-idx1-ubyte.gz")
    assert (found.size, found.urls[1]) == (
        4542,
        "https://storage.googleapis.com/cvdf-datasets/mnist/t10k-labels-idx1-ubyte.gz",
    )
    assert published.expected_names("cifar10") == ["cifar-10-binary.tar.gz"]


def test_finding_what_is_not_published():
    with pytest.raises(ValueError, match=r"no published files for 'letters'.*mnist"):
        published.expected_names("letters")
    with pytest.raises(ValueError, match=r"mnist has no file 'x.gz'; its files are \['train-"):
        published.find("mnist", "x.gz")
