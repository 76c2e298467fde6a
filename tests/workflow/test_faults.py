"""Faults around a run: it says what to do, keeps what was finished, and a restart completes it."""

import contextlib
import hashlib
import http.server
import random
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from processes import running, wait_until

pytestmark = pytest.mark.study

DATASET = "results/pixels/dataset.npz"
# Raw pixels: no network to train; without figures: seconds.
TARGET = "results/pixels/translate/auc.csv"
LABELS = ("train-labels-idx1-ubyte.gz", "t10k-labels-idx1-ubyte.gz")

needs_proc = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")


def mount(*arguments):
    """Mount, which is undone when the context ends."""
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def mounted(*arguments):
    mount(*arguments)
    try:
        yield
    finally:
        subprocess.run(["umount", arguments[-1]], check=True)


@pytest.fixture(scope="module")
def can_mount(tmp_path_factory):
    """Skips where file systems cannot be mounted."""
    folder = tmp_path_factory.mktemp("mount")
    try:
        with mounted("-t", "tmpfs", "-o", "size=64k", "tmpfs", folder):
            pass
    except (AssertionError, OSError) as error:
        pytest.skip(f"needs root that may mount a tmpfs: {error}")


def check_results(checkout, finished, *files):
    """What is there, and all of it, is as in an undisturbed run."""
    found, expected = checkout.results(), finished.results()
    assert found == {name: expected.get(name) for name in found}
    assert {name.removeprefix("results/") for name in files} <= found.keys()


def check_restart(checkout, finished, environment=None):
    done = checkout.snakemake(TARGET, environment=environment)
    assert done.returncode == 0, done.stdout
    check_results(checkout, finished, DATASET, TARGET)
    return done.stdout


# --- disks ----------------------------------------------------------------------------------------


def test_full_disk(can_mount, finished, fresh):
    folder = fresh.work / "results"
    folder.mkdir()
    with mounted("-t", "tmpfs", "-o", "size=1m", "tmpfs", folder):
        done = fresh.snakemake(TARGET)
        assert done.returncode == 1
        message = next(line for line in done.stdout.splitlines() if line.startswith("OSError"))
        assert "No space left on device: make room, or choose another disk" in message
        assert "run the same command again; what was finished stays" in message
        assert message.endswith("'results/pixels/translate/features.npz'")
        check_results(fresh, finished, DATASET)
        mount("-o", "remount,size=64m", folder)
        assert "make_dataset" not in check_restart(fresh, finished)


def test_read_only_results(can_mount, finished, fresh):
    assert fresh.snakemake(DATASET).returncode == 0
    folder = fresh.work / "results"
    with mounted("--bind", folder, folder):
        mount("-o", "remount,bind,ro", folder)
        done = fresh.snakemake(TARGET)
    assert done.returncode == 1
    message = done.stdout.partition("the configuration cannot be used:\n")[2].strip()
    assert message == (
        "results: not writable, but the workflow writes to the folder results; change its "
        "permissions, or choose another place with --directory"
    )
    check_results(fresh, finished, DATASET)
    assert "make_dataset" not in check_restart(fresh, finished)


# --- runs -----------------------------------------------------------------------------------------


@needs_proc
def test_second_run_stops_at_the_lock_and_the_first_goes_on(finished, fresh, tmp_path):
    output = tmp_path / "first.log"
    first = fresh.start(TARGET, output=output)
    wait_until(lambda: running(fresh.work), first)
    second = fresh.snakemake(TARGET)
    assert second.returncode == 1
    assert "no other Snakemake process is trying to create the same files" in second.stdout
    assert "removed with the --unlock argument" in second.stdout
    assert first.wait(timeout=120) == 0, output.read_text()
    check_results(fresh, finished, DATASET, TARGET)


@needs_proc
def test_sigterm_lets_running_jobs_finish(finished, fresh, tmp_path):
    output = tmp_path / "run.log"
    process = fresh.start(TARGET, output=output)
    (job,) = wait_until(lambda: running(fresh.work), process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=120) == 1
    text = output.read_text()
    assert "Will exit after finishing currently running jobs" in text
    assert "Finished jobid" in next(fresh.work.glob(".snakemake/log/*")).read_text()
    assert running(fresh.work) == []
    check_results(fresh, finished, DATASET)
    assert job.rule not in check_restart(fresh, finished)


