"""What every job does first."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

# As the workflow starts its jobs.
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "src")}

JOB = """
import logging, os, sys
sys.path.insert(0, sys.argv[1])
from types import SimpleNamespace
from _job import start

progress = start(SimpleNamespace(params={}, log=[sys.argv[2]]))
print("printed")
sys.stdout.flush()
os.write(1, b"from a library\\n")
os.system("echo from a child")
logging.getLogger("efficient_augmentation.x").info("told")
logging.getLogger("other").info("chatter")
progress.write("50 %")
progress.flush()
raise ValueError("the reason")
"""


def test_log_and_terminal_hold_everything_and_only_the_terminal_the_bar(tmp_path):
    log = tmp_path / "job.log"
    done = subprocess.run(
        [sys.executable, "-c", JOB, ROOT / "workflow/scripts", log],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    text = log.read_text()
    for part in ("printed", "from a library", "from a child", "told", "ValueError: the reason"):
        assert part in text
        assert part in done.stderr
    assert "chatter" not in done.stderr
    assert "50 %" in done.stderr
    assert "50 %" not in text
    assert text.index("printed") < text.index("from a library") < text.index("the reason")
    # A message stands by itself; where it comes from, the log tells.
    assert done.stderr.endswith("ValueError: the reason\n")
    assert "Traceback" in text
    assert "Traceback" not in done.stderr


def test_what_is_no_message_is_shown_with_its_traceback(tmp_path):
    log = tmp_path / "job.log"
    command = [sys.executable, "-c", JOB.replace("ValueError", "KeyError")]
    done = subprocess.run(
        [*command, ROOT / "workflow/scripts", log], env=ENVIRONMENT, capture_output=True, text=True
    )
    for shown in (done.stderr, log.read_text()):
        assert shown.endswith("KeyError: 'the reason'\n")
        assert "Traceback" in shown


THREADS = """
import os, sys
sys.path.insert(0, sys.argv[1])
from types import SimpleNamespace
from _job import start

start(SimpleNamespace(params={"jax_threads": int(sys.argv[3])}, log=[sys.argv[2]]))
import jax

before = len(os.listdir("/proc/self/task"))
jax.numpy.ones(3).block_until_ready()
assert jax.device_count() == int(sys.argv[3]) or jax.default_backend() != "cpu"
sys.exit(len(os.listdir("/proc/self/task")) - before)
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted in /proc")
def test_jax_starts_as_many_threads_as_the_job_has(tmp_path):
    command = [sys.executable, "-c", THREADS, ROOT / "workflow/scripts", tmp_path / "job.log"]
    few, many = (subprocess.run([*command, str(n)], env=ENVIRONMENT).returncode for n in (1, 7))
    assert many > few


COMPILED = """
import sys
sys.path.insert(0, sys.argv[1])
from types import SimpleNamespace
from _job import start

start(SimpleNamespace(params={}, log=[sys.argv[2]]))
import jax

print(jax.jit(lambda x: x @ x + 1)(jax.numpy.ones((3, 3)))[0, 0])
"""


def test_a_damaged_compiled_program_changes_nothing_and_is_mended(tmp_path):
    cache, log = tmp_path / "cache", tmp_path / "job.log"
    environment = ENVIRONMENT | {
        "JAX_COMPILATION_CACHE_DIR": str(cache),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }
    command = [sys.executable, "-c", COMPILED, ROOT / "workflow/scripts", log]

    def said():
        subprocess.run(command, env=environment, check=True, capture_output=True)
        return log.read_text()

    assert said() == "4.0\n"
    for entry in cache.glob("*-cache"):
        entry.write_bytes(entry.read_bytes()[: entry.stat().st_size // 2])
    warned = said()
    assert warned.endswith("4.0\n")
    assert "Error reading persistent compilation cache entry" in warned
    assert said() == "4.0\n"


def test_a_platform_that_is_not_there_is_one_message(tmp_path):
    command = [sys.executable, "-c", COMPILED, ROOT / "workflow/scripts", tmp_path / "job.log"]
    environment = ENVIRONMENT | {"JAX_PLATFORMS": "no_such_device"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    (said,) = done.stderr.splitlines()
    assert said.startswith("ValueError: JAX_PLATFORMS=no_such_device: JAX finds no such device")
    assert "Traceback" in (tmp_path / "job.log").read_text()


STARTED = """
import sys
from types import SimpleNamespace

sys.path.insert(0, sys.argv[1])
from _job import start

start(SimpleNamespace(params={}, log=[sys.argv[2]]))
print("lives")
"""


@pytest.mark.skipif(not Path("/proc/self/ns/pid").exists(), reason="needs Linux")
@pytest.mark.parametrize("case", ["lives", "ended", "ended and not waited for", "elsewhere"])
def test_a_job_whose_snakemake_ended_before_it_started_ends(tmp_path, case):
    """Killed while Python started, it has left another parent behind."""
    space = os.readlink("/proc/self/ns/pid")
    snakemake = subprocess.Popen(["sleep", "60" if case == "lives" else "0"])
    if case.startswith("ended"):
        flags = os.WEXITED | (os.WNOWAIT if case != "ended" else 0)
        os.waitid(os.P_PID, snakemake.pid, flags)
    elif case == "elsewhere":
        snakemake.wait()
        space = "pid:[1]"
    starter = f"{snakemake.pid} {space}"
    command = [sys.executable, "-c", STARTED, ROOT / "workflow/scripts", tmp_path / "job.log"]
    environment = {**ENVIRONMENT, "EFFICIENT_AUGMENTATION_SNAKEMAKE": starter}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    snakemake.kill()
    if case.startswith("ended"):
        assert done.returncode == -signal.SIGKILL
    else:
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        assert "lives" in done.stderr
