"""How many points are enough, by a simulation of policies."""

import math
from typing import NamedTuple

from efficient_augmentation import summary


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
    Raises: ValueError if nothing is gained, the share is not reached, or no such pair was measured.
    """
    if not 0 < share <= 1:
        raise ValueError(f"share: {share} is not in (0, 1]")
    if baselines["ceiling"] <= baselines["floor"]:
        raise ValueError(
            f"augmenting all points gains nothing: accuracy {baselines['ceiling']:.4f} with it, "
            f"{baselines['floor']:.4f} without; give the budget as a number of points"
        )
    budgets, accuracy = summary.accuracies(curves, score, policy)
    gained = summary.shares(accuracy, baselines)
    mean, lower, upper = summary.mean_interval(gained)
    crossings = [summary.first_crossing(budgets, curve, share) for curve in (mean, upper, lower)]
    points, low, high = map(_rounded_up, crossings)
    if points is None:
        raise ValueError(
            f"{policy} by {score} reaches {mean.max():.0%} of the gain with up to {budgets[-1]} "
            f"points, never {share:.0%}; ask for less, or give the budget as a number of points"
        )
    return Enough(points, low, high, float(share), len(accuracy))


def _rounded_up(crossing):
    # Rounding errors of the crossing cost no point.
    return None if math.isnan(crossing) else max(1, math.ceil(crossing - 1e-6))
