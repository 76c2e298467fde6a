"""Every policy compared with random selection: the one computation behind every verdict.

`points` is the mapping of arrays in test_points.npz, see `simulation.tally.Tally.arrays`. What
varies by chance, and how much of it counts, is in `intervals` and `resampling`.
"""

import math

import numpy as np

from efficient_augmentation.analysis import intervals, resampling, summary
from efficient_augmentation.analysis.monotone import rising
from efficient_augmentation.analysis.series import REFERENCE, Series, cells
from efficient_augmentation.analysis.settling import settling
from efficient_augmentation.names import policies

SHARES = (0.5, 0.8, 0.9, 0.95, 0.99)
REPLICATES = 10_000
BETTER, WORSE, EQUAL, OPEN = "better", "worse", "equal", "not determined"
UNCOMPARED = "not compared"
"""Verdict where random selection was not measured."""
LITTLE = 0.05
"""Share of the largest budget by which numbers of points may differ and still count as equal."""


def gain(points):
    """Accuracy with every point augmented minus that with none, over test points.

    Args:
      points: see above.
    Returns: intervals.Estimate.
    """
    return intervals.interval(cells(points, points["ceiling"]) - cells(points, points["floor"]))


def differences(points):
    """Every policy minus random selection at every budget of both: the rows of comparison.csv.

    Args:
      points: see above; the policies without clusters are compared.
    Returns: list of mappings: score, policy, n_augmented; difference, of accuracy; low, high, its
      95 % interval; p; p_holm, corrected for all rows; verdict, "better" or "worse" where p_holm
      is below 5 %, "equal" where no round and no test point differs, else "not determined"; rounds.
    Raises: ValueError if no policy was measured besides random selection.
    """
    rows = []
    for score, policy in summary.unstratified(points):
        if policy == REFERENCE or not summary.has(points, score, REFERENCE):
            continue
        ours, theirs = Series(points, score, policy), Series(points, score)
        certain = ours.certain and theirs.certain
        for budget in np.intersect1d(ours.budgets, theirs.budgets):
            j, k = (int(np.searchsorted(one.budgets, budget)) for one in (ours, theirs))
            found = intervals.interval(ours.cells[:, j] - theirs.cells[:, k])
            low, high, p = found[1:] if certain else (math.nan,) * 3
            row = {"score": score, "policy": policy, "n_augmented": int(budget)}
            row |= {"difference": found.mean, "low": low, "high": high, "p": p}
            rows.append(row | {"rounds": len(ours.cells)})
    if not rows:
        raise ValueError("test points: no policy besides baseline to compare with it")
    return judged(rows, "difference", "low", "high")


def needed(points, seed, shares=SHARES, replicates=REPLICATES):
    """Points that recover shares of the gain, compared with random selection: needed.csv.

    Args:
      points: see above; the main panel is compared.
      seed: of the bootstrap's draws.
      shares: of the gain.
      replicates: of the bootstrap, see `resampling.needed`.
    Returns: list of mappings: score, policy, share; points, where the monotone regression of the
      mean curve, linear between budgets, first reaches the share, inf where it does nowhere; low,
      high, their 95 % percentile interval; measured, the smallest budget of the simulation at which
      it does; saved, points of random selection minus these; saved_low, saved_high; p, of no
      saving; p_holm, corrected for the policies at one share; verdict: "better" or "worse" where
      p_holm is below 5 %, else "equal" where the interval of saved lies within 5 % of the largest
      budget, else "not determined", and "not compared" where random selection was not measured;
      rounds; rounds_wanted, test_points_wanted, times_wanted, see `settling.Settling`. A random
      policy of one round has no interval.
    Source: see `resampling.needed`; two-sided p-value of a bootstrap: Davison and Hinkley 1997.
    """
    main = summary.pairs(points)
    series = {pair: Series(points, *pair) for pair in main}
    drawn = resampling.needed(series, points, shares, seed, replicates)
    few = min(replicates, 1000)
    parts = [
        resampling.needed(series, points, shares, seed, few, (one,))
        for one in (resampling.ROUNDS, resampling.TEST_POINTS)
    ]
    rows = []
    for i, share in enumerate(shares):
        family = []
        for pair in main:
            row = own(series[pair], points, share, drawn[pair][i])
            row |= _compared(series, drawn, pair, i)
            variances = _variances(series, parts, pair, i)
            family.append({"score": pair[0], "policy": pair[1], **row, "_variances": variances})
        margin = LITTLE * max(int(one.budgets[-1]) for one in series.values())
        rows += _settled(judged(family, "saved", "saved_low", "saved_high", margin), points)
    return rows


