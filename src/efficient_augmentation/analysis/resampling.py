"""Points needed in many draws of rounds and test points: the bootstrap behind needed.csv.

A draw takes rounds and test points with replacement, the same for every policy, floor and ceiling.
Its curve is the mean curve plus its changes by both draws. Rounds share their random numbers, so
drawing them together keeps policies paired, as drawing test points together does.
"""

import numpy as np

from efficient_augmentation.analysis import intervals, summary
from efficient_augmentation.analysis.series import cells

_LARGEST = 2_000_000
"""Numbers that are drawn at a time."""


ROUNDS, TEST_POINTS = "rounds", "test points"
"""What is drawn with replacement."""


def needed(series, points, shares, seed, replicates, drawn=(ROUNDS, TEST_POINTS)):
    """Points that policies need for shares of the gain, as measured and in every draw.

    Args:
      series: mapping from any key to `series.Series`.
      points: arrays of test_points.npz, for floor and ceiling.
      shares: of the gain, (k,).
      seed: of the draws.
      replicates: number of draws.
      drawn: which of `ROUNDS` and `TEST_POINTS` are drawn; the others stay as they were measured.
    Returns: mapping from each key to (k, 1 + replicates), the measured one first; inf where a curve
      nowhere reaches the share, nan where nothing is gained.
    Cost: O(replicates (s + b^2)) for each policy, s test points, b budgets.
    Source: bootstrap: Efron 1979; over both margins: Owen 2007; expanded for few rounds: Hesterberg
      2015.
    """
    rng = np.random.default_rng(seed)
    levels = np.stack([cells(points, points[level]) for level in ("floor", "ceiling")])
    by_point = {key: one.by_point for key, one in series.items()}
    moved = _by_test_points([*by_point.values(), levels], rng, replicates, TEST_POINTS in drawn)
    most = max(len(one.cells) for one in series.values())
    weights = draws(rng, most, replicates) / most
    found = {}
    for (key, one), change in zip(series.items(), moved[:-1], strict=True):
        if ROUNDS in drawn and len(one.cells) > 1:
            change = change + weights @ _effects(one)
        curve = by_point[key].mean(axis=1) + _with_zero(change)
        ends = levels.mean(axis=1) + _with_zero(moved[-1])
        found[key] = _reached(one.budgets, curve, ends, shares)
    return found


def draws(rng, n, replicates):
    """How often each of n comes up when n are drawn with replacement, (replicates, n) float64."""
    chosen = rng.integers(0, n, (replicates, n)) + n * np.arange(replicates)[:, None]
    counts = np.bincount(chosen.ravel(), minlength=replicates * n)
    return counts.reshape(replicates, n).astype(float)


def _by_test_points(groups, rng, replicates, drawn):
    """For each group (g, s) what draws of the test points move its means by, (replicates, g)."""
    stacked = np.concatenate(groups)
    moved = np.zeros((replicates, len(stacked)))
    n = stacked.shape[1]
    if drawn and n > 1:
        centred = (stacked - stacked.mean(axis=1, keepdims=True)) * intervals.student(n)
        block = max(1, _LARGEST // n)
        for start in range(0, replicates, block):
            size = min(block, replicates - start)
            moved[start : start + size] = draws(rng, n, size) @ centred.T / n
    return np.split(moved, np.cumsum([len(group) for group in groups])[:-1], axis=1)


def _effects(one):
    """(r, b) what every round moves the accuracy by, widened to Student's interval.

    Rounds also differ because each is measured on few test points. The draws of test points count
    that already, so deviations are shrunk by its share in their variance.
    """
    r, s = len(one.cells), one.cells.shape[2]
    deviations = one.by_round - one.by_round.mean(axis=0)
    variance = deviations.var(axis=0, ddof=1)
    left = np.maximum(variance - intervals.interaction(one.cells) / s, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        own = np.where(variance > 0, left / variance, 0)
    return deviations * np.sqrt(own) * intervals.student(r)


def _with_zero(moved):
    return np.concatenate([np.zeros((1, moved.shape[1])), moved])


def _reached(budgets, curves, ends, shares):
    floor, ceiling = ends[:, :1], ends[:, 1:]
    gains = ceiling > floor
    recovered = (curves - floor) / np.where(gains, ceiling - floor, 1)
    found = np.array([summary.first_crossings(budgets, recovered, share) for share in shares])
    found[np.isnan(found)] = np.inf
    # In a draw without a gain there is no share of it to recover.
    found[:, ~gains[:, 0]] = np.nan
    return found
