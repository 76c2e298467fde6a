"""Numbers computed from the curves: areas, intervals, shares of the gain, points needed.

`curves` is always the mapping of columns in curves.csv (score, policy, clusters, round,
n_augmented, test_accuracy); `baselines` the mapping in baselines.json (floor, ceiling, n_train).
The table may hold three panels: the main one, which all areas and points needed are about, one
stratified by clusters, and one of k-DPPs, whose budgets may end early.
"""

import math
from typing import NamedTuple

import numpy as np

from efficient_augmentation.analysis import correlation
from efficient_augmentation.analysis.monotone import rising
from efficient_augmentation.names import policies

LEVEL = 0.95
ROUNDING = 1e-9
"""Of shares of the gain, which are sums of many terms."""
EARLY = 0.25
"""Share of the training points up to which budgets count as early: where the choice matters."""


def in_order(names):
    """Policies without repetition in the order of the tables: by base, then by modifiers.

    Powers of a score stand beside the score itself, in the order of their exponents.
    """

    def rank(name):
        policy = policies.parse(name)
        power = policy.base == policies.POWER
        base = policies.BASES.index("random_proportional" if power else policy.base)
        return base, policy.exponent or 0, policy.downweight, policy.update

    return sorted(set(names), key=rank)


def unstratified(curves):
    """Every (score, policy) pair without clusters and its last budget, policies in order."""
    plain = np.asarray(curves["clusters"]) == 0
    columns = (np.asarray(curves[c])[plain].tolist() for c in ("score", "policy", "n_augmented"))
    last = {}
    for score, policy, budget in zip(*columns, strict=True):
        found = last.setdefault(score, {})
        found[policy] = max(budget, found.get(policy, 0))
    return {(s, p): found[p] for s, found in last.items() for p in in_order(found)}


def pairs(curves):
    """The (score, policy) pairs of the main panel, scores as they come, policies in order.

    The main panel is unstratified and measured up to the last budget of the policies that follow
    an order: k-DPPs belong to it only where they were measured that far.
    """
    last = unstratified(curves)
    ends = [n for (_, policy), n in last.items() if not policies.parse(policy).diverse]
    end = max(ends or last.values(), default=0)
    return [pair for pair, n in last.items() if n >= end]


def dpp_pairs(curves):
    """The (score, policy) pairs of k-DPPs, wherever their budgets end."""
    return [pair for pair in unstratified(curves) if policies.parse(pair[1]).diverse]


def stratified(curves):
    """Numbers of clusters by (score, policy), ascending; pairs in order, unstratified ones out."""
    columns = (np.asarray(curves[c]).tolist() for c in ("score", "policy", "clusters"))
    found = {}
    for score, policy, k in zip(*columns, strict=True):
        if k:
            found.setdefault(score, {}).setdefault(policy, set()).add(int(k))
    return {(s, p): sorted(by[p]) for s, by in found.items() for p in in_order(by)}


def has(curves, score, policy):
    """Whether the pair was measured, unstratified."""
    return (score, policy) in unstratified(curves)


def accuracies(curves, score, policy, clusters=0):
    """Accuracy by round and budget of one policy.

    Args:
      curves: columns of curves.csv.
      score: name of the score that ordered the points.
      policy: name of the policy.
      clusters: number of clusters to stratify by, 0 for none.
    Returns: (budgets, accuracy): int (b,) ascending, float (rounds, b).
    Raises: ValueError if there is no such row, or if a budget is missing from or repeated in a
      round.
    """
    rows = (
        (np.asarray(curves["clusters"]) == clusters)
        & (np.asarray(curves["score"]) == score)
        & (np.asarray(curves["policy"]) == policy)
    )
    if not rows.any():
        strata = f" in {clusters} clusters" if clusters else ""
        raise ValueError(f"curves: no row has score {score!r} and policy {policy!r}{strata}")
    rounds, i = np.unique(np.asarray(curves["round"])[rows], return_inverse=True)
    budgets, j = np.unique(np.asarray(curves["n_augmented"])[rows], return_inverse=True)
    if len(i) != len(rounds) * len(budgets) or len(set(zip(i, j, strict=True))) != len(i):
        raise ValueError(
            f"curves: {score}, {policy}: {len(i)} rows are not {len(rounds)} rounds "
            f"x {len(budgets)} budgets; each round needs each budget exactly once"
        )
    accuracy = np.empty((len(rounds), len(budgets)))
    accuracy[i, j] = np.asarray(curves["test_accuracy"], dtype=float)[rows]
    return budgets, accuracy


