"""The bootstrap against loops over its draws, and against the variances that it stands for."""

import math

import numpy as np
import pytest
from sklearn.isotonic import isotonic_regression

from efficient_augmentation.analysis import intervals, resampling
from efficient_augmentation.analysis.series import Series, cells

BUDGETS = [10, 20, 40]


def measured(rng, rounds=4, s=12, policies=("baseline", "random_proportional")):
    rows = [
        ("loss", policy, 0, r, b, rng.integers(0, 2 + (b > 10), s).clip(0, 1))
        for policy in policies
        for r in range(rounds)
        for b in BUDGETS
    ]
    names = ("score", "policy", "clusters", "round", "n_augmented", "right")
    points = {n: np.array(c) for n, c in zip(names, zip(*rows, strict=True), strict=True)}
    points |= {"floor": np.arange(s) % 4 == 0, "ceiling": np.arange(s) % 6 != 0}
    points |= {"rows": np.ones(s, int), "label": np.zeros(s, int)}
    series = {p: Series(points, "loss", p) for p in policies}
    return points, series


def test_every_draw_by_hand():
    points, series = measured(np.random.default_rng(0))
    found = resampling.needed(series, points, (0.3, 0.9), seed=5, replicates=40)
    rng, (s, r) = np.random.default_rng(5), (12, 4)
    of_points, of_rounds = resampling.draws(rng, s, 40), resampling.draws(rng, r, 40)
    levels = {end: points[end].astype(float) for end in ("floor", "ceiling")}

    def moved(values, weights):
        mean = values.mean()
        return mean + intervals.student(s) * sum((values - mean) * weights) / s

    for policy, one in series.items():
        for draw in range(40):
            floor, ceiling = (moved(levels[end], of_points[draw]) for end in ("floor", "ceiling"))
            curve = [0.0]
            for j in range(3):
                x = one.cells[:, j].astype(float)
                accuracy = moved(x.mean(axis=0), of_points[draw])
                deviations = x.mean(axis=1) - x.mean()
                total = deviations.var(ddof=1)
                own = max(total - intervals.interaction(x) / s, 0)
                shrunk = math.sqrt(own / total) if total else 0
                accuracy += intervals.student(r) * shrunk * (deviations @ of_rounds[draw]) / r
                curve.append((accuracy - floor) / (ceiling - floor))
            for i, share in enumerate((0.3, 0.9)):
                expected = crossing([0, *BUDGETS], isotonic_regression(curve), share)
                if ceiling <= floor:
                    expected = math.nan
                assert found[policy][i, 1 + draw] == pytest.approx(expected, rel=1e-4, nan_ok=True)


def test_draws_are_those_of_a_multinomial():
    found = resampling.draws(np.random.default_rng(0), 7, 20_000)
    assert (found.sum(axis=1) == 7).all()
    np.testing.assert_allclose(found.mean(axis=0), 1, atol=0.03)
    expected = np.full((7, 7), -1 / 7) + np.eye(7)
    np.testing.assert_allclose(np.cov(found.T), expected, atol=0.03)


def test_blocks_do_not_matter(monkeypatch):
    points, series = measured(np.random.default_rng(3))
    whole = resampling.needed(series, points, (0.5,), 0, 30)
    monkeypatch.setattr(resampling, "_LARGEST", 12 * 7)
    for key, values in resampling.needed(series, points, (0.5,), 0, 30).items():
        np.testing.assert_allclose(values, whole[key])


def crossing(x, y, share):
    for k in range(1, len(x)):
        if y[k] >= share:
            return x[k - 1] + (share - y[k - 1]) / (y[k] - y[k - 1]) * (x[k] - x[k - 1])
    return math.inf


def test_draws_spread_as_new_rounds_and_new_test_points_do():
    """The spread of what draws move a mean by is that of the mean in a world made anew."""
    rng, r, s, made, seen = np.random.default_rng(1), 6, 60, [], []
    for _ in range(300):
        levels = rng.normal(0, 0.05, (r, 1)) + rng.normal(0, 0.3, s) + rng.normal(0, 0.3, (r, s))
        made.append(levels.mean())
        one = type(
            "Series", (), {"cells": levels[:, None], "by_round": levels.mean(axis=1)[:, None]}
        )
        total = levels.mean(axis=0).var() / s + (resampling._effects(one)[:, 0] ** 2).mean() / r
        seen.append(total)
    # The part of the rounds is widened to Student's interval, so the estimate errs on that side.
    assert 1 < np.mean(seen) / np.var(made) < 1.6


def test_rounds_or_test_points_alone():
    points, series = measured(np.random.default_rng(2))
    arguments = {"seed": 0, "replicates": 20}
    still = resampling.needed(series, points, (0.5,), drawn=(), **arguments)
    for values in still.values():
        assert len(np.unique(values)) == 1
    some = resampling.needed(series, points, (0.5,), drawn=(resampling.ROUNDS,), **arguments)
    assert all(values.std() >= 0 for values in some.values())
    floor = cells(points, points["floor"])
    assert floor.mean() == pytest.approx(3 / 12)
