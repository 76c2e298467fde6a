"""Policies beside uniform choice: differences, points saved, and what chance leaves of them.

Two things vary by chance: which points a random policy draws, round by round, and which points are
in the test set. The estimate is the mean over both, and its variance the sum of two, that of the
mean over rounds and that of the mean over test points: rounds of one number share their random
numbers and so are paired, a test point with all its variants is one unit, and a policy of one round
varies by the test points alone. What is chance in both at once counts twice, so intervals err on
the wide side, by a factor of at most the root of 2, and by next to nothing with many rounds.

`curves` is the mapping of columns in curves.csv, `points` that of arrays in test_points.npz.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy import stats

from efficient_augmentation.analysis import summary
from efficient_augmentation.names import policies

REFERENCE = "baseline"
SHARES = (0.5, 0.8, 0.9, 0.95, 0.99)
REPLICATES = 10_000
BETTER, WORSE, OPEN, EQUAL = "better", "worse", "undecided", "equal"
_BLOCK = 1000


class Estimate(NamedTuple):
    """A mean with its two-sided interval and the p-value of its being zero."""

    mean: float
    low: float
    high: float
    p: float


def interval(by_round, by_point, level=summary.LEVEL):
    """Interval of a mean over rounds and test points.

    Args:
      by_round: (r,) differences, one a round, each a mean over test points.
      by_point: (s,) the same differences, one a test point, each a mean over rounds.
      level: of the interval.
    Returns: Estimate: the t interval of the sum of both variances, its degrees of freedom by
      Satterthwaite; nan but for the mean where one of both is one value, which tells no spread.
      Differences that are all zero have p = nan: there is nothing to test.
    Source: Satterthwaite 1946; the sum of the variances of both margins: Owen 2007.
    """
    by_round, by_point = np.asarray(by_round, float), np.asarray(by_point, float)
    mean = float(by_round.mean())
    if min(len(by_round), len(by_point)) < 2:
        return Estimate(mean, math.nan, math.nan, math.nan)
    parts = [(x.var(ddof=1) / len(x), len(x) - 1) for x in (by_round, by_point)]
    variance = sum(v for v, _ in parts)
    if variance == 0:
        return Estimate(mean, mean, mean, math.nan if mean == 0 else 0.0)
    freedom = variance**2 / sum(v**2 / f for v, f in parts)
    error = math.sqrt(variance)
    half = stats.t.ppf((1 + level) / 2, freedom) * error
    p = 2 * stats.t.sf(abs(mean) / error, freedom)
    return Estimate(mean, mean - half, mean + half, float(p))


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


def differences(curves, points):
    """Every policy minus uniform choice at every budget of both: the rows of comparison.csv.

    Args:
      curves, points: see above; the policies without clusters are compared.
    Returns: list of mappings: score, policy, n_augmented; difference, of accuracy; low, high, its
      95 % interval; p; p_holm, corrected for all rows; verdict, "better" or "worse" where p_holm
      is below 5 %, "equal" where no round and no test point differs, else "undecided"; rounds.
    Raises: ValueError if no policy was measured beside uniform choice.
    """
    rows = []
    for score, policy in summary.unstratified(curves):
        if policy == REFERENCE or not summary.has(curves, score, REFERENCE):
            continue
        ours, theirs = _Series(curves, points, score, policy), _Series(curves, points, score)
        for budget in np.intersect1d(ours.budgets, theirs.budgets):
            by_round, by_point = (
                a - b for a, b in zip(ours.at(budget), theirs.at(budget), strict=True)
            )
            found = interval(by_round, by_point)
            rows.append(
                {
                    "score": score,
                    "policy": policy,
                    "n_augmented": int(budget),
                    "difference": found.mean,
                    "low": found.low,
                    "high": found.high,
                    "p": found.p,
                    "rounds": len(ours.by_round),
                }
            )
    _check(rows)
    return judged(rows, "difference", "low", "high")


def needed(curves, points, seed, replicates=REPLICATES):
    """Points that recover shares of the gain, beside uniform choice: the rows of needed.csv.

    The bootstrap draws rounds, the same for every policy, and test points, the same for every
    policy, floor and ceiling; a replicate's curve is the mean curve plus what both draws move it.
    Rounds may be few, so their part is as much wider as Student's interval is.

    Args:
      curves, points: see above; the main panel is compared.
      seed: of the draws.
      replicates: of the bootstrap.
    Returns: list of mappings: score, policy, share; points, where the mean curve first reaches the
      share, inf where it does nowhere; low, high, their 95 % percentile interval; saved, points of
      uniform choice minus these; saved_low, saved_high; p; p_holm, corrected for the policies
      at one share; verdict, as in `differences`; rounds. A random policy of one round has no
      interval, nor has `saved` beside one round of uniform choice. Uniform choice itself is
      "equal".
    Raises: ValueError if no policy was measured beside uniform choice.
    Cost: O(replicates (s + 5) b) for all policies together, s test points, b budgets.
    Source: percentile bootstrap: Efron 1979; over both margins: Owen 2007; expanded for few rounds:
      Hesterberg 2015.
    """
    main = summary.pairs(curves)
    series = {pair: _Series(curves, points, *pair) for pair in main}
    _check([pair for pair in main if pair[1] != REFERENCE and (pair[0], REFERENCE) in series])
    drawn = _replicates(series, points, seed, replicates)
    reached = {pair: _shares_reached(series[pair], points, drawn[pair]) for pair in main}
    rows = []
    for i, share in enumerate(SHARES):
        family = []
        for score, policy in main:
            if (score, REFERENCE) not in reached:
                continue
            ours, theirs = reached[score, policy][i], reached[score, REFERENCE][i]
            own, random = series[score, policy].certain, series[score, REFERENCE].certain
            low, high = _percentiles(ours[1:]) if own else (math.nan, math.nan)
            row = {"score": score, "policy": policy, "share": share}
            row |= {"points": float(ours[0]), "low": low, "high": high}
            saved = _minus(theirs, ours)
            ends = _percentiles(saved[1:]) if own and random else (math.nan, math.nan)
            row |= {"saved": float(saved[0]), "saved_low": ends[0], "saved_high": ends[1]}
            tested = policy != REFERENCE and own and random
            row["p"] = _two_sided(saved[1:]) if tested else math.nan
            family.append(row | {"rounds": len(series[score, policy].by_round)})
        rows += judged(family, "saved", "saved_low", "saved_high")
    return rows


def judged(rows, effect, low, high):
    """Rows with p_holm and a verdict behind p, corrected for each other.

    A policy that looks at no score stands under every score and is tested once.

    Args:
      rows: mappings with score, policy, p and rounds, and with
      effect, low, high: names of entries; an effect above 0 is better.
    Returns: list of mappings.
    """
    tests = {}
    for i, row in enumerate(rows):
        blind = policies.parse(row["policy"]).blind
        place = row.get("n_augmented", row.get("share"))
        tests.setdefault(("" if blind else row["score"], row["policy"], place), []).append(i)
    adjusted = np.empty(len(rows))
    for members, p in zip(
        tests.values(), holm([rows[i[0]]["p"] for i in tests.values()]), strict=True
    ):
        adjusted[members] = p
    done = []
    for row, p in zip(rows, adjusted.tolist(), strict=True):
        verdict = EQUAL if row[low] == row[high] == 0 else OPEN
        if p < 1 - summary.LEVEL:
            verdict = BETTER if row[effect] > 0 else WORSE
        rounds = row.pop("rounds")
        done.append({**row, "p_holm": p, "verdict": verdict, "rounds": rounds})
    return done


class _Series:
    """One policy: accuracies by round (r, b) and by test point (b, s) at its budgets."""

    def __init__(self, curves, points, score, policy=REFERENCE):
        self.budgets, self.by_round = summary.accuracies(curves, score, policy)
        rows = (points["score"] == score) & (points["policy"] == policy) & (points["clusters"] == 0)
        at = points["n_augmented"][rows]
        if sorted(at) != self.budgets.tolist():
            raise ValueError(
                f"test points: {score}, {policy}: budgets {sorted(at.tolist())}, the curves have "
                f"{self.budgets.tolist()}"
            )
        self.by_point = points["right"][rows][np.argsort(at)].astype(float)
        # One round of a random policy does not say how much rounds differ.
        self.certain = not policies.parse(policy).random or len(self.by_round) > 1

    def at(self, budget):
        j = int(np.searchsorted(self.budgets, budget))
        return self.by_round[:, j], self.by_point[j]


def _check(rows):
    if not rows:
        raise ValueError("curves: no policy beside baseline, uniform choice, to compare it with")


def _replicates(series, points, seed, replicates):
    """(replicates, b + 2) by pair: what a draw moves a mean curve, floor and ceiling by."""
    rng = np.random.default_rng(seed)
    levels = np.stack([points["floor"], points["ceiling"]]).astype(float)
    stacked = np.concatenate([s.by_point for s in series.values()] + [levels])
    moved = np.empty((replicates, len(stacked)))
    n = stacked.shape[1]
    centred = stacked - stacked.mean(axis=1, keepdims=True)
    for start in range(0, replicates, _BLOCK):
        size = min(_BLOCK, replicates - start)
        weights = rng.multinomial(n, np.full(n, 1 / n), size) / n
        moved[start : start + size] = weights @ centred.T
    rounds = max(len(s.by_round) for s in series.values())
    drawn = rng.multinomial(rounds, np.full(rounds, 1 / rounds), replicates) / rounds
    found, column = {}, 0
    for pair, one in series.items():
        found[pair] = np.concatenate(
            [moved[:, column : column + len(one.budgets)], moved[:, -2:]], axis=1
        )
        column += len(one.budgets)
        if len(one.by_round) > 1:
            spread = one.by_round - one.by_round.mean(axis=0)
            found[pair][:, :-2] += drawn @ spread * _expansion(len(spread))
    return found


def _expansion(rounds):
    """How much wider Student's interval of a mean is than the percentiles of its bootstrap."""
    tail = (1 + summary.LEVEL) / 2
    student = stats.t.ppf(tail, rounds - 1) / stats.norm.ppf(tail)
    return float(student * math.sqrt(rounds / (rounds - 1)))