def area(budgets, accuracy, floor):
    """Area under accuracy over the number of augmented points, by the trapezoidal rule.

    The curve starts at 0 points with the floor. The area is not divided by the range of
    points: its unit is accuracy times points, as in the paper's tables.

    Args:
      budgets: augmented points, (b,), ascending, > 0.
      accuracy: (..., b), in [0, 1].
      floor: accuracy with nothing augmented.
    Returns: (...,).
    """
    start = np.full((*np.shape(accuracy)[:-1], 1), floor)
    heights = np.concatenate([start, accuracy], axis=-1)
    return np.trapezoid(heights, np.concatenate([[0], budgets]), axis=-1)


def summarize(curves, baselines):
    """Area under each policy's curve: the rows of auc.csv.

    Args:
      curves: columns of curves.csv.
      baselines: mapping with `floor`.
    Returns: list of mappings score, policy, auc_mean, auc_std, rounds; auc_std is the sample
      standard deviation over rounds (ddof = 1), nan where there is one round.
    """
    rows = []
    for score, policy in pairs(curves):
        areas = area(*accuracies(curves, score, policy), baselines["floor"])
        spread = float(areas.std(ddof=1)) if len(areas) > 1 else math.nan
        rows.append(
            {
                "score": score,
                "policy": policy,
                "auc_mean": float(areas.mean()),
                "auc_std": spread,
                "rounds": len(areas),
            }
        )
    return rows


def mean_interval(values, axis=0, level=LEVEL):
    """Mean and its two-sided Student t interval.

    Args:
      values: (r, ...) independent repetitions along `axis`.
      axis: the repetitions' axis.
      level: of the interval.
    Returns: (mean, low, high), each without `axis`; low and high are nan for one repetition.
    """
    from scipy.special import stdtrit

    values = np.asarray(values, dtype=float)
    r = values.shape[axis]
    mean = values.mean(axis=axis)
    if r == 1:
        return mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    half = stdtrit(r - 1, (1 + level) / 2) * values.std(axis=axis, ddof=1) / math.sqrt(r)
    return mean, mean - half, mean + half


def difference_interval(a, b, level=LEVEL):
    """Interval of mean(a) - mean(b) for independent samples (Welch).

    A sample of one value counts as exact: a deterministic policy has no spread.

    Args:
      a: (r,) values.
      b: (s,) values; at least one of r, s is above 1.
      level: of the interval.
    Returns: (low, high).
    Raises: ValueError if both samples hold one value.
    """
    from scipy.special import stdtrit

    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if len(a) == len(b) == 1:
        raise ValueError("difference_interval: two samples of one value have no interval")
    parts = [(x.var(ddof=1) / len(x), len(x) - 1) for x in (a, b) if len(x) > 1]
    variance = sum(v for v, _ in parts)
    difference = a.mean() - b.mean()
    if variance == 0:
        return difference, difference
    freedom = variance**2 / sum(v**2 / f for v, f in parts)
    half = stdtrit(freedom, (1 + level) / 2) * math.sqrt(variance)
    return difference - half, difference + half


def shares(accuracy, baselines):
    """(accuracy - floor) / (ceiling - floor); nan everywhere where there is nothing to gain."""
    gain = baselines["ceiling"] - baselines["floor"]
    if gain <= 0:
        return np.full(np.shape(accuracy), np.nan)
    return (np.asarray(accuracy) - baselines["floor"]) / gain


def first_crossing(budgets, curve, target):
    """Where the monotone regression of a curve that starts at (0, 0) first reaches a target.

    Args:
      budgets: (b,) ascending, > 0.
      curve: (b,) shares of the gain.
      target: share.
    Returns: float, linear between budgets; nan where it does nowhere.
    """
    return float(first_crossings(budgets, np.asarray(curve, float)[None], target)[0])


def first_crossings(budgets, curves, target):
    """`first_crossing` of many curves: (c, b) to (c,)."""
    zero = np.zeros((len(curves), 1))
    x, y = np.concatenate([[0.0], budgets]), rising(np.concatenate([zero, curves], axis=1))
    reached = y >= target - ROUNDING
    k = np.maximum(reached.argmax(axis=1), 1)
    row = np.arange(len(curves))
    before, after = y[row, k - 1], y[row, k]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = x[k - 1] + (target - before) / (after - before) * (x[k] - x[k - 1])
    return np.where(reached[:, 0], 0.0, np.where(reached.any(axis=1), found, np.nan))


