"""Results that are remembered job by job."""

import logging
import os
import sqlite3

import pytest

from efficient_augmentation.files import digests, finished


@pytest.fixture
def log(tmp_path):
    """A log as Snakemake's, which `Remember` listens to."""
    logger = logging.Logger("snakemake")
    logger.addHandler(finished.Remember(tmp_path / "memory.sqlite"))
    return lambda **event: logger.info("", extra=event)


def test_a_job_is_remembered_when_it_is_finished(tmp_path, log):
    made, later, folder = tmp_path / "made", tmp_path / "later", tmp_path / "selected"
    for path in (made, later):
        path.write_bytes(b"one!")
    folder.mkdir()
    log(event="run_info", stats={"total": 2})
    log(event="job_info", jobid=7, output=[str(made), str(folder), str(tmp_path / "none")])
    log(event="job_info", jobid=8, output=[str(later)])
    log(event="job_finished", job_id=7)
    log(event="job_finished", job_id=9)
    for path in (made, later):
        path.write_bytes(b"two!")
        os.utime(path, ns=(0, 0))
    assert digests.set_back([made, later], tmp_path / "memory.sqlite") == [made]


def test_a_job_that_did_not_finish_is_not(tmp_path, log):
    (tmp_path / "made").write_bytes(b"half")
    log(event="job_info", jobid=7, output=[str(tmp_path / "made")])
    log(event="job_error", jobid=7)
    assert not (tmp_path / "memory.sqlite").exists()


def test_a_retried_job_is_remembered_as_it_is_in_the_end(tmp_path, log):
    for content in (b"one!", b"two!"):
        log(event="job_info", jobid=7, output=[str(tmp_path / "made")])
        (tmp_path / "made").write_bytes(content)
    log(event="job_finished", job_id=7)
    rows = sqlite3.connect(tmp_path / "memory.sqlite").execute("SELECT digest FROM known")
    assert [digest for (digest,) in rows] == digests.of_files([tmp_path / "made"])


def test_results_are_found_without_logs_run_times_and_what_networks_keep(tmp_path):
    for name in ("a/scores.csv", "a/.part", "logs/a.log", "benchmarks/a.tsv", "n/checkpoints/1/x"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert list(finished.results(tmp_path)) == [str(tmp_path / "a/scores.csv")]
