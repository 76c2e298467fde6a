"""Which files are results, and how they are remembered as soon as their job is done."""

import contextlib
import logging
import os
from collections.abc import Iterator

from efficient_augmentation.files import digests
from efficient_augmentation.files.digests import StrPath

# Logs, run times, and what networks keep while they train.
_NO_RESULTS = {"logs", "benchmarks", "checkpoints"}


def results(folder: StrPath) -> Iterator[str]:
    """Paths of the results below a folder that jobs read or users take away."""
    for where, inside, names in os.walk(folder):
        inside[:] = [name for name in inside if name not in _NO_RESULTS]
        yield from (os.path.join(where, name) for name in names if name[0] != ".")


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
