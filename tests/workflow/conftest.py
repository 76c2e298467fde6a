"""The tiny workflow, run once for all tests here."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PARTS = (
    *("Snakefile", "pyproject.toml"),
    *("config", "envs", "models", "profiles", "src", "tests/config", "workflow"),
)


class Checkout(NamedTuple):
    """A copy of the workflow's files, and a working directory elsewhere."""

    tree: Path
    work: Path

    def snakemake(self, *arguments, config=(), environment=None):
        """Run Snakemake; returns the completed process with all its output in `stdout`."""
        how = self._how(environment)
        return subprocess.run(
            self._command(arguments, config), stdout=subprocess.PIPE, timeout=1800, **how
        )

    def start(self, *arguments, output, config=(), environment=None):
        """Start Snakemake in a session of its own; returns its Popen. It writes to `output`."""
        with output.open("w") as file:
            return subprocess.Popen(
                self._command(arguments, config),
                stdout=file,
                start_new_session=True,
                **self._how(environment),
            )

    def _command(self, arguments, config):
        command = [sys.executable, "-m", "snakemake", *arguments, "--directory", self.work]
        return [*command, "--configfile", self.tree / "tests/config/tiny.yaml", *config]

    def _how(self, environment):
        environment = {**os.environ, "PYTHONPATH": "", **(environment or {})}
        return {"cwd": self.tree, "env": environment, "stderr": subprocess.STDOUT, "text": True}

    def results(self, experiment=""):
        """Bytes of every result by its name, or of those of one experiment.

        Logs, run times and Snakemake's marks are none.
        """
        folder = self.work / "results"
        files = (path for path in sorted((folder / experiment).rglob("*")) if path.is_file())
        named = {path.relative_to(folder).as_posix(): path for path in files}
        return {
            name: path.read_bytes()
            for name, path in named.items()
            if not name.startswith(("logs/", "benchmarks/")) and path.name[0] != "."
        }

    def would_run(self, *targets, config=(), environment=None):
        """Number of jobs by rule that a dry run lists, and its whole output."""
        how = {"config": config, "environment": environment}
        done = self.snakemake(*targets, "--dry-run", "--quiet", "host", **how)
        assert done.returncode == 0, done.stdout
        table = done.stdout.partition("Job stats:")[2].partition("total")[0]
        jobs = {name: int(n) for name, n in re.findall(r"^(\w+) +(\d+)$", table, re.M)}
        return jobs, done.stdout


def copy_workflow(target):
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, target / part, ignore=ignored)
        else:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / part)
    return target


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A checkout in which the tiny workflow ran to its end.

    It runs once, in the first process of pytest-xdist that asks for it; each has a copy. TINY names
    a folder that holds its results as `work` already, or in which they stay for the next call of
    pytest, on the same state of the project.
    """
    folder = tmp_path_factory.mktemp("tiny")
    checkout = Checkout(copy_workflow(folder / "tree"), folder / "work")
    together = folder.parent.parent if "PYTEST_XDIST_WORKER" in os.environ else folder.parent
    together = Path(os.environ.get("TINY", together))
    with (together / "tiny.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (together / "work").exists():
            shutil.copytree(together / "work", checkout.work, symlinks=True)
        else:
            checkout.work.mkdir()
            done = checkout.snakemake()
            assert done.returncode == 0, done.stdout
            shutil.copytree(checkout.work, together / "part", symlinks=True)
            (together / "part").rename(together / "work")
    return checkout


@pytest.fixture
def fresh(tmp_path):
    """A checkout in which nothing ran."""
    checkout = Checkout(copy_workflow(tmp_path / "tree"), tmp_path / "work")
    checkout.work.mkdir()
    return checkout


@pytest.fixture
def edited(finished):
    """A function that replaces text in a file of the checkout, undone after the test."""
    originals = {}

    def edit(name, old, new):
        path = finished.tree / name
        text = path.read_text()
        originals.setdefault(path, text)
        assert old in text
        path.write_text(text.replace(old, new, 1))

    yield edit
    for path, text in originals.items():
        path.write_text(text)