@needs_proc
def test_jobs_end_with_the_snakemake_that_started_them(finished, fresh, tmp_path):
    """Killed with -9, it cannot tell them; orphans of old settings would write over new results."""
    log = fresh.work / "results/logs/featurize/pixels.log"
    process = fresh.start(TARGET, output=tmp_path / "run.log")
    wait_until(log.exists, process)
    assert [job.rule for job in running(fresh.work)] == ["featurize"]
    process.kill()
    process.wait(timeout=10)
    wait_until(lambda: not running(fresh.work), seconds=30)
    assert not (fresh.work / "results/pixels/translate/features.npz").exists()
    refused = fresh.snakemake(TARGET)
    assert refused.returncode == 1
    assert "removed with the --unlock argument" in refused.stdout
    assert fresh.snakemake("--unlock").returncode == 0
    assert "make_dataset" not in check_restart(fresh, finished)


@needs_proc
@pytest.mark.parametrize("delay", [0.0, 0.1, 0.2, 0.3])
def test_jobs_that_were_starting_end_too(fresh, tmp_path, delay):
    """Python takes so long to start; only then can a job ask to end with its Snakemake."""
    process = fresh.start(DATASET, output=tmp_path / "run.log")
    wait_until(lambda: running(fresh.work), process)
    time.sleep(delay)
    process.kill()
    process.wait(timeout=10)
    wait_until(lambda: not running(fresh.work), seconds=30)
    assert not (fresh.work / DATASET).exists()


# --- mirrors --------------------------------------------------------------------------------------


class Mirror(http.server.BaseHTTPRequestHandler):
    """Serves the server's `files`; of all but the first `whole` answers only a half."""

    def do_GET(self):
        server = self.server
        server.asked.append(Path(self.path).name)
        body = server.files[Path(self.path).name]
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        half = len(server.asked) > server.whole
        self.wfile.write(body[: len(body) // 2] if half else body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def mirror(files, whole):
    """A server on the loopback interface; yields it and the environment that names it."""
    with http.server.HTTPServer(("127.0.0.1", 0), Mirror) as server:
        server.files, server.whole, server.asked = files, whole, []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield server, {"DATA_MIRROR": url, "NO_PROXY": "127.0.0.1"}
        finally:
            server.shutdown()
            thread.join()


def publish(tree, files):
    """Make these files the published ones, at addresses where nobody answers."""
    path = tree / "src/efficient_augmentation/data/mnist.py"
    text = path.read_text().replace('"https://', '"http://127.0.0.1:9/')
    for name, body in files.items():
        before, found, after = text.partition(f'"{name}",')
        assert found
        entry, end, rest = after.partition(")")
        digest = hashlib.sha256(body).hexdigest()
        text = f'{before}{found} {len(body)}, "{digest}"{end}{rest}'
        assert entry.count('"') == 2
    path.write_text(text)


def test_mirror_that_is_lost_half_way(fresh):
    """Of two files one comes whole, the other half; a restart fetches the other alone."""
    files = {name: random.Random(name).randbytes(100_000) for name in LABELS}
    publish(fresh.tree, files)
    folder = fresh.work / "resources/mnist"
    targets = [f"resources/mnist/{name}" for name in files]
    with mirror(files, whole=1) as (server, environment):
        done = fresh.snakemake(*targets, environment=environment)
    assert done.returncode == 1
    assert len(server.asked) == 2, done.stdout
    came, lost = server.asked
    lines = [line.strip() for line in done.stdout.splitlines()]
    start = next(i for i, line in enumerate(lines) if f"{lost} could not be fetched" in line)
    url = f"{environment['DATA_MIRROR']}/mnist/{lost}"
    assert lines[start + 1].startswith(f"{url}: ended after 50000 of the expected 100000 bytes")
    assert any(line.startswith("Remedy: set DATA_MIRROR") for line in lines[start:])
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {came: files[came]}
    with mirror(files, whole=1) as (server, environment):
        done = fresh.snakemake(*targets, environment=environment)
        assert server.asked == [lost]
    assert done.returncode == 0, done.stdout
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files
