"""The tiny workflow through Slurm: what jobs ask for, a kill, a cancellation, the same results.

Slurm is real, on one node (one_node.py), without accounting and, briefly, with it (accounting.py).
`make cluster-test` runs this.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import accounting
import pytest
from one_node import PACKAGES, install, one_node, processes_of, said, wait_until

ROOT = Path(__file__).parents[2]
# One transform with its figures: every kind of job, and half the time of all three experiments.
FOLDER = "results/tiny/crop"
TARGETS = [f"{FOLDER}/{name}" for name in ("auc.csv", "scores.csv", "figures/transform.png")]
KILLED = "train_featurizer"
CONFIGS = ["tests/config/tiny.yaml", "tests/cluster/long.yaml"]
PARTITIONS = "partitions: {cpu: {max_gpu: 0}, gpu: {max_gpu: 1}}\n"

# Site settings, given here as options, that a user writes into the profile.
OPTIONS = {
    "slurm": ["--slurm-init-seconds-before-status-checks", "2"],
    "sbatch": [
        "--default-resources",
        *("mem_mb=2000", "runtime=60", "gpu=0", "gpu_options=--partition=gpu --gpus=1"),
    ],
}

pytestmark = pytest.mark.skipif(
    os.environ.get("CLUSTER_TEST") != "1" or os.geteuid() != 0,
    reason="needs root and CLUSTER_TEST=1, since it installs Slurm and starts it",
)


@contextlib.contextmanager
def started(folder, accounts=None):
    """Environment of a running cluster; afterwards nothing of it runs."""
    install(PACKAGES | (accounts.PACKAGES if accounts else {}))
    (folder / "partitions.yaml").write_text(PARTITIONS)
    with one_node(folder, accounts) as environment:
        yield environment | {"SNAKEMAKE_SLURM_PARTITIONS": str(folder / "partitions.yaml")}
    assert processes_of(folder) == []


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with started(tmp_path_factory.mktemp("slurm")) as environment:
        yield environment


@pytest.fixture
def cluster_with_accounts(tmp_path):
    folder = tmp_path / "slurm"
    folder.mkdir()
    with started(folder, accounting) as environment:
        yield environment | {"SBATCH_ACCOUNT": accounting.ACCOUNT}


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """Results of an undisturbed run without a cluster."""
    work = tmp_path_factory.mktemp("local")
    with snakemake(work, os.environ) as process:
        output = process.communicate()[0]
    assert process.returncode == 0, output
    return contents(work)


@contextlib.contextmanager
def snakemake(work, environment, *options, targets=TARGETS):
    """Snakemake in a process group of its own, as a shell starts it, so that it can get Ctrl-C."""
    command = [sys.executable, "-m", "snakemake", *targets, "--directory", work, *options]
    command += ["--configfile", *CONFIGS, "--quiet", "host"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def contents(work):
    """Bytes of every result; logs and run times are not results."""
    files = (path for path in (work / "results").rglob("*") if path.is_file())
    names = {path.relative_to(work / "results"): path.read_bytes() for path in files}
    return {name: data for name, data in names.items() if name.parts[0] not in LEFT_OUT}


LEFT_OUT = {"logs", "benchmarks"}


def planned(dry_run):
    """Jobs of a dry run meant for the cluster: (rule, cpus, MB, minutes, partition)."""
    jobs = []
    for block in re.split(r"\n(?=(?:local)?rule \w+:)", dry_run)[1:]:
        rule = re.match(r"(?:local)?rule (\w+):", block)[1]
        needs = dict(re.findall(r"\b(threads|mem_mb|runtime|gpu)(?:=|: )(\d+)", block))
        partition = "gpu" if needs.get("gpu", "0") != "0" else "cpu"
        if not rule.startswith(ON_THIS_MACHINE):
            cpus = needs.get("threads", "1")
            jobs.append((rule, cpus, needs["mem_mb"], needs["runtime"], partition))
    return sorted(jobs)


ON_THIS_MACHINE = ("plot_transform", "summarize_curves")


def completed(cluster, logged, before):
    """What Slurm says of jobs that ended well, in the same form."""
    lines = finished(cluster)[before:]
    rows = [dict(re.findall(r"(\w+)=(\S*)", line)) for line in lines]
    resources = [re.search(r"Tres=cpu=(\d+),mem=(\d+)M", line).groups() for line in lines]
    return sorted(
        (logged.get(row["JobId"], row["Name"]), *needs, row["TimeLimit"], row["Partition"])
        for row, needs in zip(rows, resources, strict=True)
        if row["JobState"] == "COMPLETED"
    )


def finished(cluster):
    path = Path(cluster["SLURM_CONF"]).with_name("finished.txt")
    return path.read_text().splitlines() if path.exists() else []


def running(cluster, name):
    """Number of the running job with this name (profile sbatch) or comment (profile slurm)."""
    jobs = said(["squeue", "--noheader", "--states=running", "--format=%i %j %k"], cluster)
    return next((line.split()[0] for line in jobs.splitlines() if name in line), None)


def interrupted(cluster, work, options, interrupt):
    """Start a run, disturb it while the network is trained; its exit status and all it said."""
    folder = Path(cluster["SLURM_CONF"]).parent
    with snakemake(work, cluster, *options) as process:
        wait_until(lambda: running(cluster, KILLED), 90, folder)
        interrupt(process, running(cluster, KILLED))
        output = process.communicate(timeout=120)[0]
    assert not (work / "results/tiny/featurizer/weights.npz").exists()
    wait_until(lambda: not said(["squeue", "--noheader"], cluster), 30, folder)
    return process.returncode, output


@pytest.mark.parametrize("profile", OPTIONS)
def test_profile(cluster, local, profile, tmp_path):
    options = ["--profile", f"profiles/{profile}", *OPTIONS[profile]]
    before = len(finished(cluster))
    with snakemake(tmp_path, cluster, *options, "--dry-run") as process:
        jobs = planned(process.communicate()[0])
    assert KILLED in {rule for rule, *_ in jobs}

    def kill(_, job):
        subprocess.run(["scancel", "--signal=KILL", "--full", job], env=cluster, check=True)

    status, killed = interrupted(cluster, tmp_path, options, kill)
    assert status == 1, killed
    assert f"Error in rule {KILLED}" in killed
    assert re.search(r"external_jobid: \d+", killed)

    def press_ctrl_c(process, _):
        os.killpg(process.pid, signal.SIGINT)

    status, cancelled = interrupted(cluster, tmp_path, options, press_ctrl_c)
    assert status != 0, cancelled

    with snakemake(tmp_path, cluster, *options) as process:
        rest = process.communicate()[0]
    assert process.returncode == 0, rest
    logs = re.findall(r"slurm_logs/rule_(\w+)/(?:\S+/)?(\d+)\.log", killed + cancelled + rest)
    logged = {number: rule for rule, number in logs}
    assert completed(cluster, logged, before) == jobs
    assert contents(tmp_path) == local


def test_accounting(cluster_with_accounts, tmp_path):
    """States come from sacct; jobs are charged to the account that the environment names."""
    cluster, file = cluster_with_accounts, "results/pixels/dataset.npz"
    options = ["--profile", "profiles/slurm", *OPTIONS["slurm"], "--slurm-status-command", "sacct"]
    with snakemake(tmp_path / "work", cluster, *options, targets=[file]) as process:
        output = process.communicate()[0]
    assert process.returncode == 0, output
    assert (tmp_path / "work" / file).is_file()
    command = ["sacct", "--allusers", "--allocations", "--noheader", "--parsable2"]
    known = said([*command, "--format=State,Account"], cluster)
    assert known == f"COMPLETED|{accounting.ACCOUNT}\n", output