def judged(rows, effect, low, high, margin=0.0):
    """Rows with p_holm and a verdict behind p, corrected for each other.

    A policy that looks at no score stands under every score and is tested once.

    Args:
      rows: mappings with score, policy, p and rounds, and with
      effect, low, high: names of entries; an effect above 0 is better.
      margin: effects within it count as equal.
    Returns: list of mappings.
    """
    tests = {}
    for i, row in enumerate(rows):
        blind = policies.parse(row["policy"]).blind
        place = row.get("n_augmented", row.get("share"))
        tests.setdefault(("" if blind else row["score"], row["policy"], place), []).append(i)
    adjusted = np.empty(len(rows))
    corrected = intervals.holm([rows[i[0]]["p"] for i in tests.values()])
    for members, p in zip(tests.values(), corrected, strict=True):
        adjusted[members] = p
    done = []
    for row, p in zip(rows, adjusted.tolist(), strict=True):
        verdict = row.pop("verdict", OPEN)
        if verdict == OPEN and -margin <= row[low] and row[high] <= margin:
            verdict = EQUAL
        if p < 1 - intervals.LEVEL:
            verdict = BETTER if row[effect] > 0 else WORSE
        rounds = row.pop("rounds")
        done.append({**row, "p_holm": p, "verdict": verdict, "rounds": rounds})
    return done


def own(one, points, share, reached):
    """A policy's own points for a share of the gain: a part of a row of needed.csv.

    Args:
      one: series.Series.
      points: see above.
      share: of the gain.
      reached: (1 + replicates,), as `resampling.needed`.
    Returns: mapping with share, points, low, high, measured.
    """
    gains = not math.isnan(reached[0])
    low, high = _percentiles(reached[1:]) if one.certain and gains else (math.nan, math.nan)
    return {
        "share": share,
        "points": float(reached[0]) if gains else math.inf,
        "low": low,
        "high": high,
        "measured": _measured(one, points, share),
    }


def _measured(one, points, share):
    """The smallest budget at which the monotone mean curve has the share, inf where none has."""
    floor, ceiling = (float(cells(points, points[end]).mean()) for end in ("floor", "ceiling"))
    if ceiling <= floor:
        return math.inf
    curve = [0, *(one.by_round.mean(axis=0) - floor) / (ceiling - floor)]
    enough = rising(curve)[1:] >= share - summary.ROUNDING
    return float(one.budgets[enough.argmax()]) if enough.any() else math.inf


def _compared(series, drawn, pair, i):
    """A policy's points compared with those of random selection."""
    unknown, reference = (math.nan, math.nan), (pair[0], REFERENCE)
    if reference not in series:
        row = dict(zip(("saved", "saved_low", "saved_high", "p"), (math.nan,) * 4, strict=True))
        return {**row, "rounds": len(series[pair].cells), "verdict": UNCOMPARED}
    saved = _minus(drawn[reference][i], drawn[pair][i])
    gains = not math.isnan(saved[0])
    certain = series[pair].certain and series[reference].certain and gains
    low, high = _percentiles(saved[1:]) if certain else unknown
    tested = pair != reference and certain
    return {
        "saved": float(saved[0]) if gains else 0.0,
        "saved_low": low,
        "saved_high": high,
        "p": _two_sided(saved[1:]) if tested else math.nan,
        "rounds": len(series[pair].cells),
    }


def _variances(series, parts, pair, i):
    """Variance of the points saved that rounds and test points alone make, within the budgets."""
    reference = pair[0], REFERENCE
    if reference not in series or pair == reference:
        return 0.0, 0.0
    found = []
    for part in parts:
        ours, theirs = (
            np.minimum(part[k][i][1:], series[k].budgets[-1]) for k in (pair, reference)
        )
        saved = (theirs - ours)[~np.isnan(theirs - ours)]
        found.append(float(saved.var()) if len(saved) else 0.0)
    return tuple(found)


def _settled(rows, points):
    """Rows with the sizes that would determine what is not."""
    tests = len({(p, "" if policies.parse(p).blind else s) for s, p in map(_pair, rows)}) - 1
    for row in rows:
        found = settling(
            row["p"] if row["verdict"] == OPEN else math.nan,
            *row.pop("_variances"),
            row["rounds"],
            points["right"].shape[1],
            max(tests, 1),
        )
        names = ("rounds_wanted", "test_points_wanted", "times_wanted")
        known = row["verdict"] == OPEN
        row |= dict(zip(names, map(float, found) if known else (math.nan,) * 3, strict=True))
    return rows


def _pair(row):
    return row["score"], row["policy"]


def _minus(a, b):
    """Difference, where two that are never reached differ by nothing."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(a) & np.isinf(b), 0.0, a - b)


def _percentiles(values):
    ordered, tail = np.sort(values[~np.isnan(values)]), (1 - intervals.LEVEL) / 2
    if not len(ordered):
        return math.nan, math.nan
    # Not interpolated: there is no value between a finite one and an infinite one.
    last = len(ordered) - 1
    return float(ordered[int(tail * last)]), float(ordered[math.ceil((1 - tail) * last)])


def _two_sided(values):
    """Bootstrap p-value of zero: twice the share of draws on the rarer side, and one more."""
    known = int((~np.isnan(values)).sum())
    rarer = min((values <= 0).sum(), (values >= 0).sum())
    return float(min(1.0, 2 * (rarer + 1) / (known + 1))) if known else math.nan
