"""The terminal's view of a run: one line per stage. Snakemake's log file holds everything."""

import logging
import time

_OF_NO_USE_HERE = (
    "Assuming unrestricted shared filesystem usage",
    "Building DAG of jobs",
    "Complete log(s):",
    "Conda environments: ignored",
    "Config file ",
    "DAG of jobs will be updated",
    "Elapsed time:",
    "Group jobs: inactive",
    "Removing temporary output",
    "Select jobs to execute",
    "Singularity containers: ignored",
    "Touching output file",
    "Updating checkpoint dependencies",
    "Using shell:",
    "Using workflow specific profile",
)
"""How the messages begin that are about Snakemake, and not about the run."""
_SILENT = ("job_finished", "job_started", "progress", "resources_info", "shellcmd")
"""Events that a line says already, or that the log file alone has."""


class OneLineAStage(logging.Formatter):
    """A job as one line when it starts: the time, the jobs done of all, its rule, what it is about.

    Args:
      otherwise: formatter of everything else: errors, the table of jobs, warnings.
    """

    def __init__(self, otherwise):
        super().__init__()
        self._otherwise = otherwise
        self._done, self._total = 0, None

    def filter(self, record):
        """Whether a record is for the terminal; those about progress are taken note of."""
        event = getattr(record, "event", None)
        if event == "progress":
            self._done, self._total = record.done, record.total
        elif event == "run_info" and self._total is None:
            self._total = record.stats.get("total")
        if record.levelno > logging.INFO:
            return True
        return event not in _SILENT and not str(record.msg or "").startswith(_OF_NO_USE_HERE)

    def format(self, record):
        if getattr(record, "event", None) != "job_info":
            return self._otherwise.format(record)
        of_all = "" if self._total is None else f"{self._done} of {self._total} done"
        about = ", ".join(map(str, dict(record.wildcards or {}).values()))
        return f"{time.strftime('%H:%M:%S')}  {of_all:<15} {record.rule_name:<20} {about}".rstrip()


def show(logger):
    """Make the terminal show one line a stage; files that Snakemake logs to stay as they are.

    Args:
      logger: Snakemake's. Where it has no handler for the terminal, as under a plugin for logging,
        nothing changes.
    """
    for handler in logger.handlers:
        if handler.name == "DefaultStreamHandler" and handler.formatter:
            lines = OneLineAStage(handler.formatter)
            handler.setFormatter(lines)
            handler.addFilter(lines.filter)
