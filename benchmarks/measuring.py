"""Times, memory and the arithmetic limit, all measured in one process."""

import os
import time
from pathlib import Path

import numpy as np

THREADS = len(os.sched_getaffinity(0))


def turns(*functions, repetitions=3):
    """Best seconds and the last result of each, the functions taking turns after a first call.

    Turns, so that all of them meet the same machine; the best, because other work only adds.
    """
    results = [function() for function in functions]
    seconds = [[] for _ in functions]
    for _ in range(repetitions):
        for i, function in enumerate(functions):
            start = time.perf_counter()
            results[i] = function()
            seconds[i].append(time.perf_counter() - start)
    return [min(s) for s in seconds], results


def once(function):
    """Seconds and result of a call that is too long to be repeated."""
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def peak_gib(reset=False):
    """Peak memory of this process since the last reset (Linux)."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 2**20


def product_rate(dtype, size=2048):
    """Operations per second of a BLAS matrix product, from which the limits are computed."""
    A = np.random.default_rng(0).normal(size=(size, size)).astype(dtype)
    return 2 * size**3 / turns(lambda: A @ A, repetitions=7)[0][0]


def difference(a, b):
    """Largest difference of two arrays of scores, relative to each."""
    return float(np.abs(np.asarray(a) / np.asarray(b) - 1).max())


def row(work, beside, goal, ours, peer=None, *, limit=None, memory=None, agrees="", unit="s"):
    """A line of the table.

    Args:
      work, beside, goal: in words.
      ours, peer: in seconds, or other units where less is better; None for no peer.
      limit: what the arithmetic alone would take.
      memory: GiB of the process while ours ran.
      agrees: what was compared, in words.
    """
    return {
        "work": work,
        "beside": beside,
        "goal": goal,
        "ours": ours,
        "peer": peer,
        "ratio": None if peer is None else peer / ours,
        "unit": unit,
        "limit": limit,
        "times the limit": None if limit is None else ours / limit,
        "GiB": memory,
        "agrees": agrees,
    }
