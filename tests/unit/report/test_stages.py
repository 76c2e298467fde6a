"""What the terminal shows of Snakemake's records, as Snakemake's own handler passes them on."""

import io
import logging

import pytest
from snakemake.logging import ColorizingTextHandler, DefaultFilter, DefaultFormatter

from efficient_augmentation.report import stages


@pytest.fixture
def log():
    """A logger with Snakemake's handlers for the terminal and for its log file, and both texts."""
    terminal, file = io.StringIO(), io.StringIO()
    logger = logging.Logger("run", logging.INFO)
    for stream, name in ((terminal, "DefaultStreamHandler"), (file, "DefaultLogFileHandler")):
        handler = ColorizingTextHandler(stream=stream)
        handler.name = name
        handler.setFormatter(DefaultFormatter())
        handler.addFilter(DefaultFilter(set(), False, False, False, False))
        logger.addHandler(handler)
    stages.show(logger)
    return logger, terminal, file


JOB = {
    "event": "job_info",
    "rule_msg": None,
    "rule_name": "score_points",
    "wildcards": {"experiment": "digits", "transform": "crop"},
    **{"jobid": 3, "local": True, "is_checkpoint": False, "benchmark": None, "reason": "missing"},
    **{"input": ["a"], "output": ["b"], "log": ["c"], "priority": 0, "threads": 1, "resources": {}},
}


def test_a_stage_is_one_line_and_the_log_file_keeps_everything(log):
    logger, terminal, file = log
    logger.info("Building DAG of jobs...")
    logger.info("Job stats: ...", extra={"event": "run_info", "stats": {"total": 24}})
    logger.info("Select jobs to execute...")
    for done in (7, 8):
        logger.info("", extra={"event": "job_started", "jobs": [3]})
        logger.info("", extra=JOB)
        logger.info("Finished jobid: 3", extra={"event": "job_finished", "job_id": 3})
        logger.info(None, extra={"event": "progress", "done": done, "total": 24})
    shown = [line for line in terminal.getvalue().splitlines() if line]
    assert [line[10:].split() for line in shown[1:]] == [
        [done, "of", "24", "done", "score_points", "digits,", "crop"] for done in ("0", "7")
    ]
    assert shown[0] == "Job stats: ..."
    for kept in ("Building DAG", "Select jobs", "reason: missing", "Finished jobid", "8 of 24"):
        assert kept in file.getvalue()


def test_warnings_errors_and_what_is_not_about_snakemake_stay(log):
    logger, terminal, _ = log
    logger.info("Nothing to be done (all requested files are present and up to date).")
    logger.warning("Using shell: no, this is a warning")
    logger.error("a job failed")
    assert terminal.getvalue().splitlines() == [
        "Nothing to be done (all requested files are present and up to date).",
        "Using shell: no, this is a warning",
        "a job failed",
    ]
