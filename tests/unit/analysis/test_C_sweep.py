"""Rows of C_sweep.csv: differences, shares and intervals counted again by hand."""

import math

import numpy as np
import pytest
from scipy import stats

import synthetic
from efficient_augmentation.analysis import C_sweep, comparison

N = 40
BUDGETS = (5, 10, 40)
POLICIES = {"baseline": 3, "random_proportional": 3, "deterministic_proportional": 1}


def measured(right, ceiling, floor):
    """Curves and test points of `right`, policy -> bool (rounds, budgets, test points)."""
    rows = [
        {
            "score": "loss",
            "policy": policy,
            "clusters": 0,
            "round": number,
            "n_augmented": budget,
            "test_accuracy": hits[number, j].mean(),
        }
        for policy, hits in right.items()
        for number in range(len(hits))
        for j, budget in enumerate(BUDGETS)
    ]
    curves = synthetic.columns(rows)
    names = ("score", "policy", "clusters", "round", "n_augmented")
    points = {name: curves[name] for name in names} | {
        "right": np.concatenate([hits.reshape(-1, 200) for hits in right.values()]).astype(int),
        "floor": floor.astype(int),
        "ceiling": ceiling.astype(int),
        "rows": np.ones(200, int),
        "label": np.arange(200) % 2,
    }
    return curves, points


@pytest.fixture(scope="module")
def made():
    rng = np.random.default_rng(5)
    chance = {"baseline": 0.6, "random_proportional": 0.7, "deterministic_proportional": 0.8}
    right = {name: rng.random((r, 3, 200)) < chance[name] for name, r in POLICIES.items()}
    floor, ceiling = rng.random(200) < 0.5, rng.random(200) < 0.9
    return right, floor, ceiling


def rows(made):
    right, floor, ceiling = made
    curves, points = measured(right, ceiling, floor)
    found = C_sweep.rows(curves, points, N, 0, replicates=200)
    return {row["policy"]: row for row in found}


@pytest.mark.parametrize("policy", ["random_proportional", "deterministic_proportional"])
def test_leads_over_rounds_and_test_points(made, policy):
    right, floor, ceiling = made
    row = rows(made)[policy]
    # Budgets 5 and 10 are within a quarter of the points.
    cells = (right[policy][:, :2].astype(float) - right["baseline"][:, :2]).mean(axis=1)
    by_round, by_point = cells.mean(axis=1), cells.mean(axis=0)
    assert row["difference"] == pytest.approx(cells.mean(), abs=1e-7)
    a, b = by_round.var(ddof=1) / 3, by_point.var(ddof=1) / 200
    freedom = (a + b) ** 2 / (a**2 / 2 + b**2 / 199)
    left = cells - by_round[:, None] - by_point + cells.mean()
    both = (left**2).sum() / (2 * 199) / 600
    half = stats.t.ppf(0.975, freedom) * math.sqrt(max(a + b - both, a, b))
    assert row["difference_low"] == pytest.approx(cells.mean() - half, abs=1e-6)
    assert row["difference_high"] == pytest.approx(cells.mean() + half, abs=1e-6)
    gain = ceiling.mean() - floor.mean()
    for end in ("", "_low", "_high"):
        assert row[f"ahead{end}"] == pytest.approx(row[f"difference{end}"] / gain, rel=1e-6)


def test_levels_and_the_interval_of_the_gain(made):
    _, floor, ceiling = made
    row = rows(made)["baseline"]
    assert row["floor"] == pytest.approx(floor.mean())
    assert row["ceiling"] == pytest.approx(ceiling.mean())
    interval = stats.ttest_1samp(ceiling.astype(float) - floor, 0).confidence_interval(0.95)
    assert row["gain_low"] == pytest.approx(interval.low, abs=1e-7)
    assert row["gain_high"] == pytest.approx(interval.high, abs=1e-7)
    assert all(math.isnan(row[name]) for name in ("difference", "ahead", "ahead_low"))


def test_points_needed_are_those_of_the_comparison(made):
    right, floor, ceiling = made
    _, points = measured(right, ceiling, floor)
    found = comparison.needed(points, 0, (0.95,), replicates=200)
    expected = {row["policy"]: row for row in found}
    for policy, row in rows(made).items():
        assert row["points"] == expected[policy]["points"]
        assert row["points_low"] == expected[policy]["low"]
        assert row["points_high"] == expected[policy]["high"]


def test_there_are_no_shares_of_a_gain_that_is_not_above_zero(made):
    right, floor, _ = made
    ceiling = floor.copy()
    ceiling[:2] = True
    row = rows((right, floor, ceiling))["random_proportional"]
    assert row["gain_low"] <= 0
    assert math.isnan(row["ahead"])
    assert row["difference_low"] < row["difference"] < row["difference_high"]