def points_needed(curves, baselines, share=LEVEL):
    """Augmented points at which each policy's mean curve first recovers a share of the gain.

    The monotone regression of the mean curve over rounds counts, see `monotone.rising`; it is
    linear between budgets and starts at the floor.

    Args:
      curves: columns of curves.csv.
      baselines: mapping with `floor` and `ceiling`.
      share: of the gain, in (0, 1].
    Returns: list of mappings score, policy, points; points is nan where the share is never
      reached or where ceiling <= floor.
    Raises: ValueError if share lies outside (0, 1].
    """
    if not 0 < share <= 1:
        raise ValueError(f"share: {share} is not in (0, 1]")
    rows = []
    for score, policy in pairs(curves):
        budgets, accuracy = accuracies(curves, score, policy)
        curve = shares(accuracy, baselines).mean(axis=0)
        points = first_crossing(budgets, curve, share)
        rows.append({"score": score, "policy": policy, "points": points})
    return rows


class Comparison(NamedTuple):
    """Two policies' mean share of the gain over the same budgets.

    Attributes:
      budgets: (b,) early budgets that both were measured at.
      ours: (rounds,) mean over these budgets.
      theirs: the same of the other policy.
      difference: of the means over rounds.
      low, high: interval of the difference; nan where both have one round.
    """

    budgets: np.ndarray
    ours: np.ndarray
    theirs: np.ndarray
    difference: float
    low: float
    high: float


def compare(curves, baselines, ours, theirs, level=LEVEL):
    """Compare two policies where the choice of points matters: at early budgets.

    Both are averaged over the budgets up to a quarter of the training points that both were
    measured at (where there is none, over those short of all points). Rounds of the same number
    are paired, since they share their random numbers; a policy of one round counts as exact.

    Args:
      curves: columns of curves.csv.
      baselines: mapping with `floor`, `ceiling` and `n_train`.
      ours: (score, policy) or (score, policy, clusters).
      theirs: the same; what is subtracted.
      level: of the interval.
    Returns: Comparison, or None if the two share no budget.
    """
    (a, ours), (b, theirs) = (accuracies(curves, *series) for series in (ours, theirs))
    shared = np.intersect1d(a, b)
    early = shared[shared <= EARLY * baselines["n_train"]]
    used = early if len(early) else shared[shared < baselines["n_train"]]
    used = used if len(used) else shared
    if not len(used):
        return None
    ours = shares(ours[:, np.isin(a, used)], baselines).mean(axis=1)
    theirs = shares(theirs[:, np.isin(b, used)], baselines).mean(axis=1)
    if len(ours) == len(theirs):
        difference, low, high = mean_interval(ours - theirs, level=level)
    else:
        difference = ours.mean() - theirs.mean()
        low, high = difference_interval(ours, theirs, level)
    return Comparison(used, ours, theirs, float(difference), float(low), float(high))


def best_clusters(curves, baselines, score, policy):
    """The number of clusters that is best for a policy, compared with no stratification.

    One cluster is no stratification and as many clusters as points are random selection, so both
    are left out. The best is picked after seeing the results; its interval is widened for that
    (Bonferroni: all intervals hold at once with 95 %).

    Args:
      curves: columns of curves.csv.
      baselines: mapping with `floor`, `ceiling` and `n_train`; ceiling > floor.
      score: name of the score.
      policy: name of the policy.
    Returns: (k, number of k tried, Comparison), or None if nothing can be compared.
    """
    counts = stratified(curves).get((score, policy), [])
    counts = [k for k in counts if 1 < k < baselines["n_train"]]
    if not counts or not has(curves, score, policy):
        return None
    level = 1 - (1 - LEVEL) / len(counts)
    plain = score, policy
    found = {k: compare(curves, baselines, (score, policy, k), plain, level) for k in counts}
    found = {k: comparison for k, comparison in found.items() if comparison}
    if not found:
        return None
    best = max(found, key=lambda k: found[k].difference)
    return best, len(counts), found[best]


def vsv_share(baselines):
    """Share of the gain that augmenting exactly the support vectors recovers; nan if no gain."""
    return float(shares(baselines["vsv_accuracy"], baselines))


def spearman(before, after):
    """Spearman's rank correlation of finite magnitudes; nan where one side is constant.

    Args:
      before: (n,).
      after: (n,).
    Returns: float in [-1, 1], or nan.
    """
    before, after = np.abs(np.asarray(before, float)), np.abs(np.asarray(after, float))
    finite = np.isfinite(before) & np.isfinite(after)
    before, after = before[finite], after[finite]
    if len(before) < 2 or np.ptp(before) == 0 or np.ptp(after) == 0:
        return float("nan")
    return correlation.spearman(before, after)


def extreme_points(scores, count=100):
    """Indices of the highest- and the lowest-scoring points.

    Args:
      scores: (n,), any sign; magnitudes count.
      count: how many of each, n // 2 where there are fewer points.
    Returns: (highest, lowest): descending, ascending; ties in the points' order. Disjoint.
    """
    ascending = np.argsort(np.abs(np.asarray(scores, float)), kind="stable")
    count = min(count, len(ascending) // 2)
    return ascending[::-1][:count], ascending[:count]
