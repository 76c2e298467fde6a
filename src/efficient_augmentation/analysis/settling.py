"""How many rounds or test images would determine what a run left undetermined."""

import math
from typing import NamedTuple

POWER = 0.8
_LEVEL = 0.05


class Settling(NamedTuple):
    """What would determine a difference of the observed size, with probability `POWER`.

    Attributes:
      rounds: number of rounds needed with the same test set; inf if no number is enough.
      test_points: number of test points needed with the same rounds; inf if no number is enough.
      times: factor for both together; inf if nothing differs.
    """

    rounds: float
    test_points: float
    times: float


def settling(p, by_rounds, by_points, rounds, test_points, tests=1):
    """Estimate the size at which a difference would be significant.

    The variance is by_rounds / rounds + by_points / test points, up to a factor, and has to fall
    until the difference that was seen is as many standard errors as level and power ask for.

    Args:
      p: two-sided p-value of the difference, uncorrected.
      by_rounds, by_points: parts of the estimate's variance, in any one unit.
      rounds, test_points: numbers of both that there are.
      tests: number of comparisons that the level is shared by.
    Returns: Settling.
    """
    from scipy.special import ndtri

    seen = -ndtri(p / 2)
    wanted = ndtri(POWER) - ndtri(_LEVEL / (2 * tests))
    total = by_rounds + by_points
    if not seen > 0 or not total > 0:
        return Settling(math.inf, math.inf, math.inf)
    times = max((wanted / seen) ** 2, 1.0)
    of_rounds, of_points = by_rounds / total, by_points / total
    return Settling(
        _alone(rounds, of_rounds, 1 / times - of_points),
        _alone(test_points, of_points, 1 / times - of_rounds),
        times,
    )


def _alone(number, share, left):
    """The number for which its share of the variance falls to what is left for it."""
    return math.ceil(number * share / left) if left > 0 and share > 0 else math.inf
