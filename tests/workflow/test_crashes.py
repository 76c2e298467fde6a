"""Jobs and Snakemake itself killed with -9 at seeded moments: a restart gives the same bytes."""

import os
import random
import signal
import time
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from processes import running, wait_until

pytestmark = [
    pytest.mark.study,
    pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc"),
]

KILLS = int(os.environ.get("KILLS", "20"))
# In turn: one running job; Snakemake, whose jobs go on as orphans; Snakemake and all its jobs.
VICTIMS = ("job", "snakemake", "all")
SEED = 6
# One experiment, without the report: so much less to make after each kill.
TARGET = "tiny"
# Kills are spread over its jobs by the number of those that are finished, of 20.
LAST_PROGRESS = 17
LONGEST_DELAY = 1.5


def finished_jobs(work):
    return sum(1 for _ in (work / "results/benchmarks").rglob("*.tsv"))


def busy(work, progress):
    """Whether so many jobs are finished, and one is running."""
    return finished_jobs(work) >= progress and running(work)


def moments(rng):
    """(finished jobs to wait for, seconds to wait after that), for each kill."""
    progress = [LAST_PROGRESS * i / (KILLS - 1) for i in range(KILLS)]
    return [(int(p), rng.uniform(0, LONGEST_DELAY)) for p in progress]


def kill(victim, process, work, rng):
    """Kill with -9; returns the rules hit, and what goes on as orphans."""
    jobs = wait_until(lambda: running(work), process)
    if victim == "job":
        job = rng.choice(jobs)
        os.kill(job.pid, signal.SIGKILL)
        process.wait(timeout=120)
        return [job.rule], []
    process.kill()
    process.wait(timeout=10)
    orphans = [job for job in jobs if job in running(work)]
    if victim == "all":
        for job in orphans:
            os.kill(job.pid, signal.SIGKILL)
        return [job.rule for job in jobs], []
    return [job.rule for job in jobs], orphans


def test_killed_at_random_moments_and_restarted_gives_the_same_bytes(finished, fresh, tmp_path):
    rng = random.Random(SEED)
    # A shell that stays between Snakemake and its jobs, as some systems have it: jobs survive.
    (tmp_path / "shell").write_text("trap : EXIT\n")
    # A killed job may leave a broken entry in the cache of compiled programs.
    environment = {"BASH_ENV": str(tmp_path / "shell")}
    environment["JAX_COMPILATION_CACHE_DIR"] = str(tmp_path / "jax")
    hit, orphans = Counter(), []
    for i, (progress, delay) in enumerate(moments(rng)):
        victim = VICTIMS[i % len(VICTIMS)]
        output = tmp_path / f"{i}.log"
        process = fresh.start(TARGET, output=output, environment=environment)
        wait_until(partial(busy, fresh.work, progress), process)
        time.sleep(delay)
        rules, left = kill(victim, process, fresh.work, rng)
        print(f"{i}: {victim} during {', '.join(rules)}; {len(left)} jobs go on")
        hit.update({(victim, rule) for rule in rules})
        orphans += left
        if victim == "job":
            assert process.returncode == 1
            assert f"Error in rule {rules[0]}" in output.read_text()
        else:
            assert process.returncode == -signal.SIGKILL
            unlocked = fresh.snakemake("--unlock")
            assert unlocked.returncode == 0, unlocked.stdout
    done = fresh.snakemake(TARGET, environment=environment)
    assert done.returncode == 0, done.stdout
    wait_until(lambda: not running(fresh.work))
    assert fresh.results() == finished.results(TARGET)
    jobs, dry_run = fresh.would_run(TARGET)
    assert jobs == {}, dry_run
    assert len({rule for _, rule in hit}) >= 0.4 * KILLS, hit
    assert len(orphans) >= KILLS // len(VICTIMS), orphans
