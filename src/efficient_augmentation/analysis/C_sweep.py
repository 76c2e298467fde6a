"""The effect of C: floor, ceiling and the lead of policies over random selection at each value.

`curves` is the mapping of columns in curves.csv, `points` that of arrays in test_points.npz, both
of one value of C.
"""

import math

import numpy as np

from efficient_augmentation.analysis import comparison, intervals, summary
from efficient_augmentation.analysis.series import REFERENCE, Series, cells

AHEAD, BEHIND, OPEN = "ahead", "behind", "not significant"
"""Sides of random selection on which a policy is, by the interval of its lead."""


def rows(curves, points, n_train, seed, replicates=comparison.REPLICATES):
    """Rows of C_sweep.csv for one value of C, one row per policy.

    Args:
      curves, points: see above.
      n_train: number of training points.
      seed: of the bootstrap.
      replicates: of the bootstrap, see `comparison.needed`.
    Returns: list of mappings: score, policy; floor, ceiling; gain, their difference, with gain_low
      and gain_high, its interval over test points; points, where the mean curve first has 95 % of
      the gain, inf where it never does, with points_low and points_high; difference, the mean
      accuracy over early budgets minus that of random selection, see `lead`, with difference_low
      and difference_high; ahead, the same in shares of the gain, with ahead_low and ahead_high: the
      gain counts as known, and ahead is nan unless the whole interval of the gain lies above zero.
      Of random selection itself difference and ahead are nan.
    Raises: ValueError as `comparison.needed`.
    """
    floor, ceiling = (float(cells(points, points[end]).mean()) for end in ("floor", "ceiling"))
    gain, low, high = map(float, comparison.gain(points)[:3])
    levels = {"floor": floor, "ceiling": ceiling, "gain": gain, "gain_low": low, "gain_high": high}
    needed = {
        (row["score"], row["policy"]): {
            "points": row["points"],
            "points_low": row["low"],
            "points_high": row["high"],
        }
        for row in comparison.needed(points, seed, (summary.LEVEL,), replicates)
    }
    return [
        {
            "score": pair[0],
            "policy": pair[1],
            **levels,
            **needed[pair],
            **_leads(curves, points, n_train, pair, gain if low > 0 else math.nan),
        }
        for pair in summary.pairs(curves)
    ]


def lead(curves, points, n_train, pair):
    """How far a policy is ahead of random selection where the choice of points matters.

    Args:
      curves, points: see above.
      n_train: number of training points.
      pair: (score, policy).
    Returns: intervals.Estimate of the difference of accuracies, the mean over the early budgets of
      `summary.compare`, over rounds, which are paired, and over test points.
    """
    reference = pair[0], REFERENCE
    levels = {"floor": 0.0, "ceiling": 1.0, "n_train": n_train}
    early = summary.compare(curves, levels, pair, reference).budgets
    ours, theirs = (_at(Series(points, *series), early) for series in (pair, reference))
    return intervals.interval(ours - theirs)


def side(low, high):
    """The side of a policy whose difference from random selection has this interval."""
    return AHEAD if low > 0 else BEHIND if high < 0 else OPEN


def sides(columns):
    """At which C each policy is ahead of random selection, and at which behind.

    Args:
      columns: of C_sweep.csv.
    Returns: dict from (score, policy) to a dict from `AHEAD`, `BEHIND` and `OPEN` to values of C.
    """
    names = ("score", "policy", "C", "difference_low", "difference_high")
    found = {}
    for score, policy, C, low, high in zip(*(columns[n].tolist() for n in names), strict=True):
        if policy != REFERENCE:
            of = found.setdefault((score, policy), {AHEAD: [], BEHIND: [], OPEN: []})
            of[side(low, high)].append(C)
    return found


def describe(places):
    """One policy's entry of `sides` in words, such as "ahead at C = 0.1; behind at C = 10"."""
    return "; ".join(
        f"{name} at C = {', '.join(f'{C:.3g}' for C in at)}" for name, at in places.items() if at
    )


def _at(series, budgets):
    """Mean over these budgets, by round and test point (r, s)."""
    return series.cells[:, np.isin(series.budgets, budgets)].mean(axis=1)


def _leads(curves, points, n_train, pair, gain):
    """The columns of a policy's lead: of accuracy, and in shares of the gain."""
    names = [name + end for name in ("difference", "ahead") for end in ("", "_low", "_high")]
    if pair[1] == REFERENCE:
        return dict.fromkeys(names, math.nan)
    found = list(map(float, lead(curves, points, n_train, pair)[:3]))
    return dict(zip(names, (*found, *(value / gain for value in found)), strict=True))
