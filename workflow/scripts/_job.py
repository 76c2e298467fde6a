"""What every job does first: keep to its threads and its Snakemake, mend the cache, keep a log."""

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

    Where Linux runs, it also ends as soon as its Snakemake does.

    Args:
      smk: the job's `snakemake` object; its param `jax_threads`, 1 where there is none, counts.
    Returns: text stream to the terminal alone, for progress bars.
    """
    # JAX would use all cores, whatever the rule declares; XLA reads this when it starts. It is a
    # param and not `threads`, which --cores caps: sums are split by it, so results depend on it.
    threads = smk.params.get("jax_threads", 1)
    os.environ["NPROC"] = str(threads)
    # A device for each thread, which share out every batch: a device alone leaves its second thread
    # idle half the time.
    flags = os.environ.get("XLA_FLAGS", "")
    os.environ["XLA_FLAGS"] = f"{flags} --xla_force_host_platform_device_count={threads}".strip()
    _end_with_snakemake()
    warnings.showwarning = functools.partial(_mend_cache, warnings.showwarning)
    terminal = _log_to(smk.log[0])
    progress.show_on(terminal)
    return terminal


def _end_with_snakemake():
    """Have the kernel kill this process when its Snakemake dies, even where that is killed itself.

    Left alone, it would write its results when a later run, of other settings, has made them anew.
    Who died while Python started left another parent behind, so the environment says who it was.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if _is_gone(os.environ.get("EFFICIENT_AUGMENTATION_SNAKEMAKE", "")):
            os.kill(os.getpid(), signal.SIGKILL)


def _is_gone(snakemake):
    """Whether a process ended, given by its number and the name of the set that numbers it.

    In a container whose processes have numbers of their own nothing is known, and the answer is no.
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
    return state in "ZX"  # It ended, and whoever started it has not asked how.


def _mend_cache(show, message, *rest, **named):
    """Show a warning; if it is about a damaged compiled program, drop that, so that it is renewed.

    A process killed while it writes leaves such an entry. JAX compiles past it, but keeps it: all
    later processes would warn and compile again.
    """
    folder = os.environ.get("JAX_COMPILATION_CACHE_DIR")
    if folder and (program := _DAMAGED.match(str(message))):
        for entry in Path(folder).glob(f"{glob.escape(program[1])}-*-cache"):
            entry.unlink(missing_ok=True)
    show(message, *rest, **named)


def _log_to(path):
    """Copy all output of this process to a file from now on.

    Works on the file descriptors, so that the file holds tracebacks and the output of compiled
    libraries too, in the order in which they came. Only the traceback of a ValueError, whose
    message says what is wrong with the input, stands in the file alone.

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
    finish = functools.partial(_finish, tee, terminal)
    atexit.register(finish)
    sys.excepthook = functools.partial(_show, path, finish)
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


def _show(path, finish, kind, error, trace):
    """Say why a job ends."""
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
    """The platforms that the user asks JAX for, where it finds none of them."""
    jax = sys.modules.get("jax")
    try:
        if jax and "JAX_PLATFORMS" in os.environ:
            jax.devices()
    except (RuntimeError, AssertionError):
        return os.environ["JAX_PLATFORMS"]
    return None
