"""How long the workflow takes, from nothing and when there is nothing to do.

    python benchmarks/workflow.py [EXPERIMENT ...]

For each experiment, in a fresh folder: a first run with an empty compilation cache, a second run
with nothing to do, a run from scratch with the cache filled. Prints a Markdown table of wall-clock
seconds and jobs. Published data come from DATA_MIRROR or the publishers and are fetched before
the clock starts.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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


def main(experiments):
    print("| experiment | first run, s | jobs | nothing to do, s | again, programs compiled, s |")
    print("|---|---|---|---|---|")
    for experiment in experiments:
        with tempfile.TemporaryDirectory() as scratch:
            folder, cache = Path(scratch, "work"), Path(scratch, "cache")
            fetch = [sys.executable, "-m", "snakemake", f"results/{experiment}/dataset.npz"]
            subprocess.run(
                [*fetch, "--directory", folder], cwd=ROOT, check=True, capture_output=True
            )
            first, jobs = timed(experiment, folder, cache)
            nothing, _ = timed(experiment, folder, cache)
            subprocess.run(["rm", "-rf", folder / "results"], check=True)
            again, _ = timed(experiment, folder, cache)
        print(f"| {experiment} | {first:.1f} | {jobs} | {nothing:.1f} | {again:.1f} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or ["digits"])
