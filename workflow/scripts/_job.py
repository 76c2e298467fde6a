"""What every job does first: limit threads, end with Snakemake, repair the cache, keep a log."""

import atexit
import ctypes
import functools
import glob
import logging
import os
import re
import signal
import subprocess
import sys
import traceback
import warnings
from pathlib import Path

from efficient_augmentation import progress

_PR_SET_PDEATHSIG = 1
_DAMAGED = re.compile("Error reading persistent compilation cache entry for '([^']+)'")


def start(smk):
    """Keep this process to its share of the machine, and copy its output to its log.

    On Linux the process also ends as soon as its Snakemake does.

    Args:
      smk: the job's `snakemake` object; its param `jax_threads` (default 1) limits the threads.
    Returns: text stream to the terminal alone, for progress bars.
    """
    # JAX would use all cores, whatever the rule declares; XLA reads this variable when it starts.
    # The number is a param and not `threads`, which --cores caps: it decides how sums are split, so
    # results depend on it.
    threads = smk.params.get("jax_threads", 1)
    os.environ["NPROC"] = str(threads)
    # Each thread gets a device of its own, and the devices share every batch: one device leaves its
    # second thread idle half of the time.
    flags = os.environ.get("XLA_FLAGS", "")
    os.environ["XLA_FLAGS"] = f"{flags} --xla_force_host_platform_device_count={threads}".strip()
    _end_with_snakemake()
    warnings.showwarning = functools.partial(_mend_cache, warnings.showwarning)
    terminal = _log_to(smk.log[0])
    progress.show_on(terminal)
    return terminal


def _end_with_snakemake():
    """Have the kernel kill this process when its Snakemake ends, even if that is killed.

    Otherwise the process could overwrite results of a later run that has other settings. Snakemake
    may already have died while Python was starting; then this process has another parent. The
    environment therefore says which process Snakemake is.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if _is_gone(os.environ.get("EFFICIENT_AUGMENTATION_SNAKEMAKE", "")):
            os.kill(os.getpid(), signal.SIGKILL)


def _is_gone(snakemake):
    """Whether a process has ended.

    Args:
      snakemake: its number and the PID namespace that numbers it, separated by a space. In another
        namespace (a container's) nothing is known, and the answer is no.
    """
    number, _, numbered_in = snakemake.partition(" ")
    try:
        if numbered_in != os.readlink("/proc/self/ns/pid"):
            return False
    except OSError:
        return False
    try:
        state = Path("/proc", number, "stat").read_text().rpartition(") ")[2][0]
    except OSError:
        return True
    return state in "ZX"  # A zombie: it has ended, and its parent has not read its exit status.


def _mend_cache(show, message, *rest, **named):
    """Show a warning; if it reports a damaged compiled program, delete that, so that JAX renews it.

    A process that is killed while it writes leaves such an entry in the cache. JAX compiles again
    but keeps the entry, so that all later processes would warn and compile again too.
    """
    folder = os.environ.get("JAX_COMPILATION_CACHE_DIR")
    if folder and (program := _DAMAGED.match(str(message))):
        for entry in Path(folder).glob(f"{glob.escape(program[1])}-*-cache"):
            entry.unlink(missing_ok=True)
    show(message, *rest, **named)


def _log_to(path):
    """Copy all output of this process to a file from now on.

    This works on the file descriptors, so that the file holds tracebacks and the output of compiled
    libraries too, in the order in which they came. The message of a ValueError says what is wrong
    with the input, so its traceback goes to the file only.

    Args:
      path: the log, in a folder that exists; it is overwritten.
    Returns: text stream to the terminal alone, for progress bars.
    """
    terminal = os.dup(2)
    # -i: tee ignores Ctrl-C, so that it copies everything that the job still says.
    tee = subprocess.Popen(["tee", "-i", path], stdin=subprocess.PIPE, stdout=terminal)
    for descriptor in (1, 2):
        os.dup2(tee.stdin.fileno(), descriptor)
    tee.stdin.close()
    finish = functools.partial(_finish, tee, terminal)
    atexit.register(finish)
    sys.excepthook = functools.partial(_show, path, finish)
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    logging.getLogger("efficient_augmentation").setLevel(logging.INFO)
    return os.fdopen(os.dup(terminal), "w", encoding="utf-8", errors="replace")


def _finish(tee, terminal):
    """Close the pipe and wait for tee, so that the log is complete when the job ends."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    for descriptor in (1, 2):
        os.dup2(terminal, descriptor)
    try:
        tee.wait(timeout=10)
    except subprocess.TimeoutExpired:
        # A process that this one started still holds the pipe; the log does not wait for it.
        tee.terminate()


def _show(path, finish, kind, error, trace):
    """Print why a job failed: the message alone for a ValueError, else the whole traceback."""
    if asked := _missing_platform():
        message = (
            f"JAX_PLATFORMS={asked}: JAX finds no such device on this machine; unset JAX_PLATFORMS "
            f"to compute on what is there ({str(error) or kind.__name__})"
        )
        kind, error = ValueError, ValueError(message).with_traceback(trace)
    if not issubclass(kind, ValueError):
        sys.__excepthook__(kind, error, trace)
        return
    print(f"{kind.__name__}: {error}", file=sys.stderr)
    finish()
    with open(path, "a", encoding="utf-8", errors="replace") as log:
        log.writelines(["\n", *traceback.format_exception(error)])


def _missing_platform():
    """The value of JAX_PLATFORMS if JAX finds no such device, else None."""
    jax = sys.modules.get("jax")
    try:
        if jax and "JAX_PLATFORMS" in os.environ:
            jax.devices()
    except (RuntimeError, AssertionError):
        return os.environ["JAX_PLATFORMS"]
    return None
