"""Results are remembered as soon as the job that made them is done, whatever becomes of the run."""

import contextlib
import logging
import os

from efficient_augmentation.files import digests
from efficient_augmentation.files.digests import StrPath


class Remember(logging.Handler):
    """Handler of Snakemake's log: when a job is finished, it remembers digests of its outputs.

    Args:
      memory: as in `digests.of_files`.
    """

    def __init__(self, memory: StrPath) -> None:
        super().__init__()
        self._memory = memory
        self._outputs: dict[int, list[str]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Take note of a job that starts, and of one that is finished; pass over all else."""
        known = record.__dict__
        if known.get("event") == "job_info":
            self._outputs[known["jobid"]] = known["output"]
        elif known.get("event") == "job_finished":
            made = filter(os.path.isfile, self._outputs.pop(known["job_id"], ()))
            with contextlib.suppress(OSError):
                digests.of_files(made, self._memory, finished=True)
