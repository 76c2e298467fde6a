"""The answer of a run: how many points to augment, how to choose them, and the accuracy gained."""

import math
from numbers import Real

import numpy as np

from efficient_augmentation.analysis import (
    answer_warnings,
    answer_words,
    comparison,
    crossfit,
    intervals,
    recommendation,
    summary,
)
from efficient_augmentation.analysis.comparison import BETTER, EQUAL, OPEN, UNCOMPARED, WORSE
from efficient_augmentation.analysis.recommendation import NO_GAIN
from efficient_augmentation.analysis.series import REFERENCE, Series, by_class, cells
from efficient_augmentation.analysis.settling import settling
from efficient_augmentation.selection import order

VERDICTS = (BETTER, WORSE, EQUAL, OPEN, NO_GAIN, UNCOMPARED)
ENDS = {"estimate": "points", "low": "low", "high": "high"}


def find(points, baselines, settings, scored, class_names=None, train_labels=(), candidates=None):
    """How many points to augment, and by which policy.

    More than six parameters: the measurements, the settings, and the points that can be chosen.

    Args:
      points: arrays of test_points.npz.
      baselines: mapping of baselines.json.
      settings: mapping with budget, a number as in `order.number_of_points` or {"gain": share}
        for the points that are enough for this share of the gain; score and policy, the configured
        ones; seed.
      scored: names of the scores that every training point has.
      class_names: of labels 0, 1, ...; None takes the numbers.
      train_labels: (n,) classes of the training points, counted in by_class.
      candidates: from how many points the list is drawn, all images where held-out ones are among
        them; None for the n training points.
    Returns: mapping that JSON can hold, with
      verdict: one of `VERDICTS`, on the policy compared with random selection; where random
        selection is recommended, on the configured policy;
      answer: the same in a few sentences;
      points: how many to augment of the candidates, 0 for none; candidates: how many there are;
        measured_points: how many of the training points that stands for, see `of_all`; measured:
        whether so many were simulated; safe: whether it is the upper end of what is uncertain;
        estimate, low, high: training points needed, between budgets, and their 95 % interval, None
        where unknown;
      score, policy: what to choose them by, policy "baseline" for random selection;
      configured, random: the rows of needed.csv for the configured policy and for random selection,
        or None;
      gain: share of the gain that was asked for, None for a given number; gain_of_all,
        gain_of_all_low, gain_of_all_high: accuracy with every point augmented minus that with none;
      accuracy, accuracy_low, accuracy_high, share_of_gain: with these points; uniform, difference,
        difference_low, difference_high: with as many random points, and the difference; all of
        these cross-fitted, see `crossfit`, where the number was picked, with `numbers_of_folds`;
      floor, ceiling, n_train, n_test, rounds; balanced_floor, balanced_accuracy, balanced_ceiling:
        every class counted alike; by_class: counts and accuracies of each;
      rounds_wanted, test_points_wanted, times_wanted: see `settling.Settling`, if not determined;
      warnings: list of sentences, those of baselines.json, on the data and the fit, last.
    Raises: ValueError as `order.number_of_points`.
    """
    n, all_gain = baselines["n_train"], comparison.gain(points)
    found = {"points": 0, "measured": True, "safe": False, "gain": None}
    found |= dict.fromkeys(("estimate", "low", "high", "configured", "random"))
    found |= {"score": settings["score"], "policy": settings["policy"], "numbers_of_folds": []}
    if isinstance(settings["budget"], Real):
        chosen = _given(points, settings, n)
    elif not all_gain.low > 0:
        found["gain"] = settings["budget"]["gain"]
        chosen = {"verdict": NO_GAIN}
    else:
        found["gain"] = settings["budget"]["gain"]
        chosen = _searched(points, settings, scored, n)
    measured = chosen.pop("cells", (None, None))
    found |= chosen
    found |= {"measured_points": found["points"], "candidates": candidates or n}
    found["points"] = of_all(found["points"], settings["budget"], n, found["candidates"])
    found |= _gain(all_gain, found["verdict"], points) | _levels(points, baselines)
    found |= _measured(measured, points, found)
    found |= _by_class(points, measured[0], class_names, train_labels)
    found["warnings"] = [*answer_warnings.warnings(found), *baselines.get("warnings", [])]
    words = answer_words.answer(found)
    first = {"verdict": found.pop("verdict"), "answer": words, "points": found.pop("points")}
    first |= {key: found.pop(key) for key in ("candidates", "measured_points")}
    first["test_images"] = answer_words.test_images(first | found)
    return _plain(first | found)


