"""Time of the workflow, from scratch and when there is nothing to do.

In a fresh folder: a first run with an empty compilation cache, a second run with nothing to do, a
run from scratch with the cache filled.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import row

ROOT = Path(__file__).resolve().parent.parent


def timed(experiment, folder, cache):
    """Seconds and number of jobs of one run of the workflow."""
    command = [sys.executable, "-m", "snakemake", experiment, "report", "--directory", folder]
    command += ["--config", f"run=[{experiment}]"]
    start = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"JAX_COMPILATION_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
    )
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    jobs = re.findall(r"^total\s+(\d+)$", done.stdout + done.stderr, re.MULTILINE)
    return seconds, int(jobs[0]) if jobs else 0


def workflow(experiment="digits"):
    with tempfile.TemporaryDirectory() as scratch:
        folder, cache = Path(scratch, "work"), Path(scratch, "cache")
        first, jobs = timed(experiment, folder, cache)
        nothing = min(timed(experiment, folder, cache)[0] for _ in range(2))
        subprocess.run(["rm", "-rf", folder / "results"], check=True)
        again, _ = timed(experiment, folder, cache)
    work = f"`snakemake {experiment} report`"
    yield row(f"{work}: 3 transforms, 2 scores, 12 policies, first run", "", "", first)
    yield row(f"{work}: again, programs compiled", "", "", again)
    yield row(f"{work}: nothing to do", "", "3 s", nothing)
    yield row(f"{work}: jobs", "", "at most 25", jobs, unit="jobs")


ROWS = {"workflow": workflow}
