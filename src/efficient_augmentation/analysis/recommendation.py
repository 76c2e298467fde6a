"""The recommended policy and number of points, from the verdicts of `comparison`."""

import math
from typing import NamedTuple

from efficient_augmentation.analysis import comparison, resampling
from efficient_augmentation.analysis.comparison import BETTER, OPEN, UNCOMPARED
from efficient_augmentation.analysis.series import REFERENCE, Series
from efficient_augmentation.names import policies

NO_GAIN = "no gain"
"""Verdict where the gain of augmenting every point is not significant."""
_FEW = 1000


class Recommendation(NamedTuple):
    """The recommendation that follows from the verdicts.

    Attributes:
      row: of `comparison.needed`, the policy to augment by; None where nothing suitable was
        simulated.
      own: the row of the configured score and policy, or None where it was not simulated.
      random: the row of random selection, or None.
      verdict: on the policy compared with random selection; where random selection is itself the
        recommendation, on the configured policy.
    """

    row: dict | None
    own: dict | None
    random: dict | None
    verdict: str


def recommend(rows, score, policy, scored):
    """The best supported choice.

    A policy is preferred to random selection where it is significantly better, and to the
    configured one only where its whole interval lies below that one's. Where the comparison of the
    configured one is not determined, it is taken if even the upper end of its interval lies below
    what random selection needs. Only policies that order the points once, by a score that is
    known, can be recommended.

    Args:
      rows: of `comparison.needed` at one share of the gain.
      score, policy: as configured.
      scored: names of the scores that every point has.
    Returns: Recommendation.
    """
    by_pair = {(row["score"], row["policy"]): row for row in rows}
    own = by_pair.get((score, policy))
    of_random = [row for row in rows if row["policy"] == REFERENCE]
    random = by_pair.get((score, REFERENCE)) or (of_random[0] if of_random else None)
    better = [row for row in rows if row["verdict"] == BETTER and _listed(row, scored)]
    if own and own["verdict"] == BETTER:
        better = [row for row in better if row["high"] < own["low"]] or [own]
    if better:
        return Recommendation(min(better, key=_cost), own, random, BETTER)
    if random is None or own is None or own is random:
        return Recommendation(random or own, own, random, UNCOMPARED)
    # This many of its points are enough, whatever the comparison finds.
    cheap = own["verdict"] == OPEN and own["high"] < random["points"] and _listed(own, scored)
    return Recommendation(own if cheap else random, own, random, own["verdict"])


def number(row, budgets, verdict, n):
    """Points to augment: measured ones, and the safe number where nothing is determined.

    Args:
      row: of `comparison.needed`.
      budgets: (b,) ascending, measured for this policy.
      verdict: of the recommendation.
      n: number of training points.
    Returns: (points, safe): the smallest measured budget with the share of the gain; where the
      verdict is open, the smallest one above the interval, n if there is none, and True.
    """
    if verdict == OPEN and not math.isnan(row["high"]):
        return _at_least(budgets, row["high"], n), True
    return _at_least(budgets, row["measured"], n), math.isinf(row["measured"])


def picker(pair, share, verdict, n, seed):
    """The rule of `number`, as a function of the arrays of test_points.npz."""

    def pick(points):
        one = Series(points, *pair)
        drawn = resampling.needed({pair: one}, points, (share,), seed, _FEW)[pair][0]
        row = comparison.own(one, points, share, drawn)
        return number(row, one.budgets, verdict, n)[0]

    return pick


def _at_least(budgets, points, n):
    return next((int(b) for b in budgets if b >= points), n)


def _listed(row, scored):
    """Whether a single list of points follows from the policy."""
    policy = policies.parse(row["policy"])
    once = not (policy.update or policy.downweight or policies.unordered(row["policy"]))
    return once and row["score"] in scored and not math.isinf(row["measured"])


def _cost(row):
    return row["high"], row["points"]
