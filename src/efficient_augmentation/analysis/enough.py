"""How many points are enough, and how accurate so many are, by a simulation of policies."""

import math
from typing import NamedTuple

import numpy as np

from efficient_augmentation.analysis import summary


class NotEnough(ValueError):
    """No number of points is known to be enough.

    Attributes:
      reason: "no_gain" where augmenting all points does not help, else "not_reached".
    """

    def __init__(self, reason, message):
        super().__init__(message)
        self.reason = reason


class Enough(NamedTuple):
    """Points that recover a share of the gain of augmenting all of them, on the test set.

    Attributes:
      points: where the mean over rounds first does, rounded up.
      low, high: where the upper and the lower limit of its 95 % interval first do; high is None if
        the lower limit nowhere does, both are None for a policy of one round.
      share: of the gain.
      rounds: of the simulation that says so.
    """

    points: int
    low: int | None
    high: int | None
    share: float
    rounds: int


def enough(curves, baselines, score, policy, share=summary.LEVEL):
    """Points needed for a share of the gain, with its uncertainty, from a simulation.

    Curves are linear between the budgets that were measured and start at the floor with no points.

    Args:
      curves: columns of curves.csv.
      baselines: mapping of baselines.json.
      score, policy: the pair of the curve.
      share: of the gain, in (0, 1].
    Returns: Enough.
    Raises: NotEnough if nothing is gained or the share is not reached; ValueError if no such pair
      was measured, or the share is none.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share: {share} is not in (0, 1]")
    if baselines["ceiling"] <= baselines["floor"]:
        raise NotEnough(
            "no_gain",
            f"augmenting all points gains nothing: accuracy {baselines['ceiling']:.4f} with it, "
            f"{baselines['floor']:.4f} without; give the budget as a number of points",
        )
    budgets, accuracy = summary.accuracies(curves, score, policy)
    gained = summary.shares(accuracy, baselines)
    mean, lower, upper = summary.mean_interval(gained)
    crossings = [summary.first_crossing(budgets, curve, share) for curve in (mean, upper, lower)]
    points, low, high = map(_rounded_up, crossings)
    if points is None:
        raise NotEnough(
            "not_reached",
            f"{policy} by {score} reaches {mean.max():.0%} of the gain with up to {budgets[-1]} "
            f"points, never {share:.0%}; ask for less, or give the budget as a number of points",
        )
    return Enough(points, low, high, float(share), len(accuracy))


class Expected(NamedTuple):
    """What a simulation says of choosing so many points.

    Attributes:
      accuracy: mean over rounds, on the test set with all its transformed copies.
      low, high: its 95 % interval; None for one round.
      share: of the gain that this is; None where there is nothing to gain.
      rounds: of the simulation.
    """

    accuracy: float
    low: float | None
    high: float | None
    share: float | None
    rounds: int


def expected(curves, baselines, score, policy, points):
    """Accuracy to expect of a number of points, from a simulation.

    Args:
      curves: columns of curves.csv; each round is linear between its budgets, from the floor on.
      baselines: mapping of baselines.json.
      score, policy: the pair of the curve.
      points: number of points, >= 0.
    Returns: Expected, or None where the pair was not measured, or not with so many points.
    """
    rounds = _at(curves, baselines, score, policy, points)
    if rounds is None:
        return None
    mean, low, high = map(_none_if_nan, summary.mean_interval(rounds))
    share = _none_if_nan(summary.shares(mean, baselines))
    return Expected(mean, low, high, share, len(rounds))


def difference(curves, baselines, ours, theirs, points):
    """Accuracy of one policy minus that of another, both with so many points.

    Rounds of the same number are paired, since they share their random numbers; a policy of one
    round counts as exact.

    Args:
      curves, baselines, points: as in `expected`.
      ours, theirs: (score, policy).
    Returns: (difference, low, high), the mean over rounds and its 95 % interval, low and high None
      where both have one round; None where one of the two was not measured with so many points.
    """
    a, b = (_at(curves, baselines, *pair, points) for pair in (ours, theirs))
    if a is None or b is None:
        return None
    if len(a) == len(b):
        return tuple(map(_none_if_nan, summary.mean_interval(a - b)))
    return (float(a.mean() - b.mean()), *map(float, summary.difference_interval(a, b)))


def _at(curves, baselines, score, policy, points):
    """(rounds,) accuracy with so many points, or None where it was not measured."""
    if not summary.has(curves, score, policy):
        return None
    budgets, accuracy = summary.accuracies(curves, score, policy)
    if points > budgets[-1]:
        return None
    x = np.concatenate([[0], budgets])
    return np.array([np.interp(points, x, [baselines["floor"], *curve]) for curve in accuracy])


def _none_if_nan(value):
    return None if math.isnan(value) else float(value)


def _rounded_up(crossing):
    # Rounding errors of the crossing cost no point.
    return None if math.isnan(crossing) else max(1, math.ceil(crossing - 1e-6))