def _shares_reached(series, points, moved):
    """(shares, 1 + replicates) points needed: of the mean curve, then of every replicate."""
    curve = series.by_round.mean(axis=0)
    floor, ceiling = float(points["floor"].mean()), float(points["ceiling"].mean())
    moved = np.concatenate([np.zeros((1, moved.shape[1])), moved])
    floor, ceiling = floor + moved[:, -2:-1], ceiling + moved[:, -1:]
    # A replicate in which nothing is gained never gets there.
    gain = np.where(ceiling > floor, ceiling - floor, np.nan)
    recovered = (curve + moved[:, :-2] - floor) / gain
    found = [summary.first_crossings(series.budgets, recovered, share) for share in SHARES]
    return np.where(np.isnan(found), np.inf, found)


def _minus(a, b):
    """Difference, where two that are never reached differ by nothing."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(a) & np.isinf(b), 0.0, a - b)


def _percentiles(values):
    # Not interpolated: between values of which one is infinite there is nothing.
    ordered, tail = np.sort(values), (1 - summary.LEVEL) / 2
    last = len(ordered) - 1
    return float(ordered[int(tail * last)]), float(ordered[math.ceil((1 - tail) * last)])


def _two_sided(values):
    """Bootstrap p-value of zero: twice the share of draws on the rarer side, and one more."""
    rarer = min((values <= 0).sum(), (values >= 0).sum())
    return float(min(1.0, 2 * (rarer + 1) / (len(values) + 1)))