def of_all(points, budget, n, candidates):
    """Points to augment of all candidates, for a number that was measured on n training points.

    The share stays, rounded up: a number that the config names is taken as it is.

    Args:
      points: measured, 0..n.
      budget: as in `find`.
      n: number of training points.
      candidates: at least n.
    Returns: int, 0..candidates.
    """
    if isinstance(budget, Real):
        return order.number_of_points(budget, candidates)
    return -(-points * candidates // n)


def _given(points, settings, n):
    """A number of points that the config names: the configured policy at that number."""
    number, pair = order.number_of_points(settings["budget"], n), _pair(settings)
    chosen = {"points": number, "verdict": UNCOMPARED}
    if not summary.has(points, *pair):
        return chosen | {"measured": False}
    ours = Series(points, *pair)
    theirs = Series(points, pair[0]) if summary.has(points, pair[0], REFERENCE) else None
    at = [one and one.at(number, n) for one in (ours, theirs)]
    chosen |= {"measured": number in ours.budgets or number == n, "cells": at}
    if at[0] is not None and at[1] is not None and pair[1] != REFERENCE:
        chosen["verdict"] = _verdict(at[0] - at[1], ours.certain and theirs.certain)
    return chosen


def _verdict(difference, certain):
    found = intervals.interval(difference)
    if not certain or math.isnan(found.low) or found.low <= 0 <= found.high:
        return OPEN
    return BETTER if found.mean > 0 else WORSE


def _searched(points, settings, scored, n):
    """The number that is enough for a share of the gain, by the best supported policy."""
    share = settings["budget"]["gain"]
    rows = comparison.needed(points, settings["seed"], (share,))
    best = recommendation.recommend(rows, *_pair(settings), scored)
    chosen = {"verdict": best.verdict, "configured": best.own, "random": best.random}
    if best.row is None:
        return chosen | {"points": n, "safe": True}
    pair = best.row["score"], best.row["policy"]
    # Random selection looks at no score; the configured one stands in selection.csv.
    shown = settings["score"] if pair[1] == REFERENCE else pair[0]
    ours = Series(points, *pair)
    number, safe = recommendation.number(best.row, ours.budgets, best.verdict, n)
    others = [Series(points, pair[0])] if summary.has(points, pair[0], REFERENCE) else []
    pick = recommendation.picker(pair, share, best.verdict, n, settings["seed"])
    at, numbers = crossfit.crossfitted(points, pick, [ours, *others], n, settings["seed"])
    wanted = ("rounds_wanted", "test_points_wanted", "times_wanted")
    open_row = best.own if best.verdict == OPEN and best.own else {}
    return chosen | {
        "points": number,
        "safe": safe,
        **{name: _up(best.row[key]) for name, key in ENDS.items()},
        "score": shown,
        "policy": pair[1],
        "numbers_of_folds": numbers,
        "cells": (*at, None)[:2],
        **{name: open_row.get(name) for name in wanted},
    }


def _up(number):
    """Points rounded up; rounding errors cost no point."""
    return math.ceil(number - 1e-6) if math.isfinite(number) else None


def _pair(settings):
    return settings["score"], settings["policy"]


def _gain(found, verdict, points):
    """The gain of augmenting every point, and how many test points would show it."""
    chosen = dict(zip(("gain_of_all", "gain_of_all_low", "gain_of_all_high"), found, strict=False))
    if verdict != NO_GAIN or not found.mean > 0:
        return chosen
    n = points["right"].shape[1]
    wanted = settling(found.p, 0.0, 1.0, 1, n)
    return chosen | {"test_points_wanted": wanted.test_points}


def _levels(points, baselines):
    levels = {key: baselines[key] for key in ("floor", "ceiling", "n_train")}
    balanced = {
        f"balanced_{key}": np.nanmean(by_class(points, cells(points, points[key])))
        for key in ("floor", "ceiling")
    }
    return levels | {"n_test": points["right"].shape[1]} | balanced


def _measured(at, points, found):
    """Accuracy with the points, with as many random ones, and the difference."""
    names = ("accuracy", "accuracy_low", "accuracy_high")
    differences = ("difference", "difference_low", "difference_high")
    none = dict.fromkeys((*names, *differences, "uniform", "share_of_gain", "balanced_accuracy"))
    ours, theirs = at
    if ours is None:
        return none | {"rounds": 0}
    accuracy = intervals.interval(ours)
    gain = found["ceiling"] - found["floor"]
    none |= dict(zip(names, accuracy, strict=False)) | {"rounds": len(ours)}
    none["share_of_gain"] = (accuracy.mean - found["floor"]) / gain if gain > 0 else None
    none["balanced_accuracy"] = np.nanmean(by_class(points, ours))
    if theirs is not None and found["policy"] != REFERENCE:
        none["uniform"] = float(theirs.mean())
        none |= dict(zip(differences, intervals.interval(ours - theirs), strict=False))
    elif found["policy"] == REFERENCE:
        none["uniform"] = accuracy.mean
    return none


def _by_class(points, ours, class_names, train_labels):
    """Counts and accuracies of every class."""
    k = int(points["label"].max()) + 1
    names = list(range(k)) if class_names is None else class_names
    test = np.bincount(points["label"], minlength=k)
    train = np.bincount(np.asarray(train_labels, int), minlength=k)
    measures = {key: by_class(points, cells(points, points[key])) for key in ("floor", "ceiling")}
    if ours is not None:
        measures["accuracy"] = by_class(points, ours)
    rows = [
        {"class": str(names[i]), "train": int(train[i]), "test": int(test[i])}
        | {key: float(values[i]) for key, values in measures.items()}
        for i in range(k)
    ]
    return {"by_class": rows}


def _plain(value):
    """Numbers for JSON: None if there is none, points as whole numbers."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
