"""Does the answer of frozen features hold for networks? A summary of end_to_end.csv.

`columns` is always the mapping of columns in end_to_end.csv.
"""

import math

import numpy as np

from efficient_augmentation.analysis import summary

MEASURES = {"network": "test_accuracy", "frozen": "frozen_accuracy"}
"""Columns of the network's accuracy and of that on frozen features."""


def levels(columns, measure):
    """Accuracy of augmenting nothing and of augmenting all, by round.

    Args:
      columns: of end_to_end.csv.
      measure: "network" or "frozen".
    Returns: (floor, ceiling), each (rounds,).
    """
    return tuple(_values(columns, "-", policy, None, measure) for policy in ("none", "all"))


def summarize(columns):
    """Every policy at every share, compared with augmenting all and with random selection.

    Args:
      columns: of end_to_end.csv.
    Returns: list of mappings: score, policy, share, n_augmented; `cost`, images of an epoch over
      those of augmenting all; for the measures network and frozen, each after its name: `_mean`,
      `_low`, `_high` of the accuracy over rounds; `_gain`, the mean's share of the gain of
      augmenting all, nan where there is none; `_behind`, `_behind_low`, `_behind_high`, accuracy
      minus that of augmenting all, rounds paired; `_ahead`, `_ahead_low`, `_ahead_high`, the same
      minus that of random selection (`baseline`), nan for itself or if it was not run.
      Intervals are 95 % Student t intervals, nan for one round.
    """
    keys = [columns[name].tolist() for name in ("score", "policy", "share", "n_augmented")]
    images = dict(zip(zip(*keys, strict=True), columns["images"].tolist(), strict=True))
    everything = images[next(key for key in images if key[1] == "all")]
    return [
        {
            **dict(zip(("score", "policy", "share", "n_augmented"), key, strict=True)),
            "cost": rows / everything,
            **{
                f"{measure}_{name}": value
                for measure in MEASURES
                for name, value in _measured(columns, *key[:3], measure).items()
            },
        }
        for key, rows in images.items()
        if key[0] != "-"
    ]


def agreement(rows):
    """How often network and frozen features agree about the comparison with random selection.

    Args:
      rows: as `summarize` returns them.
    Returns: mapping: `settled`, comparisons of a policy with random selection that frozen features
      settle (the interval does not contain 0); of these `confirmed` and `reversed`, where the
      network's interval is on the same or on the other side of 0, and `open`, where it contains 0.
    """
    found = {"settled": 0, "confirmed": 0, "reversed": 0, "open": 0}
    for row in rows:
        ours, theirs = (_side(row, measure) for measure in ("frozen", "network"))
        if ours:
            found["settled"] += 1
            found[{ours: "confirmed", -ours: "reversed", 0: "open"}[theirs]] += 1
    return found


def _side(row, measure):
    """1 if a policy is ahead of random selection, -1 if it is behind, 0 if that is undecided."""
    low, high = row[f"{measure}_ahead_low"], row[f"{measure}_ahead_high"]
    return int(low > 0) - int(high < 0)


def _measured(columns, score, policy, share, measure):
    accuracy = _values(columns, score, policy, share, measure)
    floor, ceiling = levels(columns, measure)
    mean, low, high = summary.mean_interval(accuracy)
    gain = ceiling.mean() - floor.mean()
    uniform = _values(columns, score, "baseline", share, measure)
    ahead = (math.nan,) * 3
    if policy != "baseline" and len(uniform):
        ahead = summary.mean_interval(accuracy - uniform)
    behind = summary.mean_interval(accuracy - ceiling)
    return {
        **{"mean": float(mean), "low": float(low), "high": float(high)},
        "gain": float((mean - floor.mean()) / gain) if gain > 0 else math.nan,
        **_named("behind", behind),
        **_named("ahead", ahead),
    }


def _named(name, interval):
    return {
        f"{name}{end}": float(v) for end, v in zip(("", "_low", "_high"), interval, strict=True)
    }


def _values(columns, score, policy, share, measure):
    """Accuracies (rounds,) of a series, in the order of rounds."""
    rows = (np.asarray(columns["score"]) == score) & (np.asarray(columns["policy"]) == policy)
    if share is not None:
        rows &= np.asarray(columns["share"]) == share
    order = np.argsort(np.asarray(columns["round"])[rows], kind="stable")
    return np.asarray(columns[MEASURES[measure]], float)[rows][order]
