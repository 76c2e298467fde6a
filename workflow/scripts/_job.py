"""What every job does first: keep to its threads, and log what it says."""

import atexit
import logging
import os
import subprocess
import sys


def start(smk):
    """Keep this process to its share of the machine, and copy its output to its log.

    Args:
      smk: the job's `snakemake` object; its param `jax_threads`, 1 where there is none, counts.
    Returns: text stream to the terminal alone, for progress bars.
    """
    # JAX would use all cores, whatever the rule declares; XLA reads this when it starts. It is a
    # param and not `threads`, which --cores caps: sums are split by it, so results depend on it.
    os.environ["NPROC"] = str(smk.params.get("jax_threads", 1))
    return _log_to(smk.log[0])


def _log_to(path):
    """Copy all output of this process to a file from now on.

    Works on the file descriptors, so that the file holds tracebacks and the output of compiled
    libraries too, in the order in which they came.

    Args:
      path: the log, in a folder that exists; it is overwritten.
    Returns: text stream to the terminal alone, for progress bars.
    """
    terminal = os.dup(2)
    # -i: on Ctrl-C tee stays until the job has said its last word.
    tee = subprocess.Popen(["tee", "-i", path], stdin=subprocess.PIPE, stdout=terminal)
    for descriptor in (1, 2):
        os.dup2(tee.stdin.fileno(), descriptor)
    tee.stdin.close()
    atexit.register(_finish, tee, terminal)
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    logging.getLogger("efficient_augmentation").setLevel(logging.INFO)
    return os.fdopen(os.dup(terminal), "w", encoding="utf-8", errors="replace")


def _finish(tee, terminal):
    """Close the pipe and wait, so that nothing is missing from the log when the job is over."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    for descriptor in (1, 2):
        os.dup2(terminal, descriptor)
    try:
        tee.wait(timeout=10)
    except subprocess.TimeoutExpired:
        # A process that this one started still holds the pipe; the log does not wait for it.
        tee.terminate()
