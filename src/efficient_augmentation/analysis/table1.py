"""Table 1 of the paper with our results below: accuracy with no, some and all points augmented.

The paper compares the best policy that it observed with the expected accuracy of random selection.
The best of many policies, picked by the test set that also judges it, looks better than it is. So
the table also holds one policy that was named beforehand.
"""

import math
from typing import NamedTuple

import numpy as np

from efficient_augmentation.analysis import intervals, summary
from efficient_augmentation.analysis.series import REFERENCE, Series, cells
from efficient_augmentation.names import policies
from efficient_augmentation.names.table1 import EXPERIMENTS

SHARES = {5: 0.05, 10: 0.10, 25: 0.25}
"""Budgets of the table, in percent and as shares of the training points."""

NAMED = "influence", "random_proportional"
"""Score and policy named beforehand: those that the paper proposes."""

PAPER = {
    "MNIST": (93.2, (99.0, 99.3, 99.5), (99.7, 99.8, 99.7), 99.6),
    "CIFAR-10": (96.3, (96.6, 96.8, 97.0), (97.0, 97.2, 97.3), 97.3),
    "NORB": (87.3, (88.0, 88.3, 88.4), (89.9, 89.8, 89.7), 89.7),
}
"""Accuracy in % with none, 5, 10, 25 % at random, the best of 5, 10, 25 %, and all augmented.

Source: Kuchnik and Smith 2019, table 1.
"""

COLUMNS = ("none", *(f"{kind}_{k}" for kind in ("random", "best", "named") for k in SHARES), "all")

QUANTITIES = {
    "accuracy": ("accuracy", "low", "high"),
    "share of the gain": ("share", "share_low", "share_high"),
}
"""What the table gives of every column, with the names of value and interval in its rows."""


class Sample(NamedTuple):
    """What was measured at one number of points.

    Attributes:
      cells: (r, s) or (s,), see `series.Series`; their mean is accuracy.
      certain: whether the spread between rounds is known.
    """

    cells: np.ndarray
    certain: bool = True


def rows(results, skipped=None):
    """The rows of table1.csv.

    Args:
      results: name of each experiment that was run, a key of `EXPERIMENTS`, to (curves, baselines,
        points): columns of curves.csv, mappings of baselines.json and of test_points.npz.
      skipped: name of each experiment that was not run to the reason, or None.
    Returns: list of mappings, the paper's row of each data set before ours: dataset; source,
      "paper" or "ours"; experiment, empty for the paper's; column, one of `COLUMNS`; accuracy in
      0..1 with its 95 % interval low, high; share of the gain with its interval share_low,
      share_high; score and policy that were measured; note, why a number is missing. Missing
      numbers are nan.
    Raises: ValueError if an experiment is unknown, or curves and test points do not fit.
    """
    if unknown := (results.keys() | (skipped or {}).keys()) - EXPERIMENTS.keys():
        raise ValueError(f"table 1 has no row for {', '.join(sorted(unknown))}")
    found = []
    for dataset in PAPER:
        found += _published(dataset)
        for experiment in (name for name, row in EXPERIMENTS.items() if row == dataset):
            about = {"dataset": dataset, "source": "ours", "experiment": experiment}
            if experiment in results:
                found += [{**about, **row} for row in _measured(*results[experiment])]
            elif reason := (skipped or {}).get(experiment):
                found += [{**about, **_empty(column, reason)} for column in COLUMNS]
    return found


def lines(rows):
    """The rows by line of the printed table: two for each source, accuracy and share of the gain.

    Args:
      rows: as `rows` returns them.
    Returns: list of (name of the line, {column: (value, low, high)}), nan where nothing is known.
    """
    found = {}
    for row in rows:
        who = row["experiment"] or "paper"
        for what, names in QUANTITIES.items():
            cells = found.setdefault(
                f"{row['dataset']}, {who}: {what}", dict.fromkeys(COLUMNS, (math.nan,) * 3)
            )
            cells[row["column"]] = tuple(row[name] for name in names)
    return list(found.items())


def _published(dataset):
    none, at_random, best, full = PAPER[dataset]
    values = dict(zip(COLUMNS, (none, *at_random, *best, *[math.nan] * 3, full), strict=True))
    return [
        {
            **{"dataset": dataset, "source": "paper", "experiment": ""},
            **_empty(column, ""),
            "accuracy": value / 100,
            "share": (value - none) / (full - none),
        }
        for column, value in values.items()
        if not math.isnan(value)
    ]


def _measured(curves, baselines, points):
    n = baselines["n_train"]
    levels = [Sample(cells(points, points[name])) for name in ("floor", "ceiling")]
    found = [_row("none", levels[0], levels)]
    pairs = summary.unstratified(curves)
    uniform = next((pair for pair in pairs if pair[1] == REFERENCE), None)
    chosen = [pair for pair in pairs if pair[1] != REFERENCE]
    for kind in ("random", "best", "named"):
        for percent, share in SHARES.items():
            budget = round(share * n)
            wanted = {"random": [uniform] if uniform else [], "best": chosen, "named": [NAMED]}
            samples = {p: _sample(points, *p, budget) for p in wanted[kind] if p in pairs}
            samples = {pair: sample for pair, sample in samples.items() if sample}
            column = f"{kind}_{percent}"
            if not samples:
                found.append(_empty(column, f"not measured with {budget} points"))
                continue
            pair = max(samples, key=lambda pair: samples[pair].cells.mean())
            found.append(_row(column, samples[pair], levels, *pair))
    return [*found, _row("all", levels[1], levels)]


def _sample(points, score, policy, budget):
    """Cells (r, s) of a policy at a budget, None where it was not measured there."""
    one = Series(points, score, policy)
    at = np.flatnonzero(one.budgets == budget)
    return Sample(one.cells[:, at[0]], one.certain) if len(at) else None


def _row(column, sample, levels, score="", policy=""):
    accuracy, share = _interval(sample), _share(sample, *levels)
    return {
        "column": column,
        "accuracy": accuracy.mean,
        "low": accuracy.low,
        "high": accuracy.high,
        "share": share.mean,
        "share_low": share.low,
        "share_high": share.high,
        "score": "" if policy and policies.parse(policy).blind else score,
        "policy": policy,
        "note": "",
    }


def _share(sample, floor, ceiling):
    """Share of the gain with its interval; nan where nothing is gained.

    By the delta method: a test point moves the share S = (A - F) / (C - F) of accuracy A, floor F
    and ceiling C by (a - f - S (c - f)) / (C - F), where a, f, c are the point's own.
    """
    floor, ceiling = floor.cells, ceiling.cells
    gain = ceiling.mean() - floor.mean()
    if gain <= 0:
        return intervals.Estimate(*[math.nan] * 4)
    share = (sample.cells.mean() - floor.mean()) / gain
    moved = (sample.cells - floor - share * (ceiling - floor)) / gain
    return _interval(sample._replace(cells=share + moved))


def _interval(sample):
    found = intervals.interval(sample.cells)
    return found if sample.certain else intervals.Estimate(found.mean, *[math.nan] * 3)


def _empty(column, note):
    numbers = ("accuracy", "low", "high", "share", "share_low", "share_high")
    return {"column": column, **dict.fromkeys(numbers, math.nan), "score": "", "policy": ""} | {
        "note": note
    }
