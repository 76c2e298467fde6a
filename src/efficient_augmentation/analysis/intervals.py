"""Intervals of a mean over rounds and test points, and the correction for many of them.

Two things vary by chance: which points a random policy draws, round by round, and which points are
in the test set. Every round is measured on every test point, so the mean varies by the rounds, by
the test points, and by what is chance in a round and a test point together.
"""

import math
from typing import NamedTuple

import numpy as np

from efficient_augmentation.analysis.summary import LEVEL


class Estimate(NamedTuple):
    """A mean with its two-sided interval and the p-value of its being zero."""

    mean: float
    low: float
    high: float
    p: float


def interval(cells, level=LEVEL):
    """Interval of a mean over rounds and test points, both random.

    With V_r the variance of the mean over rounds, V_s that over test points and V_rs that of what
    is left of both, the variance is V_r + V_s - V_rs: the last is in each of the first two.

    Args:
      cells: (r, s) values, such as differences of two policies; one round counts as exact.
      level: of the interval.
    Returns: Estimate: Student's interval, its degrees of freedom by Satterthwaite; nan but for the
      mean where there is one test point. Values that are all zero have p = nan: there is nothing to
      test.
    Source: Satterthwaite 1946; crossed random effects: Searle, Casella and McCulloch 1992, ch. 4.
    """
    from scipy.special import stdtr, stdtrit

    cells = np.atleast_2d(np.asarray(cells, float))
    mean, (r, s) = float(cells.mean()), cells.shape
    if s < 2:
        return Estimate(mean, math.nan, math.nan, math.nan)
    parts = [(cells.mean(axis=0).var(ddof=1) / s, s - 1)]
    shared = 0.0
    if r > 1:
        parts.append((cells.mean(axis=1).var(ddof=1) / r, r - 1))
        shared = interaction(cells) / (r * s)
    # An estimate of V_rs that is too large must not take the sum below one of its parts.
    variance = max(sum(v for v, _ in parts) - shared, *(v for v, _ in parts), 0.0)
    if variance == 0:
        return Estimate(mean, mean, mean, math.nan if mean == 0 else 0.0)
    freedom = sum(v for v, _ in parts) ** 2 / sum(v**2 / f for v, f in parts)
    error = math.sqrt(variance)
    half = stdtrit(freedom, (1 + level) / 2) * error
    p = 2 * stdtr(freedom, -abs(mean) / error)
    return Estimate(mean, mean - half, mean + half, float(p))


def interaction(cells):
    """Variance of what is left of values (r, ..., s) without round and test point effects."""
    r, s = cells.shape[0], cells.shape[-1]
    rounds, points = cells.mean(axis=-1, keepdims=True), cells.mean(axis=0, keepdims=True)
    left = cells - rounds - points + rounds.mean(axis=0, keepdims=True)
    return (left**2).sum(axis=(0, -1)) / ((r - 1) * (s - 1))


def holm(p):
    """P-values corrected for their number: all verdicts below alpha hold at once with 1 - alpha.

    Args:
      p: (m,) p-values; nan is no test and stays.
    Returns: (m,) float64 within 0..1.
    Source: Holm 1979.
    """
    p = np.asarray(p, float)
    adjusted, tests = np.full(len(p), np.nan), np.flatnonzero(~np.isnan(p))
    order = tests[np.argsort(p[tests], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * factors), 1.0)
    return adjusted


def student(n, level=LEVEL):
    """Ratio of the width of Student's interval of a mean of n to that of bootstrap percentiles."""
    from scipy.special import ndtri, stdtrit

    tail = (1 + level) / 2
    ratio = stdtrit(n - 1, tail) / ndtri(tail)
    return float(ratio * math.sqrt(n / (n - 1)))
