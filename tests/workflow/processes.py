"""Jobs as the system's processes, and waiting for them."""

import contextlib
import time
from pathlib import Path
from typing import NamedTuple


class Job(NamedTuple):
    pid: int
    rule: str


def running(work):
    """Jobs of a working directory, whoever started them, by their scripts."""
    mine = f"{work}/.snakemake/scripts/"
    jobs = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (process / "cmdline").read_text().split("\0")
            # The shell that starts a script has its name in a longer word.
            if script := next((word for word in words if word.startswith(mine)), None):
                jobs.append(Job(int(process.name), script.split(".")[-2]))
    return sorted(jobs)


def wait_until(true, process=None, seconds=120):
    """Wait for something to become true, which it must before a process ends; returns it."""
    end = time.monotonic() + seconds
    while not (value := true()):
        assert time.monotonic() < end
        assert process is None or process.poll() is None, "the run ended before it was killed"
        time.sleep(0.02)
    return value
